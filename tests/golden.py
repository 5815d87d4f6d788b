"""Approved pages: a test compares with the file that somebody has looked at.

``UPDATE_GOLDEN=1 pytest`` writes the files anew; read the diff before you commit it.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check_golden(name: str, text: str) -> None:
    """Fail where ``text`` differs from the approved file of that name."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no approved {name}: run with UPDATE_GOLDEN=1 and look at it"
    assert text == path.read_text(encoding="utf-8"), f"{name} differs from the approved one"
