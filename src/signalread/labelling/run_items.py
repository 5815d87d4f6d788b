"""A run's segments as items to label elsewhere: redacted, with question and team."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from signalread.codebook import Codebook
from signalread.labelling.items import Item, Prediction
from signalread.labelling.sampling import (
    LEAST_SCORE,
    RANDOM_SHARE,
    Candidate,
    Choice,
    choose_segments,
)
from signalread.records import Reading
from signalread.runs import SavedRun

TOOL = "sampling"  # under this name an item keeps why it was chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The items to label, in the order to ask, and of how many segments they were chosen."""

    items: tuple[Item, ...]
    segments: int


def item_id(reading: Reading) -> str:
    """Return the id of a segment's item: its comment's id and its number in it."""
    return f"{reading.segment.comment.id}:{reading.segment.index}"


def queue_items(
    run: SavedRun,
    *,
    codebook: Codebook,
    count: int,
    seed: int,
    random_share: float = RANDOM_SHARE,
) -> Queue:
    """Return ``count`` segments of a run to label next, as
    :func:`~signalread.labelling.sampling.choose_segments` chooses them.

    ``extra`` holds the whole redacted comment as ``comment``. The run is read twice; only scores
    are held of segments that are not chosen. Whose answer it is (the pseudonym) stays in the run.
    """
    ids: list[str] = []
    scores: list[tuple[float, ...]] = []
    given: list[npt.NDArray[np.bool_]] = []
    for reading in run.readings(codebook):
        ids.append(item_id(reading))
        scores.append(reading.scores)
        given.append(np.isin(codebook.labels, reading.labels))
    cuts = find_thresholds(
        np.array(scores, dtype=np.float64).reshape(-1, len(codebook.labels)),
        np.array(given, dtype=np.bool_).reshape(-1, len(codebook.labels)),
    )
    chosen = choose_segments(
        (Candidate(id=id_, scores=row) for id_, row in zip(ids, scores, strict=True)),
        labels=codebook.labels,
        thresholds=cuts,
        count=count,
        seed=seed,
        random_share=random_share,
    )
    model = str(run.description["model"].get("name", ""))
    wanted = {choice.id: choice for choice in chosen}
    found = {
        item.id: _mark(item, wanted[item.id], seed)
        for item in make_items(run.readings(codebook), codebook=codebook, model=model)
        if item.id in wanted
    }
    return Queue(items=tuple(found[choice.id] for choice in chosen), segments=len(ids))


def make_items(readings: Iterable[Reading], *, codebook: Codebook, model: str) -> Iterator[Item]:
    """Yield an item for each reading, with what the model read as its prediction.

    Scores that say no more than that a label is unlikely are left out.
    """
    for reading in readings:
        segment, comment = reading.segment, reading.segment.comment
        scores = zip(codebook.labels, reading.scores, strict=True)
        yield Item(
            id=item_id(reading),
            text=segment.text,
            question=comment.question,
            team=comment.team,
            wave=comment.wave,
            source=comment.source,
            comment_id=comment.id,
            segment=segment.index,
            predictions=(
                Prediction(
                    model=model,
                    labels=reading.labels,
                    scores={k: round(score, 3) for k, score in scores if score >= LEAST_SCORE},
                ),
            ),
            extra={"comment": comment.text},
        )


def find_thresholds(
    scores: npt.NDArray[np.float64], given: npt.NDArray[np.bool_]
) -> Sequence[float]:
    """Return each label's threshold, told by which scores (n, labels) were ``given`` their label.

    It is the lowest score that was; where none was, the threshold lies above all of them.
    """
    lowest = np.where(given, scores, np.inf).min(axis=0, initial=np.inf)
    highest = scores.max(axis=0, initial=0.5)
    return [float(x) for x in np.where(np.isfinite(lowest), lowest, highest)]


def _mark(item: Item, choice: Choice, seed: int) -> Item:
    return replace(item, tool={TOOL: {"why": choice.why.value, "seed": seed}})
