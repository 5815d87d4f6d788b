"""Corpora as label files: a labelled comment's segments are items, and settled items a corpus."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.items import Annotation, Item
from signalread.records import Source
from signalread.training.corpus import LabelledComment, read_corpus

TOOL = "corpus"  # under this name an item keeps what only a corpus says of it
FILE = "labels.jsonl"


def read_corpus_items(folder: Path, *, codebook: Codebook) -> Iterator[tuple[str, Item]]:
    """Yield each segment of a corpus folder as an item, with its annotator's answer."""
    for comment in read_corpus(folder, codebook=codebook):
        for item in comment_items(comment):
            yield f"the comment {comment.id}", item


def comment_items(comment: LabelledComment) -> Iterator[Item]:
    """Yield the items of a labelled comment, in order."""
    about = {"part": comment.part, "doc": comment.doc, "line": comment.line}
    about |= {"origin": comment.origin or None}
    for index, segment in enumerate(comment.segments):
        kept = {**about, "rule": segment.rule, "side": segment.side}
        yield Item(
            id=f"{comment.id}:{index}",
            text=segment.text,
            question=comment.question,
            team=comment.team,
            sector=comment.sector,
            wave=comment.wave,
            source=comment.source,
            comment_id=comment.id,
            segment=index,
            annotations=(Annotation(annotator=comment.annotator, labels=segment.labels),),
            tool={TOOL: {name: value for name, value in kept.items() if value is not None}},
        )


def write_corpus(items: Iterable[Item], folder: Path) -> int:
    """Write settled items as a corpus folder and return how many comments it has.

    Each item has one submitted annotation, which counts. Segments that follow each other in a
    comment stand in one comment of the corpus; where one between them has no answer, the comment
    is cut there: training reads a segment with the one before it, and an unanswered one has no
    labels to give. Raises :class:`InputError` for an item whose answer is not settled.
    """
    by_part: dict[str, list[dict[str, Any]]] = {}
    ordered = sorted(items, key=lambda item: (item.comment_id or item.id, item.segment or 0))
    for _, found in groupby(ordered, key=lambda item: item.comment_id or item.id):
        for run in _runs(list(found)):
            part = str(run[0].tool.get(TOOL, {}).get("part", ""))
            by_part.setdefault(part if part in ("dev", "test") else "train", []).append(
                _comment(run)
            )
    for part, comments in by_part.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        with (folder / part / FILE).open("w", encoding="utf-8", newline="\n") as handle:
            for comment in comments:
                handle.write(json.dumps(comment, ensure_ascii=False) + "\n")
    return sum(map(len, by_part.values()))


def _runs(items: Sequence[Item]) -> list[list[Item]]:
    """Cut a comment's items where a segment is missing between them."""
    runs: list[list[Item]] = []
    for item in items:
        last = runs[-1][-1].segment if runs else None
        if last is not None and item.segment == last + 1:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _comment(run: Sequence[Item]) -> dict[str, Any]:
    first = run[0]
    kept = dict(first.tool.get(TOOL, {}))
    id_ = first.comment_id or first.id
    if first.segment:  # the comment's beginning has no answer
        id_ = f"{id_}:{first.segment}"
    people = list(dict.fromkeys(_answer(item).annotator for item in run))
    comment: dict[str, Any] = {
        "id": id_,
        "source": (first.source or Source.SURVEY).value,
        "sector": first.sector,
        "team": first.team,
        "wave": first.wave,
    }
    comment |= {"question": first.question} if first.question is not None else {}
    comment |= {name: kept[name] for name in ("doc", "line") if name in kept}
    comment["segments"] = [_segment(item) for item in run]
    comment["origin"] = kept.get("origin", "labelled")
    comment["annotator"] = ", ".join(person for person in people if person)
    return comment


def _segment(item: Item) -> dict[str, Any]:
    kept = item.tool.get(TOOL, {})
    segment: dict[str, Any] = {"text": item.text, "labels": list(_answer(item).labels)}
    return segment | {name: kept[name] for name in ("rule", "side") if name in kept}


def _answer(item: Item) -> Annotation:
    if len(item.answers) != 1 or item.answers[0].asked is not None:
        raise InputError(
            f"The item {item.id} has no one answer that counts.",
            hint="settle it first with `signalread labels import`",
        )
    return item.answers[0]
