"""Label files in and out: items from any format that is known, and items as any of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.checking import check_item
from signalread.labelling.corpus_files import read_corpus_items
from signalread.labelling.detection import detect_format
from signalread.labelling.files import written
from signalread.labelling.formats import CORPUS, FORMATS
from signalread.labelling.items import Item
from signalread.labelling.merging import merge_files, merge_items, name_item
from signalread.labelling.rest import build_whole, parse_whole


def read_labels(path: Path, *, codebook: Codebook, format_: str | None = None) -> list[Item]:
    """Return the items of a label file, rows about one item put together.

    The format is told by the file's content unless it is named. Items without an id get one from
    their text and question, so that two people's files of the same texts meet. The whole of it is
    held in memory. Raises :class:`InputError` for a file or record that cannot be read and for
    labels that the codebook does not have; no message holds a text.
    """
    name = format_ or detect_format(path)
    if name == CORPUS:
        return [item for _, item in read_corpus_items(path, codebook=codebook)]
    form = FORMATS[name]
    taken: dict[str, int] = {}
    found: list[tuple[str, Item]] = []
    for where, record in form.load(path):
        try:
            item = parse_whole(record, parse=lambda native: form.parse(native, codebook.labels))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise InputError(
                f"{where[0].upper()}{where[1:]} is not a record of {form.about} ({_what(error)}).",
                hint="name the right format with `--from`, or export it again",
            ) from None
        item = name_item(item, taken)
        check_item(item, codebook=codebook, where=where)
        found.append((where, item))
    return merge_items(found)


def read_files(files: Sequence[tuple[Path, str]], *, codebook: Codebook) -> list[Item]:
    """Return the items of several label files, given with their formats, as one.

    What several people said of an item stands together. People without a name are called by their
    file, where there are several.
    """
    read = []
    for path, format_ in files:
        items = read_labels(path, codebook=codebook, format_=format_)
        if len(files) > 1:
            items = [_named(item, path.stem) for item in items]
        read.append((path.name, items))
    return merge_files(read)


def write_labels(items: Iterable[Item], path: Path, *, codebook: Codebook, format_: str) -> None:
    """Write items as a label file that :func:`read_labels` gives back as they are.

    What the format has no place for rides along under ``signalread`` in its metadata. Only the
    owner can read the file. Raises :class:`InputError` where something is in the way.
    """
    if format_ == CORPUS:
        raise InputError(
            "A corpus holds one answer to each text.", hint="use `signalread labels import`"
        )
    form = FORMATS[format_]
    labels = codebook.labels
    records = (
        build_whole(
            part,
            build=lambda item: form.build(item, labels),
            parse=lambda native: form.parse(native, labels),
        )
        for item in items
        for part in (_rows(item) if form.rows else [item])
    )
    with written(path) as draft:
        form.save(records, draft, labels)


def _named(item: Item, name: str) -> Item:
    return replace(
        item,
        annotations=tuple(
            a if a.annotator else replace(a, annotator=name) for a in item.annotations
        ),
    )


def _rows(item: Item) -> Iterator[Item]:
    """Yield an item for each of its annotations; its predictions stand in the first."""
    yield replace(item, annotations=item.annotations[:1])
    for annotation in item.annotations[1:]:
        yield replace(item, annotations=(annotation,), predictions=())


def _what(error: Exception) -> str:
    """Say what is wrong with a record, without what stands in it."""
    told = str(error.args[0]) if error.args else ""
    if isinstance(error, KeyError) and told.isidentifier():
        return f"it has no '{told}'"
    return f"{type(error).__name__}"
