"""The model card: what a model was made of, what it reads right, and what it is not for."""

from collections.abc import Callable
from datetime import date
from typing import Any

from signalread.codebook import Codebook
from signalread.training.evaluate import Evaluation


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
    corpora = ", ".join(corpus["name"] for corpus in training["corpora"])
    lines = [
        "---",
        "language: sv",
        "license: mit",
        "library_name: transformers",
        "pipeline_tag: text-classification",
        "---",
        f"# {name}",
        "",
        f"Reads a segment of a Swedish comment or meeting note, with the question it answers, for "
        f"the {len(codebook.labels)} labels of the codebook {codebook.version}. Trained {created} "
        f"from {corpora} on the encoder {training['encoder']}: "
        + ", ".join(f"{n} segments {part}" for part, n in training["segments"].items())
        + ".",
        "",
        "## How well it reads",
        "",
        "| | dev | test |",
        "|---|---|---|",
        *_summary(dev, test),
        "",
        "The dev part chose the epoch, the calibration and the thresholds; the test part (other "
        "authors, sectors and teams) chose nothing. Intervals are 90 % bootstrap over teams.",
        "",
        "## Label by label" + (" (test)" if test else " (dev)"),
        "",
        "| label | segments | precision | recall | F1 |",
        "|---|---|---|---|---|",
        *[
            f"| `{f.label}` | {f.support} | {f.precision:.2f} | {f.recall:.2f} | {f.f1:.2f} |"
            for f in (test or dev).labels
        ],
        "",
        "## Rule by rule: segments read exactly right" + (" (test)" if test else " (dev)"),
        "",
        "| rule | segments | right |",
        "|---|---|---|",
        *[f"| {rule} | {n} | {share:.2f} |" for rule, (n, share) in (test or dev).rules.items()],
        "",
        "## What it is for, and what not",
        "",
        "For shares of groups in staff surveys, with the error rates above taken into account. Not "
        "for judging a person, a manager or a single comment; not for pay, discipline or hiring; "
        "not for other languages. Irony, second-language Swedish and long indirect tales are read "
        "worse than plain statements.",
        "",
        "The corpus is written for the purpose by language models and people, not collected from "
        "workplaces: figures on real surveys will differ. Check a random share of readings by hand "
        "before relying on them.",
        "",
    ]
    return "\n".join(lines)


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
