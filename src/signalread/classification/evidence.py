"""What a reading rests on: the words whose removal lowers the score most."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from signalread.classification.classifier import Passage

Scorer = Callable[[Sequence[Passage]], npt.NDArray[np.float32]]

WIDEST = 8  # words in a span: longer ones are no pointer
ENOUGH = 0.7  # a shorter span is preferred once it takes away this share of the best one's drop


def find_evidence(score: Scorer, passage: Passage, column: int) -> tuple[int, int]:
    """Return the characters of the passage's text that a label rests on.

    ``score`` gives outputs of shape (passages, labels); the label is its ``column``.

    Every span of up to eight words is left out in turn (Li et al. 2016, arXiv:1612.08220); of
    those that take away nearly as much of the score as the best one does, the shortest is kept.
    A text of one or two words is its own evidence.
    """
    words = [match.span() for match in re.finditer(r"\S+", passage.text)]
    if len(words) <= 2:
        return (words[0][0], words[-1][1]) if words else (0, 0)
    spans = [
        (words[i][0], words[j][1])
        for i in range(len(words))
        for j in range(i, min(i + WIDEST, len(words)))
        if (i, j) != (0, len(words) - 1)
    ]
    cut = [
        Passage(
            text=(passage.text[:low] + passage.text[high:]).strip(),
            question=passage.question,
            before=passage.before,
        )
        for low, high in spans
    ]
    logits = score([passage, *cut])[:, column]
    drops = logits[0] - logits[1:]
    wanted = ENOUGH * drops.max()
    candidates = [
        (high - low, -drop, (low, high))
        for (low, high), drop in zip(spans, drops, strict=True)
        if drop >= wanted
    ]
    return min(candidates)[2] if candidates else spans[int(np.argmax(drops))]
