"""What people said as labelled data: every answer with who, when and why."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.db.models import F, QuerySet

from signalread.labelling.files import write_csv, write_json_lines
from signalread.labelling.items import Annotation, Item, Prediction, to_plain
from signalread.labelling.own import COLUMNS, build_row
from signalread.records import Source
from signalread.review import judging
from signalread.review.judgements import moment
from signalread.review.models import Assignment, Correction, Judgement, Run, Segment

FORMATS = ("jsonl", "csv")


def answered_segments(run: Run) -> QuerySet[Segment]:
    """Return the segments that somebody answered in this run.

    Those that a blind rater has still to answer are left out.
    """
    standing = Correction.objects.filter(labels__isnull=False, withdrawal=None)
    return _ripe(run).filter(pk__in=standing.values("segment_id"))


def decided_segments(run: Run) -> QuerySet[Segment]:
    """Return the segments on which people have decided, here or in an earlier run.

    Those that a blind rater has still to answer are left out.
    """
    counting = Judgement.objects.filter(version=F("segment__version"), correction__isnull=False)
    return _ripe(run).filter(pk__in=counting.values("segment_id"))


def labelled_items(run: Run, *, settled: bool) -> Iterator[Item]:
    """Yield the segments that people labelled, with their answers.

    With ``settled``, the answer that counts, for each of :func:`decided_segments`; else each
    person's, for each of :func:`answered_segments`: those that came along from an earlier run
    are exported with that run.
    """
    chosen = decided_segments(run) if settled else answered_segments(run)
    chosen = chosen.select_related("comment", "reading").order_by("id")
    for segment in chosen.iterator(chunk_size=500):
        annotations = tuple(_settled(segment) if settled else _everybodys(segment))
        if annotations:
            yield _item(run, segment, annotations)


def _ripe(run: Run) -> QuerySet[Segment]:
    waiting = Assignment.objects.filter(blind=True, state=Assignment.State.OPEN)
    return Segment.objects.filter(run=run, comment__erased=None).exclude(
        pk__in=waiting.values("segment_id")
    )


def write_items(items: Iterator[Item], path: Path, *, format_: str) -> int:
    """Write items as JSON lines or as a table with a row for each answer; return how many."""
    held = list(items)
    if format_ == "jsonl":
        write_json_lines(map(to_plain, held), path)
    else:
        write_csv(map(build_row, _one_answer_each(held)), path, columns=COLUMNS)
    return len(held)


def _item(run: Run, segment: Segment, annotations: tuple[Annotation, ...]) -> Item:
    comment = segment.comment
    return Item(
        id=f"{run.name}/{comment.comment_id}/{segment.index}",
        text=segment.text,
        question=comment.question or None,
        team=comment.team,
        wave=comment.wave,
        source=Source(comment.source),
        comment_id=comment.comment_id,
        segment=segment.index,
        annotations=annotations,
        predictions=(
            Prediction(
                model=run.model_digest[:12],
                labels=tuple(segment.reading.labels),
                scores=dict(zip(run.labels, segment.reading.scores, strict=True)),
            ),
        ),
    )


def _everybodys(segment: Segment) -> Iterator[Annotation]:
    for correction in judging.answers_of(segment).values():
        yield _annotation(correction)


def _settled(segment: Segment) -> Iterator[Annotation]:
    judgement = judging.last_judgement(segment)
    if judgement is not None and judgement.correction is not None:
        yield _annotation(judgement.correction)


def _annotation(correction: Correction) -> Annotation:
    return Annotation(
        annotator=correction.reviewer.name,
        labels=tuple(correction.labels),
        at=moment(correction.at),
        why=correction.why,
    )


def _one_answer_each(items: list[Item]) -> Iterator[Item]:
    for item in items:
        for annotation in item.annotations:
            yield replace(item, annotations=(annotation,))
