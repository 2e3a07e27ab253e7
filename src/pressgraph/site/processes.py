"""Draw pages in several processes, which write them themselves: one waits for the disk while another one draws."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.processes import ProcessEndedError, Processes, processors
from pressgraph.site.drawing import Drawer, Page, Setting
from pressgraph.site.folder import write
from pressgraph.site.queries import QueryPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.site.folder import Folder
    from pressgraph.site.kept import Standing
    from pressgraph.site.reads import Answers
    from pressgraph.site.told import Entry

FEW = 150
"""Pages that are drawn before it is worth it that another process starts."""
_BATCH, _AHEAD = 25, 3
"""Pages that a process draws at a time, and batches for each that are under way: bounds memory."""
_Request: TypeAlias = Setting | tuple[list[Page], Collection[str]]
"""What pages depend on from now on; or pages to draw, and files of others."""


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


class Drawing:
    """Draws pages and writes them below a folder, in this process, or where there are many, in several.

    `jobs` is in how many processes; None: one for each core, where there are many pages.
    """

    def __init__(self, queries: QueryPages, folder: Folder, *, jobs: int | None) -> None:
        self._queries = queries
        self._folder = folder
        self._jobs = jobs
        self._number = processors() if jobs is None else jobs
        self._processes = Processes[_Request, list[Written]](self._number, _drawing, folder.path)

    def __enter__(self) -> Self:
        self._processes.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._processes.__exit__(*error)

    def draw(self, pages: Collection[Page], *, many: bool) -> Iterator[Written]:
        """Draw pages with the setting of now, yield those that were written.

        Raises PressgraphError where a process is killed, OSError where a file cannot be written.
        """
        foreign = frozenset(self._folder.foreign)
        if self._number == 1 or not (many or self._jobs):
            yield from _written(pages, self._queries, self._folder.path, foreign)
            return
        self._processes.tell(self._queries.drawer.setting)
        batches = ((it, foreign) for it in _batched(pages, _BATCH))
        for _, written in self._processes.answers(batches, ahead=_AHEAD * self._number):
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
def _drawing(root: Path) -> Iterator[Callable[[_Request], list[Written]]]:
    """Draw pages, and write them, in a process of its own."""
    queries: QueryPages | None = None

    def answer(request: _Request) -> list[Written]:
        nonlocal queries
        if isinstance(request, Setting):
            if queries is None:
                queries = QueryPages(Drawer(request))
            queries.drawer.use(request)
            return []
        assert queries is not None  # noqa: S101 - a setting comes first
        return list(_written(request[0], queries, root, request[1]))

    yield answer


def _batched(pages: Iterable[Page], size: int) -> Iterator[list[Page]]:
    pages = iter(pages)
    while batch := list(islice(pages, size)):
        yield batch
