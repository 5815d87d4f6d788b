"""Dilemmas: two poles that are both needed, each with its shares, and where they may pull apart."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from signalread.reporting.charts import COLOURS, SHAPES, WIDTH, to_svg
from signalread.reporting.lenses import by_name
from signalread.reporting.scheme import Lens, LensElement
from signalread.reporting.summary import is_welcome, label_names
from signalread.reporting.view import Profile, Share, View

MANY = 10  # percent, where the maps begin to shade: what every tenth says is said by many
TITLE, LINE, GAP = 20, 38, 12  # px: the poles' names, the shares of one theme, between dilemmas
ACROSS = WIDTH - 16

Pair = tuple[LensElement, LensElement]


def say_tension(view: View, profile: Profile, pair: Pair) -> str:
    """Say that both poles of a dilemma are spoken of by many, and how; else nothing.

    A pole is as high as the highest of its shares that carries: shares are never added up.
    """
    peaks = [_peak(profile, pole) for pole in pair]
    names = label_names(view)
    told = []
    for peak in peaks:
        if peak is None or peak[1].percent < MANY:
            return ""
        label, share = peak
        told.append(f"{view.words.label(names[label], label)}: {view.words.percent(share.percent)}")
    return view.words.say(
        "At least every tenth speaks of each pole (%(first)s; %(second)s): they may pull apart.",
        first=told[0],
        second=told[1],
    )


def write_pole(view: View, profile: Profile, pole: LensElement) -> Iterator[str]:
    """Yield a pole's shares with their intervals, a line for each theme or signal."""
    for name, labels in by_name(view, pole):
        figures = []
        for label in labels:
            share = profile.share(label)
            sign = {"+": "+", "-": "−"}.get(label[-1], "") if share and share.percent else ""
            figures.append(f"{sign}{view.exact(share)}" if share else view.why(profile, label))
        yield f"{name} {', '.join(figures)}"


def explain_plot(view: View) -> str:
    """Say how to read the plot."""
    return view.words.say(
        "The further out from the middle, the more people speak of the pole. Circles are "
        "strengths and trust, diamonds concerns and control, the lines their intervals. A frame "
        "means that at least every tenth speaks of each pole."
    )


def describe(view: View, profile: Profile, lens: Lens) -> str:
    """Say in words what the plot of a lens' dilemmas shows."""
    return ". ".join(
        f"{pair[0].name} – {pair[1].name}: "
        + "; ".join(
            f"{pole.name}: {line}" for pole in pair for line in write_pole(view, profile, pole)
        )
        for pair in lens.dilemmas
    )


def draw_dilemmas(view: View, profile: Profile, lens: Lens) -> str:
    """Return an SVG: each pole's shares with their intervals, the poles to the left and right.

    The further out, the more people. What many say on both sides has a frame. It has no text
    alternative of its own; the page gives it one.
    """
    plot = _Plot(view, profile)
    for pair in lens.dilemmas:
        plot.add(pair)
    return to_svg(plot.drawn())


