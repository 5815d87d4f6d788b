"""Working ahead keeps the order, the errors and the bounds of what it reads."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalread.errors import InputError
from signalread.lookahead import read_ahead


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "signalread-read-ahead"]


@given(st.lists(st.integers(), max_size=2000))
def test_items_come_in_their_order(items: list[int]) -> None:
    assert list(read_ahead(items)) == items


def test_an_error_comes_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield from range(300)
        raise InputError("No file 'a.csv'.")

    seen: list[int] = []
    with pytest.raises(InputError, match=r"a\.csv"):
        seen.extend(read_ahead(failing()))
    assert seen == list(range(300))
    assert threads() == []


def test_a_reader_that_stops_stops_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    items = read_ahead(endless())
    assert next(items) == 1
    items.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert threads() == []


def test_only_so_many_items_are_made_ahead() -> None:
    made: list[int] = []

    def noted() -> Iterator[int]:
        for number in range(1_000_000):
            made.append(number)
            yield number

    for read, _ in enumerate(read_ahead(noted())):
        assert len(made) - read < 10_000
        if read == 30_000:
            break


def test_nothing_is_made_before_somebody_reads() -> None:
    read_ahead(iter([1]))
    assert threads() == []
