"""What a command shows on the screen: a bar while it works, a sentence when it fails."""

import sys
import traceback
from typing import TYPE_CHECKING

from signalread.errors import SignalreadError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def print_fault(error: Exception) -> None:
    """Tell of a fault of the program's own, by its kind and where it arose."""
    # Without its message, which could quote the comment that it choked on.
    print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)  # noqa: T201
    print_error(
        SignalreadError(
            f"signalread failed ({type(error).__name__}). This is a fault of the program.",
            hint="report it with the lines above; they hold nothing of the input",
        )
    )


def print_error(error: SignalreadError) -> None:
    """Print what was found, and what to do."""
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True)
    console.print("error:", style="bold red", end=" ")
    console.print(error.found, markup=False, highlight=False)
    if error.hint:
        console.print("hint:", style="bold cyan", end=" ")
        console.print(error.hint, markup=False, highlight=False)


class Advance:
    """Moves a bar on by one; what the pipeline is told its progress through."""

    def __init__(self, bar: "Progress", task: "TaskID") -> None:
        self._bar, self._task = bar, task

    def advance(self) -> None:
        """Say that one more is done."""
        self._bar.advance(self._task)


def progress(*, share: bool = False) -> "Progress":
    """Return a bar on standard error: counted in comments, or as a share; quiet in a pipe."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *([] if share else [MofNCompleteColumn()]),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
