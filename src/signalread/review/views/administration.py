"""Accounts, runs and deletion, and the log: for administrators, who see no text."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from signalread.errors import ReviewError, SignalreadError
from signalread.review import queueing, retention, trail
from signalread.review.access import account_of, needs
from signalread.review.accounts import add_account
from signalread.review.models import Account, AuditEntry, Comment, Run
from signalread.review.pages import show
from signalread.review.roles import Ability, Role
from signalread.review.views.actions import action_name
from signalread.review.views.forms import sent_number, sent_text

PAGE = 100
ROLES = (Role.READER, Role.REVIEWER, Role.ADMIN)


@needs(Ability.ADMINISTER)
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Show the accounts; add one, give it another role, or close it."""
    if request.method == "POST":
        _change_accounts(request)
        return redirect("accounts")
    return show(
        request,
        "accounts.html",
        accounts=Account.objects.order_by("name"),
        roles=[role.value for role in ROLES],
        here="accounts",
    )


@needs(Ability.ADMINISTER)
@require_GET
def show_log(request: HttpRequest) -> HttpResponseBase:
    """Show the log, last first, and whether anybody has tampered with it."""
    page = Paginator(AuditEntry.objects.order_by("-number"), PAGE).get_page(request.GET.get("page"))
    entries = [(entry, action_name(entry.action), list(_told(entry.details))) for entry in page]
    return show(
        request, "log.html", page=page, entries=entries, broken=trail.find_break(), here="log"
    )


@needs(Ability.ADMINISTER)
@require_GET
def manage_run(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show what can be done with a run."""
    run = get_object_or_404(Run, pk=run_id)
    comments = Comment.objects.filter(run=run)
    return show(
        request,
        "manage.html",
        run=run,
        comments=comments.filter(erased=None).count(),
        erased=comments.exclude(erased=None).count(),
        raters=[a for a in Account.objects.order_by("name") if a.may(Ability.SEGMENTS)],
        here="manage",
    )


@needs(Ability.ADMINISTER)
@require_POST
def assign(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Ask two people about the same segments, blind to each other."""
    run = get_object_or_404(Run, pk=run_id)
    names = set(request.POST.getlist("rater"))
    raters = [a for a in Account.objects.filter(name__in=names) if a.may(Ability.SEGMENTS)]
    count = min(sent_number(request, "count"), 2000)
    if len(raters) < 2:
        messages.error(request, _("Välj minst två granskare."))
    else:
        done = queueing.assign_blind(run, raters, count=count, actor=account_of(request).name)
        text = _("%(n)s segment lades i köerna, var och en blind för de andras svar.")
        messages.success(request, text % {"n": done})
    return redirect("manage", run.id)


@needs(Ability.ADMINISTER)
@require_POST
def purge(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Remove all that was written in a run, or by one respondent."""
    run = get_object_or_404(Run, pk=run_id)
    if request.POST.get("name", "") != run.name:
        messages.error(request, _("Skriv körningens namn för att bekräfta."))
        return redirect("manage", run.id)
    folder, actor = Path(run.path), account_of(request).name
    pseudonym = sent_text(request, "respondent")
    try:
        if request.POST.get("what") == "respondent":
            count = retention.erase_respondent(folder, pseudonym=pseudonym, actor=actor)
        elif request.POST.get("what") == "everything":
            later = timezone.now() + timedelta(days=1)
            count = retention.purge_run(folder, created_before=later, actor=actor) or 0
        else:
            raise SuspiciousOperation("what")
    except ReviewError:
        messages.error(request, _("Ingen i körningen har den pseudonymen. Inget är borttaget."))
    except SignalreadError:
        text = _(
            "Inget är borttaget: körningens mapp går inte att ändra, skrivs just nu, eller så "
            "ligger en avbruten körning bredvid den. Kommandot signalread purge säger vilket."
        )
        messages.error(request, text)
    else:
        text = _("Texten i %(n)s kommentarer är borttagen. Redan visade andelar står kvar.")
        messages.success(request, text % {"n": count})
    return redirect("manage", run.id)


def _told(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield an entry's details in words, leaving out what says no more than that nothing was."""
    for name, value in details.items():
        if isinstance(value, list):
            yield name, ", ".join(map(str, value)) or "–"
        elif value is not False:
            yield name, "" if value is True else str(value)


def _change_accounts(request: HttpRequest) -> None:
    actor, name = account_of(request), sent_text(request, "name")[:150]
    role, what = request.POST.get("role", ""), request.POST.get("what", "")
    if what in ("add", "role") and role not in ROLES:
        raise SuspiciousOperation("role")
    if what == "add":
        password = request.POST.get("password", "")
        try:
            validate_password(password)
            add_account(name, role=Role(role), password=password, actor=actor.name)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except ReviewError:
            messages.error(request, _("Det namnet är upptaget, eller går inte att använda."))
        else:
            messages.success(request, _("Kontot %(name)s finns nu.") % {"name": name})
        return
    account = Account.objects.exclude(role=Role.ALONE).filter(name=name).first()
    if account is None or account == actor or what not in ("role", "close", "open"):
        messages.error(request, _("Det kontot kan inte ändras här."))
        return
    if what == "role":
        account.role = role
    else:
        account.is_active = what == "open"
    account.save(update_fields=["role", "is_active"])
    details = {"account": name, "role": account.role, "active": account.is_active}
    trail.record(actor.name, "account changed", f"account:{account.pk}", details)
    messages.success(request, _("Kontot är ändrat."))
