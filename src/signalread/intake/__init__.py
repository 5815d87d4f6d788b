"""From files to comments: tables and notes, each row with what became of it."""

from signalread.intake.files import find_files
from signalread.intake.reading import count_rows, read_comments

__all__ = ["count_rows", "find_files", "read_comments"]
