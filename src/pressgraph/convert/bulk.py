"""Convert much: in several processes, into shards, and on from where an interruption was.

A folder of shards holds `shard-00000.nq…`, `rejects.jsonl` and, when it is complete, `manifest.json`. Until then
`progress.jsonl` has a line for each block that is in its shard: an interrupted run cuts the shards to what the last
line says and goes on. Block k stands in shard k mod N, whoever converted it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from pressgraph.convert.blocks import Block, Context, Outcome, convert_block, input_name, open_input, plan
from pressgraph.errors import DataError, PressgraphError
from pressgraph.project import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MANIFEST = "manifest.json"
PROGRESS = "progress.jsonl"
REJECTS = "rejects.jsonl"

SUFFIXES = {"none": "", "gzip": ".gz", "zstd": ".zst"}
_GZIP_LEVEL = 3
_AHEAD = 3
"""Blocks for each process that are under way or wait to be written: bounds memory."""


@dataclass(slots=True, kw_only=True)
class Totals:
    """How far a run is."""

    blocks: int = 0
    facts: int = 0
    quads: int = 0
    rejected: int = 0
    done: int = 0
    """Bytes of input that are converted, as far as that is known."""
    size: int = 0
    problems: list[str] = field(default_factory=list)
    """The first mistakes, for the user to see."""
    started: float = field(default_factory=time.monotonic)
    resumed: int = 0
    """Quads of the run that was interrupted."""

    @property
    def rate(self) -> float:
        """Quads in a second, of this run."""
        return (self.quads - self.resumed) / max(time.monotonic() - self.started, 1e-6)


_SHOWN = 20


def convert_in_order(
    paths: Sequence[Path], context: Context, *, jobs: int, progress: Callable[[Totals], None] = lambda _: None
) -> Iterator[bytes]:
    """Yield the N-Quads of files, converted by several processes, in the order and bytes of one.

    Raises FactsError with every problem at the end.
    """
    from pressgraph.errors import FactsError

    totals = Totals(size=_size(paths))
    problems = []
    for block, outcome, part in _converted(plan(paths, context), context, jobs=jobs, compression="none"):
        with part.open("rb") as file:
            while chunk := file.read(1024 * 1024):
                yield chunk
        part.unlink()
        _count(totals, block, outcome)
        problems.extend(outcome.problems)
        progress(totals)
    if problems:
        raise FactsError(problems)


def convert_to_shards(
    paths: Sequence[Path],
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

    Raises PressgraphError where the folder holds something else, DataError when there are too many errors.
    """
    run = describe_run(list(map(str, paths)), context, shards=shards, compression=compression)
    target = _Shards(folder, run, resume=resume)
    totals = target.totals
    totals.size = _size(paths)
    blocks = plan(paths, context)
    for block in islice(blocks, totals.blocks):
        totals.done += block.size if block.kind == "lines" else 0
    with target:
        for block, outcome, part in _converted(
            blocks, context, jobs=jobs, compression=compression, temporary=folder / ".parts"
        ):
            if max_errors is not None and totals.rejected + len(outcome.rejects) > max_errors:
                target.reject(outcome.rejects)
                first = outcome.problems[0]
                raise DataError(
                    f"more than {max_errors} bad records; the last one: {first.message}",
                    place=first.place,
                    hint=f"{folder / REJECTS} lists them with their reasons; raise --max-errors to go on with --resume",
                )
            target.append(totals.blocks, part, outcome)
            part.unlink()
            _count(totals, block, outcome)
            progress(totals)
    return target.finish(run)


def _count(totals: Totals, block: Block, outcome: Outcome) -> None:
    totals.blocks += 1
    totals.facts += outcome.facts
    totals.quads += outcome.quads
    totals.rejected += len(outcome.rejects)
    if block.kind == "lines":
        totals.done += block.size
    totals.problems.extend(map(str, outcome.problems[: max(0, _SHOWN - len(totals.problems))]))


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def describe_run(paths: Sequence[str], context: Context, *, shards: int, compression: str) -> dict[str, Any]:
    """Return what must be the same for a run to go on with another's shards."""
    return {
        "base": context.project.id_base,
        "profile": context.sources.digest,
        "shards": shards,
        "compression": compression,
        "inputs": [{"name": input_name(path, context), "sha256": _input_sha256(path)} for path in paths],
    }


