"""The model card: what a model was made of, what it reads right and wrong, and what it is for."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from signalread.codebook import Codebook
from signalread.training.evaluate import Evaluation

RELIABILITY = "reliability.svg"
WORST = 5
FEWEST = 10  # segments of a rule from which its figure says anything


def render_card(
    *,
    name: str,
    created: date,
    codebook: Codebook,
    training: dict[str, Any],
    dev: Evaluation,
    test: Evaluation | None,
) -> str:
    """Return the card as Markdown, with the metadata block that model hubs read."""
    corpora = ", ".join(corpus["name"] for corpus in training["corpora"]) or "text given to it"
    best, part = (test, "test") if test else (dev, "dev")
    sections = (
        [
            "---",
            "language: sv",
            "license: mit",
            "library_name: transformers",
            "pipeline_tag: text-classification",
            "---",
            f"# {name}",
            "",
            f"Reads a segment of a Swedish comment or meeting note, with the question it answers, "
            f"for the {len(codebook.labels)} labels of the codebook {codebook.version}. Trained "
            f"{created} from {corpora} on the encoder {training['encoder']}: "
            + ", ".join(f"{n} segments {part}" for part, n in training["segments"].items())
            + ".",
            "",
        ],
        _data(training),
        [
            "## How well it reads",
            "",
            "| | dev | test |",
            "|---|---|---|",
            *_summary(dev, test),
            "",
            "The dev part chose the epoch, the calibration and the thresholds; the test part "
            "(organisations or teams that training never saw) chose nothing. Intervals are 90 % "
            "bootstrap over organisations, or over teams where there are few organisations.",
            "",
            f"## Label by label ({part})",
            "",
            "| label | segments | precision | recall | F1 | 90 % interval |",
            "|---|---|---|---|---|---|",
            *[
                f"| `{f.label}` | {f.support} | {f.precision:.2f} | {f.recall:.2f} | {f.f1:.2f} "
                f"| {f.low:.2f}–{f.high:.2f} |"
                if f.support
                else f"| `{f.label}` | 0 | – | – | – | – |"
                for f in best.labels
            ],
            "",
            f"## Whether scores mean what they say ({part})",
            "",
            f"![Of the segments that got a score, the share that has the label]({RELIABILITY})",
            "",
            "| mean score | share with the label | 90 % interval | segments × labels |",
            "|---|---|---|---|",
            *[
                f"| {b.score:.2f} | {b.share:.2f} | {b.low:.2f}–{b.high:.2f} | {b.pairs} |"
                for b in best.reliability
            ],
            "",
        ],
        _known_errors(best, part),
        _rules(best, part),
        [
            "## What it is for, and what not",
            "",
            "For shares of groups in staff surveys, with the error rates above taken into account. "
            "Not for judging a person, a manager or a single comment; not for pay, discipline or "
            "hiring; not for other languages. Irony, second-language Swedish and long indirect "
            "tales are read worse than plain statements.",
            "",
            "Figures on other workplaces than those of the test part will differ. Check a random "
            "share of readings by hand before relying on them.",
            "",
        ],
    )
    return "\n".join(line for section in sections for line in section)


def _data(training: dict[str, Any]) -> Iterator[str]:
    yield from ("## What it was made of", "", "| corpus | digest of its files |", "|---|---|")
    for corpus in training["corpora"]:
        yield f"| {corpus['name']} | `{corpus['sha256']}` |"
    yield ""
    origins = {name: n for name, n in training.get("origins", {}).items() if name}
    if origins:
        told = "; ".join(f"{name} ({n} segments)" for name, n in origins.items())
        yield f"Where the text that trained it comes from: {told}."
        yield ""
    yield (
        "Whole organisations (or teams, where there are few organisations) stand in one part "
        "alone. Each corpus's own data sheet says how it came about; text that was written for "
        "the purpose is tidier than what people hand in."
    )
    yield ""


def _known_errors(figures: Evaluation, part: str) -> Iterator[str]:
    yield from (f"## Known errors ({part})", "")
    worst = sorted((f for f in figures.labels if f.support and f.f1 < 1), key=lambda f: f.f1)
    if worst:
        told = ", ".join(
            f"`{f.label}` (F1 {f.f1:.2f}, "
            f"{'misses more' if f.recall < f.precision else 'is given too often'})"
            for f in worst[:WORST]
        )
        yield f"Read worst: {told}."
        yield ""
    hardest = sorted(
        (rule for rule, (n, _) in figures.rules.items() if n >= FEWEST),
        key=lambda rule: figures.rule_f1[rule],
    )[:WORST]
    if hardest:
        rules = ", ".join(f"{rule} (F1 {figures.rule_f1[rule]:.2f})" for rule in hardest)
        yield f"The codebook's hardest rules: {rules}."
        yield ""
    if figures.mixups:
        yield from ("| has the label | was given instead | segments |", "|---|---|---|")
        for mixup in figures.mixups:
            yield f"| `{mixup.true}` | `{mixup.given}` | {mixup.segments} |"
        yield ""
    unseen = [f"`{f.label}`" for f in figures.labels if not f.support]
    if unseen:
        yield f"The part has no segment with {', '.join(unseen)}: nothing is known of these."
        yield ""


def _rules(figures: Evaluation, part: str) -> Iterator[str]:
    if not figures.rules:
        return
    yield from (f"## Rule by rule ({part})", "")
    yield from ("| rule | segments | read exactly right | F1 |", "|---|---|---|---|")
    for rule, (n, share) in figures.rules.items():
        yield f"| {rule} | {n} | {share:.2f} | {figures.rule_f1[rule]:.2f} |"
    yield ""


def _summary(dev: Evaluation, test: Evaluation | None) -> list[str]:
    rows: tuple[tuple[str, Callable[[Evaluation], str]], ...] = (
        ("segments", lambda e: str(e.segments)),
        (
            "micro-F1",
            lambda e: f"{e.micro_f1:.3f} ({e.interval[0]:.3f}–{e.interval[1]:.3f})",
        ),
        ("macro-F1", lambda e: f"{e.macro_f1:.3f}"),
        ("signals F1", lambda e: f"{e.signals_f1:.3f}"),
        ("themes F1", lambda e: f"{e.themes_f1:.3f}"),
        ("unlabelled segments left alone", lambda e: f"{e.left_alone:.3f}"),
        ("expected calibration error", lambda e: f"{e.calibration_error:.3f}"),
    )
    return [f"| {name} | {show(dev)} | {show(test) if test else '–'} |" for name, show in rows]
