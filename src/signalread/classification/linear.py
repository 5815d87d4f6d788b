"""Words and letters beside the encoder: a linear reader that errs in other places.

Features are hashed (Weinberger et al. 2009, ICML), so the model holds no vocabulary and no name
from its training text can be read out of it.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from signalread.classification.classifier import Passage
from signalread.errors import ModelError

Floats = npt.NDArray[np.float32]

WORD_BUCKETS = 2**16
LETTER_BUCKETS = 2**16
QUESTION_BUCKETS = 2**12
BUCKETS = WORD_BUCKETS + LETTER_BUCKETS + QUESTION_BUCKETS
QUESTION_WEIGHT = 0.5
_PASSAGES = 512  # whose features are held at a time: thousands would take 100 MB


class LinearReader:
    """Logits from hashed word pairs, letter sequences and the question's words."""

    def __init__(self, *, importance: Floats, weights: Floats, bias: Floats) -> None:
        self.importance = importance  # shape (BUCKETS,), inverse document frequencies
        self.weights = weights  # shape (BUCKETS, labels)
        self.bias = bias  # shape (labels,)

    def logits(self, passages: Sequence[Passage]) -> Floats:
        """Return raw outputs, shape (passages, labels)."""
        result = np.zeros((len(passages), len(self.bias)), dtype=np.float32)
        for start in range(0, len(passages), _PASSAGES):
            portion = slice(start, start + _PASSAGES)
            features = weigh(count_features(passages[portion]), self.importance)
            result[portion] = features @ self.weights + self.bias
        return result

    def save(self, path: Path) -> None:
        """Write the reader with weights in eight bits per label."""
        from safetensors.numpy import save_file

        steps = np.maximum(np.abs(self.weights).max(axis=0), 1e-8) / 127
        save_file(
            {
                "importance": self.importance.astype(np.float16),
                "weights": np.rint(self.weights / steps).astype(np.int8),
                "steps": steps.astype(np.float32),
                "bias": self.bias.astype(np.float32),
            },
            path,
        )

    @classmethod
    def load(cls, path: Path, *, labels: int) -> Self:
        """Read what :meth:`save` wrote; raise :class:`ModelError` where it is not that."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            tensors = load_file(path)
            weights = tensors["weights"].astype(np.float32) * tensors["steps"]
            importance, bias = tensors["importance"].astype(np.float32), tensors["bias"]
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise ModelError(
                f"{path.name} cannot be read ({type(error).__name__}).",
                hint="the model folder is damaged; make or fetch the model again",
            ) from None
        shapes = (weights.shape, importance.shape, bias.shape)
        if shapes != ((BUCKETS, labels), (BUCKETS,), (labels,)):
            raise ModelError(f"{path.name} does not fit the model's {labels} labels.")
        return cls(importance=importance, weights=weights, bias=bias)


def count_features(passages: Sequence[Passage]) -> Any:
    """Return a sparse matrix of counts, shape (passages, BUCKETS)."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    def hashed(texts: list[str], buckets: int, **options: Any) -> Any:
        vectorizer = HashingVectorizer(
            n_features=buckets, alternate_sign=False, norm=None, dtype=np.float32, **options
        )
        return vectorizer.transform(texts)

    texts = [passage.text for passage in passages]
    return hstack(
        [
            hashed(texts, WORD_BUCKETS, analyzer="word", ngram_range=(1, 2)),
            hashed(texts, LETTER_BUCKETS, analyzer="char_wb", ngram_range=(2, 5)),
            hashed([passage.question for passage in passages], QUESTION_BUCKETS),
        ]
    ).tocsr()


def weigh(counts: Any, importance: Floats) -> Any:
    """Return tf-idf features: sublinear counts times importance, each block of unit length."""
    from scipy.sparse import hstack
    from sklearn.preprocessing import normalize

    features = counts.copy()
    features.data = 1 + np.log(features.data)
    features = features.multiply(importance[None, :]).tocsr()
    ends = (0, WORD_BUCKETS, WORD_BUCKETS + LETTER_BUCKETS, BUCKETS)
    blocks = [normalize(features[:, start:end]) for start, end in pairwise(ends)]
    blocks[2] = blocks[2] * QUESTION_WEIGHT
    return hstack(blocks).tocsr().astype(np.float32)
