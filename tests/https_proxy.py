"""The proxy that speaks HTTPS before a served site, as small as a test needs it."""

import http.client
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

HOP = {"connection", "keep-alive", "transfer-encoding"}


@contextmanager
def https_before(port: int, *, folder: Path) -> Iterator[str]:
    """Speak HTTPS on a free port of ``localhost`` for a site on ``port``; give the address."""

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._forward()

        def do_POST(self) -> None:
            self._forward()

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name not in HOP}
            headers |= {
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": self.headers["Host"],
                "X-Forwarded-For": self.client_address[0],
            }
            site = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            site.request(self.command, self.path, body=body, headers=headers)
            answer = site.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            site.close()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_make_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for ``localhost`` that nobody vouches for, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec"]
    command += ["-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return certificate, key
