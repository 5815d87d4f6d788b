"""Labels that are likely wrong: given where a reader sees none, or left out where it is sure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from signalread.classification import Passage
from signalread.classification.linear import count_features, weigh
from signalread.codebook import Codebook
from signalread.errors import InputError, SignalreadError
from signalread.labelling.items import Item
from signalread.labelling.settling import NONE
from signalread.records import Source
from signalread.training.corpus import LabelledComment, LabelledSegment
from signalread.training.fingerprints import FINGERPRINTS, Fingerprints
from signalread.training.fit_linear import STRENGTH

Floats = npt.NDArray[np.float64]

FOLDS = 5
FEWEST = 20  # items with a label: with fewer, a reader that did not see an item knows it too little


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label of an item that is likely wrong.

    ``given`` says whether the item has it; ``confidence`` is the reader's probability, in [0, 1],
    that what the item says of the label is right.
    """

    id: str
    label: str
    given: bool
    confidence: float


def find_suspects(items: Sequence[Item], scores: Floats, *, codebook: Codebook) -> list[Suspect]:
    """Return the labels that confident learning takes for wrong, the least confident first.

    The items are settled, one answer each; ``scores`` are probabilities of shape (items, labels)
    by a reader that has not seen these items. The rule is cleanlab's, one label against the rest
    (Northcutt, Jiang and Chuang 2021, JAIR; Thyagarajan et al. 2022). Labels of fewer than
    ``FEWEST`` items are passed by (:func:`too_rare` names them). Raises :class:`SignalreadError`
    where the package is not installed.
    """
    try:
        from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class
    except ImportError as error:
        raise SignalreadError(
            "Finding likely label errors needs the package cleanlab.",
            hint='install it with `pip install "signalread[suspects]"`',
        ) from error
    given = [sorted(codebook.position[label] for label in item.answers[0].labels) for item in items]
    rare = {codebook.position[label] for label in too_rare(items, codebook=codebook)}
    used = [column for column in range(len(codebook.labels)) if column not in rare]
    if not used:
        return []
    place = {column: i for i, column in enumerate(used)}
    masks = find_multilabel_issues_per_class(
        labels=[[place[column] for column in row if column in place] for row in given],
        pred_probs=np.clip(scores[:, used], 1e-6, 1 - 1e-6),
        n_jobs=1,
    )
    found = []
    for column, mask in zip(used, masks.T, strict=True):  # (items, labels in use)
        for row in map(int, np.flatnonzero(mask)):
            has = column in given[row]
            score = float(scores[row, column])
            found.append(
                Suspect(
                    id=items[row].id,
                    label=codebook.labels[column],
                    given=has,
                    confidence=score if has else 1 - score,
                )
            )
    return sorted(found, key=lambda suspect: (suspect.confidence, suspect.id))


def too_rare(items: Sequence[Item], *, codebook: Codebook) -> list[str]:
    """Return the labels that too few of the settled items have to look for errors in."""
    counts = Counter(label for item in items for label in item.answers[0].labels)
    return [label for label in codebook.labels if counts[label] < FEWEST]


def list_suspects(items: Sequence[Item], found: Sequence[Suspect]) -> list[Item]:
    """Return the items with suspect labels, the likeliest first, to be labelled anew.

    They have no annotations; ``extra`` says what they were given and which labels to look at.
    """
    by_id = {item.id: item for item in items}
    told: dict[str, list[str]] = {}
    for suspect in found:
        told.setdefault(suspect.id, []).append(
            f"{suspect.label} {'given' if suspect.given else 'missing'}"
        )
    return [
        replace(
            by_id[id_],
            annotations=(),
            extra={
                **by_id[id_].extra,
                "given": ", ".join(by_id[id_].answers[0].labels) or NONE,
                "suspect": ", ".join(labels),
            },
        )
        for id_, labels in told.items()
    ]


