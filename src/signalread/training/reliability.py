"""Whether scores mean what they say: how often segments with a score have the label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 10
FEWEST = 20  # pairs in a bin; a share of fewer is not drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The (segment, label) pairs whose scores lie in one tenth of [0, 1].

    ``score`` is their mean score, ``share`` how many of the ``pairs`` have the label, and ``low``
    to ``high`` the share's 90 % Wilson interval (1927, JASA).
    """

    pairs: int
    score: float
    share: float
    low: float
    high: float


def reliability_bins(
    scores: npt.NDArray[np.float32], targets: npt.NDArray[np.float32]
) -> tuple[Bin, ...]:
    """Return the tenths that hold any pair, for scores and 0/1 targets of one shape."""
    from scipy.stats import binomtest

    p, y = scores.ravel().astype(float), targets.ravel().astype(float)
    which = np.minimum((p * BINS).astype(int), BINS - 1)
    found = []
    for i in range(BINS):
        inside = which == i
        if (pairs := int(inside.sum())) > 0:
            hits = int(y[inside].sum())
            interval = binomtest(hits, pairs).proportion_ci(0.9, method="wilson")
            found.append(
                Bin(
                    pairs=pairs,
                    score=float(p[inside].mean()),
                    share=hits / pairs,
                    low=float(interval.low),
                    high=float(interval.high),
                )
            )
    return tuple(found)


def draw_reliability(bins: Sequence[Bin]) -> str:
    """Return an SVG: the share of segments with a label against the score that they got."""
    rows = [
        {"score": b.score, "share": b.share, "low": b.low, "high": b.high}
        for b in bins
        if b.pairs >= FEWEST
    ]
    x = {"field": "score", **_axis("score")}
    ink = {"value": "#1f5a8c"}
    import vl_convert  # slow to load

    svg: str = vl_convert.vegalite_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "config": {"view": {"stroke": None}, "font": "system-ui, sans-serif"},
            "width": 260,
            "height": 260,
            "background": "white",
            "layer": [
                {
                    "data": {"values": [{"score": 0, "share": 0}, {"score": 1, "share": 1}]},
                    "mark": {"type": "line", "strokeDash": [4, 4], "color": "#6b7682"},
                    "encoding": {"x": x, "y": {"field": "share", **_axis("share with the label")}},
                },
                {
                    "data": {"values": rows},
                    "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
                    "encoding": {
                        "x": x,
                        "y": {"field": "low", **_axis("share with the label")},
                        "y2": {"field": "high"},
                        "color": ink,
                    },
                },
                {
                    "data": {"values": rows},
                    "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                    "encoding": {
                        "x": x,
                        "y": {"field": "share", **_axis("share with the label")},
                        "color": ink,
                    },
                },
            ],
        }
    )
    return svg


def _axis(title: str) -> dict[str, object]:
    return {
        "type": "quantitative",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {
            "title": title,
            "values": [0, 0.25, 0.5, 0.75, 1],
            "gridColor": "#d9dde2",
            "labelColor": "#454d57",
            "titleFontWeight": "normal",
            "domain": False,
            "ticks": False,
        },
    }
