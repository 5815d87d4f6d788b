"""A run on many machines: Ray Data reads its parts, each as one machine would.

Only this module knows of Ray. Who reads what, and what is read again when a machine is lost, is
the engine's business; a part is the same bytes wherever it was read.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

# Read when the engine is loaded, so set before: nothing is told to anybody outside, the lines of
# its core do not come among ours, and a cluster that is started here reads no more slowly than we
# would (its workers stand back behind all other programs otherwise, and starve on a busy machine).
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
os.environ.setdefault("RAY_worker_niceness", "0")

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.exceptions import RayError

from signalread.aggregation import Tally
from signalread.allocation import share_one_arena
from signalread.errors import ClusterError, SignalreadError
from signalread.intake import read_comments
from signalread.loading import load_models
from signalread.runs import PartWriter, cut_parts, pack_part
from signalread.stages import read_part

if TYPE_CHECKING:
    from signalread.codebook import Codebook
    from signalread.pipeline import Progress
    from signalread.records import Comment, Correction
    from signalread.runs import RunFolder
    from signalread.settings import Settings

SCHEME = "ray"
LOOPBACK = "127.0.0.1"
OBJECT_STORE = 512 * 1024**2  # bytes of memory for what is under way, on this machine alone


@dataclass(frozen=True, slots=True, kw_only=True)
class RayCluster:
    """Workers that read parts of a run, each with one processor and ``gpus_per_worker`` GPUs.

    ``address`` is the head of a running cluster that this machine belongs to (``host:port``, or
    ``auto`` for the one that was started here); without one, a cluster of this machine's
    processors is started for the run and reached by nobody else's. The folders ``model`` and
    ``names`` are sent to the workers.
    """

    address: str | None
    codebook: Codebook
    model: Path
    names: Path
    gpus_per_worker: float = 0.0

    def read_parts(
        self,
        run: RunFolder,
        tally: Tally,
        *,
        files: Sequence[Path],
        settings: Settings,
        corrections: Sequence[Correction],
        progress: Progress | None,
    ) -> None:
        """Read what ``run`` does not have yet; parts arrive in any order.

        Raises what reading them here would, and :class:`ClusterError` where the cluster fails.
        """
        source = _Source(
            files=tuple(path.absolute() for path in files),
            settings=settings,
            size=run.job.part_size,
            without=run.kept_numbers,
        )
        equipment = _Equipment(
            codebook=self.codebook,
            salt=run.job.salt,
            corrections=tuple(corrections),
            name=self.model.name,
            model=_pack(self.model),
            names=_pack(self.names),
        )
        with _connected(self.address):
            for number, read in self._read(source, equipment):
                tally.merge(read.tally)
                for _ in range(run.add_part(number, read.files)):
                    if progress is not None:
                        progress.advance()

    def _read(self, source: _Source, equipment: _Equipment) -> Iterator[tuple[int, _ReadPart]]:
        here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
        there = ray.cluster_resources()
        workers = there.get("CPU", 1)
        if self.gpus_per_worker:
            workers = min(workers, there.get("GPU", 0) / self.gpus_per_worker)
        if workers < 1:
            raise ClusterError(
                f"The cluster has {there.get('GPU', 0):g} GPUs and {there.get('CPU', 0):g} "
                "processors, too few for one worker.",
                hint="give fewer `--gpus-per-worker`",
            )
        try:
            parts = (
                ray.data.from_items([0])
                .map_batches(  # where the files are
                    source, batch_size=None, batch_format="pyarrow", num_cpus=0, label_selector=here
                )
                .map_batches(
                    _Worker,
                    fn_constructor_args=(ray.put(equipment),),
                    batch_size=None,
                    batch_format="pyarrow",
                    num_cpus=1,
                    num_gpus=self.gpus_per_worker,
                    compute=ActorPoolStrategy(min_size=1, max_size=int(workers)),
                )
            )  # fmt: skip
            for batch in parts.iter_batches(batch_size=None, batch_format="pyarrow"):
                for number, read in _rows(batch):
                    if isinstance(read, _Failure):
                        raise read.error
                    yield number, read
        except RayError as error:
            raise ClusterError(
                f"The cluster failed ({type(error).__name__}).",
                hint="check that every machine is up and has this version of signalread, then go "
                "on with `--resume`",
            ) from None


def parse_cluster(name: str) -> str | None:
    """Return the address in ``ray://ADDRESS``; ``None`` for ``ray``, a cluster of this machine.

    >>> parse_cluster("ray://head:6379"), parse_cluster("ray")
    ('head:6379', None)
    """
    scheme, mark, address = name.partition("://")
    if scheme != SCHEME or (mark and not address):
        raise ClusterError(
            f"Unknown cluster '{name}'.",
            hint="give `ray` for this machine's processors, `ray://HOST:PORT` for the head of a "
            "cluster that this machine belongs to, or `ray://auto` for the one started here",
        )
    return address or None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Reads the input from its start to its end, in one place: what is a duplicate depends on
    all that came before.
    """

    files: tuple[Path, ...]
    settings: Settings
    size: int
    without: frozenset[int]

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        number = 0
        try:
            comments = read_comments(self.files, settings=self.settings)
            for number, part in cut_parts(comments, size=self.size, without=self.without):
                yield _row(number, list(part))
        except Exception as error:
            yield _row(number, _Failure.of(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Equipment:
    """What every worker reads with; folders as their files' bytes, so that no disk is shared."""

    codebook: Codebook
    salt: str
    corrections: tuple[Correction, ...]
    name: str
    model: Mapping[str, bytes]
    names: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadPart:
    """A part as it goes back: its files, and what was counted in it."""

    files: Mapping[str, bytes]
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """What went wrong on a worker.

    It is handed back, never raised there: the engine writes what is raised, message and all, to
    its logs, and a message could quote a comment.
    """

    error: SignalreadError

    @classmethod
    def of(cls, error: Exception) -> _Failure:
        """Keep an error of ours as it is, and of any other only its kind and its place."""
        if isinstance(error, SignalreadError):
            return cls(error=error)
        if isinstance(error, OSError) and error.errno is not None:
            return cls(
                error=ClusterError(
                    f"A worker's disk failed: {os.strerror(error.errno)}.",
                    hint="check the folder for temporary files on every machine of the cluster",
                )
            )
        place = extract_tb(error.__traceback__)[-1]
        return cls(
            error=ClusterError(
                f"A worker failed ({type(error).__name__} in {Path(place.filename).name}, line "
                f"{place.lineno}). This is a fault of the program.",
                hint="report it with this line; it holds nothing of the input",
            )
        )


class _Worker:
    """Reads one part after another with models that were loaded once."""

    def __init__(self, equipment: ray.ObjectRef[_Equipment]) -> None:
        self._failure: _Failure | None = None
        self._equipment = ray.get(equipment)
        share_one_arena()
        try:
            with TemporaryDirectory(prefix="signalread-") as work:
                model, names = Path(work, self._equipment.name), Path(work, "names")
                _unpack(self._equipment.model, model)
                _unpack(self._equipment.names, names)
                self._models = load_models(
                    model, names=names, codebook=self._equipment.codebook, threads=1
                )
        except Exception as error:
            self._failure = _Failure.of(error)

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        for number, given in _rows(batch):
            if isinstance(given, _Failure):
                yield _row(number, given)
            elif self._failure is not None:
                yield _row(number, self._failure)
            else:
                try:
                    yield _row(number, self._read(given))
                except Exception as error:
                    yield _row(number, _Failure.of(error))

    def _read(self, comments: list[Comment]) -> _ReadPart:
        equipment = self._equipment
        tally = Tally(equipment.codebook)
        with TemporaryDirectory(prefix="signalread-") as work:
            place = Path(work, "part")
            writer = PartWriter(place, labels=equipment.codebook.labels)
            read_part(
                comments,
                keeper=writer,
                tally=tally,
                models=self._models,
                salt=equipment.salt,
                corrections=equipment.corrections,
            )
            writer.close()
            return _ReadPart(files=pack_part(place), tally=tally)


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    with ExitStack() as stack:
        if address is None:
            # Its logs, sockets and what does not fit the memory lie where only we can look, and
            # only who knows the token can give it work; else the engine keeps one at home.
            os.environ["RAY_AUTH_TOKEN"] = token_hex(32)
            work = stack.enter_context(TemporaryDirectory(prefix="sr-", ignore_cleanup_errors=True))
            where: dict[str, Any] = {
                "address": "local",
                "num_cpus": os.cpu_count(),
                "object_store_memory": OBJECT_STORE,
                "include_dashboard": False,
                "_node_ip_address": LOOPBACK,
                "_temp_dir": work,
            }
        else:
            where = {"address": address}
        try:
            with _silenced_core():
                ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ClusterError(
                f"No Ray cluster could be reached at {address or 'this machine'} "
                f"({type(error).__name__}).",
                hint="start one with `ray start`, and run signalread on one of its machines",
            ) from None
        stack.callback(ray.shutdown)
        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.target_max_block_size = 1  # a part is a block of its own: never joined, never cut
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        yield


@contextmanager
def _silenced_core() -> Iterator[None]:
    """Keep off the terminal what the engine's core says of itself before it knows its level."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _row(number: int, held: list[Comment] | _ReadPart | _Failure) -> pa.Table:
    return pa.table(
        {"number": pa.array([number]), "held": pa.array([pickle.dumps(held)], pa.large_binary())}
    )


def _rows(batch: pa.Table) -> Iterable[tuple[int, Any]]:
    for number, held in zip(batch["number"], batch["held"], strict=True):
        yield number.as_py(), pickle.loads(held.as_py())


def _pack(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _unpack(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
