"""JSON lines and Parquet: tables whose cells have kinds of their own."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from signalread.errors import InputError
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.intake.table import Row, Table, make_table
from signalread.records import TEAM_SEPARATOR

_BATCH_ROWS = 2048


def read_json_lines(path: Path) -> Table:
    """Return a file with one JSON object a line; its columns are the keys of all rows.

    The file is read twice: a key that first stands in the last row is a column too. Raises
    :class:`InputError` for a line that is not an object.
    """
    encoding = detect_encoding(path)
    columns = list(dict.fromkeys(key for _, item in _read_objects(path, encoding) for key in item))
    rows = (
        Row(number=number, cells=[to_text(item.get(name)) for name in columns])
        for number, item in _read_objects(path, encoding)
    )
    return make_table(columns, rows, path=path)


def read_parquet(path: Path) -> Table:
    """Return a Parquet file as a table, read some thousand rows at a time."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    def read_rows() -> Iterator[Row]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield Row(number=number, cells=[to_text(cell) for cell in cells])
        except (ArrowException, OSError, UnicodeDecodeError) as error:
            raise _broken(path) from error

    try:
        file = ParquetFile(path)
        columns = file.schema_arrow.names
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        raise _broken(path) from error
    return make_table(columns, read_rows(), path=path)


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
            yield number, item


def _broken(path: Path) -> InputError:
    return InputError(f"{path.name} cannot be read as Parquet.", hint="export it again")
