"""Office files without the hour at which they were made: the same report is the same bytes."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip archive can tell


def stamp(path: Path, *, made: datetime) -> None:
    """Give an Office file one time, ``made``, in place of those of its parts.

    The workbooks behind a deck's charts are stamped as well.
    """
    path.write_bytes(_stamped(path.read_bytes(), f"{made:%Y-%m-%dT%H:%M:%SZ}".encode()))


def _stamped(data: bytes, made: bytes) -> bytes:
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _stamped(part, made)
            elif name.endswith("core.xml"):
                part = _TIME.sub(rb"\g<1>" + made, part)
            info = zipfile.ZipInfo(name, date_time=_EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return written.getvalue()
