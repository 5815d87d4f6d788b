"""Which teams and texts a model has seen, so that nobody tests it on them; nothing readable."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from signalread.errors import ModelError
from signalread.training.corpus import LabelledComment

FINGERPRINTS = "fingerprints.safetensors"
SHORTEST = 25  # letters: shorter texts are alike by nature ("Mer personal!") and easily guessed

Marks = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How much of a held-out text a model has seen; ``known`` is false where it does not say."""

    known: bool
    teams: int = 0
    texts: int = 0

    @property
    def leaks(self) -> bool:
        """Whether the model has seen any of it."""
        return self.teams > 0 or self.texts > 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fingerprints:
    """Salted 64-bit digests of the teams and the longer texts that chose a model.

    A digest cannot be read back. Whoever has the folder and guesses a whole text, or a team's
    whole path, can test that guess; the salt keeps tables of guesses from being made beforehand.
    """

    salt: str
    teams: Marks
    texts: Marks

    @classmethod
    def of(cls, comments: Iterable[LabelledComment], *, salt: str) -> Self:
        """Return the fingerprints of comments."""
        teams: set[int] = set()
        texts: set[int] = set()
        for comment in comments:
            teams.add(_mark(f"team {comment.team}", salt))
            texts.update(_mark(text, salt) for text in _texts(comment))
        return cls(salt=salt, teams=_sorted(teams), texts=_sorted(texts))

    def and_those_of(self, before: Self) -> Self:
        """Return these and an earlier model's, made with the same salt."""
        assert self.salt == before.salt
        return type(self)(
            salt=self.salt,
            teams=np.union1d(self.teams, before.teams),
            texts=np.union1d(self.texts, before.texts),
        )

    def overlap(self, comments: Iterable[LabelledComment]) -> Overlap:
        """Count the teams and texts of held-out comments that are among these."""
        held = Fingerprints.of(comments, salt=self.salt)
        return Overlap(
            known=True,
            teams=int(np.isin(held.teams, self.teams).sum()),
            texts=int(np.isin(held.texts, self.texts).sum()),
        )

    def save(self, path: Path) -> None:
        """Write the digests, sorted, so that their order tells nothing."""
        from safetensors.numpy import save_file

        save_file({"teams": self.teams, "texts": self.texts}, path, metadata={"salt": self.salt})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote; raise :class:`ModelError` where it is not that."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                return cls(
                    salt=file.metadata()["salt"],
                    teams=file.get_tensor("teams"),
                    texts=file.get_tensor("texts"),
                )
        except (OSError, KeyError, TypeError, SafetensorError) as error:
            raise ModelError(
                f"{path.name} cannot be read ({type(error).__name__}).",
                hint="the model folder is damaged; make or fetch the model again",
            ) from None


def find_overlap(folder: Path, comments: Iterable[LabelledComment]) -> Overlap:
    """Return how much of the comments the model in a (checked) folder has seen."""
    path = folder / FINGERPRINTS
    if not path.is_file():
        return Overlap(known=False)
    return Fingerprints.load(path).overlap(comments)


def _texts(comment: LabelledComment) -> Iterable[str]:
    for text in {comment.text, *(segment.text for segment in comment.segments)}:
        words = " ".join(re.findall(r"\w+", text.lower()))
        if len(words) >= SHORTEST:
            yield words


def _mark(text: str, salt: str) -> int:
    digest = hashlib.blake2b(text.encode(), key=salt.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _sorted(marks: set[int]) -> Marks:
    return np.array(sorted(marks), dtype=np.uint64)
