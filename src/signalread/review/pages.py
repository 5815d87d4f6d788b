"""Pages: the template environment, and the words that pages share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from jinja2 import Environment, StrictUndefined

from signalread.codebook import Codebook
from signalread.records import Reason, Source
from signalread.reporting.palette import shade
from signalread.reporting.wording import NBSP, WHOLE, long_date, whole_number

SURE = 0.5  # a score this far from the threshold towards 1 is a sure one
UNSURE = 0.5  # a score of at least this part of the threshold is worth a look


def make_environment(**options: Any) -> Environment:
    """Return the templates' environment. Django calls this."""
    environment = Environment(
        **options,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.undefined = StrictUndefined
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    environment.globals.update(
        static=static, url=_url, language=lambda: translation.get_language() or "sv"
    )
    environment.filters.update(
        number=show_number, percent=show_percent, shade=shade, day=show_day, moment=show_moment
    )
    return environment


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Answer with a page."""
    from django.contrib.messages import get_messages

    account = request.user if request.user.is_authenticated else None
    shared = {
        "account": account,
        "notes": get_messages(request),
        "path": request.get_full_path(),
        "run": None,
        "here": "",
    }
    return render(request, f"review/{template}", shared | context, status=status)


def in_language(texts: Mapping[str, str]) -> str:
    """Return a text in the page's language; where it has none, in the one that there is."""
    language = translation.get_language() or "sv"
    return texts.get(language) or texts.get("sv") or next(iter(texts.values()), "")


def label_name(codebook: Codebook, label: str) -> str:
    """Return a label's name in the page's language."""
    for signal in codebook.signals:
        if signal.id == label:
            return in_language(signal.name)
    for theme in codebook.themes:
        if theme.id == label[:-1]:
            return f"{in_language(theme.name)} {'+' if label[-1] == '+' else '−'}"
    return label


def score_word(score: float, threshold: float) -> str:
    """Return how sure the reader is of a label, in a word; nothing where it is not one."""
    if score >= threshold + SURE * (1 - threshold):
        return _("säkert")
    if score >= threshold:
        return _("troligt")
    return _("oklart") if score >= UNSURE * threshold else ""


def reason_text(reason: Reason | None, *, limit: int, source: Source = Source.SURVEY) -> str:
    """Say why a share is not shown."""
    survey = source is Source.SURVEY
    too_few = _("färre än %(limit)s svarande") if survey else _("färre än %(limit)s noterade rader")
    return {
        Reason.TOO_FEW: too_few % {"limit": limit},
        Reason.PROTECTS_OTHERS: _("dold för att skydda en annan grupp"),
        Reason.NO_DATA: _("inget underlag"),
        Reason.UNIFORM: _("dold eftersom alla i gruppen säger det"),
    }[reason or Reason.NO_DATA]


def unit_name(name: str) -> str:
    """Return a unit's name; that of the whole organisation in the page's language."""
    return _("Hela organisationen") if name == WHOLE else name


def show_number(value: float) -> str:
    """Write a whole number as the page's language does."""
    swedish = translation.get_language() != "en"
    return whole_number(int(value)) if swedish else f"{int(value):,}"


def show_percent(value: float) -> str:
    """Write whole percent as the page's language does."""
    return f"{value:.0f}{NBSP}%" if translation.get_language() != "en" else f"{value:.0f}%"


def show_day(value: datetime) -> str:
    """Write a day in words."""
    day = timezone.localtime(value).date()
    if translation.get_language() == "en":
        return f"{day.day}{NBSP}{day.strftime('%B')}{NBSP}{day.year}"
    return long_date(day)


def show_moment(value: datetime) -> str:
    """Write a day and a time in figures."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def _url(name: str, *args: Any) -> str:
    return reverse(name, args=args)
