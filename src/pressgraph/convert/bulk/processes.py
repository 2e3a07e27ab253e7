"""Convert blocks in several processes, and hand their bytes on in order."""

from __future__ import annotations

import os
import queue
import shutil
import signal
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Self

from pressgraph.convert.bulk.blocks import Outcome, Reader, convert_block
from pressgraph.convert.bulk.output import Sink, compressed
from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection
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
        # the threads only wait for the processes
        with ThreadPoolExecutor(jobs) as threads, _Processes(jobs, context, compression) as processes:
            try:
                for number, block in numbered:
                    if len(waiting) == jobs * _AHEAD:
                        yield finished()
                    part = folder / str(number % (jobs * _AHEAD))
                    waiting.append((number, block, part, threads.submit(processes.convert, block, part)))
                while waiting:
                    yield finished()
            finally:
                for *_, future in waiting:
                    future.cancel()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Processes:
    """Processes that convert blocks into parts, each one at a time, until they are closed or their parent dies."""

    def __init__(self, count: int, context: Context, compression: str) -> None:
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        # a fresh interpreter: forking one that has threads can lock up
        spawn = get_context("spawn")
        self._processes = []
        with _uninterrupted():
            for _ in range(count):
                ours, theirs = spawn.Pipe()
                process = spawn.Process(target=_serve, args=(theirs, context, compression), daemon=True)
                process.start()
                # so that the pipe ends with the process
                theirs.close()
                self._idle.put(ours)
                self._processes.append(process)

    def convert(self, block: Block, part: Path) -> tuple[Outcome, int]:
        """Have a block converted into a part; return also how long the part is. Threads may call this.

        Raises PressgraphError where the process is killed.
        """
        process = self._idle.get()
        try:
            process.send((block, part))
            answer: tuple[Outcome, int] | Exception = process.recv()
        except (EOFError, OSError) as error:
            hint = gettext("is there enough memory? 'convert --resume' goes on")
            raise PressgraphError(gettext("a process that converts was killed"), hint=hint) from error
        finally:
            self._idle.put(process)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # what they still do is wanted by nobody; whoever waits for it meets the end of the pipe
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def _serve(parent: Connection, context: Context, compression: str) -> None:
    """Convert the blocks that the parent sends, until it ends: all that a process does."""
    _ = context.emitter
    # parts are written over again and again, which is cheaper than making and removing files
    with Reader() as reader, suppress(EOFError, OSError):
        while True:
            block, part = parent.recv()
            try:
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as raw:
                    with compressed(raw, compression) as file:
                        outcome = convert_block(block, context, reader, file.write)
                    answer: tuple[Outcome, int] | Exception = (outcome, raw.tell())
            except Exception as error:  # noqa: BLE001 - raised where the block is wanted
                answer = error
            parent.send(answer)


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
