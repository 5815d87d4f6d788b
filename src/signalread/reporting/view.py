"""What every output shows, once and ready rounded: the view model that all are written from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from signalread.records import Compared, Reason, Source
from signalread.reporting.scheme import Lens, OwnView, SignalView, ThemeGroup, ThemeView
from signalread.reporting.wording import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a report says of the run behind it.

    ``counts`` holds how many comments got each status, and under ``segments`` how many segments
    were read. ``renamed`` are the paths of units that earlier waves have under other names.
    """

    created: datetime
    files: tuple[str, ...]
    counts: dict[str, int]
    model: str
    codebook_version: str
    min_respondents: int
    coverage: float
    signalread_version: str
    corrections: int = 0  # segments that a person has corrected
    renamed: tuple[str, ...] = ()


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
class Lean:
    """How much more common one side is than the other, in whole percentage points."""

    points: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How many of a unit were asked, and how many of them answered the survey at all."""

    asked: int
    answered: int | None


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
    leans: Mapping[str, Lean] = field(default_factory=dict)  # by theme, or "trust-control"
    turnout: Turnout | None = None

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
class Order:
    """An order of all units for the maps: each is followed by those below it.

    ``by`` is ``"balance"`` or ``"organisation"``; a balance is that of one ``theme`` (its id), or
    of all where ``theme`` is empty. ``keys`` are the units'.
    """

    by: str
    theme: str = ""
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence of the summary: a lead-in, and the share and group that it rests on.

    ``beside`` is the name and share of another signal that the sentence sets beside its own.
    """

    kind: str  # "strength", "change", "signal" or "concern"
    label: str
    lead: str
    share: Share
    n: int
    before: Share | None = None
    beside: tuple[str, Share] | None = None


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
class View:
    """The whole report. ``units`` stand in tree order, the top first.

    The top is the whole organisation, or the unit that the report is ``about``. ``orders`` are
    those that a reader of the maps can choose from; the maps stand in the first.
    """

    words: Words
    facts: RunFacts
    about: str  # the path of the unit that the report is about; "" is the whole organisation
    signals: tuple[SignalView, ...]
    groups: tuple[ThemeGroup, ...]
    lenses: tuple[Lens, ...]
    own_views: tuple[OwnView, ...]
    waves: tuple[str, ...]
    units: tuple[Unit, ...]
    orders: tuple[Order, ...]
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
        return self.words.joined([signal.name for signal in self.signals]) or self.words.say(
            "Themes"
        )

    @property
    def whole(self) -> Unit:
        """The whole organisation, or the unit that the report is about."""
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

    @property
    def mapped(self) -> Iterator[Unit]:
        """The units in the order of the maps."""
        return map(self.unit, self.orders[0].keys)

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

    def why(self, profile: Profile, label: str | None = None) -> str:
        """Say why a profile, or one of its shares, has no number."""
        figure = profile.figures.get(label) if label else None
        reason = figure.reason if isinstance(figure, Hidden) else profile.reason
        return self.words.reason(
            reason or Reason.NO_DATA, limit=self.facts.min_respondents, source=profile.source
        )

    def exact(self, share: Share) -> str:
        """Write a share with its interval."""
        low_high = self.words.interval(share.low, share.high)
        return f"{self.words.percent(share.percent)} ({low_high})"

    def leans(self, profile: Profile) -> Iterator[tuple[str, Lean]]:
        """Yield the balances of a profile with the names of what is weighed."""
        for signal, other in zip(self.signals, self.signals[1:], strict=False):
            lean = profile.leans.get(f"{signal.label}-{other.label}")
            if lean is not None:
                names = {"first": signal.name, "second": other.name.lower()}
                yield self.words.say("%(first)s less %(second)s", **names), lean
        for theme in self.themes:
            if theme.id in profile.leans:
                yield theme.name, profile.leans[theme.id]

    def own_views_of(self, unit: Unit) -> list[OwnView]:
        """Return what the unit's manager gave each element."""
        return [given for given in self.own_views if given.unit == unit.key]

    def shown(self) -> Iterator[Unit]:
        """Yield the units that the last wave shows numbers for."""
        return (unit for unit in self.units if self.now(unit).n is not None)

    def hidden(self) -> Iterator[Unit]:
        """Yield the units that the last wave shows no number for."""
        return (unit for unit in self.units if self.now(unit).n is None)
