"""Where each theme ends: what lies near it, and what a share of it does not say."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from signalread.codebook import Codebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is near a theme and read as something else, and what a share leaves unsaid."""

    elsewhere: Mapping[str, str]
    silent: Mapping[str, str]


def load_limits(codebook: Codebook) -> dict[str, Limits]:
    """Return the limits that ship for each theme of the codebook, by the theme's id.

    A theme of an organisation's own has none.
    """
    data = yaml.safe_load(resources.files(__package__).joinpath("limits.yaml").read_bytes())
    known = {theme.id for theme in codebook.themes}
    return {
        theme: Limits(elsewhere=dict(entry["elsewhere"]), silent=dict(entry["silent"]))
        for theme, entry in data["themes"].items()
        if theme in known
    }
