"""The codebook and the frameworks as readers meet them, in the report's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """A signal as readers meet it."""

    label: str
    name: str
    definition: str
    accuracy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """A theme with its two labels, as readers meet it, and what a team can talk about.

    ``strength`` and ``concern`` say what counts, ``elsewhere`` what is near and does not, and
    ``silent`` what a share of it does not say. ``accuracy`` tells in words how often the reader
    errs, and ``quotations`` holds what a person has let through, both by label. ``keep`` is
    asked where it is a strength, ``questions`` where it is a concern; ``steps`` are pairs of who
    can act and what to begin with. An organisation's own theme may lack much of this.
    """

    id: str
    name: str
    strength: str
    concern: str
    elsewhere: str = ""
    silent: str = ""
    accuracy: Mapping[str, str] = field(default_factory=dict)
    quotations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: str = ""
    questions: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def strength_label(self) -> str:
        """The label of the theme's strength."""
        return f"{self.id}+"

    @property
    def concern_label(self) -> str:
        """The label of the theme's concern."""
        return f"{self.id}-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeGroup:
    """Themes that are read together."""

    name: str
    themes: tuple[ThemeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LensElement:
    """A framework's name for one or more labels."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A framework that the labels are read through."""

    id: str
    name: str
    source: str
    note: str
    elements: tuple[LensElement, ...]
    dilemmas: tuple[tuple[LensElement, LensElement], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """What a unit's manager gave an element of a framework, from 1 to 10."""

    unit: str  # its key
    lens: str  # the framework's name
    element: LensElement
    value: int
