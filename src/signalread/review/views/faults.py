"""Pages for what went wrong. None of them repeats what was sent."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from signalread.errors import SignalreadError
from signalread.review.pages import show


def explain(request: HttpRequest, error: SignalreadError) -> HttpResponse:
    """Answer with what a run's folder lacks, and what to do."""
    return show(
        request,
        "fault.html",
        status=503,
        title=_("Det gick inte att läsa körningen"),
        text=error.found,
        hint=error.hint or "",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that this is not for the account's role."""
    text = _("Din roll ger inte tillgång till den här sidan. Be den som sköter kontona om hjälp.")
    return _show(request, 403, _("Ingen behörighet"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that there is no such page."""
    return _show(request, 404, _("Sidan finns inte"), _("Adressen leder ingenstans."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that the request cannot be understood."""
    return _show(request, 400, _("Begäran går inte att förstå"), _("Gå tillbaka och försök igen."))


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer that a form did not come from this site, or is too old."""
    text = _("Formuläret var för gammalt eller kom från en annan webbplats. Ladda om sidan.")
    return _show(request, 403, _("Formuläret togs inte emot"), text)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer that the program failed; what was saved before is saved."""
    text = _("Felet är programmets. Det du redan har sparat finns kvar.")
    return _show(request, 500, _("Något gick fel"), text)


def _show(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if not hasattr(request, "user"):  # refused before anybody knew who it was
        return HttpResponse(f"{title}. {text}", status=status, content_type="text/plain")
    return show(request, "fault.html", status=status, title=title, text=text, hint="")
