"""Text that a spreadsheet would take for a formula, kept from being run."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guard(cell: str) -> str:
    """Keep a cell from being taken for a formula.

    >>> guard("=1+1"), unguard(guard("=1+1")), guard("Vi bestämmer.")
    ("'=1+1", '=1+1', 'Vi bestämmer.')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Take off the apostrophe that :func:`guard` put."""
    return cell[1:] if _GUARDED.match(cell) else cell
