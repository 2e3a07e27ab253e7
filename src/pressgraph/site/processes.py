"""Draw pages in several processes, which write them themselves: one waits for the disk while another one draws."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.processes import ProcessEndedError, Processes, processors
from pressgraph.site.drawing import Drawer, Page
from pressgraph.site.folder import write
from pressgraph.site.queries import QueryPages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from pressgraph.site.drawing import Setting
    from pressgraph.site.folder import Standing
    from pressgraph.site.reads import Answers
    from pressgraph.site.told import Entry

FEW = 150
"""Pages that one process has drawn before another one has started."""
_BATCH, _AHEAD = 25, 3
"""Pages that a process draws at a time, and batches for each that are under way: bounds memory."""


class Written(NamedTuple):
    """A page that was written.

    Its files as they stand, how many of them had another content before, its reads, what it adds to the files about all
    things, and what it has asked.
    """

    page: Page
    files: dict[str, Standing]
    changed: int
    reads: bytes
    entry: Entry | None
    asked: Answers | None


def draw_pages(
    pages: Collection[Page],
    setting: Setting,
    root: Path,
    foreign: Collection[str],
    queries: QueryPages,
    *,
    jobs: int | None,
) -> Iterator[Written]:
    """Draw pages and write them below `root`, but for the `foreign` files; yield what was written, in order.

    `jobs` is in how many processes; None: one for each core, where there are many pages.

    Raises PressgraphError where a process is killed, OSError where a file cannot be written.
    """
    if jobs is None:
        jobs = 1 if len(pages) <= FEW else processors()
    if jobs == 1:
        yield from _written(pages, queries, root, foreign)
        return
    with Processes(jobs, _drawing, (setting, root, foreign)) as processes:
        for _, written in processes.answers(_batched(pages, _BATCH), ahead=_AHEAD * jobs):
            try:
                yield from written.result()
            except ProcessEndedError as error:
                hint = gettext("is there enough memory? The same command goes on where it was")
                raise PressgraphError(gettext("a process that draws was killed"), hint=hint) from error


def _written(pages: Iterable[Page], queries: QueryPages, root: Path, foreign: Collection[str]) -> Iterator[Written]:
    for page in pages:
        drawn = queries.draw(page.iri) if page.kind == "query" else queries.drawer.draw(page)
        files: dict[str, Standing] = {}
        changed = 0
        for name, content in drawn.files:
            if name not in foreign:
                is_other, files[name] = write(root, name, content)
                changed += is_other
        yield Written(page, files, changed, drawn.reads, drawn.entry, drawn.asked)


@contextmanager
def _drawing(setup: tuple[Setting, Path, Collection[str]]) -> Iterator[Callable[[list[Page]], list[Written]]]:
    """Draw pages, and write them, in a process of its own."""
    setting, root, foreign = setup
    queries = QueryPages(Drawer(setting))
    yield lambda pages: list(_written(pages, queries, root, foreign))


def _batched(pages: Iterable[Page], size: int) -> Iterator[list[Page]]:
    pages = iter(pages)
    while batch := list(islice(pages, size)):
        yield batch
