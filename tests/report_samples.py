"""Released numbers for report tests: a small fictional organisation, without the stages before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from signalread.codebook import Codebook
from signalread.records import (
    Cell,
    Compared,
    Estimate,
    Reason,
    Source,
    Withheld,
    level,
    units,
)
from signalread.reporting import RunFacts

TEAMS = {
    "Omsorg / Norr / Hemtjänst 2": 14,
    "Omsorg / Norr / Hemtjänst 10": 9,
    "Omsorg / Norr / Natt": 3,
    "Omsorg / Söder / Ekliden": 22,
    "Teknik / Gata": 11,
    "Teknik / Återvinning": 0,
}
WAVES = ("2026-05", "2026-11")

Released = list[Estimate | Withheld]


def facts(**changes: object) -> RunFacts:
    """Return what a run says of itself."""
    values: dict[str, object] = {
        "created": datetime(2026, 11, 28, 9, 30),
        "files": ("enkät.csv", "möte.docx"),
        "counts": {"read": 1432, "empty": 61, "duplicate": 7, "segments": 3120},
        "model": "signalread-sv 1",
        "codebook_version": "1.3",
        "min_respondents": 5,
        "coverage": 0.9,
        "signalread_version": "0.1.0",
    }
    return RunFacts(**(values | changes))  # type: ignore[arg-type]


def release(
    codebook: Codebook,
    teams: Mapping[str, int] = TEAMS,
    *,
    waves: Sequence[str] = WAVES,
    source: Source = Source.SURVEY,
    seed: int = 1,
) -> Released:
    """Return a cell for every unit, wave and label; groups below five are withheld."""
    rng = np.random.default_rng(seed)
    sizes: dict[str, int] = {}
    for team, n in teams.items():
        for unit in ("", *units(team)):
            sizes[unit] = sizes.get(unit, 0) + n
    found: Released = []
    for wave in waves:
        for unit, n in sizes.items():
            for label in codebook.labels:
                cell = Cell(team=unit, level=level(unit), wave=wave, source=source, label=label)
                found.append(_cell(cell, n, rng, first=wave == waves[0]))
    return found


def _cell(cell: Cell, n: int, rng: np.random.Generator, *, first: bool) -> Estimate | Withheld:
    if n < 5:
        return Withheld(cell=cell, reason=Reason.TOO_FEW if n else Reason.NO_DATA)
    share = rng.binomial(n, 0.4) / n
    return Estimate(
        cell=cell,
        n=n,
        share=share,
        low=max(0.0, share - 0.123),
        high=min(1.0, share + 0.123),
        parent=list(Compared)[rng.integers(3)] if cell.team else None,
        last_wave=None if first else list(Compared)[rng.integers(3)],
    )


def replaced(released: Iterable[Estimate | Withheld], *, label: str, **values: float) -> Released:
    """Return the cells with the whole organisation's numbers for one label changed."""
    return [
        Estimate(
            cell=item.cell,
            n=item.n,
            share=values.get("share", item.share),
            low=values.get("low", item.low),
            high=values.get("high", item.high),
            parent=item.parent,
            last_wave=Compared.NOT_CERTAIN,
        )
        if isinstance(item, Estimate) and item.cell.label == label and not item.cell.team
        else item
        for item in released
    ]
