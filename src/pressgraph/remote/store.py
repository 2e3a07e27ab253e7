"""A remote store that can be written to: SPARQL 1.1 Update, and the Graph Store HTTP Protocol where it is there.

Every request but an update that must not be done twice is repeated on failures that pass (`pressgraph.remote.client`).
"""

from __future__ import annotations

import os
import random
import re
import time
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import EndpointError
from pressgraph.i18n import gettext
from pressgraph.rdf import SD
from pressgraph.remote.client import Access, SparqlClient, passes, retry_after, without_credentials
from pressgraph.remote.results import Response, read_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import requests

_ATTEMPTS = 6
_MISSING = {404, 405, 406, 415, 501}
_TOO_LARGE = {400, 413, 414, 500}
_DEADLOCK = b"Virtuoso 40001"
"""What Virtuoso says when it has undone a transaction that others were in the way of."""
_LEAST_BATCH = 20
GRAPHS = 250
"""Graphs that a request names: servers limit the length of a query."""
_WHOLE = re.compile("[0-9]{1,18}")
_PAGE = 5_000
"""Rows in one answer: public stores cut answers at 10,000, and say nothing."""

# How stores that are known by the end of their query address call the others: update, graph store.
_ADDRESSES = (
    ("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
    ("/query", "/update", "/store"),
    ("/sparql", "/sparql", "/store"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a store answers queries, takes updates, and keeps graphs (None: not at all)."""

    query: str
    update: str
    store: str | None = None

    @classmethod
    def of(cls, query: str, *, update: str | None = None, store: str | None = None) -> Addresses:
        """Return the addresses of a store; those that are not given are guessed from the query address."""
        for suffix, updates, graphs in _ADDRESSES:
            if query.endswith(suffix):
                stem = query.removesuffix(suffix)
                return cls(query=query, update=update or stem + updates, store=store or stem + graphs)
        return cls(query=query, update=update or query, store=store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a store's service description says (SPARQL 1.1 Service Description), by local names."""

    languages: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()


_OPTIONAL = frozenset({"hash", "size", "ended"})
_COLUMNS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("g", "graph", "key", "p"), (ox.NamedNode,)),
    **dict.fromkeys(("n", "size", "hash", "started", "ended", "version"), (ox.Literal,)),
    "s": (ox.NamedNode, ox.BlankNode),
}
"""What the columns of a push's own queries hold; those of `_NUMBERS` are whole numbers."""
_NUMBERS = frozenset({"n", "size"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an answer, which holds what was asked for; raises EndpointError where it does not."""

    solution: ox.QuerySolution
    response: Response

    def __getitem__(self, name: str) -> Any:
        """Return a term; None where the query may leave the column empty."""
        try:
            term = self.solution[name]
        except KeyError:
            term = None
        if term is None and name in _OPTIONAL:
            return None
        number = term.value if name in _NUMBERS and isinstance(term, ox.Literal) else "0"
        if term is None or not isinstance(term, _COLUMNS.get(name, object)) or not _WHOLE.fullmatch(number):
            raise self.response.refused(
                gettext("?{name} is empty", name=name)
                if term is None
                else gettext("?{name} is {value}", name=name, value=term)
            )
        return term


class RemoteStore:
    """A remote store, open for a push. Up to `connections` threads may use it."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        timeout: float = 60.0,
        pause: float = 0.5,
        environ: Mapping[str, str] = os.environ,
        connections: int = 1,
    ) -> None:
        access = Access.of(addresses.query, environ)
        self.addresses = Addresses(
            query=access.url,
            update=without_credentials(addresses.update),
            store=addresses.store and without_credentials(addresses.store),
        )
        self.pause = pause
        self.batch = 5_000
        """Triples in one INSERT DATA; becomes smaller where the store finds it too large."""
        self.has_store: bool | None = None if addresses.store else False
        """Whether it speaks the graph store protocol; None: not known yet."""
        self._writing = Lock()
        self._client = SparqlClient(access, timeout=timeout, attempts=_ATTEMPTS, pause=pause, connections=connections)

    def stop(self) -> None:
        """Begin no further request, of any thread: those raise EndpointError."""
        self._client.stop()

    # -- what it is

    @cached_property
    def is_virtuoso(self) -> bool:
        """Whether the store is a Virtuoso, which takes updates as queries."""
        response = self._client.send("GET", self.addresses.query, params={"query": "ASK { }"})
        self._client.check(response)
        return "virtuoso" in response.headers.get("Server", "").lower()

    @cached_property
    def description(self) -> Description:
        """The service description; empty where there is none."""
        accept = {"Accept": "text/turtle, application/rdf+xml;q=0.5"}
        try:
            # not worth waiting for
            response = self._client.send("GET", self.addresses.query, headers=accept, once=True)
        except EndpointError:
            return Description()
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        form = ox.RdfFormat.from_media_type(media_type)
        if not response.ok or form is None:
            return Description()
        features: dict[str, set[str]] = {"supportedLanguage": set(), "feature": set()}
        try:
            for quad in ox.parse(response.content, format=form, base_iri=self.addresses.query):
                values = features.get(quad.predicate.value.removeprefix(SD))
                if values is not None and isinstance(quad.object, ox.NamedNode):
                    values.add(quad.object.value.removeprefix(SD))
        except (SyntaxError, ValueError):
            return Description()
        return Description(languages=frozenset(features["supportedLanguage"]), features=frozenset(features["feature"]))

    @property
    def is_read_only(self) -> bool:
        """Whether the service description says that what answers at the update address takes queries alone."""
        languages = self.description.languages
        one = self.addresses.update == self.addresses.query
        return one and not self.is_virtuoso and bool(languages) and "SPARQL11Update" not in languages

    @cached_property
    def unites(self) -> bool:
        """Whether its default graph is the union of the named graphs, asked of a store that holds some."""
        if "UnionDefaultGraph" in self.description.features:
            return True
        return bool(self.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")) or not self.select(
            "SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 1"
        )

    # -- reading

    def select(self, query: str) -> list[Row]:
        """Return the rows of a SELECT."""
        response = self._client.send(
            "POST",
            self.addresses.query,
            data={"query": query},
            headers={"Accept": "application/sparql-results+json"},
        )
        self._client.check(response)
        return self._solutions(response)

    def _solutions(self, response: requests.Response) -> list[Row]:
        # Apart from `select`, whose frame a failed request's traceback may keep for any thread to collect, and these
        # objects must end in the thread that made them.
        content_type = response.headers.get("Content-Type", "")
        read = Response(url=self.addresses.query, body=response.content, content_type=content_type)
        reading = read_results(read)
        if reading.lost or not isinstance(reading.found, ox.QuerySolutions):
            # a row that is left out would be a triple that is lost
            raise read.refused(reading.reason or gettext("it has no rows"))
        about = replace(read, body=b"")
        return [Row(solution, about) for solution in reading.found]

    def pages(self, variables: str, pattern: str) -> Iterator[Row]:
        """Yield the distinct rows of a pattern, page by page: the order makes pages meet."""
        query = f"SELECT DISTINCT {variables} WHERE {{ {pattern} }} ORDER BY {variables}"
        if self.is_virtuoso:
            # which sorts no more than 10,000 rows for a LIMIT, and any number in a subquery
            query = f"SELECT {variables} WHERE {{ {{ {query} }} }}"
        start = 0
        while True:
            rows = self.select(f"{query} LIMIT {_PAGE} OFFSET {start}")
            yield from rows
            if len(rows) < _PAGE:
                return
            start += _PAGE

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """Return how many triples graphs have; those that are empty or not there are missing."""
        counts: dict[str, int] = {}
        for some in slices(graphs, GRAPHS):
            rows = self.select(
                f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ {_values('g', some)} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
            )
            counts.update((row["g"].value, int(row["n"].value)) for row in rows)
        return counts

    def count(self, graph: str) -> int:
        """Return how many triples a graph has."""
        return self.counts([graph]).get(graph, 0)

    def quads(self, graphs: Mapping[str, int]) -> Iterator[tuple[str, ox.Triple]]:
        """Yield the triples of graphs of known sizes, each with its graph.

        Small graphs are read together, in one request; large ones one by one.
        """
        few: list[str] = []
        size = 0
        for graph, count in graphs.items():
            if count > _PAGE:
                yield from ((graph, triple) for triple in self.graph(graph))
                continue
            if size + count > _PAGE or len(few) == GRAPHS:
                yield from self._rows(few)
                few, size = [], 0
            few.append(graph)
            size += count
        if few:
            yield from self._rows(few)

    def _rows(self, graphs: list[str]) -> Iterator[tuple[str, ox.Triple]]:
        rows = self.select(f"SELECT ?g ?s ?p ?o WHERE {{ {_values('g', graphs)} GRAPH ?g {{ ?s ?p ?o }} }}")
        for row in rows:
            yield row["g"].value, ox.Triple(row["s"], row["p"], row["o"])

    def graph(self, name: str) -> Iterator[ox.Triple]:
        """Yield the triples of a graph, page by page: Virtuoso's graph store protocol cuts it at 10,000 triples."""
        for row in self.pages("?s ?p ?o", f"GRAPH <{name}> {{ ?s ?p ?o }}"):
            yield ox.Triple(row["s"], row["p"], row["o"])

    # -- writing

    def update(self, text: str) -> None:
        """Run an update, once.

        Raises EndpointError; the update may have been done nevertheless, except where it was undone by a deadlock.
        """
        self._check(self._update(text, again=False))

    def repeat(self, text: str) -> None:
        """Run an update that is the same done twice as once."""
        self._check(self._update(text, again=True))

    def _update(self, text: str, *, again: bool) -> requests.Response:
        if self.is_virtuoso:
            options: dict[str, Any] = {"data": {"query": text}}
        else:
            options = {"data": text.encode(), "headers": {"Content-Type": "application/sparql-update"}}
        return self._write(self.addresses.update, again=again, **options)

    def _write(self, url: str, *, again: bool, **options: Any) -> requests.Response:
        """Send what changes the store, and where that may be done `again`, send it again on failures that pass.

        Stores write one thing at a time, or deadlock: one thread sends, none waits while another could send.
        """
        pauses = self.pauses() if again else iter(())
        while True:
            pause = next(pauses, None)
            try:
                with self._writing:
                    response = self._client.send("POST", url, once=True, **options)
            except EndpointError as error:
                if pause is None or not error.passes:
                    raise
            else:
                if pause is None or not (passes(response) or _is_deadlock(response)):
                    return response
                pause = retry_after(response) or pause
            time.sleep(pause)

    def _check(self, response: requests.Response) -> None:
        """Raise EndpointError for a response that is none."""
        if _is_deadlock(response):
            raise EndpointError(
                gettext("{url} undid an update that others were in the way of", url=self.addresses.update), passes=True
            )
        self._client.check(response)

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait between the attempts at something that passes; they grow, with jitter."""
        for number in range(_ATTEMPTS - 1):
            yield self.pause * (2**number + random.random())  # noqa: S311 - not a secret

    def add(self, graph: str, lines: Sequence[str]) -> None:
        """Add triples, as lines of N-Triples, to a graph; doing it twice is the same as once."""
        if self.has_store is not False:
            response = self._write(
                self._store,
                again=True,
                params={"graph": graph},
                data="".join(f"{line}\n" for line in lines).encode(),
                headers={"Content-Type": "application/n-triples"},
            )
            if response.status_code not in _MISSING:
                self._check(response)
                self.has_store = True
                return
            self.has_store = False
        self.insert({graph: lines})

    def insert(self, graphs: Mapping[str, Sequence[str]]) -> None:
        """Add triples to graphs by INSERT DATA, in batches that become smaller where the store finds them too large."""
        lines = [(graph, line) for graph, lines in graphs.items() for line in lines]
        start = 0
        while start < len(lines):
            batch = lines[start : start + self.batch]
            response = self._update(_insert_data(batch), again=True)
            too_large = response.status_code in _TOO_LARGE and not _is_deadlock(response)
            if too_large and len(batch) > _LEAST_BATCH:
                self.batch = max(_LEAST_BATCH, len(batch) // 2)
                continue
            self._check(response)
            start += len(batch)

    def drop(self, graphs: Iterable[str]) -> None:
        """Drop graphs, where they are there."""
        for some in slices(graphs, GRAPHS):
            self.repeat(" ;\n".join(f"DROP SILENT GRAPH <{name}>" for name in some))

    @property
    def _store(self) -> str:
        address = self.addresses.store
        assert address is not None  # noqa: S101 - has_store says so
        if self.is_virtuoso and address.endswith("/store"):
            return address.removesuffix("/store") + "/sparql-graph-crud"
        return address


def _is_deadlock(response: requests.Response) -> bool:
    return not response.ok and _DEADLOCK in response.content


def slices(items: Iterable[str], most: int) -> Iterator[list[str]]:
    """Yield items in lists of at most so many.

    >>> list(slices("abc", 2))
    [['a', 'b'], ['c']]
    """
    remaining = iter(items)
    while some := list(islice(remaining, most)):
        yield some


def _values(variable: str, graphs: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(f'<{graph}>' for graph in graphs)} }}"


def _insert_data(lines: Iterable[tuple[str, str]]) -> str:
    parts = ["INSERT DATA {"]
    current = None
    for graph, line in lines:
        if graph != current:
            parts.append(f"{'}' if current is not None else ''} GRAPH <{graph}> {{")
            current = graph
        parts.append(line)
    return "\n".join([*parts, "} }"])
