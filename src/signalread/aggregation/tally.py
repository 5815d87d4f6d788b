"""Counting people, not sentences: who said what, once per person, in every unit of the tree."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from signalread.codebook import Codebook
from signalread.records import Judgement, RedactedComment, Source, Status, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The people who wrote in one unit, wave and source.

    ``counts[i]`` of the ``n`` respondents have at least one segment with label ``i``. In notes
    the unit that is counted is the noted line.
    """

    team: str
    wave: str
    source: Source
    n: int
    counts: npt.NDArray[np.int64]  # shape (labels,)


class Tally:
    """Collects one small row per comment; memory is about 30 bytes a comment.

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
        self._labels = array("q")

    def people(self, comments: Iterable[RedactedComment]) -> Iterator[RedactedComment]:
        """Count the writer of each comment that is read, whatever it says, as it passes by."""
        for comment in comments:
            if comment.status is Status.READ:
                self._add(comment, 0)
            yield comment

    def watch(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Count each judgement as it passes by."""
        for judgement in judgements:
            bits = sum(1 << self._position[label] for label in judgement.labels)
            if bits:
                self._add(judgement.reading.segment.comment, bits)
            yield judgement

    def groups(self) -> Iterator[Group]:
        """Yield every unit of the tree, the whole organisation (team ``""``) included.

        A respondent who writes in two teams counts once in each, and once above them.
        """
        if not self._keys:
            return
        keys = np.frombuffer(self._key, dtype=np.int32)
        respondents = np.frombuffer(self._respondent, dtype=np.int64)
        labels = np.frombuffer(self._labels, dtype=np.int64)
        members: dict[tuple[str, str, Source], list[int]] = {}
        for (team, wave, source), number in self._keys.items():
            for unit in ("", *units(team)):
                members.setdefault((unit, wave, source), []).append(number)
        order = np.argsort(keys, kind="stable")
        bounds = np.searchsorted(keys[order], np.arange(len(self._keys) + 1))
        for (unit, wave, source), numbers in sorted(members.items()):
            rows = np.concatenate([order[bounds[k] : bounds[k + 1]] for k in numbers])
            people, inverse = np.unique(respondents[rows], return_inverse=True)
            said = np.zeros(len(people), dtype=np.int64)
            np.bitwise_or.at(said, inverse, labels[rows])
            counts = np.array(
                [np.count_nonzero(said & (1 << i)) for i in range(len(self._position))],
                dtype=np.int64,
            )
            yield Group(team=unit, wave=wave, source=source, n=len(people), counts=counts)

    def _add(self, comment: RedactedComment, bits: int) -> None:
        key = (comment.team, comment.wave, comment.source)
        # The line itself is the unit in notes: nobody is counted there as a person.
        who = comment.id if comment.source is Source.NOTES else comment.respondent
        self._key.append(self._keys.setdefault(key, len(self._keys)))
        self._respondent.append(
            int.from_bytes(blake2b(who.encode(), digest_size=8).digest(), "little", signed=True)
        )
        self._labels.append(bits)
