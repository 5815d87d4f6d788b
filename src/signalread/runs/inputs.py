"""The files that a run reads: what they are, and that they are still the same at its end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from signalread.aliases import file_alias
from signalread.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file of comments: its size in bytes, its SHA-256, and when it was last changed."""

    path: Path
    bytes: int
    sha256: str
    changed_ns: int

    @property
    def alias(self) -> str:
        """What it is called in all that is written: its own name may name a person."""
        return file_alias(self.path, digest=lambda: self.sha256)

    def described(self) -> dict[str, Any]:
        """Return what ``run.json`` says of it."""
        return {"name": self.alias, "bytes": self.bytes, "sha256": self.sha256}


def take_inputs(files: Sequence[Path]) -> list[InputFile]:
    """Look at each file before it is read. Raises :class:`InputError` for one that cannot be."""
    taken = []
    for path in files:
        try:
            stat = path.stat()
            digest = hash_file(path)
        except OSError as error:
            raise InputError(
                f"{path.name} cannot be opened ({error.strerror}).",
                hint="check that it exists and that you may read it",
            ) from error
        taken.append(
            InputFile(path=path, bytes=stat.st_size, sha256=digest, changed_ns=stat.st_mtime_ns)
        )
    return taken


def check_inputs(inputs: Sequence[InputFile]) -> None:
    """Raise :class:`InputError` for a file that changed or vanished while it was read."""
    for taken in inputs:
        try:
            stat = taken.path.stat()
        except OSError as error:
            raise InputError(
                f"{taken.path.name} is gone since the reading of it began ({error.strerror}).",
                hint="put it back, and analyze it again",
            ) from error
        if (stat.st_size, stat.st_mtime_ns) != (taken.bytes, taken.changed_ns):
            raise InputError(
                f"{taken.path.name} was changed while it was read.",
                hint="wait until nobody writes to it, and analyze it again",
            )


def hash_file(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
