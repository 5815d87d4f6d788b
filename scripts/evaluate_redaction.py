"""Measure redaction on marked comments and print the tables of docs/redaction.md.

    python scripts/evaluate_redaction.py corpora/redaction/test.jsonl --plain PLAIN

PLAIN is a recogniser made by ``scripts/train_name_finder.py FOLDER --plain --out PLAIN``; without
it, spaCy alone and Presidio are left out.

Recall counts a marked span as found when every letter and digit of it is covered: half a name is a
miss. Precision counts a found span as right when it touches a marked one. Intervals are Wilson's,
95 %. Presidio is compared where the extra ``benchmark`` is installed.

    python scripts/evaluate_redaction.py --rate corpora/sv-work/train

tells how many comments of a labelled corpus a second are redacted, their questions included.
"""

import argparse
import json
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from signalread.records import Comment, Source
from signalread.redaction import Kind, Span, find_spans, load_name_finder, redact_comments
from signalread.redaction.names import ListedNames
from signalread.redaction.recogniser import load_recogniser
from signalread.redaction.spans import settle_spans

SHIPPED = Path(__file__).resolve().parents[1] / "models" / "names-sv"

Finder = Callable[[Sequence[str]], list[list[Span]]]


@dataclass(frozen=True, slots=True)
class Marked:
    """A comment and the spans that a person marked in it."""

    text: str
    spans: tuple[Span, ...]


def read_marked(path: Path) -> list[Marked]:
    """Read JSON lines of ``{"text", "spans": [[start, end, kind], …]}``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Marked(
            row["text"], tuple(Span(start, end, Kind(kind)) for start, end, kind in row["spans"])
        )
        for row in rows
    ]


def ours(folder: Path | None) -> Finder:
    """Return redaction as a run does it, with the recogniser in ``folder`` or lists alone."""
    find_names = ListedNames() if folder is None else load_name_finder(folder)

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            settle_spans(find_spans(text, names))
            for text, names in zip(texts, find_names(texts), strict=True)
        ]

    return find


def spacy_alone(folder: Path) -> Finder:
    """Return a spaCy recogniser that sees the text and no lists."""
    nlp = load_recogniser(folder)

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            [Span(e.start_char, e.end_char, Kind.NAME) for e in doc.ents] for doc in nlp.pipe(texts)
        ]

    return find


def bare_lists() -> Finder:
    """Return a plain look-up: every capitalized word that stands in a list of names."""
    from signalread.redaction.lexicon import load_lexicon
    from signalread.redaction.tokens import read_tokens

    lexicon = load_lexicon()
    names = lexicon.first | lexicon.last | lexicon.foreign | lexicon.everyday

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            [
                Span(t.start, t.end, Kind.NAME)
                for t in read_tokens(text)
                if t.capital and (t.lower in names or t.lower.removesuffix("s") in names)
            ]
            for text in texts
        ]

    return find


def presidio(folder: Path) -> Finder:
    """Return Presidio with its patterns and Swedish recognisers; spaCy finds its names."""
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it would look for a list online
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        PhoneRecognizer,
        SpacyRecognizer,
        UrlRecognizer,
    )

    names = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration())
    names.nlp = {"sv": load_recogniser(folder)}
    registry = RecognizerRegistry(supported_languages=["sv"])
    kinds = {
        "PERSON": Kind.NAME,
        "EMAIL_ADDRESS": Kind.EMAIL,
        "PHONE_NUMBER": Kind.PHONE,
        "URL": Kind.LINK,
    }
    for recogniser in (
        EmailRecognizer(supported_language="sv"),
        UrlRecognizer(supported_language="sv"),
        CreditCardRecognizer(supported_language="sv"),
        PhoneRecognizer(supported_language="sv", supported_regions=["SE"]),
        SpacyRecognizer(supported_language="sv", supported_entities=["PERSON"]),
    ):
        registry.add_recognizer(recogniser)
    try:
        from presidio_analyzer.predefined_recognizers import (
            SeOrganisationsnummerRecognizer,
            SePersonnummerRecognizer,
        )

        registry.add_recognizer(SePersonnummerRecognizer(supported_language="sv"))
        registry.add_recognizer(SeOrganisationsnummerRecognizer(supported_language="sv"))
        kinds["SE_PERSONNUMMER"] = Kind.PERSONAL_NUMBER
        kinds["SE_ORGANISATIONSNUMMER"] = Kind.ORGANISATION_NUMBER
    except ImportError:
        print("(this Presidio has no Swedish recognisers)")
    engine = AnalyzerEngine(registry=registry, nlp_engine=names, supported_languages=["sv"])

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            settle_spans(
                Span(r.start, r.end, kinds[r.entity_type])
                for r in engine.analyze(text, language="sv")
                if r.entity_type in kinds
            )
            for text in texts
        ]

    return find


@dataclass(slots=True)
class Score:
    """Counts of one kind: marked spans and those covered, found spans and those right."""

    marked: int = 0
    covered: int = 0
    found: int = 0
    right: int = 0


def score(
    comments: Sequence[Marked], found: Sequence[Sequence[Span]]
) -> tuple[dict[Kind, Score], list[tuple[str, str, Span]]]:
    """Return the counts per kind, and every miss and false find for a look at them."""
    scores = {kind: Score() for kind in Kind}
    errors: list[tuple[str, str, Span]] = []
    for comment, spans in zip(comments, found, strict=True):
        hidden = {i for start, end, _ in spans for i in range(start, end)}
        marked = {i for start, end, _ in comment.spans for i in range(start, end)}
        for span in comment.spans:
            letters = [i for i in range(span.start, span.end) if comment.text[i].isalnum()]
            ok = all(i in hidden for i in letters)
            scores[span.kind].marked += 1
            scores[span.kind].covered += ok
            if not ok:
                errors.append(("missed", comment.text, span))
        for span in spans:
            ok = any(i in marked for i in range(span.start, span.end))
            scores[span.kind].found += 1
            scores[span.kind].right += ok
            if not ok:
                errors.append(("false", comment.text, span))
    return scores, errors


def share(part: int, whole: int) -> str:
    """Return a share with its interval, or a dash where there is nothing to share."""
    if not whole:
        return "–"
    low, high = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part / whole:.3f} ({low:.3f}–{high:.3f})"


def print_table(title: str, scores: dict[Kind, Score], rate: float) -> None:
    """Print one finder's counts as a Markdown table."""
    print(f"\n**{title}** – {rate:,.0f} comments/s on one core\n")
    print("| kind | marked | recall | found | precision |\n|---|---|---|---|---|")
    for kind, s in scores.items():
        if s.marked or s.found:
            print(
                f"| {kind} | {s.marked} | {share(s.covered, s.marked)} | {s.found} "
                f"| {share(s.right, s.found)} |"
            )


