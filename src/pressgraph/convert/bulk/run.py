"""A run of bulk conversion: what it converts, how far it is, and the files that say so.

A folder of shards holds `shard-00000.nq…`, `rejects.jsonl` and, when it is complete, `manifest.json`; until then
`progress.jsonl`, whose first line is the run, says what of it is done.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pressgraph.convert.bulk.blocks import input_name
from pressgraph.convert.inputs import is_address, open_bytes
from pressgraph.errors import DataError, PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project.typed_json import from_json
from pressgraph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.convert.bulk.blocks import Block, Context, Outcome
    from pressgraph.errors import Problem

MANIFEST = "manifest.json"
PROGRESS = "progress.jsonl"
REJECTS = "rejects.jsonl"
SUFFIXES = {"none": "", "gzip": ".gz", "zstd": ".zst"}


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is converted."""

    name: str
    sha256: str


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must be the same for a run to go on with another's shards."""

    pressgraph: str
    """The program's version."""
    base: str
    profile: str
    """The digest of the profile."""
    personal: bool
    withhold: tuple[str, ...] = ()
    tables: str | None = None
    """The digest of what the configuration says of the tables among the inputs."""
    shards: int
    compression: str
    inputs: tuple[Input, ...]


class Shard(msgspec.Struct, kw_only=True):
    """A file of a run: its counts, and what it must be like when it is complete."""

    file: str
    bytes: int = 0
    sha256: str = ""
    quads: int = 0
    facts: int = 0
    withheld: int = 0
    blocks: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count a block that is in it."""
        self.quads += outcome.quads
        self.facts += outcome.facts
        self.withheld += outcome.withheld
        self.blocks += 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a complete run has made."""

    quads: int
    facts: int
    withheld: int
    rejected: int
    shards: tuple[Shard, ...]
    run: Run

    @classmethod
    def of(cls, run: Run, shards: Sequence[Shard], *, rejected: int) -> Manifest:
        """Sum up the shards of a run."""
        return cls(
            quads=sum(shard.quads for shard in shards),
            facts=sum(shard.facts for shard in shards),
            withheld=sum(shard.withheld for shard in shards),
            rejected=rejected,
            shards=tuple(shards),
            run=run,
        )


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

    def add(self, block: Block, outcome: Outcome) -> None:
        """Count a block that is converted."""
        self.blocks += 1
        self.facts += outcome.facts
        self.withheld += outcome.withheld
        self.quads += outcome.quads
        self.rejected += len(outcome.rejects)
        self.done += block.weight


class FinishedError(Exception):
    """A run that was to go on is complete; `manifest` is its."""

    def __init__(self, manifest: Manifest) -> None:
        super().__init__(gettext("the run is complete"))
        self.manifest = manifest


def describe_run(
    paths: Sequence[str], context: Context, *, shards: int, compression: str, hashes: Sequence[str] | None = None
) -> Run:
    """Return what must be the same for a run to go on with another's shards; the inputs are read for their `hashes`."""
    tables = (
        []
        if not context.project.tables
        else [context.project.tables_of(Path(path)) for path in paths if not is_address(path)]
    )
    digests = [input_sha256(path) for path in paths] if hashes is None else hashes
    return Run(
        pressgraph=__version__,
        base=context.project.id_base,
        profile=context.sources.digest,
        personal=context.rules.personal,
        withhold=tuple(sorted(context.rules.withhold)),
        tables=hashlib.sha256(repr(tables).encode()).hexdigest() if any(tables) else None,
        shards=shards,
        compression=compression,
        inputs=tuple(
            Input(name=input_name(path, context), sha256=digest) for path, digest in zip(paths, digests, strict=True)
        ),
    )


def input_sha256(path: str) -> str:
    """Return the SHA-256 of an input's bytes."""
    with open_bytes(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def shard_name(run: Run, number: int) -> str:
    """Return the name of a shard's file."""
    return f"shard-{number:05d}.nq{SUFFIXES[run.compression]}"


def is_written(name: str) -> bool:
    """Tell whether a run writes a file of this name into its folder."""
    return (
        name in {MANIFEST, REJECTS, PROGRESS}
        or re.fullmatch(r"shard-\d{5}\.nq.*|progress-\d{5}\.json", name) is not None
    )


def goes_on(folder: object, run: Run, *, resume: bool, progress: bytes | None, manifest: bytes | None) -> bool:
    """Tell whether there is a run to go on with, from the first line of its progress.

    Raises PressgraphError where another one was interrupted, FinishedError where it is complete.
    """
    if progress is None:
        complete = _complete(manifest) if resume and manifest is not None else None
        if complete is not None and complete.run == run:
            raise FinishedError(complete)
        return False
    if not resume:
        hint = gettext("add --resume to go on with it, or remove the folder")
        raise PressgraphError(gettext("{folder} holds a run that was interrupted", folder=folder), hint=hint)
    line, end, _ = progress.partition(b"\n")
    if not end or _begun(line) != run:
        raise PressgraphError(
            gettext("{folder} was begun with other facts, settings or shards", folder=folder),
            hint=gettext("run it without --resume into another folder, or remove this one"),
        )
    return True


def _begun(line: bytes) -> Run | None:
    try:
        return from_json(line, Run)
    except ValueError:
        return None


def _complete(manifest: bytes) -> Manifest | None:
    try:
        return from_json(manifest, Manifest)
    except ValueError:
        return None


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
