"""JSON lines and Parquet: tables whose cells have kinds of their own."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from signalread.errors import InputError
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.intake.files import PARSER_ERRORS
from signalread.intake.parquet_pages import check_pages
from signalread.intake.table import MOST_COLUMNS, Row, Table, make_table
from signalread.records import TEAM_SEPARATOR

_BATCH_ROWS = 2048
_MOST_TEXT = 256 * 1024**2  # bytes of one column in a batch, 128 KB a comment
_DEEPEST = 32  # lists and objects within each other
_LIMITS = {"thrift_string_size_limit": 2**24, "thrift_container_size_limit": 2**20}


def read_json_lines(path: Path) -> Table:
    """Return a file with one JSON object a line; its columns are the keys of all rows.

    The file is read twice: a key that first stands in the last row is a column too. Raises
    :class:`InputError` for a line that is not an object, and for more keys than columns are read.
    """
    encoding = detect_encoding(path)
    names: dict[str, None] = {}
    for _, item in _read_objects(path, encoding):
        names.update(dict.fromkeys(item))
        if len(names) > MOST_COLUMNS:
            break  # told below; the rest of them need not be held
    columns = list(names)
    rows = (
        Row(number=number, cells=[to_text(item.get(name)) for name in columns])
        for number, item in _read_objects(path, encoding)
    )
    return make_table(columns, rows, path=path)


def read_parquet(path: Path) -> Table:
    """Return a Parquet file as a table, read some thousand rows at a time.

    Raises :class:`InputError` for a file that cannot be read, a page that unpacks to too much, and
    rows of more text than comments have.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    def read_rows() -> Iterator[Row]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                values = [_cells(column, path) for column in batch.columns]
                for cells in zip(*values, strict=True):
                    number += 1
                    yield Row(number=number, cells=[to_text(cell) for cell in cells])
        except (ArrowException, *PARSER_ERRORS) as error:
            raise _broken(path) from error

    try:
        described = ParquetFile(path, **_LIMITS)
        check_pages(path, described.metadata)
        # Read as a dictionary, a text that a million rows share can be counted before it is made.
        columns = described.schema_arrow.names
        texts = [field.name for field in described.schema_arrow if _is_text(field.type)]
        file = ParquetFile(path, read_dictionary=texts, **_LIMITS)
    except (ArrowException, *PARSER_ERRORS) as error:
        raise _broken(path) from error
    return make_table(columns, read_rows(), path=path)


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
    )


def _cells(column: Any, path: Path) -> list[Any]:
    """Return a column's values, after a look at how much text they would be."""
    from pyarrow import DictionaryArray
    from pyarrow.compute import binary_length, sum

    if isinstance(column, DictionaryArray):
        if _is_text(column.dictionary.type):
            # A text that every row shares stands in the file once.
            size = sum(binary_length(column.dictionary).take(column.indices)).as_py() or 0
            if size > _MOST_TEXT:
                raise InputError(
                    f"{_BATCH_ROWS:,} rows of {path.name} hold {size // 1024**2:,} MB of text.",
                    hint="check that it is a table with a row per comment",
                )
        column = column.dictionary_decode()
    return cast("list[Any]", column.to_pylist())


def to_text(value: Any) -> str:
    """Return a cell as text: a list as a path, a whole number without decimals.

    >>> to_text(["Omsorg", "Norr"]), to_text(2026.0), to_text(None)
    ('Omsorg / Norr', '2026', '')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        if value != value:
            return ""
        return f"{value:.0f}" if value.is_integer() else str(value)
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return TEAM_SEPARATOR.join(to_text(item) for item in value)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


def _read_objects(path: Path, encoding: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with open_text(path, encoding=encoding) as handle:
        for number, line in enumerate(read_lines(handle, name=path.name), start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"Line {number} of {path.name} is not JSON.",
                    hint='give one object a line, such as {"team": "…", "text": "…"}',
                ) from error
            if not isinstance(item, dict):
                raise InputError(
                    f"Line {number} of {path.name} is not a JSON object.",
                    hint='give one object a line, such as {"team": "…", "text": "…"}',
                )
            if _is_deep(item):
                raise InputError(
                    f"Line {number} of {path.name} has over {_DEEPEST} lists and objects within "
                    "each other.",
                    hint='give one flat object a line, such as {"team": "…", "text": "…"}',
                )
            yield number, item


def _is_deep(value: Any) -> bool:
    """Say whether a value is nested too deeply for functions that call themselves."""
    here = [value]
    for _ in range(_DEEPEST):
        here = [
            inner
            for item in here
            if isinstance(item, list | dict)
            for inner in (item if isinstance(item, list) else item.values())
            if isinstance(inner, list | dict)
        ]
        if not here:
            return False
    return True


def _broken(path: Path) -> InputError:
    return InputError(f"{path.name} cannot be read as Parquet.", hint="export it again")
