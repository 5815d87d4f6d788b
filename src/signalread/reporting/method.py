"""How to read a report, in words that every output shares: method, limits, versions, use."""

from collections.abc import Iterator, Sequence

from signalread.records import Reason
from signalread.reporting.names import clip
from signalread.reporting.view import View

Paragraph = str | Sequence[str]  # a list is a list of points


def explain(view: View) -> Iterator[tuple[str, list[Paragraph]]]:
    """Yield headings with their paragraphs."""
    say = view.words.say
    limit = view.facts.min_respondents
    coverage = view.words.percent(round(100 * view.facts.coverage))
    chance = view.words.percent(round(100 - 100 * view.facts.coverage))
    yield (
        say("What the figures are"),
        [
            say(
                "Each figure is the share of a group's respondents who describe something at "
                "least once – for example that it is easy to ask for help. Whoever writes a lot "
                "counts once. The shares are what the reading found, not the truth: the reader "
                "is a computer program that can miss irony, what is understood between the "
                "lines, and what nobody wrote. That few name a theme does not mean that it is "
                "missing, only that it did not come up."
            )
        ],
    )
    yield (
        say("Whose voices are counted"),
        [
            say(
                "In the survey people are counted: a respondent counts once in each group and "
                "once in every unit above it, however many answers and sentences they write. An "
                "answer that nothing ties to a person counts as a person of its own."
            ),
            say(
                "In meeting notes nobody can be counted as a person: the unit is the noted line, "
                "a point or a paragraph. Where the notes tell who is behind each line, those "
                "people must be as many as the smallest group, and a group in which one of them "
                "has more than half of the lines is not shown."
            ),
            say(
                "A team is known by its place in the organisation. Where the organisation has "
                "said what a renamed or merged team was called before, earlier waves are counted "
                "under today's name. Otherwise it is a new team without an earlier wave, and "
                "what has been shown under an old name is hidden where it could be subtracted."
            ),
        ],
    )
    yield (
        say("How certain the figures are"),
        [
            say(
                "The interval holds, with a probability of %(coverage)s, the share that the group "
                "would have if many more in the same situation answered. It allows for small "
                "groups and for what is known of how often the reader errs; small groups lean "
                "towards the rest of the unit above them. A sign (> < ↑ ↓) is given only so that "
                "at most %(chance)s of all signs in a wave are there by chance; where there is no "
                "sign we do not know whether there is a difference.",
                coverage=coverage,
                chance=chance,
            )
        ],
    )
    yield (
        say("What is not shown"),
        [
            say(
                "Groups with fewer than %(limit)s respondents are never shown. Sometimes a larger "
                "group is hidden as well, where the small one could otherwise be worked out by "
                "subtraction. Where a number is missing the reason stands in its place: "
                "“%(nothing)s”, “%(few)s” or “%(protects)s”. Names, numbers and addresses were "
                "taken out of the texts before they were read.",
                limit=limit,
                nothing=view.words.reason(Reason.NO_DATA, limit=limit),
                few=view.words.reason(Reason.TOO_FEW, limit=limit),
                protects=view.words.reason(Reason.PROTECTS_OTHERS, limit=limit),
            )
        ],
    )
    yield say("What the report may be used for"), [list(list_uses(view))]
    yield (
        say("The method in short"),
        [
            say(
                "The comments were read in, what points at persons was replaced by placeholders, "
                "the texts were split into sentences or clauses, and a language model marked each "
                "part by the codebook. For each group, wave and label the respondents were "
                "counted, and the share was corrected for how often the reader errs. What a "
                "person has corrected in review counts as certain; how often the reader errs is "
                "still measured on other text, since reviewers look at what is doubtful. Survey "
                "answers and meeting notes are counted apart."
            )
        ],
    )


def list_uses(view: View) -> Iterator[str]:
    """Yield who may use the report for what."""
    say = view.words.say
    yield say(
        "Conversations: in the team, among those who lead, with the unions. Begin with the "
        "strengths and then take one thing at a time."
    )
    yield say(
        "It is about groups, never about single persons. Do not try to find out who wrote what."
    )
    yield say(
        "It must not be used for pay, for discipline, or to judge or rank managers or employees."
    )
    yield say(
        "Do not set teams side by side without looking at the intervals: different work gives "
        "different answers."
    )


def list_versions(view: View) -> Iterator[tuple[str, str]]:
    """Yield what the report was made from and with."""
    say, facts = view.words.say, view.facts
    yield say("Files"), clip(", ".join(facts.files), 2000)
    yield say("Waves"), ", ".join(wave or say("not given") for wave in view.waves)
    yield say("Smallest group"), say("%(n)s respondents", n=facts.min_respondents)
    yield say("Interval"), view.words.percent(round(100 * facts.coverage))
    yield say("Model"), facts.model
    yield say("Codebook"), say("version %(version)s", version=facts.codebook_version)
    if facts.renamed:
        yield say("Had other names before"), clip(", ".join(facts.renamed), 2000)
    if facts.corrections:
        yield (
            say("Corrected by hand"),
            view.words.say_many("%(n)s part", "%(n)s parts", facts.corrections),
        )
    yield say("Program"), f"signalread {facts.signalread_version}"
    yield say("Made on"), view.words.date(facts.created)


def explain_quotations(view: View) -> str:
    """Say where quotations come from, or how to let some through."""
    say = view.words.say
    if any(quoted for theme in view.themes for quoted in theme.quotations.values()):
        return say(
            "Quotations are redacted, in no order, and each has been approved by a person; their "
            "spelling is common enough not to give anybody away."
        )
    return say(
        "No quotations are shown: a person has to approve them in review first, two to four for "
        "each theme."
    )
