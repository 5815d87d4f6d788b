"""The gate: what a new model must show before it takes the place of the one in use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from signalread.classification.encoder import load_classifier
from signalread.errors import ModelError
from signalread.training.comparison import Comparison, Difference, Verdict, compare_scores
from signalread.training.examples import make_examples
from signalread.training.fingerprints import Overlap, find_overlap
from signalread.training.personal_data import Found, scan_folder

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.redaction import NameFinder
    from signalread.training.corpus import LabelledComment

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMark:
    """Which model a result is about: its name, and one hash over all that it is made of."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What the gate found. ``old`` and ``comparison`` are ``None`` for a first model.

    ``overlap`` says how much of the held-out text the new model has seen, ``old_overlap`` the
    same of the old one (which would make the new one look worse than it is).
    """

    new: ModelMark
    old: ModelMark | None
    text: tuple[str, ...]
    part: str
    comparison: Comparison | None
    overlap: Overlap
    old_overlap: Overlap | None
    personal_data: tuple[Found, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The labels that the new model reads worse."""
        return self.comparison.worse if self.comparison else ()

    def faults(self, *, accepted: Sequence[str] = ()) -> list[str]:
        """Return in words what stands against the new model, but for labels accepted as worse."""
        faults = [f"it reads {label} worse" for label in self.worse if label not in accepted]
        if self.comparison:
            if self.comparison.overall.verdict is Verdict.WORSE and not accepted:
                faults.append("it reads all labels together worse")
            if self.comparison.calibration.verdict is Verdict.WORSE:
                faults.append("its scores mean less what they say (calibration)")
        if self.overlap.leaks:
            faults.append(
                f"it has seen {self.overlap.teams} teams and {self.overlap.texts} texts of the "
                "text that it was to be tested on"
            )
        faults += [f"{found.file} seems to hold personal data" for found in self.personal_data]
        return faults

    def save(self, path: Path) -> None:
        """Write the result as JSON, to be read by people, programs and ``models promote``."""
        path.write_text(
            json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON's own kinds, with the verdict in one word."""
        return {"format": FORMAT, "passed": not self.faults(), **asdict(self)}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote; raise :class:`ModelError` where it is not that."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError
            return cls(
                new=ModelMark(**data["new"]),
                old=ModelMark(**data["old"]) if data["old"] else None,
                text=tuple(data["text"]),
                part=str(data["part"]),
                comparison=_comparison(data["comparison"]) if data["comparison"] else None,
                overlap=Overlap(**data["overlap"]),
                old_overlap=Overlap(**data["old_overlap"]) if data["old_overlap"] else None,
                personal_data=tuple(Found(**found) for found in data["personal_data"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path.name} is not the gate's result ({type(error).__name__}).",
                hint="write it with `signalread evaluate --against … --json FILE`",
            ) from None


def run_gate(
    new: Path,
    old: Path | None,
    comments: Sequence[LabelledComment],
    *,
    text: Sequence[str],
    part: str,
    codebook: Codebook,
    find_names: NameFinder,
    seed: int = 0,
) -> GateResult:
    """Hold a new model against the old one on text that neither should have seen.

    ``text`` names the corpora that ``comments`` come from, for the record. Raises
    :class:`ModelError` for folders that are not what they say.
    """
    examples = make_examples(comments, codebook=codebook)
    reader = load_classifier(new, codebook=codebook)
    comparison = None
    mark = None
    if old is not None:
        earlier = load_classifier(old, codebook=codebook)
        mark = ModelMark(name=earlier.name, digest=earlier.digest)
        comparison = compare_scores(
            reader.score(examples.passages),
            earlier.score(examples.passages),
            thresholds=(reader.thresholds, earlier.thresholds),
            examples=examples,
            codebook=codebook,
            rng=np.random.default_rng(seed),
        )
    return GateResult(
        new=ModelMark(name=reader.name, digest=reader.digest),
        old=mark,
        text=tuple(text),
        part=part,
        comparison=comparison,
        overlap=find_overlap(new, comments),
        old_overlap=find_overlap(old, comments) if old is not None else None,
        personal_data=scan_folder(new, find_names=find_names),
    )


def _comparison(data: dict[str, Any]) -> Comparison:
    return Comparison(
        segments=int(data["segments"]),
        units=int(data["units"]),
        labels=tuple(_difference(item) for item in data["labels"]),
        overall=_difference(data["overall"]),
        calibration=_difference(data["calibration"]),
    )


def _difference(data: dict[str, Any]) -> Difference:
    return Difference(**{**data, "verdict": Verdict(data["verdict"])})
