"""The readers that ``scripts/benchmark.py`` holds against each other: how each is made and loaded.

A peer is fitted once into a folder of its own, and loaded from there in a process of its own. All
give raw outputs of shape (passages, labels), which are then calibrated in one and the same way.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from signalread.classification import Passage
from signalread.training.examples import Examples

Floats = npt.NDArray[np.float32]
Reader = Callable[[Sequence[Passage]], Floats]

BERT_BASE: dict[str, Any] = {  # the shape of KB-BERT (Malmsten et al. 2020, arXiv:2007.01658)
    "vocab_size": 50325,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "num_labels": 30,
}
FLOOR = 1e-5  # probabilities are kept this far from 0 and 1, so that they have a logit
SPACY_EPOCHS = 12  # four on 8,000 segments leave it at .22: far from fitted
SPACY_CONFIG = """\
[model]
@architectures = "spacy.TextCatReduce.v1"
exclusive_classes = false
use_reduce_first = false
use_reduce_last = false
use_reduce_max = true
use_reduce_mean = true

[model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
rows = [5000, 2500, 2500, 2500]
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
include_static_vectors = true

[model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One reader. ``fit`` writes what ``load`` reads; without it nothing is trained here.

    ``load`` takes the peer's folder, the folder of the shipped model and the number of threads.
    ``speed_only`` peers have random weights; ``sample`` is how many passages a round reads, and
    ``megabytes`` what weights take that are not on disk here.
    """

    name: str
    title: str
    fit: Callable[[Examples, Path], None] | None
    load: Callable[[Path, Path, int], Reader]
    sample: int = 1500
    speed_only: bool = False
    megabytes: float | None = None


def fit_words(train: Examples, folder: Path) -> None:
    """Fit the usual scikit-learn pipeline: TF-IDF of words and letters, logistic regressions."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from skops.io import dump

    def tfidf(**options: Any) -> Any:
        return TfidfVectorizer(sublinear_tf=True, min_df=2, dtype=np.float32, **options)

    features = ColumnTransformer(
        [
            ("words", tfidf(ngram_range=(1, 2)), 0),
            ("letters", tfidf(analyzer="char_wb", ngram_range=(2, 5)), 0),
            ("question", tfidf(), 1),
        ]
    )
    # The dual problem is the quicker one where there are more features than segments.
    logistic = LogisticRegression(C=10, solver="liblinear", dual=True, tol=0.01, random_state=0)
    pipeline = make_pipeline(features, OneVsRestClassifier(logistic))
    pipeline.fit(_columns(train.passages), train.targets.astype(int))
    dump(pipeline, folder / "model.skops", compression=8)


def load_words(folder: Path, _model: Path, _threads: int) -> Reader:
    """Return the reader that :func:`fit_words` saved."""
    from skops.io import get_untrusted_types, load

    path = folder / "model.skops"
    pipeline = load(path, trusted=get_untrusted_types(file=path))
    return lambda passages: np.asarray(
        pipeline.decision_function(_columns(passages)), dtype=np.float32
    )


def fit_fasttext(train: Examples, folder: Path) -> None:
    """Fit fastText's supervised model, one label against all others."""
    import fasttext

    lines = [
        " ".join(f"__label__{i}" for i in np.flatnonzero(row)) + " " + _line(passage)
        for passage, row in zip(train.passages, train.targets, strict=True)
    ]
    random.Random(0).shuffle(lines)
    text = folder / "train.txt"
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    model = fasttext.train_supervised(
        str(text), loss="ova", epoch=25, lr=0.3, dim=100, wordNgrams=2, minn=3, maxn=5,
        bucket=200_000, thread=2, seed=0, verbose=0,
    )  # fmt: skip
    model.save_model(str(folder / "model.bin"))
    text.unlink()
    (folder / "labels.json").write_text(json.dumps(train.targets.shape[1]), encoding="utf-8")


def load_fasttext(folder: Path, _model: Path, _threads: int) -> Reader:
    """Return the reader that :func:`fit_fasttext` saved."""
    import fasttext

    model = fasttext.load_model(str(folder / "model.bin"))
    labels = int(json.loads((folder / "labels.json").read_text(encoding="utf-8")))

    def read(passages: Sequence[Passage]) -> Floats:
        found, shares = model.predict([_line(passage) for passage in passages], k=-1)
        result = np.zeros((len(passages), labels), dtype=np.float32)
        for row, (names, values) in enumerate(zip(found, shares, strict=True)):
            result[row, [int(name.removeprefix("__label__")) for name in names]] = values
        return _logits(result)

    return read


def fit_spacy(train: Examples, folder: Path) -> None:
    """Fit spaCy's ``textcat_multilabel``: a CNN over hash embeddings and floret vectors."""
    import spacy
    from spacy.training import Example
    from thinc.api import fix_random_seed

    fix_random_seed(0)
    nlp = spacy.blank("sv")
    add_floret(nlp, [_joined(passage) for passage in train.passages], folder)
    add_categorizer(nlp, [str(i) for i in range(train.targets.shape[1])])
    examples = [
        Example.from_dict(
            nlp.make_doc(_joined(passage)),
            {"cats": {str(i): float(value) for i, value in enumerate(row)}},
        )
        for passage, row in zip(train.passages, train.targets, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples[:2000])
    order = random.Random(0)
    for _ in range(SPACY_EPOCHS):
        order.shuffle(examples)
        for start in range(0, len(examples), 32):
            nlp.update(examples[start : start + 32], sgd=optimizer, drop=0.2)
    nlp.to_disk(folder / "pipeline")


def add_categorizer(nlp: Any, labels: Sequence[str]) -> None:
    """Give ``nlp`` a text categorizer of these labels, over its vectors where it has some."""
    from thinc.api import Config

    config: Any = Config().from_str(SPACY_CONFIG)["model"]
    config["tok2vec"]["embed"]["include_static_vectors"] = nlp.vocab.vectors.size > 0
    pipe = nlp.add_pipe("textcat_multilabel", config={"model": config})
    for label in labels:
        pipe.add_label(label)


def add_floret(nlp: Any, texts: Sequence[str], folder: Path) -> None:
    """Train floret vectors on the texts (Boyd and Warmerdam 2022) and give them to ``nlp``."""
    import floret
    from spacy.training.initialize import convert_vectors

    corpus, table = folder / "words.txt", folder / "vectors.floret"
    corpus.write_text(
        "\n".join(" ".join(token.text for token in nlp.make_doc(text)) for text in texts),
        encoding="utf-8",
    )
    model = floret.train_unsupervised(
        str(corpus), model="cbow", mode="floret", hashCount=2, bucket=20_000, minn=4, maxn=5,
        minCount=2, dim=100, epoch=10, thread=2, verbose=0,
    )  # fmt: skip
    model.save_floret_vectors(str(table))
    convert_vectors(nlp, table, truncate=0, prune=-1, mode="floret")
    corpus.unlink()
    table.unlink()


def load_spacy(folder: Path, _model: Path, _threads: int) -> Reader:
    """Return the reader that :func:`fit_spacy` saved."""
    import spacy

    nlp = spacy.load(folder / "pipeline")

    def read(passages: Sequence[Passage]) -> Floats:
        docs = nlp.pipe([_joined(passage) for passage in passages], batch_size=256)
        rows = [[doc.cats[str(i)] for i in range(len(doc.cats))] for doc in docs]
        return _logits(np.array(rows, dtype=np.float32))

    return read


def load_bert_pipeline(_folder: Path, model: Path, threads: int) -> Reader:
    """Return a BERT-base with random weights, as transformers' own pipeline runs it."""
    read = bert_pipeline(model, threads=threads)

    def logits(passages: Sequence[Passage]) -> Floats:
        pairs = [{"text": p.question, "text_pair": p.text} for p in passages]
        found: Any = read(pairs, function_to_apply="none", truncation=True, max_length=129)
        return np.array([[x["score"] for x in row] for row in found], dtype=np.float32)

    return logits


def bert_pipeline(model: Path, *, threads: int) -> Any:
    """Return transformers' pipeline of a BERT-base, with the tokenizer of a model folder."""
    import torch
    from transformers import PreTrainedTokenizerFast, pipeline

    torch.set_num_threads(threads)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(model / "tokenizer.json"),
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
    )
    return pipeline(
        "text-classification", model=_random_bert(), tokenizer=tokenizer, top_k=None, device="cpu"
    )


def load_bert_int8(_folder: Path, model: Path, threads: int) -> Reader:
    """Return the same BERT-base under our runtime: eight bits, ONNX Runtime, our batches."""
    from tokenizers import Tokenizer

    from signalread.classification.encoder import encode_pairs
    from signalread.classification.runtime import OnnxRuntime

    network = _random_bert()
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    ranges = {
        name: (-4.0, 4.0)
        for name, module in network.named_modules()
        if type(module).__name__ == "Linear" and ".layer." in name
    }
    runtime = OnnxRuntime(weights, network.config.to_dict(), ranges, threads=threads)
    del network, weights
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda passages: runtime.logits(
        encode_pairs(tokenizer, [(passage.question, passage.text) for passage in passages])
    )


def load_ours(_folder: Path, model: Path, threads: int) -> Reader:
    """Return the classifier that ships."""
    from signalread.classification.encoder import load_classifier
    from signalread.classification.model_folder import codebook_of

    return load_classifier(model, codebook=codebook_of(model), threads=threads).logits


def _random_bert() -> Any:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    return BertForSequenceClassification(BertConfig(**BERT_BASE)).eval()


def _columns(passages: Sequence[Passage]) -> npt.NDArray[np.object_]:
    return np.array([(p.text, p.question) for p in passages], dtype=object).reshape(-1, 2)


def _line(passage: Passage) -> str:
    """Return a passage as fastText reads it: the question's words are told from the text's."""
    words = [*(f"q_{word}" for word in passage.question.split()), *passage.text.split()]
    return " ".join(words).lower()


def _joined(passage: Passage) -> str:
    return f"{passage.question} | {passage.text}" if passage.question else passage.text


def _logits(shares: Floats) -> Floats:
    shares = np.clip(shares, FLOOR, 1 - FLOOR)
    return np.asarray(np.log(shares / (1 - shares)), dtype=np.float32)


PEERS = (
    Peer(name="words", title="Words and letters, logistic regression", fit=fit_words,
         load=load_words),
    Peer(name="fasttext", title="fastText supervised", fit=fit_fasttext, load=load_fasttext),
    Peer(name="spacy", title="spaCy textcat (CNN, floret)", fit=fit_spacy, load=load_spacy,
         sample=500),
    Peer(name="bert", title="BERT-base, transformers' pipeline", fit=None,
         load=load_bert_pipeline, sample=24, speed_only=True, megabytes=499),
    Peer(name="bert-int8", title="BERT-base, our runtime, 8 bits", fit=None,
         load=load_bert_int8, sample=500, speed_only=True, megabytes=245),
    Peer(name="ours", title="signalread", fit=None, load=load_ours),
)  # fmt: skip
