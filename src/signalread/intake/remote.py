"""Files in object storage: copied here before they are read, and removed after."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from signalread.errors import InputError
from signalread.intake.files import CAPS, MEGABYTE

_SCHEMES = ("s3", "gs", "abfs", "abfss", "hdfs")
_PLAIN = "%/:?&=@+,;~!$'()*[]#"
_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20})://")


@contextmanager
def gathered(sources: Sequence[str]) -> Iterator[list[Path]]:
    """Give the paths of all sources on this computer, with copies of those in object storage.

    A source is a path, or the URI of an object or of all below a prefix, as pyarrow (and so Ray
    Data) reads it: ``s3://bucket/enkat.parquet``. Copies lie in a folder that only their owner
    can open, under the names they had, until the context ends. Raises
    :class:`~signalread.errors.InputError` for what cannot be fetched.
    """
    with TemporaryDirectory(prefix="signalread-") as folder:
        yield [
            _fetch(source, Path(folder, str(number))) if is_remote(source) else Path(source)
            for number, source in enumerate(sources)
        ]


def is_remote(source: str) -> bool:
    """Say whether a source is a URI.

    >>> is_remote("s3://bucket/enkat.parquet"), is_remote("enkat.csv"), is_remote("C:/enkat.csv")
    (True, False, False)
    """
    return _URI.match(source) is not None


def _fetch(uri: str, folder: Path) -> Path:
    """Copy an object, or what is below a prefix, into the folder and return where it lies."""
    shown = _shown(uri)
    scheme = uri.partition("://")[0].lower()
    if scheme not in _SCHEMES:
        raise InputError(
            f"{shown} is in a kind of storage that is not read from.",
            hint=f"give a path, or a URI that begins with {', '.join(_SCHEMES)}",
        )
    from pyarrow import ArrowException
    from pyarrow.fs import FileSelector, FileSystem, FileType

    try:
        # Written as one writes it: å and spaces too, which a URI has in another form.
        system, root = FileSystem.from_uri(quote(uri, safe=_PLAIN))
        (named,) = system.get_file_info([root])
        if not root or named.type is FileType.NotFound:
            raise InputError(f"Nothing lies at {shown}.", hint="check the address")
        if named.type is FileType.File:
            place = folder / PurePosixPath(root).name
            _copy(system, named, place)
            return place
        place = folder / PurePosixPath(root).name
        place.mkdir(parents=True)
        for found in system.get_file_info(FileSelector(root, recursive=True)):
            if found.type is FileType.File:
                _copy(system, found, place / _below(found.path, root))
        return place
    except (OSError, ArrowException, ValueError) as error:
        raise InputError(
            f"{shown} cannot be fetched ({type(error).__name__}).",
            hint="check the address, and what gives access to it (for S3 the variables AWS_…)",
        ) from None


def _below(name: str, root: str) -> Path:
    """Return the path of an object below its prefix. Raises for one that leads out of it."""
    relative = PurePosixPath(name).relative_to(PurePosixPath(root))
    if ".." in relative.parts or "\\" in name:
        raise InputError(
            "An object has a name that leads out of its folder.", hint="rename it in the storage"
        )
    return Path(relative)


def _copy(system: Any, found: Any, place: Path) -> None:
    """Copy an object of a kind that is read; of any other its name alone, so that it is told."""
    from pyarrow.fs import LocalFileSystem, copy_files

    place.parent.mkdir(parents=True, exist_ok=True)
    suffix = place.suffix.lower()
    if suffix not in CAPS:
        place.touch()
        return
    if found.size > CAPS[suffix]:
        raise InputError(
            f"{place.name} is {found.size / MEGABYTE:,.0f} MB; at most "
            f"{CAPS[suffix] / MEGABYTE:,.0f} MB of {suffix} is read.",
            hint="split it, or save it as CSV or Parquet",
        )
    copy_files(
        found.path,
        str(place),
        source_filesystem=system,
        destination_filesystem=LocalFileSystem(),
    )


def _shown(uri: str) -> str:
    """Return a URI without the key that it may hold.

    >>> _shown("s3://name:secret@bucket/enkat.parquet?endpoint_override=localhost")
    's3://bucket/enkat.parquet'
    """
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"
