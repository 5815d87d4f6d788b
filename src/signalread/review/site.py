"""Turning the site on: Django's settings, the secrets that it needs, and its tables."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from signalread.errors import ReviewError
from signalread.review.databases import describe_database, name_database

PACKAGE = Path(__file__).parent
HOURS = 3600
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How the site is run.

    ``folder`` holds its secrets and, without a ``database`` URL, its SQLite file. Where it is
    not ``served`` it is one person's, on their own computer.
    """

    folder: Path
    database: str | None = field(default=None, repr=False)  # may hold a password
    served: bool = False
    hosts: tuple[str, ...] = LOCAL_HOSTS
    codebook: Path | None = None
    model: Path | None = None


def data_folder() -> Path:
    """Return where the user's data belongs on this system."""
    from platformdirs import user_data_path

    return user_data_path("signalread", appauthor=False) / "review"


def open_site(site: Site) -> None:
    """Configure Django for a site and bring its tables up to date.

    A later call turns to another site's database. Raises :class:`ReviewError` where the database
    cannot be reached or the folder cannot be written.
    """
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    description = describe_database(site.database, folder=site.folder)
    values = build_settings(site, database=description)
    if settings.configured:
        connections.close_all()
        for name, value in values.items():
            setattr(settings, name, value)
        connections.settings = connections.configure_settings(values["DATABASES"])
        del connections["default"]
    else:
        settings.configure(**values)
        django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise ReviewError(
            f"The database ({name_database(description)}) cannot be used: "
            f"{type(error.__cause__ or error).__name__}.",
            hint="check that it runs, and the name and password in `--database`",
        ) from None
    if site.database is None:
        Path(description["NAME"]).chmod(0o600)


def build_settings(site: Site, *, database: dict[str, Any]) -> dict[str, Any]:
    """Return Django's settings for a site."""
    return {
        "DEBUG": False,
        "SECRET_KEY": _keep_secret(site.folder / "secret-key"),
        "ALLOWED_HOSTS": list(site.hosts),
        "DATABASES": {"default": database},
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "signalread.review.apps.ReviewConfig",
        ],
        "MIDDLEWARE": [
            "signalread.review.protection.SecureHeaders",
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "signalread.review.protection.SwedishFirst",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "signalread.review.protection.EndIdleSessions",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        "ROOT_URLCONF": "signalread.review.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [PACKAGE / "templates"],
                "OPTIONS": {"environment": "signalread.review.pages.make_environment"},
            }
        ],
        "AUTH_USER_MODEL": "review.Account",
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            },
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
        "LOGIN_URL": "login",
        "LANGUAGE_CODE": "sv",
        "LANGUAGES": [("sv", "Svenska"), ("en", "English")],
        "LOCALE_PATHS": [PACKAGE / "locale"],
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_SECURE": site.served,
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "Europe/Stockholm",
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [PACKAGE / "static"],
        "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.FileSystemFinder"],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_MAX_AGE": 0,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
        "SESSION_COOKIE_NAME": "signalread-session",
        "SESSION_COOKIE_AGE": 10 * HOURS,
        "SESSION_COOKIE_SAMESITE": "Strict" if site.served else "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_SECURE": site.served,
        "SESSION_IDLE_SECONDS": HOURS if site.served else 8 * HOURS,
        "CSRF_COOKIE_NAME": "signalread-csrf",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SECURE": site.served,
        "CSRF_FAILURE_VIEW": "signalread.review.views.faults.refused_form",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_SSL_REDIRECT": site.served,
        "SECURE_HSTS_SECONDS": 31_536_000 if site.served else 0,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_000_000,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"null": {"class": "logging.NullHandler"}},
            # Django's own log of a failed request could hold what somebody typed.
            "loggers": {"django": {"handlers": ["null"], "propagate": False}},
        },
        "SIGNALREAD_SITE": site,
    }


def this_site() -> Site:
    """Return the site that is turned on."""
    from django.conf import settings

    site: Site = settings.SIGNALREAD_SITE
    return site


def _keep_secret(path: Path) -> str:
    """Return the secret in a file, made at first and readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            kept = path.read_text("ascii").strip()
            if len(kept) >= 50:
                return kept
            path.unlink()  # a start that was cut off left it empty
            return _keep_secret(path)
        secret = secrets.token_urlsafe(64)
        with os.fdopen(handle, "w") as file:
            file.write(secret)
    except OSError as error:
        raise ReviewError(
            f"{path.parent} cannot be written: {os.strerror(error.errno or 0)}.",
            hint="name a folder of your own as `--data`",
        ) from error
    return secret
