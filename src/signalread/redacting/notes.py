"""Plain text and Markdown: line breaks, bullets and indents kept, speakers' names replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from signalread.intake.cleaning import clean_text, fold
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.intake.meetings import (
    find_speaker,
    looks_like_names,
    match_attendance,
    read_fact,
)
from signalread.redacting.passages import Passage, Redactor
from signalread.settings import Settings

_MARK = re.compile(r"\s*(?:(?:[-*+•–—>#]+|\d{1,3}[.)])\s+)*")  # a bullet, number or heading
_STARTS = re.compile(r"\s*(?:[-*+•–—>#|]|\d{1,3}[.)]\s)")
_EMPHASIS = re.compile(r"[*_]+")
_NAMES_APART = re.compile(r"\([^()]*\)|[,;/\n&*_:]+|\boch\b|\bsamt\b")
_TOP_LINES = 12  # how far down notes say which team met


def redact_notes(
    path: Path, out: Path, *, settings: Settings, redactor: Redactor
) -> dict[str, bool]:
    """Write the notes paragraph by paragraph; where nothing is found, letter by letter.

    Returns an empty mapping: there are no columns.
    """
    encoding = detect_encoding(path)
    with open_text(path, encoding=encoding) as source:
        lines = list(read_lines(source, name=path.name))
    team = _find_team(lines)
    with out.open("w", encoding=encoding, newline="") as file:
        for paragraph, texts in redactor.redact_rows(_read_passages(lines, team)):
            if texts[0] is None:
                file.writelines(paragraph)
                continue
            file.write(texts[0].replace("\n", _break(paragraph[0])) + _break(paragraph[-1]))
    return {}


def _find_team(lines: list[str]) -> str:
    """Return the words that lines such as ``Enhet: Norr`` name a team with.

    A title names one as well, but it may be a person's: "Möte med Eva Lund".
    """
    facts = [read_fact(_MARK.sub("", clean_text(line), count=1)) for line in lines[:_TOP_LINES]]
    return " ".join(fact.team for fact in facts if fact is not None and fact.team)


def _read_passages(lines: list[str], team: str) -> Iterator[tuple[list[str], list[Passage]]]:
    known: set[str] = set()
    below = False  # whether names of an attendance list may follow
    number = 1
    for paragraph in _split_paragraphs(lines):
        names: list[tuple[int, int]] = []
        text = ""
        for line in paragraph:
            clean = _clean_line(line)
            mark = _MARK.match(clean)
            at = mark.end() if mark else 0
            said = clean[at:]
            listed = match_attendance(said)
            if listed is None and below and looks_like_names(said):
                listed = said
            if listed is not None:
                below = not listed or below
                spans = _listed_names(said, len(said) - len(listed))
                known.update(fold(said[a:b].split()[0]) for a, b in spans)
            else:
                below = below and not said.strip()
                spans = _spoken_names(said, known)
            names += [(len(text) + at + a, len(text) + at + b) for a, b in spans]
            text += clean + "\n"
        yield (
            paragraph,
            [Passage(row=number, column="", text=text[:-1], team=team, names=names)],
        )
        number += len(paragraph)


def _split_paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Yield lines that belong together; a blank line, a bullet and a heading begin anew."""
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (
            not line.strip() or not paragraph[-1].strip() or _STARTS.match(line) is not None
        ):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _clean_line(line: str) -> str:
    """Return a line as intake cleans it, but with its indent and without its break."""
    bare = line.rstrip("\r\n")
    indent = bare[: len(bare) - len(bare.lstrip(" \t"))]
    # What intake takes for further breaks is a blank here: lines are counted.
    return indent + clean_text(bare).replace("\n", " ")


def _break(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _listed_names(line: str, start: int) -> list[tuple[int, int]]:
    spans = []
    for a, b in _parts(line, start):
        if looks_like_names(line[a:b]):
            spans.append((a, b))
    return spans


def _parts(line: str, start: int) -> Iterator[tuple[int, int]]:
    for found in [*_NAMES_APART.finditer(line, start), None]:
        end = found.start() if found else len(line)
        part = line[start:end]
        bare = part.strip(" .\t")
        if bare:
            at = start + part.index(bare)
            yield at, at + len(bare)
        start = found.end() if found else end


def _spoken_names(line: str, known: set[str]) -> list[tuple[int, int]]:
    # "**Anna**: …" speaks as "Anna: …" does.
    bare = _EMPHASIS.sub("", line)
    speaker = find_speaker(bare, known=frozenset(known))
    if speaker is None:
        return []
    at = line.find(speaker.name)
    return [(at, at + len(speaker.name))] if at >= 0 else []
