"""A place on the disk that one process at a time may change."""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock


class PlaceLock:
    """The lock of a place, held until :meth:`release`, or until the process that holds it ends.

    Raises :class:`TimeoutError` where another process still holds it after ``wait`` seconds, and
    :class:`OSError` where the lock's file cannot be made.
    """

    def __init__(self, file: Path, *, wait: float = 0.0) -> None:
        self._lock = FileLock(file, timeout=wait, mode=0o600)
        self._lock.acquire()

    def release(self) -> None:
        """Let others have the place."""
        # Removed while it is held: who waits for it sees that, and makes another.
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
