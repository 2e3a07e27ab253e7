"""Push the published graphs to a remote store, source by source; pull them back; compare.

The store gets the named graphs that `build` publishes, under the same names: a source is its facts, each a graph, and
the graph of their receipts. Small sources travel together. They are uploaded into staging graphs, counted and hashed
there, and put in their place by one update, which also notes their hashes in the manifest graph `{base}id/push`. So
who reads a source's graphs sees it as it was or as it is, an interrupted push goes on where it was, and a second one
sends nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from pressgraph.dataset import GraphNames
from pressgraph.errors import EndpointError
from pressgraph.i18n import gettext
from pressgraph.remote.pushed import PushedSources
from pressgraph.remote.sources import PublishedSources, hash_lines
from pressgraph.remote.store import slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from pressgraph.dataset.withholding import Rules
    from pressgraph.project import Publication
    from pressgraph.remote.pushed import Run
    from pressgraph.remote.sources import Source
    from pressgraph.remote.store import RemoteStore
    from pressgraph.validation import ValidatedDataset

_REMOVED = 25
"""Sources that are removed by one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push would do, by source: `profile` is the graph of ontology and vocabularies."""

    uploaded: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    same: int = 0
    staged: tuple[str, ...] = ()
    """Staging graphs that an interrupted push has left."""
    triples: int = 0
    """How many are sent; a triple counts for each graph that has it."""
    withheld: int = 0
    adapted: int = 0
    """Triples whose datatype the store cannot keep, and that are sent in another form."""
    last: Run | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.uploaded or self.replaced or self.deleted)


def plan_push(
    dataset: ValidatedDataset,
    target: RemoteStore,
    *,
    rules: Rules,
    published: Publication | None = None,
    check: bool = False,
) -> Plan:
    """Compare the published sources with what the store's manifest says, and change nothing.

    `published` is what the project says of its dataset. `check` reads every source back, instead of trusting the
    manifest.
    """
    return _Push(dataset, target, rules=rules, published=published, check=check).plan


class _Push:
    def __init__(
        self,
        dataset: ValidatedDataset,
        target: RemoteStore,
        *,
        rules: Rules,
        published: Publication | None,
        check: bool,
    ) -> None:
        self.remote = PushedSources(target, dataset.graphs)
        self.remote.look()
        if check:
            for name, lines in self.remote.sources(sorted(self.remote.hashes)):
                if hash_lines(lines) != self.remote.hashes[name]:
                    self.remote.hashes[name] = ""
        self.published = PublishedSources(dataset, rules=rules, virtuoso=target.is_virtuoso, published=published)
        self.sources = self.published.summaries()
        there = self.remote.hashes
        self.changed = [name for name, source in self.sources.items() if there.get(name) != source.sha256]

    @property
    def plan(self) -> Plan:
        there = self.remote.hashes
        return Plan(
            uploaded=tuple(name for name in self.changed if name not in there),
            replaced=tuple(name for name in self.changed if name in there),
            deleted=tuple(sorted(there.keys() - self.sources.keys())),
            same=len(self.sources) - len(self.changed),
            staged=tuple(sorted(self.remote.staged)),
            triples=sum(self.sources[name].size for name in self.changed),
            withheld=sum(source.withheld for source in self.sources.values()),
            adapted=sum(self.sources[name].adapted for name in self.changed),
            last=self.remote.last,
        )

    def sweep(self) -> None:
        """Drop the staging graphs of an interrupted push that are of no use to this one."""
        useful = tuple(self.remote.staging(self.sources[name].sha256) for name in self.changed)
        self.remote.target.drop(graph for graph in self.remote.staged if not graph.startswith(useful))

    def place(self, sources: list[Source]) -> int:
        """Bring sources to their place in the store; return how many."""
        self.remote.swap(sources, self.remote.stage(sources))
        return len(sources)


def push(
    dataset: ValidatedDataset,
    target: RemoteStore,
    *,
    rules: Rules,
    published: Publication | None = None,
    check: bool = False,
    jobs: int = 1,
    progress: Callable[[int], AbstractContextManager[Callable[[int], None]]] | None = None,
) -> Plan:
    """Bring a store up to date with the published sources, and what the project says of its dataset (`published`).

    Returns what was done. `check` reads every source back first, instead of trusting the manifest. `jobs` requests are
    under way at a time. `progress` is told the number of sources to send, and gives a function that is told how many
    more are in place.

    Raises EndpointError; every source in the store is then as it was or as it is to be, and another push goes on. So
    it does after KeyboardInterrupt, which does not wait for the answers of requests that are under way.
    """
    work = _Push(dataset, target, rules=rules, published=published, check=check)
    planned = work.plan
    if not planned.changes and not planned.staged:
        return planned
    if target.is_read_only:
        raise EndpointError(
            gettext("{url} takes no updates: its service description names queries alone", url=target.addresses.update),
            hint=gettext(
                "pressgraph serve: --writable; another store: say 'update' under [endpoints] in pressgraph.toml"
            ),
        )
    work.remote.begin()
    work.sweep()
    shown = progress(len(work.changed)) if progress is not None else nullcontext(lambda _: None)
    with shown as tell:
        try:
            for placed in _in_threads(work.place, work.published.batches(work.changed), jobs):
                tell(placed)
        except KeyboardInterrupt:
            target.stop()
            raise
    for some in slices(planned.deleted, _REMOVED):
        work.remote.remove(some)
    work.remote.end()
    return planned


def _in_threads(work: Callable[[list[Source]], int], batches: Iterable[list[Source]], jobs: int) -> Iterator[int]:
    """Yield what work makes of batches, so many at a time; an error is raised when those under way are through.

    The threads are daemons, which those of the standard library's executors are not: who interrupts the program does
    not wait for them.
    """
    results: SimpleQueue[int | Exception] = SimpleQueue()

    def run(batch: list[Source]) -> None:
        try:
            results.put(work(batch))
        except Exception as error:  # noqa: BLE001 - raised again by whoever takes the results
            results.put(error)

    running = 0
    failed: Exception | None = None
    remaining = iter(batches)
    while True:
        while running < jobs and failed is None and (batch := next(remaining, None)) is not None:
            Thread(target=run, args=(batch,), daemon=True).start()
            running += 1
        if not running:
            break
        result = results.get()
        running -= 1
        if isinstance(result, Exception):
            failed = failed or result
        else:
            yield result
    if failed is not None:
        raise failed


def pull(target: RemoteStore, id_base: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the sources of a store, and their graphs as sorted lines of N-Quads.

    Raises EndpointError where a source is not what the manifest says.
    """
    remote = PushedSources(target, GraphNames(id_base=id_base))
    remote.look()
    for name, lines in remote.sources(sorted(remote.hashes)):
        if hash_lines(lines) != remote.hashes[name]:
            unfinished = not remote.hashes[name]
            raise EndpointError(
                gettext("'{name}' is half-way through a push", name=name)
                if unfinished
                else gettext("'{name}' is not what was pushed: somebody else has changed its graphs", name=name),
                hint=gettext("push again") if unfinished else gettext("'pressgraph push --check' mends it"),
            )
        yield name, lines
