"""Streams in handfuls: enough at a time to be quick, little enough for any memory."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from signalread.records import Comment, RedactedComment

AnyComment = TypeVar("AnyComment", Comment, RedactedComment)


def gather_chunks(
    comments: Iterable[AnyComment], *, most: int, characters: int
) -> Iterator[list[AnyComment]]:
    """Yield comments in lists of at most ``most``, each closed once its texts are that long."""
    chunk: list[AnyComment] = []
    size = 0
    for comment in comments:
        chunk.append(comment)
        size += len(comment.text)
        if len(chunk) >= most or size >= characters:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
