"""A deck of wide slides with native tables and charts; what is on them is the caller's."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from signalread.reporting.native_charts import draw_bars, draw_points, paint
from signalread.reporting.palette import INK, SOFT

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.5  # inches
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's "No Style, No Grid"
LANGUAGES: Mapping[str, tuple[str, int | None]] = {
    "sv": ("sv-SE", 1053),
    "en": ("en-GB", 2057),
}  # as Office numbers them
CHART = (EDGE, 1.2, WIDTH - 2 * EDGE, 5.4)
TITLE, TEXT, TITLE_ONLY = 0, 1, 5  # layouts of the presentation that the library ships


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A table cell: its text, and how it looks."""

    text: str
    bold: bool = False
    italic: bool = False
    right: bool = False
    indent: int = 0
    span: int = 1
    fill: str | None = None
    ink: str = INK


class Deck:
    """Slides in the making; :meth:`save` writes them."""

    def __init__(self, *, language: str) -> None:
        from pptx import Presentation  # slow to import, and only a report needs it
        from pptx.util import Inches

        tag, self._language = LANGUAGES.get(language, (language, None))
        self._deck = Presentation()
        self._inches = Inches
        self._looks: dict[tuple[Look, int], Any] = {}
        stretch = Inches(WIDTH) / self._deck.slide_width
        master = self._deck.slide_master
        # Layouts first: what they inherit from the master must be read before it is stretched.
        for place in (*self._deck.slide_layouts, master):
            for shape in place.placeholders:
                shape.left, shape.top, shape.width, shape.height = (
                    round(shape.left * stretch),
                    shape.top,
                    round(shape.width * stretch),
                    shape.height,
                )
        self._deck.slide_width, self._deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self._deck.core_properties.title = "signalread"
        self._deck.core_properties.language = tag

    def save(self, path: Path) -> None:
        """Write the deck."""
        self._deck.save(str(path))

    def add_title(self, title: str, lines: Sequence[str]) -> None:
        """Add the first slide."""
        from pptx.enum.text import PP_ALIGN

        slide = self._deck.slides.add_slide(self._deck.slide_layouts[TITLE])
        self._deck.core_properties.title = title
        self._write(slide.shapes.title.text_frame, title, size=44, bold=True)
        frame = slide.placeholders[1].text_frame
        for i, line in enumerate(filter(None, lines)):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            self._run(paragraph, line, size=20, colour=SOFT)
        self._place(slide.shapes.title, 1, 2.3, WIDTH - 2, 1.2)
        self._place(slide.placeholders[1], 1, 3.6, WIDTH - 2, 2)

    def add_text(self, title: str, lines: Sequence[str], *, size: int, note: str = "") -> None:
        """Add a slide of paragraphs, with a note below them."""
        slide = self._slide(title, layout=TEXT)
        body = slide.placeholders[1]
        self._place(body, EDGE, 1.5, WIDTH - 2 * EDGE, 5.2)
        for i, line in enumerate(lines):
            paragraph = body.text_frame.paragraphs[0] if i == 0 else body.text_frame.add_paragraph()
            self._run(paragraph, line, size=size)
            paragraph.space_after = self._points(10)
        if note:
            self._note(slide, note, top=6.65, size=13)

    def add_table(
        self,
        title: str,
        head: Sequence[Look],
        rows: Sequence[Sequence[Look]],
        *,
        widths: Sequence[float],
        note: str,
        size: int = 11,
    ) -> None:
        """Add a slide with a table and a note below it; ``widths`` are in inches."""
        slide = self._slide(title)
        height = min(0.34 * size / 11, 5.4 / (len(rows) + 1))
        self._table(slide, head, rows, widths=widths, top=1.15, height=height, size=size)
        self._note(slide, note, top=6.75, size=11)

    def add_bars(
        self,
        title: str,
        *,
        categories: Sequence[str],
        series: Mapping[str, Sequence[int | None]],
        note: str,
        format: str,
    ) -> None:
        """Add a slide with a native bar chart of whole percent, written as ``format`` says."""
        slide = self._slide(title)
        draw_bars(
            slide.shapes, self._at(*CHART), categories=categories, series=series, format=format
        )
        self._note(slide, note, top=6.75, size=11)

    def add_points(
        self,
        title: str,
        *,
        points: Sequence[tuple[str, int, int]],
        axes: tuple[str, str],
        ends: tuple[int, int],
        note: str,
        format: str,
    ) -> None:
        """Add a slide with a native plot of named points; ``axes`` are named and end as given."""
        slide = self._slide(title)
        draw_points(
            slide.shapes, self._at(*CHART), points=points, axes=axes, ends=ends, format=format
        )
        self._note(slide, note, top=6.75, size=11)

    def add_profile(
        self,
        title: str,
        path: str,
        facts: str,
        head: Sequence[Look],
        rows: Sequence[Sequence[Look]],
        says: Sequence[tuple[str, Sequence[str]]],
    ) -> None:
        """Add a slide for one unit: a table to the left, and what to talk about to the right."""
        slide = self._slide(title)
        self._note(slide, " · ".join(filter(None, (path, facts))), top=0.95, size=13)
        self._table(slide, head, rows, widths=[2.1, 2.2, 2.2], top=1.45, height=0.36, size=11)
        box = slide.shapes.add_textbox(*self._at(7.3, 1.4, WIDTH - 7.3 - EDGE, 5.5))
        frame = box.text_frame
        frame.word_wrap = True
        first = True
        for name, lines in says:
            paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
            if not first:
                paragraph.space_before = self._points(8)
            first = False
            self._run(paragraph, name, size=14, bold=True)
            for line in filter(None, lines):
                self._run(frame.add_paragraph(), line, size=11)

    def _slide(self, title: str, *, layout: int = TITLE_ONLY) -> Any:
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[layout])
        self._place(slide.shapes.title, EDGE, 0.35, WIDTH - 2 * EDGE, 0.65)
        self._write(slide.shapes.title.text_frame, title, size=28, bold=True)
        return slide

    def _table(
        self,
        slide: Any,
        head: Sequence[Look],
        rows: Sequence[Sequence[Look]],
        *,
        widths: Sequence[float],
        top: float,
        height: float,
        size: int,
    ) -> None:
        shape = slide.shapes.add_table(
            len(rows) + 1,
            len(widths),
            *self._at(EDGE, top, sum(widths), height * (len(rows) + 1)),
        )
        table = shape.table
        table.horz_banding = False
        shape._element.graphic.graphicData.tbl.tblPr[-1].text = PLAIN_TABLE
        for column, width in zip(table.columns, widths, strict=True):
            column.width = self._inches(width)
        for row, looks in enumerate((head, *rows)):
            column = 0
            for look in looks:
                cell = table.cell(row, column)
                if look.span > 1:
                    cell.merge(table.cell(row, column + look.span - 1))
                self._cell(cell, look, size=size)
                column += look.span

    def _cell(self, cell: Any, look: Look, *, size: int) -> None:
        # Five hundred units make tens of thousands of cells; the library takes half a
        # millisecond to dress each, so cells of one look are copies of the first.
        key = (replace(look, text="", span=1), size)
        if key not in self._looks:
            self._dress(cell, look, size=size)
            self._looks[key] = deepcopy(cell._tc)
            return
        for part in list(cell._tc):
            cell._tc.remove(part)
        cell._tc.extend(deepcopy(self._looks[key]))
        cell.text_frame.paragraphs[0].runs[0].text = look.text

    def _dress(self, cell: Any, look: Look, *, size: int) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        cell.margin_top = cell.margin_bottom = self._points(1.5)
        cell.margin_left = self._points(4 + 10 * look.indent)
        cell.margin_right = self._points(8 if look.right else 2)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = cell.text_frame.paragraphs[0]
        self._run(
            paragraph, look.text, size=size, bold=look.bold, italic=look.italic, colour=look.ink
        )
        if look.right:
            paragraph.alignment = PP_ALIGN.RIGHT
        if look.fill is not None:
            cell.fill.solid()
            cell.fill.fore_color.rgb = paint(look.fill)

    def _write(self, frame: Any, text: str, *, size: int, bold: bool) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        self._run(frame.paragraphs[0], text, size=size, bold=bold)

    def _run(
        self,
        paragraph: Any,
        text: str,
        *,
        size: int,
        bold: bool = False,
        italic: bool = False,
        colour: str = INK,
    ) -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.italic = self._points(size), bold, italic
        run.font.color.rgb = paint(colour)
        if self._language is not None:  # so that a reader's voice and spelling fit
            run.font.language_id = self._language

    def _note(self, slide: Any, text: str, *, top: float, size: int) -> None:
        box = slide.shapes.add_textbox(*self._at(EDGE, top, WIDTH - 2 * EDGE, 0.4))
        box.text_frame.word_wrap = True
        self._run(box.text_frame.paragraphs[0], text, size=size, colour=SOFT)

    def _points(self, value: float) -> int:
        return round(12_700 * value)

    def _place(self, shape: Any, left: float, top: float, width: float, height: float) -> None:
        shape.left, shape.top, shape.width, shape.height = self._at(left, top, width, height)

    def _at(self, *values: float) -> list[int]:
        return [self._inches(value) for value in values]
