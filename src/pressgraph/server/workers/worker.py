"""A worker process: open a snapshot for reading, answer one request after another, write results as they come.

It is forked by `pressgraph.server.workers.nursery`, and its socket to the server speaks the frames of
`pressgraph.server.workers.frames`. A worker keeps no limit of time: the server kills it. What it may allocate it limits
itself, before it opens anything.
"""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from contextlib import nullcontext, suppress
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.dataset.writing import NamedFile, check_xml_name, used_prefixes, xml_escaped
from pressgraph.errors import DataError
from pressgraph.i18n import by_language, gettext
from pressgraph.query.forms import with_columns_as_written
from pressgraph.server.workers.failed import FailedJobError
from pressgraph.server.workers.frames import DATA, END, FAILED, READY, REQUEST, REQUEUE, Frames, frame, typed_frame
from pressgraph.server.workers.messages import (
    AloneRequest,
    DocumentRequest,
    ExistsRequest,
    Failed,
    FileRequest,
    GraphRequest,
    HeadRequest,
    LinksRequest,
    ListRequest,
    NamesRequest,
    QueryRequest,
    Ready,
    SearchRequest,
    TermsRequest,
    ThingRequest,
    worker_request,
)
from pressgraph.server.workers.peers import Patience, named_services
from pressgraph.server.workers.rows import RowCounter
from pressgraph.server.workers.sandbox import restrict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.pages.describe import Describer
    from pressgraph.server.workers.messages import DescriptionRequest, WorkerRequest, WorkerSettings

_CHUNK = 48 * 1024
_READ = 32 * 1024
"""More than that the C library would fetch from the system for each read, and give back after it."""
_LARGEST_FILE = 64 * 1024 * 1024
_PREFIXED = 1000
"""Triples that are looked at for the prefixes of a document; what later ones use is written in full."""
_LONG = 0.005
"""Seconds after which the server may have taken back the requests behind the one that took so long."""
_request = lru_cache(maxsize=256)(worker_request)
"""Many queries have the same head."""
_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {form.name: form.ox_format for form in SERIALIZATIONS}


class ServerGoneError(Exception):
    """The server reads no more."""


class Output:
    """Send a result to the server in chunks, within its limits; a file for pyoxigraph."""

    def __init__(
        self, sock: socket.socket, *, rows: int, size: int, counter: RowCounter | None = None, escaped: bool = False
    ) -> None:
        self._socket = sock
        self.escaped = escaped
        """Whether this is XML, in which not every character stands for itself."""
        self._left = size
        self._rows = rows
        self._counter = counter
        self._parts: list[bytes] = []
        self._pending = 0

    def write(self, data: bytes) -> int:
        """Take a piece of the result.

        Raises FailedJobError, and DataError for what the format cannot say.
        """
        size = len(data)
        if self.escaped:
            data = xml_escaped(data)
        self._left -= len(data)
        if self._left < 0:
            raise FailedJobError("limit", gettext("the result is larger than this server gives; add a LIMIT"))
        self._parts.append(data)
        self._pending += len(data)
        if self._pending >= _CHUNK:
            content = self._taken()
            if self._counter is not None:
                self.count_rows(self._counter.feed(content))
            _send(self._socket, frame(DATA, content))
        return size

    def flush(self) -> None:
        """Do nothing: pyoxigraph flushes more often than is good."""

    def count_rows(self, count: int) -> None:
        """Count rows, or triples.

        Raises FailedJobError.
        """
        self._rows -= count
        if self._rows < 0:
            raise FailedJobError("limit", gettext("the result has more rows than this server gives; add a LIMIT"))

    def end(self) -> None:
        """Send what is left, and that this was all.

        Raises FailedJobError.
        """
        content = self._taken()
        # whatever has fewer bytes has fewer rows
        if self._counter is not None and len(content) > self._rows:
            self.count_rows(self._counter.feed(content))
        _send(self._socket, frame(END, content))

    def _taken(self) -> bytes:
        """Take what is to be sent."""
        content = b"".join(self._parts)
        self._parts.clear()
        self._pending = 0
        return content


