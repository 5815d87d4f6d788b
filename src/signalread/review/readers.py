"""The model that read a run: the one in use, or another that lies beside it."""

from collections.abc import Iterator
from pathlib import Path

from signalread.classification.model_folder import MANIFEST, check_folder
from signalread.errors import ModelError
from signalread.review.models import Run
from signalread.review.site import this_site


def find_reader(run: Run) -> Path | None:
    """Return the folder of the model that read a run; ``None`` where it is not at hand."""
    in_use = this_site().model
    for folder in () if in_use is None else _folders(in_use):
        try:
            if check_folder(folder).digest == run.model_digest:
                return folder
        except ModelError:
            continue
    return None


def _folders(in_use: Path) -> Iterator[Path]:
    """Yield the model in use, and then those that it may have taken the place of."""
    yield in_use
    if in_use.parent.is_dir():
        yield from sorted(
            path
            for path in in_use.parent.iterdir()
            if path != in_use and (path / MANIFEST).is_file()
        )
