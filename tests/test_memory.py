"""What keeps a run small: nothing is loaded that it does not need, nothing is held that is done."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from signalread.runs.tables import ROWS, Table
from tests.tiny_model import make_tiny_model

ROOT = Path(__file__).parent.parent
SCHEMA = pa.schema([("number", pa.int64()), ("words", pa.list_(pa.string()))])

LOADS = """
import sys
from pathlib import Path
from signalread.codebook import load_codebook
from signalread.loading import load_models
load_models(Path(sys.argv[1]), names=Path("models/names-sv"), codebook=load_codebook())
print("torch" in sys.modules)
import torch
print(torch.ones(2).sum().item())
"""

FREES = """
from signalread.allocation import give_back, share_one_arena

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

share_one_arena()
held = [bytes(2000) for _ in range(100_000)]
held = held[-1:]  # the last one keeps all the memory before it from going back by itself
before = resident()
give_back()
print(before - resident())
"""


def run(code: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_run_does_not_load_torch_and_leaves_it_to_others(tmp_path: Path) -> None:
    assert run(LOADS, str(make_tiny_model(tmp_path / "tiny"))) == ["False", "2.0"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GNU's allocator is Linux's")
def test_what_was_freed_goes_back_to_the_system() -> None:
    (pages,) = run(FREES)
    assert int(pages) > 20_000  # of some 50,000


@given(count=st.sampled_from([0, 1, 999, 1000, 1001, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 500]))
@limits(max_examples=9, deadline=None)
def test_a_table_is_the_same_bytes_as_one_whose_row_groups_are_made_at_once(
    tmp_path_factory: pytest.TempPathFactory, count: int
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    rows = [{"number": i, "words": ["å"] * (i % 3)} for i in range(count)]
    table = Table(folder / "packed.parquet", SCHEMA)
    for row in rows:
        table.add(row)
    table.close()
    with pq.ParquetWriter(folder / "once.parquet", SCHEMA, compression="zstd") as writer:
        for start in range(0, count, ROWS):
            writer.write_table(pa.Table.from_pylist(rows[start : start + ROWS], schema=SCHEMA))
    assert (folder / "packed.parquet").read_bytes() == (folder / "once.parquet").read_bytes()
