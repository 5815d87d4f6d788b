"""Input in object storage, from a server on this computer that speaks S3."""

import stat
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from pyarrow.fs import FileSystem, LocalFileSystem, copy_files

pytest.importorskip("moto")
pytest.importorskip("flask_cors")

from signalread.errors import InputError
from signalread.intake import find_files, gathered, read_comments
from signalread.settings import Settings
from tests.object_storage import BUCKET, object_storage

TABLE = pl.DataFrame(
    {
        "Enhet": ["Omsorg / Norr", "Omsorg / Syd"],
        "Svarande": ["p1", "p2"],
        "Kommentar": ["Vi får bestämma schemat själva.", "Chefen litar på oss."],
    }
)


@pytest.fixture(scope="module")
def store() -> Iterator[FileSystem]:
    with object_storage() as store:
        yield store


def put(store: FileSystem, file: Path, name: str) -> str:
    """Copy a file into the bucket and return its URI."""
    copy_files(
        str(file),
        f"{BUCKET}/{name}",
        source_filesystem=LocalFileSystem(),
        destination_filesystem=store,
    )
    return f"s3://{BUCKET}/{name}"


def test_an_object_is_read_as_a_file_here_would_be(store: FileSystem, tmp_path: Path) -> None:
    here = tmp_path / "enkat.parquet"
    TABLE.write_parquet(here)
    uri = put(store, here, "2026/enkat.parquet")
    with gathered([uri]) as paths:
        there = list(read_comments(find_files(paths), settings=Settings()))
    assert len(there) == 2
    assert there == list(read_comments([here], settings=Settings()))


def test_all_below_a_prefix_is_read_as_a_folder_here_would_be(
    store: FileSystem, tmp_path: Path
) -> None:
    folder = tmp_path / "höst"
    (folder / "norr").mkdir(parents=True)
    TABLE.write_parquet(folder / "a.parquet")
    TABLE.write_csv(folder / "norr" / "b.csv")
    (folder / "norr" / "note.html").write_text("not read", encoding="utf-8")
    for file in folder.rglob("*.*"):
        put(store, file, f"höst/{file.relative_to(folder).as_posix()}")
    with gathered([f"s3://{BUCKET}/höst"]) as paths:
        there = list(read_comments(find_files(paths), settings=Settings()))
    assert len(there) == 4
    assert there == list(read_comments(find_files([folder]), settings=Settings()))


def test_copies_are_their_owners_alone_and_go_when_they_were_read(
    store: FileSystem, tmp_path: Path
) -> None:
    here = tmp_path / "enkat.csv"
    TABLE.write_csv(here)
    with gathered([put(store, here, "enkat.csv"), str(here)]) as (copy, same):
        assert same == here
        assert copy.read_bytes() == here.read_bytes()
        folder = copy.parent.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert here.exists()


def test_what_cannot_be_fetched_is_told_without_its_key(store: FileSystem) -> None:
    for uri, said in (
        (f"s3://name:secret@{BUCKET}/gone.csv", "Nothing lies at s3://survey/gone.csv"),
        (f"s3://{BUCKET}/a.csv?endpoint_override=127.0.0.1:1&scheme=http", "cannot be fetched"),
        ("https://survey.example/enkat.csv", "kind of storage"),
        ("s3://", "Nothing lies at s3://"),
    ):
        with pytest.raises(InputError, match=said) as told, gathered([uri]):
            pass
        assert told.value.hint
        assert "secret" not in str(told.value)


def test_an_object_in_a_format_that_is_not_read_is_told_as_a_file_is(
    store: FileSystem, tmp_path: Path
) -> None:
    old = tmp_path / "enkat.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0")
    with (
        gathered([put(store, old, "enkat.xls")]) as paths,
        pytest.raises(InputError, match="format that is not read"),
    ):
        find_files(paths)
