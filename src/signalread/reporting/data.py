"""The report as JSON, for those who build on the numbers: the same whole percent as on the page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from signalread.reporting.dilemmas import say_tension
from signalread.reporting.method import explain
from signalread.reporting.scheme import LensElement
from signalread.reporting.summary import write_summary
from signalread.reporting.view import Figure, Finding, Hidden, Profile, View

FORMAT = 1


def write_data(view: View, path: Path) -> None:
    """Write the report as one JSON object; ``format`` is raised when a reader must change."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(_report(view), file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


def _report(view: View) -> Mapping[str, Any]:
    facts = view.facts
    return {
        "format": FORMAT,
        "language": view.words.language,
        "about": view.about,
        "created": facts.created.isoformat(timespec="seconds"),
        "wave": view.wave,
        "waves": view.waves,
        "files": facts.files,
        "model": facts.model,
        "codebook": facts.codebook_version,
        "signalread": facts.signalread_version,
        "min_respondents": facts.min_respondents,
        "coverage": facts.coverage,
        "comments": view.comments,
        "intake": {line.status: line.count for line in view.intake},
        "labels": {
            "signals": {signal.label: signal.name for signal in view.signals},
            "themes": {theme.id: theme.name for theme in view.themes},
        },
        "themes": {
            theme.id: {
                "name": theme.name,
                "strength": theme.strength,
                "concern": theme.concern,
                "elsewhere": theme.elsewhere,
                "silent": theme.silent,
                "accuracy": dict(theme.accuracy),
                "quotations": {label: list(said) for label, said in theme.quotations.items()},
                "keep": theme.keep,
                "questions": theme.questions,
                "steps": [{"who": who, "text": text} for who, text in theme.steps],
            }
            for theme in view.themes
        },
        "lenses": [
            {
                "id": lens.id,
                "name": lens.name,
                "source": lens.source,
                "note": lens.note,
                "elements": [_element(element) for element in lens.elements],
                "dilemmas": [[_element(pole) for pole in pair] for pair in lens.dilemmas],
                "tensions": [
                    say_tension(view, view.now(view.whole), pair) or None for pair in lens.dilemmas
                ],
            }
            for lens in view.lenses
        ],
        "own_views": [
            {
                "unit": given.unit,
                "lens": given.lens,
                "element": _element(given.element),
                "value": given.value,
            }
            for given in view.own_views
        ],
        "summary_text": list(write_summary(view)),
        "method": {
            title: [part if isinstance(part, str) else list(part) for part in parts]
            for title, parts in explain(view)
        },
        "summary": [_finding(finding) for finding in view.summary],
        "comparisons": view.comparisons,
        "changes": [
            {
                "unit": change.unit.key,
                "label": change.label,
                "before": _figure(change.before),
                "before_n": change.before_n,
                "now": _figure(change.now),
                "now_n": change.now_n,
            }
            for change in view.changes
        ],
        "orders": [
            {"by": order.by, "theme": order.theme or None, "units": order.keys}
            for order in view.orders
        ],
        "units": [
            {
                "key": unit.key,
                "path": unit.names if unit.level else (),
                "name": unit.name,
                "level": unit.level,
                "parent": unit.parent,
                "survey": [_profile(profile) for profile in unit.survey],
                "notes": [_profile(profile) for profile in unit.notes],
            }
            for unit in view.units
        ],
    }


def _profile(profile: Profile) -> Mapping[str, Any]:
    return {
        "wave": profile.wave,
        "n": profile.n,
        "asked": profile.turnout.asked if profile.turnout else None,
        "answered": profile.turnout.answered if profile.turnout else None,
        "figures": {label: _figure(figure) for label, figure in profile.figures.items()},
        "balances": {
            name: {"points": lean.points, "low": lean.low, "high": lean.high}
            for name, lean in profile.leans.items()
        },
    }


def _element(element: LensElement) -> Mapping[str, Any]:
    return {"name": element.name, "labels": element.labels}


def _figure(figure: Figure) -> Mapping[str, Any]:
    if isinstance(figure, Hidden):
        return {"hidden": figure.reason.value}
    return {
        "percent": figure.percent,
        "low": figure.low,
        "high": figure.high,
        "parent": figure.parent,
        "last_wave": figure.last_wave,
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "kind": finding.kind,
        "label": finding.label,
        "lead": finding.lead,
        "n": finding.n,
        "share": _figure(finding.share),
        "before": _figure(finding.before) if finding.before else None,
        "beside": {finding.beside[0]: _figure(finding.beside[1])} if finding.beside else {},
    }
