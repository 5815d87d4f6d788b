"""Every setting in one frozen record, read from ``signalread.toml`` and the command line."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from signalread.errors import SettingsError
from signalread.records import units

FLOOR = 3  # no setting can lower a disclosure limit below this
_CEILING = 1_000_000  # nobody counts that many respondents in one team
_LARGEST = 1024**2  # bytes of a settings file


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a run reads, counts and shows.

    Column settings name columns in the input; where they are empty, common Swedish and English
    names are tried. ``renamed_teams`` maps old paths of units to those of today, for units that
    were renamed, moved or put together between waves; what lies below a unit goes with it.
    """

    text_columns: tuple[str, ...] = ()
    id_column: str | None = None
    team_columns: tuple[str, ...] = ()
    respondent_column: str | None = None
    wave_column: str | None = None
    question_column: str | None = None
    source_column: str | None = None
    sheet: str | None = None
    wave: str | None = None  # for files that do not say
    team: str | None = None
    min_respondents: int = 5
    min_respondents_quotes: int = 10
    coverage: float = 0.9
    salt: str | None = None
    language: str = "sv"
    renamed_teams: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("min_respondents", "min_respondents_quotes"):
            if getattr(self, name) < FLOOR:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}.",
                    hint=f"a limit can be raised, never set below {FLOOR}",
                )
            if getattr(self, name) > _CEILING:
                raise SettingsError(
                    f"{name} is too large.", hint=f"it is at most {_CEILING:,} respondents"
                )
        for old in self.renamed_teams:
            self.team_today(old)
        if not 0.5 <= self.coverage < 1:
            raise SettingsError(
                f"coverage is {float(self.coverage)}.",
                hint="give a share from 0.5 up to 1, such as 0.9",
            )

    @property
    def renamed_today(self) -> tuple[str, ...]:
        """The paths of today of units that were called something else before.

        >>> Settings(renamed_teams={"Vård": "Omsorg", "Stöd": "Omsorg"}).renamed_today
        ('Omsorg',)
        """
        return tuple(sorted({self.team_today(old) for old in self.renamed_teams}))

    def team_today(self, team: str) -> str:
        """Return the path of a team after all renamings of it and of the units above it.

        >>> renamed = {"Vård": "Omsorg", "Omsorg / Norr": "Omsorg / Nord"}
        >>> Settings(renamed_teams=renamed).team_today("Vård / Norr / Team 3")
        'Omsorg / Nord / Team 3'
        """
        path, used = team, dict[str, None]()
        while True:
            # Of the unit and those above it, the lowest that has a new name decides.
            old = next((u for u in reversed([*units(path)]) if u in self.renamed_teams), None)
            if old is None:
                return path
            if old in used:
                raise SettingsError(
                    f"renamed_teams goes in a circle: {' → '.join([*used, old])}.",
                    hint="give each old path the path of today",
                )
            used[old] = None
            path = self.renamed_teams[old] + path[len(old) :]


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read ``signalread.toml`` (or none) and lay the command line's values over it.

    An override that is ``None`` or empty leaves the file's value. Raises
    :class:`SettingsError` for unknown names and wrong kinds.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            with path.open("rb") as file:
                raw = file.read(_LARGEST + 1)
            if len(raw) > _LARGEST:
                raise ValueError("too large")
            values = tomllib.loads(raw.decode("utf-8"))
        except (ValueError, OSError, RecursionError) as error:  # ValueError: also of huge numbers
            raise SettingsError(
                f"{path.name} cannot be read as settings.",
                hint="it is TOML in UTF-8, for example `min_respondents = 8`",
            ) from error
    known = {one.name for one in fields(Settings)}
    for name in values:
        if name not in known:
            raise SettingsError(
                f"Unknown setting '{name}'.", hint=f"the settings are {', '.join(sorted(known))}"
            )
    values |= {k: v for k, v in overrides.items() if v not in (None, (), [])}
    return replace(Settings(), **_coerce(values))


def _coerce(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in values.items():
        default = getattr(Settings(), name)
        if isinstance(default, tuple):
            value = (value,) if isinstance(value, str) else value
            good = isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
            value = tuple(value) if good else ()
        elif isinstance(default, Mapping):
            good = isinstance(value, Mapping) and all(
                isinstance(part, str) and part.strip() for pair in value.items() for part in pair
            )
        elif isinstance(default, bool) or default is None:
            good = isinstance(value, str)
        elif isinstance(default, float):
            good = isinstance(value, int | float) and abs(value) <= _CEILING
        else:
            good = isinstance(value, type(default)) and not isinstance(value, bool)
        if not good:
            raise SettingsError(
                f"The setting '{name}' has a value of the wrong kind.",
                hint=f"an example of its kind is {default!r}"
                if default is not None
                else "give text in quotes",
            )
        result[name] = value
    return result
