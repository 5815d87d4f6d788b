"""Which files are read, how large they may be, and which of them are something else."""

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from signalread.errors import InputError

GIGABYTE = 1024**3
MEGABYTE = 1024**2

# Tables that stream may be large; what has to be held whole may not.
TABLES = {
    ".csv": 50 * GIGABYTE,
    ".tsv": 50 * GIGABYTE,
    ".jsonl": 50 * GIGABYTE,
    ".ndjson": 50 * GIGABYTE,
    ".parquet": 50 * GIGABYTE,
    ".xlsx": 200 * MEGABYTE,
    ".xlsm": 200 * MEGABYTE,  # its macros are never run
    ".ods": 200 * MEGABYTE,
}
NOTES = {
    ".docx": 50 * MEGABYTE,
    ".md": 20 * MEGABYTE,
    ".txt": 20 * MEGABYTE,
    ".pdf": 100 * MEGABYTE,
}
CAPS = TABLES | NOTES
READABLE = "csv, tsv, xlsx, ods, jsonl, parquet, docx, md, txt and pdf"

# Files that hold comments, in a format that is not read: passing them by would lose them.
SAVE_AS = {
    ".xls": ".xlsx",
    ".xlsb": ".xlsx",
    ".numbers": ".xlsx",
    ".doc": ".docx",
    ".odt": ".docx",
    ".rtf": ".docx",
    ".json": ".jsonl (one object a line)",
}

# What parsers raise at files that any program has written: they fail in as many ways as there are.
PARSER_ERRORS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
    NotImplementedError,
    SyntaxError,  # lxml's errors of syntax are Python's
)

_MAGIC = {
    b"PK\x03\x04": "a zip file, as workbooks and Word files are",
    b"\xd0\xcf\x11\xe0": "an older or a password-protected Office file",
    b"%PDF-": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3": "a database",
}


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the readable files that the paths name, folders searched through and sorted.

    Hidden files and the lock files of Office (``~$…``) are passed by, and a file that is named
    twice comes once. Raises :class:`InputError` for a path that is missing, for a folder with
    nothing readable, for a file in a format that is not read, and for a link that leads out of
    its folder.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if _is_folder(path):
            inside = [file for file in _walk(path) if file.suffix.lower() in CAPS | SAVE_AS]
            if not inside:
                raise InputError(
                    f"The folder '{path.name or path}' has nothing that can be read.",
                    hint=f"readable are {READABLE}",
                )
        elif path.exists():
            inside = [path]
        else:
            raise InputError(f"No file or folder '{path}'.", hint="check the path")
        for file in inside:
            _check_kind(file)
            found.setdefault(file.resolve(), file)
    if not found:
        raise InputError("No files were given.", hint="name a file or a folder to read")
    return list(found.values())


def check_file(path: Path) -> None:
    """Raise :class:`InputError` for a file that is gone, unreadable, empty or too large."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would be waited for, a device has no end
            raise InputError(f"{path.name} is not an ordinary file.", hint="save a copy of it")
        size = facts.st_size
        with path.open("rb") as handle:
            handle.read(1)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be opened ({error.strerror}).",
            hint="check that it exists and that you may read it",
        ) from error
    if size == 0:
        raise InputError(f"{path.name} is empty.", hint="export it again, or leave it out")
    cap = CAPS[path.suffix.lower()]
    if size > cap:
        raise InputError(
            f"{path.name} is {size / MEGABYTE:,.0f} MB; at most {cap / MEGABYTE:,.0f} MB of "
            f"{path.suffix.lower()} is read.",
            hint="split it, or save it as CSV or Parquet",
        )


def recognize(head: bytes) -> str | None:
    """Say what a file is by its first bytes, when that is not text."""
    return next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError) as error:  # a name that no file can have
        raise InputError("A path cannot be looked up.", hint="check the path") from error


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            _check_link(Path(here, name), folder)  # links to folders are not followed
        for name in sorted(files):
            if not name.startswith((".", "~$")):
                path = Path(here, name)
                if path.suffix.lower() in CAPS | SAVE_AS:
                    _check_link(path, folder)
                yield path


def _check_link(path: Path, folder: Path) -> None:
    """Raise for a link that leads out of the folder: whoever filled it chose what is read."""
    if not path.is_symlink():
        return
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself
        inside = False
    if not inside:
        raise InputError(
            f"{path.name} in the folder '{folder.name or folder}' is a link that leads out of it.",
            hint="name what it leads to on the command line, or put a copy in the folder",
        )


def _check_kind(path: Path) -> None:
    suffix = path.suffix.lower()
    # Half of a pair stands for each letter of a name in another encoding than the system's.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in path.name):
        shown = path.name.encode("unicode_escape").decode()
        raise InputError(
            f"The name of the file '{shown}' cannot be written in a report.",
            hint="give it a name of ordinary letters",
        )
    if suffix in SAVE_AS:
        raise InputError(
            f"{path.name} is in a format that is not read.",
            hint=f"save it as {SAVE_AS[suffix]}, or move it out of the way",
        )
    if suffix not in CAPS:
        raise InputError(f"{path.name} cannot be read.", hint=f"readable are {READABLE}")
