"""The shares of a run as its report has them: only what disclosure let through."""

import functools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from signalread.errors import RunError
from signalread.records import Cell, Compared, Estimate, Reason, Source, Withheld
from signalread.reporting import RunFacts, View, build_view
from signalread.review.models import Run
from signalread.review.registration import codebook_of
from signalread.runs import open_run


def view_of(run: Run) -> View:
    """Return the report's view of a run, read from its estimates.

    Raises :class:`RunError` where the folder is gone or damaged.
    """
    folder = Path(run.path)
    try:
        changed = (folder / "report" / "estimates.parquet").stat().st_mtime_ns
    except OSError as error:
        raise RunError(
            f"The estimates of {run.name} are gone.", hint="is the run folder where it was?"
        ) from error
    return _view(run.id, run.path, run.codebook_path, changed)


@functools.lru_cache(maxsize=4)
def _view(run_id: int, path: str, codebook_path: str, changed: int) -> View:
    folder = Path(path)
    told = open_run(folder).description
    facts = RunFacts(
        created=datetime.fromisoformat(told["created"]),
        files=tuple(file["name"] for file in told["input"]),
        counts=dict(told["counts"]),
        model=told["model"]["name"],
        codebook_version=told["codebook"]["version"],
        min_respondents=told["settings"]["min_respondents"],
        coverage=told["settings"]["coverage"],
        signalread_version=told["signalread"],
    )
    cells = list(read_estimates(folder / "report" / "estimates.parquet"))
    return build_view(cells, codebook=codebook_of(Run.objects.get(pk=run_id)), facts=facts)


def read_estimates(path: Path) -> Iterator[Estimate | Withheld]:
    """Yield what ``estimates.parquet`` holds, as disclosure released it."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                yield _cell(row)


def _cell(row: dict[str, Any]) -> Estimate | Withheld:
    cell = Cell(
        team=row["team"],
        level=row["level"],
        wave=row["wave"],
        source=Source(row["source"]),
        label=row["label"],
    )
    if row["status"] == "withheld":
        return Withheld(cell=cell, reason=Reason(row["reason"]))
    compared = row["compared"] or {}
    return Estimate(
        cell=cell,
        n=row["n"],
        share=row["share"],
        low=row["low"],
        high=row["high"],
        parent=Compared(compared["parent"]) if compared.get("parent") else None,
        last_wave=Compared(compared["last_wave"]) if compared.get("last_wave") else None,
        above_parent=row["above_parent"],
        above_last_wave=row["above_last_wave"],
    )


def respondents(run: Run, *, team: str, wave: str, source: str) -> int:
    """Return how many people a team's released shares rest on; 0 where none were released."""
    path = Path(run.path) / "report" / "estimates.parquet"
    return max(
        (
            cell.n
            for cell in read_estimates(path)
            if isinstance(cell, Estimate)
            and (cell.cell.team, cell.cell.wave, cell.cell.source.value) == (team, wave, source)
        ),
        default=0,
    )
