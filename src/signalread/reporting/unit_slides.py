"""A slide for each unit: its shares to the left, what to talk about to the right."""

from collections.abc import Iterable, Iterator

from signalread.reporting.conversation import plan_conversation
from signalread.reporting.deck import Deck, Look
from signalread.reporting.palette import SHADES, TINT, ink_on, shade
from signalread.reporting.summary import leans_to_show, say_turnout
from signalread.reporting.view import Profile, Unit, View
from signalread.reporting.wording import signs


def add_unit(view: View, unit: Unit, deck: Deck) -> None:
    """Add the slide of one unit that is shown."""
    profile, words = view.now(unit), view.words
    rows = []
    for theme in view.themes:
        rows.append(
            [
                Look(text=theme.name),
                *(
                    shaded(profile, label, _short(view, profile, label))
                    for label in (theme.strength_label, theme.concern_label)
                ),
            ]
        )
    says: list[tuple[str, list[str]]] = [
        (signal.name, [full(view, profile, signal.label)]) for signal in view.signals
    ]
    talk = plan_conversation(view, unit)
    says.append((words.say("Worth keeping"), [talk.keep, *_points(talk.keep_questions)]))
    says.append((words.say("Worth talking about"), [talk.ask, *_points(talk.questions)]))
    if talk.steps:
        steps = [f"{who}: {text}" for who, text in talk.steps]
        says.append((words.say("One step for each"), steps))
    says += _weighed(view, unit, profile)
    deck.add_profile(
        unit.name,
        unit.path if unit.level > 1 else "",
        " · ".join(
            filter(
                None,
                [
                    words.say("%(n)s respondents", n=words.number(profile.n or 0)),
                    say_turnout(view, profile),
                    f"{words.say('wave')} {profile.wave}" if profile.wave else "",
                ],
            )
        ),
        [
            head(words.say("Theme")),
            head(f"+ {words.say('Strength')}"),
            head(f"− {words.say('Concern')}"),
        ],
        rows,
        says,
    )


def head(text: str, *, span: int = 1, right: bool = False) -> Look:
    """Return a cell of a head."""
    return Look(text=text, bold=True, span=span, right=right, fill=TINT)


def shaded(profile: Profile, label: str, text: str) -> Look:
    """Return a cell shaded by a share."""
    share = profile.share(label)
    if share is None:
        return Look(text=text, italic=True)
    return Look(text=text, fill=SHADES[label[-1]][shade(share.percent)], ink=ink_on(share.percent))


def signed(view: View, profile: Profile, label: str) -> str:
    """Write a share of a theme with its sign and marks, or why there is none."""
    share = profile.share(label)
    if share is None:
        return view.why(profile, label)
    sign = {"+": "+", "-": "−"}.get(label[-1], "") if share.percent else ""  # a signal has none
    return f"{sign}{share.percent}{signs(share.parent, share.last_wave)}"


def full(view: View, profile: Profile, label: str) -> str:
    """Write a share with its interval and how it stands to others, or why there is none."""
    share = profile.share(label)
    if share is None:
        return view.why(profile, label)
    beside = view.words.beside_others(share.parent)
    last = view.words.beside_last_wave(share.last_wave)
    words = [
        f"{signs(share.parent, None)} {beside}" if beside else "",
        f"{signs(None, share.last_wave)} {last}" if last else "",
    ]
    return "  ".join([view.exact(share), *filter(None, words)])


def _short(view: View, profile: Profile, label: str) -> str:
    share = profile.share(label)
    if share is None:
        return view.why(profile, label)
    return f"{view.exact(share)} {signs(share.parent, share.last_wave)}".rstrip()


def _weighed(view: View, unit: Unit, profile: Profile) -> Iterator[tuple[str, list[str]]]:
    words = view.words
    leans = [
        f"{name} {words.points(lean.points)} "
        f"({words.points(lean.low)} {words.say('to')} {words.points(lean.high)})"
        for name, lean in leans_to_show(view, profile)
    ]
    if leans:
        yield words.say("Balance, percentage points"), ["; ".join(leans)]
    own = [f"{given.element.name}: {given.value}" for given in view.own_views_of(unit)]
    if own:
        yield words.say("The manager's own view, 1–10"), ["; ".join(own)]


def _points(questions: Iterable[str]) -> Iterator[str]:
    return (f"– {question}" for question in questions if question)
