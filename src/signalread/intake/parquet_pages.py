"""How much the pages of a Parquet file unpack to, asked of the pages themselves.

The file's own summary of its sizes is no promise. Each page begins with a header in Thrift's
compact protocol, of which only the two sizes are read here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from signalread.errors import InputError

LARGEST_PAGE = 256 * 1024**2  # bytes; writers make pages of about one
_HEADER = 256 * 1024  # bytes: a header holds the smallest and largest value of its page
_BOOLEANS = (1, 2)
_FIXED = {3: 1, 7: 8}  # bytes of a byte and of a double
_VARINTS = (4, 5, 6)
_BINARY, _LIST, _SET, _STRUCT = 8, 9, 10, 12
_DEEPEST = 16


def check_pages(path: Path, metadata: Any) -> None:
    """Raise :class:`InputError` for a page that unpacks to more than is ever held at once.

    Raises :class:`ValueError` for what is no page. ``metadata`` is the file's, as pyarrow has it.
    """
    with path.open("rb") as handle:
        for group in range(metadata.num_row_groups):
            for number in range(metadata.num_columns):
                column = metadata.row_group(group).column(number)
                for size in _page_sizes(handle, column):
                    if size > LARGEST_PAGE:
                        raise InputError(
                            f"{path.name} has a page that unpacks to {size // 1024**2:,} MB.",
                            hint="write it again with pages of the usual size, or as CSV",
                        )


def _page_sizes(handle: IO[bytes], column: Any) -> Iterator[int]:
    """Yield what each page of a column chunk unpacks to."""
    starts = [column.data_page_offset]
    if column.has_dictionary_page:
        starts.append(column.dictionary_page_offset)
    at = min(start for start in starts if start is not None and start > 0)
    end = at + column.total_compressed_size
    while at < end:
        handle.seek(at)
        header = _Header(handle.read(_HEADER))
        unpacked, packed = header.sizes()
        yield unpacked
        at += header.position + packed


class _Header:
    """Reads a page header, byte by byte."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def sizes(self) -> tuple[int, int]:
        """Return the unpacked and the packed size of the page; the position is then behind it."""
        fields = self._struct(depth=0)
        unpacked, packed = fields.get(2, -1), fields.get(3, -1)
        if unpacked < 0 or packed < 0:
            raise ValueError("a page without sizes")
        return unpacked, packed

    def _byte(self) -> int:
        if self.position >= len(self.data):
            raise ValueError("a page header without end")
        self.position += 1
        return self.data[self.position - 1]

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ValueError("a number without end")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _struct(self, *, depth: int) -> dict[int, int]:
        """Return the whole numbers of a struct by field, all else passed by."""
        if depth > _DEEPEST:
            raise ValueError("a header nested too deeply")
        numbers: dict[int, int] = {}
        field = 0
        while (head := self._byte()) != 0:
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            kind = head & 0x0F
            if kind in _VARINTS:
                numbers[field] = self._zigzag()
            elif kind not in _BOOLEANS:  # whose value is the kind itself
                self._skip(kind, depth=depth + 1)
        return numbers

    def _skip(self, kind: int, *, depth: int) -> None:
        if kind in _FIXED:
            self.position += _FIXED[kind]
        elif kind in _VARINTS:
            self._varint()
        elif kind in _BOOLEANS:
            self._byte()
        elif kind == _BINARY:
            length = self._varint()  # which moves the position itself
            self.position += length
        elif kind in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            for _ in range(count):
                self._skip(head & 0x0F, depth=depth + 1)
        elif kind == _STRUCT:
            self._struct(depth=depth)
        else:
            raise ValueError("a kind that no page header has")
