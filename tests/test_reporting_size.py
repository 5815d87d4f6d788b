"""A report of five hundred teams and four waves opens in a browser and travels by mail."""

from dataclasses import replace

import numpy as np

from signalread.codebook import Codebook
from signalread.records import Compared, Estimate
from signalread.reporting import build_view, render_page
from tests.report_samples import Released, facts, release

LARGEST = 8_000_000  # bytes
CERTAIN = 0.08  # of the comparisons; in the example municipality it is one in a hundred


def test_the_page_of_five_hundred_teams_is_below_eight_megabytes(codebook: Codebook) -> None:
    rng = np.random.default_rng(3)
    teams = {
        f"Förvaltning {i % 6} / Område {i % 60} / Team {i}": int(rng.integers(0, 40))
        for i in range(500)
    }
    released = release(codebook, teams, waves=("2024-11", "2025-05", "2025-11", "2026-05"))
    view = build_view(_mostly_uncertain(released, rng), codebook=codebook, facts=facts())
    assert len(view.units) > 560
    page = render_page(view)
    assert len(page.encode()) <= LARGEST
    assert all(f'id="{unit.key}"' in page for unit in view.shown())


def _mostly_uncertain(released: Released, rng: np.random.Generator) -> Released:
    def thinned(compared: Compared | None) -> Compared | None:
        if compared is None or rng.random() < CERTAIN:
            return compared
        return Compared.NOT_CERTAIN

    return [
        replace(item, parent=thinned(item.parent), last_wave=thinned(item.last_wave))
        if isinstance(item, Estimate)
        else item
        for item in released
    ]
