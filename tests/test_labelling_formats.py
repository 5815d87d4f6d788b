import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.codebook import Codebook, load_codebook
from signalread.labelling.detection import detect_format
from signalread.labelling.exchange import read_labels, write_labels
from signalread.labelling.formats import FORMATS
from signalread.labelling.items import (
    Annotation,
    AnswerStatus,
    Item,
    Prediction,
    Span,
    item_from_plain,
    to_plain,
)
from signalread.records import Source
from tests.golden import FOLDER, check_golden

GOLDEN = FOLDER / "labels"
NATIVE = {path.name.split(".")[0]: path for path in GOLDEN.glob("*.*") if "items" not in path.name}
LABELS = load_codebook().labels


def plain(item: Item) -> dict[str, Any]:
    """Return what an approved file says of an item: all but the text and the tool's own."""
    found = {k: v for k, v in to_plain(item).items() if k not in ("text", "tool")}
    for name in ("annotations", "predictions"):
        if name in found:
            found[name] = [{k: v for k, v in a.items() if k != "tool"} for a in found[name]]
    return found


def approved(name: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / f"{name}.items.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", sorted(set(NATIVE) - {"jsonl"}))
def test_a_tools_file_says_what_its_approved_reading_says(name: str, codebook: Codebook) -> None:
    items = read_labels(NATIVE[name], codebook=codebook)
    assert detect_format(NATIVE[name]) == name
    assert [plain(item) for item in items] == approved(name)
    assert items[0].text == "Vi får planera själva, men ingen frågar."


@pytest.mark.parametrize("name", sorted(set(NATIVE) - {"csv"}))
def test_a_tools_file_read_and_written_says_the_same_in_every_field(
    name: str, codebook: Codebook, tmp_path: Path
) -> None:
    out = tmp_path / NATIVE[name].name
    items = read_labels(NATIVE[name], codebook=codebook)
    write_labels(items, out, codebook=codebook, format_=name)
    assert read_labels(out, codebook=codebook) == items
    if name.endswith("csv"):
        return  # the same rows, other columns first
    native, written = (list(load(path)) for path in (NATIVE[name], out))
    assert [told(record) for record in written] == [told(record) for record in native]


def load(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if text.startswith("["):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines()]


def told(value: Any) -> Any:
    """Leave out fields that are there and empty: a tool writes some of them, and ours others."""
    if isinstance(value, dict):
        return {k: told(v) for k, v in value.items() if v not in ([], {}, "", None)}
    return [told(v) for v in value] if isinstance(value, list) else value


def common() -> list[Item]:
    lines = (GOLDEN / "jsonl.jsonl").read_text(encoding="utf-8").splitlines()
    return [item_from_plain(json.loads(line)) for line in lines]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_for_a_tool_is_the_approved_file(
    name: str, codebook: Codebook, tmp_path: Path
) -> None:
    out = tmp_path / f"out{FORMATS[name].suffix}"
    write_labels(common(), out, codebook=codebook, format_=name)
    if name == "doccano-zip":
        with zipfile.ZipFile(out) as archive:
            parts = [f"{n}\n{archive.read(n).decode()}" for n in archive.namelist()]
        check_golden(f"labels/written/{name}.txt", "\n".join(parts))
    elif FORMATS[name].suffix in (".json", ".jsonl", ".csv"):
        with out.open(encoding="utf-8", newline="") as handle:
            text = handle.read().replace("\r\n", "\n")
        check_golden(f"labels/written/{name}{FORMATS[name].suffix}", text)
    back = read_labels(out, codebook=codebook)
    assert detect_format(out) == name
    assert by_id(back) == by_id(common())


def by_id(items: list[Item]) -> list[Item]:
    """Put items and their annotations in one order: an archive has them by annotator."""
    return sorted(
        (replace(i, annotations=tuple(sorted(i.annotations, key=repr))) for i in items),
        key=lambda item: item.id,
    )


# What a comment may hold once intake has cleaned it: no control characters but line breaks.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t"),
    min_size=1,
    max_size=40,
).filter(lambda text: bool(text.strip()))
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8
)
labels = st.lists(st.sampled_from(LABELS[:6]), unique=True, max_size=3).map(tuple)
values = st.one_of(words, st.integers(-99, 99), st.booleans(), st.lists(words, max_size=2))
scores = st.floats(0, 1, allow_subnormal=False)


@st.composite
def annotations(draw: st.DrawFn, length: int) -> Annotation:
    start = draw(st.integers(0, length - 1))
    span = Span(start=start, end=draw(st.integers(start + 1, length)), label=LABELS[0])
    return Annotation(
        annotator=draw(words),
        status=draw(st.sampled_from(AnswerStatus)),
        labels=draw(labels),
        asked=draw(st.none() | labels),
        at=draw(st.sampled_from(["", "2026-03-09T22:16:08+00:00", "igår"])),
        why=draw(words),
        spans=draw(st.sampled_from([(), (span,)])),
        tool=draw(st.sampled_from([{}, {"prodigy": {"_task_hash": 5}}])),
    )


@st.composite
def item_records(draw: st.DrawFn) -> Item:
    text = draw(texts)
    return Item(
        id=draw(words.filter(lambda word: bool(word.strip()))),
        text=text,
        question=draw(st.none() | words),
        team=draw(words),
        sector=draw(words),
        wave=draw(words),
        source=draw(st.none() | st.sampled_from(Source)),
        comment_id=draw(st.none() | words),
        segment=draw(st.none() | st.integers(0, 9)),
        annotations=tuple(draw(st.lists(annotations(len(text)), max_size=3))),
        predictions=tuple(
            draw(
                st.lists(
                    st.builds(
                        Prediction,
                        model=words,
                        labels=labels,
                        scores=st.dictionaries(st.sampled_from(LABELS), scores, max_size=2),
                    ),
                    max_size=2,
                )
            )
        ),
        extra=draw(
            st.dictionaries(
                words.filter(lambda w: w not in ("signalread", "text", "id")), values, max_size=2
            )
        ),
    )


