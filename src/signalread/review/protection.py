"""What stands around every page: headers, the language, and sessions that end."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

Respond = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class SecureHeaders:
    """Tells the browser to load nothing from elsewhere and to keep nothing."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers added."""
        response = self._respond(request)
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Frame-Options"] = "DENY"
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        return response


class SwedishFirst:
    """Chooses the language: what the person chose, or else what their browser asks for first."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in that language."""
        with translation.override(choose_language(request)):
            response = self._respond(request)
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", translation.get_language() or "sv")
            return response


def choose_language(request: HttpRequest) -> str:
    """Return ``sv`` or ``en``; Swedish unless English was chosen or is all that is asked for."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in ("sv", "en"):
        return chosen
    for part in request.headers.get("Accept-Language", "").split(","):
        language = part.split(";")[0].strip().lower()[:2]
        # A browser in a neighbouring language reads Swedish with less trouble than English.
        if language in ("sv", "nb", "nn", "no", "da"):
            return "sv"
        if language == "en":
            return "en"
    return "sv"


class EndIdleSessions:
    """Logs out whoever has not been heard of for a while."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, as to nobody where the session has been idle for too long."""
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get("seen")
            if seen is None or now - seen > settings.SESSION_IDLE_SECONDS:
                if seen is not None:
                    logout(request)
                else:
                    request.session["seen"] = now
            elif now - seen > 60:  # once a minute is exact enough, and spares a write
                request.session["seen"] = now
        return self._respond(request)
