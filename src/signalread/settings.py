"""Every setting in one frozen record, read from ``signalread.toml`` and the command line."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from signalread.errors import SettingsError

FLOOR = 3  # no setting can lower a disclosure limit below this


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a run reads, counts and shows.

    Column settings name columns in the input; where they are empty, common Swedish and English
    names are tried.
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

    def __post_init__(self) -> None:
        for name in ("min_respondents", "min_respondents_quotes"):
            if getattr(self, name) < FLOOR:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}.",
                    hint=f"a limit can be raised, never set below {FLOOR}",
                )
        if not 0.5 <= self.coverage < 1:
            raise SettingsError(
                f"coverage is {self.coverage}.", hint="give a share from 0.5 up to 1, such as 0.9"
            )


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read ``signalread.toml`` (or none) and lay the command line's values over it.

    An override that is ``None`` or empty leaves the file's value. Raises
    :class:`SettingsError` for unknown names and wrong kinds.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise SettingsError(
                f"{path.name} cannot be read as settings.",
                hint="it is TOML in UTF-8, for example `min_respondents = 8`",
            ) from error
    known = {field.name: field for field in fields(Settings)}
    for name in values:
        if name not in known:
            raise SettingsError(
                f"Unknown setting '{name}'.", hint=f"the settings are {', '.join(known)}"
            )
    values |= {k: v for k, v in overrides.items() if v not in (None, (), [])}
    return replace(Settings(), **_coerce(values))


def _coerce(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in values.items():
        default = getattr(Settings(), name)
        if isinstance(default, tuple):
            value = (value,) if isinstance(value, str) else tuple(value)
            good = all(isinstance(item, str) for item in value)
        elif isinstance(default, bool) or default is None:
            good = isinstance(value, str)
        elif isinstance(default, float):
            good = isinstance(value, int | float)
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
