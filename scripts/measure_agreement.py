"""How far two labellings of the same segments agree, label by label.

    python scripts/measure_agreement.py corpora/sv-work

The second labelling lies in ``agreement/*.jsonl`` of the corpus: one line a segment, with the
comment's id, the segment's number in it and the labels given by somebody who saw only the text and
the codebook. Krippendorff's alpha (2011) is nominal, one label at a time, for two raters.
"""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from signalread.codebook import load_codebook
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
    print(f"{len(both)} segments labelled twice\n")
    print("| label | first | second | alpha | F1 |\n|---|---|---|---|---|")
    for i, label in enumerate(codebook.labels):
        print(
            f"| `{label}` | {one[:, i].sum()} | {two[:, i].sum()} "
            f"| {alpha(one[:, i], two[:, i]):.2f} | {f1(one[:, i], two[:, i]):.2f} |"
        )
    print(
        f"| all | {one.sum()} | {two.sum()} | {alpha(one.ravel(), two.ravel()):.2f} "
        f"| {f1(one, two):.2f} |"
    )
    same = (one == two).all(axis=1).mean()
    print(f"\nexactly the same labels: {same:.2f} of the segments")


def alpha(one: np.ndarray, two: np.ndarray) -> float:
    """Return Krippendorff's nominal alpha of two raters who both rated everything.

    >>> alpha(np.array([1, 1, 0, 0]), np.array([1, 1, 0, 0]))
    1.0
    """
    observed = (one != two).mean()
    share = (one.mean() + two.mean()) / 2
    n = 2 * len(one)
    expected = 2 * share * (1 - share) * n / (n - 1)
    return float(1 - observed / expected) if expected else 1.0


if __name__ == "__main__":
    typer.run(main)
