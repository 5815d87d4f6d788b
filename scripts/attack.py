"""Can a hidden group be worked out? Random organisations, exported again and again, and attacked.

Each organisation is exported up to four times: as it is, with a team or a branch filtered away,
with late answers, with two teams put together. The attacker sees every export, knows the tree and
this program, and solves one integer programme (HiGHS) over all of them for the size of each group
below the limit, and for each handful of late answers. It shares no code with the gate that it
attacks. The same organisations go through the two usual rules for comparison.

    python scripts/attack.py --organisations 10000 --record attack.jsonl

Every organisation has a seed of its own, its number, so that a run that was stopped goes on where
it was: what the record holds already is not attacked again.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from signalread.disclosure import Release, review
from signalread.errors import DisclosureError
from signalread.records import (
    TEAM_SEPARATOR,
    Cell,
    Estimate,
    Reason,
    Source,
    Withheld,
    level,
    parent,
    units,
)

LIMIT = 5
ENDLESS = 100_000
MERGED = " + "  # joins the names of two teams that have become one


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One export as its readers see it: who is in which unit, which sizes, which reasons.

    ``made_of`` maps each unit to the original teams in it, ``late`` tells that answers had come in.
    """

    made_of: Mapping[str, frozenset[str]]
    shown: Mapping[str, int]
    reasons: Mapping[str, Reason]
    late: bool


