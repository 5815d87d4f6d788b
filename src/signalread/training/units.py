"""The units of an organisation tree that stand or fall together: what is split and resampled."""

from collections.abc import Iterable, Sequence

from signalread.records import TEAM_SEPARATOR

LEAST = 10  # units below which a level of the tree is too coarse to split or resample by


def independent_units(teams: Iterable[str]) -> dict[str, str]:
    """Return for each team path the unit it belongs to: the highest level with enough units.

    Organisations where there are ten of them, else the units below, else the teams themselves:
    people of one organisation share words, troubles and authors, so the higher level is the more
    honest one.

    >>> independent_units(["A / 1", "A / 2"])
    {'A / 1': 'A / 1', 'A / 2': 'A / 2'}
    """
    paths = {team: team.split(TEAM_SEPARATOR) for team in sorted(set(teams))}
    deepest = max((len(path) for path in paths.values()), default=0)
    for depth in range(1, deepest):
        units = {team: TEAM_SEPARATOR.join(path[:depth]) for team, path in paths.items()}
        if len(set(units.values())) >= LEAST:
            return units
    return {team: team for team in paths}


def number_units(teams: Sequence[str]) -> tuple[list[int], int]:
    """Return the number of each team's unit, counted from 0, and how many units there are."""
    units = independent_units(teams)
    numbers = {unit: i for i, unit in enumerate(sorted(set(units.values())))}
    return [numbers[units[team]] for team in teams], len(numbers)
