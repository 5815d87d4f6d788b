"""The blocks that a booklet is made of, as plain data for the typesetter."""

from collections.abc import Sequence
from typing import Any

from signalread.reporting.lenses import by_name
from signalread.reporting.scheme import LensElement
from signalread.reporting.view import Profile, Share, View
from signalread.reporting.wording import signs

Block = dict[str, Any]
SIGNS = {"+": "+", "-": "−"}


def heading(words: str, *, level: int = 1, new_page: bool = False) -> Block:
    """A heading of the outline."""
    return {"kind": "heading", "text": words, "level": level, "new_page": new_page}


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": words}


def note(words: str) -> Block:
    """A paragraph in small print."""
    return {"kind": "note", "text": words}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Block:
    """A table with a head; ``widths`` are shares of the page."""
    return {"kind": "table", "heads": list(heads), "rows": list(rows), "widths": list(widths)}


def figure(view: View, profile: Profile, label: str) -> str:
    """Write a share with its interval and how it stands to others, or why there is none."""
    share = profile.share(label)
    if share is None:
        return view.why(profile, label)
    return "  ".join(filter(None, [view.exact(share), beside(view, share)]))


def beside(view: View, share: Share) -> str:
    """Say how a share certainly stands to the others and to the wave before."""
    others = view.words.beside_others(share.parent)
    last = view.words.beside_last_wave(share.last_wave)
    return ", ".join(
        filter(
            None,
            [
                f"{signs(share.parent, None)} {others}" if others else "",
                f"{signs(None, share.last_wave)} {last}" if last else "",
            ],
        )
    )


def under(view: View, profile: Profile, element: LensElement) -> str:
    """Write the shares under an element of a framework, theme after theme."""
    parts = []
    for name, labels in by_name(view, element):
        shares = [(label, profile.share(label)) for label in labels]
        numbers = [
            f"{SIGNS.get(label[-1], '') if share.percent else ''}{share.percent}" if share else "–"
            for label, share in shares
        ]
        parts.append(f"{name} {' '.join(numbers)}")
    return ", ".join(parts)


def coverage(view: View) -> str:
    """Write the probability behind the intervals."""
    return view.words.percent(round(100 * view.facts.coverage))
