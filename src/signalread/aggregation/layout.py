"""The groups as arrays: what was counted in each, in the rest of its parent, and what that says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from signalread.aggregation.misreading import Misreading
from signalread.aggregation.tally import Group
from signalread.records import level, parent

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """People of many groups: how many, who was read how, and who is known. Rows are groups.

    ``read`` of the ``unread + ...`` people that only the model has read are read to have a label.
    """

    n: Floats  # (groups, 1)
    read: Floats  # (groups, labels)
    certain: Floats
    absent: Floats
    lengths: Floats  # (groups, lengths)

    @classmethod
    def of(cls, groups: Sequence[Group]) -> Self:
        """Stack the groups' counts."""
        certain = np.array([g.certain for g in groups], dtype=float)
        return cls(
            n=np.array([[g.n] for g in groups], dtype=float),
            read=np.array([g.counts for g in groups], dtype=float) - certain,
            certain=certain,
            absent=np.array([g.absent for g in groups], dtype=float),
            lengths=np.array([g.lengths for g in groups], dtype=float),
        )

    @property
    def open(self) -> Floats:
        """How many people only the model has read, for each label."""
        return np.maximum(self.n - self.certain - self.absent, 0)

    def take(self, rows: Ints | slice) -> "Counted":
        """Return some of the groups."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})

    def without(self, part: "Counted") -> "Counted":
        """Return the people who are in these groups and not in ``part``'s."""
        # Somebody who is in two teams is subtracted twice: never below nobody.
        return Counted(
            **{
                name: np.maximum(getattr(self, name) - getattr(part, name), 0)
                for name in self.__slots__
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signal:
    """What groups' counts say of their shares by themselves, at each value of the error rates.

    ``estimate`` is Rogan & Gladen's (1978, American Journal of Epidemiology 107:71-76), outside
    [0, 1] where chance or the error rates push it there; ``variance`` is its sampling variance.
    All have shape (values, groups, labels).
    """

    floor: Singles  # share of people that would be read to have the label if nobody had it
    gain: Singles
    estimate: Singles
    variance: Singles


def read_signal(counted: Counted, misreading: Misreading) -> Signal:
    """Return what the counts say. A group of nobody says nothing: its variance is huge."""
    floor, gain = misreading.rates(counted.lengths)
    n = np.maximum(counted.n, 1e-9)
    unsure = counted.open / n  # the part that can be misread; the rest counts as it is
    floor = floor * unsure
    gain = gain * unsure + 1 - unsure
    positive = counted.read + counted.certain
    estimate = (positive / n - floor) / gain
    # One person on either side: nobody in five is not nobody for sure.
    steady = (positive + 1) / (n + 2)
    variance = np.where(counted.n > 0, steady * (1 - steady) / n, 1e6) / gain**2
    # Single precision: there is one number for every value, group and label.
    return Signal(
        floor=floor.astype(np.float32),
        gain=gain.astype(np.float32),
        estimate=estimate.astype(np.float32),
        variance=variance.astype(np.float32),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """Where each group stands: its level, the row of the unit above, and of the wave before."""

    level: Ints
    above: Ints  # -1 for the whole organisation
    before: Ints  # -1 where there is none
    spread: Floats  # (groups, 1): how unlike each other the siblings' sizes are; 1 / their number


def plant(groups: Sequence[Group], earlier: Sequence[str | None]) -> Tree:
    """Return the tree of the groups; ``earlier`` is each group's last wave, if it has one."""
    rows = {(g.team, g.wave, g.source): i for i, g in enumerate(groups)}
    above = np.array(
        [rows.get((parent(g.team), g.wave, g.source), -1) if g.team else -1 for g in groups],
        dtype=np.int64,
    )
    sizes = np.array([float(g.n) for g in groups])
    squares = np.zeros(len(groups))
    has = above >= 0
    np.add.at(squares, above[has], sizes[has] ** 2)
    rest = np.maximum(np.where(has, sizes[above] - sizes, 0), 1e-9)
    spread = np.where(has, np.maximum(squares[above] - sizes**2, 0) / rest**2, 0)
    return Tree(
        level=np.array([level(g.team) for g in groups], dtype=np.int64),
        above=above,
        before=np.array(
            [
                rows.get((g.team, wave, g.source), -1) if wave is not None else -1
                for g, wave in zip(groups, earlier, strict=True)
            ],
            dtype=np.int64,
        ),
        spread=np.minimum(spread, 1.0)[:, None],
    )
