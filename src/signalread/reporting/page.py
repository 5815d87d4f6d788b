"""The HTML report: one file that opens offline, asks nothing of the network and runs no script."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signalread.records import Compared, Reason, Source
from signalread.reporting import wording
from signalread.reporting.charts import draw_intervals, draw_waves, families, units_over_time
from signalread.reporting.palette import shade
from signalread.reporting.quadrants import Place, draw_places, find_ends, find_places
from signalread.reporting.summary import concern_to_talk_about, label_names, strengths_to_keep
from signalread.reporting.view import Change, Hidden, LensElement, Profile, Unit, View

MANY = 20  # percent: where both poles of a dilemma reach it, the report points at the pair


def render_page(view: View) -> str:
    """Return the whole report as one HTML page."""
    environment = Environment(
        loader=PackageLoader("signalread.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        number=wording.whole_number,
        percent=wording.percent,
        date=wording.long_date,
        joined=wording.joined,
        interval=lambda share: wording.interval(share.low, share.high),
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
    limit = view.facts.min_respondents

    def why(reason: Reason | None, source: Source = Source.SURVEY) -> str:
        return wording.reason_text(reason or Reason.NO_DATA, limit=limit, source=source)

    def why_hidden(profile: Profile, label: str) -> str:
        figure = profile.figures.get(label)
        return why(figure.reason if isinstance(figure, Hidden) else None, profile.source)

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
        "why": why,
        "why_hidden": why_hidden,
        "keep": partial(strengths_to_keep, view),
        "talk_about": partial(concern_to_talk_about, view),
        "many": MANY,
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
        "coverage": wording.percent(round(100 * view.facts.coverage)),
        "by_chance": wording.percent(round(100 - 100 * view.facts.coverage)),
        "more": Compared.HIGHER,
        "less": Compared.LOWER,
    }


def _quadrants(view: View) -> Iterator[tuple[Unit, list[Place], Markup]]:
    ends = find_ends(find_places(view, list(view.shown())))
    for head, members in families(view):
        places = find_places(view, members[1:] or members)
        if len(places) > 1 or head is view.whole:
            yield head, places, Markup(draw_places(view, places, ends=ends))
