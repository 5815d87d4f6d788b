import random

import pytest

from signalread.waves import order_waves, previous_waves


@pytest.mark.parametrize(
    "waves",
    [
        ["HT2025", "VT2026", "HT2026"],
        ["2025 höst", "2026 vår", "2026 höst"],
        ["vår 2025", "2025-11", "2026-05-14", "Höst 2026"],
        ["Q4 2025", "2026 Q1", "kvartal 2 2026", "K3 2026"],
        ["november 2025", "maj 2026", "okt 2026"],
        ["2025-2", "2026-1", "2026-2"],
        ["ht-25", "vt26", "ht26"],
        ["14/11 2025", "2/5 2026", "20261101"],
        ["Omgång 2", "Omgång 9", "Omgång 10"],
        ["vecka 7 2026", "v. 12 2026", "vecka 40 2026"],
        ["2025", "2026"],
    ],
)
def test_waves_stand_in_the_order_of_time(waves: list[str]) -> None:
    shuffled = waves * 2
    random.Random(1).shuffle(shuffled)
    assert order_waves(shuffled) == waves


def test_names_without_a_year_stand_in_the_order_of_their_names() -> None:
    assert order_waves(["slutmätning", "", "baslinje"]) == ["", "baslinje", "slutmätning"]


def test_a_composed_and_a_decomposed_letter_are_the_same() -> None:
    assert order_waves(["2026 ho\u0308st", "2026 vår"]) == ["2026 vår", "2026 ho\u0308st"]


def test_the_first_wave_has_none_before_it() -> None:
    assert previous_waves(["VT2026", "HT2025"]) == {"VT2026": "HT2025"}
