"""A page for each unit of the booklet: what to talk about, and every share."""

from signalread.reporting.blocks import Block, beside, coverage, table, under
from signalread.reporting.conversation import plan_conversation
from signalread.reporting.summary import leans_to_show, say_balance, say_turnout
from signalread.reporting.view import Profile, Unit, View


def lay_out_unit(view: View, unit: Unit) -> Block:
    """Return the page of one unit that is shown."""
    words, profile = view.words, view.now(unit)
    say = words.say
    talk = plan_conversation(view, unit)
    return {
        "kind": "unit",
        "name": unit.name,
        "path": " / ".join(unit.names[:-1]),
        "facts": " · ".join(
            filter(
                None,
                [
                    say("%(n)s respondents", n=words.number(profile.n or 0)),
                    say_turnout(view, profile),
                    f"{say('wave')} {profile.wave}" if profile.wave else "",
                ],
            )
        ),
        "keep": {
            "title": say("Worth keeping"),
            "says": talk.keep,
            "asks": list(talk.keep_questions),
        },
        "ask": {
            "title": say("Worth talking about"),
            "says": talk.ask,
            "asks": list(talk.questions),
        },
        "steps": {
            "title": say("One step for each"),
            "items": [list(step) for step in talk.steps],
        },
        "signals": [[signal.name, _bar(view, profile, signal.label)] for signal in view.signals],
        "heads": [say("Theme"), f"+ {say('Strength')}", f"− {say('Concern')}"],
        "groups": [
            {
                "name": group.name,
                "rows": [
                    [
                        theme.name,
                        _bar(view, profile, theme.strength_label),
                        _bar(view, profile, theme.concern_label),
                    ]
                    for theme in group.themes
                ],
            }
            for group in view.groups
        ],
        "leans": _leans(view, profile),
        "own": _own(view, unit, profile),
        "note": say(
            "Share of the %(n)s respondents who describe the theme at least once; the line shows "
            "the interval (%(coverage)s). “Others” are the rest of the unit above. The figures "
            "show what the reading found, not the whole truth, and say nothing about single "
            "persons.",
            n=words.number(profile.n or 0),
            coverage=coverage(view),
        ),
    }


def _bar(view: View, profile: Profile, label: str) -> Block:
    share = profile.share(label)
    if share is None:
        return {"why": view.why(profile, label)}
    return {
        "percent": share.percent,
        "low": share.low,
        "high": share.high,
        "text": view.exact(share),
        "words": beside(view, share),
        "concern": label.endswith("-") or label == "control",
    }


def _leans(view: View, profile: Profile) -> str:
    words = view.words
    leans = "; ".join(
        f"{name} {words.points(lean.points)} "
        f"({words.points(lean.low)} {words.say('to')} {words.points(lean.high)})"
        for name, lean in leans_to_show(view, profile)
    )
    if not leans:
        return ""
    return f"{say_balance(view)} {leans}."


def _own(view: View, unit: Unit, profile: Profile) -> Block | None:
    say, given = view.words.say, view.own_views_of(unit)
    if not given:
        return None
    heads = [
        say("Framework"),
        say("Element"),
        say("Own view, 1–10"),
        say("What respondents describe, percent"),
    ]
    rows = [
        [own.lens, own.element.name, str(own.value), under(view, profile, own.element)]
        for own in given
    ]
    return {
        "title": say("The manager's own view, beside the team's voice"),
        "table": table(heads, rows, widths=[2.4, 2, 1.2, 4]),
    }
