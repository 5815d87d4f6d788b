"""What a unit can talk about at its next meeting: what to keep first, then one concern."""

from dataclasses import dataclass

from signalread.reporting.scheme import ThemeView
from signalread.reporting.summary import concern_to_talk_about, strengths_to_keep
from signalread.reporting.view import Unit, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Sentences on what respondents describe, with open questions.

    ``steps`` are pairs of who can act and what to begin with; a unit in which too few name a
    concern has none, and its questions are those of the whole.
    """

    keep: str
    keep_questions: tuple[str, ...]
    ask: str
    questions: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]


def plan_conversation(view: View, unit: Unit) -> Conversation:
    """Return what a unit that is shown can talk about."""
    say, profile, whole = view.words.say, view.now(unit), view.now(view.whole)
    good, hard = strengths_to_keep(view, profile), concern_to_talk_about(view, profile)
    # Too few name anything: the conversation begins with what the whole names.
    usual_good, usual_hard = strengths_to_keep(view, whole)[:1], concern_to_talk_about(view, whole)
    strengths = [theme for theme, _ in good or usual_good]
    concern = hard or usual_hard
    keep = [
        say(
            "%(theme)s is described as a strength by %(share)s.",
            theme=theme.name,
            share=view.words.percent(share.percent),
        )
        for theme, share in good
    ] or [
        say("No theme is named as a strength by at least three respondents."),
        *(_ask_of(view, theme) for theme in strengths),
    ]
    ask = (
        [
            say(
                "%(theme)s is described as a concern by %(share)s.",
                theme=hard[0].name,
                share=view.words.percent(hard[1].percent),
            )
        ]
        if hard
        else [
            say("No theme is named as a concern by at least three respondents."),
            *([_ask_of(view, concern[0])] if concern else []),
        ]
    )
    return Conversation(
        keep=" ".join(keep),
        keep_questions=tuple(theme.keep for theme in strengths[:1] if theme.keep),
        ask=" ".join(ask),
        questions=concern[0].questions if concern else (),
        steps=hard[0].steps if hard else (),
    )


def _ask_of(view: View, theme: ThemeView) -> str:
    return view.words.say(
        "In the whole, most name %(theme)s: do you know it from your work?", theme=theme.name
    )
