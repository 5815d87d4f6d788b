"""The registry of models: which one is in use, and folders that are never loaded."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from signalread.classification.encoder import load_classifier
from signalread.classification.model_folder import check_folder, codebook_of, hash_of
from signalread.codebook import Codebook
from signalread.errors import ModelError
from signalread.training.comparison import Comparison, Difference, Verdict
from signalread.training.fingerprints import Overlap
from signalread.training.gate import GateResult, ModelMark
from signalread.training.registry import CURRENT, Registry, resolve_model
from tests.tiny_model import make_tiny_model, sign_tiny_model, write_corpus

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    for seed, name in enumerate(("one", "two", "three")):
        make_tiny_model(root / name, seed=seed)
    return root


@pytest.fixture
def registry(made: Path, tmp_path: Path) -> Registry:
    shutil.copytree(made, tmp_path / "models")
    return Registry(tmp_path / "models")


def _difference(name: str, verdict: Verdict = Verdict.SAME) -> Difference:
    return Difference(
        name=name, support=40, old=0.7, new=0.6, low=-0.2, high=0.0, p=0.01, adjusted=0.04,
        verdict=verdict,
    )  # fmt: skip


def _result(registry: Registry, new: str, old: str | None = None, *worse: str) -> GateResult:
    labels = check_folder(registry.folder / new).labels
    return GateResult(
        new=ModelMark(name=new, digest=check_folder(registry.folder / new).digest),
        old=ModelMark(name=old, digest=check_folder(registry.folder / old).digest) if old else None,
        text=("own",),
        part="test",
        comparison=Comparison(
            segments=400,
            units=12,
            labels=tuple(
                _difference(label, Verdict.WORSE if label in worse else Verdict.SAME)
                for label in labels
            ),
            overall=_difference("all labels"),
            calibration=_difference("calibration error"),
        ),
        overlap=Overlap(known=True),
        old_overlap=None,
        personal_data=(),
    )


def _promote(registry: Registry, new: str, old: str | None = None) -> None:
    registry.promote(new, gate=_result(registry, new, old), who="eva", now=NOW)


def test_without_a_promotion_the_default_is_in_use(registry: Registry, tmp_path: Path) -> None:
    assert registry.current() is None
    assert resolve_model(registry.folder / "current", default=tmp_path) == tmp_path


def test_a_promoted_model_is_in_use_and_the_history_says_who_and_when(registry: Registry) -> None:
    _promote(registry, "one")
    assert resolve_model(registry.folder / "current", default=Path()) == registry.folder / "one"
    (event,) = registry.history()
    assert (event.action, event.model, event.who) == ("promote", "one", "eva")
    assert event.when == "2026-11-28T12:00:00+00:00"
    assert event.gate is not None
    assert event.gate["passed"] is True
    assert [entry.name for entry in registry.entries() if entry.current] == ["one"]


def test_rollback_goes_back_one_model_at_a_time(registry: Registry) -> None:
    _promote(registry, "one")
    _promote(registry, "two", "one")
    _promote(registry, "three", "two")
    for expected in ("two", "one", None):
        registry.rollback(who="eva", now=NOW, why="complaints")
        current = registry.current()
        assert (current.name if current else None) == expected
    with pytest.raises(ModelError, match="none to go back from"):
        registry.rollback(who="eva", now=NOW)
    assert len(registry.history()) == 6


def test_a_model_that_reads_a_label_worse_is_refused(registry: Registry) -> None:
    with pytest.raises(ModelError, match="it reads care- worse"):
        registry.promote("one", gate=_result(registry, "one", None, "care-"), who="eva", now=NOW)
    assert registry.current() is None


def test_a_worse_label_is_accepted_by_name_and_with_a_reason(registry: Registry) -> None:
    gate = _result(registry, "one", None, "care-", "trust")
    with pytest.raises(ModelError, match="needs a reason"):
        registry.promote("one", gate=gate, who="eva", now=NOW, accept_worse=["care-", "trust"])
    with pytest.raises(ModelError, match="it reads trust worse"):
        registry.promote("one", gate=gate, who="eva", now=NOW, accept_worse=["care-"], why="rare")
    with pytest.raises(ModelError, match="no label of one"):
        registry.promote("one", gate=gate, who="eva", now=NOW, accept_worse=["caer-"], why="rare")
    event = registry.promote(
        "one", gate=gate, who="eva", now=NOW, accept_worse=["care-", "trust"], why="rare here"
    )
    assert event.accepted_worse == ("care-", "trust")
    assert registry.history()[-1].why == "rare here"


def test_leaks_cannot_be_accepted(registry: Registry) -> None:
    gate = replace(_result(registry, "one"), overlap=Overlap(known=True, teams=2))
    with pytest.raises(ModelError, match="has seen 2 teams"):
        registry.promote(
            "one", gate=gate, who="eva", now=NOW, accept_worse=["care-"], why="no matter"
        )


def test_a_result_of_another_model_or_against_another_is_refused(registry: Registry) -> None:
    with pytest.raises(ModelError, match="of another model"):
        registry.promote("two", gate=_result(registry, "one"), who="eva", now=NOW)
    _promote(registry, "one")
    with pytest.raises(ModelError, match="against another one"):
        registry.promote("two", gate=_result(registry, "two", "three"), who="eva", now=NOW)


def test_a_model_held_against_none_cannot_replace_one_of_the_same_labels(
    registry: Registry,
) -> None:
    _promote(registry, "one")
    alone = replace(_result(registry, "two"), comparison=None)
    with pytest.raises(ModelError, match="held against no model"):
        registry.promote("two", gate=alone, who="eva", now=NOW, why="new labels")


def test_the_first_promotion_is_held_against_the_model_that_ships(
    registry: Registry, made: Path
) -> None:
    def promote(gate: GateResult) -> None:
        registry.promote("two", gate=gate, who="eva", now=NOW, why="a try", ships=made / "one")

    with pytest.raises(ModelError, match="against another one than is in use"):
        promote(_result(registry, "two", "three"))
    with pytest.raises(ModelError, match="held against no model, though one reads the same"):
        promote(replace(_result(registry, "two"), comparison=None))
    promote(_result(registry, "two", "one"))
    assert [event.model for event in registry.history()] == ["two"]


def test_a_current_model_whose_files_were_replaced_is_not_used(registry: Registry) -> None:
    _promote(registry, "one")
    shutil.rmtree(registry.folder / "one")
    shutil.copytree(registry.folder / "two", registry.folder / "one")
    with pytest.raises(ModelError, match="not the model that was promoted"):
        registry.current()
    registry.rollback(who="eva", now=NOW)
    assert registry.current() is None


@pytest.mark.parametrize("harm", ["missing", "changed", "replaced"])
def test_a_good_model_can_take_the_place_of_one_that_is_damaged(
    registry: Registry, made: Path, tmp_path: Path, harm: str
) -> None:
    ships = tmp_path / "ships"
    make_tiny_model(ships, seed=7)
    _promote(registry, "one")
    _promote(registry, "two", "one")
    for name in ("one", "two"):  # the one in use, and the one that a rollback would go back to
        if harm == "changed":
            (registry.folder / name / "calibration.json").write_text("{}", encoding="utf-8")
        else:
            shutil.rmtree(registry.folder / name)
        if harm == "replaced":
            shutil.copytree(registry.folder / "three", registry.folder / name)
    with pytest.raises(ModelError):
        registry.rollback(who="eva", now=NOW)
    assert registry.rival(ships) == ships

    def promote(gate: GateResult) -> None:
        registry.promote("three", gate=gate, who="eva", now=NOW, why="a try", ships=ships)

    alone = _result(registry, "three")
    with pytest.raises(ModelError, match="held against no model"):  # the gate is not gone round
        promote(replace(alone, comparison=None))
    mark = ModelMark(name="ships", digest=check_folder(ships).digest)
    promote(replace(alone, old=mark))
    assert registry.current() == registry.folder / "three"


def test_a_name_outside_the_registry_is_no_model(registry: Registry) -> None:
    for name in ("../models/one", "", ".", "nobody"):
        with pytest.raises(ModelError, match="No model"):
            registry.find(name)


CRASH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from signalread.training import registry as module
before = sys.argv[2] == "before"
replace = Path.replace
def die(self, target):
    if not before:
        replace(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = die
module.Registry(Path(sys.argv[1])).rollback(who="eva", now=datetime.now(UTC))
"""


