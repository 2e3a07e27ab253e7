"""Convert into shards on a Dask cluster.

Each shard is one task, written by one worker, and the bytes are a local run's.

Inputs and the folder of shards are paths that all workers see, or fsspec addresses (s3://bucket/facts.jsonl). A shard
appears under its name when it is complete, so a worker that dies leaves nothing: its tasks are run again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pressgraph.convert.blocks import Block, Context, convert_block, plan
from pressgraph.convert.bulk import MANIFEST, REJECTS, SUFFIXES, compressed, describe_run, make_manifest
from pressgraph.errors import DataError, PressgraphError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RETRIES = 5
_TIMEOUT = 15


def convert_on_cluster(
    paths: Sequence[str],
    context: Context,
    output: str,
    *,
    scheduler: str,
    shards: int = 1,
    compression: str = "none",
    max_errors: int | None = None,
) -> dict[str, Any]:
    """Convert files on the cluster of a scheduler; return the manifest.

    Raises PressgraphError where the cluster cannot be reached or loses too many workers, DataError for too many bad
    records.
    """
    try:
        import distributed
    except ImportError as error:
        hint = "install it: pip install 'pressgraph[distributed]'"
        raise PressgraphError("a cluster needs dask and distributed", hint=hint) from error
    run = describe_run(paths, context, shards=shards, compression=compression)
    absolute = [path if "://" in path else str(Path(path).resolve()) for path in paths]
    target = output.rstrip("/") if "://" in output else str(Path(output).resolve())
    blocks = list(enumerate(plan(absolute, context)))
    try:
        client: Any = distributed.Client(scheduler, timeout=_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        hint = "start one with 'dask scheduler', and workers with 'dask worker tcp://…'"
        raise PressgraphError(f"no Dask scheduler answers at {scheduler}", hint=hint) from error
    with client:
        shared = client.scatter(context, broadcast=True, hash=False)
        futures = [
            client.submit(
                convert_shard,
                number,
                blocks[number::shards],
                shared,
                target,
                compression,
                pure=False,
                retries=_RETRIES,
            )
            for number in range(shards)
        ]
        try:
            results: list[dict[str, Any]] = client.gather(futures)
        except distributed.KilledWorker as error:
            hint = "give the workers more memory, or take more --shards"
            raise PressgraphError("the cluster lost too many workers over one shard", hint=hint) from error
    if "://" not in target:
        # what workers that died had begun
        for beside in Path(target).glob(".shard-*"):
            beside.unlink()
    rejects = sorted(entry for result in results for entry in result.pop("rejects"))
    lines = [line for _, several in rejects for line in several]
    _write(target, REJECTS, b"".join(lines))
    if max_errors is not None and len(lines) > max_errors:
        hint = f"{output.rstrip('/')}/{REJECTS} lists them with their reasons"
        raise DataError(f"{len(lines)} bad records, more than {max_errors}", hint=hint)
    manifest = make_manifest(run, results, rejected=len(lines))
    _write(target, MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    return manifest


def convert_shard(
    number: int, blocks: list[tuple[int, Block]], context: Context, folder: str, compression: str
) -> dict[str, Any]:
    """Convert the blocks of a shard, on a worker; return its line of the manifest, and its rejects by block."""
    name = f"shard-{number:05d}.nq{SUFFIXES[compression]}"
    digest = hashlib.sha256()
    counts = {"quads": 0, "facts": 0, "blocks": 0}
    rejects: list[tuple[int, list[bytes]]] = []
    size = 0

    class Hashed:
        """Hash and count what is written."""

        def __init__(self, raw: IO[bytes]) -> None:
            self.raw = raw

        def write(self, data: bytes) -> int:
            nonlocal size
            digest.update(data)
            size += len(data)
            self.raw.write(data)
            return len(data)

        def flush(self) -> None:
            self.raw.flush()

    with _appearing(folder, name) as raw:
        hashed: Any = Hashed(raw)
        for index, block in blocks:
            with compressed(hashed, compression) as file:
                outcome = convert_block(block, context, file.write)
            counts["quads"] += outcome.quads
            counts["facts"] += outcome.facts
            counts["blocks"] += 1
            if outcome.rejects:
                rejects.append((index, outcome.rejects))
    return {"file": name, "bytes": size, "sha256": digest.hexdigest(), **counts, "rejects": rejects}


@contextmanager
def _appearing(folder: str, name: str) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name when it is complete."""
    if "://" in folder:
        import fsspec

        # an upload to an object store can be seen only when it is closed
        with fsspec.open(f"{folder}/{name}", "wb") as file:
            yield file
        return
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    beside = target / f".{name}.{uuid.uuid4().hex}"
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(target / name)
    finally:
        beside.unlink(missing_ok=True)


def _write(folder: str, name: str, data: bytes) -> None:
    with _appearing(folder, name) as file:
        file.write(data)
