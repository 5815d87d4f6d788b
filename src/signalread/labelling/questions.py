"""Labels that a tool asks for in several questions, such as one for signals and one for themes."""

from collections.abc import Mapping, Sequence
from typing import Any

KEPT = "questions"  # under this name a record's ``tool`` keeps which label answered which question


def keep_questions(given: Mapping[str, Sequence[str]], *, name: str) -> dict[str, Any]:
    """Return what is to be kept of labels by question: nothing where there is but ``name``.

    >>> keep_questions({"labels": ["trust"]}, name="labels")
    {}
    """
    return {} if set(given) <= {name} else {KEPT: {k: list(v) for k, v in given.items()}}


def split_labels(
    labels: Sequence[str], kept: Mapping[str, Any], *, name: str
) -> dict[str, list[str]]:
    """Return labels by question, as they were where they are still the same, or all in ``name``.

    >>> split_labels(["trust", "care-"], {"questions": {"a": ["trust"], "b": ["care-"]}}, name="x")
    {'a': ['trust'], 'b': ['care-']}
    >>> split_labels(["trust"], {"questions": {"a": ["trust"], "b": ["care-"]}}, name="x")
    {'x': ['trust']}
    """
    given = kept.get(KEPT)
    if given and list(join_labels(given)) == list(labels):
        return {question: list(found) for question, found in given.items()}
    return {name: list(labels)}


def join_labels(given: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the labels of all questions, each once, in order."""
    return tuple(dict.fromkeys(label for found in given.values() for label in found))
