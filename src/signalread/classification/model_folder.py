"""The model folder: what lies in it, and the check before anything of it is loaded."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from signalread.codebook import Codebook, load_codebook
from signalread.errors import ModelError

FORMAT = 1
MANIFEST = "manifest.json"
REQUIRED = ("config.json", "model.safetensors", "tokenizer.json", "calibration.json")
CODEBOOK = "codebook.yaml"
# Formats that hold data only. A pickle (.bin, .pt, .pkl) or a .py could run code when opened.
LARGEST = {
    ".json": 64 * 2**20,
    ".md": 4 * 2**20,
    ".yaml": 4 * 2**20,
    ".svg": 4 * 2**20,
    ".txt": 64 * 2**20,
    ".safetensors": 16 * 2**30,
}  # bytes


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
    changed since it was saved or was added, for a kind of file that could run code, and for a
    model of another codebook.
    """
    manifest = check_folder(folder)
    if manifest.labels != codebook.labels:
        raise ModelError(
            f"{folder.name} was trained for other labels than the codebook's.",
            hint="use the codebook that it was trained with, or train a model for this one",
        )
    return manifest


def check_folder(folder: Path) -> Manifest:
    """Return a folder's manifest after checking every file in it, whatever its codebook.

    Nothing of the model is loaded. Raises :class:`ModelError` as :func:`read_manifest` does.
    """
    if not (folder / MANIFEST).is_file():
        raise ModelError(
            f"No model in {folder}.",
            hint="name a model folder as `--model`, or make one with `signalread train`",
        )
    present = _check_kinds(folder)
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**data, "labels": tuple(data["labels"])})
        _check_manifest(manifest)
        files = dict(manifest.files)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(
            f"The manifest of {folder.name} cannot be read ({type(error).__name__}).",
            hint="the folder is damaged; make or fetch the model again",
        ) from None
    if manifest.format != FORMAT:
        raise ModelError(
            f"{folder.name} has another format than {FORMAT}, which this version reads.",
            hint="train the model again with this version",
        )
    for name in REQUIRED:
        if name not in files:
            raise ModelError(f"{folder.name} has no {name}.", hint="the folder is incomplete")
    for name in sorted(present - set(files) - {MANIFEST}):
        raise ModelError(
            f"{name} in {folder.name} was not there when the model was saved.",
            hint="remove it, or fetch the model again; a changed model is never loaded",
        )
    for name, expected in files.items():
        if name not in present or hash_of(folder / name) != expected:
            raise ModelError(
                f"{name} in {folder.name} is missing or has changed since the model was saved.",
                hint="fetch or train the model again; a changed model is never loaded",
            )
    _check_json(folder, [name for name in files if name.endswith(".json")])
    return manifest


def codebook_of(folder: Path) -> Codebook:
    """Return the codebook that a model reads by: the one that ships, or the folder's own.

    The one that ships is taken where its labels are the model's, so that better words for a label
    need no new model. Raises :class:`ModelError` where neither fits.
    """
    manifest = check_folder(folder)
    shipped = load_codebook()
    if manifest.labels == shipped.labels:
        return shipped
    if CODEBOOK not in manifest.files:
        raise ModelError(
            f"{folder.name} reads other labels than the codebook that ships, and has none itself.",
            hint="give the codebook that it was trained with as `--codebook`",
        )
    return load_codebook(folder / CODEBOOK)


@contextmanager
def opening(folder: Path, name: str) -> Iterator[None]:
    """Turn what a library raises as it opens a file of a model into a :class:`ModelError`.

    A file can be what the manifest says and still hold nothing that the library reads.
    """
    try:
        yield
    except ModelError:
        raise
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{folder.name} needs the package '{error.name}', which is not installed.",
            hint="install it with `pip install 'signalread[train]'`, or use the model that ships",
        ) from error
    except Exception as error:  # some libraries raise nothing more telling
        raise ModelError(
            f"{name} in {folder.name} cannot be loaded ({type(error).__name__}).",
            hint="the file is damaged or of another model; fetch or train the model again",
        ) from error


def _check_manifest(manifest: Manifest) -> None:
    """Raise :class:`TypeError` where a field holds something else than it should."""
    texts = ("name", "created", "signalread", "codebook_version", "codebook_digest")
    good = (
        all(isinstance(getattr(manifest, name), str) for name in texts)
        and all(isinstance(label, str) for label in manifest.labels)
        and isinstance(manifest.training, dict)
        and isinstance(manifest.files, dict)
        and all(isinstance(digest, str) for digest in manifest.files.values())
    )
    if not good:
        raise TypeError("a field of the wrong kind")


def _check_kinds(folder: Path) -> set[str]:
    """Return the names of the files; refuse links, subfolders, foreign formats and giants."""
    names = set()
    for path in folder.iterdir():
        if path.name.startswith(".") and not path.is_symlink():
            continue  # what file managers and version control leave behind; never opened
        if path.is_symlink() or not path.is_file():
            raise ModelError(
                f"{path.name} in {folder.name} is a link or a folder.",
                hint="a model is plain files in one folder; fetch it again without links",
            )
        limit = LARGEST.get(path.suffix)
        if limit is None:
            raise ModelError(
                f"{path.name} in {folder.name} is of a kind that no model here needs.",
                hint=f"a model's files end in {', '.join(LARGEST)}; others could run code",
            )
        if path.stat().st_size > limit:
            raise ModelError(
                f"{path.name} in {folder.name} is larger than such a file can be.",
                hint=f"at most {limit // 2**20} MiB; fetch the model again",
            )
        names.add(path.name)
    return names


def _check_json(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        try:
            data = json.loads((folder / name).read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise ModelError(
                f"{name} in {folder.name} is not JSON.", hint="fetch or train the model again"
            ) from None
        if name == "config.json" and (not isinstance(data, dict) or "auto_map" in data):
            raise ModelError(
                f"{name} in {folder.name} asks for program code of its own.",
                hint="only architectures that transformers has itself are opened",
            )


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
