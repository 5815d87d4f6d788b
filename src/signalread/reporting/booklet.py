"""The PDF report: A4, tagged (PDF/UA-1), with bookmarks and text that can be selected.

Typst sets it: a single wheel without system libraries, which refuses to write what is not
accessible and sets hundreds of pages in seconds. All that a report says goes in as data, so that
no name or comment can become markup.
"""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from signalread.errors import SettingsError
from signalread.reporting.blocks import Block, coverage, heading, note, table, text
from signalread.reporting.chapters import (
    show_changes,
    show_lenses,
    show_notes,
    show_signals,
    show_themes,
)
from signalread.reporting.method import explain, list_uses, list_versions
from signalread.reporting.ordering import explain_order
from signalread.reporting.palette import SHADES, ink_on, shade
from signalread.reporting.summary import say_turnout, write_summary
from signalread.reporting.unit_pages import lay_out_unit
from signalread.reporting.view import Profile, View
from signalread.reporting.wording import signs


def check_typesetter() -> None:
    """Raise :class:`SettingsError` where the library that sets PDF is not installed."""
    try:
        import typst  # noqa: F401
    except ImportError:
        raise SettingsError(
            "PDF reports need a library that is not installed.",
            hint="install it with `pip install 'signalread[pdf]'`",
        ) from None


def write_booklet(view: View, path: Path) -> None:
    """Write the report as PDF. Raises :class:`SettingsError` where the library is missing."""
    check_typesetter()
    import typst

    words = view.words
    template = resources.files(__package__).joinpath("templates/booklet.typ").read_bytes()
    data = {
        "title": view.title,
        "about": view.about,
        "language": words.language,
        "kicker": " · ".join(
            filter(
                None,
                [
                    words.say("What employees write"),
                    f"{words.say('wave')} {view.wave}" if view.wave else "",
                ],
            )
        ),
        "footer": words.say("The report is about groups, never about single persons."),
        "contents": words.say("Contents"),
        "blocks": list(_blocks(view)),
    }
    path.write_bytes(
        typst.compile(
            template,
            format="pdf",
            sys_inputs={"data": json.dumps(data)},
            pdf_standards="ua-1",
            timestamp=int(view.facts.created.timestamp()),
        )
    )


def _blocks(view: View) -> Iterator[Block]:
    say = view.words.say
    yield {"kind": "facts", "items": list(_facts(view))}
    yield from _summary(view)
    yield {"kind": "outline"}
    # Who prints the first page alone should know what it is for.
    yield {
        "kind": "box",
        "title": say("What the report may be used for"),
        "items": list(list_uses(view)),
    }
    yield from _maps(view)
    yield from show_signals(view)
    yield from show_changes(view)
    yield from show_themes(view)
    yield heading(say("Team by team"), new_page=True)
    yield text(
        say(
            "A page for each unit and team, to print and to talk about. Begin with what is worth "
            "keeping."
        )
    )
    hidden = [f"{unit.path}: {view.why(view.now(unit))}" for unit in view.hidden()]
    if hidden:
        yield heading(say("Teams without a page of their own"), level=2)
        yield {"kind": "points", "items": hidden}
    for unit in view.shown():
        yield lay_out_unit(view, unit)
    yield from show_notes(view)
    yield from show_lenses(view)
    yield heading(say("How to read this report"), new_page=True)
    for title, paragraphs in explain(view):
        yield heading(title, level=2)
        for paragraph in paragraphs:
            if isinstance(paragraph, str):
                yield text(paragraph)
            else:
                yield {"kind": "points", "items": list(paragraph)}
    if view.intake:
        yield heading(say("What came in"), level=2)
        yield table(
            [say("Of %(n)s comments", n=view.words.number(view.comments)), say("Number")],
            [[line.text, view.words.number(line.count)] for line in view.intake],
            widths=[3, 1],
        )
    yield heading(say("Sources and versions"), level=2)
    yield {"kind": "pairs", "items": [list(pair) for pair in list_versions(view)]}


def _facts(view: View) -> Iterator[str]:
    words, now = view.words, view.now(view.whole)
    if now.n is not None:
        yield words.say("%(n)s respondents", n=words.number(now.n))
    if now.turnout:
        yield say_turnout(view, now)
    if view.comments:
        yield words.say("%(n)s comments came in", n=words.number(view.comments))
    yield words.say("Made on %(date)s", date=words.date(view.facts.created))


def _summary(view: View) -> Iterator[Block]:
    say = view.words.say
    yield heading(say("In short"))
    items = [
        {
            "big": view.words.percent(finding.share.percent),
            "text": sentence,
            "concern": finding.kind == "concern",
        }
        for finding, sentence in zip(view.summary, write_summary(view), strict=False)
    ]
    if items:
        yield {"kind": "findings", "items": items}
        yield note(
            say(
                "In brackets: the interval in which the share lies with a probability of "
                "%(coverage)s. The sentences are chosen from what holds for the whole. A low "
                "share means that few wrote about it, not that it is missing.",
                coverage=coverage(view),
            )
        )
    else:
        yield text(say("There is too little to say anything about the whole."))


def _maps(view: View) -> Iterator[Block]:
    say = view.words.say
    for number, group in enumerate(view.groups):
        rows = []
        for unit in view.mapped:
            profile = view.now(unit)
            row: Block = {
                "name": unit.name,
                "level": unit.level,
                "n": "–" if profile.n is None else view.words.number(profile.n),
                "why": view.why(profile) if profile.n is None else "",
            }
            if profile.n is not None:
                row["cells"] = [
                    _shaded(view, profile, f"{theme.id}{polarity}")
                    for theme in group.themes
                    for polarity in "+-"
                ]
            rows.append(row)
        yield {
            "kind": "map",
            "heading": say("Overview: teams and themes") if number == 0 else "",
            "lead": " ".join(
                [
                    say(
                        "The figures are how many percent of the respondents describe the theme "
                        "as a strength (+) or as a concern (−). One person can do both."
                    ),
                    explain_order(view),
                ]
            )
            if number == 0
            else "",
            "title": group.name,
            "team": say("Team"),
            "themes": [theme.name for theme in group.themes],
            "rows": rows,
            "note": say(
                "+ share who describe the theme as a strength, − as a concern, in percent of "
                "the respondents. > and < certainly more or fewer than in the rest of the "
                "unit above. ↑ ↓ certain change."
            ),
        }


def _shaded(view: View, profile: Profile, label: str) -> Block:
    share = profile.share(label)
    if share is None:
        return {"text": view.why(profile, label), "why": True}
    sign = ("+" if label.endswith("+") else "−") if share.percent else ""
    return {
        "text": f"{sign}{share.percent}{signs(share.parent, share.last_wave)}",
        "fill": f"#{SHADES[label[-1]][shade(share.percent)]}",
        "ink": f"#{ink_on(share.percent)}",
    }
