"""A writer process: take one write, make a new snapshot of the served dataset with it, publish it, end.

    python -m pressgraph.server.writer FD SETTINGS

What it changes is a candidate that nobody reads (`pressgraph.dataset.snapshots`); so a writer that is killed at any
moment, or whose input does not parse, leaves the served dataset as it was. The lock of the served dataset goes with
the process. It is started ahead of its write, and has read all its code when the request comes.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Any, TypeAlias

import filelock
import pyoxigraph as ox

from pressgraph.dataset import Snapshots, union
from pressgraph.dataset.counts import Counts, Touched, recount
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import PressgraphError
from pressgraph.server.frames import END, FAILED, READY, REQUEST, json_frame, receive
from pressgraph.server.publication import describe, publish_build, settle_default_graph
from pressgraph.server.sandbox import restrict

Outcome: TypeAlias = "tuple[dict[str, Any], Touched | None]"
"""What the front is told of a write, and what it may have changed; None where only looking at all would tell."""


class RefusedError(Exception):
    """A write that is not made. `kind` decides the status."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def write(request: dict[str, Any], contents: list[bytes]) -> dict[str, Any]:
    """Make one write; return the new snapshot's name and what happened to the graph."""
    folder, wait, keep = Path(request["folder"]), request["wait"], request["keep"]
    rules = Rules(**request["rules"])
    if request["op"] == "publish":
        before_in = request["before_in"]
        snapshot = publish_build(
            Path(request["state"]),
            folder,
            id_base=request["id_base"],
            rules=rules,
            before_in=Path(before_in) if before_in is not None else None,
            gone=request["gone"],
            keep=keep,
            wait=wait,
        )
        return {"snapshot": snapshot.name}
    snapshots = Snapshots(folder, kind="served", keep=keep)
    with snapshots.building(wait=wait):
        current = snapshots.current()
        manifest = current.manifest() if current is not None else {"built": None, "rules": rules.to_json()}
        with snapshots.candidate() as candidate:
            store = candidate.open_store()
            before = current.open() if current is not None else ox.Store()
            outcome, touched = _OPERATIONS[request["op"]](store, before, request, contents)
            store.flush()
            counts = Counts.load(current.path) if current is not None else None
            describe(candidate, store, recount(counts, before, store, touched, request["id_base"]))
            del store, before
            snapshot = candidate.publish({**manifest, "written": True, "id": secrets.token_hex(8)})
    return {"snapshot": snapshot.name, **outcome}


def _update(store: ox.Store, before: ox.Store, request: dict[str, Any], _contents: list[bytes]) -> Outcome:
    try:
        store.update(request["text"], base_iri=request["base"], prefixes=request["prefixes"])
    except SyntaxError as error:
        raise RefusedError("syntax", error.msg or str(error)) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise RefusedError("failed", str(error)) from error
    settle_default_graph(store, before)
    return {}, None


def _put(store: ox.Store, before: ox.Store, request: dict[str, Any], contents: list[bytes]) -> Outcome:
    """Replace a graph, or merge into it (Graph Store HTTP Protocol, 5.3 and 5.5)."""
    iri = request["graph"]
    parsed = _parsed(request, contents)
    if iri is None:
        if request["replace"]:
            store.clear_graph(union.DEFAULT)
        store.extend(ox.Quad(it.subject, it.predicate, it.object) for it in parsed)
        settle_default_graph(store, before)
        return {"created": False}, None
    name = ox.NamedNode(iri)
    existed = store.contains_named_graph(name)
    gone = union.remove_graph(store, name) if existed and request["replace"] else set()
    store.add_graph(name)
    # bulk loading is not undone by anything but dropping the candidate, which is what happens
    union.add(store, parsed, iri)
    union.forget(store, gone)
    return {"created": not existed}, Touched(triples=gone | parsed, graphs={name})


def _delete(store: ox.Store, before: ox.Store, request: dict[str, Any], _contents: list[bytes]) -> Outcome:
    if request["graph"] is None:
        store.clear_graph(union.DEFAULT)
        settle_default_graph(store, before)
        return {}, None
    name = ox.NamedNode(request["graph"])
    if not store.contains_named_graph(name):
        raise RefusedError("missing", "there is no such graph")
    gone = union.remove_graph(store, name)
    union.forget(store, gone)
    return {}, Touched(triples=gone, graphs={name})


_OPERATIONS = {"update": _update, "put": _put, "delete": _delete}


def _parsed(request: dict[str, Any], contents: list[bytes]) -> set[ox.Triple]:
    triples: set[ox.Triple] = set()
    for content, part in zip(contents, request["parts"], strict=True):
        form = ox.RdfFormat.from_media_type(part)
        if form is None:
            raise RefusedError("unsupported", f"{part} is not a serialization of RDF that is read here")
        if len(contents) == 1 and not content.strip() and form not in {ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML}:
            continue
        try:
            # each part has blank nodes of its own
            for quad in ox.parse(content, format=form, base_iri=request["base"], rename_blank_nodes=True):
                if quad.graph_name != union.DEFAULT:
                    raise RefusedError("syntax", "the document has named graphs; a graph takes triples")
                triples.add(quad.triple)
        except (SyntaxError, ValueError) as error:
            raise RefusedError("syntax", f"the document does not parse: {error}") from error
    return triples


def main() -> None:
    """Run a writer process."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    restrict(memory=settings["memory"], network=settings["network"], parent=settings["parent"])
    sock.sendall(json_frame(READY, {}))
    message = receive(sock)
    if message is None or message[0] != REQUEST:
        return
    request = json.loads(message[1])
    contents = []
    for _ in request.get("parts", ()):
        part = receive(sock)
        if part is None:
            return
        contents.append(part[1])
    try:
        answer = json_frame(END, write(request, contents))
    except RefusedError as error:
        answer = json_frame(FAILED, {"kind": error.kind, "message": str(error)})
    except PressgraphError as error:
        locked = isinstance(error.__cause__, filelock.Timeout)
        answer = json_frame(FAILED, {"kind": "busy" if locked else "failed", "message": error.reason})
    sock.sendall(answer)
    os._exit(0)


if __name__ == "__main__":
    main()
