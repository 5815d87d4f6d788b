"""One view model, and the files that show it: the same numbers in each of them."""

from pathlib import Path

from signalread.reporting.assembly import build_view
from signalread.reporting.data import write_data
from signalread.reporting.page import render_page
from signalread.reporting.slides import write_slides
from signalread.reporting.view import RunFacts, View
from signalread.reporting.workbook import write_workbook

__all__ = [
    "RunFacts",
    "View",
    "build_view",
    "render_page",
    "write_data",
    "write_reports",
    "write_slides",
    "write_workbook",
]


def write_reports(view: View, folder: Path) -> None:
    """Write ``report.html``, ``.xlsx``, ``.pptx`` and ``.json`` into an existing folder."""
    (folder / "report.html").write_text(render_page(view), encoding="utf-8")
    write_workbook(view, folder / "report.xlsx")
    write_slides(view, folder / "report.pptx")
    write_data(view, folder / "report.json")
