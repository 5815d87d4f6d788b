"""Where the site keeps what it knows: SQLite by default, PostgreSQL by URL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from signalread.errors import SettingsError

HINT = "give `postgresql://user:password@host:5432/name`, or leave it out for SQLite"


def describe_database(url: str | None, *, folder: Path) -> dict[str, Any]:
    """Return Django's description of a database; without a URL, of a SQLite file in ``folder``.

    Raises :class:`SettingsError` for a URL of another kind, without repeating it: it may hold a
    password.

    >>> describe_database("postgresql://anna:p%40ss@db/review", folder=Path())["PASSWORD"]
    'p@ss'
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "review.sqlite3"),
            "OPTIONS": {
                "timeout": 30,
                # Whoever writes waits at the start for its turn instead of failing half-way.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
            },
        }
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError("The database URL cannot be read.", hint=HINT) from None
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise SettingsError("The database URL is not one of PostgreSQL.", hint=HINT)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 10, **dict(parse_qsl(parts.query))},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def name_database(description: dict[str, Any]) -> str:
    """Return what may be printed of a database: where it is, never how to get in.

    >>> name_database(describe_database("postgresql://anna:secret@db/review", folder=Path()))
    'PostgreSQL, review at db'
    """
    if description["ENGINE"].endswith("sqlite3"):
        return f"SQLite, {description['NAME']}"
    return f"PostgreSQL, {description['NAME']} at {description['HOST'] or 'this computer'}"
