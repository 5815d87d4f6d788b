"""Structure against trust: where each unit lies when clarity and trust are seen together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from signalread.reporting.charts import COLOURS, WIDTH, percent_scale, to_svg
from signalread.reporting.view import Share, Unit, View

STRUCTURE, TRUST = "clarity+", "trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one unit lies, with the number that marks it in the plot."""

    number: int
    unit: Unit
    structure: Share
    trust: Share


def find_places(view: View, units: Sequence[Unit]) -> list[Place]:
    """Return the places of the units that show both shares, numbered from 1.

    A codebook without clarity and trust has none.
    """
    places: list[Place] = []
    for unit in units:
        profile = view.now(unit)
        structure, trust = profile.share(STRUCTURE), profile.share(TRUST)
        if structure is not None and trust is not None:
            places.append(
                Place(number=len(places) + 1, unit=unit, structure=structure, trust=trust)
            )
    return places


def find_ends(places: Sequence[Place]) -> tuple[int, int]:
    """Return where both axes end, so that all plots of a report can share them."""
    return (
        _end(place.structure.high for place in places),
        _end(place.trust.high for place in places),
    )


def draw_places(view: View, places: Sequence[Place], *, ends: tuple[int, int]) -> str:
    """Return an SVG of the places with both intervals, and the whole organisation's lines."""
    rows = [
        {
            "number": str(place.number),
            "x": place.structure.percent,
            "x_low": place.structure.low,
            "x_high": place.structure.high,
            "y": place.trust.percent,
            "y_low": place.trust.low,
            "y_high": place.trust.high,
        }
        for place in places
    ]
    look = {"titleColor": "#1b2430", "titleFontWeight": 600, "offset": 8}
    x = percent_scale(view, end=ends[0], title=view.words.say("Clarity (strength)"), **look)
    y = percent_scale(view, end=ends[1], title=view.words.say("Trust"), **look)
    rule = {"type": "rule", "strokeWidth": 1.5, "opacity": 0.3, "color": COLOURS[0], "aria": False}
    layers: list[dict[str, Any]] = [
        {
            "mark": rule,
            "encoding": {"x": {"field": "x_low", **x}, "x2": {"field": "x_high"}, "y": _at("y", y)},
        },
        {
            "mark": rule,
            "encoding": {"y": {"field": "y_low", **y}, "y2": {"field": "y_high"}, "x": _at("x", x)},
        },
        {
            "mark": {"type": "circle", "size": 330, "color": "#fff", "stroke": COLOURS[0]}
            | {"strokeWidth": 1.5, "opacity": 1, "aria": False},
            "encoding": {"x": _at("x", x), "y": _at("y", y)},
        },
        {
            "mark": {"type": "text", "fontSize": 11, "color": "#1b2430", "aria": False},
            "encoding": {"x": _at("x", x), "y": _at("y", y), "text": {"field": "number"}},
        },
    ]
    whole = find_places(view, [view.whole])
    for place in whole:
        dashed = {"type": "rule", "strokeDash": [4, 4], "color": "#4a5461", "aria": False}
        layers.insert(
            0, {"mark": dashed, "encoding": {"x": {"datum": place.structure.percent, **x}}}
        )
        layers.insert(0, {"mark": dashed, "encoding": {"y": {"datum": place.trust.percent, **y}}})
    return to_svg(
        {
            "width": WIDTH - 70,
            "height": WIDTH - 90,
            "data": {"values": rows},
            "layer": layers,
        }
    )


def _end(highs: Iterable[int]) -> int:
    return max(25, -(-max(highs, default=25) // 25) * 25)


def _at(field: str, channel: dict[str, Any]) -> dict[str, Any]:
    return {"field": field, **channel}
