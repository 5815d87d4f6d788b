"""A look through a model folder, before it goes anywhere, for what points at a person."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from signalread.redaction import Kind, NameFinder, find_spans
from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.spans import settle_spans

TEXTS = (".json", ".md", ".yaml", ".yml", ".txt", ".svg")
VOCABULARY = "tokenizer.json"
# A model card is full of figures and a manifest of digests; neither is a telephone number.
_FIGURES = re.compile(
    r"\b(?=[0-9]*[a-f])[0-9a-f]{32,128}\b|(?<![\d.])[01]?\.\d{2,6}(?![\d.])|\b20\d\d-\d\d-\d\d\b(?!-)"
)
_MARKUP = re.compile(r"<[^>]*>")
_NOT_PERSONAL = frozenset({Kind.LINK, Kind.ROLE, Kind.ORGANISATION_NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What kind of personal data a file seems to hold, and how often; never the data itself."""

    file: str
    kind: str
    times: int


def scan_folder(folder: Path, *, find_names: NameFinder) -> tuple[Found, ...]:
    """Look for names, numbers and addresses in all text that lies in a model folder.

    Cards, manifests and codebooks are read line by line with redaction's own finder, and so are
    the names and notes inside safetensors files. A name counts where it is a known first name, or
    a known last name beside another capital word; single words of a tokenizer's vocabulary do not
    count, pieces of two words or more and numbers in it do. What a network's weights remember
    cannot be seen this way.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            texts = list(dict.fromkeys(_texts_of(path)))
            for text, names in zip(texts, find_names(texts), strict=True):
                for span in settle_spans(find_spans(text, names)):
                    found = text[span.start : span.end]
                    if span.kind in _NOT_PERSONAL or not _counts(span.kind, found):
                        continue
                    counts[path.relative_to(folder).as_posix(), span.kind.name.lower()] += 1
    return tuple(
        Found(file=file, kind=kind, times=times) for (file, kind), times in sorted(counts.items())
    )


def _texts_of(path: Path) -> Iterator[str]:
    if path.suffix == ".safetensors":
        yield from _header(path)
    elif path.name == VOCABULARY:
        for piece in _strings(json.loads(path.read_text(encoding="utf-8"))):
            words = piece.replace("▁", " ").replace("Ġ", " ").split()
            if len(words) > 1 or any(character.isdigit() for character in piece):
                yield " ".join(words)
    elif path.suffix == ".json":
        for text in _strings(json.loads(path.read_text(encoding="utf-8"))):
            yield _without_figures(text)
    elif path.suffix in TEXTS:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield _without_figures(_MARKUP.sub(" ", line) if path.suffix == ".svg" else line)


def _header(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(size))
    for name, value in header.pop("__metadata__", {}).items():
        yield _without_figures(f"{name} {value}")
    yield from (_without_figures(name) for name in header)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _without_figures(text: str) -> str:
    return _FIGURES.sub(" ", text)


def _counts(kind: Kind, found: str) -> bool:
    if kind is not Kind.NAME:
        return True
    lexicon = load_lexicon()
    capital = [word for word in re.findall(r"[^\W\d_]+", found) if word[0].isupper()]
    known = {word.lower() for word in capital}
    if known & lexicon.first:
        return True
    return len(capital) > 1 and bool(known & (lexicon.last | lexicon.foreign))
