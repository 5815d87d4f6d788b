"""Train the name recogniser that ships in models/names-sv.

    python scripts/train_name_finder.py FOLDER
    python scripts/train_name_finder.py FOLDER --plain --out PLAIN

FOLDER holds ``webbnyheter2012/`` and ``uner_talbanken/`` (see the model card for sources and
licences); the informal examples of corpora/redaction/train.jsonl are added to them.
With ``--plain`` the recogniser sees the text alone, not what lists and rules say of its words: that
one is only for comparison, in scripts/evaluate_redaction.py.
"""

import argparse
import json
import lzma
import random
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.names import choose_tokens
from signalread.redaction.recogniser import make_doc
from signalread.redaction.tokens import Token, read_tokens

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "models" / "names-sv"
OWN = ROOT / "corpora" / "redaction" / "train.jsonl"
OWN_REPEATS = {"written": 5, "corpus": 2}
EPOCHS = 7
BATCH = 48
SEED = 7
# Names that no list of ours holds, to learn names by their context.
UNKNOWN_FROM = ("lv_LV", "sk_SK", "ga_IE", "az_AZ", "id_ID", "zu_ZA", "tw_GH")

Marked = tuple[str, list[tuple[int, int]]]
MakeDoc = Callable[[Language, str, Sequence[Token], set[int]], Doc]


def read_columns(path: Path, *, word: int, tag: int) -> Iterator[Marked]:
    """Yield sentences of a one-token-a-line file, with the spans of its persons."""
    words: list[str] = []
    persons: list[bool] = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in [*lines, "\n"]:
            cells = line.split("\t") if "\t" in line else line.split()
            if line.startswith("#"):
                continue
            if len(cells) > max(word, tag):
                words.append(cells[word].strip().replace("\u00ad", ""))
                persons.append("PER" in cells[tag])
            elif words:
                yield join_words(words, persons)
                words, persons = [], []


def join_words(words: list[str], persons: list[bool]) -> Marked:
    """Write words as a text, and neighbouring persons as one span."""
    text = ""
    spans: list[tuple[int, int]] = []
    inside = False
    for word, person in zip(words, persons, strict=True):
        gap = "" if not text or word in ".,:;!?)" or text.endswith("(") else " "
        start = len(text) + len(gap)
        text += gap + word
        if person:
            spans[-1:] = (
                [(spans[-1][0], len(text))] if inside else [*spans[-1:], (start, len(text))]
            )
        inside = person
    return text, spans


def read_own(path: Path) -> Iterator[Marked]:
    """Yield our own marked comments, the hand-written ones several times."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = [(start, end) for start, end, kind in row["spans"] if kind == "NAMN"]
        for _ in range(OWN_REPEATS[row["origin"]]):
            yield row["text"], spans


def unknown_names() -> list[str]:
    """Return names that the lexicon does not know."""
    lexicon = load_lexicon()
    names: set[str] = set()
    for locale in UNKNOWN_FROM:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in ("first_names", "first_names_female", "first_names_male"):
            names.update(name for name in getattr(provider, attribute, ()) if name.isalpha())
    known = lexicon.first | lexicon.last | lexicon.foreign | lexicon.everyday
    return sorted(n for n in names if n.lower() not in known and not lexicon.is_word(n.lower()))


def vary(marked: Marked, names: list[str], rng: random.Random) -> Marked:
    """Return the text as it is, with names that nobody knows, or in small letters."""
    text, spans = rename(marked, names, rng) if rng.random() < 0.4 else marked
    return (text.lower() if rng.random() < 0.25 else text), spans


def rename(marked: Marked, names: list[str], rng: random.Random) -> Marked:
    """Put other names in the place of the text's own."""
    text, spans = marked
    parts: list[str] = []
    moved: list[tuple[int, int]] = []
    done = length = 0
    for start, end in spans:
        old = text[start:end]
        words = [rng.choice(names) if len(word) > 2 else word for word in old.split(" ")]
        new = " ".join(words) + ("s" if old.endswith("s") and rng.random() < 0.3 else "")
        new = new.lower() if old.islower() else new
        parts += [text[done:start], new]
        length += start - done
        moved.append((length, length + len(new)))
        length += len(new)
        done = end
    return "".join(parts) + text[done:], moved


