"""What a team can talk about for each theme, and who can do what: data and its loader."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from signalread.codebook import Codebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that one who can act may begin with."""

    actor: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """The open questions of one theme: ``keep`` where it is a strength, ``questions`` else."""

    keep: Mapping[str, str]
    questions: tuple[Mapping[str, str], ...]
    steps: tuple[Step, ...]


def load_dialogue(codebook: Codebook) -> dict[str, Dialogue]:
    """Return the questions that ship for each theme of the codebook, by the theme's id.

    A theme of an organisation's own has none.
    """
    data = yaml.safe_load(resources.files(__package__).joinpath("dialogue.yaml").read_bytes())
    known = {theme.id for theme in codebook.themes}
    return {
        theme: Dialogue(
            keep=dict(entry["keep"]),
            questions=tuple(dict(question) for question in entry["questions"]),
            steps=tuple(
                Step(actor=dict(data["actors"][actor]), text=dict(text))
                for actor, text in entry["steps"].items()
            ),
        )
        for theme, entry in data["themes"].items()
        if theme in known
    }
