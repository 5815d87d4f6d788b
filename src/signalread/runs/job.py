"""What a run is made of: with the very same job, a run that was broken off can go on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from signalread.errors import RunError

PART = 10_000  # comments in a part: some seconds of work, and what a kill can cost

# What may not change while a run is broken off, in the words that tell of it.
_WORDS = {
    "input": "the input",
    "settings": "the settings",
    "salt": "the salt",
    "model": "the model",
    "names": "the name recogniser",
    "codebook": "the codebook",
    "corrections": "the corrections",
    "signalread": "the version of signalread",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is read, with what, when it was begun, and how many comments make a part.

    ``description`` is what ``run.json`` will say; ``beside`` is what else has to stay the same.
    ``replaces`` says that a run which lies in the way may be replaced.
    """

    description: Mapping[str, Any]
    started: datetime
    salt: str = field(repr=False)
    beside: Mapping[str, Any] = field(default_factory=dict)
    replaces: bool = False
    part_size: int = PART

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the job back from the work folder of a run that was broken off."""
        try:
            saved = json.loads(path.read_text("utf-8"))
            started = datetime.fromisoformat(saved["started"])
            return cls(**saved | {"started": started, "part_size": int(saved["part_size"])})
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise RunError(
                f"{path} cannot be read, so the run that was broken off cannot go on.",
                hint="begin it anew with `--force`",
            ) from error

    def dump(self) -> str:
        """Return the job as JSON, its salt included: nobody else may read the file."""
        fields = {
            "description": self.description,
            "started": self.started.isoformat(),
            "salt": self.salt,
            "beside": self.beside,
            "replaces": self.replaces,
            "part_size": self.part_size,
        }
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"

    def changed(self, earlier: Self) -> str:
        """Say in words what is not as it was in an earlier job; ``""`` where all is."""
        now, then = (
            json.loads(json.dumps({**job.description, **job.beside, "salt": job.salt}))
            for job in (replace(self, salt=self.salt or earlier.salt), earlier)
        )
        names = [name for name in {**now, **then} if name != "created"]
        different = [_WORDS.get(name, name) for name in names if now.get(name) != then.get(name)]
        return " and ".join(different)

    def made(self, described: Mapping[str, Any], *, same_start: bool) -> bool:
        """Say whether a ``run.json`` tells of this job, and of one that was begun when it was."""
        wanted = json.loads(json.dumps(dict(self.description)))
        return all(
            described.get(name) == value
            for name, value in wanted.items()
            if same_start or name != "created"
        )
