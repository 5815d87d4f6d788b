"""What a tool's own form has no place for rides along beside it, so that nothing is lost.

An item is written in the tool's form and read back at once; where something differs, both what
came back and what it was are noted. Whoever reads the file later puts it right again – unless the
tool's part was changed in between, which then counts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from signalread.labelling.items import Item, item_from_plain, to_plain
from signalread.labelling.metadata import REST

Build = Callable[[Item], Any]
Parse = Callable[[Any], Item]

_LISTS = ("annotations", "predictions")


def build_whole(item: Item, *, build: Build, parse: Parse) -> Any:
    """Return the tool's form of an item, with a note of what it has no place for, if any."""
    native = build(item)
    mine, back = to_plain(item), to_plain(parse(native))
    differing = [name for name in {**mine, **back} if mine.get(name) != back.get(name)]
    if not differing:
        return native
    note = {name: [back.get(name), mine.get(name)] for name in sorted(differing)}
    text = json.dumps(note, ensure_ascii=False, separators=(",", ":"))
    return build(replace(item, extra={**item.extra, REST: text}))


def parse_whole(native: Any, *, parse: Parse) -> Item:
    """Return the item of a tool's form, put right by the note that rides along."""
    item = parse(native)
    note = _read_note(item.extra.get(REST))
    if note is None:
        return item
    plain = to_plain(replace(item, extra={k: v for k, v in item.extra.items() if k != REST}))
    for name, (back, mine) in note.items():
        now = plain.get(name)
        if now == back:
            plain[name] = mine
        elif name in _LISTS and isinstance(now, list):
            plain[name] = _put_right(now, back or [], mine or [])
    return item_from_plain({name: value for name, value in plain.items() if value is not None})


def _put_right(now: list[Any], back: list[Any], mine: list[Any]) -> list[Any]:
    """Replace the entries that are as they were written; changed and new ones stay."""
    left = _pair(back, mine)
    found = []
    for entry in now:
        at = next((i for i, (old, _) in enumerate(left) if old == entry), None)
        found.append(entry if at is None else left.pop(at)[1])
    return found


def _pair(back: list[Any], mine: list[Any]) -> list[tuple[Any, Any]]:
    """Say which entry each that came back had been; a tool may have put them in another order."""
    left = list(mine)
    pairs = []
    for entry in back[: len(mine)]:
        was = max(left, key=partial(_likeness, entry))
        left.remove(was)
        pairs.append((entry, was))
    return pairs


def _likeness(entry: Any, candidate: Any) -> tuple[bool, int]:
    return entry == candidate, sum(entry.get(k) == v for k, v in candidate.items())


def _read_note(value: Any) -> Mapping[str, list[Any]] | None:
    if not isinstance(value, str):
        return None
    try:
        note = json.loads(value)
    except (ValueError, RecursionError):
        return None
    good = isinstance(note, dict) and all(
        isinstance(v, list) and len(v) == 2 for v in note.values()
    )
    return note if good else None
