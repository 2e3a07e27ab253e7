"""Convert into shards on a Dask cluster.

Inputs are looked through by tasks of their own; then each shard is one task, written by one worker, and the bytes are a
local run's. Inputs and the folder of shards are paths that all workers see, or addresses that fsspec opens. A shard
appears under its name when it is complete, so a worker that dies leaves nothing: its tasks are run again.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pressgraph.convert.blocks import Block, Context, Reader, convert_block, input_name, plan_file
from pressgraph.convert.bulk import (
    MANIFEST,
    REJECTS,
    SUFFIXES,
    Sink,
    Totals,
    compressed,
    input_sha256,
    make_manifest,
    make_run,
    too_many,
)
from pressgraph.convert.inputs import is_address
from pressgraph.errors import PressgraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pressgraph.errors import Problem

# A worker's threads share an emitter, which serves one at a time.
_ALONE = threading.Lock()
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
    progress: Callable[[Totals], None] = lambda _: None,
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
    try:
        client: Any = distributed.Client(scheduler, timeout=_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        hint = "start one with 'dask scheduler', and workers with 'dask worker tcp://…'"
        raise PressgraphError(f"no Dask scheduler answers at {scheduler}", hint=hint) from error
    target = output.rstrip("/") if is_address(output) else str(Path(output).resolve())
    with client, client.as_current():
        try:
            return _convert(
                client,
                paths,
                context,
                target,
                shards=shards,
                compression=compression,
                max_errors=max_errors,
                progress=progress,
            )
        except distributed.KilledWorker as error:
            hint = "give the workers more memory, or take more --shards"
            raise PressgraphError("the cluster lost too many workers over one task", hint=hint) from error


def _convert(
    client: Any,
    paths: Sequence[str],
    context: Context,
    target: str,
    *,
    shards: int,
    compression: str,
    max_errors: int | None,
    progress: Callable[[Totals], None],
) -> dict[str, Any]:
    import distributed

    shared = client.scatter(context, broadcast=True, hash=False)
    settings: dict[str, Any] = {"pure": False, "retries": _RETRIES}
    absolute = [path if is_address(path) else str(Path(path).resolve()) for path in paths]
    names = [input_name(path, context) for path in paths]
    surveys = client.gather(client.map(survey, absolute, names, [shared] * len(paths), **settings))
    run = make_run(paths, [digest for digest, _ in surveys], context, shards=shards, compression=compression)
    blocks = list(enumerate(block for _, several in surveys for block in several))
    totals = Totals(size=sum(block.weight for _, block in blocks))
    _remove(target, MANIFEST)
    futures = [
        client.submit(convert_shard, number, blocks[number::shards], shared, target, compression, **settings)
        for number in range(shards)
    ]
    results: dict[int, dict[str, Any]] = {}
    for future in distributed.as_completed(futures):  # type: ignore[no-untyped-call]
        result = results[futures.index(future)] = future.result()
        future.release()
        totals.blocks += result["blocks"]
        totals.facts += result["facts"]
        totals.quads += result["quads"]
        totals.rejected += sum(len(lines) for _, lines, _ in result["rejects"])
        totals.done += result.pop("weight")
        progress(totals)
        if max_errors is not None and totals.rejected > max_errors:
            client.cancel(futures, force=True)
            break
    if not is_address(target):
        # what workers that died had begun
        for beside in Path(target).glob(".shard-*"):
            beside.unlink(missing_ok=True)
    rejects: list[tuple[int, list[bytes], Problem]] = sorted(
        (entry for result in results.values() for entry in result.pop("rejects")), key=lambda entry: entry[0]
    )
    _write(target, REJECTS, b"".join(line for _, lines, _ in rejects for line in lines))
    if max_errors is not None and totals.rejected > max_errors:
        raise too_many(max_errors, rejects[-1][2], f"{target}/{REJECTS}")
    manifest = make_manifest(run, [results[number] for number in range(shards)], rejected=totals.rejected)
    _write(target, MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    return manifest


def survey(path: str, name: str, context: Context) -> tuple[str, list[Block]]:
    """Return the SHA-256 and the blocks of an input, on a worker."""
    return input_sha256(path), list(plan_file(path, name, context))


def convert_shard(
    number: int, blocks: list[tuple[int, Block]], context: Context, folder: str, compression: str
) -> dict[str, Any]:
    """Convert the blocks of a shard, on a worker; return its line of the manifest, its rejects by block, its weight."""
    name = f"shard-{number:05d}.nq{SUFFIXES[compression]}"
    digest = hashlib.sha256()
    counts = {"quads": 0, "facts": 0, "blocks": 0}
    rejects: list[tuple[int, list[bytes], Problem]] = []
    size = 0
    with _appearing(folder, name) as raw, Reader() as reader:

        def put(data: bytes) -> None:
            nonlocal size
            digest.update(data)
            size += len(data)
            raw.write(data)

        for index, block in blocks:
            with _ALONE, compressed(Sink(put), compression) as file:
                outcome = convert_block(block, context, reader, file.write)
            counts["quads"] += outcome.quads
            counts["facts"] += outcome.facts
            counts["blocks"] += 1
            if outcome.rejects:
                rejects.append((index, outcome.rejects, outcome.problems[0]))
    weight = sum(block.weight for _, block in blocks)
    return {"file": name, "bytes": size, "sha256": digest.hexdigest(), **counts, "rejects": rejects, "weight": weight}


@contextmanager
def _appearing(folder: str, name: str) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name when it is complete."""
    if is_address(folder):
        import fsspec

        # an upload to an object store can be seen only when it is closed; elsewhere a transaction renames
        filesystem, path = fsspec.url_to_fs(f"{folder}/{name}")
        filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
        with filesystem.transaction, filesystem.open(path, "wb") as file:
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


def _remove(folder: str, name: str) -> None:
    """Remove a file of an earlier run."""
    if not is_address(folder):
        (Path(folder) / name).unlink(missing_ok=True)
        return
    import fsspec

    filesystem, path = fsspec.url_to_fs(f"{folder}/{name}")
    with suppress(FileNotFoundError):
        filesystem.rm(path)