def _input_sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open_input(path) as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


# -- processes

_context: Context | None = None


def _start(context: Context) -> None:
    global _context  # noqa: PLW0603 - one for each process, set when it starts
    _context = context
    _ = context.emitter


def _work(block: Block, part: Path, compression: str) -> Outcome:
    assert _context is not None  # noqa: S101 - set by _start
    return write_part(block, _context, part, compression)


def write_part(block: Block, context: Context, part: Path, compression: str) -> Outcome:
    """Convert a block into a file of its own."""
    with part.open("wb") as raw, compressed(raw, compression) as file:
        return convert_block(block, context, file.write)


def compressed(raw: IO[bytes], compression: str) -> Any:
    """Return a file that compresses what is written; members written one after another are one valid file."""
    match compression:
        case "none":
            return _Unclosed(raw)
        case "gzip":
            # no name and no time: the same bytes each time
            return gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0)
    try:
        import zstandard
    except ImportError as error:
        hint = "install it: pip install 'pressgraph[zstd]', or use --compress gzip"
        raise PressgraphError("zstd needs the package zstandard", hint=hint) from error
    return zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False)


class _Unclosed:
    """A file that leaves its closing to whoever opened it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.write = raw.write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _converted(
    blocks: Iterable[Block], context: Context, *, jobs: int, compression: str, temporary: Path | None = None
) -> Iterator[tuple[Block, Outcome, Path]]:
    """Yield each block with what became of it and the file that it is in, in order."""
    own = tempfile.mkdtemp(prefix="pressgraph-") if temporary is None else None
    folder = temporary if own is None and temporary is not None else Path(str(own))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if jobs == 1:
            for number, block in enumerate(blocks):
                part = folder / f"{number}"
                yield block, write_part(block, context, part, compression), part
            return
        # a fresh interpreter: forking one that has threads can lock up
        with ProcessPoolExecutor(
            jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(context,)
        ) as pool:
            waiting: deque[tuple[Block, Path, Future[Outcome]]] = deque()
            try:
                for number, block in enumerate(blocks):
                    part = folder / f"{number}"
                    waiting.append((block, part, pool.submit(_work, block, part, compression)))
                    if len(waiting) >= jobs * _AHEAD:
                        done, path, future = waiting.popleft()
                        yield done, future.result(), path
                while waiting:
                    done, path, future = waiting.popleft()
                    yield done, future.result(), path
            except BrokenProcessPool as error:
                raise PressgraphError(
                    "a process that converts was killed", hint="is there enough memory? 'convert --resume' goes on"
                ) from error
            finally:
                for _, _, future in waiting:
                    future.cancel()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# -- shards


class _Shards:
    """The folder of a run that is under way."""

    def __init__(self, folder: Path, run: dict[str, Any], *, resume: bool) -> None:
        self.folder = folder
        self.suffix = f".nq{SUFFIXES[run['compression']]}"
        self.files = [folder / f"shard-{number:05d}{self.suffix}" for number in range(run["shards"])]
        self.totals = Totals()
        self.counts = [{"quads": 0, "facts": 0, "blocks": 0} for _ in self.files]
        self._open: list[IO[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        progress = folder / PROGRESS
        if not resume and progress.exists():
            hint = "add --resume to go on with it, or remove the folder"
            raise PressgraphError(f"{folder} holds a run that was interrupted", hint=hint)
        entries = self._entries(progress, run) if resume else []
        if resume and not entries and (folder / MANIFEST).exists():
            self._same_as_finished(run)
        if not entries:
            self._clear()
            with write_atomically(progress) as file:
                file.write(json.dumps(run).encode() + b"\n")
        self._cut(entries)

    def _entries(self, progress: Path, run: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the blocks that are done."""
        if not progress.exists():
            return []
        lines = progress.read_bytes().split(b"\n")[:-1]
        if not lines or json.loads(lines[0]) != run:
            raise PressgraphError(
                f"{self.folder} was begun with other facts, settings or shards",
                hint="run it without --resume into another folder, or remove this one",
            )
        return [json.loads(line) for line in lines[1:]]

    def _same_as_finished(self, run: dict[str, Any]) -> None:
        """Let a finished run be; raises _FinishedError."""
        manifest = json.loads((self.folder / MANIFEST).read_bytes())
        if manifest.get("run") == run:
            raise FinishedError(manifest)

    def _clear(self) -> None:
        for path in (*self.folder.glob("shard-*.nq*"), self.folder / MANIFEST, self.folder / REJECTS):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / ".parts", ignore_errors=True)

    def _cut(self, entries: list[dict[str, Any]]) -> None:
        """Cut files to what is known to be complete."""
        sizes = [0] * len(self.files)
        rejects = 0
        for entry in entries:
            shard = entry["block"] % len(self.files)
            sizes[shard], rejects = entry["size"], entry["rejects"]
            self.counts[shard]["quads"] += entry["quads"]
            self.counts[shard]["facts"] += entry["facts"]
            self.counts[shard]["blocks"] += 1
            self.totals.blocks += 1
            self.totals.quads += entry["quads"]
            self.totals.facts += entry["facts"]
            self.totals.rejected += entry["rejected"]
        self.totals.resumed = self.totals.quads
        for path, size in zip((*self.files, self.folder / REJECTS), (*sizes, rejects), strict=True):
            with path.open("ab") as file:
                file.truncate(size)
        progress = self.folder / PROGRESS
        whole = progress.read_bytes()
        with progress.open("ab") as file:
            file.truncate(whole.rfind(b"\n") + 1)

    def __enter__(self) -> Self:
        self._open = [path.open("ab") for path in (*self.files, self.folder / REJECTS, self.folder / PROGRESS)]
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open:
            file.close()

    def reject(self, rejects: list[bytes]) -> None:
        """Write rejects."""
        self._open[-2].writelines(rejects)
        self._open[-2].flush()

    def append(self, number: int, part: Path, outcome: Outcome) -> None:
        """Put a block into its shard, and then note that it is there."""
        shard = number % len(self.files)
        file = self._open[shard]
        with part.open("rb") as converted:
            shutil.copyfileobj(converted, file, 1024 * 1024)
        file.flush()
        self.reject(outcome.rejects)
        entry = {
            "block": number,
            "size": os.fstat(file.fileno()).st_size,
            "quads": outcome.quads,
            "facts": outcome.facts,
            "rejected": len(outcome.rejects),
            "rejects": os.fstat(self._open[-2].fileno()).st_size,
        }
        counts = self.counts[shard]
        counts["quads"] += outcome.quads
        counts["facts"] += outcome.facts
        counts["blocks"] += 1
        self._open[-1].write(json.dumps(entry).encode() + b"\n")
        self._open[-1].flush()

    def finish(self, run: dict[str, Any]) -> dict[str, Any]:
        """Write the manifest, and forget the progress."""
        manifest = make_manifest(
            run,
            [
                {"file": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path), **counts}
                for path, counts in zip(self.files, self.counts, strict=True)
            ],
            rejected=self.totals.rejected,
        )
        with write_atomically(self.folder / MANIFEST) as file:
            file.write(json.dumps(manifest, indent=2).encode() + b"\n")
        (self.folder / PROGRESS).unlink()
        return manifest


class FinishedError(Exception):
    """A run that was to go on is complete; `manifest` is its."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        super().__init__("the run is complete")
        self.manifest = manifest


def make_manifest(run: dict[str, Any], shards: list[dict[str, Any]], *, rejected: int) -> dict[str, Any]:
    """Return a manifest: what was converted, and each shard with its counts and hash."""
    return {
        "quads": sum(shard["quads"] for shard in shards),
        "facts": sum(shard["facts"] for shard in shards),
        "rejected": rejected,
        "shards": shards,
        "run": run,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
