"""The HTML report: one file that opens offline and asks nothing of the network.

Its one script, the report's own, puts the maps into another order; without it all is there. The
page's policy lets the browser run that script, known by its hash, and no other.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signalread.records import Compared
from signalread.reporting.charts import draw_intervals, draw_waves, families, units_over_time
from signalread.reporting.conversation import plan_conversation
from signalread.reporting.dilemmas import draw_dilemmas, explain_plot, say_tension
from signalread.reporting.lenses import by_name
from signalread.reporting.method import explain, explain_quotations, list_versions
from signalread.reporting.ordering import explain_order
from signalread.reporting.palette import shade
from signalread.reporting.quadrants import Place, draw_places, find_ends, find_places
from signalread.reporting.summary import (
    concern_to_talk_about,
    leans_to_show,
    say_balance,
    say_finding,
    say_turnout,
    strengths_to_keep,
)
from signalread.reporting.view import Change, Finding, Order, Profile, Share, Unit, View


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
    style, script = (
        Markup(loader.get_source(environment, name)[0].strip())  # ours, not the input's
        for name in ("report.css", "order.js")
    )
    page: str = environment.get_template("report.html").render(
        view=view,
        style=style,
        script=script,
        script_hash=Markup("'sha256-%s'") % b64encode(sha256(script.encode()).digest()).decode(),
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

    row = {key: str(at) for at, key in enumerate(view.orders[0].keys)}

    def places(order: Order) -> str:
        return " ".join(map(row.__getitem__, order.keys))

    return {
        "by_name": partial(by_name, view),
        "tones": {"+": "s", "-": "c"},
        "changes": changes,
        "orders": [(order, places(order)) for order in view.orders],
        "order_note": explain_order(view),
        "sentence": sentence,
        "turnout": partial(say_turnout, view),
        "conversation": partial(plan_conversation, view),
        "balance_lead": say_balance(view),
        "leans": partial(leans_to_show, view),
        "method": list(explain(view)),
        "versions": list(list_versions(view)),
        "quotation_note": explain_quotations(view),
        "tension": partial(say_tension, view),
        "plot_note": explain_plot(view),
        "dilemmas": [
            (lens, Markup(draw_dilemmas(view, view.now(view.whole), lens)))
            for lens in view.lenses
            if lens.dilemmas
        ],
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
