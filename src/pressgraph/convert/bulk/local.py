"""Convert much: in several processes, into shards, and on from where an interruption was.

A folder of shards holds `shard-00000.nq…`, `rejects.jsonl` and, when it is complete, `manifest.json`. Until then
`progress.jsonl` has a line for each block that is in its shard: an interrupted run cuts the shards to what the last
line says and goes on. Block k stands in shard k mod N, whoever converted it. One process alone writes the folder; the
others write what they convert into files of their own.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from pressgraph.convert.bulk.blocks import Block, Context, Outcome, Reader, convert_block, input_name, plan
from pressgraph.convert.inputs import is_address, known_size, open_bytes
from pressgraph.errors import DataError, PressgraphError
from pressgraph.extras import extra
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from pressgraph.errors import Problem

MANIFEST = "manifest.json"
PROGRESS = "progress.jsonl"
REJECTS = "rejects.jsonl"

SUFFIXES = {"none": "", "gzip": ".gz", "zstd": ".zst"}
# N-Quads repeat themselves: higher levels take several times as long and save little.
_GZIP_LEVEL = 3
_ZSTD_LEVEL = 3
_AHEAD = 3
"""Blocks for each process that are under way or wait to be written: bounds memory."""

_PIECE = 1024 * 1024
_LOCK = ".lock"
_PARTS = ".parts-"


@dataclass(slots=True, kw_only=True)
class Totals:
    """How far a run is."""

    blocks: int = 0
    facts: int = 0
    withheld: int = 0
    quads: int = 0
    rejected: int = 0
    done: int = 0
    """Bytes of input that are converted, compressed where it is, as far as that is known."""
    size: int = 0
    """Bytes of all inputs; 0 where that is not known of one, as of a query's answer."""
    started: float = field(default_factory=time.monotonic)
    resumed: int = 0
    """Quads of the run that was interrupted."""

    @property
    def rate(self) -> float:
        """Quads in a second, of this run."""
        return (self.quads - self.resumed) / max(time.monotonic() - self.started, 1e-6)


def convert_in_order(
    paths: Sequence[str | Path], context: Context, *, jobs: int, progress: Callable[[Totals], None] = lambda _: None
) -> Generator[bytes, None, None]:
    """Yield the N-Quads of files, converted by several processes, in the order and bytes of one.

    Raises FactsError with every problem at the end.
    """
    from pressgraph.errors import FactsError

    totals = Totals(size=known_size(map(str, paths)))
    problems = []
    chunks: list[bytes] = []
    with (
        tempfile.TemporaryDirectory(prefix="pressgraph-") as folder,
        closing(
            _converted(
                plan(paths, context),
                context,
                jobs=jobs,
                compression="none",
                folder=Path(folder),
                put=lambda _, data: chunks.append(data),
            )
        ) as converted,
    ):
        for block, outcome in converted:
            yield from chunks
            chunks.clear()
            _count(totals, block, outcome)
            problems.extend(outcome.problems)
            progress(totals)
    if problems:
        raise FactsError(problems)


def convert_to_shards(
    paths: Sequence[str | Path],
    context: Context,
    folder: Path,
    *,
    jobs: int = 1,
    shards: int = 1,
    compression: str = "none",
    resume: bool = False,
    max_errors: int | None = None,
    progress: Callable[[Totals], None] = lambda _: None,
) -> dict[str, Any]:
    """Convert files into a folder of shards; return its manifest.

    `max_errors` is how many bad records are borne: one more stops the run.

    Raises PressgraphError where the folder holds something else, DataError when there are too many errors,
    FinishedError when there is nothing to go on with.
    """
    run = describe_run(list(map(str, paths)), context, shards=shards, compression=compression)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder), _Shards(folder, run, resume=resume) as target:
            _fill(target, paths, context, jobs=jobs, max_errors=max_errors, progress=progress)
            return target.finish()
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        hint = gettext("free some space and go on with --resume")
        raise PressgraphError(f"{folder}: {error.strerror}", hint=hint) from error


def _fill(
    target: _Shards,
    paths: Sequence[str | Path],
    context: Context,
    *,
    jobs: int,
    max_errors: int | None,
    progress: Callable[[Totals], None],
) -> None:
    totals = target.totals
    totals.size = known_size(map(str, paths))
    blocks = plan(paths, context)
    for block in islice(blocks, totals.blocks):
        totals.done += block.weight
    with closing(
        _converted(
            blocks,
            context,
            jobs=jobs,
            compression=target.run["compression"],
            folder=target.folder / f"{_PARTS}{os.getpid()}",
            put=target.put,
            start=totals.blocks,
        )
    ) as converted:
        for block, outcome in converted:
            if max_errors is not None and totals.rejected + len(outcome.rejects) > max_errors:
                target.reject(outcome.rejects)
                raise too_many(max_errors, outcome.problems[0], target.folder / REJECTS)
            target.done(totals.blocks, outcome)
            _count(totals, block, outcome)
            progress(totals)


