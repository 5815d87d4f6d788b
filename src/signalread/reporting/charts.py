"""Interval plots as SVG, drawn by Vega-Lite; text stays text, so that it scales and prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from signalread.reporting.names import clip
from signalread.reporting.scheme import SignalView
from signalread.reporting.view import Unit, View

# Told apart by shape, by place and by lightness (blue is darker), not by hue alone.
SHAPES = ("circle", "diamond", "square", "triangle-up")
COLOURS = ("#1f5a8c", "#b4560e", "#4b4b4b", "#6a3d8a")
ROWS = 14  # units in one plot; more are split, so that no plot is higher than a page
WIDTH = 330  # px: fits a telephone, and three stand side by side on a desk
ROW = 42
FRAME = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "padding": {"left": 8, "right": 8, "top": 2, "bottom": 2},
    "background": "transparent",
    "config": {
        "view": {"stroke": None},
        "font": "system-ui, 'Segoe UI', 'Open Sans', Roboto, sans-serif",
        "aria": False,
    },
}


def families(view: View) -> Iterator[tuple[Unit, tuple[Unit, ...]]]:
    """Yield each unit that has units below it, with itself and those below that are shown."""
    shown = {unit.key for unit in view.shown()}
    for unit in view.units:
        below = [view.unit(key) for key in unit.children if key in shown]
        head = [unit] if unit.key in shown else []
        for start in range(0, len(below), ROWS):
            yield unit, tuple(head + below[start : start + ROWS])
    if not view.whole.children and view.whole.key in shown:
        yield view.whole, (view.whole,)


def draw_intervals(view: View, units: Sequence[Unit], *, signals: Sequence[SignalView]) -> str:
    """Return an SVG: for each unit the share behind each signal, with its interval.

    It has no text alternative of its own; the page gives it one.
    """
    return to_svg(_interval_plot(view, units, signals))


def units_over_time(view: View) -> Iterator[Unit]:
    """Yield the whole organisation and the first units below it that two waves or more show."""
    units = (view.whole, *map(view.unit, view.whole.children[: ROWS - 1]))
    return (unit for unit in units if sum(p.n is not None for p in unit.survey) > 1)


def draw_waves(view: View, unit: Unit, *, signals: Sequence[SignalView]) -> str:
    """Return an SVG: a unit's share behind each signal wave by wave, with its interval."""
    rows = [
        {
            "wave": clip(profile.wave, 12),
            "signal": signal.name,
            "share": share.percent,
            "low": share.low,
            "high": share.high,
        }
        for profile in unit.survey
        for signal in signals
        if (share := profile.share(signal.label))
    ]
    x = {
        "field": "wave",
        "type": "ordinal",
        "sort": [clip(wave, 12) for wave in view.waves],
        "axis": {"title": None, "labelAngle": 0, "ticks": False, "domainColor": "#9aa4b0"},
    }
    # Side by side, so that one interval never lies behind another.
    beside = {"field": "signal", "type": "nominal", "sort": [signal.name for signal in signals]}
    shared = {"x": x, "xOffset": beside, "color": _colour(signals)}
    return to_svg(
        {
            "width": WIDTH - 60,
            "height": 120,
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "aria": False},
                    "encoding": shared
                    | {"y": {"field": "low", **percent_scale(view)}, "y2": {"field": "high"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "aria": False},
                    "encoding": shared
                    | {
                        "y": {"field": "share", **percent_scale(view)},
                        "shape": _shape(signals),
                        "opacity": {"value": 1},
                    },
                },
            ],
        }
    )


def to_svg(plot: Mapping[str, Any]) -> str:
    """Draw a Vega-Lite plot as an SVG that can stand in a page."""
    import vl_convert  # slow to load, and only a report needs it

    svg: str = vl_convert.vegalite_to_svg(dict(FRAME) | dict(plot))
    # The page names the picture; marks that name themselves would be read out one by one.
    hidden = '<svg aria-hidden="true" focusable="false" '
    return svg[svg.index("<svg") :].replace("<svg ", hidden, 1)


def percent_scale(view: View, *, end: int = 100, **axis: Any) -> dict[str, Any]:
    """Return the channel of an axis from 0 to ``end`` %, which is a multiple of 25."""
    return {
        "type": "quantitative",
        "scale": {"domain": [0, end], "nice": False},
        "axis": {
            "values": list(range(0, end + 1, 25)),
            "labelExpr": f"datum.value + '{view.words.percent(0)[1:]}'",
            "title": None,
            "domain": False,
            "ticks": False,
            "gridColor": "#d9dde2",
            "labelColor": "#454d57",
        }
        | axis,
    }


def _interval_plot(
    view: View, units: Sequence[Unit], signals: Sequence[SignalView]
) -> dict[str, Any]:
    rows = []
    for row, unit in enumerate(units):
        profile = view.now(unit)
        for i, signal in enumerate(signals):
            share = profile.share(signal.label)
            if share is not None:
                rows.append(
                    {
                        "y": row * ROW + 21 + 8 * i,
                        "signal": signal.name,
                        "share": share.percent,
                        "low": share.low,
                        "high": share.high,
                    }
                )
    names = [{"y": i * ROW + 8, "name": _label(view, units, i)} for i in range(len(units))]
    height = ROW * len(units) + 4
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [height, 0], "nice": False},
        "axis": None,
    }
    share_axis = percent_scale(view)
    colour = _colour(signals)
    return {
        "width": WIDTH - 16,
        "height": height,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "aria": False},
                "encoding": {
                    "y": y,
                    "x": {"field": "low", **share_axis},
                    "x2": {"field": "high"},
                    "color": colour,
                },
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "aria": False},
                "encoding": {
                    "y": y,
                    "x": {"field": "share", **share_axis},
                    "color": colour,
                    "shape": _shape(signals),
                },
            },
            {
                "data": {"values": names},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "middle",
                    "fontSize": 12,
                    "limit": WIDTH - 24,
                    "color": "#1b2430",
                    "aria": False,
                },
                "encoding": {
                    "y": y,
                    "x": {"value": 0},
                    "text": {"field": "name", "type": "nominal"},
                },
            },
        ],
    }


def _colour(signals: Sequence[SignalView]) -> dict[str, Any]:
    return _nominal(signals, COLOURS)


def _shape(signals: Sequence[SignalView]) -> dict[str, Any]:
    return _nominal(signals, SHAPES)


def _nominal(signals: Sequence[SignalView], values: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "signal",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": [signal.name for signal in signals],
            "range": list(values[: len(signals)]),
        },
    }


def _label(view: View, units: Sequence[Unit], row: int) -> str:
    unit = units[row]
    if row == 0 and len(units) > 1 and (unit.level or view.about):
        return view.words.say("%(unit)s (all)", unit=unit.name)
    return unit.name
