"""What a training run leaves on the disk after each epoch, so that a crash costs one at most.

Tensors lie in safetensors and everything else in JSON; nothing is pickled.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from signalread.errors import InputError

if TYPE_CHECKING:
    import torch

    Tensors = dict[str, torch.Tensor]

STATE = "state.json"
KEY = "run.json"


@dataclass(kw_only=True)
class TrainingState:
    """Where a run stands after an epoch. ``best`` is the network of the best epoch so far.

    ``average`` is the running mean of the weights, with how many steps are in it.
    ``dev_logits`` are the best network's on the dev part, shape (n, labels); ``chance`` is the
    state of numpy's generator, and ``optimizer`` and ``schedule`` are torch's state dicts.
    """

    epoch: int
    step: int
    best_epoch: int
    best_f1: float
    network: "Tensors"
    best: "Tensors"
    average: "Tensors"
    dev_logits: "torch.Tensor"
    torch_chance: "torch.Tensor"
    chance: dict[str, Any]
    optimizer: dict[str, Any]
    schedule: dict[str, Any]


class Checkpoints:
    """The work folder of one training run: a subfolder per finished epoch, of which the last stays.

    ``key`` is what the run is made of (text, encoder, options); a run is only taken up again with
    the same.
    """

    def __init__(self, folder: Path, *, key: dict[str, Any]) -> None:
        self.folder = folder
        self._key = json.loads(json.dumps(key))

    def start_anew(self) -> Self:
        """Forget what an earlier run left behind."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return self

    def check_key(self) -> Self:
        """Raise :class:`InputError` where the folder was left behind by another run than this."""
        path = self.folder / KEY
        if path.is_file():
            try:
                key = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                key = None
            if key != self._key:
                changed = [
                    name
                    for name, value in self._key.items()
                    if not isinstance(key, dict) or key.get(name) != value
                ]
                raise InputError(
                    f"The run to be taken up had another {' and '.join(changed) or 'key'}.",
                    hint="give the same corpora and options, or leave out `--resume` to start anew",
                )
        return self

    def latest(self) -> TrainingState | None:
        """Return the state after the last finished epoch, or ``None`` before the first."""
        epochs = sorted(
            (path for path in self.folder.glob("epoch-*") if path.name[6:].isdigit()),
            key=lambda path: int(path.name[6:]),
        )
        return _read(epochs[-1]) if epochs else None

    def keep(self, state: TrainingState) -> None:
        """Write the state; a crash on the way leaves the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / KEY).write_text(json.dumps(self._key), encoding="utf-8")
        half = self.folder / f"half-{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        _write(half, state)
        whole = self.folder / f"epoch-{state.epoch}"
        shutil.rmtree(whole, ignore_errors=True)
        half.rename(whole)
        for path in self.folder.iterdir():
            if path.is_dir() and path != whole:
                shutil.rmtree(path, ignore_errors=True)

    def remove(self) -> None:
        """Remove the work folder, once the model is saved."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _write(folder: Path, state: TrainingState) -> None:
    import torch
    from safetensors.torch import save_file

    def save(name: str, tensors: "Tensors") -> None:
        # Copies, since safetensors takes no two names for one memory.
        copies = {key: value.detach().clone().contiguous() for key, value in tensors.items()}
        save_file(copies, folder / f"{name}.safetensors")

    moments = {
        f"{index}.{name}": torch.as_tensor(value)
        for index, values in state.optimizer["state"].items()
        for name, value in values.items()
    }
    save("network", state.network)
    save("best", state.best)
    save("average", state.average)
    save("optimizer", moments)
    save("rest", {"dev_logits": state.dev_logits, "torch_chance": state.torch_chance})
    schedule = {key: value for key, value in state.schedule.items() if key != "lr_lambdas"}
    (folder / STATE).write_text(
        json.dumps(
            {
                "epoch": state.epoch,
                "step": state.step,
                "best_epoch": state.best_epoch,
                "best_f1": state.best_f1,
                "chance": state.chance,
                "groups": state.optimizer["param_groups"],
                "schedule": schedule,
            }
        ),
        encoding="utf-8",
    )


def _read(folder: Path) -> TrainingState:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        data = json.loads((folder / STATE).read_text(encoding="utf-8"))
        tensors = {
            name: load_file(folder / f"{name}.safetensors")
            for name in ("network", "best", "average", "optimizer", "rest")
        }
        moments: dict[int, Tensors] = {}
        for key, value in tensors["optimizer"].items():
            index, _, name = key.partition(".")
            moments.setdefault(int(index), {})[name] = value
        return TrainingState(
            epoch=data["epoch"],
            step=data["step"],
            best_epoch=data["best_epoch"],
            best_f1=data["best_f1"],
            network=tensors["network"],
            best=tensors["best"],
            average=tensors["average"],
            dev_logits=tensors["rest"]["dev_logits"],
            torch_chance=tensors["rest"]["torch_chance"],
            chance=data["chance"],
            optimizer={"state": moments, "param_groups": data["groups"]},
            # One empty entry per group of parameters: the functions themselves are made anew.
            schedule={**data["schedule"], "lr_lambdas": [None] * len(data["groups"])},
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise InputError(
            f"What the earlier run left in {folder.parent.name} cannot be read "
            f"({type(error).__name__}).",
            hint="leave out `--resume` to start anew",
        ) from None
