"""A writer process: take writes that wait together, make a new snapshot of the served dataset, publish it, end.

What it changes is a candidate that nobody reads (`pressgraph.dataset.snapshots`); so a writer that is killed at any
moment, or whose input does not parse, leaves the served dataset as it was. The lock of the served dataset goes with
the process. It is forked by `pressgraph.server.workers.nursery`, which has read its code.
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import msgspec
import pyoxigraph as ox

from pressgraph.dataset import Snapshots, parsed, union
from pressgraph.dataset.counts import Counts, Touched, recount
from pressgraph.dataset.failures import NoRoomError, no_room
from pressgraph.dataset.published import owned_by_build
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import PressgraphError, StoreError
from pressgraph.i18n import by_language, gettext
from pressgraph.project.typed_json import from_json
from pressgraph.server.manifest import ServedManifest
from pressgraph.server.revisions import Revisions
from pressgraph.server.workers.failed import FailedJobError
from pressgraph.server.workers.frames import ACCEPTED, END, FAILED, READY, REQUEST, frame, receive, typed_frame
from pressgraph.server.workers.messages import (
    DeleteWrite,
    Failed,
    Outcome,
    PutWrite,
    Ready,
    UpdateWrite,
    WriterAnswer,
    WriterRequest,
)
from pressgraph.server.workers.operations import Update
from pressgraph.server.workers.publish import Built, describe, publish_build
from pressgraph.server.workers.sandbox import restrict
from pressgraph.server.workers.unnamed import Unnamed

if TYPE_CHECKING:
    import socket

    from pressgraph.server.workers.messages import Write

_RESERVE = "reserve"
_RESERVED = 32 * 1024 * 1024
"""How many bytes of the disk are kept for deleting on a full one: a write's log and the tables that it rewrites."""


class ApartError(Exception):
    """Writes that cannot be made together; nothing was changed."""


def write(request: WriterRequest, contents: list[bytes]) -> WriterAnswer:
    """Publish a build, or make writes and publish them together; return what became of each write.

    On a full disk, what can make room or withdraw something is made once more with the room that is kept for it.
    Raises ApartError for writes that cannot be made together, and FailedJobError where there is nothing to write to.
    """
    reserve = Path(request.dataset.folder) / _RESERVE
    adds = any(isinstance(it, PutWrite) for it in request.writes)
    try:
        outcome = _write(request, contents)
    except (PressgraphError, OSError, RuntimeError) as error:
        if adds or not _is_full(error) or not reserve.exists():
            raise
        reserve.unlink()
        outcome = _write(request, contents)
    if request.writes and not reserve.exists():
        _keep_room(reserve)
    return outcome


