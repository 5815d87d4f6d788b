"""Rows and files about one item put together."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from signalread.errors import InputError
from signalread.labelling.items import Item
from signalread.labelling.metadata import FIELDS


def name_item(item: Item, taken: dict[str, int]) -> Item:
    """Give an item without an id one, from its text and question and how often they stood before.

    ``taken`` counts them; it is one for each file.
    """
    if item.id:
        return item
    said = f"{item.text}\n{item.question or ''}".encode(errors="surrogatepass")
    digest = blake2b(said, digest_size=8).hexdigest()
    taken[digest] = number = taken.get(digest, 0) + 1
    return replace(item, id=digest if number == 1 else f"{digest}-{number}")


def merge_items(found: Iterable[tuple[str, Item]]) -> list[Item]:
    """Return each item once, with all that was said of it, in the order in which they came.

    Raises :class:`InputError` where one id stands for different texts, or for a text of different
    teams, questions or waves.
    """
    merged: dict[str, Item] = {}
    places: dict[str, str] = {}
    for where, item in found:
        if item.id in merged:
            merged[item.id] = _merge(merged[item.id], item, places[item.id], where)
        else:
            merged[item.id], places[item.id] = item, where
    return list(merged.values())


def merge_files(files: Iterable[tuple[str, Iterable[Item]]]) -> list[Item]:
    """Return the items of several files, each once; what several files say alike is said once."""
    merged: dict[str, Item] = {}
    places: dict[str, str] = {}
    for name, items in files:
        for item in items:
            if (known := merged.get(item.id)) is None:
                merged[item.id], places[item.id] = item, name
                continue
            new = replace(
                item,
                annotations=tuple(a for a in item.annotations if a not in known.annotations),
                predictions=tuple(p for p in item.predictions if p not in known.predictions),
            )
            merged[item.id] = _merge(known, new, places[item.id], name)
    return list(merged.values())


def _merge(one: Item, two: Item, first: str, second: str) -> Item:
    for name in ("text", *FIELDS):
        a, b = getattr(one, name), getattr(two, name)
        if a != b and a not in (None, "") and b not in (None, ""):
            raise InputError(
                f"The item '{one.id[:60]}' has one {name} in {first} and another in {second}.",
                hint="give each text an id of its own, and each of its rows the same metadata",
            )
    said = {name: getattr(one, name) for name in FIELDS}
    known = {name: v if v not in (None, "") else getattr(two, name) for name, v in said.items()}
    return replace(
        one,
        annotations=one.annotations + two.annotations,
        predictions=one.predictions + two.predictions,
        extra={**two.extra, **one.extra},
        tool={**two.tool, **one.tool},
        **known,
    )
