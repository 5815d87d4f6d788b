"""One view model, and the files that show it: the same numbers in each of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from signalread.errors import SettingsError
from signalread.reporting.assembly import build_view
from signalread.reporting.beside import Asked, Assessment, Beside, Quotation
from signalread.reporting.booklet import check_typesetter, write_booklet
from signalread.reporting.catalogue import languages
from signalread.reporting.data import write_data
from signalread.reporting.page import render_page
from signalread.reporting.slides import write_slides
from signalread.reporting.view import RunFacts, View
from signalread.reporting.workbook import write_workbook

__all__ = [
    "FORMATS",
    "USUAL",
    "Asked",
    "Assessment",
    "Beside",
    "Quotation",
    "RunFacts",
    "View",
    "build_view",
    "check_formats",
    "languages",
    "render_page",
    "write_booklet",
    "write_data",
    "write_reports",
    "write_slides",
    "write_workbook",
]


def _write_page(view: View, path: Path) -> None:
    path.write_text(render_page(view), encoding="utf-8")


FORMATS: Mapping[str, Callable[[View, Path], None]] = {
    "html": _write_page,
    "xlsx": write_workbook,
    "pptx": write_slides,
    "pdf": write_booklet,
    "json": write_data,
}
USUAL: Sequence[str] = ("html", "xlsx", "pptx", "json")


def check_formats(formats: Collection[str]) -> None:
    """Raise :class:`SettingsError` for a format that is unknown, or whose library is missing."""
    for name in formats:
        if name not in FORMATS:
            raise SettingsError(
                f"There is no report in the format '{name}'.",
                hint=f"the formats are {', '.join(FORMATS)}",
            )
        if name == "pdf":
            check_typesetter()


def write_reports(
    view: View, folder: Path, *, formats: Collection[str] = USUAL, name: str = "report"
) -> list[Path]:
    """Write ``report.html`` and the like into an existing folder, and return their paths."""
    paths = []
    for suffix in formats:
        path = folder / f"{name}.{suffix}"
        FORMATS[suffix](view, path)
        paths.append(path)
    return paths
