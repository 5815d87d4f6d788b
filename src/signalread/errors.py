"""What goes wrong in a way the user can mend: one sentence on what was found, one hint."""


class SignalreadError(Exception):
    """The base of every error that is the input's, not the program's.

    The message never quotes a comment.

    >>> print(SignalreadError("No file 'a.csv'.", hint="check the path"))
    No file 'a.csv'.
    hint: check the path
    """

    exit_code = 1

    def __init__(self, found: str, *, hint: str | None = None) -> None:
        super().__init__(found if hint is None else f"{found}\nhint: {hint}")
        self.found = found
        self.hint = hint


class InputError(SignalreadError):
    """A file, folder or table that cannot be read as it is."""

    exit_code = 2


class SettingsError(SignalreadError):
    """A setting that is unknown, of the wrong kind or out of bounds."""

    exit_code = 2


class CodebookError(SignalreadError):
    """A codebook that does not hang together."""

    exit_code = 2


class ModelError(SignalreadError):
    """A model folder that is missing, changed since it was saved, or made for another codebook."""

    exit_code = 3


class RunError(SignalreadError):
    """A run folder that is in the way, unreadable or cannot be written."""

    exit_code = 4


class DisclosureError(SignalreadError):
    """An export that would single out fewer people than the limit; nothing of it was written."""

    exit_code = 5


class ReviewError(SignalreadError):
    """A review site that cannot start, or does not have what was asked of it."""

    exit_code = 6


class ClusterError(SignalreadError):
    """A cluster that cannot be reached, or that failed while it read."""

    exit_code = 7
