"""What travels between the stages. A promise to people is a type.

A raw :class:`Comment` is not a :class:`RedactedComment`; a :class:`Withheld` has no number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

TEAM_SEPARATOR = " / "


class Source(StrEnum):
    """Where a comment was written. Survey and notes are never pooled."""

    SURVEY = "survey"
    NOTES = "notes"


class Status(StrEnum):
    """What intake made of a comment: read on, or left out and why."""

    READ = "read"
    EMPTY = "empty"
    NOTHING_TO_ADD = "nothing_to_add"
    REPEATS_QUESTION = "repeats_question"
    DUPLICATE = "duplicate"
    OTHER_LANGUAGE = "other_language"
    ATTENDANCE = "attendance"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One answer, or one entry of meeting notes, as it was written, names and all."""

    id: str
    team: str
    wave: str
    respondent: str | None = field(repr=False)
    question: str | None = field(repr=False)
    source: Source
    text: str = field(repr=False)  # kept out of repr(), so out of logs
    status: Status = Status.READ
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedComment:
    """A comment in which names, numbers and addresses are placeholders; only redaction makes one.

    ``respondent`` is a salted pseudonym. A comment without a respondent counts as a person of
    its own.
    """

    id: str
    team: str
    wave: str
    respondent: str
    question: str | None
    source: Source
    text: str = field(repr=False)
    status: Status
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sentence, or the part of one where the content turns: ``comment.text[start:end]``."""

    comment: RedactedComment
    index: int
    start: int
    end: int

    @property
    def text(self) -> str:
        """The segment's own characters."""
        return self.comment.text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The characters of a comment's text that a label rests on."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the model says of one segment: labels, and a probability for every label."""

    segment: Segment
    labels: tuple[str, ...]
    scores: tuple[float, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a reviewer says of one segment. It answers a reading; it never replaces one."""

    comment_id: str
    segment: int
    labels: tuple[str, ...]
    reviewer: str
    at: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What counts in a report: the reading, or a person's correction of it."""

    reading: Reading
    labels: tuple[str, ...]
    correction: Correction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRates:
    """How often a classifier errs, label by label in the order of the codebook.

    ``sensitivity`` is the share of ``positives`` segments with a label that got it, and
    ``specificity`` the share of ``negatives`` segments without it that did not; all were counted
    on organisations that training never saw.
    """

    sensitivity: tuple[float, ...]
    specificity: tuple[float, ...]
    positives: tuple[float, ...]
    negatives: tuple[float, ...]


class Compared(StrEnum):
    """How a share stands to another, in the three words that a report uses."""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_CERTAIN = "not_certain"


class Reason(StrEnum):
    """Why a cell shows no number."""

    TOO_FEW = "too_few"  # fewer respondents than the limit
    PROTECTS_OTHERS = "protects_others"  # a subtraction would give another cell away
    NO_DATA = "no_data"  # nobody wrote anything that could be read
    UNIFORM = "uniform"  # everybody says it, so each of them is known to


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Which share it is about: one team (or unit above it), wave, source and label."""

    team: str
    level: int
    wave: str
    source: Source
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The prevalence of a label in a team: the share of its ``n`` respondents, in [0, 1].

    ``above_parent`` and ``above_last_wave`` are the probabilities that the share is higher than
    in the rest of the unit above, and than in the same unit the wave before; ``parent`` and
    ``last_wave`` say in a word which of them can be relied on. ``count`` is how many respondents
    were read or decided to have the label, and ``voices``, in notes, how many people the ``n``
    lines count as; disclosure takes both away.
    """

    cell: Cell
    n: int
    share: float
    low: float
    high: float
    parent: Compared | None = None
    last_wave: Compared | None = None
    above_parent: float | None = None
    above_last_wave: float | None = None
    count: int | None = field(default=None, repr=False)  # for the disclosure gate alone
    voices: int | None = field(default=None, repr=False)  # for the disclosure gate alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How much more common the one side is than the other: a difference of shares, in [-1, 1].

    ``label`` is the theme of a strength and a concern, or ``trust-control`` for the signals.
    """

    team: str
    wave: str
    source: Source
    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A share that may not be shown. It has no number, so nothing can print one."""

    cell: Cell
    reason: Reason


def units(team: str) -> Iterator[str]:
    """Yield a team and every unit above it, from the top.

    >>> list(units("Omsorg / Norr / Hemtjänst 3"))
    ['Omsorg', 'Omsorg / Norr', 'Omsorg / Norr / Hemtjänst 3']
    """
    parts = team.split(TEAM_SEPARATOR)
    for depth in range(1, len(parts) + 1):
        yield TEAM_SEPARATOR.join(parts[:depth])


def level(unit: str) -> int:
    """Return how far down the tree a unit stands; the whole organisation is 0.

    >>> level(""), level("Omsorg / Norr")
    (0, 2)
    """
    return len(unit.split(TEAM_SEPARATOR)) if unit else 0


def parent(unit: str) -> str:
    """Return the unit above; ``""`` is the whole organisation.

    >>> parent("Omsorg / Norr"), parent("Omsorg")
    ('Omsorg', '')
    """
    return unit.rpartition(TEAM_SEPARATOR)[0]
