"""Draw pages in several processes, which write them themselves: one waits for the disk while another one draws."""

from __future__ import annotations

import hashlib
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.site.drawing import Drawer, Page
from pressgraph.site.folder import write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from pressgraph.site.drawing import Setting

_FEW = 150
"""Pages that one process has drawn before another one has started."""
_BATCH, _AHEAD = 25, 3
"""Pages that a process draws at a time, and batches for each that are under way: bounds memory."""


class Written(NamedTuple):
    """A page that was written: its files with their SHA-256, which of them had another content before, its reads."""

    page: Page
    files: dict[str, str]
    changed: int
    reads: bytes


def draw_pages(
    pages: Collection[Page], setting: Setting, root: Path, foreign: Collection[str], drawer: Drawer, *, jobs: int | None
) -> Iterator[Written]:
    """Draw pages and write them below `root`, but for the `foreign` files; yield what was written, in order.

    `jobs` is in how many processes; None: one for each core, where there are many pages.

    Raises PressgraphError where a process is killed, OSError where a file cannot be written.
    """
    if jobs is None:
        jobs = 1 if len(pages) <= _FEW else _processors()
    if jobs == 1:
        yield from _written(pages, drawer, root, foreign)
        return
    waiting: deque[Future[list[Written]]] = deque()
    # a fresh interpreter: forking one that has threads can lock up
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(setting, root, foreign)) as processes:
        try:
            for batch in _batches(pages):
                waiting.append(processes.submit(_draw, batch))
                if len(waiting) > jobs * _AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            hint = gettext("is there enough memory? The same command goes on where it was")
            raise PressgraphError(gettext("a process that draws was killed"), hint=hint) from error
        finally:
            for future in waiting:
                future.cancel()


def _written(pages: Iterable[Page], drawer: Drawer, root: Path, foreign: Collection[str]) -> Iterator[Written]:
    for page in pages:
        drawn = drawer.draw(page)
        files: dict[str, str] = {}
        changed = 0
        for name, content in drawn.files:
            if name not in foreign:
                changed += write(root, name, content)
                files[name] = hashlib.sha256(content).hexdigest()
        yield Written(page, files, changed, drawn.reads)


class _Process:
    """What a process keeps."""

    drawer: Drawer
    root: Path
    foreign: Collection[str]


def _start(setting: Setting, root: Path, foreign: Collection[str]) -> None:
    # Ctrl-C reaches the whole group; who has started us says when it is over
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Process.drawer, _Process.root, _Process.foreign = Drawer(setting), root, foreign


def _draw(pages: list[Page]) -> list[Written]:
    return list(_written(pages, _Process.drawer, _Process.root, _Process.foreign))


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    batch: list[Page] = []
    for page in pages:
        batch.append(page)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _processors() -> int:
    """Return how many processes can draw at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
