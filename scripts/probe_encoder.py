"""Whether the encoder reads Swedish, and not only its own corpus: frozen probes on SuperLim.

    python -m scripts.probe_encoder DATA models/signalread-sv

DATA is a folder with ``absabank-imm``, ``argumentation-sentences`` and ``sweparaphrase`` of
SuperLim 2 (https://spraakbanken.gu.se/en/resources/superlim). A linear model on the frozen
encoder's outputs is held against one on words and letters, on the same split; the strength of its
regularization is chosen on dev, for both alike.
"""

import json
import lzma
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from signalread.classification.attention import pair_mask, reads_pairs
from signalread.classification.encoder import encode_pairs

STRENGTHS = (0.01, 0.1, 1.0, 10.0)
Floats = npt.NDArray[np.float32]
Rows = list[tuple[str, str, Any]]  # topic or first sentence, text, target


def main(
    data: Annotated[Path, typer.Argument(help="The folder of SuperLim's three tasks.")],
    model: Annotated[Path, typer.Argument(help="The model folder.")],
    most: Annotated[int, typer.Option(help="How many rows of a part to use.")] = 1000,
) -> None:
    """Print a table: a task, the probe on the encoder, the same on words and letters."""
    embed = load_embedder(model)
    print("| task | train | test | measure | words and letters | frozen encoder | both |")
    print("|---|---:|---:|---|---:|---:|---:|")
    for name, read, measure in (
        ("absabank-imm", absabank, "accuracy"),
        ("argumentation-sentences", argumentation, "accuracy"),
        ("sweparaphrase", paraphrase, "Spearman"),
    ):
        parts = {
            part: some(list(read(lines(data / name / f"{name}_{part}.jsonl.xz"))), most)
            for part in ("train", "dev", "test")
        }
        pairwise = name == "sweparaphrase"
        probe = spearman if pairwise else accuracy
        dense = {part: embed(rows, pairwise) for part, rows in parts.items()}
        sparse = word_features(parts, pairwise)
        targets = {part: np.array([row[2] for row in rows]) for part, rows in parts.items()}
        both = {part: joined(sparse[part], dense[part]) for part in parts}
        figures = [probe(features, targets) for features in (sparse, dense, both)]
        print(
            f"| {name} | {len(parts['train'])} | {len(parts['test'])} | {measure} | "
            + " | ".join(f"{figure:.3f}" for figure in figures)
            + " |",
            flush=True,
        )


def absabank(found: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield paragraphs with one of three opinions."""
    for line in found:
        value = float(line["label"])
        yield "", line["text"], 0 if value < 2.5 else 2 if value > 3.5 else 1


def argumentation(found: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield sentences for, against or beside a topic."""
    for line in found:
        yield line["topic"], line["sentence"], line["label"]


def paraphrase(found: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield pairs of sentences and how alike they are, 0 to 5."""
    for line in found:
        yield line["sentence_1"], line["sentence_2"], float(line["label"])


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a compressed file of JSON lines holds."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def some(rows: Rows, most: int) -> Rows:
    """Return at most so many rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return [rows[i] for i in np.linspace(0, len(rows) - 1, most).astype(int)]


def load_embedder(model: Path) -> Callable[[Rows, bool], Floats]:
    """Return what embeds rows: first token and mean of the last layer, shape (n, 2 * hidden).

    Of two sentences, the absolute difference and the product are taken.
    """
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    torch.set_num_threads(2)
    network: Any = AutoModel.from_pretrained(str(model), local_files_only=True).float().eval()
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def read(pairs: Sequence[tuple[str, str]]) -> Floats:
        encoded = encode_pairs(tokenizer, pairs)
        result = np.zeros((len(pairs), 2 * network.config.hidden_size), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda i: len(encoded[i][0]))
        for start in range(0, len(order), 16):
            rows = order[start : start + 16]
            width = max(len(encoded[i][0]) for i in rows)
            ids, types, kept = (np.zeros((len(rows), width), dtype=np.int64) for _ in range(3))
            for at, i in enumerate(rows):
                length = len(encoded[i][0])
                ids[at, :length], types[at, :length] = encoded[i]
                kept[at, :length] = 1
            inputs = {name: torch.from_numpy(a) for name, a in (("ids", ids), ("types", types))}
            seen = torch.from_numpy(kept)
            mask = pair_mask(inputs["types"], seen) if reads_pairs(network.config) else seen
            with torch.inference_mode():
                found = network(
                    input_ids=inputs["ids"], token_type_ids=inputs["types"], attention_mask=mask
                ).last_hidden_state
            mean = (found * seen[..., None]).sum(1) / seen.sum(1, keepdim=True)
            result[rows] = torch.cat([found[:, 0], mean], dim=1).numpy()
        return result

    def embed(rows: Rows, pairwise: bool) -> Floats:
        if not pairwise:
            return read([(first, text) for first, text, _ in rows])
        one, two = (read([("", row[i]) for row in rows]) for i in (0, 1))
        return np.concatenate([np.abs(one - two), one * two], axis=1)

    return embed


def word_features(parts: dict[str, Rows], pairwise: bool) -> dict[str, Any]:
    """Return TF-IDF of words and letters, fitted on train; of two sentences as the embedder's."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    union = make_union(
        TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
        TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5)),
    )

    def topics(rows: Rows) -> Any:
        return union.transform([row[0] for row in rows])

    texts = [row[1] for row in parts["train"]]
    union.fit(texts + [row[0] for row in parts["train"]] if pairwise else texts)
    found = {}
    for part, rows in parts.items():
        said = union.transform([row[1] for row in rows])
        if pairwise:
            product = topics(rows).multiply(said)
            likeness = product.sum(axis=1)
            found[part] = hstack([abs(topics(rows) - said), product, likeness]).tocsr()
        else:
            found[part] = hstack([said, topics(rows)]).tocsr()
    return found


def joined(sparse: Any, dense: Floats) -> Any:
    """Return both kinds of features side by side."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.preprocessing import normalize

    return hstack([sparse, csr_matrix(normalize(dense))]).tocsr()


def accuracy(features: dict[str, Any], targets: dict[str, Any]) -> float:
    """Return the test accuracy of a logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def fit(strength: float) -> Any:
        scale = StandardScaler(with_mean=isinstance(features["train"], np.ndarray))
        steps = [scale] if isinstance(features["train"], np.ndarray) else []
        # Standardized outputs are larger than TF-IDF values, so they need the stronger brake.
        brake = strength * (0.01 if steps else 10)
        model = make_pipeline(*steps, LogisticRegression(C=brake, max_iter=300))
        return model.fit(features["train"], targets["train"])

    models = [fit(strength) for strength in STRENGTHS]
    best = max(models, key=lambda model: float(model.score(features["dev"], targets["dev"])))
    return float(best.score(features["test"], targets["test"]))


def spearman(features: dict[str, Any], targets: dict[str, Any]) -> float:
    """Return the test rank correlation of a ridge regression."""
    from scipy.stats import spearmanr
    from sklearn.linear_model import Ridge

    def reach(model: Any, part: str) -> float:
        return float(spearmanr(model.predict(features[part]), targets[part]).statistic)

    models = [
        Ridge(alpha=1 / strength, solver="lsqr").fit(features["train"], targets["train"])
        for strength in STRENGTHS
    ]
    return reach(max(models, key=lambda model: reach(model, "dev")), "test")


if __name__ == "__main__":
    typer.run(main)
