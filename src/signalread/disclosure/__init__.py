"""The one gate before every writer: what may be shown, and why the rest may not."""

from signalread.disclosure.gate import Export, disclose, quotable, review
from signalread.disclosure.ledger import Ledger, Release
from signalread.disclosure.suppression import hidden_units

__all__ = ["Export", "Ledger", "Release", "disclose", "hidden_units", "quotable", "review"]
