"""A scikit-learn estimator: fit and predict on lists of texts.

    classifier = SignalreadClassifier(epochs=3)
    classifier.fit(texts, labels, groups=teams)      # labels: one a text, or a 0/1 table
    classifier.predict(new_texts)

For a trained model folder and for text that is split into segments, use :func:`signalread.load`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from signalread.classification import Passage
from signalread.classification.encoder import EncoderClassifier, load_classifier
from signalread.codebook import Codebook, load_codebook
from signalread.records import Source
from signalread.training.corpus import LabelledComment, LabelledSegment

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CODEBOOK = "codebook.yaml"


class SignalreadClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """Fine-tunes an encoder, with a linear reader beside it, on texts and their labels.

    ``encoder`` is a folder or a name on the model hub; by default the model in use. A tenth of the
    texts, by whole ``groups`` where they are given, chooses the epoch and the calibration.

    Fitted attributes: ``classes_`` (for a 0/1 table of labels the column numbers) and ``files_``,
    the model folder as bytes by file name; :meth:`save` writes it for the rest of signalread.
    """

    def __init__(
        self, encoder: str | None = None, epochs: int = 3, patience: int = 2, seed: int = 0
    ) -> None:
        self.encoder = encoder
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def fit(self, X: Any, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Fit to texts and, for each, its class, or its row of a 0/1 table."""
        texts = _check_texts(X)
        if y is None:
            raise ValueError("This estimator requires y to be passed, but the target y is None.")
        targets = np.asarray(y)
        check_consistent_length(texts, targets, groups)
        check_classification_targets(targets)
        self.several_ = type_of_target(targets) == "multilabel-indicator"
        if self.several_:
            self.classes_ = np.arange(targets.shape[1])
            table = targets.astype(bool)
        else:
            targets = targets.ravel()
            self.classes_, which = np.unique(targets, return_inverse=True)
            if len(self.classes_) < 2:
                raise ValueError("Classifier can't train when only one class is present.")
            table = np.eye(len(self.classes_), dtype=bool)[which]
        self.files_ = self._train(texts, table, groups)
        self._loaded: EncoderClassifier | None = None
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """Return a class for each text, or a 0/1 table, shape (texts, classes)."""
        scores = self._scores(X)
        if self.several_:
            return (scores >= self._classifier().thresholds).astype(int)
        return np.asarray(self.classes_[scores.argmax(axis=1)])

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Return probabilities, shape (texts, classes); rows add up to 1 where classes exclude."""
        scores = self._scores(X)
        if self.several_:
            return scores
        result: npt.NDArray[np.float64] = scores / scores.sum(axis=1, keepdims=True)
        return result

    def save(self, folder: Path) -> Path:
        """Write the model folder and return it."""
        check_is_fitted(self, "files_")
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files_.items():
            (folder / name).write_bytes(content)
        return folder

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_loaded": None}  # files_ hold all that it needs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_label = True
        return tags

    def _train(
        self, texts: list[str], table: npt.NDArray[np.bool_], groups: Sequence[Any] | None
    ) -> dict[str, bytes]:
        from signalread.shipped import chosen_model
        from signalread.training.fit import FitOptions
        from signalread.training.train import train_parts

        with tempfile.TemporaryDirectory(prefix="signalread-") as work:
            codebook = _codebook(self.classes_, Path(work))
            trained = train_parts(
                _parts(texts, table, groups, codebook),
                Path(work) / "model",
                encoder=self.encoder or str(chosen_model(None)),
                codebook=codebook,
                now=datetime.now(UTC),
                options=FitOptions(epochs=self.epochs, patience=self.patience, seed=self.seed),
            )
            return {path.name: path.read_bytes() for path in trained.folder.iterdir()}

    def _scores(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        check_is_fitted(self, "files_")
        texts = _check_texts(X)
        return self._classifier().score([Passage(text=text) for text in texts]).astype(np.float64)

    def _classifier(self) -> EncoderClassifier:
        if self._loaded is None:
            with tempfile.TemporaryDirectory(prefix="signalread-") as work:
                folder = self.save(Path(work) / "model")
                codebook = load_codebook(folder / CODEBOOK)
                self._loaded = load_classifier(folder, codebook=codebook)
        return self._loaded


def _check_texts(texts: Any) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("Expected a list of texts, got one text.")
    found = list(texts)
    if not found:
        raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
    if not all(isinstance(text, str) for text in found):
        raise ValueError("Expected a list of texts, got something that is no text.")
    return found


def _codebook(classes: npt.NDArray[Any], folder: Path) -> Codebook:
    signals = [{"id": str(c), "name": {"sv": str(c), "en": str(c)}} for c in classes.tolist()]
    path = folder / CODEBOOK
    path.write_text(
        yaml.safe_dump({"version": "own", "signals": signals, "themes": []}, allow_unicode=True),
        encoding="utf-8",
    )
    return load_codebook(path)


def _parts(
    texts: list[str],
    table: npt.NDArray[np.bool_],
    groups: Sequence[Any] | None,
    codebook: Codebook,
) -> dict[str, list[LabelledComment]]:
    from signalread.training.split import split_by_unit

    comments = [
        LabelledComment(
            id=str(row),
            source=Source.SURVEY,
            sector="",
            team=str(texts[row] if groups is None else groups[row]),
            wave="",
            question=None,
            segments=(
                LabelledSegment(
                    text=text, labels=tuple(np.array(codebook.labels)[table[row]].tolist())
                ),
            ),
            part="train",
        )
        for row, text in enumerate(texts)
    ]
    return split_by_unit(comments, wanted=("dev",)) | {"test": []}