@pytest.mark.parametrize(("moment", "expected"), [("before", "two"), ("after", "one")])
def test_a_crash_leaves_the_old_model_or_the_new_one_in_use(
    registry: Registry, moment: str, expected: str
) -> None:
    _promote(registry, "one")
    _promote(registry, "two", "one")
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(registry.folder), moment], check=False, timeout=300
    )
    assert done.returncode == -signal.SIGKILL
    current = registry.current()
    assert current is not None
    assert current.name == expected
    assert [entry.fault for entry in registry.entries()] == [None, None, None]


AT_ONCE = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from signalread.errors import ModelError
from signalread.training.gate import GateResult
from signalread.training.registry import Registry
folder, name = Path(sys.argv[1]), sys.argv[2]
registry, write = Registry(folder), Registry._write
def slowly(self, history):
    time.sleep(1)  # so long that whoever does not wait has read the same history
    write(self, history)
Registry._write = slowly
result = GateResult.load(folder / f"{name}-gate.json")
(folder / f"{name}-ready").touch()
while len(list(folder.glob("*-ready"))) < 2:
    time.sleep(0.01)
try:
    registry.promote(name, gate=result, who=name, now=datetime.now(UTC))
except ModelError as error:
    sys.exit(error.found)
"""


def test_of_two_promotions_at_once_the_second_meets_the_first(registry: Registry) -> None:
    _promote(registry, "one")
    running = []
    for name in ("two", "three"):
        _result(registry, name, "one").save(registry.folder / f"{name}-gate.json")
        command = [sys.executable, "-c", AT_ONCE, str(registry.folder), name]
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    said = [process.communicate(timeout=300)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 1], said
    assert "another one than is in use now" in "".join(said)
    first, second = registry.history()
    current = registry.current()
    assert current is not None
    assert (first.model, second.model, second.who) == ("one", current.name, current.name)
    assert not list(registry.folder.glob(".*"))  # nor does a lock or half a file stay behind


def test_a_change_waits_for_nobody_who_never_ends(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalread.training.registry.PATIENCE", 0.1)
    holds = "import sys, time; from signalread.locks import PlaceLock; from pathlib import Path"
    holds += "; lock = PlaceLock(Path(sys.argv[1])); print(flush=True); time.sleep(600)"
    place = str(registry.folder / f".{CURRENT}.lock")
    with subprocess.Popen([sys.executable, "-c", holds, place], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(ModelError, match="Another signalread is changing"):
            _promote(registry, "one")
        other.kill()
    _promote(registry, "one")  # what a killed process held is free


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_registry_that_cannot_be_written_is_said_to_be(registry: Registry) -> None:
    registry.folder.chmod(0o500)
    with pytest.raises(ModelError, match="cannot be written"):
        _promote(registry, "one")
    registry.folder.chmod(0o700)


def test_a_damaged_record_is_said_and_never_guessed(registry: Registry) -> None:
    _promote(registry, "one")
    record = registry.folder / CURRENT
    record.write_text(record.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        registry.current()


def _pickled(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weights": 1}))


def _signed_pickle(folder: Path) -> None:
    _pickled(folder)
    sign_tiny_model(folder, "pytorch_model.bin")


def _code(folder: Path) -> None:
    (folder / "modeling.py").write_text("print('run')\n", encoding="utf-8")


def _own_code_in_config(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "modeling.Model"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    sign_tiny_model(folder)


def _added(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")


def _link_out(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere.json"
    elsewhere.write_bytes((folder / "calibration.json").read_bytes())
    (folder / "calibration.json").unlink()
    (folder / "calibration.json").symlink_to(elsewhere)


def _subfolder(folder: Path) -> None:
    (folder / "more").mkdir()


def _no_json(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{" * 100, encoding="utf-8")
    sign_tiny_model(folder)


def _name_outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder.parent / "out.json").write_text("{}", encoding="utf-8")
    manifest["files"]["../out.json"] = hash_of(folder.parent / "out.json")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _giant(folder: Path) -> None:
    with (folder / "README.md").open("wb") as file:
        file.truncate(5 * 2**20)


def _one_byte(folder: Path) -> None:
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / "model.safetensors").write_bytes(bytes(weights))


def _manifest_of_another_kind(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1, "labels": "abc"}', encoding="utf-8")


@pytest.mark.parametrize(
    "tamper",
    [
        _pickled,
        _signed_pickle,
        _code,
        _own_code_in_config,
        _added,
        _link_out,
        _subfolder,
        _no_json,
        _name_outside,
        _giant,
        _one_byte,
        _manifest_of_another_kind,
    ],
)
def test_a_folder_that_was_tampered_with_is_never_loaded(
    made: Path, tmp_path: Path, codebook: Codebook, tamper: Callable[[Path], None]
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(made / "one", folder)
    tamper(folder)
    for load in (check_folder, codebook_of, lambda f: load_classifier(f, codebook=codebook)):
        with pytest.raises(ModelError):
            load(folder)


def test_what_file_managers_leave_behind_does_no_harm(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    shutil.copytree(made / "one", folder)
    (folder / ".DS_Store").write_bytes(b"\0")
    assert check_folder(folder).name == "one"


def test_the_model_that_ships_is_whole() -> None:
    assert len(check_folder(ROOT / "models/signalread-sv").labels) == 30


def _signalread(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signalread", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120"},
        check=False,
        timeout=900,
    )


def test_gate_promotion_and_rollback_from_the_command_line(
    registry: Registry, tmp_path: Path
) -> None:
    sayings: dict[str, list[str]] = {"chefen litar på oss": ["trust"], "kaffet är gott": []}
    write_corpus(tmp_path / "own", sayings, comments=200, teams=100)
    _promote(registry, "one")
    held = ("evaluate", "own", "--model", "models/two", "--against", "models/current")
    gate = _signalread(*held, "--json", "gate.json", cwd=tmp_path)
    found = GateResult.load(tmp_path / "gate.json")
    assert "two against one" in gate.stdout
    assert gate.returncode == (1 if found.faults() else 0), gate.stderr
    accepted = [word for label in found.worse for word in ("--accept-worse", label)]
    done = _signalread(
        "models", "promote", "two", "--gate", "gate.json", "--why", "a try", *accepted, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    listed = _signalread("models", "list", cwd=tmp_path).stdout
    assert "promote to two" in listed
    assert "a try" in listed
    assert "one is in use now" in _signalread("models", "rollback", cwd=tmp_path).stdout
    assert np.isfinite(found.comparison.overall.new if found.comparison else np.nan)
