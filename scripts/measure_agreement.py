"""How far two labellings of the same segments agree, label by label.

    python scripts/measure_agreement.py corpora/sv-work

The second labelling lies in ``agreement/*.jsonl`` of the corpus: one line a segment, with the
comment's id, the segment's number in it and the labels given by somebody who saw only the text and
the codebook. Krippendorff's alpha is nominal, one label at a time; intervals are bootstraps over
comments. For label files of other tools, see ``signalread labels agree``.
"""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from signalread.codebook import load_codebook
from signalread.labelling.agreement import Rating, measure_agreement
from signalread.labelling.resampling import Coefficient
from signalread.training.corpus import read_corpus
from signalread.training.evaluate import f1


def main(corpus: Annotated[Path, typer.Argument(help="The corpus folder.")]) -> None:
    """Print alpha and F1 for every label and over all."""
    codebook = load_codebook()
    first = {
        (comment.id, number): segment.labels
        for comment in read_corpus(corpus, codebook=codebook)
        for number, segment in enumerate(comment.segments)
    }
    second = {
        (row["id"], row["segment"]): tuple(row["labels"])
        for path in sorted((corpus / "agreement").glob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    both = sorted(set(first) & set(second))
    one, two = (
        np.array([[label in labels[key] for label in codebook.labels] for key in both])
        for labels in (first, second)
    )
    found = measure_agreement(
        (
            Rating(item=f"{id_}:{n}", annotator=who, labels=frozenset(labels[id_, n]), group=id_)
            for who, labels in (("first", first), ("second", second))
            for id_, n in both
        ),
        labels=codebook.labels,
    )
    print(f"{len(both)} segments labelled twice\n")
    print("| label | first | second | alpha | F1 |\n|---|---|---|---|---|")
    for i, label in enumerate(found.labels):
        print(
            f"| `{label.label}` | {one[:, i].sum()} | {two[:, i].sum()} "
            f"| {show(label.alpha)} | {f1(one[:, i], two[:, i]):.2f} |"
        )
    print(
        f"| all | {one.sum()} | {two.sum()} | {show(found.decisions)} | {f1(one, two):.2f} |\n\n"
        f"over whole label sets (MASI): {show(found.overall)}\n"
        f"exactly the same labels: {found.same:.2f} of the segments"
    )


def show(alpha: Coefficient) -> str:
    """Return alpha with its 90 % interval, or a dash where the data say nothing."""
    if alpha.value is None or alpha.low is None or alpha.high is None:
        return "–" if alpha.value is None else f"{alpha.value:.2f}"
    return f"{alpha.value:.2f} ({alpha.low:.2f} – {alpha.high:.2f})"


if __name__ == "__main__":
    typer.run(main)
