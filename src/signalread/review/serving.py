"""Putting the site on a port, with a server made for the open."""

import socket
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.errors import ReviewError
from signalread.review.site import Site, open_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

THREADS = 8


def serve_alone(
    runs: "Sequence[Path]",
    site: Site,
    *,
    host: str,
    port: int,
    tell: "Callable[[str], None]",
    browse: bool,
) -> None:
    """Serve runs to the person at this computer until they stop it.

    ``tell`` is given the one-time link, which is also opened in the browser with ``browse``.
    Raises :class:`ReviewError` for a port that is taken and a host that others can reach.
    """
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise ReviewError(
            f"Without accounts, the site is for this computer alone; {host} can be reached by "
            "others.",
            hint="use `signalread review serve`, which asks people to log in",
        )
    listener = _listen(host, port)
    open_site(site)
    from signalread.review.access import make_link
    from signalread.review.accounts import lone_account
    from signalread.review.carrying import bring_in

    account = lone_account()
    for folder in runs:
        bring_in(folder, actor=account.name)
    number = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    server = _server(listener, trusted_proxy=None)
    link = f"http://{name}:{number}/link/{make_link(account)}/"
    tell(link)
    if browse:
        webbrowser.open(link)  # it is listening already, and answers once it runs
    _run(server)


def serve_accounts(site: Site, *, host: str, port: int, trusted_proxy: str | None) -> None:
    """Serve people with accounts, behind the proxy that speaks HTTPS, until it is stopped."""
    listener = _listen(host, port)
    open_site(site)
    _run(_server(listener, trusted_proxy=trusted_proxy))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ReviewError(
            f"Port {port} on {host} cannot be used: {error.strerror}.",
            hint="name another one as `--port`, or 0 for any that is free",
        ) from None
    return listener


def _server(listener: socket.socket, *, trusted_proxy: str | None) -> Any:
    """Return a server that listens."""
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    call_command("clearsessions")
    options: dict[str, Any] = {"threads": THREADS, "ident": None, "sockets": [listener]}
    if trusted_proxy is not None:
        options |= {
            "trusted_proxy": trusted_proxy,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-host x-forwarded-proto",
            "clear_untrusted_proxy_headers": True,
        }
    return create_server(get_wsgi_application(), **options)


def _run(server: Any) -> None:
    try:
        server.run()
    finally:
        server.close()
