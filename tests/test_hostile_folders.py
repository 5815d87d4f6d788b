"""Settings, codebooks, models and runs from strangers: checked field by field, and never run."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from scripts.fuzz_examples import CODEBOOK, make_run
from signalread.classification.calibration import ARRAYS, Calibration
from signalread.classification.model_folder import FORMAT, REQUIRED, check_folder, hash_of
from signalread.codebook import Codebook, load_codebook
from signalread.codebook.frameworks import load_frameworks
from signalread.codebook.plain_yaml import LARGEST, read_yaml
from signalread.errors import CodebookError, ModelError, RunError, SettingsError
from signalread.runs.saved import open_run
from signalread.settings import Settings, load_settings
from signalread.waves import wave_key

LAUGHS = "a0: &a0 ha\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


# Settings


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000, "min_respondents = " + "9" * 5000, "min_respondents = 10_000_000",
     "text_columns = 5", "text_columns = true", "team_columns = {a = 1}", "coverage = nan",
     "coverage = 0x" + "f" * 5000, "salt = 1979-05-27", "min_respondents = true",
     "x = '" + "a" * 2_000_000 + "'"],
    ids=range(11),
)  # fmt: skip
def test_settings_of_no_use_are_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        load_settings(write(tmp_path / "signalread.toml", text))


def test_settings_that_are_not_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "signalread.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        load_settings(path)
    with pytest.raises(SettingsError):
        load_settings(tmp_path)


@given(st.dictionaries(st.sampled_from([*Settings.__slots__]), anything))
@limits(max_examples=200, deadline=None)
def test_settings_of_any_kind_are_taken_or_told(values: dict[str, Any]) -> None:
    try:
        load_settings(None, **values)
    except SettingsError as error:
        if not error.hint:
            raise


# YAML


@pytest.mark.parametrize(
    "text",
    ["!!python/object/apply:os.system ['true']", "a: !!set {b}", "a: !own b", "a: &a b\nc: *a",
     LAUGHS, "[" * 100, "- " * 100 + "a", "9" * 5000, "2026-99-99", "? [a, b]\n: c", "a: [",
     "\x00", "a: b\n" * LARGEST],
    ids=range(13),
)  # fmt: skip
def test_yaml_with_more_than_plain_text_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text.encode())
    with pytest.raises(CodebookError):
        load_codebook(write(tmp_path / "a.yaml", text))
    with pytest.raises(CodebookError):
        load_frameworks(load_codebook(), write(tmp_path / "a.yaml", text))


def test_a_few_aliases_that_stand_for_a_thousand_million_words_are_refused(tmp_path: Path) -> None:
    text = LAUGHS + "version: *a9\nsignals: [{id: trust, name: {sv: Tillit}}]\n"
    with pytest.raises(CodebookError):
        load_codebook(write(tmp_path / "a.yaml", text))


@pytest.mark.parametrize("name", ["labels.yaml", "frameworks.yaml", "dialogue.yaml"])
def test_all_yaml_that_ships_is_plain(name: str) -> None:
    from importlib import resources

    assert read_yaml(resources.files("signalread.codebook").joinpath(name).read_bytes())


@given(st.dictionaries(st.sampled_from(["version", "signals", "themes", "groups"]), anything))
@limits(max_examples=200, deadline=None)
def test_a_codebook_of_any_kind_is_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "books"
    text = json.dumps(yaml.safe_load(CODEBOOK) | changes)
    try:
        codebook = load_codebook(write(folder / "a.yaml", text))
    except CodebookError:
        return
    assert all(isinstance(label, str) for label in codebook.labels)


# Model folders


def model_folder(tmp_path: Path, **changes: Any) -> Path:
    folder = tmp_path / "model"
    folder.mkdir(exist_ok=True)
    for name in REQUIRED:
        write(folder / name, "{}")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": "a",
        "created": "2026-11-28",
        "signalread": "0.1",
        "codebook_version": "1",
        "codebook_digest": "0",
        "labels": ["trust"],
        "training": {},
        "files": {name: hash_of(folder / name) for name in REQUIRED},
    }
    write(folder / "manifest.json", json.dumps(manifest | changes))
    return folder


def test_a_whole_model_folder_is_passed(tmp_path: Path) -> None:
    assert check_folder(model_folder(tmp_path)).labels == ("trust",)


@pytest.mark.parametrize(
    "changes",
    [{"name": 5}, {"labels": [["trust"]]}, {"labels": 3}, {"files": []}, {"files": {"a": 1}},
     {"training": []}, {"format": [1] * 999}, {"extra": 1}, {"created": None}],
    ids=str,
)  # fmt: skip
def test_a_manifest_with_a_field_of_the_wrong_kind_is_told(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(ModelError) as caught:
        check_folder(model_folder(tmp_path, **changes))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "null", "{", "\ud800", "9" * 5000])
def test_a_manifest_that_is_no_object_is_told(tmp_path: Path, text: str) -> None:
    folder = model_folder(tmp_path)
    write(folder / "manifest.json", text)
    with pytest.raises(ModelError):
        check_folder(folder)


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "a/b.json", "x.pkl"])
def test_a_manifest_leads_to_no_other_file(tmp_path: Path, name: str) -> None:
    folder = model_folder(tmp_path)
    files = {file: hash_of(folder / file) for file in REQUIRED}
    with pytest.raises(ModelError):
        check_folder(model_folder(tmp_path, files=files | {name: "0"}))


@pytest.mark.parametrize("name", ["model.pkl", "model.bin", "modeling.py", "a.pt", "a.onnx"])
def test_a_file_that_could_run_code_is_refused(tmp_path: Path, name: str) -> None:
    folder = model_folder(tmp_path)
    write(folder / name, "x")
    with pytest.raises(ModelError, match="kind"):
        check_folder(folder)


@given(st.dictionaries(st.sampled_from([*ARRAYS, "encoder_share"]), anything))
@limits(max_examples=100, deadline=None)
def test_a_calibration_of_any_kind_is_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "calibration.json"
    whole: dict[str, Any] = {"encoder_share": 1.0, **{name: [0.5, 0.5] for name in ARRAYS}}
    write(path, json.dumps(whole | changes))
    try:
        Calibration.load(path, labels=2)
    except ModelError as error:
        if "calibration" not in str(error):
            raise


# Run folders


def run_folder(tmp_path: Path) -> Path:
    make_run(tmp_path / "run")
    return tmp_path / "run"


def change_table(folder: Path, name: str, **changes: Any) -> None:
    path = folder / "restricted" / f"{name}.parquet"
    table = pq.read_table(path)
    rows = [row | changes for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


def read_run(folder: Path, codebook: Codebook) -> int:
    run = open_run(folder)
    assert run.error_rates
    return len(list(run.readings(codebook)))


def test_a_whole_run_is_read(tmp_path: Path, codebook: Codebook) -> None:
    assert read_run(run_folder(tmp_path), codebook) == 1


@pytest.mark.parametrize(
    ("name", "changes"),
    [("comments", {"source": "x"}), ("comments", {"status": "x"}), ("comments", {"text": None}),
     ("comments", {"respondent": None}), ("comments", {"comment_id": None}),
     ("comments", {"text": ""}), ("segments", {"start": -1}), ("segments", {"end": 99}),
     ("segments", {"end": None}), ("segments", {"segment": -5}), ("segments", {"labels": ["x"]}),
     ("segments", {"labels": None}), ("segments", {"labels": ["trust", "trust"]}),
     ("segments", {"scores": []}), ("segments", {"scores": None}),
     ("segments", {"evidence": None}), ("segments", {"comment_id": "2"}),
     ("segments", {"evidence": [{"start": 9, "end": 3, "label": "trust"}]})],
    ids=str,
)  # fmt: skip
def test_a_run_that_does_not_fit_together_is_told(
    tmp_path: Path, codebook: Codebook, name: str, changes: dict[str, Any]
) -> None:
    folder = run_folder(tmp_path)
    change_table(folder, name, **changes)
    with pytest.raises(RunError, match="damaged"):
        read_run(folder, codebook)


def test_a_run_with_a_column_of_another_kind_is_told(tmp_path: Path, codebook: Codebook) -> None:
    folder = run_folder(tmp_path)
    path = folder / "restricted" / "comments.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "comment_id", pa.array([1])), path)
    with pytest.raises(RunError, match="damaged"):
        read_run(folder, codebook)


@pytest.mark.parametrize(
    "changes",
    [{"model": 1}, {"model": {"digest": 1}}, {"codebook": {}}, {"format": "1"},
     {"model": {"digest": "0", "error_rates": {"sensitivity": ["x"]}}},
     {"model": {"digest": "0", "error_rates": {"own": [1]}}}],
    ids=str,
)  # fmt: skip
def test_a_description_that_is_no_runs_is_told(
    tmp_path: Path, codebook: Codebook, changes: dict[str, Any]
) -> None:
    folder = run_folder(tmp_path)
    told = json.loads((folder / "run.json").read_text())
    write(folder / "run.json", json.dumps(told | changes))
    with pytest.raises(RunError):
        read_run(folder, codebook)


@given(st.binary(max_size=200))
@limits(max_examples=60, deadline=None)
def test_a_table_of_any_bytes_is_told(
    tmp_path_factory: pytest.TempPathFactory, codebook: Codebook, data: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "bytes"
    make_run(folder)
    (folder / "restricted" / "segments.parquet").write_bytes(data)
    with pytest.raises(RunError):
        read_run(folder, codebook)


def test_a_damaged_table_is_read_or_told(tmp_path: Path, codebook: Codebook) -> None:
    folder = run_folder(tmp_path)
    path = folder / "restricted" / "segments.parquet"
    whole = path.read_bytes()
    for at in range(0, len(whole), max(len(whole) // 150, 1)):
        broken = io.BytesIO(whole)
        broken.seek(at)
        broken.write(b"\xff")
        path.write_bytes(broken.getvalue())
        try:
            read_run(folder, codebook)
        except RunError as error:
            if not error.hint:
                raise


@given(st.text(max_size=30))
@limits(max_examples=300, deadline=None)
def test_every_wave_has_a_place(wave: str) -> None:
    assert wave_key(wave) == wave_key(wave)


def test_a_wave_of_five_thousand_digits_has_a_place() -> None:
    assert wave_key("vecka " + "9" * 5000)
