"""Redaction alone: a file in, the same file out with placeholders in its texts.

It stands beside the pipeline: it puts intake's reading and redaction together, and writes each
format as it was.
"""

from signalread.redacting.files import RedactedFile, check_paths, redact_file
from signalread.redacting.passages import Find

__all__ = ["Find", "RedactedFile", "check_paths", "redact_file"]
