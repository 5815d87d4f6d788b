"""Show that no pattern of the program takes more than linear time, whatever text it is given.

    python -m scripts.probe_patterns

Every compiled pattern is searched for in texts that repeat what it is made of: in a short one, and
where that takes a millisecond, in texts of one, two and four lengths. Time that grows with the
length doubles; a pattern that goes back and forth takes four times as long, or never ends. (One
that looks back from every letter needs more than a millisecond for the short text already.)
"""

import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import signalread

SHORT = 2000
QUICK = 0.001  # seconds for the short text
LENGTHS = (4000, 8000, 16000)
LEAST = 0.02  # seconds; less than that says nothing about growth
STEEPEST = 3.0  # times as long for twice the text
_APART = ("signalread.review", "signalread.cluster", "signalread.__main__")  # need settings, Ray
_ENDS = ("\x01", " ", "x!")


def find_patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern for text that stands in a module, by module and name."""
    found: dict[str, re.Pattern[str]] = {}
    root = Path(signalread.__file__).parent
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(("signalread", *parts)).removesuffix(".__init__")
        if module.startswith(_APART):
            continue
        try:
            loaded = importlib.import_module(module)
        except ImportError:  # an extra that is not installed
            continue
        for name, value in vars(loaded).items():
            for number, pattern in enumerate(_patterns_in(value)):
                if pattern not in found.values():
                    found[f"{module}.{name}{f'[{number}]' if number else ''}"] = pattern
    return found


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _patterns_in(item)
    elif isinstance(value, dict):
        yield from _patterns_in(list(value.values()))


def pumps(pattern: re.Pattern[str]) -> list[str]:
    """Return what to repeat: the words and the kinds of letters that the pattern is made of."""
    pieces = dict.fromkeys(_words(_parser.parse(pattern.pattern, pattern.flags)))
    words = [piece for piece in pieces if len(piece) > 1][:24]
    letters = [piece for piece in pieces if len(piece) == 1][:24]
    mixed = [f"{word}{mark}" for word in words[:8] for mark in (" ", "-", "1")]
    return [*words, *letters, *mixed, "a", "A ", "Aa ", "1", " ", "-", ".", "a.", "a-", "1 ", "\n"]


def _words(tree: Any) -> Iterator[str]:
    """Yield the literal runs of a parsed pattern, and a letter for each set of letters."""
    run = ""
    for kind, value in tree:
        if kind is _constants.LITERAL:
            run += chr(value)
            continue
        if run:
            yield run
            run = ""
        yield from _words_of(kind, value)
    if run:
        yield run


def _words_of(kind: Any, value: Any) -> Iterator[str]:
    if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        yield from _words(value[2])
    elif kind is _constants.SUBPATTERN:
        yield from _words(value[-1])
    elif kind is _constants.ATOMIC_GROUP:
        yield from _words(value)
    elif kind is _constants.BRANCH:
        for branch in value[1]:
            yield from _words(branch)
    elif kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        yield from _words(value[1])
    elif kind is _constants.IN:
        for inner, what in value[:6]:
            if inner is _constants.LITERAL:
                yield chr(what)
            elif inner is _constants.RANGE:
                yield chr(what[0])


def is_quick(pattern: re.Pattern[str], pump: str, end: str) -> bool:
    """Say whether the short text is searched in no time, as none could be that takes squares."""
    return search(pattern, pump, end, length=SHORT) < QUICK


def measure(pattern: re.Pattern[str], pump: str, end: str) -> list[float]:
    """Return the seconds of processor time that a search takes in texts of the lengths."""
    times: list[float] = []
    for length in LENGTHS:
        times.append(search(pattern, pump, end, length=length))
        if times[-1] > 5:
            break
    return times


def growth_of(times: list[float]) -> float:
    """Return how many times as long twice the text took; endless where no other was reached.

    >>> growth_of([0.25, 0.5, 1.0]), growth_of([6.0]), growth_of([0.001, 0.002, 0.01])
    (2.0, inf, 0.0)
    """
    if times[-1] < LEAST:
        return 0.0
    return times[-1] / times[-2] if len(times) > 1 else float("inf")


def search(pattern: re.Pattern[str], pump: str, end: str, *, length: int) -> float:
    """Return the seconds of processor time that a search takes in a text of that length."""
    text = (pump * (length // len(pump) + 1))[:length] + end
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - started


def main() -> None:
    """Probe every pattern and print the slowest probes, and those that grow too fast."""
    patterns = find_patterns()
    slowest: list[tuple[float, float, str, str]] = []
    probes = 0
    for name, pattern in patterns.items():
        for pump in dict.fromkeys(pumps(pattern)):
            for end in _ENDS:
                probes += 1
                if is_quick(pattern, pump, end):
                    continue
                times = measure(pattern, pump, end)
                growth = growth_of(times)
                if growth > STEEPEST:  # once more: was it the machine?
                    again = measure(pattern, pump, end)
                    times = [min(pair) for pair in zip(times, again, strict=False)]
                    growth = growth_of(times)
                slowest.append((times[-1], growth, name, pump))
    slowest.sort(reverse=True)
    print(
        f"{len(patterns)} patterns, {probes} probes, {len(slowest)} of them beyond a millisecond "
        f"and taken up to {LENGTHS[-1]} characters"
    )
    for seconds, growth, name, pump in slowest[:10]:
        print(f"  slowest: {seconds:.3f} s, {growth:.1f} times per doubling: {name} on {pump!r}")
    steep = [probe for probe in slowest if probe[0] > LEAST and probe[1] > STEEPEST]
    for seconds, growth, name, pump in steep:
        print(f"TOO STEEP: {name} on {pump!r}: {seconds:.2f} s, {growth:.1f} times per doubling")
    raise SystemExit(1 if steep else 0)


if __name__ == "__main__":
    main()
