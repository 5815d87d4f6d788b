"""The classifier that ships: a transformer encoder read from a model folder."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from signalread.classification.calibration import Calibration
from signalread.classification.classifier import Passage
from signalread.classification.evidence import find_evidence
from signalread.classification.linear import LinearReader
from signalread.classification.model_folder import opening, read_manifest
from signalread.classification.runtime import Runtime, load_runtime
from signalread.codebook import Codebook
from signalread.errors import ModelError
from signalread.records import ErrorRates

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

QUESTION_TOKENS = 32
TEXT_TOKENS = 94  # with three special tokens at most 129 positions
LINEAR = "linear.safetensors"
ERRORS = ("sensitivity", "specificity", "positives", "negatives")


class EncoderClassifier:
    """Reads passages with an encoder, and with a linear reader beside it where the model has one.

    The question is the first part of the encoder's pair. A text that stands many times is read
    once, and a passage gets the same scores whatever stands around it.
    """

    def __init__(
        self,
        *,
        name: str,
        digest: str,
        labels: tuple[str, ...],
        tokenizer: "Tokenizer",
        runtime: Runtime,
        calibration: Calibration,
        linear: LinearReader | None = None,
    ) -> None:
        self.name = name
        self.digest = digest
        self.labels = labels
        self.thresholds = calibration.thresholds
        self.calibration = calibration
        self._tokenizer = tokenizer
        self._runtime = runtime
        self._linear = linear

    @property
    def error_rates(self) -> ErrorRates:
        """How often a segment is misread, as the model folder says."""
        return ErrorRates(
            **{name: tuple(getattr(self.calibration, name).tolist()) for name in ERRORS}
        )

    def score(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return calibrated probabilities, shape (passages, labels)."""
        return self.calibration.probabilities(self.logits(passages))

    def logits(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Return raw outputs, shape (passages, labels)."""
        if not passages:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        distinct: dict[tuple[str, str], int] = {}
        rows = [distinct.setdefault((p.question, p.text), len(distinct)) for p in passages]
        result = encoder_logits(
            self._runtime, self._tokenizer, list(distinct), labels=len(self.labels)
        )
        if self._linear is not None:
            share = self.calibration.encoder_share
            spoken = [Passage(text=text, question=question) for question, text in distinct]
            result = share * result + (1 - share) * self._linear.logits(spoken)
        return result[rows]

    def evidence(self, passages: Sequence[Passage], label: str) -> list[tuple[int, int]]:
        """Return for each passage the span whose removal lowers the label's score most."""
        column = self.labels.index(label)
        return [find_evidence(self.logits, passage, column) for passage in passages]


def encoder_logits(
    runtime: Runtime, tokenizer: "Tokenizer", pairs: Sequence[tuple[str, str]], *, labels: int
) -> npt.NDArray[np.float32]:
    """Return the encoder's raw outputs for (question, text) pairs, shape (pairs, labels)."""
    if not pairs:
        return np.zeros((0, labels), dtype=np.float32)
    return runtime.logits(encode_pairs(tokenizer, pairs))


def encode_pairs(
    tokenizer: "Tokenizer", pairs: Sequence[tuple[str, str]]
) -> list[tuple[list[int], list[int]]]:
    """Return token ids and type ids of (question, text) pairs.

    The form is ``<s> question </s> text </s>``, with type 1 from the text on; without a question
    the first part is empty.
    """
    start, end = _frame(tokenizer)
    questions = {question: i for i, question in enumerate(dict.fromkeys(q for q, _ in pairs))}
    asked = tokenizer.encode_batch(list(questions), add_special_tokens=False)
    said: list[Encoding] = tokenizer.encode_batch([t for _, t in pairs], add_special_tokens=False)
    encoded = []
    for (question, _), text in zip(pairs, said, strict=True):
        first = [start, *asked[questions[question]].ids[:QUESTION_TOKENS], end]
        second = [*text.ids[:TEXT_TOKENS], end]
        encoded.append((first + second, [0] * len(first) + [1] * len(second)))
    return encoded


def _frame(tokenizer: "Tokenizer") -> tuple[int, int]:
    """Return the ids of the tokens that open and close a part, by RoBERTa's or BERT's names."""
    for names in (("<s>", "</s>"), ("[CLS]", "[SEP]")):
        start, end = (tokenizer.token_to_id(name) for name in names)
        if start is not None and end is not None:
            return start, end
    raise ModelError(
        "The encoder's tokenizer has neither <s> and </s> nor [CLS] and [SEP].",
        hint="use an encoder of the BERT or RoBERTa family",
    )


def load_classifier(
    folder: Path, *, codebook: Codebook, threads: int | None = None
) -> EncoderClassifier:
    """Check a model folder and load it, to read on ``threads`` cores (default: all).

    Raises :class:`~signalread.errors.ModelError` where the folder is not what it says.
    """
    manifest = read_manifest(folder, codebook=codebook)
    labels = len(manifest.labels)
    linear = folder / LINEAR
    classifier = EncoderClassifier(
        name=manifest.name,
        digest=manifest.digest,
        labels=manifest.labels,
        tokenizer=_load_tokenizer(folder),
        runtime=load_runtime(folder, threads=threads),
        calibration=Calibration.load(folder / "calibration.json", labels=labels),
        linear=LinearReader.load(linear, labels=labels) if LINEAR in manifest.files else None,
    )
    _try(classifier, folder)
    return classifier


def _load_tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    with opening(folder, "tokenizer.json"):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if max(tokenizer.get_vocab().values()) >= config["vocab_size"]:
            raise ModelError(
                f"tokenizer.json in {folder.name} has more tokens than the encoder.",
                hint="it is another model's; fetch or train the model again",
            )
    return tokenizer


def _try(classifier: EncoderClassifier, folder: Path) -> None:
    """Read the longest passage there can be: parts that do not fit together fail here."""
    passage = Passage(text="vi " * TEXT_TOKENS, question="hur " * QUESTION_TOKENS)
    with opening(folder, "model.safetensors"), np.errstate(all="ignore"):
        found = classifier.logits([passage])
        if found.shape != (1, len(classifier.labels)) or not np.isfinite(found).all():
            raise ModelError(
                f"The encoder in {folder.name} gives no number for each of the model's labels.",
                hint="its files do not belong together; fetch or train the model again",
            )
