"""Where work is done: what takes long is drawn beside the event loop, never on it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pressgraph.pages import names
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.query.saved import load_saved_queries
from pressgraph.server.app import App
from pressgraph.server.http.responses import Representation
from pressgraph.server.sparql import descriptions, queries
from pressgraph.server.views import documents, query_page, renderer
from pressgraph.server.workers.background import THREAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORK: list[tuple[Any, str]] = [
    (renderer.PageRenderer, "content"),
    (names.Names, "specific"),
    (descriptions, "write_triples"),
    (documents, "json_ld"),
    (documents, "thing_model"),
    (query_page, "result_table"),
    (query_page, "graph_table"),
]
"""What takes long, and where it is called by which name."""

MANY = "SELECT ?a ?b { VALUES ?a { " + "1 2 3 4 5 6 7 8 9 10 " + "} VALUES ?b { " + "1 2 3 4 5 6 7 8 9 10 " + "} }"
LONG = "SELECT * { VALUES ?a { " + "1 " * 5000 + "} }"
ADDRESSES = [
    ("/", "text/html", {}),
    ("/void", "text/turtle", {}),
    ("/sparql", "application/rdf+xml", {}),
    ("/shapes", "text/html", {}),
    ("/shapes", "application/ld+json", {}),
    ("/cluster", "text/html", {}),
    ("/vocab/label-level", "text/turtle", {}),
    ("/doc/agent/biosaxony", "text/html", {}),
    ("/doc/agent/biosaxony", "application/ld+json", {}),
    ("/search", "text/html", {"q": "biosaxony"}),
    ("/sparql", "text/html", {"query": MANY}),
    ("/sparql", "text/html", {"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 600"}),
]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was done, and in which thread."""
    found: list[tuple[str, str]] = []

    def noting(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def note(*arguments: Any, **named: Any) -> Any:
            found.append((name, threading.current_thread().name))
            return does(*arguments, **named)

        return note

    for place, name in [*WORK, (Representation, "encoded"), (queries, "check_query")]:
        monkeypatch.setattr(place, name, noting(name, getattr(place, name)))
    return found


def _ask(project: Path, *asked: tuple[str, str, dict[str, str]]) -> list[httpx.Response]:
    """Ask a server in this process."""

    async def run() -> list[httpx.Response]:
        opened = open_project(project)
        app = App(opened, load_profile(opened), load_saved_queries(opened))
        transport = httpx.ASGITransport(app=app)
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client,
        ):
            return [await client.get(path, params=fields, headers={"accept": accept}) for path, accept, fields in asked]

    return asyncio.run(run())


def test_drawing_leaves_the_event_loop(built: Path, seen: list[tuple[str, str]]) -> None:
    answers = _ask(built, *ADDRESSES)
    assert [it.status_code for it in answers] == [200] * len(ADDRESSES)
    done = {(name, thread) for name, thread in seen if name in {name for _, name in WORK}}
    assert {name for name, _ in done} == {name for _, name in WORK}
    assert {thread.rpartition("_")[0] for _, thread in done} == {THREAD}, done


def test_pages_of_errors_are_drawn_beside_the_event_loop(built: Path, seen: list[tuple[str, str]]) -> None:
    many = {f"p.{number}": "" for number in range(300)}
    asked: list[tuple[str, dict[str, str], int]] = [
        ("/doc/agent/biosaxon", {}, 404),
        ("/a/b", {}, 404),
        ("/static/none", {}, 404),
        ("/about", {"iri": "none"}, 400),
        ("/store/none", {}, 406),
        ("/download", {"query": "ASK {}"}, 400),
        ("/search", many, 400),
        ("/sparql", many, 400),
    ]
    answers = _ask(built, *((path, "text/html", fields) for path, fields, _ in asked))
    assert [it.status_code for it in answers] == [status for *_, status in asked]
    assert {it.headers["content-type"] for it in answers} == {"text/html; charset=utf-8"}
    threads = [(name, thread) for name, thread in seen if name in {"content", "specific"}]
    assert len([name for name, _ in threads if name == "content"]) == len(asked)
    assert {thread.rpartition("_")[0] for _, thread in threads} == {THREAD}, threads


def test_what_is_large_is_compressed_beside_the_event_loop(built: Path, seen: list[tuple[str, str]]) -> None:
    _ask(built, ("/shapes", "application/ld+json", {}))
    assert next(thread for name, thread in seen if name == "encoded").startswith(THREAD)


def test_a_long_query_is_looked_at_beside_the_event_loop(built: Path, seen: list[tuple[str, str]]) -> None:
    long, short = (_ask(built, ("/sparql", "text/csv", {"query": query}))[0] for query in (LONG, "ASK { ?s ?p ?o }"))
    assert (long.status_code, short.status_code) == (200, 200)
    threads = [thread for name, thread in seen if name == "check_query"]
    assert threads[0].startswith(THREAD)
    assert not threads[1].startswith(THREAD)
