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

import msgspec

from pressgraph.convert.bulk.blocks import Block, Context, Reader, convert_block, input_name, plan_file
from pressgraph.convert.bulk.folders import open_folder
from pressgraph.convert.bulk.local import judged
from pressgraph.convert.bulk.output import Sink, compressed
from pressgraph.convert.bulk.run import (
    MANIFEST,
    PROGRESS,
    REJECTS,
    Manifest,
    Run,
    Shard,
    Totals,
    describe_run,
    goes_on,
    input_sha256,
    is_written,
    shard_name,
    too_many,
)
from pressgraph.convert.inputs import is_address
from pressgraph.errors import Place, PressgraphError, Problem
from pressgraph.extras import extra
from pressgraph.i18n import gettext
from pressgraph.project.typed_json import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressgraph.convert.bulk.folders import LocalFolder, RemoteFolder

_RETRIES = 5
_TIMEOUT = 15


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    """A shard that is complete: its entry of the manifest, its rejects by block, and how many bytes of input it is."""

    run: str
    """The digest of the run that it belongs to."""
    number: int
    shard: Shard
    rejects: list[tuple[int, list[str]]]
    weight: int


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
) -> Manifest:
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
) -> Manifest:
    import distributed

    folder = open_folder(target)
    shared = client.scatter(context, broadcast=True, hash=False)
    settings: dict[str, Any] = {"pure": False, "retries": _RETRIES}
    absolute = [path if is_address(path) else str(Path(path).resolve()) for path in paths]
    names = [input_name(path, context) for path in paths]
    surveys = client.gather(client.map(survey, absolute, names, [shared] * len(paths), **settings))
    hashes = [digest for digest, _ in surveys]
    run = describe_run(paths, context, shards=shards, compression=compression, hashes=hashes)
    blocks = list(enumerate(block for _, several in surveys for block in several))
    totals = Totals(size=sum(block.weight for _, block in blocks))
    identity = hashlib.sha256(to_json(run)).hexdigest()
    results = _begin(folder, run, identity, resume=resume)
    _count(totals, results.values())
    totals.resumed = totals.quads
    if context.rules.withhold:
        # what is withheld is found out by one worker, which reads all; then each knows
        judging = client.submit(judged, absolute, shared, **settings)
        shared = client.scatter(judging.result(), broadcast=True, hash=False)
    futures = {
        client.submit(convert_shard, number, blocks[number::shards], shared, target, run, identity, **settings)
        for number in range(shards)
        if number not in results
    }
    waiting = distributed.as_completed(futures)  # type: ignore[no-untyped-call]
    while futures and not _too_many(totals, max_errors):
        future = next(waiting)
        result = future.result()
        futures.remove(future)
        results[result.number] = result
        _count(totals, [result])
        progress(totals)
    client.cancel(list(futures), force=True)
    folder.sweep()
    rejects = sorted(entry for result in results.values() for entry in result.rejects)
    _write(folder, REJECTS, "".join(line for _, lines in rejects for line in lines).encode())
    if max_errors is not None and _too_many(totals, max_errors):
        raise too_many(max_errors, _problem(rejects[-1][1][0]), f"{folder}/{REJECTS}")
    ordered = [results[number].shard for number in range(shards)]
    there = folder.sizes()
    if changed := [shard.file for shard in ordered if there.get(shard.file) != shard.bytes]:
        hint = gettext("let one run alone write there, then use --resume")
        raise PressgraphError(
            gettext("{file} was changed while the run was under way", file=f"{folder}/{changed[0]}"), hint=hint
        )
    manifest = Manifest.of(run, ordered, rejected=totals.rejected)
    _write(folder, MANIFEST, to_json(manifest, indent=2) + b"\n")
    folder.remove([PROGRESS])
    folder.remove(map(_note, range(shards)))
    return manifest


def _begin(folder: LocalFolder | RemoteFolder, run: Run, identity: str, *, resume: bool) -> dict[int, _Done]:
    """Clear a folder but for the shards of a run that goes on; return what was told of those, by number."""
    there = folder.sizes()
    contents = folder.read({PROGRESS, MANIFEST} & there.keys())
    results = {}
    if goes_on(folder, run, resume=resume, progress=contents.get(PROGRESS), manifest=contents.get(MANIFEST)):
        for data in folder.read(name for name in there if is_written(name) and name.startswith("progress-")).values():
            result = from_json(data, _Done)
            if result.run == identity and there.get(result.shard.file) == result.shard.bytes:
                results[result.number] = result
    complete = {name for number, result in results.items() for name in (_note(number), result.shard.file)}
    # a run of one machine notes blocks there, which hold no more
    _write(folder, PROGRESS, to_json(run) + b"\n")
    folder.remove([name for name in there if is_written(name) and name != PROGRESS and name not in complete])
    return results


def _count(totals: Totals, results: Iterable[_Done]) -> None:
    for result in results:
        totals.blocks += result.shard.blocks
        totals.facts += result.shard.facts
        totals.withheld += result.shard.withheld
        totals.quads += result.shard.quads
        totals.rejected += sum(len(lines) for _, lines in result.rejects)
        totals.done += result.weight


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
    number: int, blocks: list[tuple[int, Block]], context: Context, target: str, run: Run, identity: str
) -> _Done:
    """Convert the blocks of a shard, on a worker, and note beside it that it is complete."""
    shard = Shard(file=shard_name(run, number))
    digest = hashlib.sha256()
    rejects: list[tuple[int, list[str]]] = []
    folder = open_folder(target)
    with folder.write(shard.file) as raw, Reader() as reader:

        def put(data: bytes) -> None:
            digest.update(data)
            shard.bytes += len(data)
            raw.write(data)

        for index, block in blocks:
            with compressed(Sink(put), run.compression) as file:
                outcome = convert_block(block, context, reader, file.write)
            shard.add(outcome)
            if outcome.rejects:
                rejects.append((index, [line.decode() for line in outcome.rejects]))
    shard.sha256 = digest.hexdigest()
    weight = sum(block.weight for _, block in blocks)
    result = _Done(run=identity, number=number, shard=shard, rejects=rejects, weight=weight)
    _write(folder, _note(number), to_json(result) + b"\n")
    return result


def _note(number: int) -> str:
    """Return the name of the file that says that a shard is complete."""
    return f"progress-{number:05d}.json"


def _write(folder: LocalFolder | RemoteFolder, name: str, data: bytes) -> None:
    with folder.write(name) as file:
        file.write(data)
