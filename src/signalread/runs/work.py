"""The hidden folder beside a run's place in which it is made, and that one process alone holds.

``.RUN.partial/`` holds ``job.json`` (with the salt), ``parts/`` and ``whole/``, the run folder in
the making; ``replaced/`` is an earlier run between the two moves that exchange them.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from signalread.errors import RunError
from signalread.locks import PlaceLock
from signalread.runs.job import Job
from signalread.runs.parts import Part, PartWriter, find_places, lay_part, read_part
from signalread.runs.tables import sync_folder, write_text


class WorkFolder:
    """The work folder of the run ``out``, held until :meth:`release`.

    Raises :class:`RunError` where another process holds it.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        name = out.name or out.resolve().name
        self.folder = out.parent / f".{name}.partial"
        self.whole = self.folder / "whole"
        self._job = self.folder / "job.json"
        self._parts = self.folder / "parts"
        self._replaced = self.folder / "replaced"
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock = PlaceLock(out.parent / f".{name}.lock")
        except TimeoutError:
            raise RunError(
                f"Another signalread is writing {out} just now.",
                hint="wait until it is done, or name another folder as `--out`",
            ) from None

    def release(self) -> None:
        """Let others have the place."""
        self._lock.release()

    def restore(self) -> None:
        """Put an earlier run back that was moved away for one that did not come in its place."""
        if self._replaced.exists() and not self.out.exists():
            self._replaced.rename(self.out)

    def broken_off(self) -> int | None:
        """Return how many comments are kept of a run that was broken off, if one was.

        Before its first part was whole there is nothing to go on with.
        """
        if not self.has_job():
            return None
        places = find_places(self._parts)
        kept = 0
        for place in places:
            with suppress(RunError):  # a damaged part is told of when it is to be used
                kept += read_part(place).comments
        return kept if places else None

    def has_job(self) -> bool:
        """Say whether a run was begun here that never came to its place."""
        return self._job.exists()

    def job(self) -> Job:
        """Return the job of the run that was broken off."""
        return Job.load(self._job)

    def begin(self, job: Job | None) -> None:
        """Make the folder anew for a job; without one, nothing can be resumed."""
        self.remove()
        self.folder.mkdir(mode=0o700)
        self._parts.mkdir(mode=0o700)
        if job is not None:
            write_text(self._job, job.dump(), mode=0o600)
        self._lay_out()

    def go_on(self) -> list[Part]:
        """Clear away what was not finished, and return the parts that were, each checked."""
        for place in self._parts.glob("*.new"):
            shutil.rmtree(place)
        shutil.rmtree(self._replaced, ignore_errors=True)
        parts = self.parts()
        for part in parts:
            part.check()
        self._lay_out()
        return parts

    def parts(self) -> list[Part]:
        """Return the parts that are on the disk, in order."""
        return [read_part(place) for place in find_places(self._parts)]

    def open_part(self, number: int, *, labels: Sequence[str]) -> PartWriter:
        """Return a new part to write."""
        return PartWriter(self._place(number), labels=labels)

    def lay_part(self, number: int, files: Mapping[str, bytes]) -> Part:
        """Put a part that was read elsewhere in its place."""
        return lay_part(self._place(number), files)

    def _place(self, number: int) -> Path:
        return self._parts / f"{number:06}"

    def put_in_place(self) -> None:
        """Move the whole run to ``out``; a run that was there is whole until then."""
        if self.out.exists():
            self.out.rename(self._replaced)
        self.whole.rename(self.out)
        sync_folder(self.out.parent)

    def break_off(self) -> int:
        """Keep the parts, remove the rest; return how many comments are kept, or remove all."""
        self.restore()
        kept = self.broken_off()
        if kept is None:
            self.remove()
            return 0
        shutil.rmtree(self.whole, ignore_errors=True)
        return kept

    def remove(self) -> None:
        """Remove everything, the job first: without it nothing is taken for a run to resume."""
        self._job.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lay_out(self) -> None:
        if self.whole.exists():
            shutil.rmtree(self.whole)
        self.whole.mkdir(mode=0o755)
        (self.whole / "restricted").mkdir(mode=0o700)
        (self.whole / "report").mkdir(mode=0o755)
