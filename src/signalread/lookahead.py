"""Working ahead: one stage prepares the next records while a later one reads those at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

_CHUNK = 256  # records handed over at a time
_CHUNKS = 16  # that may wait
_PATIENCE = 0.2  # seconds between looks at whether anybody still reads


def read_ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items in their order, made in a thread of their own and a little ahead of time.

    Memory is bounded: some 4,000 items wait at most. What the items raise is raised here, after
    the items before it; when the reader stops, so does the thread. It pays where the reader spends
    its time outside of Python, as a runtime that computes on arrays does.
    """
    queue: Queue[_Handful[T]] = Queue(_CHUNKS)
    stopped = Event()
    # A daemon, so that a program that is told to end does not wait for it.
    thread = Thread(
        target=_make, args=(items, queue, stopped), name="signalread-read-ahead", daemon=True
    )
    thread.start()
    try:
        while True:
            handful = queue.get()
            yield from handful.items
            if handful.failure is not None:
                raise handful.failure
            if handful.last:
                return
    finally:
        stopped.set()
        thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handful(Generic[T]):
    """Items on their way between the threads; the last may carry what ended them."""

    items: list[T] = field(default_factory=list)
    last: bool = False
    failure: BaseException | None = None


def _make(items: Iterable[T], queue: Queue[_Handful[T]], stopped: Event) -> None:
    iterator = iter(items)
    chunk: list[T] = []
    failure: BaseException | None = None
    try:
        for item in iterator:
            chunk.append(item)
            if len(chunk) >= _CHUNK:
                _put(queue, _Handful(items=chunk), stopped)
                chunk = []
            if stopped.is_set():
                break
        # Generators are closed where they run, with the files that they hold open.
        close: Callable[[], None] | None = getattr(iterator, "close", None)
        if close is not None:
            close()
    except BaseException as error:  # whatever it is, it is the reader's to know
        failure = error
    _put(queue, _Handful(items=chunk, last=True, failure=failure), stopped)


def _put(queue: Queue[_Handful[T]], handful: _Handful[T], stopped: Event) -> None:
    while not stopped.is_set():
        try:
            queue.put(handful, timeout=_PATIENCE)
        except Full:
            continue
        return
