"""What a reading rests on: asked of the model when somebody looks, and remembered."""

import threading
from typing import TYPE_CHECKING

from signalread.classification import Passage
from signalread.errors import SignalreadError
from signalread.review.models import Reading, Run, Segment
from signalread.review.registration import codebook_of
from signalread.review.site import this_site

if TYPE_CHECKING:
    from signalread.classification import Classifier

_loaded: dict[str, "Classifier | None"] = {}
_lock = threading.Lock()


def evidence_of(segment: Segment) -> dict[str, list[list[int]]]:
    """Return for each label that was read the characters of the comment that it rests on.

    Empty where the model that read the run is not at hand.
    """
    reading = segment.reading
    if reading.evidence is not None:
        return dict(reading.evidence)
    classifier = _classifier(segment.run)
    if classifier is None or segment.comment.erased:
        return {}
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
    """Return the model that read a run, loaded once; ``None`` where the site has another."""
    from signalread.classification.encoder import load_classifier

    folder = this_site().model
    with _lock:
        if run.model_digest not in _loaded:
            _loaded[run.model_digest] = None
            if folder is not None:
                try:
                    classifier = load_classifier(folder, codebook=codebook_of(run))
                except SignalreadError:
                    return None
                if classifier.digest == run.model_digest:
                    _loaded[run.model_digest] = classifier
        return _loaded[run.model_digest]
