"""Signals and themes as readers meet them: what counts, what does not, and how sure reading is."""

from collections.abc import Iterator, Sequence

from signalread.codebook import POLARITIES, Codebook, Theme
from signalread.codebook.dialogue import load_dialogue
from signalread.codebook.limits import load_limits
from signalread.records import ErrorRates
from signalread.reporting.beside import Beside, Quotation
from signalread.reporting.names import clean_text
from signalread.reporting.scheme import SignalView, ThemeGroup, ThemeView
from signalread.reporting.wording import Words

LONGEST_QUOTATION = 600  # characters


def view_signals(codebook: Codebook, beside: Beside, words: Words) -> Iterator[SignalView]:
    """Yield each signal."""
    for signal in codebook.signals:
        yield SignalView(
            label=signal.id,
            name=words.text(signal.name),
            definition=words.text(signal.definition),
            accuracy=describe_accuracy(codebook, beside.rates, signal.id, words),
        )


def view_groups(codebook: Codebook, beside: Beside, words: Words) -> Iterator[ThemeGroup]:
    """Yield the themes, group after group."""
    dialogue, limits = load_dialogue(codebook), load_limits(codebook)

    def view(theme: Theme) -> ThemeView:
        labels = [f"{theme.id}{polarity}" for polarity in POLARITIES]
        talk, limit = dialogue.get(theme.id), limits.get(theme.id)
        return ThemeView(
            id=theme.id,
            name=words.text(theme.name),
            strength=words.text(theme.strength),
            concern=words.text(theme.concern),
            elsewhere=words.text(limit.elsewhere) if limit else "",
            silent=words.text(limit.silent) if limit else "",
            accuracy={
                label: describe_accuracy(codebook, beside.rates, label, words) for label in labels
            },
            quotations={label: _quoted(beside.quotations, label) for label in labels},
            keep=words.text(talk.keep) if talk else "",
            questions=tuple(map(words.text, talk.questions)) if talk else (),
            steps=tuple((words.text(step.actor), words.text(step.text)) for step in talk.steps)
            if talk
            else (),
        )

    ids = list(codebook.groups) + [theme.group for theme in codebook.themes]
    for group in dict.fromkeys(ids):
        themes = tuple(view(theme) for theme in codebook.themes if theme.group == group)
        if themes:
            name = words.text(codebook.groups.get(group, {})) or words.say("Themes")
            yield ThemeGroup(name=name, themes=themes)


def describe_accuracy(
    codebook: Codebook, rates: ErrorRates | None, label: str, words: Words
) -> str:
    """Say in words how often the reader finds a label, and how often it sees one in vain.

    Nothing is said where the error rates are not known, or were counted on too little.
    """
    if rates is None:
        return ""
    at = codebook.position[label]
    seen, others = round(rates.positives[at]), round(rates.negatives[at])
    if seen < 1 or others < 1:
        return words.say("How often the reader errs here has not been measured.")
    return words.say(
        "The reader finds about %(found)s of 10 parts of text that say this, and takes about "
        "%(wrong)s of 1,000 others for it; counted on %(seen)s such parts from workplaces that "
        "it had not seen.",
        found=words.number(round(10 * rates.sensitivity[at])),
        wrong=words.number(round(1000 * (1 - rates.specificity[at]))),
        seen=words.number(seen),
    )


def _quoted(quotations: Sequence[Quotation], label: str) -> tuple[str, ...]:
    return tuple(
        clean_text(quotation.text, longest=LONGEST_QUOTATION)
        for quotation in quotations
        if quotation.label == label
    )
