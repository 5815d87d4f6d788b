"""Two hundred planted names and numbers are in nothing that a run writes or says, or leaves."""

import errno
import html
import io
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import docx
import openpyxl
import polars as pl
import pytest
from faker import Faker

from signalread import cli, loading, pipeline, runs, stages
from signalread.codebook import Codebook
from signalread.loading import load_models
from signalread.pipeline import Models
from signalread.records import Comment, Source
from signalread.redaction import load_name_finder, redact_comments
from tests.tiny_model import make_tiny_model

NAMES = Path(__file__).parents[1] / "models/names-sv"
PROGRAM = Path(cli.__file__).parents[1]
SENTENCES = {
    "person": [
        "Jag kan alltid prata med {} om något är fel.",
        "{} lyssnar aldrig på oss som jobbar natt.",
        "Det är bara {} som får bestämma över schemat.",
        "Vi har bett om hjälp men får inget svar. Hälsningar {}",
        "Schemat gjordes om av {} utan att någon frågade.",
    ],
    "number": [
        "Mitt personnummer är {} om ni vill kolla upp det.",
        "De skrev {} på tavlan så att alla såg det.",
    ],
    "phone": ["Ring mig på {} om ni vill veta mer.", "Jag nås på {} efter klockan fem."],
    "email": ["Mejla {} om ni undrar något.", "Alla klagomål går till {} och stannar där."],
}
WANTED = {"person": 110, "number": 35, "phone": 25, "email": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A sentence, and the words of it that nobody may find again."""

    sentence: str
    whole: str
    marks: tuple[str, ...]


def invent(kind: str, fake: Faker) -> tuple[str, tuple[str, ...]]:
    """Return something that points at a person, and the parts of it to search for."""
    match kind:
        case "person":
            first, last = fake.first_name(), fake.last_name()
            return f"{first} {last}", (first, last)
        case "number":
            number = fake.unique.ssn(min_age=20, max_age=64)
            return number, (number, number.replace("-", ""))
        case "phone":
            number = f"07{fake.unique.numerify('#-### ## ##')}"
            return number, (number, "".join(filter(str.isdigit, number)))
    address = f"{fake.unique.user_name()}.{fake.numerify('##')}@{fake.domain_name()}"
    return address, (address, address.partition("@")[0])


@pytest.fixture(scope="module")
def plants() -> list[Plant]:
    """Return two hundred that redaction finds; nearly all that are invented are such."""
    # The codebook cites authors, in the report as well: their names would prove nothing.
    own = "".join(path.read_text(encoding="utf-8") for path in PROGRAM.glob("codebook/*.yaml"))
    fake = Faker("sv_SE")
    fake.seed_instance(20261128)
    drawn: list[tuple[str, Plant]] = []
    for kind, wanted in WANTED.items():
        for i in range(wanted + wanted // 5):
            whole, marks = invent(kind, fake)
            sentence = SENTENCES[kind][i % len(SENTENCES[kind])].format(whole)
            # A short mark stands in other words as well: "Per" in "Personal".
            if all(len(mark) >= 5 and mark not in own for mark in marks):
                drawn.append((kind, Plant(sentence=sentence, whole=whole, marks=marks)))
    redacted = redact_comments(
        (
            Comment(
                id=str(i),
                team="Omsorg / Norr",
                wave="1",
                respondent=None,
                question=None,
                source=Source.SURVEY,
                text=plant.sentence,
            )
            for i, (_, plant) in enumerate(drawn)
        ),
        find_names=load_name_finder(NAMES),
        salt="salt",
    )
    found = [
        (kind, plant)
        for (kind, plant), comment in zip(drawn, redacted, strict=True)
        if not any(mark in comment.text for mark in plant.marks)
    ]
    assert len(found) >= 0.97 * len(drawn)
    random.Random(1).shuffle(found)
    assert len(found) >= 200
    return [plant for _, plant in found[:200]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture
def house(tmp_path: Path, plants: list[Plant]) -> Path:
    """Return a folder with a survey and notes, all planted, their own names as well."""
    source = tmp_path / "in"
    survey, notes, minutes = plants[:140], plants[140:170], plants[170:]
    persons = [plant.whole for plant in survey if plant.whole.replace(" ", "").isalpha()]
    folder = source / f"Från {persons[0]}"
    folder.mkdir(parents=True)
    rows = ["Svars-id;Enhet;E-post;Namn;Omgång;Fråga;Kommentar"]
    for i, plant in enumerate(survey[:120]):
        team = ("Omsorg / Norr", "Omsorg / Syd", "Teknik / Gata")[i % 3]
        # Who answered, a column that nobody reads, and a question that names somebody.
        who = f"{i}.{plant.marks[0]}" if i % 2 else ""
        asked = plant.sentence if i % 20 == 0 else "Vad fungerar bra?"
        number = plant.whole if i % 4 == 0 else i
        rows.append(f"{number};{team};{who};{plant.whole};1;{asked};{plant.sentence}")
    named = "-".join(persons[1].split())
    (source / f"{named}-svar.csv").write_text("\r\n".join(rows), encoding="cp1252")
    book = openpyxl.Workbook()
    sheet = book.create_sheet(f"{persons[2]} svar"[:31], 0)
    sheet.append(["Enhet", f"Hur är det att arbeta med {persons[3]}?"])
    for plant in survey[120:]:
        sheet.append(["Teknik / Gata", plant.sentence])
    book.save(source / f"{persons[4]}.xlsx")
    lines = ["# APT Gata 2026-03-14", "Enhet: Teknik / Gata", ""]
    for plant in notes:
        lines += [f"- {plant.sentence}"]
    people = [plant.whole for plant in notes if " " in plant.whole and plant.whole[0].isalpha()]
    lines += ["", f"Närvarande: {', '.join(people)}", ""]
    lines += [f"{name}: Vi bestämmer schemat själva." for name in people]
    (folder / f"{persons[5]}.md").write_text("\n".join(lines), encoding="utf-8")
    document = docx.Document()
    document.core_properties.author = people[0]
    document.add_heading("APT Omsorg Norr 2026-04-02")
    document.add_paragraph("Enhet: Omsorg / Norr")
    for plant in minutes:
        document.add_paragraph(plant.sentence)
    document.save(str(folder / f"APT {persons[6]} 2026-04-02.docx"))
    for name in ("temp", "home"):
        (tmp_path / name).mkdir()
    return tmp_path


def spellings(mark: str) -> set[bytes]:
    """Return a mark as it is written in texts, JSON, HTML, addresses and two encodings."""
    return {
        mark.encode(),
        mark.encode("utf-16-le"),
        mark.encode("cp1252"),
        json.dumps(mark)[1:-1].encode(),
        mark.encode("ascii", "xmlcharrefreplace"),
        html.escape(mark).encode(),
        quote(mark).encode(),
    }


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file's name and bytes, and what it holds when it is unpacked."""
    yield name, name.encode() + b"\n" + data
    if data[:4] == b"PAR1" and data[-4:] == b"PAR1":
        table = pl.read_parquet(io.BytesIO(data))
        yield f"{name} unpacked", json.dumps(table.to_dicts(), ensure_ascii=False).encode()
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield from contents(f"{name}/{part}", archive.read(part))


def leaks(house: Path, plants: Iterable[Plant], *, said: str) -> list[str]:
    """Return where a planted mark stands: in what was said, or in any file but the input."""
    files = [
        path for path in house.rglob("*") if path.is_file() and house / "in" not in path.parents
    ]
    held = [("output", said.encode())]
    for path in files:
        held += contents(str(path.relative_to(house)), path.read_bytes())
    sought = {spelling for plant in plants for mark in plant.marks for spelling in spellings(mark)}
    return [f"{name}: {mark!r}" for name, data in held for mark in sought if mark in data]


def environment(house: Path) -> dict[str, str]:
    return {
        **os.environ,
        "NO_COLOR": "1",
        "COLUMNS": "200",
        "HOME": str(house / "home"),
        "TMPDIR": str(house / "temp"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def test_two_hundred_names_and_numbers_are_planted(house: Path, plants: list[Plant]) -> None:
    marks = {mark for plant in plants for mark in plant.marks}
    assert len(marks) > 200
    assert len(leaks(house, plants, said=" ".join(marks))) >= len(marks)  # the search finds them
    shutil.copytree(house / "in", house / "copy")
    places = {hit.split(": ")[0].split("/")[1] for hit in leaks(house, plants, said="")}
    assert places == {path.name for path in (house / "in").iterdir()}


def test_a_whole_run_writes_and_says_none_of_them(
    house: Path, plants: list[Plant], model: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "signalread", "analyze", "in", "--out", "run"),
            *("--model", str(model), "--verbose"),
        ],
        capture_output=True,
        text=True,
        cwd=house,
        env=environment(house),
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    kept = pl.read_parquet(house / "run/restricted/comments.parquet")
    assert kept.height >= 200
    assert leaks(house, plants, said=done.stdout + done.stderr) == []


def test_a_sheet_and_a_column_that_are_named_on_the_command_line_are_told_without_names(
    house: Path, plants: list[Plant], run: Callable[..., tuple[int, str]]
) -> None:
    [book] = (house / "in").glob("*.xlsx")
    workbook = openpyxl.load_workbook(book)
    sheet, question = workbook.sheetnames[0], workbook.worksheets[0]["B1"].value
    code, said = run(
        *("analyze", f"in/{book.name}", "--out", "run"),
        *("--sheet", sheet, "--text-column", str(question)),
    )
    assert code == 0
    assert leaks(house, plants, said=said) == []
    told = json.loads((house / "run/run.json").read_text("utf-8"))
    assert told["settings"]["sheet"] == "svar-hidden"
    assert told["settings"]["text_columns"] == ["Hur är det att arbeta med [NAMN 1]?"]
    assert told["input"][0]["name"] == f"{told['input'][0]['sha256'][:8]}.xlsx"


def test_a_run_that_is_killed_leaves_none_of_them(
    house: Path, plants: list[Plant], model: Path
) -> None:
    script = """
import os, sys
from signalread import cli, pipeline
def killed(*args, **kwargs):
    os._exit(9)
pipeline.write_reports = killed
cli.main()
"""
    arguments = ["analyze", "in", "--out", "run", "--model", str(model)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=house,
        env=environment(house),
        check=False,
        timeout=300,
    )
    assert done.returncode == 9, done.stderr
    assert any(house.glob(".run.partial/parts/*/restricted/comments.parquet"))
    assert leaks(house, plants, said=done.stdout + done.stderr) == []


@pytest.fixture(scope="module")
def models(model: Path, codebook: Codebook) -> Models:
    return load_models(model, names=NAMES, codebook=codebook)


@pytest.fixture
def run(
    house: Path,
    models: Models,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command here, models loaded once, and what it said."""
    monkeypatch.chdir(house)
    monkeypatch.setattr(tempfile, "tempdir", str(house / "temp"))
    caplog.set_level(logging.DEBUG)

    def command(*arguments: str, load: Callable[..., Models] | None = None) -> tuple[int, str]:
        monkeypatch.setattr(loading, "load_models", load or (lambda *a, **k: models))
        monkeypatch.setattr(sys, "argv", ["signalread", *arguments, "--verbose"])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capfd.readouterr()
        code = left.value.code
        return code if isinstance(code, int) else 0, out + err + caplog.text

    return command


def quoting(error: type[BaseException], record: Any) -> BaseException:
    """Return an error as a library makes them: it quotes what it choked on."""
    return error(f"cannot read {getattr(record, 'text', record)!r}")


def fails_within(real: Callable[..., Any], error: type[BaseException]) -> Callable[..., Any]:
    """Return a stage that works for a while, and then fails at one of the records it is given."""

    def stage(records: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        def watched() -> Iterator[Any]:
            for i, record in enumerate(records):
                if i == 60:
                    raise quoting(error, record)
                yield record

        return real(watched(), *args, **kwargs)

    return stage


def fails_after(real: Callable[..., Any], error: type[BaseException]) -> Callable[..., Any]:
    """Return a stage that fails at one of the records it makes."""

    def stage(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for i, record in enumerate(real(*args, **kwargs)):
            if i == 60:
                raise quoting(error, record)
            yield record

    return stage


@pytest.mark.parametrize("error", [ValueError, KeyError, MemoryError, KeyboardInterrupt])
@pytest.mark.parametrize(
    ("stage", "fails"),
    [
        ("read_comments", fails_after),
        ("redact_comments", fails_within),
        ("redact_comments", fails_after),
        ("split_segments", fails_within),
        ("classify_segments", fails_within),
        ("settle", fails_within),
        ("estimate_shares", fails_after),
    ],
)
def test_a_stage_that_fails_says_and_leaves_none_of_them(
    house: Path,
    plants: list[Plant],
    run: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    fails: Callable[..., Any],
    error: type[BaseException],
) -> None:
    owner = stages if hasattr(stages, stage) else pipeline
    monkeypatch.setattr(owner, stage, fails(getattr(owner, stage), error))
    code, said = run("analyze", "in", "--out", "run")
    assert code != 0
    assert leaks(house, plants, said=said) == []
    assert not (house / "run").exists()


@pytest.mark.parametrize("stage", ["build_view", "write_reports", "RunFolder.finish"])
def test_a_disk_that_fills_up_says_and_leaves_none_of_them(
    house: Path,
    plants: list[Plant],
    run: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, plants[0].sentence)

    owner, _, name = f"pipeline.{stage}".rpartition(".")
    monkeypatch.setattr(runs.RunFolder if "RunFolder" in owner else pipeline, name, full)
    code, said = run("analyze", "in", "--out", "run")
    assert code == 4
    assert "disk is full" in said
    assert leaks(house, plants, said=said) == []
    assert not (house / "run").exists()


def wide_row(path: Path, text: str) -> None:
    path.with_suffix(".csv").write_text(f"Enhet;Kommentar\nNorr;{text}\nNorr;{text};{text}\n")


def open_quote(path: Path, text: str) -> None:
    path.with_suffix(".csv").write_text(f'Enhet;Kommentar\nNorr;{text}\nNorr;"{text}\n')


def two_encodings(path: Path, text: str) -> None:
    rows = f"Enhet;Kommentar\nNorr;åäö {text}\n".encode() * 9 + f"Norr;å {text}".encode("cp1252")
    path.with_suffix(".csv").write_bytes(rows)


def no_team(path: Path, text: str) -> None:
    path.with_suffix(".csv").write_text(f"Kommentar;Betyg\n{text};4\n{text};5\n")


def no_json(path: Path, text: str) -> None:
    good = json.dumps({"team": "Norr", "text": text})
    path.with_suffix(".jsonl").write_text(f"{good}\n{good[:-3]}\n")


def unknown_source(path: Path, text: str) -> None:
    rows = "Norr;enkät;Vi hjälps åt med schemat.\n" * 600
    path.with_suffix(".csv").write_text(f"Enhet;Källa;Kommentar\n{rows}Norr;{text};{text}\n")


def front_matter(path: Path, text: str) -> None:
    path.with_suffix(".md").write_text(f"---\nteam: [{text}\n---\n{text}\n")


def cut_document(path: Path, text: str) -> None:
    document = docx.Document()
    document.add_paragraph(text)
    document.save(str(path.with_suffix(".docx")))
    whole = path.with_suffix(".docx").read_bytes()
    path.with_suffix(".docx").write_bytes(whole[: len(whole) // 2])


def broken_xml(path: Path, text: str) -> None:
    with zipfile.ZipFile(path.with_suffix(".docx"), "w") as archive:
        archive.writestr("word/document.xml", f"<w:document><w:p>{text}</w:document>")


def cut_parquet(path: Path, text: str) -> None:
    frame = pl.DataFrame({"team": ["Norr"] * 50, "text": [text] * 50})
    frame.write_parquet(path.with_suffix(".parquet"))
    whole = bytearray(path.with_suffix(".parquet").read_bytes())
    whole[20:60] = b"x" * 40
    path.with_suffix(".parquet").write_bytes(whole)


@pytest.mark.parametrize(
    "damage",
    [
        wide_row,
        open_quote,
        two_encodings,
        no_team,
        no_json,
        unknown_source,
        front_matter,
        cut_document,
        broken_xml,
        cut_parquet,
    ],
)
def test_a_damaged_second_file_is_told_without_its_words(
    house: Path,
    plants: list[Plant],
    run: Callable[..., tuple[int, str]],
    damage: Callable[[Path, str], None],
) -> None:
    damage(house / "in/zzz", plants[0].sentence)
    code, said = run("analyze", "in", "--out", "run")
    assert code == 2
    assert "zzz" in said
    assert leaks(house, plants, said=said) == []
    assert not (house / "run").exists()


def test_an_output_folder_that_cannot_be_made_is_told_with_none_of_them(
    house: Path, plants: list[Plant], run: Callable[..., tuple[int, str]]
) -> None:
    (house / "file").write_text("in the way")
    code, said = run("analyze", "in", "--out", "file/run")
    assert code == 4
    assert leaks(house, plants, said=said) == []


def test_a_damaged_model_is_told_with_none_of_them(
    house: Path, plants: list[Plant], run: Callable[..., tuple[int, str]], model: Path
) -> None:
    shutil.copytree(model, house / "model")
    with (house / "model/model.safetensors").open("r+b") as weights:
        weights.seek(2000)
        weights.write(b"\xff" * 64)
    code, said = run("analyze", "in", "--out", "run", "--model", "model", load=load_models)
    assert code == 3
    assert leaks(house, plants, said=said) == []
    assert not (house / "run").exists()


def test_redaction_alone_writes_and_says_none_of_them(
    house: Path, plants: list[Plant], run: Callable[..., tuple[int, str]]
) -> None:
    rows = "\n".join(f"Norr;{plant.sentence}" for plant in plants)
    (house / "in/bara.csv").write_text(f"Enhet;Kommentar\n{rows}\n", encoding="utf-8")
    code, said = run("redact", "in/bara.csv", "--out", "ut.csv")
    assert code == 0
    assert len((house / "ut.csv").read_text(encoding="utf-8").splitlines()) == 201
    assert leaks(house, plants, said=said) == []
