"""CSV, JSON lines and Parquet: rows copied as they are, but for the texts in them."""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from signalread.errors import InputError
from signalread.intake.cleaning import clean_text
from signalread.intake.columns import Columns
from signalread.intake.delimited import Format, Record, find_format, read_records
from signalread.intake.encoding import detect_encoding, open_text, read_lines
from signalread.intake.structured import to_text
from signalread.intake.table import SAMPLE_ROWS, Table
from signalread.intake.tables import open_table
from signalread.redacting.passages import Passage, Redactor
from signalread.redacting.values import read_texts, replace_texts
from signalread.settings import Settings

_BATCH_ROWS = 8192


def redact_delimited(
    path: Path, out: Path, *, settings: Settings, redactor: Redactor
) -> dict[str, bool]:
    """Write the file's rows with the same separator, quotes, encoding and line breaks.

    Rows in which nothing is found are copied letter by letter. Returns the columns' names, and of
    each whether it was redacted. Raises :class:`InputError` for what intake does not read.
    """
    table, columns = open_table(path, settings=settings)
    first = table.sample[0].number
    deque(table.rows, maxlen=0)  # read to its end, so that a broken row is told before the work
    encoding = detect_encoding(path)
    form = find_format(path, encoding=encoding)
    rows = (
        (record, _cells(record, table, columns) if record.number >= first else [])
        for record in read_records(path, encoding=encoding, form=form)
    )
    with out.open("w", encoding=encoding, newline="") as file:
        for record, texts in redactor.redact_rows(rows):
            if any(text is not None for text in texts):
                file.write(_format_record(record, columns, texts, form=form))
            else:
                file.writelines(record.lines)
    return _told(table, columns)


def redact_json_lines(
    path: Path, out: Path, *, settings: Settings, redactor: Redactor
) -> dict[str, bool]:
    """Write the file's objects, keys in order; texts in lists and objects are redacted as well.

    Lines in which nothing is found are copied letter by letter.
    """
    table, columns = open_table(path, settings=settings)
    deque(table.rows, maxlen=0)
    encoding = detect_encoding(path)
    seen: dict[str, bool] = {}
    with open_text(path, encoding=encoding) as source:
        lines = read_lines(source, name=path.name)
        head = list(islice(lines, _sampled_lines(table)))
        # Intake cleans the names of columns; objects are looked into by their own.
        keys = list(dict.fromkeys(key for line in head if line.strip() for key in json.loads(line)))
        named = [keys[column.position] for column in columns.texts]
        teams = [keys[position] for position in columns.teams]
        rows = (
            _object(line, number, named, teams, seen)
            for number, line in enumerate(chain(head, lines), start=1)
        )
        with out.open("w", encoding=encoding, newline="") as file:
            for (line, item), texts in redactor.redact_rows(rows):
                if any(text is not None for text in texts):
                    replaced = iter(texts)
                    changed = {
                        key: replace_texts(value, replaced) if key in named else value
                        for key, value in item.items()
                    }
                    end = line[len(line.rstrip("\r\n")) :]
                    line = json.dumps(changed, ensure_ascii=False) + end
                file.write(line)
    return {key: key in named for key in seen}


def redact_parquet(
    path: Path, out: Path, *, settings: Settings, redactor: Redactor
) -> dict[str, bool]:
    """Write the file's columns with their types, compression and metadata.

    Raises :class:`InputError` where a placeholder cannot stand in a column of texts, because it
    holds something else.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile, ParquetWriter

    table, columns = open_table(path, settings=settings)
    positions = [column.position for column in columns.texts]
    try:
        file = ParquetFile(path)
        schema, parts = file.schema_arrow, file.metadata
        packed = parts.row_group(0).column(0).compression if parts.num_row_groups else "ZSTD"
        with ParquetWriter(
            out, schema, compression="none" if packed == "UNCOMPRESSED" else packed.lower()
        ) as writer:
            done = 0
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                arrays = list(batch.columns)
                cells = {position: arrays[position].to_pylist() for position in positions}
                teams = [arrays[position].to_pylist() for position in columns.teams]
                rows = (
                    (
                        None,
                        [
                            Passage(
                                row=done + i + 1,
                                column=table.columns[position],
                                text=text,
                                team=" ".join(to_text(team[i]) for team in teams),
                            )
                            for position in positions
                            for text in read_texts(cells[position][i])
                        ],
                    )
                    for i in range(batch.num_rows)
                )
                for i, (_, texts) in enumerate(redactor.redact_rows(rows)):
                    replaced = iter(texts)
                    for position in positions:
                        cells[position][i] = replace_texts(cells[position][i], replaced)
                for position in positions:
                    arrays[position] = pa.array(cells[position], type=schema.types[position])
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                done += batch.num_rows
    except (pa.ArrowException, TypeError):
        raise InputError(
            f"A column of {path.name} that is to be redacted cannot hold a placeholder.",
            hint="name columns of text alone with `--text-column`",
        ) from None  # whose message quotes the cell
    return _told(table, columns)


def _told(table: Table, columns: Columns) -> dict[str, bool]:
    texts = {column.position for column in columns.texts}
    return {name: position in texts for position, name in enumerate(table.columns)}


def _cells(record: Record, table: Table, columns: Columns) -> list[Passage]:
    cells = record.cells
    team = " ".join(cells[position] for position in columns.teams if position < len(cells))
    return [
        Passage(
            row=record.number,
            column=table.columns[column.position],
            text=clean_text(cells[column.position]),
            team=team,
        )
        for column in columns.texts
        if column.position < len(cells)
    ]


def _format_record(
    record: Record, columns: Columns, texts: Sequence[str | None], *, form: Format
) -> str:
    cells = list(record.cells)
    for column, text in zip(columns.texts, texts, strict=False):  # a short row lacks some
        if text is not None:
            cells[column.position] = text
    line = io.StringIO()
    csv.writer(
        line,
        delimiter=form.separator,
        quotechar=form.quote,
        escapechar=form.escape,
        doublequote=form.escape is None,
        quoting=csv.QUOTE_ALL if record.lines[0].startswith(form.quote) else csv.QUOTE_MINIMAL,
        lineterminator="\r\n",
    ).writerow(cells)
    last = record.lines[-1]
    return line.getvalue().removesuffix("\r\n") + last[len(last.rstrip("\r\n")) :]


def _sampled_lines(table: Table) -> int:
    """Return how far down intake looked for the names of columns."""
    return table.sample[min(SAMPLE_ROWS, len(table.sample)) - 1].number


def _object(
    line: str, number: int, named: Sequence[str], teams: Sequence[str], seen: dict[str, bool]
) -> tuple[tuple[str, Mapping[str, Any]], list[Passage]]:
    item: Mapping[str, Any] = json.loads(line) if line.strip() else {}
    seen.update(dict.fromkeys(item, True))
    team = " ".join(to_text(item.get(key)) for key in teams)
    return (line, item), list(_passages(item, number, named, team))


def _passages(
    item: Mapping[str, Any], number: int, named: Sequence[str], team: str
) -> Iterator[Passage]:
    for key, value in item.items():
        if key in named:
            for text in read_texts(value):
                yield Passage(row=number, column=key, text=text, team=team)
