"""Documents as blocks: headings, and the paragraphs and bullets below them."""

import logging
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.errors import InputError
from signalread.intake.archives import LARGEST_UNPACKED, check_archive, check_markup
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.intake.files import PARSER_ERRORS

if TYPE_CHECKING:
    from markdown_it.token import Token

_MOST_PAGES = 2000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BULLET = re.compile(
    r"^\s*(?:[-–—*•▪◦●○·►‣+\uf0b7]\s+|[-–—•▪◦●]\s*(?=\w)|\d{1,3}[.)]\s+|[a-z]\)\s+)"
)
_LABEL = re.compile(r"^\W*[A-ZÅÄÖÉ][\w.\-]*(?: [\w.\-]+){0,3}(?: \([^)]{1,30}\))?:(?:\s|$)")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING_STYLES = ("heading", "rubrik", "title", "subtitle", "underrubrik")
_WRAP_AT_MOST = 120  # characters; lines beyond this were not broken by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, or a paragraph, bullet or cell, without its bullet sign."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The blocks of a document in reading order, and its front matter as it was written."""

    blocks: tuple[Block, ...]
    front_matter: str = ""


def read_document(path: Path) -> Document:
    """Return a Word file, Markdown, plain text or PDF with a text layer as blocks.

    Raises :class:`InputError` for what cannot be opened, is behind a password, or has no text.
    """
    suffix = path.suffix.lower()
    if suffix == ".docx":
        blocks, front = _read_word(path), ""
    elif suffix == ".pdf":
        blocks, front = [Block(text=text) for text in split_lines(_read_pdf(path))], ""
    else:
        encoding = detect_encoding(path)
        with open_text(path, encoding=encoding) as handle:
            text = "".join(read_lines(handle, name=path.name))
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        found = _FRONT_MATTER.match(text)
        front, text = (found[1], text[found.end() :]) if found else ("", text)
        if suffix == ".md":
            blocks = list(_read_markdown(text, name=path.name))
        else:
            blocks = [Block(text=line) for line in split_lines(text)]
    blocks = [block for block in blocks if block.text.strip()]
    if not blocks:
        raise InputError(f"{path.name} has no text.", hint="check the file, or leave it out")
    return Document(blocks=tuple(blocks), front_matter=front)


def count_paragraphs(path: Path) -> int | None:
    """Return how many blocks there are at most; ``None`` for a PDF, where it costs to know."""
    if path.suffix.lower() == ".pdf":
        return None
    if path.suffix.lower() != ".docx":
        return path.read_bytes().count(b"\n") + 1
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return len(re.findall(rb"<w:p[ >]", archive.read("word/document.xml")))
    except (KeyError, zipfile.BadZipFile) as error:
        raise _broken(path) from error


def split_lines(text: str) -> list[str]:
    """Return the paragraphs of plain text: lines broken by hand are joined again.

    A blank line, a bullet and a label such as ``Beslut:`` begin a new paragraph, and so does a
    line after one that had room left for its first word.

    >>> split_lines("Beslut: teamet lägger\\nschemat\\n- Anna kollar\\n\\nNästa möte i mars")
    ['Beslut: teamet lägger schemat', 'Anna kollar', 'Nästa möte i mars']
    """
    lines = text.split("\n")
    longest = max((len(line.rstrip()) for line in lines), default=0)
    wrap = longest if longest <= _WRAP_AT_MOST else 0
    # Short lines alone say nothing about where lines are broken.
    wrap = wrap if wrap >= 60 else _WRAP_AT_MOST if _looks_wrapped(lines) else 0
    paragraphs: list[list[str]] = []
    before = ""
    for line in lines:
        words = line.split()
        if words:
            deliberate = len(before.rstrip()) + 1 + len(words[0]) <= wrap - 5 or not wrap
            new = not before.strip() or bool(_BULLET.match(line)) or bool(_LABEL.match(line))
            if new or (deliberate and not _continues(line, before)):
                paragraphs.append([])
            paragraphs[-1].append(_BULLET.sub("", line).strip() if new else line.strip())
        before = line
    return [" ".join(part for part in lines if part) for lines in paragraphs if any(lines)]


