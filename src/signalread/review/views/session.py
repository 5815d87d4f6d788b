"""Coming in, going out, and the language."""

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from signalread.review import access, trail
from signalread.review.models import Account
from signalread.review.pages import show
from signalread.review.roles import Ability


@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for a name and a password; after too many failures, for patience."""
    status, fault = 200, ""
    if request.method == "POST":
        try:
            account = access.check_password(
                request,
                name=request.POST.get("name", "")[:150],
                password=request.POST.get("password", "")[:1000],
            )
        except access.TooManyTriesError:
            status = 429
            fault = _("För många försök. Vänta en kvart och försök sedan igen.")
        else:
            if account is not None:
                _enter(request, account)
                return redirect(_inside(request, request.POST.get("next", "")))
            status, fault = 403, _("Namnet och lösenordet hör inte ihop.")
    after = _inside(request, request.GET.get("next", ""))
    return show(request, "login.html", status=status, fault=fault, after=after)


@require_GET
def enter_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Let in whoever has a link that was not used."""
    account = access.use_link(secret)
    if account is None:
        return show(
            request,
            "fault.html",
            status=403,
            title=_("Länken gäller inte längre"),
            text=_("Den gäller en gång och i tio minuter. Starta signalread review på nytt."),
            hint="",
        )
    _enter(request, account)
    return redirect("runs")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Log out."""
    if request.user.is_authenticated:
        trail.record(access.account_of(request).name, "logged out")
    auth.logout(request)
    messages.info(request, _("Du är utloggad."))
    return redirect("login")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language that somebody chose."""
    response = redirect(_inside(request, request.POST.get("next", "")))
    if (chosen := request.POST.get("language")) in ("sv", "en"):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


@access.needs(Ability.SHARES)
@require_GET
def show_help(request: HttpRequest) -> HttpResponseBase:
    """Show the keys, and how reviewing works."""
    return show(request, "help.html", here="help")


@access.needs(Ability.SHARES)
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Let somebody choose another password; their other sessions end."""
    account, faults = access.account_of(request), []
    if request.method == "POST":
        new = request.POST.get("new", "")[:1000]
        if not account.check_password(request.POST.get("old", "")[:1000]):
            faults = [_("Det gamla lösenordet stämmer inte.")]
        else:
            try:
                validate_password(new)
            except ValidationError as error:
                faults = list(error.messages)
        if not faults:
            account.set_password(new)
            account.save(update_fields=["password"])
            auth.update_session_auth_hash(request, account)
            trail.record(account.name, "password changed", f"account:{account.pk}")
            messages.success(request, _("Lösenordet är bytt."))
            return redirect("runs")
    status = 403 if faults else 200
    return show(request, "password.html", status=status, fault=" ".join(faults))


def _enter(request: HttpRequest, account: Account) -> None:
    auth.login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    trail.record(account.name, "logged in")


def _inside(request: HttpRequest, target: str) -> str:
    """Return where to go next, if it is on this site."""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"
