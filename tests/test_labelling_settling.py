import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.corpus_files import read_corpus_items, write_corpus
from signalread.labelling.exchange import read_files, read_labels, write_labels
from signalread.labelling.items import Annotation, AnswerStatus, Item
from signalread.labelling.settling import (
    Settled,
    list_disagreements,
    make_ratings,
    read_decisions,
    settle_items,
)
from signalread.training.corpus import read_corpus

LABELS = ("trust", "control", "care-")


def answer(person: str, *labels: str, status: str = "submitted") -> Annotation:
    return Annotation(annotator=person, labels=labels, status=AnswerStatus(status))


def item(id_: str, *annotations: Annotation) -> Item:
    comment, _, segment = id_.partition(":")
    return Item(
        id=id_,
        text=f"Vi får planera {id_}.",
        team="Omsorg / Norr",
        comment_id=comment,
        segment=int(segment) if segment else None,
        annotations=annotations,
    )


def settle(*items: Item, **decisions: Annotation) -> Settled:
    return settle_items(items, labels=LABELS, decisions=decisions)


def test_only_submitted_answers_count_and_the_rest_is_counted_by_what_it_is() -> None:
    settled = settle(
        item("1", answer("anna", "trust")),
        item("2", answer("anna", "trust", status="draft")),
        item("3", answer("anna", status="skipped")),
        item("4", answer("anna", "trust", status="rejected"), answer("bo", status="skipped")),
        item("5"),
        item("6", answer("anna")),
    )
    assert [i.id for i in settled.items] == ["1", "6"]
    assert settled.items[1].annotations == (answer("anna"),)
    assert settled.left_out == Counter(draft=1, skipped=1, rejected=1, unanswered=1)


def test_a_label_that_most_gave_counts() -> None:
    (found,) = settle(
        item("1", answer("a", "trust"), answer("b", "trust", "care-"), answer("c"))
    ).items
    assert found.annotations[0].labels == ("trust",)
    assert found.annotations[0].annotator == "a, b, c"


def test_an_even_vote_is_a_tie_that_is_named_and_left_out() -> None:
    settled = settle(item("1", answer("a", "trust"), answer("b")), item("2", answer("a")))
    assert settled.tied == ("1",)
    assert [i.id for i in settled.items] == ["2"]


def test_a_third_persons_decision_goes_before_the_majority() -> None:
    decided = answer("cy", "care-")
    settled = settle(item("x", answer("a", "trust"), answer("b", "trust")), x=decided)
    assert settled.items[0].annotations == (decided,)
    assert settled.decided == 1


def test_a_decision_about_what_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="decides on 'y'"):
        settle(item("x", answer("a")), y=answer("cy"))


def test_answers_about_one_label_each_make_one_answer_where_they_cover_all() -> None:
    parts = [
        Annotation(annotator="a", labels=("trust",), asked=("trust",)),
        Annotation(annotator="a", asked=("control",)),
    ]
    rest = Annotation(annotator="a", asked=("care-",))
    assert settle(item("1", *parts)).left_out == Counter(partial=1)
    (found,) = settle(item("1", *parts, rest)).items
    assert found.annotations[0].labels == ("trust",)
    assert found.annotations[0].asked is None


def test_of_a_persons_own_answers_the_last_counts() -> None:
    (found,) = settle(item("1", answer("a", "trust"), answer("a", "control"))).items
    assert found.annotations[0].labels == ("control",)


@settings(deadline=None)
@given(st.lists(st.frozensets(st.sampled_from(LABELS)), min_size=1, max_size=5))
def test_a_majority_is_what_more_than_half_said(answers: list[frozenset[str]]) -> None:
    one = item("1", *(answer(str(n), *sorted(given)) for n, given in enumerate(answers)))
    settled = settle(one)
    votes = {label: sum(label in given for given in answers) for label in LABELS}
    if any(2 * n == len(answers) for n in votes.values()):
        assert settled.tied == ("1",)
    else:
        wanted = {label for label, n in votes.items() if 2 * n > len(answers)}
        assert set(settled.items[0].annotations[0].labels) == wanted


