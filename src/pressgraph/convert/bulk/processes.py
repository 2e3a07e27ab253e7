"""Convert blocks in several processes, and hand their bytes on in order."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pressgraph.convert.bulk.blocks import Outcome, Reader, convert_block
from pressgraph.convert.bulk.output import Sink, compressed
from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.processes import ProcessEndedError, Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from pressgraph.convert.bulk.blocks import Block, Context

_AHEAD = 3
"""Blocks for each process that are under way or wait to be written: bounds memory."""
_PIECE = 1024 * 1024


def converted(
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

    Raises PressgraphError where a process is killed.
    """
    numbered = enumerate(blocks, start)
    if jobs == 1:
        with Reader() as reader:
            for number, block in numbered:
                with compressed(Sink(partial(put, number)), compression) as file:
                    outcome = convert_block(block, context, reader, file.write)
                yield block, outcome
        return
    ahead = jobs * _AHEAD
    requests = ((number, block, folder / str(number % ahead)) for number, block in numbered)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Processes(jobs, _converting, (context, compression)) as processes:
            for (number, block, part), answer in processes.answers(requests, ahead=ahead):
                try:
                    outcome, size = answer.result()
                except ProcessEndedError as error:
                    hint = gettext("is there enough memory? 'convert --resume' goes on")
                    raise PressgraphError(gettext("a process that converts was killed"), hint=hint) from error
                with part.open("rb") as file:
                    while size and (piece := file.read(min(size, _PIECE))):
                        put(number, piece)
                        size -= len(piece)
                yield block, outcome
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _converting(setup: tuple[Context, str]) -> Iterator[Callable[[tuple[int, Block, Path]], tuple[Outcome, int]]]:
    """Convert blocks into parts in a process of its own; an answer says also how long the part is."""
    context, compression = setup
    _ = context.emitter
    with Reader() as reader:

        def convert(request: tuple[int, Block, Path]) -> tuple[Outcome, int]:
            _, block, part = request
            # parts are written over again and again, which is cheaper than making and removing files
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as raw:
                with compressed(raw, compression) as file:
                    outcome = convert_block(block, context, reader, file.write)
                return outcome, raw.tell()

        yield convert
