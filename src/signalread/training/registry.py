"""Which model is in use: a folder of models, one small file that says so, and how it came about."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signalread.classification.model_folder import MANIFEST, Manifest, check_folder
from signalread.errors import ModelError
from signalread.locks import PlaceLock

if TYPE_CHECKING:
    from signalread.training.gate import GateResult

CURRENT = "current.json"
ALIAS = "current"  # `models/current` names the model in use
FORMAT = 1
PATIENCE = 30.0  # seconds to wait for somebody else who changes the model in use


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of the model in use: who did it, when, why, and what the gate had said.

    ``model`` is ``None`` where a rollback went back to the model that ships.
    """

    action: str
    model: str | None
    digest: str | None
    who: str
    when: str
    why: str = ""
    accepted_worse: tuple[str, ...] = ()
    gate: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model in the registry. ``fault`` says why it would not be loaded, if so."""

    name: str
    current: bool
    manifest: Manifest | None
    fault: str | None = None


class Registry:
    """A folder with a subfolder per model and ``current.json``, which names the one in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def history(self) -> tuple[Event, ...]:
        """Return every change of the model in use, oldest first; empty before the first one."""
        path = self.folder / CURRENT
        if not path.is_file():
            return ()
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError
            return tuple(
                Event(**{**event, "accepted_worse": tuple(event["accepted_worse"])})
                for event in data["history"]
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path} cannot be read ({type(error).__name__}).",
                hint="restore it from a backup, or remove it to use the model that ships",
            ) from None

    def current(self) -> Path | None:
        """Return the folder of the model in use, checked against what was promoted.

        ``None`` where none has been promoted, or where all were rolled back.
        """
        in_use = _stack(self.history())
        return self._checked(in_use[-1]) if in_use else None

    def rival(self, default: Path) -> Path:
        """Return the folder that a new model is held against: the one in use, if it is whole.

        Else it is ``default``, the model that ships: one that is damaged or missing can be
        neither read with nor measured, and must not keep a better one from being put to use.
        """
        return self._whole() or default

    def entries(self) -> list[Entry]:
        """Return the models in the folder, by name."""
        in_use = _stack(self.history())
        current = in_use[-1].model if in_use else None
        found = []
        for path in sorted(self.folder.iterdir() if self.folder.is_dir() else []):
            if (path / MANIFEST).is_file():
                try:
                    manifest, fault = check_folder(path), None
                except ModelError as error:
                    manifest, fault = None, error.found
                found.append(
                    Entry(
                        name=path.name, current=path.name == current, manifest=manifest, fault=fault
                    )
                )
        return found

    def find(self, name: str) -> Path:
        """Return the folder of a model; raise :class:`ModelError` where there is none so named."""
        path = self.folder / name
        if path.parent != self.folder or not (path / MANIFEST).is_file():
            names = ", ".join(entry.name for entry in self.entries()) or "none yet"
            raise ModelError(
                f"No model '{name}' in {self.folder}.", hint=f"the models there are: {names}"
            )
        return path

    def promote(
        self,
        name: str,
        *,
        gate: GateResult,
        who: str,
        now: datetime,
        why: str = "",
        accept_worse: Sequence[str] = (),
        ships: Path | None = None,
    ) -> Event:
        """Put a model to use; a crash on the way leaves the old one in use.

        ``ships`` is the folder that is in use where none has been promoted, and that the new
        model is held against where the one in use is damaged or missing. Of two who promote at
        once the second meets what the first has made of it. Raises
        :class:`ModelError` where the gate's result is of another model or was taken against
        another one than is in use, and where something stands against the new model. Labels that
        are read worse can be accepted by name, with a reason.
        """
        manifest = check_folder(self.find(name))
        with self._held():
            rival = self._rival(ships)
            self._check(name, manifest, rival, gate=gate, why=why, accept_worse=accept_worse)
            event = Event(
                action="promote",
                model=name,
                digest=manifest.digest,
                who=who,
                when=now.isoformat(timespec="seconds"),
                why=why,
                accepted_worse=tuple(accept_worse),
                gate=gate.as_json(),
            )
            self._write((*self.history(), event))
        return event

    def rollback(self, *, who: str, now: datetime, why: str = "") -> Event:
        """Go back to the model that was in use before; before the first, the one that ships."""
        with self._held():
            in_use = _stack(self.history())
            if not in_use:
                raise ModelError(
                    "No model has been promoted, so there is none to go back from.",
                    hint="the model that ships is in use",
                )
            before = in_use[-2] if len(in_use) > 1 else None
            if before is not None:
                self._checked(before)
            event = Event(
                action="rollback",
                model=before.model if before else None,
                digest=before.digest if before else None,
                who=who,
                when=now.isoformat(timespec="seconds"),
                why=why,
            )
            self._write((*self.history(), event))
        return event

    def _check(
        self,
        name: str,
        manifest: Manifest,
        rival: Manifest | None,
        *,
        gate: GateResult,
        why: str,
        accept_worse: Sequence[str],
    ) -> None:
        """Raise :class:`ModelError` where a model may not take the place of the one in use.

        ``rival`` is that one, or where it is damaged the one that ships.
        """
        if gate.new.digest != manifest.digest:
            raise ModelError(
                "The gate's result is of another model, or of an earlier state of this one.",
                hint="run `signalread evaluate --model … --against …` again",
            )
        if rival and gate.old is not None and gate.old.digest != rival.digest:
            raise ModelError(
                "The gate held the model against another one than is in use now.",
                hint=f"run `signalread evaluate --model … --against …` again, against {rival.name}",
            )
        if rival and rival.digest == manifest.digest and not self._is_damaged():
            raise ModelError(f"{name} is in use already.")
        if rival and gate.old is None and rival.labels == manifest.labels:
            raise ModelError(
                f"{name} has been held against no model, though {rival.name} reads the same.",
                hint=f"run `signalread evaluate --model … --against …`, against {rival.name}",
            )
        unknown = [label for label in accept_worse if label not in manifest.labels]
        if unknown:
            raise ModelError(
                f"{unknown[0]} is no label of {name}.",
                hint=f"its labels are {', '.join(manifest.labels)}",
            )
        if (accept_worse or gate.comparison is None) and not why.strip():
            raise ModelError(
                "A model that is worse somewhere, or was held against none, needs a reason.",
                hint="say it with `--why`; it is kept in the history",
            )
        if faults := gate.faults(accepted=accept_worse):
            raise ModelError(
                f"{name} is not put to use: {'; '.join(faults)}.",
                hint="train on, or accept a label by name: `--accept-worse LABEL --why REASON`",
            )

    def _rival(self, ships: Path | None) -> Manifest | None:
        """Return what a new model is held against; ``None`` where there is nothing whole."""
        folder = self._whole() or ships
        try:
            return None if folder is None else check_folder(folder)
        except ModelError:  # nothing can be held against one that is damaged or missing
            return None

    def _whole(self) -> Path | None:
        """Return the folder of the model that was promoted last, unless that is damaged."""
        stack = _stack(self.history())
        if stack:
            with suppress(ModelError):
                return self._checked(stack[-1])
        return None

    def _is_damaged(self) -> bool:
        return bool(_stack(self.history())) and self._whole() is None

    def _checked(self, event: Event) -> Path:
        folder = self.folder / str(event.model)
        if check_folder(folder).digest != event.digest:
            raise ModelError(
                f"{event.model} is not the model that was promoted; its files were replaced.",
                hint="put the promoted one back, go back with `signalread models rollback`, or "
                "promote another",
            )
        return folder

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let nobody else change the model in use, from looking at it to having changed it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = PlaceLock(self.folder / f".{CURRENT}.lock", wait=PATIENCE)
        except TimeoutError:
            raise ModelError(
                f"Another signalread is changing the model in use in {self.folder}.",
                hint="wait until it is done, and look at `signalread models list`",
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        with lock:
            yield

    def _write(self, history: Sequence[Event]) -> None:
        from signalread.runs.tables import write_text  # opens pyarrow, which only a change needs

        in_use = _stack(history)
        data = {
            "format": FORMAT,
            "current": in_use[-1].model if in_use else None,
            "history": [asdict(event) for event in history],
        }
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        try:
            # Whole on the disk before it takes the old one's name: never is there half a file.
            write_text(self.folder / CURRENT, text, mode=0o644)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> ModelError:
        return ModelError(
            f"{self.folder} cannot be written: {os.strerror(error.errno or 0)}.",
            hint="nothing was changed; check that you may write there and that the disk has room",
        )


def resolve_model(path: Path, *, default: Path) -> Path:
    """Return the folder that a path means: itself, or for ``models/current`` the model in use."""
    if path.name == ALIAS and not path.exists():
        return Registry(path.parent).current() or default
    return path


def _stack(history: Sequence[Event]) -> list[Event]:
    """Return the promotions that have not been rolled back, the one in use last."""
    stack: list[Event] = []
    for event in history:
        if event.action == "promote":
            stack.append(event)
        elif stack:
            stack.pop()
    return stack
