"""The texts of a file on their way through redaction, whatever format they stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from signalread.redaction import (
    Kind,
    NameFinder,
    Span,
    choose_placeholders,
    explain_span,
    find_spans,
)

_CHUNK = 256  # rows read at a time
_AROUND = 32  # characters before and after a find, cut where a word begins or ends
_SPEAKER = "rule: a speaker, or a list of who was there"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text, where it stands, the words of its team, and names that its place tells of."""

    row: int
    column: str
    text: str = field(repr=False)
    team: str = ""
    names: Sequence[tuple[int, int]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Something that was replaced, and why: for the eyes of whoever reviews it, and no file's.

    ``before`` and ``after`` are the words around it, as they were written.
    """

    row: int
    column: str
    kind: Kind
    placeholder: str
    words: str = field(repr=False)  # kept out of repr(), so out of logs
    before: str = field(repr=False)
    after: str = field(repr=False)
    reason: str


class Redactor:
    """Replaces what points at a person, and counts what it replaced by kind.

    ``told`` hears of every find, and ``advance`` of every text.
    """

    def __init__(
        self,
        *,
        find_names: NameFinder,
        told: Callable[[Find], None] | None = None,
        advance: Callable[[], None] | None = None,
    ) -> None:
        self.counts: Counter[Kind] = Counter()
        self.texts = 0
        self._find_names = find_names
        self._told = told
        self._advance = advance

    def redact_rows(
        self, rows: Iterable[tuple[Item, Sequence[Passage]]]
    ) -> Iterator[tuple[Item, list[str | None]]]:
        """Yield each item with the new text of each of its passages.

        ``None`` is the new text where nothing was found, so that the old one can stay untouched.
        """
        source = iter(rows)
        while chunk := list(islice(source, _CHUNK)):
            named = iter(self._find_names([p.text for _, passages in chunk for p in passages]))
            for item, passages in chunk:
                yield item, [self._redact(passage, next(named)) for passage in passages]

    def _redact(self, passage: Passage, names: Sequence[tuple[int, int]]) -> str | None:
        self.texts += 1
        if self._advance is not None:
            self._advance()
        text = passage.text
        spans = find_spans(text, names, team=passage.team)
        told = [Span(start, end, Kind.NAME) for start, end in passage.names]
        if not spans and not told:
            return None
        parts: list[str] = []
        done = 0
        for span, placeholder in choose_placeholders(text, [*spans, *told]):
            self.counts[span.kind] += 1
            parts += (text[done : span.start], placeholder)
            done = span.end
            if self._told is not None:
                spoken = any(t.start <= span.start and span.end <= t.end for t in told)
                self._told(
                    Find(
                        row=passage.row,
                        column=passage.column,
                        kind=span.kind,
                        placeholder=placeholder,
                        words=text[span.start : span.end],
                        before=_last_words(text[: span.start]),
                        after=_first_words(text[span.end :]),
                        reason=_SPEAKER if spoken else explain_span(text, span),
                    )
                )
        return "".join((*parts, text[done:]))


def _first_words(text: str) -> str:
    near = text[: _AROUND + 1]
    return near if len(near) <= _AROUND else f"{near.rpartition(' ')[0] or near[:-1]} …"


def _last_words(text: str) -> str:
    near = text[-_AROUND - 1 :]
    return near if len(near) <= _AROUND else f"… {near.partition(' ')[2] or near[1:]}"
