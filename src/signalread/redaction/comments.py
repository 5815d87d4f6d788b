"""Comments become redacted comments: the only place that sees a name and the last."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from signalread.chunks import gather_chunks
from signalread.records import Comment, RedactedComment
from signalread.redaction.disguises import reveal
from signalread.redaction.identifiers import names_person
from signalread.redaction.names import NameFinder
from signalread.redaction.patterns import find_patterns
from signalread.redaction.persons import bare_words
from signalread.redaction.roles import words_of_place
from signalread.redaction.spans import Kind, Span, replace_spans

_DIGITS = re.compile(r"\d+")
_CHUNK = 1000  # comments read at a time
_CHUNK_CHARACTERS = 500_000
_MOST_TEXTS = 1 << 14  # short texts of which it is remembered what is found in them
_SHORT = 60  # characters: "Bra chef!" comes again, a longer text seldom does
_MOST_QUESTIONS = 4096  # kept redacted, since thousands of comments answer the same ones


def redact_comments(
    comments: Iterable[Comment], *, find_names: NameFinder, salt: str
) -> Iterator[RedactedComment]:
    """Yield each comment with typed placeholders for all that points at a person.

    The question is redacted like the text. Words of the comment's own team path are kept.
    """
    questions: dict[tuple[str, str], str] = {}
    finder = _SpanFinder(find_names)
    for chunk in gather_chunks(comments, most=_CHUNK, characters=_CHUNK_CHARACTERS):
        texts = _redact([(c.text, c.team) for c in chunk], finder)
        asked = {(c.question, c.team) for c in chunk if c.question is not None}
        new = sorted(asked - questions.keys())
        if len(questions) + len(new) > _MOST_QUESTIONS:
            questions.clear()
            new = sorted(asked)
        questions.update(zip(new, _redact(new, finder), strict=True))
        for comment, text in zip(chunk, texts, strict=True):
            question = comment.question
            yield RedactedComment(
                id=_id_of(comment, salt),
                team=comment.team,
                wave=comment.wave,
                respondent=_pseudonym_of(comment, salt),
                question=None if question is None else questions[question, comment.team],
                source=comment.source,
                text=text,
                status=comment.status,
                language=comment.language,
            )


def pseudonym(respondent: str, salt: str) -> str:
    """Return a name for a respondent that only the salt's holder could tie back: 16 hex digits.

    >>> pseudonym("anstalld-17", "salt") == pseudonym("anstalld-17", "salt")
    True
    """
    return hashlib.blake2b(respondent.encode(), key=_key(salt), digest_size=8).hexdigest()


def redact_texts(texts: Sequence[str], *, find_names: NameFinder) -> list[str]:
    """Return short texts such as headings with placeholders, in order."""
    return _redact([(text, "") for text in texts], _SpanFinder(find_names))


def find_spans(text: str, names: Iterable[tuple[int, int]], *, team: str = "") -> list[Span]:
    """Return all that is to be replaced in a text, given the names found in it."""
    return _without_team(_all_spans(text, names), text, team)


class _SpanFinder:
    """Finds all that is to be replaced; a text that comes again is read once."""

    def __init__(self, find_names: NameFinder) -> None:
        self._find_names = find_names
        self._known: dict[str, list[Span]] = {}

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text, whatever its team, in order."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        names = self._find_names(new)
        found = {text: _all_spans(text, spans) for text, spans in zip(new, names, strict=True)}
        result = [found[text] if text in found else self._known[text] for text in texts]
        if len(self._known) + len(new) > _MOST_TEXTS:
            self._known.clear()
        self._known.update({text: found[text] for text in new if len(text) <= _SHORT})
        return result


def _all_spans(text: str, names: Iterable[tuple[int, int]]) -> list[Span]:
    seen = reveal(text)
    found = [Span(*seen.restore(start, end), kind) for start, end, kind in find_patterns(seen.text)]
    return [*found, *(Span(start, end, Kind.NAME) for start, end in names)]


def _without_team(spans: list[Span], text: str, team: str) -> list[Span]:
    """Leave out what is only the team's own name."""
    kept = _team_words(team) if spans else frozenset()
    if not kept:
        return spans
    return [span for span in spans if not _is_of_team(text[span.start : span.end], span.kind, kept)]


@lru_cache(maxsize=4096)
def _team_words(team: str) -> frozenset[str]:
    return frozenset(_words(team))


def _words(text: str) -> list[str]:
    return [*bare_words(text), *_DIGITS.findall(text)]


@lru_cache(maxsize=1)
def _key(salt: str) -> bytes:
    # blake2b takes at most 64 bytes of key, so the salt is made one of fixed length.
    return hashlib.blake2b(salt.encode(), digest_size=32).digest()


def _pseudonym_of(comment: Comment, salt: str) -> str:
    # The marks keep a comment's id from ever meeting a respondent of the same spelling.
    who = f"r:{comment.respondent}" if comment.respondent is not None else f"c:{comment.id}"
    return pseudonym(who, salt)


def _id_of(comment: Comment, salt: str) -> str:
    """Return the comment's id, or a pseudonym of it where it tells of a person."""
    return pseudonym(f"i:{comment.id}", salt) if names_person(comment.id) else comment.id


def _redact(pairs: Sequence[tuple[str, str]], find: _SpanFinder) -> list[str]:
    found = find([text for text, _ in pairs])
    return [
        replace_spans(text, _without_team(spans, text, team)) if spans else text
        for (text, team), spans in zip(pairs, found, strict=True)
    ]


def _is_of_team(found: str, kind: Kind, kept: frozenset[str]) -> bool:
    """Say whether the words are the team's own name: all, or of a role the place it has."""
    if kind not in (Kind.NAME, Kind.ADDRESS, Kind.ROLE):
        return False
    words = _words(found)
    if kind is Kind.ROLE:
        words = words_of_place(words)  # "enhetschefen i Vansbro" is "chefen" to those in Vansbro
    return bool(words) and all(word in kept or word.removesuffix("s") in kept for word in words)
