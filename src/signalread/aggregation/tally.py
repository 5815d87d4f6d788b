"""Counting people, not sentences: who said what, once per person, in every unit of the tree."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.records import Judgement, RedactedComment, Source, Status, units

LONGEST = 15  # segments of one respondent that are told apart; more than that count as so many
SHARED = 20  # comments from which on one respondent id can be seen to stand for many people

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """The people who wrote in one unit, wave and source.

    ``counts[i]`` of the ``n`` respondents have at least one segment with label ``i``. For
    ``certain[i]`` of these a person said so; of the others, ``absent[i]`` are known not to have
    it, since a person has looked at all that they wrote. ``lengths[m]`` respondents have ``m``
    segments that only the model has read. In notes the unit that is counted is the noted line;
    ``voices`` are then the people who are known to be behind the lines, each line without a name
    being a voice of its own, and one where most of the lines are one person's.
    """

    team: str
    wave: str
    source: Source
    n: int
    counts: Counts  # shape (labels,)
    certain: Counts  # shape (labels,)
    absent: Counts  # shape (labels,)
    lengths: Counts  # shape (LONGEST + 1,)
    voices: int | None = None


class Tally:
    """Collects two small rows a comment, about 50 bytes; the texts themselves are not kept.

    >>> from signalread.codebook import load_codebook
    >>> list(Tally(load_codebook()).groups())
    []
    """

    def __init__(self, codebook: Codebook) -> None:
        if len(codebook.labels) > 62:
            raise ValueError("a tally holds at most 62 labels")
        self._position = codebook.position
        self._keys: dict[tuple[str, str, Source], int] = {}
        self._key = array("i")
        self._respondent = array("q")
        self._voice: dict[int, int] = {}  # row of a noted line → who is behind it
        self._labels = array("q")  # what the model alone says
        self._segments = array("B")  # that only the model has read
        self._corrected: dict[int, int] = {}  # row → labels that a person gave; rows are few
        self._open = ("", -1)  # the comment whose judgements pass by, and its row

    def people(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Count the writer of each comment that is read, whatever it says, as it passes by."""
        for comment in comments:
            if comment.status is Status.READ:
                self._add(comment)
            yield comment

    def watch(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Count each judgement as it passes by; a comment's segments come one after the other."""
        for judgement in judgements:
            comment = judgement.reading.segment.comment
            if comment.id != self._open[0]:
                self._open = (comment.id, self._add(comment))
            row = self._open[1]
            bits = sum(1 << self._position[label] for label in judgement.labels)
            if judgement.correction is not None:
                self._corrected[row] = self._corrected.get(row, 0) | bits
            else:
                self._labels[row] |= bits
                self._segments[row] = min(self._segments[row] + 1, 255)
            yield judgement

    def merge(self, other: "Tally") -> None:
        """Count also what another tally of the same codebook counted, of other comments."""
        first = len(self._key)
        number = [self._keys.setdefault(key, len(self._keys)) for key in other._keys]
        self._key.extend(number[key] for key in other._key)
        self._respondent.extend(other._respondent)
        self._labels.extend(other._labels)
        self._segments.extend(other._segments)
        self._voice.update((first + row, who) for row, who in other._voice.items())
        self._corrected.update((first + row, bits) for row, bits in other._corrected.items())
        self._open = ("", -1)

    def groups(self) -> Iterator[Group]:
        """Yield every unit of the tree, the whole organisation (team ``""``) included.

        A respondent who writes in two teams counts once in each, and once above them. Raises
        :class:`InputError` where one respondent id evidently stands for many people.
        """
        if not self._keys:
            return
        keys = np.frombuffer(self._key, dtype=np.int32)
        respondents = np.frombuffer(self._respondent, dtype=np.int64)
        read = np.frombuffer(self._labels, dtype=np.int64)
        segments = np.frombuffer(self._segments, dtype=np.uint8)
        given = np.zeros(len(keys), dtype=np.int64)
        given[list(self._corrected)] = list(self._corrected.values())
        members: dict[tuple[str, str, Source], list[int]] = {}
        for (team, wave, source), number in self._keys.items():
            for unit in ("", *units(team)):
                members.setdefault((unit, wave, source), []).append(number)
        order = np.argsort(keys, kind="stable")
        bounds = np.searchsorted(keys[order], np.arange(len(self._keys) + 1))
        for (unit, wave, source), numbers in sorted(members.items()):
            rows = np.concatenate([order[bounds[k] : bounds[k + 1]] for k in numbers])
            people, first, inverse = np.unique(
                respondents[rows], return_index=True, return_inverse=True
            )
            if not unit and source is Source.SURVEY:
                _check_respondents(inverse, keys[rows], wave=wave)
            said = np.zeros(len(people), dtype=np.int64)
            certain = np.zeros(len(people), dtype=np.int64)
            length = np.zeros(len(people), dtype=np.int64)
            np.bitwise_or.at(said, inverse, read[rows])
            np.bitwise_or.at(certain, inverse, given[rows])
            np.add.at(length, inverse, segments[rows])
            known = length == 0
            yield Group(
                team=unit,
                wave=wave,
                source=source,
                n=len(people),
                counts=self._count(said | certain),
                certain=self._count(certain),
                absent=known.sum() - self._count(certain[known]),
                lengths=np.bincount(np.minimum(length, LONGEST), minlength=LONGEST + 1),
                voices=self._count_voices(rows[first]) if source is Source.NOTES else None,
            )

    def _count_voices(self, lines: npt.NDArray[np.int64]) -> int:
        voices = Counter(self._voice[row] for row in lines.tolist())
        return 1 if 2 * max(voices.values()) > len(lines) else len(voices)

    def _count(self, said: Counts) -> Counts:
        return np.array(
            [np.count_nonzero(said & (1 << i)) for i in range(len(self._position))],
            dtype=np.int64,
        )

    def _add(self, comment: RedactedComment) -> int:
        key = (comment.team, comment.wave, comment.source)
        # The line itself is the unit in notes: nobody is counted there as a person.
        who = comment.id if comment.source is Source.NOTES else comment.respondent
        self._key.append(self._keys.setdefault(key, len(self._keys)))
        self._respondent.append(_shorten(who))
        if comment.source is Source.NOTES:
            self._voice[len(self._key) - 1] = _shorten(comment.respondent)
        self._labels.append(0)
        self._segments.append(0)
        return len(self._key) - 1


def _shorten(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


def _check_respondents(
    who: npt.NDArray[np.intp], teams: npt.NDArray[np.int32], *, wave: str
) -> None:
    """Refuse an id that half of the answers carry, from more than two teams."""
    rows = np.bincount(who)
    most = int(rows.argmax())
    if len(who) >= SHARED and 2 * rows[most] >= len(who):
        spread = len(np.unique(teams[who == most]))
        if spread > 2:
            raise InputError(
                f"One respondent id stands on {100 * rows[most] // len(who)} % of the answers of "
                f"wave '{wave}', in {spread} teams.",
                hint="name the column that tells people apart as `--respondent-column`",
            )
