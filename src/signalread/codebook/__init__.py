"""The labels: what they are, what they are called, and what they mean.

A codebook is data (YAML). The one that ships has two signals and fourteen themes; an
organisation may bring its own, and the whole product then runs on it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from signalread.codebook.plain_yaml import LARGEST, read_yaml
from signalread.errors import CodebookError

POLARITIES = ("+", "-")
_ID = re.compile(r"\w[\w.-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A label that stands by itself, such as ``trust``."""

    id: str
    name: Mapping[str, str]
    definition: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A subject with a polarity: ``autonomy+`` is a strength, ``autonomy-`` a concern."""

    id: str
    group: str
    name: Mapping[str, str]
    strength: Mapping[str, str]
    concern: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Codebook:
    """Signals and themes, in the order in which every table and score vector has them.

    ``text`` is the YAML that it was read from; a model folder keeps a copy.
    """

    version: str
    digest: str
    signals: tuple[Signal, ...]
    themes: tuple[Theme, ...]
    groups: Mapping[str, Mapping[str, str]]
    text: str = field(default="", repr=False, compare=False)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label: the signals, then each theme with ``+`` and ``-``."""
        return tuple(signal.id for signal in self.signals) + tuple(
            f"{theme.id}{polarity}" for theme in self.themes for polarity in POLARITIES
        )

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where in a score vector a label stands."""
        return {label: i for i, label in enumerate(self.labels)}

    def name(self, label: str, language: str = "sv") -> str:
        """Return what people read for a label.

        >>> load_codebook().name("autonomy-")
        'Handlingsutrymme −'
        """
        for signal in self.signals:
            if signal.id == label:
                return signal.name[language]
        for theme in self.themes:
            if theme.id == label[:-1]:
                return f"{theme.name[language]} {'+' if label[-1] == '+' else '−'}"
        raise KeyError(label)

    def check(self, labels: list[str]) -> None:
        """Raise :class:`CodebookError` where a label is unknown or stands twice."""
        unknown = [label for label in labels if label not in self.position]
        if unknown:
            raise CodebookError(
                f"Unknown label '{unknown[0]}'.",
                hint=f"the codebook's labels are {', '.join(self.labels)}",
            )
        if len(set(labels)) != len(labels):
            raise CodebookError("A label stands twice.", hint="give each label once per segment")


def load_codebook(path: Path | None = None) -> Codebook:
    """Read a codebook; without a path, the one that ships.

    Raises :class:`CodebookError` where the file is unreadable or does not hang together.
    """
    if path is None:
        raw = resources.files(__package__).joinpath("labels.yaml").read_bytes()
        source = "the codebook"
    else:
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST + 1)
        except OSError as error:
            raise CodebookError(
                f"The codebook {path.name} cannot be read: {error.strerror}.",
                hint="check the path given as `--codebook`",
            ) from error
        source = path.name
    try:
        data = read_yaml(raw)
        codebook = _build(data, digest=hashlib.sha256(raw).hexdigest(), text=raw.decode())
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise CodebookError(
            f"{source} is not a codebook: {type(error).__name__}.",
            hint="it needs `version`, `signals` and `themes`, each with `id` and `name`",
        ) from error
    if len(set(codebook.labels)) != len(codebook.labels) or not codebook.labels:
        raise CodebookError(f"{source} has the same label twice, or none at all.")
    return codebook


def _build(data: Mapping[str, Any], *, digest: str, text: str) -> Codebook:
    return Codebook(
        text=text,
        version=str(data["version"]),
        digest=digest,
        signals=tuple(
            Signal(
                id=_id(s["id"]), name=words(s["name"]), definition=words(s.get("definition", {}))
            )
            for s in data.get("signals", [])
        ),
        themes=tuple(
            Theme(
                id=_id(t["id"]),
                group=str(t.get("group", "")),
                name=words(t["name"]),
                strength=words(t.get("strength", {})),
                concern=words(t.get("concern", {})),
            )
            for t in data.get("themes", [])
        ),
        groups={str(key): words(value) for key, value in data.get("groups", {}).items()},
    )


def words(said: Any) -> dict[str, str]:
    """Return text by language; raise :class:`TypeError` for anything else."""
    if not isinstance(said, Mapping) or not all(
        isinstance(part, str) for pair in said.items() for part in pair
    ):
        raise TypeError("not text by language")
    return dict(said)


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise TypeError("not an id")
    return value