@dataclass(slots=True)
class Outcome:
    """What happened to many organisations."""

    organisations: int = 0
    exports: int = 0
    refused: int = 0
    pinned: int = 0
    attacked: int = 0
    cells: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        """Count another outcome's organisations in."""
        for name in ("organisations", "exports", "refused", "pinned", "attacked", "cells"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.shown += other.shown
        self.leaks += other.leaks


def draw_teams(rng: random.Random, *, largest: int) -> dict[str, int]:
    """Return team sizes, heavy at the small end, in a tree of two to four levels."""
    depth = rng.randint(1, 3)
    wanted = min(largest, int(3 * 1.6 ** rng.uniform(0, 10.5)))
    wide = max(2, round((wanted / 4) ** (1 / max(depth - 1, 1))))
    teams: dict[str, int] = {}
    for number in range(max(3, wanted)):
        path = [f"U{rng.randrange(wide)}" for _ in range(depth - 1)]
        teams[TEAM_SEPARATOR.join([*path, f"T{number}"])] = 1 + min(int(rng.expovariate(0.11)), 80)
    if rng.random() < 0.3:  # people who belong to a unit itself
        above = parent(rng.choice(list(teams)))
        if above:
            teams[above] = rng.randint(1, 6)
    return teams


def exports_of(teams: dict[str, int], rng: random.Random) -> Iterable[tuple[dict[str, int], bool]]:
    """Yield up to four versions of an organisation, and whether late answers had come in."""
    yield teams, False
    for _ in range(rng.randrange(4)):
        names = list(teams)
        kind = rng.choice(("again", "without", "branch", "late", "merged"))
        if kind == "without" and len(names) > 3:
            gone = set(rng.sample(names, rng.randint(1, 2)))
            yield {t: n for t, n in teams.items() if t not in gone}, False
        elif kind == "branch":
            top = rng.choice(names).split(TEAM_SEPARATOR)[0]
            yield {t: n for t, n in teams.items() if t.split(TEAM_SEPARATOR)[0] == top}, False
        elif kind == "merged":
            one = rng.choice(names)
            beside = [t for t in names if t != one and parent(t) == parent(one)]
            beside = [t for t in beside if not any(u.startswith(t + TEAM_SEPARATOR) for u in names)]
            if beside and not any(u.startswith(one + TEAM_SEPARATOR) for u in names):
                other = rng.choice(beside)
                merged = {t: n for t, n in teams.items() if t not in (one, other)}
                yield merged | {f"{one}{MERGED}{_last(other)}": teams[one] + teams[other]}, False
        elif kind == "late":
            some = set(rng.sample(names, min(len(names), rng.randint(1, 3))))
            yield {t: n + (rng.randint(1, 3) if t in some else 0) for t, n in teams.items()}, True
        else:
            yield teams, False


def above(team: str) -> list[str]:
    """Return the units above a team, the whole organisation left out."""
    return list(units(team.split(MERGED)[0]))[:-1]


def parts(team: str) -> list[str]:
    """Return the original teams that a team consists of."""
    first, *more = team.split(MERGED)
    top = first.rpartition(TEAM_SEPARATOR)
    return [first, *(f"{top[0]}{top[1]}{name}" for name in more)]


def _last(team: str) -> str:
    return team.rpartition(TEAM_SEPARATOR)[2]


def sum_units(teams: Mapping[str, int]) -> dict[str, int]:
    """Return the size of every unit."""
    sizes: Counter[str] = Counter()
    for team, n in teams.items():
        for unit in ("", *above(team), team):
            sizes[unit] += n
    return dict(sizes)


def export(
    sizes: Mapping[str, int], earlier: Sequence[Release]
) -> tuple[dict[str, Reason], Release]:
    """Send an organisation through the gate; return what is hidden, and the ledger's line."""
    estimates = [
        Estimate(
            cell=Cell(team=u, level=level(u), wave="1", source=Source.SURVEY, label="trust"),
            n=n, share=0.5, low=0.3, high=0.7,
        )
        for u, n in sizes.items()
    ]  # fmt: skip
    result = review(estimates, min_respondents=LIMIT, earlier=earlier)
    hidden = {c.cell.team: c.reason for c in result.cells if isinstance(c, Withheld)}
    return hidden, result.releases[0]


def threshold_only(sizes: Mapping[str, int]) -> set[str]:
    """Hide what is below the limit, as most products do."""
    return {u for u, n in sizes.items() if n < LIMIT}


def next_smallest(sizes: Mapping[str, int]) -> set[str]:
    """Hide what is below the limit, and the smallest neighbour where that leaves one alone."""
    hidden = threshold_only(sizes)
    families: dict[str, list[str]] = {}
    for unit in sizes:
        if unit:
            families.setdefault(parent(unit), []).append(unit)
    for family in families.values():
        mine = [u for u in family if u in hidden]
        others = [u for u in family if u not in hidden]
        if len(mine) == 1 and others:
            hidden.add(min(others, key=lambda u: (sizes[u], u)))
    return hidden


def leaks(sizes: Mapping[str, int], hidden: set[str]) -> bool:
    """Tell whether plain subtraction of shown units leaves fewer people than the limit."""
    left = {u: n for u, n in sizes.items() if u not in hidden}
    for unit in sorted((u for u in sizes if u not in hidden), key=level, reverse=True):
        above = unit
        while above:
            above = parent(above)
            if above in left:
                left[above] -= sizes[unit]
                break
    return any(0 < n < LIMIT for n in left.values())


def see(
    teams: Mapping[str, int], sizes: Mapping[str, int], hidden: Mapping[str, Reason], late: bool
) -> Seen:
    """Return what readers of an export know."""
    made_of: dict[str, set[str]] = {}
    for team in teams:
        for unit in ("", *above(team), team):
            made_of.setdefault(unit, set()).update(parts(team))
    return Seen(
        made_of={unit: frozenset(names) for unit, names in made_of.items()},
        shown={u: n for u, n in sizes.items() if u not in hidden},
        reasons=hidden,
        late=late,
    )


def find_pinned(teams: Mapping[str, int], late: Mapping[str, int], seen: Sequence[Seen],
                rng: random.Random, *, most: int = 6) -> tuple[int, int]:  # fmt: skip
    """Return how many of some small unknowns are pinned, and how many were attacked.

    The unknowns are each team's size at first, how many late answers it got, and sums of two.
    """
    names = sorted(teams)
    column = {team: i for i, team in enumerate(names)}
    width = 2 * len(names)
    rows: list[tuple[list[int], float, float]] = []
    for view in seen:
        for unit, members in view.made_of.items():
            columns = [column[t] for t in members]
            if view.late:
                columns += [len(names) + column[t] for t in members]
            if unit in view.shown:
                n = view.shown[unit]
                rows.append((columns, n, n))
            elif view.reasons[unit] is Reason.TOO_FEW:
                rows.append((columns, 0, LIMIT - 1))
            else:
                rows.append((columns, LIMIT, np.inf))
    matrix = csr_array(
        (
            np.ones(sum(len(c) for c, _, _ in rows)),
            (
                np.repeat(np.arange(len(rows)), [len(c) for c, _, _ in rows]),
                np.concatenate([c for c, _, _ in rows]),
            ),
        ),
        shape=(len(rows), width),
    )
    constraint = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])
    bounds = Bounds([1] * len(names) + [0] * len(names), [ENDLESS] * width)

    def extreme(indices: Sequence[int], sign: int) -> int | None:
        cost = np.zeros(width)
        cost[list(indices)] = sign
        found = milp(
            cost, integrality=np.ones(width, dtype=np.int64), bounds=bounds, constraints=constraint
        )
        return sign * round(float(found.fun)) if found.success else None

    small = [((column[t],), n) for t, n in teams.items() if n < LIMIT]
    small += [((len(names) + column[t],), n) for t, n in late.items() if 0 < n < LIMIT]
    pairs = [((*a, *b), n + m) for (a, n), (b, m) in combinations(small, 2) if n + m < LIMIT]
    targets: list[tuple[tuple[int, ...], int]] = rng.sample(small, min(most, len(small)))
    targets += rng.sample(pairs, min(most, len(pairs)))
    pinned = 0
    for indices, truth in targets:
        if extreme(indices, 1) == truth and extreme(indices, -1) == truth:
            pinned += 1
    return pinned, len(targets)


