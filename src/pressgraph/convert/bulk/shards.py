"""The folder of shards of a run on this machine, while it is under way.

`progress.jsonl` has a line for each block that is in its shard: an interrupted run cuts the shards to what the last
line says and goes on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Self

import msgspec

from pressgraph.convert.bulk.run import (
    MANIFEST,
    PROGRESS,
    REJECTS,
    Manifest,
    Shard,
    Totals,
    goes_on,
    is_written,
    shard_name,
)
from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically
from pressgraph.project.typed_json import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.convert.bulk.blocks import Outcome
    from pressgraph.convert.bulk.run import Run

PARTS = ".parts-"
_LOCK = ".lock"
_PIECE = 1024 * 1024


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    """A block that is in its shard: how long that is now, and the file of rejects."""

    block: int
    size: int
    quads: int
    facts: int
    withheld: int
    rejected: int
    rejects: int


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder of shards.

    Raises PressgraphError where one is there.
    """
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


class Shards:
    """The folder of a run that is under way."""

    def __init__(self, folder: Path, run: Run, *, resume: bool) -> None:
        self.folder = folder
        self.run = run
        self.shards = [Shard(file=shard_name(run, number)) for number in range(run.shards)]
        self.files = [folder / shard.file for shard in self.shards]
        self.totals = Totals()
        self._digests = [hashlib.sha256() for _ in self.files]
        self._open: list[IO[bytes]] = []
        for left in folder.glob(f"{PARTS}*"):
            shutil.rmtree(left, ignore_errors=True)
        progress = folder / PROGRESS
        manifest = folder / MANIFEST
        notes = [path.read_bytes() if path.exists() else None for path in (progress, manifest)]
        going_on = goes_on(folder, run, resume=resume, progress=notes[0], manifest=notes[1])
        entries = self._entries(progress) if going_on else []
        if not entries:
            self._clear()
            with write_atomically(progress) as file:
                file.write(to_json(run) + b"\n")
        self._cut(entries)

    def _entries(self, progress: Path) -> list[_Done]:
        """Return the blocks that are done, as far as they are in the files."""
        lines = progress.read_bytes().split(b"\n")[:-1]
        there = [path.stat().st_size if path.exists() else 0 for path in (*self.files, self.folder / REJECTS)]
        entries = []
        for line in lines[1:]:
            entry = from_json(line, _Done)
            # a machine that lost its power may have kept this line, and not what it tells of
            if entry.size > there[entry.block % len(self.files)] or entry.rejects > there[-1]:
                break
            entries.append(entry)
        return entries

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if is_written(path.name) and path.name != PROGRESS:
                path.unlink(missing_ok=True)

    def _cut(self, entries: list[_Done]) -> None:
        """Cut files to what is known to be complete."""
        rejects = 0
        for entry in entries:
            shard = self.shards[entry.block % len(self.files)]
            shard.bytes, rejects = entry.size, entry.rejects
            shard.quads += entry.quads
            shard.facts += entry.facts
            shard.withheld += entry.withheld
            shard.blocks += 1
            self.totals.blocks += 1
            self.totals.quads += entry.quads
            self.totals.facts += entry.facts
            self.totals.withheld += entry.withheld
            self.totals.rejected += entry.rejected
        self.totals.resumed = self.totals.quads
        sizes = [shard.bytes for shard in self.shards]
        for path, size in zip((*self.files, self.folder / REJECTS), (*sizes, rejects), strict=True):
            with path.open("ab") as file:
                file.truncate(size)
        for path, digest in zip(self.files, self._digests, strict=True):
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
        index = number % len(self.files)
        self._open[index].write(data)
        self._digests[index].update(data)
        self.shards[index].bytes += len(data)

    def done(self, number: int, outcome: Outcome) -> None:
        """Note that a block is in its shard."""
        index = number % len(self.files)
        shard = self.shards[index]
        self._open[index].flush()
        self.reject(outcome.rejects)
        shard.add(outcome)
        entry = _Done(
            block=number,
            size=shard.bytes,
            quads=outcome.quads,
            facts=outcome.facts,
            withheld=outcome.withheld,
            rejected=len(outcome.rejects),
            rejects=os.fstat(self._open[-2].fileno()).st_size,
        )
        self._open[-1].write(to_json(entry) + b"\n")
        self._open[-1].flush()

    def finish(self) -> Manifest:
        """Write the manifest, and remove the progress."""
        for shard, digest in zip(self.shards, self._digests, strict=True):
            shard.sha256 = digest.hexdigest()
        manifest = Manifest.of(self.run, self.shards, rejected=self.totals.rejected)
        with write_atomically(self.folder / MANIFEST) as file:
            file.write(to_json(manifest, indent=2) + b"\n")
        (self.folder / PROGRESS).unlink()
        return manifest
