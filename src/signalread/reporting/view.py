"""What every output shows, once and ready rounded: the view model that all are written from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from signalread.records import Compared, Reason, Source
from signalread.reporting.wording import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a report says of the run behind it.

    ``counts`` holds how many comments got each status, and under ``segments`` how many segments
    were read.
    """

    created: datetime
    files: tuple[str, ...]
    counts: dict[str, int]
    model: str
    codebook_version: str
    min_respondents: int
    coverage: float
    signalread_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of a group and its interval, in whole percent, and how it stands to others."""

    percent: int
    low: int
    high: int
    parent: Compared | None = None
    last_wave: Compared | None = None
    carries: bool = False  # enough people say it for the report to lift it out of the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A share that is not shown, and why."""

    reason: Reason


Figure = Share | Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one unit said in one wave and source: a figure for every label.

    ``n`` is the number of respondents (in notes: of noted lines); it is ``None`` where the whole
    profile is hidden, and ``reason`` then says why.
    """

    wave: str
    source: Source
    n: int | None
    reason: Reason | None
    figures: Mapping[str, Figure]

    def share(self, label: str) -> Share | None:
        """Return the share that may be shown for a label, or ``None``."""
        figure = self.figures.get(label)
        return figure if isinstance(figure, Share) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A team or a unit above it, with its profiles by wave, oldest first.

    ``key`` is an identifier that is safe in any file; ``names`` is the path from the top.
    """

    key: str
    names: tuple[str, ...]
    level: int
    parent: str | None
    children: tuple[str, ...]
    survey: tuple[Profile, ...]
    notes: tuple[Profile, ...]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.names[-1]

    @property
    def path(self) -> str:
        """The whole path, as people read it."""
        return " / ".join(self.names)

    @property
    def is_team(self) -> bool:
        """Whether nothing lies below."""
        return not self.children


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """A signal as readers meet it."""

    label: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """A theme with its two labels, as readers meet it, and what a team can talk about.

    ``keep`` is asked where it is a strength, ``questions`` where it is a concern; ``steps`` are
    pairs of who can act and what to begin with. An organisation's own theme may have none.
    """

    id: str
    name: str
    strength: str
    concern: str
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
class Finding:
    """One sentence of the summary: a lead-in, and the share and group that it rests on.

    ``beside`` holds names and shares of the same group that the sentence sets beside its own.
    """

    kind: str  # "strength", "change", "signal" or "concern"
    label: str
    lead: str
    share: Share
    n: int
    before: Share | None = None
    beside: tuple[tuple[str, Share], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A share that has certainly moved since the wave before."""

    unit: Unit
    label: str
    name: str
    before: Share
    before_n: int
    now: Share
    now_n: int
    welcome: bool  # more of a strength or less of a concern


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLine:
    """How many comments met one fate."""

    status: str
    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A framework that the labels are read through."""

    name: str
    source: str
    note: str
    elements: tuple["LensElement", ...]
    dilemmas: tuple[tuple["LensElement", "LensElement"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LensElement:
    """A framework's name for one or more labels."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole report. ``units`` stand in tree order, the whole organisation first."""

    facts: RunFacts
    signals: tuple[SignalView, ...]
    groups: tuple[ThemeGroup, ...]
    lenses: tuple[Lens, ...]
    waves: tuple[str, ...]
    units: tuple[Unit, ...]
    summary: tuple[Finding, ...]
    changes: tuple[Change, ...]
    comparisons: int
    intake: tuple[IntakeLine, ...]
    comments: int

    @property
    def wave(self) -> str:
        """The wave that the report is about, the last one."""
        return self.waves[-1] if self.waves else ""

    @property
    def title(self) -> str:
        """What the report is called."""
        return joined([signal.name for signal in self.signals]) or "Teman"

    @property
    def whole(self) -> Unit:
        """The whole organisation."""
        return self.units[0]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label, in the order of the codebook."""
        return tuple(signal.label for signal in self.signals) + tuple(
            label for theme in self.themes for label in (theme.strength_label, theme.concern_label)
        )

    @property
    def themes(self) -> tuple[ThemeView, ...]:
        """Every theme, group after group."""
        return tuple(theme for group in self.groups for theme in group.themes)

    def unit(self, key: str) -> Unit:
        """Return the unit with this key."""
        return self.units[int(key[1:])]

    def now(self, unit: Unit) -> Profile:
        """Return what a unit says in the survey's last wave; where nothing is there, it says so."""
        if unit.survey and unit.survey[-1].wave == self.wave:
            return unit.survey[-1]
        return Profile(
            wave=self.wave, source=Source.SURVEY, n=None, reason=Reason.NO_DATA, figures={}
        )

    def shown(self) -> Iterator[Unit]:
        """Yield the units that the last wave shows numbers for."""
        return (unit for unit in self.units if self.now(unit).n is not None)

    def hidden(self) -> Iterator[Unit]:
        """Yield the units that the last wave shows no number for."""
        return (unit for unit in self.units if self.now(unit).n is None)
