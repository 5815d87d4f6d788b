"""Do the intervals hold what they promise? Organisations whose true shares are known.

Draws organisations of three levels, lets people answer and a classifier with given error rates
read them, and compares signalread's estimates with classify-and-count (with Wilson's interval)
and with adjusted counting. Error rates are estimated from a calibration set drawn anew each time,
as they are in practice: no method sees the true ones.

    python scripts/simulate_shares.py --organisations 5 --plot docs/shares.svg
    python scripts/simulate_shares.py --speed

The second tells how long one large organisation takes.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from signalread.aggregation import Group, estimate_shares
from signalread.aggregation.tally import LONGEST
from signalread.codebook import Codebook, load_codebook
from signalread.records import TEAM_SEPARATOR, ErrorRates, Source, units

Floats = npt.NDArray[np.float64]

SENSITIVITY = (0.60, 0.70, 0.80, 0.90, 0.95)
SPECIFICITY = (0.85, 0.90, 0.95, 0.99)
SIZES = (5, 8, 12, 20, 40, 100)
POSITIVES, NEGATIVES = 100, 900  # the calibration set, per label
UNITS, TEAMS = 6, 18  # units under the organisation, and teams in each: three of every size
WILSON = 1.6448536269514722  # the normal's 95 % point: a 90 % interval
METHODS = ("signalread", "adjusted count", "classify and count")
FIGURES = ("coverage", "width", "error", "jumps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """True shares of teams, shape (teams, labels), and one or more waves of their groups."""

    teams: tuple[str, ...]
    sizes: npt.NDArray[np.int64]
    truth: Floats
    waves: tuple[str, ...]
    groups: tuple[Group, ...]
    rates: ErrorRates


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one method got right in one cell of the simulation."""

    method: str
    sensitivity: float
    specificity: float
    size: int
    coverage: float
    width: float
    error: float  # mean absolute
    jumps: float  # mean absolute rank change between two waves in which nothing changed


def draw_organisation(
    sensitivity: float,
    specificity: float,
    *,
    codebook: Codebook,
    rng: np.random.Generator,
    longest: int = 1,
    unlike: float = 32.0,
) -> Organisation:
    """Return an organisation in which nothing changes between two waves.

    Each label is an experiment of its own. ``unlike`` is the Beta concentration of teams around
    their unit; respondents write one to ``longest`` segments.
    """
    labels = len(codebook.labels)
    whole = rng.beta(1.5, 6.0, size=labels).clip(0.02, 0.8)
    truth, teams, sizes = [], [], []
    for u in range(UNITS):
        middle = rng.beta(whole * 40, (1 - whole) * 40).clip(0.005, 0.95)
        for t in range(TEAMS):
            truth.append(rng.beta(middle * unlike, (1 - middle) * unlike))
            teams.append(f"Unit {u}{TEAM_SEPARATOR}Team {t}")
            sizes.append(SIZES[t % len(SIZES)])
    waves = ("2025", "2026")
    leaves = [
        _answer(team, wave, n, share, sensitivity, specificity, longest=longest, rng=rng)
        for wave in waves
        for team, n, share in zip(teams, sizes, truth, strict=True)
    ]
    hits = rng.binomial(POSITIVES, sensitivity, size=labels)
    calm = rng.binomial(NEGATIVES, specificity, size=labels)
    rates = ErrorRates(
        sensitivity=tuple((hits + 0.5) / (POSITIVES + 1)),
        specificity=tuple((calm + 0.5) / (NEGATIVES + 1)),
        positives=(float(POSITIVES),) * labels,
        negatives=(float(NEGATIVES),) * labels,
    )
    return Organisation(
        teams=tuple(teams),
        sizes=np.array(sizes),
        truth=np.array(truth),
        waves=waves,
        groups=tuple(with_units(leaves)),
        rates=rates,
    )


