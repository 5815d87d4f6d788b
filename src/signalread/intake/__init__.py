"""From files to comments: tables and notes, each row with what became of it."""

from signalread.intake.files import find_files
from signalread.intake.reading import count_rows, list_columns, read_comments
from signalread.intake.remote import gathered

__all__ = ["count_rows", "find_files", "gathered", "list_columns", "read_comments"]
