"""Cells that are more than text: lists, objects, numbers and bytes, with their texts replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from signalread.intake.cleaning import clean_text
from signalread.intake.structured import to_text


def read_texts(value: Any) -> list[str]:
    """Return the texts in a value, in order; a number is one as well.

    >>> read_texts(["Fråga Eva", {"tel": 701234567}, None])
    ['Fråga Eva', '701234567']
    """
    if isinstance(value, list | tuple):
        return [text for item in value for text in read_texts(item)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in read_texts(item)]
    return [] if value is None or isinstance(value, bool) else [clean_text(to_text(value))]


def replace_texts(value: Any, texts: Iterator[str | None]) -> Any:
    """Return the value with each of its texts replaced; ``None`` leaves one as it was.

    >>> replace_texts(["Fråga Eva", 7], iter(["Fråga [NAMN 1]", None]))
    ['Fråga [NAMN 1]', 7]
    """
    if isinstance(value, list | tuple):
        parts = [replace_texts(item, texts) for item in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        return {key: replace_texts(item, texts) for key, item in value.items()}
    if value is None or isinstance(value, bool):
        return value
    text = next(texts)
    if text is None:
        return value
    return text.encode() if isinstance(value, bytes) else text
