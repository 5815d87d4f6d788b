"""Fitting the linear reader: one logistic regression per label on hashed words and letters."""

from collections.abc import Callable

import numpy as np

from signalread.classification.linear import LinearReader, count_features, weigh
from signalread.training.examples import Examples

STRENGTH = 10.0  # inverse regularization; chosen on dev among 1, 3, 10, 30


def fit_linear(
    train: Examples, *, told: Callable[[str, float], None] = lambda _line, _share: None
) -> LinearReader:
    """Return the reader fitted to the examples' labels (Fan et al. 2008, JMLR: LIBLINEAR)."""
    from sklearn.linear_model import LogisticRegression

    counts = count_features(train.passages)
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    importance = (np.log((1 + len(train)) / (1 + seen)) + 1).astype(np.float32)
    features = weigh(counts, importance)
    labels = train.targets.shape[1]
    weights = np.zeros((features.shape[1], labels), dtype=np.float32)
    bias = np.zeros(labels, dtype=np.float32)
    for i in range(labels):
        told("words and letters", i / labels)
        target = train.targets[:, i] > 0.5
        if target.all() or not target.any():
            bias[i] = 10.0 if target.all() else -10.0
            continue
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        model.fit(features, target)
        weights[:, i] = model.coef_[0]
        bias[i] = model.intercept_[0]
    return LinearReader(importance=importance, weights=weights, bias=bias)
