"""The looks that the sheets of a workbook share, and how text is written into it."""

from typing import Any

from signalread.reporting.palette import INK, LINE, SHADES, SOFT, shade
from signalread.reporting.view import Share


class Formats:
    """The looks that the sheets share, made once per workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
        self.text = book.add_format(base)
        self.wrapped = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self.bold = book.add_format(base | {"bold": True})
        self.title = book.add_format(base | {"bold": True, "font_size": 16})
        self.head = book.add_format(
            base | {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"}
        )
        self.centred = book.add_format(
            base | {"bold": True, "align": "center", "text_wrap": True, "valign": "bottom"}
        )
        self.group = book.add_format(
            base | {"bold": True, "align": "center", "bottom": 1, "font_color": f"#{SOFT}"}
        )
        self.pole = book.add_format(
            base | {"align": "center", "bottom": 2, "font_color": f"#{SOFT}"}
        )
        self.number = book.add_format(base | {"num_format": "#,##0"})
        self.percent = book.add_format(base | {"num_format": "0 %"})
        self.why = book.add_format(base | {"italic": True, "font_color": f"#{SOFT}"})
        self.number_head = book.add_format(
            base
            | {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "align": "right"}
        )
        self.depth = book.add_format(base | {"align": "left"})
        self.indent = [
            book.add_format(base | {"indent": 2 * max(i - 1, 0), "bold": i < 2})
            for i in range(0, 7)
        ]
        self.shade = {
            sign: [
                book.add_format(
                    base
                    | {
                        "num_format": f'"{"+" if sign == "+" else "−"}"0 %;;0 %',
                        "bg_color": f"#{colour}",
                        "font_color": "#FFFFFF" if i == len(colours) - 1 else f"#{INK}",
                        "align": "right",
                        "bottom": 4,
                        "bottom_color": f"#{LINE}",
                    }
                )
                for i, colour in enumerate(colours)
            ]
            for sign, colours in SHADES.items()
        }

    def look(self, share: Share, label: str) -> Any:
        """Return the look of a share: shaded for a theme, plain for a signal."""
        if label[-1] not in SHADES:
            return self.percent
        return self.shade[label[-1]][shade(share.percent)]