def too_many(bearable: int, problem: Problem, rejects: object) -> DataError:
    """Return the error of a run that has met more bad records than are borne."""
    hint = gettext(
        "{rejects} lists them with their reasons; raise --max-errors to go on with --resume", rejects=rejects
    )
    return DataError(
        gettext("more than {count} bad records; the last one: {problem}", count=bearable, problem=problem.message),
        place=problem.place,
        hint=hint,
    )


def _count(totals: Totals, block: Block, outcome: Outcome) -> None:
    totals.blocks += 1
    totals.facts += outcome.facts
    totals.withheld += outcome.withheld
    totals.quads += outcome.quads
    totals.rejected += len(outcome.rejects)
    totals.done += block.weight


def describe_run(paths: Sequence[str], context: Context, *, shards: int, compression: str) -> dict[str, Any]:
    """Return what must be the same for a run to go on with another's shards."""
    hashes = [input_sha256(path) for path in paths]
    return make_run(paths, hashes, context, shards=shards, compression=compression)


def make_run(
    paths: Sequence[str], hashes: Sequence[str], context: Context, *, shards: int, compression: str
) -> dict[str, Any]:
    """Return what must be the same for a run to go on with another's shards, given the hashes of its inputs."""
    from importlib.metadata import version

    tables = (
        []
        if not context.project.tables
        else [context.project.tables_of(Path(path)) for path in paths if not is_address(path)]
    )
    settings = {"tables": hashlib.sha256(repr(tables).encode()).hexdigest()} if any(tables) else {}
    return {
        "pressgraph": version("pressgraph"),
        "base": context.project.id_base,
        "profile": context.sources.digest,
        "personal": context.personal,
        **settings,
        "shards": shards,
        "compression": compression,
        "inputs": [
            {"name": input_name(path, context), "sha256": digest} for path, digest in zip(paths, hashes, strict=True)
        ],
    }


