"""The frameworks that labels are read through, and the loader of their YAML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from signalread.codebook import POLARITIES, Codebook, words
from signalread.codebook.plain_yaml import LARGEST, read_yaml
from signalread.errors import CodebookError


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A part of a framework: a name for one or more labels."""

    id: str
    name: Mapping[str, str]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dilemma:
    """Two poles that are both needed and can pull apart."""

    first: Element
    second: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A way to regroup labels; it has elements, or dilemmas."""

    id: str
    name: Mapping[str, str]
    source: str
    note: Mapping[str, str]
    elements: tuple[Element, ...]
    dilemmas: tuple[Dilemma, ...]


def load_frameworks(codebook: Codebook, path: Path | None = None) -> tuple[Framework, ...]:
    """Read frameworks; without a path, those that ship and that the codebook has all labels for.

    Raises :class:`CodebookError` where an own file is unreadable or names a label that the
    codebook lacks.
    """
    if path is None:
        raw = resources.files(__package__).joinpath("frameworks.yaml").read_bytes()
        return tuple(
            _build(entry, codebook)
            for entry in yaml.safe_load(raw)["frameworks"]
            if _fits(entry, codebook)
        )
    try:
        with path.open("rb") as file:
            entries = read_yaml(file.read(LARGEST + 1))["frameworks"]
        return tuple(_build(entry, codebook) for entry in entries)
    except OSError as error:
        raise CodebookError(
            f"The frameworks in {path.name} cannot be read: {error.strerror}.",
            hint="check the path",
        ) from error
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise CodebookError(
            f"{path.name} does not hold frameworks: {type(error).__name__}.",
            hint="it needs `frameworks`, each with `id`, `name`, `source` and `elements`",
        ) from error


def choose_frameworks(
    frameworks: Sequence[Framework], wanted: Sequence[str]
) -> tuple[Framework, ...]:
    """Return the frameworks with these ids or names, in the order in which they are wanted.

    Raises :class:`CodebookError` where there is none of that name.
    """
    chosen = []
    for name in wanted:
        for framework in frameworks:
            if name.casefold() in {
                framework.id.casefold(),
                *map(str.casefold, framework.name.values()),
            }:
                chosen.append(framework)
                break
        else:
            raise CodebookError(
                f"No framework '{name}'.",
                hint=f"the frameworks are {', '.join(framework.id for framework in frameworks)}",
            )
    return tuple(chosen)


def _build(entry: Mapping[str, Any], codebook: Codebook) -> Framework:
    dilemmas = []
    for dilemma in entry.get("dilemmas", []):
        first, second = dilemma["poles"]
        dilemmas.append(Dilemma(first=_element(first, codebook), second=_element(second, codebook)))
    return Framework(
        id=str(entry["id"]),
        name=words(entry["name"]),
        source=str(entry["source"]),
        note=words(entry.get("note", {})),
        elements=tuple(_element(element, codebook) for element in entry.get("elements", [])),
        dilemmas=tuple(dilemmas),
    )


def _element(entry: Mapping[str, Any], codebook: Codebook) -> Element:
    name = words(entry["name"])
    return Element(
        id=str(entry.get("id") or next(iter(name.values()))),
        name=name,
        labels=tuple(_labels(entry["labels"], codebook)),
    )


def _labels(references: Sequence[str], codebook: Codebook) -> Iterator[str]:
    for reference in references:
        found = [
            label
            for label in (reference, *(f"{reference}{polarity}" for polarity in POLARITIES))
            if label in codebook.position
        ]
        if not found:
            raise CodebookError(
                f"A framework names the label '{reference}', which the codebook lacks.",
                hint=f"the codebook's labels are {', '.join(codebook.labels)}",
            )
        yield from found


def _fits(entry: Mapping[str, Any], codebook: Codebook) -> bool:
    try:
        _build(entry, codebook)
    except CodebookError:
        return False
    return True