def _answer(
    team: str,
    wave: str,
    n: int,
    share: Floats,
    sensitivity: float,
    specificity: float,
    *,
    longest: int,
    rng: np.random.Generator,
) -> Group:
    labels = len(share)
    length = 1 + rng.binomial(longest - 1, 0.35, size=n) if longest > 1 else np.ones(n, dtype=int)
    # Who writes more says more; the team's share stays what it is.
    pull = length[:, None] ** 0.9
    has = rng.random((n, labels)) < np.minimum(share * pull / pull.mean(), 1.0)
    with_label = np.where(has, 1, 0)
    second = has & (length[:, None] > 1) & (rng.random((n, labels)) < 0.2)
    with_label = with_label + second
    found = rng.binomial(with_label, sensitivity) > 0
    alarms = rng.binomial(length[:, None] - with_label, 1 - specificity) > 0
    nobody = np.zeros(labels, dtype=np.int64)
    return Group(
        team=team,
        wave=wave,
        source=Source.SURVEY,
        n=n,
        counts=(found | alarms).sum(axis=0),
        certain=nobody,
        absent=nobody,
        lengths=np.bincount(length, minlength=LONGEST + 1),
    )


def with_units(leaves: Iterable[Group]) -> Iterator[Group]:
    """Yield the teams, and every unit above them as the sum of its teams."""
    above: dict[tuple[str, str], list[Group]] = {}
    for leaf in leaves:
        yield leaf
        for unit in ("", *list(units(leaf.team))[:-1]):
            above.setdefault((unit, leaf.wave), []).append(leaf)
    for (unit, wave), below in above.items():
        yield Group(
            team=unit,
            wave=wave,
            source=Source.SURVEY,
            n=sum(g.n for g in below),
            counts=np.sum([g.counts for g in below], axis=0),
            certain=np.sum([g.certain for g in below], axis=0),
            absent=np.sum([g.absent for g in below], axis=0),
            lengths=np.sum([g.lengths for g in below], axis=0),
        )


def measure(organisation: Organisation, *, codebook: Codebook) -> dict[str, tuple[Floats, ...]]:
    """Return share, low and high by method, each of shape (waves, teams, labels)."""
    rows = {(team, wave): (w, t) for w, wave in enumerate(organisation.waves)
            for t, team in enumerate(organisation.teams)}  # fmt: skip
    shape = (len(organisation.waves), *organisation.truth.shape)
    ours = tuple(np.empty(shape) for _ in range(3))
    for e in estimate_shares(
        organisation.groups, codebook=codebook, coverage=0.9, rates=organisation.rates
    ):
        if (place := rows.get((e.cell.team, e.cell.wave))) is not None:
            at = (*place, codebook.position[e.cell.label])
            ours[0][at], ours[1][at], ours[2][at] = e.share, e.low, e.high
    counted = np.empty(shape)
    for group in organisation.groups:
        if (place := rows.get((group.team, group.wave))) is not None:
            counted[place] = group.counts / group.n
    n = organisation.sizes[None, :, None]
    low, high = wilson_interval(counted, n)
    sensitivity = np.array(organisation.rates.sensitivity)
    fall_out = 1 - np.array(organisation.rates.specificity)
    adjusted = [
        np.clip((x - fall_out) / (sensitivity - fall_out), 0, 1) for x in (counted, low, high)
    ]
    return {METHODS[0]: ours, METHODS[1]: tuple(adjusted), METHODS[2]: (counted, low, high)}


