"""Office files are zip archives: looked through before a parser unpacks them."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from signalread.errors import InputError
from signalread.intake.files import PARSER_ERRORS

LARGEST_UNPACKED = 2 * 1024**3  # bytes, all parts together
MOST_MARKUP = 10_000_000  # tags and attributes of a document, each held as an object
_CHUNK = 1024**2
OVERLAP = 64  # bytes of a part that are seen again, so that nothing is cut in two
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def check_archive(path: Path) -> None:
    """Raise :class:`InputError` for what is not an archive, or could hurt when it is unpacked.

    Parts are unpacked in pieces and counted rather than believed; an XML part that declares
    entities (none that Office writes does) is refused.
    """
    check_unprotected(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if "META-INF/manifest.xml" in archive.namelist():
                _check_manifest(archive, path)
            unpacked = 0
            for part in archive.infolist():
                for chunk in unpack(archive, part):
                    unpacked += len(chunk) - OVERLAP
                    if unpacked > LARGEST_UNPACKED:
                        raise InputError(
                            f"{path.name} unpacks to over {LARGEST_UNPACKED // 1024**2:,} MB.",
                            hint="save the sheet or the text alone in a new file",
                        )
                    if part.filename.endswith((".xml", ".rels")) and _declares(chunk):
                        raise InputError(
                            f"{path.name} declares XML entities, which Office files do not.",
                            hint="open it in Office and save it again, if you trust it",
                        )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise broken(path) from error
    except RuntimeError as error:  # zipfile says so of an encrypted part
        raise _protected(path) from error


def check_unprotected(path: Path) -> None:
    """Raise :class:`InputError` for an Office file behind a password, or in the old format."""
    with path.open("rb") as handle:
        if handle.read(4) != b"\xd0\xcf\x11\xe0":
            return
        handle.seek(0)
        import msoffcrypto
        from msoffcrypto.exceptions import FileFormatError

        try:
            protected = msoffcrypto.OfficeFile(handle).is_encrypted()
        except (FileFormatError, *PARSER_ERRORS) as error:
            raise broken(path) from error
    if protected:
        raise _protected(path)
    raise InputError(
        f"{path.name} is in the Office format from before 2007.",
        hint=f"open it and save it as {path.suffix.lower()}",
    )


def check_markup(path: Path) -> None:
    """Raise :class:`InputError` for a Word file of so many tags that they would fill the memory."""
    with zipfile.ZipFile(path) as archive:
        # Pictures have these bytes as well, by chance and far too few to matter.
        markup = sum(
            chunk.count(b"<", OVERLAP) + chunk.count(b"=", OVERLAP)
            for part in archive.infolist()
            for chunk in unpack(archive, part)
        )
    if markup > MOST_MARKUP:
        raise InputError(
            f"{path.name} is built of {markup:,} tags; at most {MOST_MARKUP:,} are read.",
            hint="save the text alone in a new file",
        )


def _declares(chunk: bytes) -> bool:
    """Say whether XML declares a type or entities, in whatever width its letters are written."""
    return _DECLARATION.search(chunk) is not None or (
        b"\0" in chunk and _DECLARATION.search(chunk.replace(b"\0", b"")) is not None
    )


def unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in chunks, each beginning with the end of the one before."""
    # What a part says of its size is no promise: read on until it ends.
    part.file_size = LARGEST_UNPACKED * 2
    tail = b" " * OVERLAP
    with archive.open(part) as handle:
        while chunk := handle.read(_CHUNK):
            yield tail + chunk
            tail = (tail + chunk)[-OVERLAP:]


def _check_manifest(archive: zipfile.ZipFile, path: Path) -> None:
    with archive.open("META-INF/manifest.xml") as manifest:
        if b"encryption-data" in manifest.read(_CHUNK):
            raise _protected(path)


def _protected(path: Path) -> InputError:
    return InputError(
        f"{path.name} is protected by a password.",
        hint="open it, take the password away (File > Info > Protect) and save a copy",
    )


def broken(path: Path) -> InputError:
    """Return the error for an archive that cannot be what its name says."""
    return InputError(
        f"{path.name} cannot be opened; it is broken or something else than its name says.",
        hint="open it in Office and save it again, or save the sheet as CSV",
    )
