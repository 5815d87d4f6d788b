"""What lies beside a run while it is in the making, and holds text too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from signalread.errors import RunError
from signalread.review import trail
from signalread.runs.work import WorkFolder

UNCHANGED = "nothing was removed; check that you may write there and try again"


def drop_unfinished(folder: Path, *, actor: str) -> int:
    """Remove what is kept of a run into ``folder`` that was broken off; return how many comments.

    Raises :class:`RunError` while it is being written, and where none was broken off.
    """
    with held_place(folder) as work:
        left = remove_unfinished(work, begun_before=None, actor=actor)
    if left is None:
        raise RunError(
            f"No run into {folder} was broken off.", hint="there is nothing unfinished to remove"
        )
    return left


def remove_unfinished(
    work: WorkFolder | None, *, begun_before: datetime | None, actor: str
) -> int | None:
    """Remove a run that was broken off and return how many comments were kept of it.

    ``None`` where there is none, or where it was begun at ``begun_before`` or later. One that
    cannot be read any more could not go on either, and goes whatever its age.
    """
    if work is None or not work.folder.exists():
        return None
    if begun_before is not None and _began_later(work, begun_before):
        return None
    count = work.broken_off() or 0
    work.remove()
    if work.folder.exists():
        raise RunError(
            f"{work.folder} could not be removed.",
            hint="it holds text of a run that was broken off: remove it by hand",
        )
    trail.record(actor, "unfinished run removed", work.out.resolve().name[:80], {"comments": count})
    return count


@contextmanager
def held_place(folder: Path) -> Iterator[WorkFolder | None]:
    """Hold the place of a run, and give what lies beside it while it is in the making.

    ``None`` where there is no such place. An earlier run that had been moved away for one that
    never came is put back first. Raises :class:`RunError` while somebody writes there.
    """
    if not folder.resolve().parent.is_dir():
        yield None
        return
    with translated_errors(folder):
        work = _hold(folder)
    try:
        with translated_errors(folder):
            work.restore()
        yield work
    finally:
        work.release()


@contextmanager
def translated_errors(path: Path, *, hint: str = UNCHANGED) -> Iterator[None]:
    """Turn what the file system refuses into a :class:`RunError`; ``hint`` says what it left."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}.",
            hint=hint,
        ) from error


def _hold(folder: Path) -> WorkFolder:
    try:
        return WorkFolder(folder)
    except RunError:
        raise RunError(
            f"A run is being written into {folder} just now.",
            hint="wait until it is done, or stop it, and try again",
        ) from None


def _began_later(work: WorkFolder, moment: datetime) -> bool:
    try:
        return work.job().started >= moment
    except RunError:
        return False
