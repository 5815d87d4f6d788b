"""A text that comes again is looked through once, and answers each time as if it were the first."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.records import Comment, Source
from signalread.redaction import load_name_finder, redact_comments

LISTED = load_name_finder()


def comment(text: str, *, team: str = "Omsorg / Norr", id: str = "c") -> Comment:
    return Comment(
        id=id,
        team=team,
        wave="1",
        respondent=None,
        question="Vad säger Bosse?",
        source=Source.SURVEY,
        text=text,
    )


def redact(comments: Sequence[Comment]) -> list[tuple[str, str | None]]:
    redacted = redact_comments(comments, find_names=LISTED, salt="s")
    return [(comment.text, comment.question) for comment in redacted]


class CountingFinder:
    """Finds what the lists hold, and counts the texts that it is asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        self.asked += len(texts)
        return LISTED(texts)


def test_a_short_text_is_looked_through_once_in_a_run() -> None:
    finder = CountingFinder()
    comments = [comment("Bra chef!", team=f"Team {i % 9}", id=str(i)) for i in range(2500)]
    redacted = list(redact_comments(comments, find_names=finder, salt="s"))
    assert {c.text for c in redacted} == {"Bra chef!"}
    assert finder.asked == 2  # the text and the question


def test_a_repeated_text_keeps_the_name_of_each_comments_own_team() -> None:
    text = "Tack Bosse och Kerstin!"
    seen = redact([comment(text, team=team) for team in ("Team Bosse", "Team Kerstin", "Team 3")])
    assert [text for text, _ in seen] == [
        "Tack Bosse och [NAMN 1]!",
        "Tack [NAMN 1] och Kerstin!",
        "Tack [NAMN 1] och [NAMN 2]!",
    ]


texts = st.sampled_from(
    ["Bra chef!", "Tack Bosse!", "Ring 070-123 45 67", "Mvh Åsa", "-", "Kerstins dörr är öppen."]
)
teams = st.sampled_from(["Omsorg / Norr", "Team Bosse", "Team Kerstin"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, teams), max_size=30))
def test_what_came_before_changes_nothing(pairs: list[tuple[str, str]]) -> None:
    comments = [comment(text, team=team, id=str(i)) for i, (text, team) in enumerate(pairs)]
    assert redact(comments) == [one for each in comments for one in redact([each])]
