"""Patterns cannot be made to run away, and no text keeps a stage busy for long."""

import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from scripts.probe_patterns import find_patterns
from signalread.records import Comment, RedactedComment, Source, Status
from signalread.redaction import redact_comments
from signalread.redaction.names import ListedNames
from signalread.segmentation import load_nlp, split_segments

PATTERNS = find_patterns()
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
MANY = 1000  # a repeat of more than this is as good as unbounded
LETTERS = [chr(code) for code in (*range(0x250), 0x301, 0x2013, 0x2019, 0x2028, 0x4E00, 0x1F600)]


def nested_repeats(tree: Any) -> Iterator[tuple[set[str] | None, set[str] | None]]:
    """Yield the letters of each unbounded repeat in another, and those that may come after it."""
    for kind, value in walk(tree):
        if kind in REPEATS and value[1] > MANY:
            yield from followed(value[2], first_letters(value[2]))


def followed(
    tree: Any, follow: set[str] | None
) -> Iterator[tuple[set[str] | None, set[str] | None]]:
    """Yield the unbounded repeats of a sequence that is followed by some letters."""
    for i, (kind, value) in enumerate(tree):
        rest = tree[i + 1 :]
        after = first_letters(rest) if len(rest) else follow
        if kind in REPEATS and value[1] > MANY:
            yield first_letters(value[2]), after
        for part in parts(kind, value):
            yield from followed(part, after)


def walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for kind, value in tree:
        yield kind, value
        for part in parts(kind, value):
            yield from walk(part)


def parts(kind: Any, value: Any) -> list[Any]:
    if kind in (*REPEATS, _constants.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is _constants.SUBPATTERN:
        return [value[-1]]
    if kind is _constants.BRANCH:
        return list(value[1])
    if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is _constants.ATOMIC_GROUP else []


def first_letters(tree: Any) -> set[str] | None:
    """Return the letters that a match may begin with; ``None`` where it may be empty."""
    for kind, value in tree:
        if kind is _constants.LITERAL:
            return {chr(value)}
        if kind is _constants.IN:
            return {letter for letter in LETTERS if in_set(value, letter)}
        if kind is _constants.SUBPATTERN:
            return first_letters(value[-1])
        if kind is _constants.BRANCH:
            found = [first_letters(branch) for branch in value[1]]
            return None if None in found else set().union(*(f for f in found if f is not None))
        if kind in REPEATS and value[0] > 0:
            return first_letters(value[2])
        if kind is not _constants.AT:
            return None
    return None


def in_set(items: Any, letter: str) -> bool:
    negated = False
    for kind, value in items:
        if kind is _constants.NEGATE:
            negated = True
        elif (
            (kind is _constants.LITERAL and chr(value) == letter)
            or (kind is _constants.RANGE and value[0] <= ord(letter) <= value[1])
            or (kind is _constants.CATEGORY and in_category(value, letter))
        ):
            return not negated
    return negated


def in_category(category: Any, letter: str) -> bool:
    written = {
        _constants.CATEGORY_DIGIT: r"\d", _constants.CATEGORY_NOT_DIGIT: r"\D",
        _constants.CATEGORY_SPACE: r"\s", _constants.CATEGORY_NOT_SPACE: r"\S",
        _constants.CATEGORY_WORD: r"\w", _constants.CATEGORY_NOT_WORD: r"\W",
    }[category]  # fmt: skip
    return re.fullmatch(written, letter) is not None


def is_ambiguous(pattern: re.Pattern[str]) -> bool:
    """Say whether a repeat in a repeat can share the same letters in more than one way."""
    return any(
        # What comes after the inner repeat is a letter that it cannot take itself.
        repeated is None or after is None or bool(repeated & after)
        for repeated, after in nested_repeats(_parser.parse(pattern.pattern, pattern.flags))
    )


def test_the_program_has_patterns_to_look_at() -> None:
    assert len(PATTERNS) > 60


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(?:\s+|\W)+x", r"(\w+\s?)*$", r"(?:a*)*"])
def test_a_pattern_that_runs_away_is_seen(pattern: str) -> None:
    assert is_ambiguous(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern", [r"\w+(?:-\w+)*", r"(?:, \d+)+", r"a{1,9}(?:b{1,9})*", r"(?:-+\s+)*"]
)
def test_a_pattern_whose_parts_are_parted_is_passed(pattern: str) -> None:
    assert not is_ambiguous(re.compile(pattern))


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_repeat_in_a_repeat_is_ambiguous(name: str) -> None:
    assert not is_ambiguous(PATTERNS[name])


LONG = 30_000  # characters; a stage of quadratic time would need minutes
PROBES = [
    ")", "!", "(", "a", "a.", "1,", "1 ", "- ", "A ", "Anna ", "Anna, ", "enda ", "född ", "07",
    "@", "a@", "www.", "a-", "'", "/", "😀", "men ", "bl.a. ", "Anna\n", "[NAMN 1] ", "٣",
    "x\u0301",
]  # fmt: skip


@pytest.mark.parametrize("probe", PROBES, ids=ascii)
def test_a_long_text_of_one_thing_is_redacted_and_cut(probe: str) -> None:
    text = (probe * LONG)[:LONG].strip()
    comment = Comment(
        id="1", team="A", wave="1", respondent="1", question=None, source=Source.SURVEY, text=text
    )
    (redacted,) = redact_comments([comment], find_names=ListedNames(), salt="s")
    whole = RedactedComment(
        id="1", team="A", wave="1", respondent="1", question=None, source=Source.SURVEY,
        text=text, status=Status.READ, language="sv",
    )  # fmt: skip
    assert len(redacted.text) > 0
    kept = "".join(segment.text for segment in split_segments([whole], nlp=load_nlp()))
    assert "".join(kept.split()) == "".join(text.split())


def test_a_comment_of_thousands_of_names_is_redacted() -> None:
    from signalread.redaction.lexicon import load_lexicon

    names = [name.capitalize() for name in sorted(load_lexicon().first) if len(name) > 3]
    text = ", ".join(names)[:LONG]
    comment = Comment(
        id="1", team="A", wave="1", respondent="1", question=None, source=Source.SURVEY, text=text
    )
    (redacted,) = redact_comments([comment], find_names=ListedNames(), salt="s")
    assert redacted.text.count("[NAMN") > 500
