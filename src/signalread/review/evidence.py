"""What a reading rests on: asked of the model when somebody looks, and remembered."""

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from signalread.classification import Passage
from signalread.errors import SignalreadError
from signalread.review.models import Reading, Run, Segment
from signalread.review.readers import find_reader
from signalread.review.registration import codebook_of

if TYPE_CHECKING:
    from signalread.classification import Classifier

_loaded: dict[str, "Classifier | None"] = {}
_lock = threading.Lock()


def evidence_of(segment: Segment) -> dict[str, list[list[int]]] | None:
    """Return for each label that was read the characters of the comment that it rests on.

    ``None`` where the model that read the run is not at hand to say so.
    """
    reading = segment.reading
    if reading.evidence is not None:
        return dict(reading.evidence)
    if segment.comment.erased or not reading.labels:
        return {}
    classifier = _classifier(segment.run)
    if classifier is None:
        return None
    earlier = Segment.objects.filter(comment=segment.comment, index__lt=segment.index)
    before = earlier.select_related("comment").order_by("-index").first()
    passage = Passage(
        text=segment.text,
        question=segment.comment.question,
        before=before.text if before else "",
    )
    found = {}
    for label in reading.labels:
        start, end = classifier.evidence([passage], label)[0]
        found[label] = [[segment.start + start, segment.start + end]]
    Reading.objects.filter(pk=reading.pk).update(evidence=found)
    return found


def _classifier(run: Run) -> "Classifier | None":
    """Return the model that read a run, loaded once; ``None`` where it is not at hand."""
    from signalread.classification.encoder import load_classifier

    with _lock:
        if run.model_digest not in _loaded:
            _loaded[run.model_digest] = None
            folder = find_reader(run)
            if folder is not None:
                with suppress(SignalreadError):
                    _loaded[run.model_digest] = load_classifier(folder, codebook=codebook_of(run))
        return _loaded[run.model_digest]
