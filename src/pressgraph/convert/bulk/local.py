"""Convert much on this machine: in order, or into a folder of shards that an interrupted run goes on with.

Block k stands in shard k mod N, whoever converted it. One process alone writes the folder; the others write what they
convert into files of their own.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.convert.bulk.blocks import plan
from pressgraph.convert.bulk.processes import converted
from pressgraph.convert.bulk.run import REJECTS, Totals, describe_run, too_many
from pressgraph.convert.bulk.shards import PARTS, Shards, locked
from pressgraph.convert.inputs import known_size
from pressgraph.dataset.withholding import withheld_among, without_withheld
from pressgraph.errors import FactsError, PressgraphError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pressgraph.convert.bulk.blocks import Context
    from pressgraph.convert.bulk.run import Manifest


def convert_in_order(
    paths: Sequence[str | Path], context: Context, *, jobs: int, progress: Callable[[Totals], None] = lambda _: None
) -> Generator[bytes, None, None]:
    """Yield the N-Quads of files, converted by several processes, in the order and bytes of one.

    Where things are withheld by name, nothing is yielded before all is converted.

    Raises FactsError with every problem at the end.
    """
    totals = Totals(size=known_size(map(str, paths)))

    def told(withheld: int) -> None:
        totals.withheld += withheld
        totals.facts -= withheld
        progress(totals)

    with closing(_in_order(paths, context, jobs, totals, progress)) as chunks:
        yield from without_withheld(chunks, context.rules, told=told)


def _in_order(
    paths: Sequence[str | Path], context: Context, jobs: int, totals: Totals, progress: Callable[[Totals], None]
) -> Generator[bytes, None, None]:
    problems = []
    chunks: list[bytes] = []
    with (
        tempfile.TemporaryDirectory(prefix="pressgraph-") as folder,
        closing(
            converted(
                plan(paths, context),
                context,
                jobs=jobs,
                compression="none",
                folder=Path(folder),
                put=lambda _, data: chunks.append(data),
            )
        ) as blocks,
    ):
        for block, outcome in blocks:
            yield from chunks
            chunks.clear()
            totals.add(block, outcome)
            problems.extend(outcome.problems)
            progress(totals)
    if problems:
        raise FactsError(problems)


def judged(paths: Sequence[str | Path], context: Context, *, jobs: int = 1) -> Context:
    """Return the context with what its rules withhold by name among these files, which are all converted for that."""
    if not context.rules.withhold:
        return context

    def chunks() -> Iterator[bytes]:
        # whoever converts them for good says what is wrong
        with suppress(FactsError), closing(_in_order(paths, context, jobs, Totals(), lambda _: None)) as outcomes:
            yield from outcomes

    return replace(context, withheld=withheld_among(chunks(), context.rules))


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
) -> Manifest:
    """Convert files into a folder of shards; return its manifest.

    `max_errors` is how many bad records are borne: one more stops the run.

    Raises PressgraphError where the folder holds something else, DataError when there are too many errors,
    FinishedError when there is nothing to go on with.
    """
    run = describe_run(list(map(str, paths)), context, shards=shards, compression=compression)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder), Shards(folder, run, resume=resume) as target:
            _fill(target, paths, judged(paths, context, jobs=jobs), jobs=jobs, max_errors=max_errors, progress=progress)
            return target.finish()
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        hint = gettext("free some space and go on with --resume")
        raise PressgraphError(f"{folder}: {error.strerror}", hint=hint) from error


def _fill(
    target: Shards,
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
        converted(
            blocks,
            context,
            jobs=jobs,
            compression=target.run.compression,
            folder=target.folder / f"{PARTS}{os.getpid()}",
            put=target.put,
            start=totals.blocks,
        )
    ) as done:
        for block, outcome in done:
            if max_errors is not None and totals.rejected + len(outcome.rejects) > max_errors:
                target.reject(outcome.rejects)
                raise too_many(max_errors, outcome.problems[0], target.folder / REJECTS)
            target.done(totals.blocks, outcome)
            totals.add(block, outcome)
            progress(totals)