some_items = st.lists(item_records(), min_size=1, max_size=3, unique_by=lambda item: item.id)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"spacy"}))
@settings(max_examples=25, deadline=None)
@given(items=some_items)
def test_nothing_is_lost_there_and_back(name: str, items: list[Item]) -> None:
    check_nothing_is_lost(name, items)


@settings(max_examples=5, deadline=None)  # opening spaCy takes its time
@given(items=some_items)
def test_nothing_is_lost_in_a_docbin(items: list[Item]) -> None:
    check_nothing_is_lost("spacy", items)


def check_nothing_is_lost(name: str, items: list[Item]) -> None:
    codebook = load_codebook()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"out{FORMATS[name].suffix}"
        write_labels(items, out, codebook=codebook, format_=name)
        back = read_labels(out, codebook=codebook, format_=name)
    if name == "doccano-zip":
        assert by_id(back) == by_id(items)
    else:
        assert back == items


def test_what_was_changed_in_the_tool_counts_over_what_rode_along(
    codebook: Codebook, tmp_path: Path
) -> None:
    """A skipped answer rides along in doccano, which has no skips; then somebody labels it."""
    skipped = Annotation(status=AnswerStatus.SKIPPED)
    item = Item(id="1", text="Vi får planera.", annotations=(skipped,))
    out = tmp_path / "tasks.jsonl"
    write_labels([item], out, codebook=codebook, format_="doccano")
    assert read_labels(out, codebook=codebook)[0].annotations == (skipped,)
    record = json.loads(out.read_text(encoding="utf-8"))
    out.write_text(json.dumps(record | {"label": ["trust"]}), encoding="utf-8")
    assert read_labels(out, codebook=codebook)[0].annotations == (Annotation(labels=("trust",)),)


def test_what_rode_along_stays_with_its_own_answer_when_another_is_changed(
    codebook: Codebook, tmp_path: Path
) -> None:
    asked = ("trust", "control")
    given = (
        Annotation(annotator="anna", status=AnswerStatus.DRAFT, asked=asked),
        Annotation(annotator="bo", labels=("trust",), asked=asked),
        Annotation(annotator="cy", labels=("care-",)),
    )
    item = Item(id="1", text="Vi får planera.", annotations=given)
    out = tmp_path / "tasks.json"
    write_labels([item], out, codebook=codebook, format_="label-studio")  # drafts stand last
    (task,) = json.loads(out.read_text(encoding="utf-8"))
    task["annotations"][1]["was_cancelled"] = True
    out.write_text(json.dumps([task]), encoding="utf-8")
    (back,) = read_labels(out, codebook=codebook)
    found = {a.annotator: (a.status.value, a.labels, a.asked) for a in back.annotations}
    assert found == {
        "anna": ("draft", (), asked),
        "bo": ("submitted", ("trust",), asked),
        "cy": ("skipped", ("care-",), None),
    }


def test_a_data_set_of_numbers_is_read_by_the_order_of_the_codebook(
    codebook: Codebook, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ones = [int(label in ("trust", "care-")) for label in codebook.labels]
    table = pa.Table.from_pylist([{"text": "Vi får planera.", "label": ones}])
    pq.write_table(table, tmp_path / "data.parquet")
    (item,) = read_labels(tmp_path, codebook=codebook)
    assert item.annotations[0].labels == ("trust", "care-")


def test_a_data_set_saved_to_disk_is_read_by_the_names_of_its_classes(
    codebook: Codebook, tmp_path: Path
) -> None:
    import pyarrow as pa

    feature = {"feature": {"names": ["care-", "trust"], "_type": "ClassLabel"}, "_type": "List"}
    known = json.dumps({"info": {"features": {"label": feature}}})
    table = pa.table({"text": ["Vi får planera."], "label": [[1]]})
    table = table.replace_schema_metadata({"huggingface": known})
    with pa.ipc.new_stream(tmp_path / "data-00000-of-00001.arrow", table.schema) as writer:
        writer.write_table(table)
    (item,) = read_labels(tmp_path, codebook=codebook)
    assert item.annotations[0].labels == ("trust",)


def test_the_folder_for_hugging_face_holds_ones_and_zeros_for_answers_only(
    codebook: Codebook, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    write_labels(common(), tmp_path / "out", codebook=codebook, format_="huggingface")
    rows = pq.read_table(tmp_path / "out" / "data").to_pylist()
    ones = {row["annotator"]: row["label"] for row in rows if row["id"] == "c1:0"}
    given = [label for label, one in zip(LABELS, ones["anna"], strict=True) if one]
    assert given == ["trust", "autonomy+"]
    assert sum(ones["bo"]) == 0
    assert ones["cy"] is None


def test_a_docbin_has_a_category_for_every_label_that_was_asked_about(
    codebook: Codebook, tmp_path: Path
) -> None:
    import spacy
    from spacy.tokens import DocBin

    write_labels(common(), tmp_path / "out.spacy", codebook=codebook, format_="spacy")
    docs = list(DocBin().from_disk(tmp_path / "out.spacy").get_docs(spacy.blank("sv").vocab))
    assert docs[0].cats == {label: float(label in ("trust", "autonomy+")) for label in LABELS}
    assert set(docs[1].cats.values()) == {0.0}
    assert docs[5].cats == {"control": 1.0, "trust": 0.0}
    assert docs[6].cats == {}
