"""Quotations: only what a person has approved, of groups large enough, in words that many use."""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from signalread.records import TEAM_SEPARATOR, Judgement, Source
from signalread.reporting.beside import Quotation

FEWEST, MOST = 2, 4  # quotations of one label
SHORTEST, LONGEST = 12, 300  # characters

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TELLING = re.compile(
    r"\d"  # how long, how many, when: numbers point at people
    r"|\[[^\]]*\]"  # a placeholder: it speaks of somebody in particular
    r"|[!?.,]{2,}|…"  # a way of writing
    r"|(\w)\1\1"  # "jaaa"
    r"|[^\w\s.,;:!?()'’\"”“–-]"  # signs and emoji
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    team: str
    wave: str
    source: Source
    respondent: str = field(repr=False)
    labels: tuple[str, ...] = ()
    text: str = field(default="", repr=False)


class QuotationBook:
    """Picks up what has been approved as judgements pass by; of all else it keeps nothing.

    ``approved`` maps (comment id, segment) to the words that were approved, which may be cut with
    ``[…]``; ``""`` stands for the whole segment. ``is_common`` tells of a lower-case word whether
    so many use it that it points at nobody.
    """

    def __init__(
        self, approved: Mapping[tuple[str, int], str], *, is_common: Callable[[str], bool]
    ) -> None:
        self._approved = dict(approved)
        self._is_common = is_common
        self._found: list[_Candidate] = []
        self.held_back = 0  # approved, but written so that it could give somebody away

    def watch(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Yield each judgement unchanged."""
        for judgement in judgements:
            segment = judgement.reading.segment
            comment = segment.comment
            words = self._approved.get((comment.id, segment.index))
            if words is not None:
                text = " ".join((words or segment.text).split())
                if gives_away(text, is_common=self._is_common):
                    self.held_back += 1
                else:
                    self._found.append(
                        _Candidate(
                            comment.team,
                            comment.wave,
                            comment.source,
                            comment.respondent,
                            judgement.labels,
                            text,
                        )
                    )
            yield judgement

    def choose(
        self, labels: Iterable[str], *, about: str, wave: str, rng: random.Random
    ) -> list[Quotation]:
        """Return up to four quotations for each label, in no order, and one of each person at most.

        The caller has seen to it that enough people wrote in the unit ``about`` and the wave.
        Where fewer than two are left none is shown: one voice alone is somebody's.
        """
        chosen = []
        mine = [
            found
            for found in self._found
            if found.wave == wave
            and found.source is Source.SURVEY
            and (not about or f"{found.team}{TEAM_SEPARATOR}".startswith(about + TEAM_SEPARATOR))
        ]
        heard: set[str] = set()
        for label in labels:
            voices = {
                found.respondent: found
                for found in mine
                if label in found.labels and found.respondent not in heard
            }
            if len(voices) >= FEWEST:
                picked = rng.sample(sorted(voices), k=min(MOST, len(voices)))
                heard |= set(picked)
                chosen += [Quotation(label=label, text=voices[who].text) for who in picked]
        return chosen


def gives_away(text: str, *, is_common: Callable[[str], bool]) -> bool:
    """Tell whether colleagues could know a writer by words, spelling or signs.

    >>> everyday = "vi får alltid hjälp av varandra".split()
    >>> gives_away("Vi får alltid hjälp av varandra.", is_common=everyday.__contains__)
    False
    >>> gives_away("Vi får alltid hjälp å varann.", is_common=everyday.__contains__)
    True
    """
    text = text.replace("[…]", "")  # where whoever approved it has cut
    if not SHORTEST <= len(text) <= LONGEST or _TELLING.search(text):
        return True
    words = _WORD.findall(text)
    shouted = any(len(word) > 1 and word.isupper() for word in words)
    return not words or shouted or not all(is_common(word.lower()) for word in words)
