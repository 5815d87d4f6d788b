"""Which part of a corpus trains, which chooses, which is held out: whole units, no segments."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from signalread.codebook import Codebook
from signalread.training.corpus import PARTS, LabelledComment, read_corpus
from signalread.training.units import independent_units

SHARE = 10  # every tenth unit becomes dev, another tenth test


def read_parts(folder: Path, *, codebook: Codebook) -> dict[str, list[LabelledComment]]:
    """Return a corpus by part; parts that it does not have are split off by organisation or team.

    A corpus without ``dev`` gives a tenth of its train units to it; one with neither ``dev`` nor
    ``test`` gives a tenth to each. The choice hangs on the unit's name alone, so a unit keeps its
    part when the corpus grows, and ``train`` and ``evaluate`` make the same one.
    Raises :class:`~signalread.errors.InputError` as :func:`read_corpus` does.
    """
    parts: dict[str, list[LabelledComment]] = {part: [] for part in PARTS}
    for comment in read_corpus(folder, codebook=codebook):
        parts[comment.part].append(comment)
    if parts["train"] and not parts["dev"]:
        wanted = ("dev",) if parts["test"] else ("dev", "test")
        parts |= split_by_unit(parts["train"], wanted=wanted)
    return parts


def split_by_unit(
    comments: Sequence[LabelledComment], *, wanted: Sequence[str]
) -> dict[str, list[LabelledComment]]:
    """Return ``train`` and the wanted parts, each of whole units.

    >>> split_by_unit([], wanted=["dev"])
    {'train': [], 'dev': []}
    """
    units = independent_units(comment.team for comment in comments)
    chance = {unit: _chance(unit) for unit in sorted(set(units.values()))}
    part_of = {
        unit: wanted[int(x * SHARE)] if x * SHARE < len(wanted) else "train"
        for unit, x in chance.items()
    }
    # With few units a part may have got none: it takes the one that stood nearest.
    if part_of and "train" not in part_of.values():
        part_of[max(part_of, key=lambda unit: chance[unit])] = "train"
    for part in wanted:
        spare = [unit for unit, taken in part_of.items() if taken == "train"]
        if part not in part_of.values() and len(spare) > 1:
            part_of[min(spare, key=lambda unit: chance[unit])] = part
    result: dict[str, list[LabelledComment]] = {part: [] for part in ("train", *wanted)}
    for comment in comments:
        part = part_of[units[comment.team]]
        result[part].append(replace(comment, part=part))
    return result


def _chance(unit: str) -> float:
    """Return a number in [0, 1) that is the same for a name on every machine."""
    digest = hashlib.blake2b(unit.encode(), digest_size=6, person=b"signalread split"[:16]).digest()
    return int.from_bytes(digest, "big") / 2**48
