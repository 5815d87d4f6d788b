"""The run folder on disk: written whole or not at all, and read back for review and reports."""

from signalread.runs.folder import RunFolder, hash_file, translated_errors
from signalread.runs.layout import estimate_row
from signalread.runs.saved import SavedRun, open_run

__all__ = [
    "RunFolder",
    "SavedRun",
    "estimate_row",
    "hash_file",
    "open_run",
    "translated_errors",
]