def wilson_interval(share: Floats, n: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return Wilson's 90 % interval (1927, Journal of the American Statistical Association 22)."""
    z2 = WILSON**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = WILSON / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return centre - half, centre + half


def score_cell(
    sensitivity: float,
    specificity: float,
    *,
    codebook: Codebook,
    rng: np.random.Generator,
    organisations: int,
    longest: int = 1,
) -> list[Score]:
    """Return how each method did for teams of each size."""
    sums: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    for _ in range(organisations):
        drawn = draw_organisation(
            sensitivity, specificity, codebook=codebook, rng=rng, longest=longest
        )
        found = measure(drawn, codebook=codebook)
        for key, figures in score_organisation(drawn, found).items():
            sums.setdefault(key, []).append(figures)
    return [
        Score(
            method=method,
            sensitivity=sensitivity,
            specificity=specificity,
            size=size,
            **dict(zip(FIGURES, np.mean(found, axis=0).tolist(), strict=True)),
        )
        for (method, size), found in sums.items()
    ]


def score_organisation(
    organisation: Organisation, found: Mapping[str, tuple[Floats, ...]]
) -> dict[tuple[str, int], tuple[float, ...]]:
    """Return coverage, width, mean error and rank change by method and team size.

    ``found`` holds share, low and high by method, as :func:`measure` returns them.
    """
    truth = organisation.truth
    scores: dict[tuple[str, int], tuple[float, ...]] = {}
    for method, (share, low, high) in found.items():
        held = (low <= truth) & (truth <= high)
        # Ranks among all teams, ties at their mean: most of a change in them is chance.
        jumps = np.abs(_ranks(share[1]) - _ranks(share[0]))
        for size in np.unique(organisation.sizes).tolist():
            mine = organisation.sizes == size
            scores[method, size] = (
                float(held[:, mine].mean()),
                float((high - low)[:, mine].mean()),
                float(np.abs(share - truth)[:, mine].mean()),
                float(jumps[mine].mean()),
            )
    return scores


def bound_error(
    sensitivity: float, specificity: float, *, rng: np.random.Generator, unlike: float, draws: int
) -> float:
    """Return the least mean error there can be, as a share of classify-and-count's.

    It is that of somebody who knows the error rates, the unit's own mean and how unlike its teams
    are, and only has to guess each team's share from its readings: the median of the posterior.
    """
    sizes = np.array(SIZES)
    grid = (np.arange(400) + 0.5) / 400
    read = 1 - specificity + (sensitivity + specificity - 1) * grid
    best = plain = 0.0
    for _ in range(draws):
        whole = np.clip(rng.beta(1.5, 6.0), 0.02, 0.8)
        middle = np.clip(rng.beta(whole * 40, (1 - whole) * 40), 0.005, 0.95)
        a, b = middle * unlike, (1 - middle) * unlike
        truth = rng.beta(a, b, size=len(sizes))
        seen = rng.binomial(sizes, np.interp(truth, grid, read))
        log = (a - 1) * np.log(grid) + (b - 1) * np.log1p(-grid)
        log = log + np.outer(seen, np.log(read)) + np.outer(sizes - seen, np.log1p(-read))
        mass = np.cumsum(np.exp(log - log.max(axis=1, keepdims=True)), axis=1)
        median = grid[(mass < mass[:, -1:] / 2).sum(axis=1)]
        best += np.abs(median - truth).sum()
        plain += np.abs(seen / sizes - truth).sum()
    return best / plain


def _ranks(shares: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata(shares, axis=0)
    return ranks


def summarize(scores: Sequence[Score]) -> str:
    """Return the tables of the documentation as Markdown."""
    lines = [
        "| method | coverage | lowest cell | width | mean error | rank change of teams under 10 |",
        "|---|---|---|---|---|---|",
    ]
    for method in METHODS:
        mine = [s for s in scores if s.method == method]
        if not mine:
            continue
        small = [s.jumps for s in mine if s.size < 10]
        lines.append(
            f"| {method} | {np.mean([s.coverage for s in mine]):.3f} "
            f"| {min(s.coverage for s in mine):.3f} | {np.mean([s.width for s in mine]):.3f} "
            f"| {np.mean([s.error for s in mine]):.4f} | {np.mean(small):.1f} |"
        )
    lines += ["", "Coverage of signalread's 90 % intervals:", "",
              "| sensitivity | specificity | " + " | ".join(f"n = {n}" for n in SIZES) + " |",
              "|---|---|" + "---|" * len(SIZES)]  # fmt: skip
    found = {(s.sensitivity, s.specificity, s.size): s for s in scores if s.method == METHODS[0]}
    for se, sp in dict.fromkeys((se, sp) for se, sp, _ in found):
        cells = " | ".join(f"{found[se, sp, n].coverage:.3f}" for n in SIZES)
        lines.append(f"| {se:.2f} | {sp:.2f} | {cells} |")
    return "\n".join(lines)


def draw_plot(scores: Sequence[Score], path: Path) -> None:
    """Write a picture of coverage by team size, one line a method and cell (SVG)."""
    import vl_convert

    rows = [
        {"method": s.method, "n": s.size, "coverage": s.coverage,
         "cell": f"{s.sensitivity} {s.specificity}"}
        for s in scores
    ]  # fmt: skip
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "facet": {"column": {"field": "method", "type": "nominal", "title": None,
                             "sort": list(METHODS)}},
        "spec": {
            "width": 220, "height": 220,
            "layer": [
                {"mark": {"type": "line", "opacity": 0.35},
                 "encoding": {
                     "x": {"field": "n", "type": "quantitative", "scale": {"type": "log"},
                           "axis": {"values": list(SIZES)}, "title": "respondents in the team"},
                     "y": {"field": "coverage", "type": "quantitative",
                           "scale": {"domain": [0, 1]}, "title": "truth inside the interval"},
                     "detail": {"field": "cell"}}},
                {"mark": {"type": "rule", "strokeDash": [4, 4]},
                 "encoding": {"y": {"datum": 0.9}}},
            ],
        },
    }  # fmt: skip
    path.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")


def time_large(
    *, teams: int, waves: int, codebook: Codebook, rng: np.random.Generator
) -> tuple[int, float]:
    """Return how many shares a large organisation has, and the processor's seconds for them."""
    labels = len(codebook.labels)
    whole = rng.beta(1.5, 6.0, size=labels).clip(0.02, 0.8)
    leaves = [
        _answer(
            TEAM_SEPARATOR.join((f"Area {i % 20}", f"Unit {i % 500}", f"Team {i}")),
            str(2022 + wave),
            int(rng.choice(SIZES[:-1])),
            rng.beta(whole * 20, (1 - whole) * 20),
            0.8,
            0.97,
            longest=5,
            rng=rng,
        )
        for wave in range(waves)
        for i in range(teams)
    ]
    rates = ErrorRates(
        sensitivity=(0.8,) * labels,
        specificity=(0.97,) * labels,
        positives=(float(POSITIVES),) * labels,
        negatives=(float(NEGATIVES),) * labels,
    )
    groups = list(with_units(leaves))
    start = time.process_time()
    count = sum(1 for _ in estimate_shares(groups, codebook=codebook, coverage=0.9, rates=rates))
    return count, time.process_time() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the grid and print the tables; with ``--plot``, draw it as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=4, help="per cell; each has 30 labels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, help="where to draw the picture (SVG)")
    parser.add_argument("--speed", action="store_true", help="time 5,000 teams in four waves")
    options = parser.parse_args(arguments)
    codebook = load_codebook()
    rng = np.random.default_rng(options.seed)
    if options.speed:
        count, seconds = time_large(teams=5000, waves=4, codebook=codebook, rng=rng)
        print(f"5,000 teams in 4 waves: {count:,} shares in {seconds:.1f} s of one core")
        return
    start = time.perf_counter()
    scores = [
        score
        for se in SENSITIVITY
        for sp in SPECIFICITY
        for score in score_cell(
            se, sp, codebook=codebook, rng=rng, organisations=options.organisations
        )
    ]
    print(summarize(scores))
    at = [s for s in scores if (s.sensitivity, s.specificity) == (0.80, 0.90)]
    for method in METHODS:
        mine = [s for s in at if s.method == method]
        print(
            f"\nat .80/.90, {method}: mean error {np.mean([s.error for s in mine]):.4f}, rank "
            f"change of teams under ten {np.mean([s.jumps for s in mine if s.size < 10]):.1f}"
        )
    for unlike in (32.0, 19.0):
        least = bound_error(0.80, 0.90, rng=rng, unlike=unlike, draws=3000)
        print(
            f"with everything known but the shares, at an intraclass correlation of "
            f"{1 / (unlike + 1):.2f}: {100 * least:.0f} % of classify and count's error"
        )
    long = score_cell(
        0.80, 0.97, codebook=codebook, rng=rng, organisations=options.organisations, longest=5
    )
    print("\nOne to five segments each, segments read at .80/.97:\n")
    print(summarize([s for s in long if s.method != METHODS[1]]))
    print(f"\n{time.perf_counter() - start:.0f} s")
    if options.plot:
        draw_plot(scores, options.plot)


if __name__ == "__main__":
    main()