def _keep_room(reserve: Path) -> None:
    """Keep room on the disk, a tenth of what is free at most; what cannot be kept is not."""
    with suppress(OSError, AttributeError):  # Windows and macOS have no such calls
        system = os.statvfs(reserve.parent)
        size = min(_RESERVED, system.f_bavail * system.f_frsize // 10)
        with reserve.open("xb") as file:
            os.posix_fallocate(file.fileno(), 0, size)


def _is_full(error: BaseException) -> bool:
    return isinstance(error, NoRoomError) or no_room(error)


def _write(request: WriterRequest, contents: list[bytes]) -> WriterAnswer:
    dataset, wait = request.dataset, request.wait
    folder, keep = Path(dataset.folder), dataset.keep
    if not request.writes:
        publish_build(
            Path(dataset.state),
            folder,
            id_base=dataset.id_base,
            rules=Rules.from_json(dataset.rules),
            before_in=Path(dataset.before_in) if dataset.before_in is not None else None,
            gone=dataset.gone,
            keep=keep,
            wait=wait,
        )
        return WriterAnswer()
    snapshots = Snapshots(folder, kind="served", keep=keep)
    with snapshots.building(wait=wait):
        current = snapshots.current()
        if current is None:
            # deleted under who reads it: these writes alone are no successor of what is served
            raise FailedJobError("deleted", gettext("the served dataset was deleted"))
        manifest = ServedManifest.of(current)
        with snapshots.candidate() as candidate:
            store, before = candidate.open_store(), current.open()
            unnamed = Unnamed.of(candidate.path, store, manifest)
            made = _Made(store, unnamed, Revisions.of(manifest), request.prefixes)
            rest = iter(contents)
            answer = WriterAnswer(
                outcomes=tuple(
                    made.write(it, list(islice(rest, _parts(it))), alone=len(request.writes) == 1)
                    for it in request.writes
                )
            )
            if all(it.failed for it in answer.outcomes):
                unnamed.close()
                del store, before, made
                return answer
            store.flush()
            unnamed.close()
            owned = owned_by_build(dataset.id_base)
            altered = manifest.altered
            if any(owned(name) for name in made.graphs):
                # the next build puts its graphs into their place again, whether facts have changed or not
                altered = _looked(Path(dataset.state))
            counts = Counts.load(current.path)
            touched = None if made.whole else Touched(triples=made.triples, graphs=made.graphs)
            describe(candidate, store, recount(counts, before, store, touched, dataset.id_base), dataset.id_base)
            manifest = msgspec.structs.replace(
                made.revisions.noted_in(manifest), written=True, made=request.made, altered=altered, unnamed=True
            )
            del store, before, made
            candidate.publish(manifest)
    return answer


def _parts(write: Write) -> int:
    """Return how many contents follow a write."""
    return len(write.parts) if isinstance(write, PutWrite) else 0


class _Made:
    """The writes that are made in one candidate, one after the other, and what they changed together."""

    def __init__(self, store: ox.Store, unnamed: Unnamed, revisions: Revisions, prefixes: dict[str, str]) -> None:
        self._store = store
        self._unnamed = unnamed
        self._prefixes = prefixes
        self.revisions = revisions
        self.graphs: set[ox.NamedNode] = set()
        self.triples: set[ox.Triple] = set()
        self.whole = False

    def write(self, request: Write, contents: list[bytes], *, alone: bool) -> Outcome:
        """Make a write, and return what came of it; one that is refused has changed nothing.

        Raises ApartError where it has to be made `alone`, since it has failed after its first changes.
        """
        base = "" if isinstance(request, DeleteWrite) else request.base
        update = Update(self._store, self._unnamed, base=base, prefixes=self._prefixes)
        try:
            outcome = self._do(update, request, contents)
        except FailedJobError as error:
            if not alone and (update.graphs or update.triples or update.whole):
                raise ApartError from error
            return Outcome(failed=error.kind, message=by_language(error.message))
        except Exception as error:
            if alone:
                raise
            raise ApartError from error
        self.graphs |= update.graphs
        self.triples |= update.triples
        self.whole = self.whole or update.whole
        self.revisions.written(update.graphs, whole=update.whole)
        return outcome

    def _do(self, update: Update, request: Write, contents: list[bytes]) -> Outcome:
        if isinstance(request, UpdateWrite):
            return _update(update, request)
        _check_precondition(self._store, self.revisions, request)
        if isinstance(request, PutWrite):
            return _put(self._store, update, request, contents)
        return _delete(self._store, update, request)


def _check_precondition(store: ox.Store, revisions: Revisions, request: PutWrite | DeleteWrite) -> None:
    """Raise FailedJobError where a graph is not in the state that a request is for."""
    wanted, graph = request.precondition, request.graph
    if wanted.revision is not None and wanted.revision != revisions.graph(graph):
        raise FailedJobError("precondition", gettext("the graph has changed; read it again"))
    if wanted.exists is not None:
        exists = graph is None or store.contains_named_graph(ox.NamedNode(graph))
        if exists != wanted.exists:
            # without a graph's name, it is the default graph, which there always is
            message = (
                gettext("the default graph is there already")
                if graph is None
                else gettext("there is a graph {name} already", name=graph)
                if exists
                else gettext("there is no graph {name}", name=graph)
            )
            raise FailedJobError("precondition", message)


def _looked(state: Path) -> int:
    try:
        built = Built.of(state)
    except StoreError:
        built = None
    return built.looked if built is not None else 0


def _update(update: Update, request: UpdateWrite) -> Outcome:
    try:
        update.run(request.text)
    except SyntaxError as error:
        raise FailedJobError("syntax", error.msg or str(error)) from error
    return Outcome()


def _put(store: ox.Store, update: Update, request: PutWrite, contents: list[bytes]) -> Outcome:
    """Replace a graph, or merge into it (Graph Store HTTP Protocol, 5.3 and 5.5)."""
    iri = request.graph
    parsed = _parsed(request, contents)
    if iri is None:
        if request.replace:
            update.clear_default()
        update.change([], [ox.Quad(it.subject, it.predicate, it.object) for it in parsed])
        return Outcome()
    name = ox.NamedNode(iri)
    existed = store.contains_named_graph(name)
    gone = union.remove_graph(store, name) if existed and request.replace else set()
    store.add_graph(name)
    update.note([name], gone | parsed)
    # what is added is undone by nothing but dropping the candidate, which is what happens
    union.add(store, parsed, iri)
    union.prune(store, gone, keep=update.unnamed)
    return Outcome(created=not existed)


def _delete(store: ox.Store, update: Update, request: DeleteWrite) -> Outcome:
    if request.graph is None:
        update.clear_default()
        return Outcome()
    name = ox.NamedNode(request.graph)
    if not store.contains_named_graph(name):
        raise FailedJobError("missing", gettext("there is no such graph"))
    update.clear_graph(name, drop=True)
    return Outcome()


def _parsed(request: PutWrite, contents: list[bytes]) -> set[ox.Triple]:
    triples: set[ox.Triple] = set()
    for content, part in zip(contents, request.parts, strict=True):
        form = ox.RdfFormat.from_media_type(part)
        if form is None:
            raise FailedJobError(
                "unsupported", gettext("{type} is not a serialization of RDF that is read here", type=part)
            )
        if len(contents) == 1 and not content.strip() and form not in {ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML}:
            continue
        try:
            # each part has blank nodes of its own
            for quad in parsed(content, form, base_iri=request.base, rename_blank_nodes=True):
                if quad.graph_name != union.DEFAULT:
                    raise FailedJobError("syntax", gettext("the document has named graphs; a graph takes triples"))
                triples.add(quad.triple)
        except (SyntaxError, ValueError) as error:
            raise FailedJobError("syntax", gettext("the document does not parse: {reason}", reason=error)) from error
    return triples


def failure(error: Exception) -> tuple[str, str]:
    """Return the kind of a failure, which decides the status, and what to say of it."""
    match error:
        case ApartError():
            return "apart", gettext("a write has to be made alone")
        case FailedJobError():
            return error.kind, error.message
        case _ if _is_full(error):
            return "disk", gettext("the server's disk is full; nothing was changed")
        case MemoryError():
            return "memory", gettext("the request needs more memory than this server gives")
        case PressgraphError():
            return "busy" if isinstance(error.__cause__, filelock.Timeout) else "failed", error.reason
    return "failed", f"{type(error).__name__}: {error}"


def run(sock: socket.socket, *, memory: int, parent: int) -> None:
    """Be a writer, for one request; it may allocate `memory` bytes."""
    restrict(name="writer", memory=memory, network=False, parent=parent)
    sock.sendall(typed_frame(READY, Ready()))
    message = receive(sock)
    if message is None or message[0] != REQUEST:
        return
    request = from_json(message[1], WriterRequest)
    contents = []
    for _ in range(sum(map(_parts, request.writes))):
        part = receive(sock)
        if part is None:
            return
        contents.append(part[1])
    # whoever does not hear this may give the request to another process
    sock.sendall(frame(ACCEPTED))
    try:
        answer = typed_frame(END, write(request, contents))
    except Exception as error:  # noqa: BLE001 - the server has nobody else to ask
        kind, reason = failure(error)
        answer = typed_frame(FAILED, Failed(kind=kind, message=by_language(reason)))
    sock.sendall(answer)