def make_plain_doc(nlp: Language, text: str, tokens: Sequence[Token], chosen: set[int]) -> Doc:
    """Tokenize a text and say nothing of its words."""
    return nlp.make_doc(text)


def make_example(nlp: Language, marked: Marked, make: MakeDoc) -> Example:
    """Return the text as the recogniser meets it, beside how it ought to read it."""
    text, spans = marked
    tokens = read_tokens(text)
    chosen = choose_tokens(tokens, text)
    predicted = make(nlp, text, tokens, chosen)
    reference: Doc = predicted.copy()
    ents = [reference.char_span(a, b, label="PER", alignment_mode="expand") for a, b in spans]
    reference.set_ents(spacy.util.filter_spans([e for e in ents if e is not None]))
    return Example(predicted, reference)


def make_blank() -> Language:
    """Return an untrained recogniser: a small convolutional net over words and their facts."""
    nlp = spacy.blank("sv")
    nlp.add_pipe(
        "ner",
        config={
            "model": {
                "@architectures": "spacy.TransitionBasedParser.v2",
                "state_type": "ner",
                "extra_state_tokens": False,
                "hidden_width": 48,
                "maxout_pieces": 2,
                "use_upper": True,
                "tok2vec": {
                    "@architectures": "spacy.Tok2Vec.v2",
                    "embed": {
                        "@architectures": "spacy.MultiHashEmbed.v2",
                        "width": 64,
                        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "TAG"],
                        "rows": [3000, 800, 1500, 400, 200],
                        "include_static_vectors": False,
                    },
                    "encode": {
                        "@architectures": "spacy.MaxoutWindowEncoder.v2",
                        "width": 64,
                        "depth": 3,
                        "window_size": 1,
                        "maxout_pieces": 2,
                    },
                },
            }
        },
    )
    return nlp


def train(folder: Path, make: MakeDoc = make_doc) -> Language:
    """Return a recogniser trained on the news, the sentences and our own examples."""
    rng = random.Random(SEED)
    fix_random_seed(SEED)
    formal = [
        *read_columns(folder / "webbnyheter2012" / "train_corpus.txt.xz", word=0, tag=1),
        *read_columns(folder / "uner_talbanken" / "sv_talbanken-ud-train.iob2.xz", word=1, tag=2),
    ]
    with_person = [marked for marked in formal if marked[1]]
    without = [marked for marked in formal if not marked[1]]
    # Most formal sentences name nobody; as many as do are enough of them.
    data = with_person + rng.sample(without, len(with_person)) + list(read_own(OWN))
    names = unknown_names()
    print(f"{len(data)} texts, {sum(len(spans) for _, spans in data)} persons")
    nlp = make_blank()
    optimizer = nlp.initialize(lambda: [make_example(nlp, marked, make) for marked in data[:400]])
    for epoch in range(EPOCHS):
        rng.shuffle(data)
        optimizer.learn_rate = 0.002 if epoch < EPOCHS // 2 else 0.0008
        losses: dict[str, float] = {}
        for start in range(0, len(data), BATCH):
            batch = data[start : start + BATCH]
            examples = [make_example(nlp, vary(marked, names, rng), make) for marked in batch]
            nlp.update(examples, sgd=optimizer, drop=0.25, losses=losses)
        print(f"epoch {epoch + 1}: loss {losses['ner']:.0f}")
    return nlp


def main() -> None:
    """Train and save; spaCy writes JSON and msgpack, no pickle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--plain", action="store_true", help="without lists, to compare")
    arguments = parser.parse_args()
    nlp = train(arguments.folder, make_plain_doc if arguments.plain else make_doc)
    nlp.meta.update(name="names_sv", description="Person names in Swedish survey comments")
    # Without the vocabulary: it would list every word of the training texts, names included.
    nlp.to_disk(arguments.out, exclude=["vocab"])


if __name__ == "__main__":
    main()
