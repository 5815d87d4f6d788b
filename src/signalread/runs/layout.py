"""What stands in a run folder's files: their columns, and the version of the format."""

from typing import Any

import pyarrow as pa

from signalread.records import Estimate, Withheld

FORMAT = 1

COMMENTS = pa.schema(
    [
        ("comment_id", pa.string()),
        ("team", pa.string()),
        ("respondent", pa.string()),
        ("wave", pa.string()),
        ("question", pa.string()),
        ("source", pa.string()),
        ("text", pa.string()),
        ("language", pa.string()),
        ("status", pa.string()),
    ]
)
SEGMENTS = pa.schema(
    [
        ("comment_id", pa.string()),
        ("segment", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("labels", pa.list_(pa.string())),
        ("scores", pa.map_(pa.string(), pa.float32())),
        (
            "evidence",
            pa.list_(
                pa.struct([("start", pa.int32()), ("end", pa.int32()), ("label", pa.string())])
            ),
        ),
    ]
)
ESTIMATES = pa.schema(
    [
        ("team", pa.string()),
        ("level", pa.int32()),
        ("wave", pa.string()),
        ("source", pa.string()),
        ("label", pa.string()),
        ("n", pa.int32()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("compared", pa.struct([("parent", pa.string()), ("last_wave", pa.string())])),
        ("above_parent", pa.float64()),
        ("above_last_wave", pa.float64()),
        ("status", pa.string()),
        ("reason", pa.string()),
    ]
)


def estimate_row(cell: Estimate | Withheld) -> dict[str, Any]:
    """Return the row of ``estimates.parquet``; a withheld cell's numbers are null."""
    row: dict[str, Any] = {
        "team": cell.cell.team,
        "level": cell.cell.level,
        "wave": cell.cell.wave,
        "source": cell.cell.source.value,
        "label": cell.cell.label,
    }
    if isinstance(cell, Withheld):
        return row | {"status": "withheld", "reason": cell.reason.value}
    return row | {
        "n": cell.n,
        "share": cell.share,
        "low": cell.low,
        "high": cell.high,
        "compared": {"parent": cell.parent, "last_wave": cell.last_wave},
        "above_parent": cell.above_parent,
        "above_last_wave": cell.above_last_wave,
        "status": "shown",
    }
