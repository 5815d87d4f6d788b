"""Which side weighs more: trust against control, and each theme's strength against its concern."""

from collections.abc import Iterable, Iterator
from math import sqrt

from signalread.codebook import Codebook
from signalread.records import Balance, Cell, Estimate, Source


def balance_shares(estimates: Iterable[Estimate], *, codebook: Codebook) -> Iterator[Balance]:
    """Yield the balance of every pair of labels of which both shares are there.

    The interval is put together from those of the two shares (Zou & Donner 2008, Statistics in
    Medicine 27:1693-1702), so it needs nothing that disclosure has not let through.
    """
    pairs = {theme.id: (f"{theme.id}+", f"{theme.id}-") for theme in codebook.themes}
    if {"trust", "control"} <= set(codebook.labels):
        pairs = {"trust-control": ("trust", "control")} | pairs
    shown: dict[tuple[str, str, Source], dict[str, Estimate]] = {}
    for estimate in estimates:
        cell: Cell = estimate.cell
        shown.setdefault((cell.team, cell.wave, cell.source), {})[cell.label] = estimate
    for (team, wave, source), found in shown.items():
        for name, (for_it, against) in pairs.items():
            if for_it in found and against in found:
                one, other = found[for_it], found[against]
                value = one.share - other.share
                down = sqrt((one.share - one.low) ** 2 + (other.high - other.share) ** 2)
                up = sqrt((one.high - one.share) ** 2 + (other.share - other.low) ** 2)
                yield Balance(
                    team=team,
                    wave=wave,
                    source=source,
                    label=name,
                    value=value,
                    low=max(value - down, -1.0),
                    high=min(value + up, 1.0),
                )
