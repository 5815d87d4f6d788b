"""Examples of each label in people's own kind of words, and what is easily mistaken for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from signalread.codebook import Codebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Sentences that carry a label, and a close call: one that does not, with what it carries."""

    sentences: tuple[str, ...]
    close_call: str
    ruling: Mapping[str, str]


def load_examples(codebook: Codebook) -> dict[str, Examples]:
    """Return the examples that ship for each label of the codebook.

    A label of an organisation's own has none.
    """
    data = yaml.safe_load(resources.files(__package__).joinpath("examples.yaml").read_bytes())
    return {
        label: Examples(
            sentences=tuple(entry["examples"]),
            close_call=entry["close_call"],
            ruling=dict(entry["ruling"]),
        )
        for label, entry in data["labels"].items()
        if label in codebook.position
    }