class Worker:
    """What a worker process knows: its store, and the settings that are the same for all requests."""

    def __init__(self, sock: socket.socket, store: ox.Store, settings: WorkerSettings) -> None:
        self.socket = sock
        self.store = store
        self.settings = settings
        self.prefixes = settings.prefixes
        self._names = tuple(self.prefixes)

    @cached_property
    def _describer(self) -> Describer:
        from pressgraph.pages.describe import Describer

        return Describer(self.store, self.settings.id_base, language=self.settings.language)

    def serve(self) -> None:
        """Answer requests until the server goes."""
        with suppress(ServerGoneError):
            self._serve()

    def _serve(self) -> None:
        waiting: deque[bytes] = deque()
        frames = Frames()
        while True:
            if not waiting and not self._take(frames, waiting):
                return
            while waiting:
                head, _, text = waiting.popleft().partition(b"\n")
                began = time.monotonic()
                try:
                    self.answer(_request(head), text)
                except SyntaxError as error:
                    self.fail("syntax", error.msg or str(error))
                except FailedJobError as error:
                    self.fail(error.kind, error.message)
                except DataError as error:
                    self.fail("unacceptable", error.reason)
                except ValueError as error:
                    self.fail("syntax", str(error))
                except (OSError, RuntimeError) as error:
                    self.fail("failed", str(error))
                if waiting and time.monotonic() - began > _LONG:
                    # the server may have taken the others back
                    with suppress(BlockingIOError):
                        if not self._take(frames, waiting, socket.MSG_DONTWAIT):
                            return

    def _take(self, frames: Frames, waiting: deque[bytes], flags: int = 0) -> bool:
        """Read what the server has sent; return whether it is still there."""
        try:
            data = self.socket.recv(_READ, flags)
        except ConnectionError as error:
            raise ServerGoneError from error
        for kind, content in frames.feed(data):
            if kind == REQUEUE:
                _send(self.socket, frame(REQUEUE, len(waiting).to_bytes(4, "big")))
                waiting.clear()
            elif kind == REQUEST:
                waiting.append(content)
        return bool(data)

    def described(self, request: DescriptionRequest) -> dict[str, Any]:
        """Return the description that a request asks for."""
        describer = self._describer
        match request:
            case ThingRequest():
                return describer.thing(request.iri)
            case DocumentRequest():
                return describer.document(request.iri, request.terms, statuses=request.statuses)
            case HeadRequest():
                from pressgraph.server.workers.files import head

                data, has_event = head(request, self.store, self.settings)
                return {"data": data, "has_event": has_event}
            case ExistsRequest():
                return describer.exists(request.iris)
            case TermsRequest():
                return describer.terms(request.terms)
            case NamesRequest():
                return describer.names(request.iris)
            case SearchRequest():
                return describer.search(request.text, most=request.most, any_word=request.any_word)
            case ListRequest():
                return describer.listed(request.kind, request.facet, request.value, request.number, request.today)
            case LinksRequest():
                return describer.links(request.iri, request.number, request.language)
            case AloneRequest():
                return describer.alone(request.iris)

    def fail(self, kind: str, message: str) -> None:
        """Tell the server why there is no result, or no more of it."""
        _send(self.socket, typed_frame(FAILED, Failed(kind=kind, message=by_language(message))))

    def answer(self, request: WorkerRequest, text: bytes) -> None:
        """Answer one request; `text` is that of a query."""
        match request:
            case QueryRequest():
                self.query(request, text.decode())
            case GraphRequest():
                self.graph(request)
            case FileRequest():
                self.file(request)
            case _:
                output = Output(self.socket, rows=0, size=_LARGEST_FILE)
                output.write(
                    json.dumps(self.described(request), ensure_ascii=False, separators=(",", ":")).encode(
                        "utf-8", "replace"
                    )
                )
                output.end()

    def file(self, request: FileRequest) -> None:
        """Write a file of the graph that is no page.

        Raises FailedJobError.
        """
        from pressgraph.server.workers.files import written

        content = written(request, self.store, self.settings)
        if content is None:
            raise FailedJobError("missing", gettext("there is no such file"))
        output = Output(self.socket, rows=0, size=_LARGEST_FILE)
        for start in range(0, len(content), _CHUNK):
            output.write(content[start : start + _CHUNK])
        output.end()

    def query(self, request: QueryRequest, text: str) -> None:
        """Evaluate a query (SPARQL 1.1 Protocol, 2.1.4: a dataset in the request replaces the query's)."""
        dataset: dict[str, Any] = {}
        if request.default is not None or request.named is not None:
            dataset["default_graph"] = [ox.NamedNode(iri) for iri in request.default or ()]
            dataset["named_graphs"] = [ox.NamedNode(iri) for iri in request.named or ()]
        peers = named_services(text, self.settings.services)
        with Patience(peers, self.settings.service_timeout) if peers else nullcontext():
            self._evaluate(request, text, dataset)

    def _evaluate(self, request: QueryRequest, text: str, dataset: dict[str, Any]) -> None:
        prefixes, base = self._used(text), request.base
        text = with_columns_as_written(text, prefixes, base=base)
        found = self.store.query(text, base_iri=base, prefixes=prefixes, **dataset)
        form, rows, size = request.format, request.rows, request.size
        if form not in (_GRAPHS if isinstance(found, ox.QueryTriples) else _RESULTS):
            raise FailedJobError(
                "syntax", gettext("the form of the query cannot be told: write its prologue as SPARQL 1.1 has it")
            )
        if isinstance(found, ox.QueryTriples):
            output = Output(self.socket, rows=rows, size=size, escaped=form == "rdfxml")
            self._write(found, output, form)
        else:
            output = Output(self.socket, rows=rows, size=size, counter=RowCounter(form), escaped=form == "xml")
            found.serialize(output, format=_RESULTS[form])  # type: ignore[arg-type]  # a file as far as it is used
        output.end()

    def _used(self, text: str) -> dict[str, str]:
        """Return the prefixes that a query may use: the engine reads each that it is given as an IRI, every time."""
        if "\\" in text:
            # what is written with escapes is not looked for
            return self.prefixes
        before = [piece for piece in text.split(":")[:-1] if piece.endswith(self._names)]
        return {name: self.prefixes[name] for piece in before for name in self._names if piece.endswith(name)}

    def graph(self, request: GraphRequest) -> None:
        """Write a graph (SPARQL 1.1 Graph Store HTTP Protocol, 5.2).

        Raises FailedJobError.
        """
        name = ox.NamedNode(request.graph) if request.graph is not None else ox.DefaultGraph()
        if isinstance(name, ox.NamedNode) and not self.store.contains_named_graph(name):
            raise FailedJobError("missing", gettext("there is no such graph"))
        form = request.format
        output = Output(self.socket, rows=request.rows, size=request.size, escaped=form == "rdfxml")
        triples = (quad.triple for quad in self.store.quads_for_pattern(None, None, None, name))
        self._write(triples, output, form)
        output.end()

    def _write(self, triples: Iterator[ox.Triple], output: Output, form: str) -> None:
        """Write triples as they come, each once; the prefixes are those that the first of them use."""
        distinct = _distinct(triples, output)
        first = list(islice(distinct, _PREFIXED)) if form in {"turtle", "trig", "rdfxml"} else []
        prefixes = used_prefixes(first, self.prefixes) if first else None
        named = NamedFile(output.write, prefixes) if prefixes and form != "rdfxml" else None
        ox.serialize(
            chain(first, distinct),
            named or output,  # type: ignore[arg-type]  # a file as far as it is used
            format=_GRAPHS[form],
            prefixes=prefixes,
        )
        if named is not None:
            named.end()


def _send(sock: socket.socket, data: bytes) -> None:
    """Send to the server, whose going is no error of the engine's, nor the other way round.

    Raises ServerGoneError.
    """
    try:
        sock.sendall(data)
    except OSError as error:
        raise ServerGoneError from error


def _distinct(triples: Iterator[ox.Triple], output: Output) -> Iterator[ox.Triple]:
    """Yield each triple once, and count it."""
    seen: set[ox.Triple] = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            output.count_rows(1)
            if output.escaped:
                check_xml_name(triple.predicate)
            yield triple


def run(sock: socket.socket, store: str, settings: WorkerSettings, *, parent: int) -> None:
    """Be a worker until the server goes."""
    alone = restrict(name="worker", memory=settings.memory, network=settings.network, parent=parent)
    opened = ox.Store.read_only(store)
    sock.sendall(typed_frame(READY, Ready(without_network=alone)))
    Worker(sock, opened, settings).serve()