def input_sha256(path: str) -> str:
    """Return the SHA-256 of an input's bytes."""
    with open_bytes(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


# -- processes

_context: Context | None = None
_reader: Reader | None = None


def _start(context: Context) -> None:
    global _context, _reader
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _context, _reader = context, Reader()
    _ = context.emitter


def _end_with_parent() -> None:
    """End this process when the one that started it has died: nobody waits for what it does."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - this process was started by another
    connection.wait([parent.sentinel])
    os._exit(1)


def _work(block: Block, part: Path, compression: str) -> tuple[Outcome, int]:
    """Convert a block into a part; return also how long the part is."""
    assert _context is not None  # noqa: S101 - set by _start
    assert _reader is not None  # noqa: S101 - as above
    # parts are written over again and again, which is cheaper than making and removing files
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as raw:
        with compressed(raw, compression) as file:
            outcome = convert_block(block, _context, _reader, file.write)
        return outcome, raw.tell()


def compressed(raw: Any, compression: str) -> Any:
    """Return a file that compresses what is written; members written one after another are one valid file."""
    match compression:
        case "none":
            return _Unclosed(raw)
        case "gzip":
            # no name and no time: the same bytes each time
            return gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0)
    with extra("zstd"):
        import zstandard
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(raw, closefd=False)


class _Unclosed:
    """A file that leaves its closing to whoever opened it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.write = raw.write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Sink(io.RawIOBase):
    """A file that hands on what is written."""

    def __init__(self, put: Callable[[bytes], object]) -> None:
        self._put = put

    def writable(self) -> bool:
        """Tell that this can be written."""
        return True

    def write(self, data: Any) -> int:
        """Hand data on."""
        self._put(bytes(data))
        return len(data)


def _converted(
    blocks: Iterable[Block],
    context: Context,
    *,
    jobs: int,
    compression: str,
    folder: Path,
    put: Callable[[int, bytes], object],
    start: int = 0,
) -> Generator[tuple[Block, Outcome], None, None]:
    """Yield each block with what became of it, in order, after `put` has taken its number and its bytes, in pieces.

    The first block has the number `start`. `folder` is for the parts of several processes, and removed at the end.
    """
    numbered = enumerate(blocks, start)
    if jobs == 1:
        with Reader() as reader:
            for number, block in numbered:
                with compressed(Sink(partial(put, number)), compression) as file:
                    outcome = convert_block(block, context, reader, file.write)
                yield block, outcome
        return
    waiting: deque[tuple[int, Block, Path, Future[tuple[Outcome, int]]]] = deque()

    def finished() -> tuple[Block, Outcome]:
        number, block, part, future = waiting.popleft()
        outcome, size = future.result()
        with part.open("rb") as file:
            while size and (piece := file.read(min(size, _PIECE))):
                put(number, piece)
                size -= len(piece)
        return block, outcome

    try:
        folder.mkdir(parents=True, exist_ok=True)
        # a fresh interpreter: forking one that has threads can lock up
        with ProcessPoolExecutor(
            jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(context,)
        ) as pool:
            try:
                for number, block in numbered:
                    if len(waiting) == jobs * _AHEAD:
                        yield finished()
                    part = folder / str(number % (jobs * _AHEAD))
                    with _uninterrupted():
                        waiting.append((number, block, part, pool.submit(_work, block, part, compression)))
                while waiting:
                    yield finished()
            finally:
                for *_, future in waiting:
                    future.cancel()
    except BrokenProcessPool as error:
        hint = gettext("is there enough memory? 'convert --resume' goes on")
        raise PressgraphError(gettext("a process that converts was killed"), hint=hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let processes be started that Ctrl-C does not reach, which a terminal sends to all: the first one ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # blocked, not ignored: it is inherited, and what arrives meanwhile is only late
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- shards


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder of shards."""
    import filelock

    lock = filelock.FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise PressgraphError(
            gettext("another run is writing to {folder}", folder=folder),
            hint=gettext("wait for it, or choose another folder"),
        ) from error
    try:
        yield
    finally:
        (folder / _LOCK).unlink(missing_ok=True)
        lock.release()


class _Shards:
    """The folder of a run that is under way."""

    def __init__(self, folder: Path, run: dict[str, Any], *, resume: bool) -> None:
        self.folder = folder
        self.run = run
        suffix = f".nq{SUFFIXES[run['compression']]}"
        self.files = [folder / f"shard-{number:05d}{suffix}" for number in range(run["shards"])]
        self.totals = Totals()
        self.counts = [{"quads": 0, "facts": 0, "withheld": 0, "blocks": 0} for _ in self.files]
        self.sizes = [0] * len(self.files)
        self.digests = [hashlib.sha256() for _ in self.files]
        self._open: list[IO[bytes]] = []
        for left in folder.glob(f"{_PARTS}*"):
            shutil.rmtree(left, ignore_errors=True)
        progress = folder / PROGRESS
        manifest = folder / MANIFEST
        found = [path.read_bytes() if path.exists() else None for path in (progress, manifest)]
        going_on = goes_on(folder, run, resume=resume, progress=found[0], manifest=found[1])
        entries = self._entries(progress) if going_on else []
        if not entries:
            self._clear()
            with write_atomically(progress) as file:
                file.write(json.dumps(run).encode() + b"\n")
        self._cut(entries)

    def _entries(self, progress: Path) -> list[dict[str, Any]]:
        """Return the blocks that are done, as far as they are in the files."""
        lines = progress.read_bytes().split(b"\n")[:-1]
        there = [path.stat().st_size if path.exists() else 0 for path in (*self.files, self.folder / REJECTS)]
        entries = []
        for line in lines[1:]:
            entry = json.loads(line)
            # a machine that lost its power may have kept this line, and not what it tells of
            if entry["size"] > there[entry["block"] % len(self.files)] or entry["rejects"] > there[-1]:
                break
            entries.append(entry)
        return entries

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if is_written(path.name) and path.name != PROGRESS:
                path.unlink(missing_ok=True)

    def _cut(self, entries: list[dict[str, Any]]) -> None:
        """Cut files to what is known to be complete."""
        rejects = 0
        for entry in entries:
            shard = entry["block"] % len(self.files)
            self.sizes[shard], rejects = entry["size"], entry["rejects"]
            self.counts[shard]["quads"] += entry["quads"]
            self.counts[shard]["facts"] += entry["facts"]
            self.counts[shard]["withheld"] += entry["withheld"]
            self.counts[shard]["blocks"] += 1
            self.totals.blocks += 1
            self.totals.quads += entry["quads"]
            self.totals.facts += entry["facts"]
            self.totals.withheld += entry["withheld"]
            self.totals.rejected += entry["rejected"]
        self.totals.resumed = self.totals.quads
        for path, size in zip((*self.files, self.folder / REJECTS), (*self.sizes, rejects), strict=True):
            with path.open("ab") as file:
                file.truncate(size)
        for path, digest in zip(self.files, self.digests, strict=True):
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        progress = self.folder / PROGRESS
        lines = progress.read_bytes().split(b"\n")[: 1 + len(entries)]
        with progress.open("ab") as file:
            file.truncate(sum(map(len, lines)) + len(lines))

    def __enter__(self) -> Self:
        self._open = [path.open("ab") for path in (*self.files, self.folder / REJECTS, self.folder / PROGRESS)]
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for file in self._open:
            # what a full disk does not take fails once more when its file is closed
            with suppress(*([OSError] if kind is not None else [])):
                file.close()

    def reject(self, rejects: list[bytes]) -> None:
        """Write rejects."""
        self._open[-2].writelines(rejects)
        self._open[-2].flush()

    def put(self, number: int, data: bytes) -> None:
        """Write a piece of a block into its shard."""
        shard = number % len(self.files)
        self._open[shard].write(data)
        self.digests[shard].update(data)
        self.sizes[shard] += len(data)

    def done(self, number: int, outcome: Outcome) -> None:
        """Note that a block is in its shard."""
        shard = number % len(self.files)
        self._open[shard].flush()
        self.reject(outcome.rejects)
        entry = {
            "block": number,
            "size": self.sizes[shard],
            "quads": outcome.quads,
            "facts": outcome.facts,
            "withheld": outcome.withheld,
            "rejected": len(outcome.rejects),
            "rejects": os.fstat(self._open[-2].fileno()).st_size,
        }
        counts = self.counts[shard]
        counts["quads"] += outcome.quads
        counts["facts"] += outcome.facts
        counts["withheld"] += outcome.withheld
        counts["blocks"] += 1
        self._open[-1].write(json.dumps(entry).encode() + b"\n")
        self._open[-1].flush()

    def finish(self) -> dict[str, Any]:
        """Write the manifest, and forget the progress."""
        manifest = make_manifest(
            self.run,
            [
                {"file": path.name, "bytes": size, "sha256": digest.hexdigest(), **counts}
                for path, size, digest, counts in zip(self.files, self.sizes, self.digests, self.counts, strict=True)
            ],
            rejected=self.totals.rejected,
        )
        with write_atomically(self.folder / MANIFEST) as file:
            file.write(json.dumps(manifest, indent=2).encode() + b"\n")
        (self.folder / PROGRESS).unlink()
        return manifest


def is_written(name: str) -> bool:
    """Tell whether a run writes a file of this name into its folder."""
    return (
        name in {MANIFEST, REJECTS, PROGRESS}
        or re.fullmatch(r"shard-\d{5}\.nq.*|progress-\d{5}\.json", name) is not None
    )


def goes_on(
    folder: object, run: dict[str, Any], *, resume: bool, progress: bytes | None, manifest: bytes | None
) -> bool:
    """Tell whether there is a run to go on with, from the first line of its progress.

    Raises PressgraphError where another one was interrupted, FinishedError where it is complete.
    """
    if progress is None:
        if resume and manifest is not None and (found := json.loads(manifest)).get("run") == run:
            raise FinishedError(found)
        return False
    if not resume:
        hint = gettext("add --resume to go on with it, or remove the folder")
        raise PressgraphError(gettext("{folder} holds a run that was interrupted", folder=folder), hint=hint)
    line, end, _ = progress.partition(b"\n")
    if not end or json.loads(line) != run:
        raise PressgraphError(
            gettext("{folder} was begun with other facts, settings or shards", folder=folder),
            hint=gettext("run it without --resume into another folder, or remove this one"),
        )
    return True


class FinishedError(Exception):
    """A run that was to go on is complete; `manifest` is its."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        super().__init__(gettext("the run is complete"))
        self.manifest = manifest


def make_manifest(run: dict[str, Any], shards: list[dict[str, Any]], *, rejected: int) -> dict[str, Any]:
    """Return a manifest: what was converted, and each shard with its counts and hash."""
    return {
        "quads": sum(shard["quads"] for shard in shards),
        "facts": sum(shard["facts"] for shard in shards),
        "withheld": sum(shard["withheld"] for shard in shards),
        "rejected": rejected,
        "shards": shards,
        "run": run,
    }