def attack(number: int, *, largest: int) -> Outcome:
    """Draw one organisation, export it several times, and try to work out what is hidden."""
    rng = random.Random(number)
    outcome = Outcome(organisations=1)
    teams = draw_teams(rng, largest=largest)
    sizes = sum_units(teams)
    outcome.cells += sum(n >= LIMIT for n in sizes.values())
    for name, rule in (("threshold only", threshold_only), ("next smallest", next_smallest)):
        hidden = rule(sizes)
        outcome.shown[name] += len(sizes) - len(hidden)
        outcome.leaks[name] += leaks(sizes, hidden)
    earlier: list[Release] = []
    seen: list[Seen] = []
    late: dict[str, int] = {}
    for version, is_late in exports_of(teams, rng):
        if is_late and late:
            continue  # one lot of late answers is what the unknowns stand for
        outcome.exports += 1
        try:
            reasons, release = export(sum_units(version), earlier)
        except DisclosureError:
            outcome.refused += 1
            continue
        if not earlier:
            outcome.shown["signalread"] += len(sizes) - len(reasons)
        if is_late:
            late = {t: n - teams[t] for t, n in version.items()}
        earlier.append(release)
        seen.append(see(version, sum_units(version), reasons, is_late))
    outcome.pinned, outcome.attacked = find_pinned(teams, late, seen, rng)
    outcome.leaks["signalread"] += outcome.pinned > 0
    return outcome


def read_record(path: Path) -> dict[int, Outcome]:
    """Return the outcomes of the organisations that have been attacked before, by number."""
    if not path.exists():
        return {}
    found: dict[int, Outcome] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        number = row.pop("number")
        shown, leaks = Counter(row.pop("shown")), Counter(row.pop("leaks"))
        found[number] = Outcome(**row, shown=shown, leaks=leaks)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the attack and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first organisation")
    parser.add_argument("--largest", type=int, default=400, help="teams in one organisation")
    parser.add_argument("--record", type=Path, help="outcomes so far (JSON lines), gone on with")
    options = parser.parse_args(arguments)
    start = time.process_time()
    done = read_record(options.record) if options.record else {}
    total = Outcome()
    for number in range(options.first, options.first + options.organisations):
        outcome = done.get(number) or attack(number, largest=options.largest)
        total.add(outcome)
        if outcome.pinned:
            print(f"organisation {number}: {outcome.pinned} pinned", flush=True)
        if options.record and number not in done:
            with options.record.open("a", encoding="utf-8") as file:
                row = {f.name: getattr(outcome, f.name) for f in fields(outcome)}
                file.write(json.dumps({"number": number, **row}) + "\n")
    print(summarize(total))
    print(f"\n{time.process_time() - start:.0f} s of computing")


def summarize(outcome: Outcome) -> str:
    """Return what happened to all the organisations, as the documentation shows it."""
    lines = [
        f"{outcome.organisations:,} organisations, {outcome.exports:,} exports, "
        f"{outcome.refused} refused; {outcome.attacked:,} small groups, handfuls of late answers "
        f"and sums of two attacked, {outcome.pinned} pinned.",
        "",
        "| rule | shown of what meets the limit alone | organisations given away |",
        "|---|---|---|",
    ]
    for name, key in (
        ("threshold only", "threshold only"),
        ("threshold and next smallest", "next smallest"),
        ("signalread", "signalread"),
    ):
        shown = 100 * outcome.shown[key] / outcome.cells
        given = 100 * outcome.leaks[key] / outcome.organisations
        lines.append(f"| {name} | {shown:.1f} % | {given:.1f} % |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
