"""What stands in the log, in the page's language; the log itself is the same in every one."""

from collections.abc import Callable

from django.utils.translation import gettext as _

NAMES: dict[str, Callable[[], str]] = {
    "logged in": lambda: _("loggade in"),
    "logged out": lambda: _("loggade ut"),
    "login failed": lambda: _("misslyckad inloggning"),
    "refused": lambda: _("nekades en sida"),
    "password changed": lambda: _("bytte lösenord"),
    "account added": lambda: _("lade till ett konto"),
    "account changed": lambda: _("ändrade ett konto"),
    "run registered": lambda: _("tog in en körning"),
    "judgements carried over": lambda: _("förde över avgöranden från en tidigare körning"),
    "saw": lambda: _("såg ett segment"),
    "searched": lambda: _("sökte"),
    "saw agreement": lambda: _("såg samstämmigheten"),
    "saw quotations": lambda: _("såg citaten"),
    "saw escalations": lambda: _("såg ärendena"),
    "corrected": lambda: _("svarade"),
    "settled": lambda: _("avgjorde mellan svar"),
    "withdrew": lambda: _("ångrade ett svar"),
    "skipped": lambda: _("hoppade över"),
    "assigned blind": lambda: _("lade ut segment till blinda granskare"),
    "quotation approved": lambda: _("godkände ett citat"),
    "quotation withdrawn": lambda: _("drog tillbaka ett citat"),
    "escalated": lambda: _("anmälde ett segment"),
    "exported": lambda: _("exporterade"),
    "purged": lambda: _("tog bort all text"),
    "erased": lambda: _("tog bort en svarandes text"),
    "unfinished run removed": lambda: _("tog bort en avbruten körning"),
}


def action_name(action: str) -> str:
    """Return what was done in words; as it stands in the log where there are none."""
    return NAMES[action]() if action in NAMES else action
