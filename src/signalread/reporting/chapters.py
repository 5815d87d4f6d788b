"""The chapters of the booklet between the overview and the method."""

from collections.abc import Iterator

from signalread.records import Compared
from signalread.reporting.blocks import Block, figure, heading, note, table, text, under
from signalread.reporting.charts import draw_intervals, draw_waves, families, units_over_time
from signalread.reporting.dilemmas import (
    describe,
    draw_dilemmas,
    explain_plot,
    say_tension,
    write_pole,
)
from signalread.reporting.method import explain_quotations
from signalread.reporting.quadrants import draw_places, find_ends, find_places
from signalread.reporting.scheme import Lens
from signalread.reporting.summary import concern_to_talk_about, strengths_to_keep
from signalread.reporting.view import View


def show_signals(view: View) -> Iterator[Block]:
    """Yield the signals of every unit as plots, and structure against trust."""
    if not view.signals:
        return
    say = view.words.say
    yield heading(say("%(signals)s in each team", signals=view.title), new_page=True)
    yield {
        "kind": "pairs",
        "items": [
            [signal.name, " ".join(filter(None, [signal.definition, signal.accuracy]))]
            for signal in view.signals
        ],
    }
    yield text(
        say(
            "The point is the share of the respondents, the line its interval. Where the lines of "
            "two teams overlap we do not know whether they differ."
        )
    )
    yield {
        "kind": "pictures",
        "items": [
            {
                "title": head.path,
                "svg": draw_intervals(view, members, signals=view.signals),
                "alt": say(
                    "Interval plot of %(n)s groups. The same figures stand on the page of each.",
                    n=len(members),
                ),
            }
            for head, members in families(view)
        ],
    }
    ends = find_ends(find_places(view, list(view.shown())))
    pictures = []
    for head, members in families(view):
        places = find_places(view, members[1:] or members)
        if len(places) > 1 or head is view.whole:
            pictures.append(
                {
                    "title": head.path,
                    "svg": draw_places(view, places, ends=ends),
                    "alt": "; ".join(
                        f"{place.number} {place.unit.name}: "
                        + say(
                            "clarity %(clarity)s, trust %(trust)s",
                            clarity=view.words.percent(place.structure.percent),
                            trust=view.words.percent(place.trust.percent),
                        )
                        for place in places
                    ),
                    "list": [f"{place.number}. {place.unit.name}" for place in places],
                }
            )
    if pictures:
        yield heading(say("Structure and trust"), level=2)
        yield text(
            say(
                "Clarity and trust need each other: without clarity, trust becomes leaving people "
                "alone; without trust, clarity becomes steering. At the top right many describe "
                "both. The dashed lines are the whole, the arms of the crosses are the intervals."
            )
        )
        yield {"kind": "pictures", "items": pictures}


def show_changes(view: View) -> Iterator[Block]:
    """Yield what has certainly changed since the wave before."""
    words = view.words
    say = words.say
    yield heading(say("Since last time"), new_page=True)
    if not view.comparisons:
        yield text(say("There is no earlier wave to compare with."))
        return
    yield text(
        say(
            "%(compared)s shares could be compared between the waves; %(changed)s have certainly "
            "changed and carry an arrow. Of all arrows, up to %(chance)s may be there by chance. "
            "So rely more on what shows in several teams or in a whole unit than on a single "
            "arrow.",
            compared=words.number(view.comparisons),
            changed=words.number(len(view.changes)),
            chance=words.percent(round(100 - 100 * view.facts.coverage)),
        )
    )
    pictures = [
        {
            "title": unit.name,
            "svg": draw_waves(view, unit, signals=view.signals),
            "alt": "; ".join(
                f"{profile.wave}: {signal.name} {view.exact(share)}"
                for profile in unit.survey
                for signal in view.signals
                if (share := profile.share(signal.label))
            ),
        }
        for unit in (units_over_time(view) if view.signals else ())
    ]
    if pictures:
        yield {"kind": "pictures", "items": pictures}
    for welcome, title in (
        (True, say("More strengths or fewer concerns")),
        (False, say("More concerns or fewer strengths")),
    ):
        yield heading(title, level=2)
        rows = [
            [
                change.unit.path,
                words.label(change.name, change.label),
                f"{view.exact(change.before)} {say('of %(n)s', n=words.number(change.before_n))}",
                f"{view.exact(change.now)} {say('of %(n)s', n=words.number(change.now_n))}",
                f"↑ {say('more')}"
                if change.now.last_wave is Compared.HIGHER
                else f"↓ {say('fewer')}",
            ]
            for change in view.changes
            if change.welcome is welcome
        ]
        if rows:
            heads = [say("Team"), say("What"), say("Last time"), say("Now"), say("Direction")]
            yield table(heads, rows, widths=[3, 2.4, 2, 2, 1])
        else:
            yield text(say("Nothing that is certain."))


