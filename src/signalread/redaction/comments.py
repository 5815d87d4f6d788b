"""Comments become redacted comments: the only place that sees a name and the last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from signalread.records import Comment, RedactedComment
from signalread.redaction.names import NameFinder
from signalread.redaction.patterns import find_patterns
from signalread.redaction.persons import bare_words
from signalread.redaction.spans import Kind, Span, replace_spans

_CHUNK = 256  # comments read at a time
_MOST_QUESTIONS = 4096  # kept redacted, since thousands of comments answer the same ones


def redact_comments(
    comments: Iterable[Comment], *, find_names: NameFinder, salt: str
) -> Iterator[RedactedComment]:
    """Yield each comment with typed placeholders for all that points at a person.

    The question is redacted like the text. Words of the comment's own team path are kept.
    """
    questions: dict[tuple[str, str], str] = {}
    source = iter(comments)
    while chunk := list(islice(source, _CHUNK)):
        texts = _redact([(c.text, c.team) for c in chunk], find_names)
        asked = {(c.question, c.team) for c in chunk if c.question is not None}
        new = sorted(asked - questions.keys())
        if len(questions) + len(new) > _MOST_QUESTIONS:
            questions.clear()
            new = sorted(asked)
        questions.update(zip(new, _redact(new, find_names), strict=True))
        for comment, text in zip(chunk, texts, strict=True):
            question = comment.question
            yield RedactedComment(
                id=comment.id,
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
    # blake2b takes at most 64 bytes of key, so the salt is made one of fixed length.
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    return hashlib.blake2b(respondent.encode(), key=key, digest_size=8).hexdigest()


def find_spans(text: str, names: Iterable[tuple[int, int]], *, team: str = "") -> list[Span]:
    """Return all that is to be replaced in a text, given the names found in it."""
    spans = [*find_patterns(text), *(Span(start, end, Kind.NAME) for start, end in names)]
    kept = frozenset(bare_words(team))
    if not kept:
        return spans
    return [span for span in spans if not _is_of_team(text[span.start : span.end], span.kind, kept)]


def _pseudonym_of(comment: Comment, salt: str) -> str:
    # The marks keep a comment's id from ever meeting a respondent of the same spelling.
    who = f"r:{comment.respondent}" if comment.respondent is not None else f"c:{comment.id}"
    return pseudonym(who, salt)


def _redact(pairs: Sequence[tuple[str, str]], find_names: NameFinder) -> list[str]:
    found = find_names([text for text, _ in pairs])
    return [
        replace_spans(text, find_spans(text, names, team=team))
        for (text, team), names in zip(pairs, found, strict=True)
    ]


def _is_of_team(found: str, kind: Kind, kept: frozenset[str]) -> bool:
    """Say whether the words are the team's own name: all, or of a role the place it has."""
    if kind not in (Kind.NAME, Kind.ADDRESS, Kind.ROLE):
        return False
    words = bare_words(found)
    if kind is Kind.ROLE and "enda" not in words:
        words = words[-1:]  # "enhetschefen i Vansbro" is "chefen" to those in Vansbro
    return bool(words) and all(word in kept or word.removesuffix("s") in kept for word in words)
