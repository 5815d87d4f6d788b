"""The page, the table and the plot of what ``scripts/benchmark.py`` measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.benchmark_peers import PEERS, Peer

Results = Mapping[str, Any]
BASE = "bert"
OPEN, CLOSE = "<!-- benchmark -->", "<!-- /benchmark -->"


def write_page(results: Results, out: Path) -> None:
    """Draw the plot, and put the tables into ``benchmark.md`` between its two marks."""
    (out / "benchmark.svg").write_text(draw(results), encoding="utf-8")
    page = out / "benchmark.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else f"{OPEN}\n{CLOSE}\n"
    page.write_text(replace_between(text, tables(results)), encoding="utf-8")


def replace_between(page: str, text: str) -> str:
    """Return the page with ``text`` between the marks, and all around them as it was.

    >>> replace_between("a <!-- benchmark -->old<!-- /benchmark --> b", "new")
    'a <!-- benchmark -->\\n\\nnew\\n<!-- /benchmark --> b'
    """
    before, _, rest = page.partition(OPEN)
    _, _, after = rest.partition(CLOSE)
    return f"{before}{OPEN}\n\n{text}\n{CLOSE}{after}"


def tables(results: Results) -> str:
    """Return the Markdown tables: quality, speed, and quality rule by rule."""
    measured = [peer for peer in PEERS if peer.name in results]
    read = [peer for peer in measured if not peer.speed_only]
    return "\n".join(
        [
            "### Quality",
            "",
            *quality_table(results, read),
            "",
            "### Speed",
            "",
            *speed_table(results, measured),
            "",
            "### Rule by rule (test, micro-F1)",
            "",
            *rule_table(results, read),
            "",
        ]
    )


def quality_table(results: Results, peers: list[Peer]) -> list[str]:
    """Return a row per reader and part."""
    lines = [
        "| reader | fitted on | part | micro-F1 (90 % interval) | macro-F1 | signals | themes "
        "| left alone | calibration error |",
        "|---|---:|---|---|---:|---:|---:|---:|---:|",
    ]
    for peer in peers:
        for part in ("dev", "test"):
            found = results[peer.name][part]
            low, high = found["interval"]
            lines.append(
                f"| {peer.title} | {fitted_on(results[peer.name])} | {part} "
                f"| {found['micro_f1']:.3f} ({low:.3f}–{high:.3f}) "
                f"| {found['macro_f1']:.3f} | {found['signals_f1']:.3f} "
                f"| {found['themes_f1']:.3f} | {found['left_alone']:.3f} "
                f"| {found['calibration_error']:.4f} |"
            )
    return lines


def speed_table(results: Results, peers: list[Peer]) -> list[str]:
    """Return a row per reader: how fast, how large, and how many times a BERT-base's rate."""
    lines = [
        "| reader | segments/s (best round) | segments per CPU second | × BERT-base, pipeline "
        "| × BERT-base, same runtime | load, CPU s | peak memory, MB | model, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for peer in peers:
        found = results[peer.name]
        if "segments_per_s" not in found:
            continue  # scored in an earlier run that was cut short
        ratios = [
            f"{found[f'times_{yard}']['cpu_s']:,.2g}"
            if found[f"times_{yard}"]["cpu_s"] < 10
            else f"{found[f'times_{yard}']['cpu_s']:,.0f}"
            for yard in ("bert", "bert-int8")
        ]
        lines.append(
            f"| {peer.title} | {found['segments_per_s']:,.0f} ({found['segments_per_s_best']:,.0f})"
            f" | {found['segments_per_cpu_s']:,.0f} | {ratios[0]} | {ratios[1]} "
            f"| {found['load_cpu_s']:.1f} | {found['peak_mb']:,.0f} | {found['megabytes']:,.0f} |"
        )
    return lines


def rule_table(results: Results, peers: list[Peer]) -> list[str]:
    """Return a row per codebook rule that the test part has examples of."""
    lines = [
        "| rule | segments | " + " | ".join(peer.title for peer in peers) + " |",
        "|---:|---:|" + "---:|" * len(peers),
    ]
    sizes = results[peers[0].name]["test"]["rule_segments"] if peers else {}
    for rule in sorted(sizes, key=int):
        values = [results[peer.name]["test"]["rule_f1"][rule] for peer in peers]
        best = max(values)
        cells = [f"**{value:.2f}**" if value == best else f"{value:.2f}" for value in values]
        lines.append(f"| {rule} | {sizes[rule]} | " + " | ".join(cells) + " |")
    return lines


def fitted_on(found: Mapping[str, Any]) -> str:
    """Return how many segments a reader was fitted on, or a dash."""
    return f"{found['fitted_on']:,}" if found.get("fitted_on") else "–"


def draw(results: Results) -> str:
    """Return an SVG: test micro-F1 against segments per processor second, on a log scale."""
    import vl_convert  # slow to load

    values = [
        {
            "reader": peer.title,
            "rate": results[peer.name]["segments_per_cpu_s"],
            "f1": results[peer.name]["test"]["micro_f1"],
            "low": results[peer.name]["test"]["interval"][0],
            "high": results[peer.name]["test"]["interval"][1],
            "kind": "ours" if peer.name == "ours" else "peer",
        }
        for peer in PEERS
        if "segments_per_cpu_s" in results.get(peer.name, {}) and not peer.speed_only
    ]
    yards = [
        {"reader": peer.title, "rate": results[peer.name]["segments_per_cpu_s"]}
        for peer in PEERS
        if peer.speed_only and peer.name in results
    ]
    x = {
        "field": "rate",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [1, 100_000]},
        "axis": axis("segments per processor second (log scale)")
        | {"values": [10**power for power in range(6)]},
    }
    y = {
        "field": "f1",
        "type": "quantitative",
        "scale": {"zero": False, "padding": 24},
        "axis": axis("micro-F1, test part"),
    }
    colour = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["ours", "peer"], "range": ["#1f5a8c", "#b4560e"]},
    }
    shape = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["ours", "peer"], "range": ["circle", "diamond"]},
    }
    label = {"type": "text", "fontSize": 12, "color": "#1b2430"}
    svg: str = vl_convert.vegalite_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "config": {"view": {"stroke": None}, "font": "system-ui, sans-serif"},
            "width": 520,
            "height": 300,
            "background": "white",
            "padding": {"left": 8, "top": 8, "bottom": 8, "right": 90},
            "layer": [
                {
                    "data": {"values": yards},
                    "mark": {"type": "rule", "strokeDash": [4, 4], "color": "#6b7682"},
                    "encoding": {"x": x},
                },
                {
                    "data": {"values": yards},
                    "mark": label
                    | {"angle": 270, "align": "left", "dy": -6, "color": "#454d57"},
                    "encoding": {
                        "x": x,
                        "y": {"value": 296},
                        "text": {"field": "reader"},
                    },
                },
                {
                    "data": {"values": values},
                    "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
                    "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"},
                                 "color": colour},
                },
                {
                    "data": {"values": values},
                    "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                    "encoding": {"x": x, "y": y, "color": colour, "shape": shape},
                },
                {
                    "data": {"values": values},
                    "mark": label | {"align": "left", "dx": 10},
                    "encoding": {"x": x, "y": y, "text": {"field": "reader"}},
                },
            ],
        }
    )  # fmt: skip
    return svg


def axis(title: str) -> dict[str, Any]:
    """Return what both axes look like."""
    return {
        "title": title,
        "gridColor": "#d9dde2",
        "labelColor": "#454d57",
        "titleFontWeight": "normal",
        "domain": False,
        "ticks": False,
    }