def show_themes(view: View) -> Iterator[Block]:
    """Yield what each theme means, how it is read, and what it does not say."""
    say, now = view.words.say, view.now(view.whole)
    yield heading(say("Theme by theme"), new_page=True)
    yield text(
        say(
            "What each theme means, what lies near it and is counted elsewhere, how often the "
            "reader errs, and what a share does not say."
        )
    )
    yield note(explain_quotations(view))
    for group in view.groups:
        yield heading(group.name, level=2)
        for theme in group.themes:
            sides = [
                {
                    "name": f"{sign} {pole}",
                    "figure": figure(view, now, label) if now.n is not None else "",
                    "meaning": meaning,
                    "accuracy": theme.accuracy.get(label, ""),
                    "quotations": list(theme.quotations.get(label, ())),
                }
                for label, sign, pole, meaning in (
                    (theme.strength_label, "+", say("Strength"), theme.strength),
                    (theme.concern_label, "−", say("Concern"), theme.concern),
                )
            ]
            limits = [
                [name, text]
                for name, text in (
                    (say("Counted elsewhere"), theme.elsewhere),
                    (say("Does not say"), theme.silent),
                )
                if text
            ]
            yield {"kind": "theme", "name": theme.name, "sides": sides, "limits": limits}


def show_notes(view: View) -> Iterator[Block]:
    """Yield what the meeting notes say."""
    words = view.words
    say = words.say
    yield heading(say("Meeting notes"), new_page=True)
    rows = []
    for unit in view.units:
        if not unit.notes:
            continue
        profile = unit.notes[-1]
        row = [unit.path, profile.wave]
        if profile.n is None:
            row += ["–", view.why(profile), *[""] * (len(view.signals) + 1)]
        else:
            row += [words.number(profile.n)]
            row += [figure(view, profile, signal.label) for signal in view.signals]
            good = strengths_to_keep(view, profile)[:1]
            hard = concern_to_talk_about(view, profile)
            row += [f"{t.name} {view.exact(share)}" for t, share in good] or ["–"]
            row.append(f"{hard[0].name} {view.exact(hard[1])}" if hard else "–")
        rows.append(row)
    if not rows:
        yield text(say("No meeting notes were part of this."))
        return
    yield text(
        say(
            "In meeting notes, noted lines are counted, not people. They are never put together "
            "with the survey."
        )
    )
    heads = [say("Team"), say("Wave"), say("Lines"), *(signal.name for signal in view.signals)]
    heads += [say("Most common strength"), say("Most common concern")]
    yield table(heads, rows, widths=[2.6, 1.2, 0.7, *[1.7] * len(view.signals), 2, 2])


def show_lenses(view: View) -> Iterator[Block]:
    """Yield the shares of the whole under each framework."""
    say, profile = view.words.say, view.now(view.whole)
    if not view.lenses or profile.n is None:
        return
    yield heading(say("The same figures through other frameworks"), new_page=True)
    yield text(
        say(
            "Organisations have different words for trust and safety. Here are the shares of the "
            "whole (percent of %(n)s respondents) under the frameworks that many know. Parts are "
            "not added up: one person can be in several.",
            n=view.words.number(profile.n),
        )
    )
    for lens in view.lenses:
        yield {"kind": "together", "blocks": list(_show_lens(view, lens))}


def _show_lens(view: View, lens: Lens) -> Iterator[Block]:
    say, profile = view.words.say, view.now(view.whole)
    yield heading(lens.name, level=2)
    yield note(". ".join(filter(None, [lens.source, lens.note])))
    rows = [[element.name, under(view, profile, element)] for element in lens.elements]
    if rows:
        heads = [say("Element"), say("Share of the respondents, in percent")]
        yield table(heads, rows, widths=[2, 4])
    if lens.dilemmas:
        yield {
            "kind": "beside",
            "svg": draw_dilemmas(view, profile, lens),
            "alt": describe(view, profile, lens),
            "note": explain_plot(view),
            "items": [
                {
                    "title": f"{pair[0].name} ↔ {pair[1].name}",
                    "lines": [
                        [pole.name, "; ".join(write_pole(view, profile, pole))] for pole in pair
                    ],
                    "remark": say_tension(view, profile, pair),
                }
                for pair in lens.dilemmas
            ],
        }
