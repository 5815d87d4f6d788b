"""Freed memory goes back to the system: the C library alone would keep hundreds of megabytes.

What is freed by thread after thread, in pieces of all sizes, stays with GNU's allocator in the hope
that it is asked for again. On other systems nothing is done here.
"""

import ctypes
import sys
from functools import cache
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX in malloc.h


def share_one_arena() -> None:
    """Let all threads of this process share one pool of memory, before they have their own.

    For processes that are ours alone; the threads of a run seldom ask for memory at one time.
    """
    if (library := _library()) is not None:
        library.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Return what was freed to the system; a matter of milliseconds."""
    if (library := _library()) is not None:
        library.malloc_trim(0)


@cache
def _library() -> Any:
    """Return the C library if it is GNU's."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
