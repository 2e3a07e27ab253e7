"""Convert into shards on a Dask cluster.

Inputs are looked through by tasks of their own; then each shard is one task, written by one worker, and the bytes are a
local run's. Inputs and the folder of shards are paths that all workers see, or addresses that fsspec opens. A shard
appears under its name when it is complete, so a worker that dies leaves nothing: its tasks are run again.

Until a run is complete, its folder holds `progress.jsonl` with the run alone, and `progress-00000.json` beside each
shard that is there, written by whoever wrote the shard: what has them is not done again when the run goes on.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.convert.bulk.blocks import Block, Context, Reader, convert_block, input_name, plan_file
from pressgraph.convert.bulk.folders import open_folder
from pressgraph.convert.bulk.local import (
    MANIFEST,
    PROGRESS,
    REJECTS,
    SUFFIXES,
    Sink,
    Totals,
    compressed,
    goes_on,
    input_sha256,
    is_written,
    make_manifest,
    make_run,
    too_many,
)
from pressgraph.convert.inputs import is_address
from pressgraph.errors import Place, PressgraphError, Problem
from pressgraph.extras import extra
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressgraph.convert.bulk.folders import LocalFolder, RemoteFolder

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
    resume: bool = False,
    max_errors: int | None = None,
    progress: Callable[[Totals], None] = lambda _: None,
) -> dict[str, Any]:
    """Convert files on the cluster of a scheduler; return the manifest.

    `resume` and `max_errors` are as in `convert_to_shards`.

    Raises PressgraphError where the cluster cannot be reached or loses too many workers or its scheduler, or where the
    folder holds something else, DataError when there are too many errors, FinishedError when there is nothing to go on
    with.
    """
    with extra("distributed"):
        import distributed
        from distributed.comm.core import CommClosedError
    try:
        client: Any = distributed.Client(scheduler, timeout=_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        hint = gettext("start one with 'dask scheduler', and workers with 'dask worker tcp://…'")
        raise PressgraphError(
            gettext("no Dask scheduler answers at {scheduler}", scheduler=scheduler), hint=hint
        ) from error
    # what becomes of the scheduler we say ourselves
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with client, client.as_current():
        try:
            return _convert(
                client,
                paths,
                context,
                output if is_address(output) else str(Path(output).resolve()),
                shards=shards,
                compression=compression,
                resume=resume,
                max_errors=max_errors,
                progress=progress,
            )
        except distributed.KilledWorker as error:
            hint = gettext("give the workers more memory, or take more --shards")
            raise PressgraphError(gettext("the cluster lost too many workers over one task"), hint=hint) from error
        except (concurrent.futures.CancelledError, CommClosedError) as error:
            hint = gettext("start one again; the same call with --resume goes on")
            raise PressgraphError(
                gettext("the scheduler at {scheduler} is gone", scheduler=scheduler), hint=hint
            ) from error


def _convert(
    client: Any,
    paths: Sequence[str],
    context: Context,
    target: str,
    *,
    shards: int,
    compression: str,
    resume: bool,
    max_errors: int | None,
    progress: Callable[[Totals], None],
) -> dict[str, Any]:
    import distributed

    folder = open_folder(target)
    shared = client.scatter(context, broadcast=True, hash=False)
    settings: dict[str, Any] = {"pure": False, "retries": _RETRIES}
    absolute = [path if is_address(path) else str(Path(path).resolve()) for path in paths]
    names = [input_name(path, context) for path in paths]
    surveys = client.gather(client.map(survey, absolute, names, [shared] * len(paths), **settings))
    run = make_run(paths, [digest for digest, _ in surveys], context, shards=shards, compression=compression)
    blocks = list(enumerate(block for _, several in surveys for block in several))
    totals = Totals(size=sum(block.weight for _, block in blocks))
    identity = hashlib.sha256(_line(run)).hexdigest()
    results = _begin(folder, run, identity, resume=resume)
    _count(totals, results.values())
    totals.resumed = totals.quads
    futures = {
        client.submit(convert_shard, number, blocks[number::shards], shared, target, compression, identity, **settings)
        for number in range(shards)
        if number not in results
    }
    waiting = distributed.as_completed(futures)  # type: ignore[no-untyped-call]
    while futures and not _too_many(totals, max_errors):
        future = next(waiting)
        result = future.result()
        futures.remove(future)
        results[result["number"]] = result
        _count(totals, [result])
        progress(totals)
    client.cancel(list(futures), force=True)
    folder.sweep()
    rejects = sorted(entry for result in results.values() for entry in result["rejects"])
    _write(folder, REJECTS, "".join(line for _, lines in rejects for line in lines).encode())
    if max_errors is not None and _too_many(totals, max_errors):
        raise too_many(max_errors, _problem(rejects[-1][1][0]), f"{folder}/{REJECTS}")
    ordered = [results[number]["shard"] for number in range(shards)]
    there = folder.sizes()
    if changed := [shard["file"] for shard in ordered if there.get(shard["file"]) != shard["bytes"]]:
        hint = gettext("let one run alone write there, then use --resume")
        raise PressgraphError(
            gettext("{file} was changed while the run was under way", file=f"{folder}/{changed[0]}"), hint=hint
        )
    manifest = make_manifest(run, ordered, rejected=totals.rejected)
    _write(folder, MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    folder.remove([PROGRESS])
    folder.remove(map(_note, range(shards)))
    return manifest


def _begin(
    folder: LocalFolder | RemoteFolder, run: dict[str, Any], identity: str, *, resume: bool
) -> dict[int, dict[str, Any]]:
    """Clear a folder but for the shards of a run that goes on; return what was told of those, by number."""
    there = folder.sizes()
    found = folder.read({PROGRESS, MANIFEST} & there.keys())
    results = {}
    if goes_on(folder, run, resume=resume, progress=found.get(PROGRESS), manifest=found.get(MANIFEST)):
        for data in folder.read(name for name in there if is_written(name) and name.startswith("progress-")).values():
            result = json.loads(data)
            shard = result["shard"]
            if result["run"] == identity and there.get(shard["file"]) == shard["bytes"]:
                results[result["number"]] = result
    kept = {name for number, result in results.items() for name in (_note(number), result["shard"]["file"])}
    # a run of one machine notes blocks there, which hold no more
    _write(folder, PROGRESS, _line(run))
    folder.remove([name for name in there if is_written(name) and name != PROGRESS and name not in kept])
    return results


def _count(totals: Totals, results: Iterable[dict[str, Any]]) -> None:
    for result in results:
        totals.blocks += result["shard"]["blocks"]
        totals.facts += result["shard"]["facts"]
        totals.withheld += result["shard"]["withheld"]
        totals.quads += result["shard"]["quads"]
        totals.rejected += sum(len(lines) for _, lines in result["rejects"])
        totals.done += result["weight"]


def _too_many(totals: Totals, bearable: int | None) -> bool:
    return bearable is not None and totals.rejected > bearable


def _problem(reject: str) -> Problem:
    """Return the first problem that a line of rejects tells of."""
    problem = json.loads(reject)["problems"][0]
    return Problem(rule=problem["rule"], place=Place(file=problem["place"]), message=problem["message"])


def survey(path: str, name: str, context: Context) -> tuple[str, list[Block]]:
    """Return the SHA-256 and the blocks of an input, on a worker."""
    return input_sha256(path), list(plan_file(path, name, context))


def convert_shard(
    number: int, blocks: list[tuple[int, Block]], context: Context, target: str, compression: str, identity: str
) -> dict[str, Any]:
    """Convert the blocks of a shard, on a worker; return its line of the manifest, its rejects by block, its weight."""
    name = f"shard-{number:05d}.nq{SUFFIXES[compression]}"
    digest = hashlib.sha256()
    counts = {"quads": 0, "facts": 0, "withheld": 0, "blocks": 0}
    rejects: list[list[Any]] = []
    size = 0
    folder = open_folder(target)
    with folder.write(name) as raw, Reader() as reader:

        def put(data: bytes) -> None:
            nonlocal size
            digest.update(data)
            size += len(data)
            raw.write(data)

        for index, block in blocks:
            with compressed(Sink(put), compression) as file:
                outcome = convert_block(block, context, reader, file.write)
            counts["quads"] += outcome.quads
            counts["facts"] += outcome.facts
            counts["withheld"] += outcome.withheld
            counts["blocks"] += 1
            if outcome.rejects:
                rejects.append([index, [line.decode() for line in outcome.rejects]])
    result = {
        "run": identity,
        "number": number,
        "shard": {"file": name, "bytes": size, "sha256": digest.hexdigest(), **counts},
        "rejects": rejects,
        "weight": sum(block.weight for _, block in blocks),
    }
    _write(folder, _note(number), _line(result))
    return result


def _note(number: int) -> str:
    """Return the name of the file that says that a shard is complete."""
    return f"progress-{number:05d}.json"


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _write(folder: LocalFolder | RemoteFolder, name: str, data: bytes) -> None:
    with folder.write(name) as file:
        file.write(data)