class _Plot:
    """The rows of a plot in the making; ``at`` is how far down it reaches, in px."""

    def __init__(self, view: View, profile: Profile) -> None:
        self._view, self._profile = view, profile
        self._at = 0
        self._ends: list[int] = []
        self._frames: list[dict[str, Any]] = []
        self._words: list[dict[str, Any]] = []
        self._shares: list[dict[str, Any]] = []

    def add(self, pair: Pair) -> None:
        """Add a dilemma below the others."""
        top = self._at
        self._write(pair[0].name, pair[1].name, y=top + 12, bold=True)
        self._at += TITLE
        for first, second in zip_longest(*(by_name(self._view, pole) for pole in pair)):
            self._write(
                first[0] if first else "", second[0] if second else "", y=self._at + 7, bold=False
            )
            self._mark(first[1] if first else (), side=-1)
            self._mark(second[1] if second else (), side=1)
            self._at += LINE
        if say_tension(self._view, self._profile, pair):
            self._frames.append({"top": top, "bottom": self._at - 1})
        self._at += GAP
        self._ends.append(self._at)

    def drawn(self) -> dict[str, Any]:
        """Return the plot for Vega-Lite."""
        far = max((row["far"] for row in self._shares), default=0)
        step = 10 if far <= 30 else 25
        end = max(far + -far % step, 2 * step)
        y = {
            "type": "quantitative",
            "scale": {"domain": [max(self._at, 1), 0], "nice": False},
            "axis": None,
        }
        x = self._percent(end, step=step)
        colour, shape = (
            {
                "field": "side",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": ["+", "-"], "range": list(looks[:2])},
            }
            for looks in (COLOURS, SHAPES)
        )
        mark: dict[str, Any] = {"aria": False}
        return {
            "width": ACROSS,
            "height": self._at,
            "layer": [
                {
                    "data": {"values": self._frames},
                    "mark": mark | {"type": "rect", "fill": "#eef1f4", "stroke": "#1b2430"},
                    "encoding": {
                        "y": {"field": "top", **y},
                        "y2": {"field": "bottom"},
                        "x": {"value": 0},
                        "x2": {"value": ACROSS},
                    },
                },
                {
                    "data": {"values": [{"y": at - GAP / 2} for at in self._ends[:-1]]},
                    "mark": mark | {"type": "rule", "color": "#d9dde2"},
                    "encoding": {
                        "y": {"field": "y", **y},
                        "x": {"value": 0},
                        "x2": {"value": ACROSS},
                    },
                },
                {
                    "data": {"values": [{}]},
                    "mark": mark | {"type": "rule", "color": "#767f8a"},
                    "encoding": {"x": {"datum": 0, **x}},
                },
                {
                    "data": {"values": self._shares},
                    "mark": mark | {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
                    "encoding": {
                        "y": {"field": "y", **y},
                        "x": {"field": "low", **x},
                        "x2": {"field": "high"},
                        "color": colour,
                    },
                },
                {
                    "data": {"values": self._shares},
                    "mark": mark | {"type": "point", "filled": True, "size": 60, "opacity": 1},
                    "encoding": {
                        "y": {"field": "y", **y},
                        "x": {"field": "share", **x},
                        "color": colour,
                        "shape": shape,
                    },
                },
                *self._texts(y),
            ],
        }

    def _texts(self, y: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for side, (edge, align) in {"first": (4, "left"), "second": (ACROSS - 4, "right")}.items():
            for bold in (True, False):
                yield {
                    "data": {"values": [row for row in self._words if row["bold"] is bold]},
                    "mark": {
                        "type": "text",
                        "align": align,
                        "baseline": "middle",
                        "fontSize": 11.5 if bold else 10.5,
                        "fontWeight": 600 if bold else 400,
                        "limit": ACROSS / 2,
                        "color": "#1b2430" if bold else "#4a5461",
                        "aria": False,
                    },
                    "encoding": {
                        "y": {"field": "y", **y},
                        "x": {"value": edge},
                        "text": {"field": side, "type": "nominal"},
                    },
                }

    def _percent(self, end: int, *, step: int) -> dict[str, Any]:
        return {
            "type": "quantitative",
            "scale": {"domain": [-end, end], "nice": False},
            "axis": {
                "values": list(range(-end, end + 1, step)),
                "labelExpr": f"abs(datum.value) + '{self._view.words.percent(0)[1:]}'",
                "labelFlush": True,
                "title": None,
                "domain": False,
                "ticks": False,
                "gridColor": "#d9dde2",
                "labelColor": "#454d57",
            },
        }

    def _write(self, first: str, second: str, *, y: int, bold: bool) -> None:
        self._words.append({"first": first, "second": second, "y": y, "bold": bold})

    def _mark(self, labels: Sequence[str], *, side: int) -> None:
        for label in labels:
            share = self._profile.share(label)
            if share is not None:
                good = is_welcome(label)
                self._shares.append(
                    {
                        "y": self._at + (19 if good else 29),
                        "side": "+" if good else "-",
                        "share": side * share.percent,
                        "low": side * share.low,
                        "high": side * share.high,
                        "far": share.high,
                    }
                )


def _peak(profile: Profile, pole: LensElement) -> tuple[str, Share] | None:
    shares = [
        (label, share) for label in pole.labels if (share := profile.share(label)) and share.carries
    ]
    return max(shares, key=lambda item: item[1].percent, default=None)
