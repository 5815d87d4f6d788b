"""What an item says of itself as the flat metadata that every labelling tool can hold and show."""

import json
from collections.abc import Mapping
from typing import Any

from signalread.intake.cleaning import clean_name
from signalread.labelling.formulas import guard
from signalread.labelling.items import Item
from signalread.records import Source

FIELDS = ("question", "team", "sector", "wave", "source", "comment_id", "segment")
REST = "signalread"  # under this key stands what the tool's own form has no place for


def to_metadata(item: Item) -> dict[str, Any]:
    """Return the fields that say something and the extra metadata, for a tool to show."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(item, name)
        if value not in (None, ""):
            found[name] = value.value if isinstance(value, Source) else value
    return {**{k: v for k, v in item.extra.items() if k not in FIELDS}, **found}


def from_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of :class:`Item` that metadata hold; what is unknown goes to ``extra``.

    A field of a kind that it cannot be (a source called "intranet") is unknown too.
    """
    found: dict[str, Any] = {"extra": {}}
    for name, value in metadata.items():
        good = _read_field(name, value) if name in FIELDS else None
        if good is None:
            found["extra"][name] = value
        else:
            found[name] = good
    return found


def is_column(name: str) -> bool:
    """Say whether a table can have a column of this name and give it back as it was."""
    return bool(name) and name.isprintable() and clean_name(name) == name and guard(name) == name


def _read_field(name: str, value: Any) -> Any:
    if name == "segment":
        if isinstance(value, str) and value.isdecimal() and len(value) < 10:
            return int(value)
        return value if type(value) is int else None
    if isinstance(value, int | float) and not isinstance(value, bool) and name == "wave":
        return json.dumps(value)  # a wave such as 2026, which tables make a number of
    if not isinstance(value, str) or not value:
        return None
    if name == "source":
        return Source(value) if value in set(Source) else None
    return value
