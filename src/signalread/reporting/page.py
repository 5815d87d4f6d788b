"""The HTML report: one file that opens offline, asks nothing of the network and runs no script."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signalread.records import Compared
from signalread.reporting.charts import draw_intervals, draw_waves, families, units_over_time
from signalread.reporting.lenses import is_tense
from signalread.reporting.method import explain, explain_quotations, list_versions
from signalread.reporting.palette import shade
from signalread.reporting.quadrants import Place, draw_places, find_ends, find_places
from signalread.reporting.scheme import LensElement
from signalread.reporting.summary import (
    concern_to_talk_about,
    label_names,
    leans_to_show,
    say_finding,
    say_turnout,
    strengths_to_keep,
)
from signalread.reporting.view import Change, Finding, Profile, Share, Unit, View


def render_page(view: View) -> str:
    """Return the whole report as one HTML page."""
    environment = Environment(
        loader=PackageLoader("signalread.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    words: Any = view.words
    translate: Any = environment  # the extension adds what follows
    translate.install_gettext_translations(words.translations, newstyle=True)
    environment.filters.update(
        number=words.number,
        percent=words.percent,
        points=words.points,
        date=words.date,
        interval=lambda share: words.interval(share.low, share.high),
        shade=shade,
    )
    loader = environment.loader
    assert loader is not None
    style = loader.get_source(environment, "report.css")[0]
    page: str = environment.get_template("report.html").render(
        view=view,
        style=Markup(style),  # ours, not the input's
        **_helpers(view),
    )
    return page


def _helpers(view: View) -> dict[str, Any]:
    def sentence(finding: Finding, write: Callable[[Share], Markup]) -> Markup:
        message, parts = say_finding(view, finding)
        written = {
            name: write(part) if isinstance(part, Share) else part for name, part in parts.items()
        }
        return Markup(message) % written  # the message is the catalogue's; the parts are escaped

    def latest_notes() -> list[tuple[Unit, Profile]]:
        return [(unit, unit.notes[-1]) for unit in view.units if unit.notes]

    def changes(*, welcome: bool) -> list[tuple[Unit, list[Change]]]:
        wanted = [change for change in view.changes if change.welcome is welcome]
        return [(view.unit(key), list(rows)) for key, rows in groupby(wanted, lambda c: c.unit.key)]

    names = label_names(view)

    def by_name(element: LensElement) -> list[tuple[str, list[str]]]:
        return [(name, list(labels)) for name, labels in groupby(element.labels, names.__getitem__)]

    return {
        "by_name": by_name,
        "tones": {"+": "s", "-": "c"},
        "changes": changes,
        "sentence": sentence,
        "turnout": partial(say_turnout, view),
        "leans": partial(leans_to_show, view),
        "method": list(explain(view)),
        "versions": list(list_versions(view)),
        "quotation_note": explain_quotations(view),
        "tense": is_tense,
        "keep": partial(strengths_to_keep, view),
        "talk_about": partial(concern_to_talk_about, view),
        "notes": latest_notes(),
        "charts": [
            (head, members, Markup(draw_intervals(view, members, signals=view.signals)))
            for head, members in (families(view) if view.signals else ())
        ],
        "over_time": [
            (unit, Markup(draw_waves(view, unit, signals=view.signals)))
            for unit in (units_over_time(view) if view.signals else ())
        ],
        "quadrants": list(_quadrants(view)),
        "signal_names": view.title,
        "coverage": view.words.percent(round(100 * view.facts.coverage)),
        "by_chance": view.words.percent(round(100 - 100 * view.facts.coverage)),
        "more": Compared.HIGHER,
        "less": Compared.LOWER,
    }


def _quadrants(view: View) -> Iterator[tuple[Unit, list[Place], Markup]]:
    ends = find_ends(find_places(view, list(view.shown())))
    for head, members in families(view):
        places = find_places(view, members[1:] or members)
        if len(places) > 1 or head is view.whole:
            yield head, places, Markup(draw_places(view, places, ends=ends))