def test_disagreements_are_listed_without_names_and_come_back_as_decisions(
    codebook: Codebook, tmp_path: Path
) -> None:
    items = [
        item("close", answer("anna", "trust", "care-"), answer("bo", "trust")),
        item("apart", answer("anna", "trust"), answer("bo")),
        item("agreed", answer("anna", "trust"), answer("bo", "trust")),
        item("alone", answer("anna", "trust")),
    ]
    listed = list_disagreements(items)
    assert [i.id for i in listed] == ["apart", "close"]
    assert listed[0].extra == {"answers": "1 × trust | 1 × –", "disputed": "trust"}
    write_labels(listed, tmp_path / "decide.csv", codebook=codebook, format_="csv")
    text = (tmp_path / "decide.csv").read_text(encoding="utf-8-sig")
    assert "anna" not in text
    head, first, *rest = text.splitlines()
    cells = dict(zip(head.split(","), first.split(","), strict=True)) | {"labels": "trust"}
    (tmp_path / "decide.csv").write_text(
        "\n".join([head, ",".join(cells.values()), *rest]), encoding="utf-8"
    )
    decisions = read_decisions(read_labels(tmp_path / "decide.csv", codebook=codebook))
    assert decisions == {"apart": Annotation(labels=("trust",))}
    settled = settle_items(items, labels=codebook.labels, decisions=decisions)
    assert [i.id for i in settled.items] == ["apart", "agreed", "alone"]
    assert settled.tied == ("close",)


def test_two_peoples_files_meet_by_id_and_people_without_a_name_are_their_file(
    codebook: Codebook, tmp_path: Path
) -> None:
    for name, label in (("anna", "trust"), ("bo", "control")):
        rows = f"text;labels\nVi får planera.;{label}\nKaffet är gott.;\n"
        (tmp_path / f"{name}.csv").write_text(rows, encoding="utf-8")
    items = read_files(
        [(tmp_path / "anna.csv", "csv"), (tmp_path / "bo.csv", "csv")], codebook=codebook
    )
    assert [len(i.annotations) for i in items] == [2, 0]
    ratings = make_ratings(items)
    assert [(r.annotator, sorted(r.labels)) for r in ratings] == [
        ("anna", ["trust"]),
        ("bo", ["control"]),
    ]


def test_the_same_file_given_twice_is_said_once(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    write_labels([item("1", answer("anna", "trust"))], path, codebook=codebook, format_="jsonl")
    (found,) = read_files([(path, "jsonl"), (path, "jsonl")], codebook=codebook)
    assert len(found.annotations) == 1


def test_settled_items_make_a_corpus_that_training_reads(
    codebook: Codebook, tmp_path: Path
) -> None:
    found = [item(f"c1:{n}", answer("anna", "trust")) for n in (1, 0, 3)]
    assert write_corpus([*found, item("c2", answer("bo"))], tmp_path / "own") == 3
    comments = {c.id: c for c in read_corpus(tmp_path / "own", codebook=codebook)}
    assert sorted(comments) == ["c1", "c1:3", "c2"]  # cut where a segment has no answer
    assert [s.text for s in comments["c1"].segments] == [
        "Vi får planera c1:0.",
        "Vi får planera c1:1.",
    ]
    assert comments["c2"].segments[0].labels == ()
    assert comments["c2"].annotator == "bo"
    assert {c.part for c in comments.values()} == {"train"}


def test_a_corpus_comes_back_as_it_was(codebook: Codebook, tmp_path: Path) -> None:
    line = {
        "id": "n1",
        "source": "notes",
        "sector": "vård",
        "team": "A / B",
        "wave": "2026-1",
        "doc": "protokoll 3",
        "line": 4,
        "segments": [
            {"text": "Vi får planera.", "labels": ["trust"], "rule": 4, "side": "inside"},
            {"text": "Kaffet är gott.", "labels": []},
        ],
        "origin": "egen",
        "annotator": "anna",
    }
    (tmp_path / "old" / "dev").mkdir(parents=True)
    (tmp_path / "old" / "dev" / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    items = [i for _, i in read_corpus_items(tmp_path / "old", codebook=codebook)]
    write_labels(items, tmp_path / "way.jsonl", codebook=codebook, format_="jsonl")
    back = read_labels(tmp_path / "way.jsonl", codebook=codebook)
    write_corpus(back, tmp_path / "new")
    text = (tmp_path / "new" / "dev" / "labels.jsonl").read_text(encoding="utf-8")
    assert json.loads(text) == line


def test_an_item_with_two_answers_is_no_corpus_yet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no one answer"):
        write_corpus([item("1", answer("a"), answer("b"))], tmp_path / "own")