def print_rate(folder: Path, *, model: Path, most: int = 3400) -> None:
    """Print how fast a run redacts the corpus' comments, in seconds of one processor."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    comments = [
        Comment(
            id=row["id"],
            team=row.get("team") or "",
            wave=row.get("wave") or "",
            respondent=None,
            question=row.get("question"),
            source=Source(row["source"]),
            text=" ".join(segment["text"] for segment in row["segments"]),
        )
        for row in rows[:: max(1, len(rows) // most)]
    ]
    characters = sum(len(comment.text) for comment in comments) / len(comments)
    print(f"{len(comments)} comments of {characters:.0f} characters in the mean")
    for name, find in (("all", load_name_finder(model)), ("lists and rules", ListedNames())):
        deque(redact_comments(comments[:100], find_names=find, salt="salt"), maxlen=0)
        start = time.process_time()
        deque(redact_comments(comments, find_names=find, salt="salt"), maxlen=0)
        print(
            f"{name}: {len(comments) / (time.process_time() - start):,.0f} comments/s on one core"
        )


def main() -> None:
    """Print a table per finder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("marked", type=Path, nargs="?")
    parser.add_argument("--rate", type=Path, help="a labelled corpus to measure the speed on")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--plain", type=Path, help="a recogniser trained with --plain")
    parser.add_argument("--errors", action="store_true", help="print what was missed or false")
    parser.add_argument("--only", help="run only the finder with this name")
    arguments = parser.parse_args()
    if arguments.rate is not None:
        print_rate(arguments.rate, model=arguments.model)
    if arguments.marked is None:
        return
    comments = read_marked(arguments.marked)
    counts = Counter(span.kind for comment in comments for span in comment.spans)
    print(f"{len(comments)} comments, {counts.total()} marked, {counts[Kind.NAME]} of them names")
    model: Path = arguments.model
    plain: Path | None = arguments.plain
    finders: dict[str, Callable[[], Finder]] = {
        "signalread": lambda: ours(model),
        "lists and rules": lambda: ours(None),
        "name lists alone": bare_lists,
    }
    if plain is not None:
        finders["spaCy alone"] = lambda: spacy_alone(plain)
        finders["Presidio"] = lambda: presidio(plain)
    for name, make in finders.items():
        if arguments.only not in (None, name):
            continue
        try:
            find = make()
        except ImportError as error:
            print(f"\n**{name}**: not installed ({error.name})")
            continue
        texts = [comment.text for comment in comments]
        find(texts[:50])
        start = time.process_time()
        found = find(texts)
        rate = len(texts) / (time.process_time() - start)
        scores, errors = score(comments, found)
        print_table(name, scores, rate)
        if arguments.errors:
            for what, text, span in errors:
                print(f"  {what} {span.kind} «{text[span.start : span.end]}» in: {text}")


if __name__ == "__main__":
    main()
