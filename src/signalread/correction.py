"""Readings and people's corrections in, judgements out: what counts in a report."""

from collections.abc import Iterable, Iterator

from signalread.records import Correction, Judgement, Reading


def settle(
    readings: Iterable[Reading], corrections: Iterable[Correction] = ()
) -> Iterator[Judgement]:
    """Yield what counts for each segment: the last correction of it, or else the reading."""
    latest: dict[tuple[str, int], Correction] = {}
    for correction in corrections:
        key = (correction.comment_id, correction.segment)
        if key not in latest or latest[key].at <= correction.at:
            latest[key] = correction
    for reading in readings:
        segment = reading.segment
        found = latest.get((segment.comment.id, segment.index))
        yield Judgement(
            reading=reading,
            labels=reading.labels if found is None else found.labels,
            correction=found,
        )
