"""One file in, one file out, put in its place whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from signalread.errors import InputError, RunError
from signalread.intake.files import check_file, find_files
from signalread.redacting.kept import find_telling
from signalread.redacting.notes import redact_notes
from signalread.redacting.passages import Find, Redactor
from signalread.redacting.tables import redact_delimited, redact_json_lines, redact_parquet
from signalread.redacting.workbooks import redact_workbook
from signalread.redaction import Kind, NameFinder
from signalread.runs import translated_errors
from signalread.settings import Settings

_WRITERS = {
    ".csv": redact_delimited,
    ".tsv": redact_delimited,
    ".jsonl": redact_json_lines,
    ".ndjson": redact_json_lines,
    ".parquet": redact_parquet,
    ".xlsx": redact_workbook,
    ".txt": redact_notes,
    ".md": redact_notes,
}
_SAVE_AS = {".xlsm": ".xlsx", ".ods": ".xlsx", ".docx": ".md or .txt", ".pdf": ".txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedFile:
    """What became of a file: columns redacted and kept, texts read, and finds by kind.

    ``telling`` are those of the kept columns in which something points at people, and what.
    """

    out: Path
    redacted: tuple[str, ...]
    kept: tuple[str, ...]
    texts: int
    counts: Mapping[Kind, int]
    telling: Mapping[str, Sequence[Kind]]


def redact_file(
    path: Path,
    out: Path,
    *,
    settings: Settings,
    find_names: NameFinder,
    told: Callable[[Find], None] | None = None,
    advance: Callable[[], None] | None = None,
) -> RedactedFile:
    """Write a copy of a file with placeholders in its columns of comments, all else as it was.

    ``told`` hears of every find and ``advance`` of every text. Raises
    :class:`~signalread.errors.InputError` for a file that cannot be read or written in its own
    format, and :class:`~signalread.errors.RunError` where ``out`` exists or cannot be written.
    """
    check_paths(path, out)
    write = _WRITERS[path.suffix.lower()]
    redactor = Redactor(find_names=find_names, told=told, advance=advance)
    with _beside(out) as work:
        try:
            columns = write(path, work, settings=settings, redactor=redactor)
        except UnicodeEncodeError as error:
            raise InputError(
                f"{path.name} is in an encoding ({error.encoding}) that lacks a letter of what "
                "is to be written.",
                hint="save it again as UTF-8",
            ) from None  # the error itself holds the text
        telling = find_telling(path, settings=settings) if columns else {}
        shutil.copymode(path, work)
    return RedactedFile(
        out=out,
        redacted=tuple(name for name, redacted in columns.items() if redacted),
        kept=tuple(name for name, redacted in columns.items() if not redacted),
        texts=redactor.texts,
        counts=dict(redactor.counts.most_common()),
        telling=telling,
    )


def check_paths(path: Path, out: Path) -> None:
    """Raise as :func:`redact_file` does for a file that it cannot redact, or not to ``out``."""
    if path.is_dir():
        raise InputError(f"'{path}' is a folder.", hint="redact its files one by one")
    find_files([path])
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise InputError(
            f"{path.name} is in a format that can be analysed, but not redacted as it is.",
            hint=f"save it as {_SAVE_AS[suffix]} first",
        )
    check_file(path)
    if out.suffix.lower() != suffix:
        raise RunError(
            f"{out} has not the suffix of {path.name}.",
            hint=f"the format is kept: name a file that ends with {suffix} as `--out`",
        )
    if out.exists() or out.is_symlink():
        same = out.exists() and out.samefile(path)
        raise RunError(
            f"{out} is the file to redact itself." if same else f"{out} exists already.",
            hint="name another file as `--out`; nothing is ever overwritten",
        )


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a place to write beside ``out``, moved there at the end and removed after a fault."""
    with translated_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.stem}-", dir=out.parent))
        try:
            work = folder / out.name
            yield work
            work.replace(out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
