"""From meeting notes to comments: one per paragraph or bullet, nobody's name in front."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from signalread.errors import InputError
from signalread.intake.cleaning import clean_name, clean_text, fold
from signalread.intake.documents import Block, Document, count_paragraphs, read_document
from signalread.intake.meetings import (
    Facts,
    find_speaker,
    looks_like_names,
    match_attendance,
    read_fact,
    read_facts,
    read_title,
)
from signalread.intake.tables import FIRST_WAVE
from signalread.records import TEAM_SEPARATOR, Comment, Source, Status
from signalread.settings import Settings

_TOPIC_WORDS = 6  # a heading this long says something
_TITLE_WORDS = 12
_LONGEST_FRONT_MATTER = 20_000  # characters


def read_notes(path: Path, *, stem: str, settings: Settings) -> Iterator[Comment]:
    """Yield the entries of one file of notes, attendance lists with their status and no text.

    Short headings are not entries. Raises :class:`InputError` for a file that cannot be read, and
    where neither the file nor the settings say which team met.
    """
    document = read_document(path)
    title, facts, blocks = _take_facts(document, path)
    named = (facts.team, title.team, read_title(path.stem).team, settings.team)
    team = next((name for name in named if name), None)
    if team is None:
        raise InputError(
            f"{path.name} does not say which team met.",
            hint="write 'team: …' at its top, name it as 'APT Team 2026-03-14', or give `--team`",
        )
    waves = (facts.wave, title.wave, read_title(path.stem).wave, settings.wave)
    wave = next((name for name in waves if name), FIRST_WAVE)
    for number, (text, status) in enumerate(_read_entries(blocks), start=1):
        yield Comment(
            id=f"{stem}#{number}",
            team=_path(team),
            wave=wave,
            respondent=None,
            question=None,
            source=Source.NOTES,
            text=text,
            status=status,
        )


def count_entries(path: Path) -> int | None:
    """Return how many entries notes have at most; ``None`` where it costs to know."""
    return count_paragraphs(path)


def _take_facts(document: Document, path: Path) -> tuple[Facts, Facts, list[Block]]:
    """Return what the title says, what the front matter and first lines say, and the rest."""
    said = [_parse_front_matter(document.front_matter, path=path)]
    title = Facts()
    blocks = list(document.blocks)
    while blocks:
        text = clean_name(blocks[0].text)
        if (fact := read_fact(text)) is not None and not find_speaker(text):
            said.append(fact)
        elif title == Facts() and _is_title(blocks[0], first=len(blocks) == len(document.blocks)):
            title = read_title(text)
        else:
            break
        blocks.pop(0)
    facts = Facts(
        team=next((fact.team for fact in said if fact.team), None),
        wave=next((fact.wave for fact in said if fact.wave), None),
    )
    return title, facts, blocks


def _is_title(block: Block, *, first: bool) -> bool:
    says_team = read_title(block.text).team is not None
    words = len(block.text.split())
    if block.heading:
        return words < _TOPIC_WORDS or (says_team and words <= _TITLE_WORDS)
    # In plain text the first line is the title, if it is short and names a team.
    ends = block.text.rstrip().endswith((".", "!", "?"))
    return first and says_team and words <= _TITLE_WORDS and not ends


def _parse_front_matter(text: str, *, path: Path) -> Facts:
    if not text:
        return Facts()
    try:
        if len(text) > _LONGEST_FRONT_MATTER:
            raise yaml.YAMLError
        # The base loader makes text of everything: no tag is followed, no object is made.
        values = yaml.load(text, Loader=_TextLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            f"The front matter of {path.name} cannot be read.",
            hint="write it as 'team: Name' lines between two lines of '---'",
        ) from error
    if not isinstance(values, dict):
        return Facts()
    plain = {
        str(key): TEAM_SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in values.items()
        if not isinstance(value, dict)
    }
    return read_facts(plain) or Facts()


class _TextLoader(yaml.BaseLoader):
    """YAML without aliases, which could make a small text very large."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def _read_entries(blocks: list[Block]) -> Iterator[tuple[str, Status]]:
    """Yield each entry's text and status; the names that an attendance list gave are known."""
    known: set[str] = set()
    below = False  # whether names of an attendance list may follow
    for block in blocks:
        text = clean_text(block.text)
        names = match_attendance(text)
        if names is None and below and not block.heading and looks_like_names(text):
            names = text
        if names is not None:
            # More names follow below a bare word, below other such lines, or after a comma.
            below = below or not names or names.rstrip().endswith(",")
            known.update(fold(word) for word in names.split())
            yield "", Status.ATTENDANCE
            continue
        below = False
        if block.heading and len(text.split()) < _TOPIC_WORDS:
            continue
        speaker = find_speaker(text, known=frozenset(known))
        yield text[speaker.end :] if speaker else text, Status.READ


def _path(team: str) -> str:
    levels = team.replace(">", TEAM_SEPARATOR).replace("\\", TEAM_SEPARATOR).split(TEAM_SEPARATOR)
    return TEAM_SEPARATOR.join(level.strip() for level in levels if level.strip(" ."))
