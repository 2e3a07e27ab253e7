"""Draw pages in several processes, which write them themselves: one waits for the disk while another one draws."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.processes import ProcessEndedError, Processes, processors
from pressgraph.site.drawing import Drawer, Page, Setting
from pressgraph.site.folder import looked, write
from pressgraph.site.kept import kept_before
from pressgraph.site.queries import QueryPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.site.folder import Folder, Looked
    from pressgraph.site.kept import Kept, Standing
    from pressgraph.site.reads import Answers
    from pressgraph.site.told import Entry

FEW = 150
"""Pages that are drawn before it is worth it that another process starts."""
_BATCH, _AHEAD = 25, 3
"""Pages that a process draws at a time, and batches for each that are under way: bounds memory."""
_FEW_BATCH = 4
_ALONE = 4
"""So few pages are not worth the help of another process."""
_Request: TypeAlias = Path | Setting | tuple[list[Page], Collection[str]]
"""Where it is kept which files to look for; what pages depend on from now on; or pages to draw, and files of others."""


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
    """Draws pages and writes them below a folder, in this process and in others.

    `jobs` is how many processes draw; None: one for each core, where there are many pages.
    """

    def __init__(self, folder: Folder, *, jobs: int | None) -> None:
        self._folder = folder
        self._jobs = jobs
        self._most = processors() if jobs is None else jobs
        self._helpers = self._most - 1 if jobs is None else 0
        """The processes that help with few pages."""
        self._processes = Processes[_Request, Any](self._most, _drawing, folder.path)
        self._is_started = False

    def __enter__(self) -> Self:
        self._processes.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._processes.__exit__(*error)

    def start(self) -> None:
        """Start processes that help, before it is known what is drawn: that takes them some time."""
        self._processes.start(self._helpers)
        self._is_started = self._helpers > 0

    def looking(self, kept: Kept) -> Callable[[], Looked]:
        """Look, beside what else is done, what became of the files that are kept; return what waits for that."""
        if not (self._is_started and self._folder.is_as_noted()):
            return lambda: looked(self._folder.path, kept)
        looking = self._processes.ask(kept.path)
        return looking.result

    def prepare(self, setting: Setting) -> None:
        """Have processes that are started prepare to draw with a setting, of which some may be another one later."""
        for _ in range(self._helpers if self._is_started else 0):
            self._processes.ask(setting)

    def draw(self, pages: Collection[Page], queries: QueryPages, *, many: bool) -> Iterator[Written]:
        """Draw pages with the setting of now, yield those that were written.

        Raises PressgraphError where a process is killed, OSError where a file cannot be written.
        """
        if not pages:
            return
        foreign = frozenset(self._folder.foreign)
        if self._most > 1:
            self._processes.tell(queries.drawer.setting)
        try:
            if self._most > 1 and (many or self._jobs):
                batches = ((it, foreign) for it in _batched(pages, _BATCH))
                for _, written in self._processes.answers(batches, ahead=_AHEAD * self._most):
                    yield from written.result()
            else:
                yield from self._together(pages, queries, foreign)
        except ProcessEndedError as error:
            hint = gettext("is there enough memory? The same command goes on where it was")
            raise PressgraphError(gettext("a process that draws was killed"), hint=hint) from error

    def _together(self, pages: Collection[Page], queries: QueryPages, foreign: Collection[str]) -> Iterator[Written]:
        """Draw pages from the first on, while others draw from the last on; who asks queries knows their answers."""
        own = [it for it in pages if it.kind == "query"]
        waiting = deque(it for it in pages if it.kind != "query")

        def help_out() -> list[Written]:
            written: list[Written] = []
            while batch := _taken(waiting, _FEW_BATCH):
                written += self._processes.ask((batch, foreign)).result()
            return written

        helpers = self._helpers if len(waiting) > _ALONE else 0
        with ThreadPoolExecutor(max(helpers, 1)) as threads:
            helping = [threads.submit(help_out) for _ in range(helpers)]
            try:
                yield from _written(own, queries, self._folder.path, foreign)
                while waiting:
                    yield from _written([waiting.popleft()], queries, self._folder.path, foreign)
            finally:
                waiting.clear()
            for it in helping:
                yield from it.result()


def _taken(waiting: deque[Page], most: int) -> list[Page]:
    """Take some of the last pages that wait."""
    taken: list[Page] = []
    with suppress(IndexError):
        while len(taken) < most:
            taken.append(waiting.pop())
    return taken


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
def _drawing(root: Path) -> Iterator[Callable[[_Request], Any]]:
    """Draw pages, and write them, in a process of its own."""
    queries: QueryPages | None = None

    def answer(request: _Request) -> Any:
        nonlocal queries
        if isinstance(request, Path):
            with kept_before(request) as kept:
                return looked(root, kept)
        if isinstance(request, Setting):
            if queries is None:
                queries = QueryPages(Drawer(request))
            queries.drawer.use(request)
            return None
        assert queries is not None  # noqa: S101 - a setting comes first
        return list(_written(request[0], queries, root, request[1]))

    yield answer


def _batched(pages: Iterable[Page], size: int) -> Iterator[list[Page]]:
    pages = iter(pages)
    while batch := list(islice(pages, size)):
        yield batch