def _looks_wrapped(lines: list[str]) -> bool:
    return any(_continues(line, before) for before, line in pairwise(lines))


def _continues(line: str, before: str) -> bool:
    """Say whether a line goes on in the middle of the sentence before it."""
    return line.strip()[:1].islower() and before.rstrip()[-1:] not in (".", "!", "?", ":", "")


def _read_word(path: Path) -> list[Block]:
    check_archive(path)
    check_markup(path)
    import docx
    from docx.opc.exceptions import OpcError
    from docx.oxml.exceptions import InvalidXmlError

    try:
        document = docx.Document(str(path))
        names = {style.style_id: style.name or "" for style in document.styles}
        # Every paragraph wherever it stands: in tables, text boxes, content controls, insertions.
        paragraphs = document.element.body.iter(f"{_WORD}p")
        return [block for paragraph in paragraphs for block in _read_paragraph(paragraph, names)]
    except (OpcError, InvalidXmlError, *PARSER_ERRORS) as error:
        raise _broken(path) from error


def _read_paragraph(paragraph: Any, names: Mapping[str, str]) -> Iterator[Block]:
    if next(paragraph.iterancestors(_FALLBACK), None) is not None:
        return  # a text box once more, for older programs
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    name = names.get(style.get(f"{_WORD}val"), "") if style is not None else ""
    pieces = []
    for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
        if next(node.iterancestors(f"{_WORD}p")) is not paragraph:
            continue
        kind = node.tag.removeprefix(_WORD)
        pieces.append(node.text or "" if kind == "t" else "\t" if kind == "tab" else "\n")
    text = "".join(pieces)
    if name.lower().startswith(_HEADING_STYLES):
        yield Block(text=" ".join(text.split()), heading=True)
    else:
        yield from (Block(text=line) for line in _typed_lines(text))


def _typed_lines(text: str) -> Iterator[str]:
    """Yield the lines that a writer broke on purpose, each without its bullet sign."""
    for line in text.split("\n"):
        if line.strip():
            yield _BULLET.sub("", line).strip()


def _read_markdown(text: str, *, name: str) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    try:
        tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    except RecursionError as error:
        raise InputError(
            f"{name} is nested too deeply to read.", hint="save it as plain text"
        ) from error
    heading = False
    for token in tokens:
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type == "inline" and heading:
            yield Block(text=" ".join(_plain(token).split()), heading=True)
        elif token.type == "inline":
            yield from (Block(text=line) for line in split_lines(_plain(token)))
        elif token.type in ("fence", "code_block"):
            yield from (Block(text=line) for line in split_lines(token.content))


def _plain(token: "Token") -> str:
    pieces = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        elif child.type in ("text", "code_inline", "text_special"):
            pieces.append(child.content)
    return "".join(pieces)


def _read_pdf(path: Path) -> str:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    # Its warnings of broken objects quote them, comments and all.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError
        if len(reader.pages) > _MOST_PAGES:
            raise InputError(
                f"{path.name} has {len(reader.pages):,} pages; at most {_MOST_PAGES:,} are read.",
                hint="split it",
            )
        pages = []
        size = 0
        for page in reader.pages:
            pages.append(page.extract_text())
            size += len(pages[-1])
            if size > LARGEST_UNPACKED // 64:
                raise InputError(f"{path.name} holds too much text to be notes.", hint="split it")
    except InputError:
        raise
    except FileNotDecryptedError as error:
        raise InputError(
            f"{path.name} is protected by a password.", hint="save a copy without one"
        ) from error
    except (PyPdfError, *PARSER_ERRORS) as error:
        raise InputError(
            f"{path.name} cannot be read as a PDF.", hint="save it again, or save it as text"
        ) from error
    if not any(page.strip() for page in pages):
        raise InputError(
            f"{path.name} has no text in it, as a scanned page has none.",
            hint="run text recognition (OCR) on it first, or use the original document",
        )
    return "\n".join(pages)


def _broken(path: Path) -> InputError:
    return InputError(
        f"{path.name} cannot be opened as a Word file.",
        hint="open it in Word and save it again as .docx",
    )