def find_seen(items: Sequence[Item], folder: Path) -> npt.NDArray[np.bool_] | None:
    """Say of each item whether a model has learnt from its text, or from others of its team.

    ``None`` where the model does not say what it has learnt from. Raises
    :class:`~signalread.errors.ModelError` where its marks of that cannot be read.
    """
    path = folder / FINGERPRINTS
    if not path.is_file():
        return None
    learnt = Fingerprints.load(path)
    teams, texts = set(learnt.teams.tolist()), set(learnt.texts.tolist())
    own = (Fingerprints.of([_as_comment(item)], salt=learnt.salt) for item in items)
    return np.array(
        [
            not (teams.isdisjoint(m.teams.tolist()) and texts.isdisjoint(m.texts.tolist()))
            for m in own
        ],
        dtype=np.bool_,
    )


def score_by_model(items: Sequence[Item], folder: Path, *, codebook: Codebook) -> Floats:
    """Return a model's probabilities of shape (items, labels), of items that it has not seen.

    Raises :class:`~signalread.errors.ModelError` for a folder that is not a model of this codebook.
    """
    from signalread.classification.encoder import load_classifier

    classifier = load_classifier(folder, codebook=codebook)
    return classifier.score(make_passages(items)).astype(np.float64)


def _as_comment(item: Item) -> LabelledComment:
    return LabelledComment(
        id=item.id,
        source=item.source or Source.SURVEY,
        sector=item.sector,
        team=item.team,
        wave=item.wave,
        question=item.question,
        segments=(LabelledSegment(text=item.text, labels=()),),
        part="",
    )


def make_passages(items: Sequence[Item]) -> list[Passage]:
    """Return each item with its question and, where it is there, the segment before it."""
    texts = {(item.comment_id, item.segment): item.text for item in items}

    def before(item: Item) -> str:
        if item.comment_id is None or item.segment is None:
            return ""
        return texts.get((item.comment_id, item.segment - 1), "")

    return [
        Passage(text=item.text, question=item.question or "", before=before(item)) for item in items
    ]


def score_out_of_fold(
    items: Sequence[Item],
    *,
    codebook: Codebook,
    told: Callable[[float], None] = lambda _share: None,
) -> Floats:
    """Return probabilities of shape (items, labels), each by a reader that did not see the item.

    The reader is linear, on words and letters; it is fitted anew for each fifth of the teams (of
    the comments, where there are fewer than five teams). Raises :class:`InputError` where there
    are too few items to divide.
    """
    groups = [item.team for item in items]
    if len(set(groups)) < FOLDS:
        groups = [item.comment_id or item.id for item in items]
    names = sorted(set(groups))
    if len(names) < FOLDS:
        raise InputError(
            f"{len(names)} comments are too few to look for errors in.",
            hint=f"give labelled text of at least {FOLDS} comments",
        )
    fold = {name: i % FOLDS for i, name in enumerate(names)}
    folds = np.array([fold[group] for group in groups])
    targets = np.zeros((len(items), len(codebook.labels)), dtype=np.bool_)
    for row, item in enumerate(items):
        for label in item.answers[0].labels:
            targets[row, codebook.position[label]] = True
    counts = count_features(make_passages(items))
    scores = np.zeros(targets.shape)
    for number in range(FOLDS):
        rest, held = folds != number, folds == number
        importance = _importance(counts[rest])
        seen, unseen = weigh(counts[rest], importance), weigh(counts[held], importance)
        for i in range(targets.shape[1]):
            scores[held, i] = _fit_and_score(seen, targets[rest, i], unseen)
            told((number + (i + 1) / targets.shape[1]) / FOLDS)
    return scores


def _importance(counts: Any) -> npt.NDArray[np.float32]:
    """Return each feature's inverse document frequency."""
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    importance = np.log((1 + counts.shape[0]) / (1 + seen)) + 1
    return np.asarray(importance, dtype=np.float32)


def _fit_and_score(seen: Any, target: npt.NDArray[np.bool_], unseen: Any) -> Floats:
    from sklearn.linear_model import LogisticRegression

    if target.all() or not target.any():
        return np.full(unseen.shape[0], float(target.all()))
    # The dual is several times faster where there are more features than texts.
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, tol=1e-2, random_state=0)
    return np.asarray(model.fit(seen, target).predict_proba(unseen)[:, 1], dtype=np.float64)
