"""The model folder: what lies in it, and the check before anything of it is loaded."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from signalread.codebook import Codebook
from signalread.errors import ModelError

FORMAT = 1
MANIFEST = "manifest.json"
REQUIRED = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a model folder says of itself. ``files`` maps each file's name to its SHA-256."""

    format: int
    name: str
    created: str
    signalread: str
    codebook_version: str
    codebook_digest: str
    labels: tuple[str, ...]
    training: dict[str, Any]
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """One hash over all that the model is made of."""
        return hashlib.sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path, *, codebook: Codebook) -> Manifest:
    """Return a folder's manifest after checking every file against it.

    Raises :class:`ModelError` for a folder that is missing or incomplete, for a file that has
    changed since it was saved or was added, and for a model of another codebook.
    """
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**data, "labels": tuple(data["labels"])})
        files = dict(manifest.files)
    except FileNotFoundError:
        raise ModelError(
            f"No model in {folder}.",
            hint="name a model folder as `--model`, or make one with `signalread train`",
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"The manifest of {folder.name} cannot be read ({type(error).__name__}).",
            hint="the folder is damaged; make or fetch the model again",
        ) from None
    if manifest.format != FORMAT:
        raise ModelError(
            f"{folder.name} has format {manifest.format}, and this version reads {FORMAT}.",
            hint="train the model again with this version",
        )
    for name in REQUIRED:
        if name not in files:
            raise ModelError(f"{folder.name} has no {name}.", hint="the folder is incomplete")
    for name, expected in files.items():
        path = folder / name
        if path.parent != folder or not path.is_file() or hash_of(path) != expected:
            raise ModelError(
                f"{name} in {folder.name} is missing or has changed since the model was saved.",
                hint="fetch or train the model again; a changed model is never loaded",
            )
    if manifest.labels != codebook.labels:
        raise ModelError(
            f"{folder.name} was trained for other labels than the codebook's.",
            hint="use the codebook that it was trained with, or train a model for this one",
        )
    return manifest


def write_manifest(
    folder: Path,
    *,
    codebook: Codebook,
    name: str,
    created: str,
    signalread: str,
    training: dict[str, Any],
    files: Sequence[str] = (*REQUIRED, "README.md"),
) -> Manifest:
    """Write ``manifest.json``; a model counts as saved once it is there."""
    manifest = Manifest(
        format=FORMAT,
        name=name,
        created=created,
        signalread=signalread,
        codebook_version=codebook.version,
        codebook_digest=codebook.digest,
        labels=codebook.labels,
        training=training,
        files={file: hash_of(folder / file) for file in sorted(files)},
    )
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def hash_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
