"""Writing over HTTP: what an update and the graph store do to a served build, on conditions, and on a full disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import filelock
import httpx
import pytest
from harness import BASE, Server, empty, make_project, run_build, start
from test_publication import NAMES, eventually, project_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
TURTLE = {"content-type": "text/turtle"}


@pytest.fixture(scope="module")
def built_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(project_of(tmp_path_factory.mktemp("built") / "p"), "--writable")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = empty(make_project(tmp_path_factory.mktemp("graphs") / "p", {"workers": 1, "write_timeout": 240}))
    server = start(project, "--writable")
    yield server
    server.stop()


def update(server: Server, text: str) -> int:
    return server.client.post("/sparql", data={"update": text}, headers=server.may_write).status_code


@pytest.mark.parametrize(
    "text",
    [
        "DELETE WHERE { ?s <http://schema.org/name> ?o }",
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?p = <http://schema.org/name>) }",
        "DROP NAMED",
        "DROP ALL",
    ],
)
def test_what_an_update_takes_from_a_build_is_gone_until_a_build_restores_it(built_server: Server, text: str) -> None:
    server = built_server
    whole, names = server.rows(COUNT), server.rows(NAMES)
    assert names
    assert update(server, text) == 204
    assert server.rows(NAMES) == []
    assert server.rows(f"SELECT ?g {{ GRAPH ?g {NAMES.partition('?s ')[2]} }}") == []
    # a write does not bring it back, and neither does another one
    assert update(server, "INSERT DATA { GRAPH <x:g> { <x:s> <x:p> 1 } }") == 204
    assert server.rows(NAMES) == []
    assert update(server, "DROP GRAPH <x:g>") == 204
    run_build(server.project)
    eventually(lambda: server.rows(COUNT) == whole)
    assert sorted(map(str, server.rows(NAMES))) == sorted(map(str, names))


@pytest.mark.parametrize("text", ["CLEAR DEFAULT", "DROP DEFAULT", "MOVE DEFAULT TO <x:moved>", "PUT", "DELETE"])
def test_replacing_the_default_graph_leaves_what_a_build_and_others_wrote(built_server: Server, text: str) -> None:
    server = built_server
    headers = {**TURTLE, **server.may_write}
    assert server.client.put("/store/other", content="<x:s> <x:p> 1 .", headers=headers).status_code in {201, 204}
    graphs = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(?g != <x:moved>) } GROUP BY ?g ORDER BY ?g"
    before, whole = server.rows(graphs), server.rows(COUNT)
    assert update(server, "INSERT DATA { <x:s> <x:p> 2 }") == 204
    if text in {"PUT", "DELETE"}:
        content = "<x:s> <x:p> 3 ." if text == "PUT" else None
        assert server.client.request(text, "/store?default", content=content, headers=headers).status_code == 204
    else:
        assert update(server, text) == 204
    left = {"PUT": "3", "MOVE DEFAULT TO <x:moved>": "2"}.get(text)
    assert [row["o"] for row in server.rows("SELECT ?o { <x:s> <x:p> ?o FILTER(?o > 1) }")] == [left] * bool(left)
    assert server.rows(graphs) == before
    assert update(server, "CLEAR DEFAULT ; DROP SILENT GRAPH <x:moved>") == 204
    assert server.rows(COUNT) == whole


def test_the_default_graph_is_replaced_and_deleted(graphs: Server) -> None:
    headers = {**TURTLE, **graphs.may_write}
    assert graphs.client.put("/store/one", content="<x:s> <x:p> 1 .", headers=headers).status_code == 201
    for value in ("2", "3"):
        assert graphs.client.put("/store?default", content=f"<x:s> <x:p> {value} .", headers=headers).status_code == 204
        assert graphs.rows("SELECT ?o { ?s ?p ?o } ORDER BY ?o") == [{"o": "1"}, {"o": value}]
    assert graphs.client.post("/store?default", content="<x:s> <x:p> 4 .", headers=headers).status_code == 204
    assert graphs.client.delete("/store?default", headers=graphs.may_write).status_code == 204
    assert graphs.rows("SELECT ?o { ?s ?p ?o }") == [{"o": "1"}]
    assert graphs.client.delete("/store/one", headers=graphs.may_write).status_code in {200, 204}
    assert graphs.rows(COUNT) == [{"n": "0"}]


def test_what_was_written_without_a_graph_outlives_every_graph_that_has_it_too(graphs: Server) -> None:
    headers = {**TURTLE, **graphs.may_write}
    values = "SELECT ?o { <x:s> <x:p> ?o } ORDER BY ?o"
    assert update(graphs, 'INSERT DATA { <x:s> <x:p> "update" }') == 204
    posted = graphs.client.post("/store?default", content='<x:s> <x:p> "posted" .', headers=headers)
    assert posted.status_code == 204
    content = '<x:s> <x:p> "update", "posted", "named" .'
    for gone in ("DROP GRAPH <x:twice>", "DROP NAMED", "MOVE <x:twice> TO <x:other> ; DROP GRAPH <x:other>", "DELETE"):
        put = graphs.client.put("/store", params={"graph": "x:twice"}, content=content, headers=headers)
        assert put.status_code == 201
        assert len(graphs.rows(values)) == 3
        if gone == "DELETE":
            address = {"graph": "x:twice"}
            deleted = graphs.client.delete("/store", params=address, headers=graphs.may_write)
            assert deleted.status_code in {200, 204}
        else:
            assert update(graphs, gone) == 204
        assert [row["o"] for row in graphs.rows(values)] == ["posted", "update"], gone
    # a graph of its own that holds them is nothing that a client sees
    assert graphs.rows("SELECT ?g { GRAPH ?g { ?s ?p ?o } }") == []
    assert update(graphs, 'DELETE DATA { <x:s> <x:p> "update" }') == 204
    assert graphs.client.delete("/store?default", headers=graphs.may_write).status_code == 204
    assert graphs.rows(COUNT) == [{"n": "0"}]


def test_what_was_written_without_a_graph_outlives_a_build_that_states_it_no_more(built_server: Server) -> None:
    server = built_server
    whole = server.rows(COUNT)
    names = sorted(map(str, server.rows(NAMES)))
    assert names
    assert update(server, "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?p = <http://schema.org/name>) }") == 204
    assert server.rows(COUNT) == whole
    assert update(server, "DELETE WHERE { GRAPH ?g { ?s <http://schema.org/name> ?o } }") == 204
    assert server.rows(f"SELECT ?g {{ GRAPH ?g {NAMES.partition('?s ')[2]} }}") == []
    assert sorted(map(str, server.rows(NAMES))) == names
    run_build(server.project)
    eventually(lambda: server.rows(COUNT) == whole)
    assert update(server, "CLEAR DEFAULT") == 204
    assert server.rows(COUNT) == whole


def test_a_graph_is_changed_only_in_the_state_that_a_request_names(graphs: Server) -> None:
    client, headers = graphs.client, {**TURTLE, **graphs.may_write}

    def put(content: str, **conditions: str) -> int:
        more = {name.replace("_", "-"): value for name, value in conditions.items()}
        return client.put("/store/c", content=content, headers={**headers, **more}).status_code

    assert put("<x:s> <x:p> 1 .", if_match="*") == 412
    assert put("<x:s> <x:p> 1 .", if_match='"x"') == 412
    assert put("<x:s> <x:p> 1 .", if_none_match="*") == 201
    assert put("<x:s> <x:p> 2 .", if_none_match="*") == 412
    for encoding in ("identity", "gzip"):
        for accept in ("text/turtle", "application/n-triples"):
            read = client.get("/store/c", headers={"accept": accept, "accept-encoding": encoding})
            tag = read.headers["etag"]
            assert put("<x:s> <x:p> 3 .", if_none_match=tag) == 412
            assert put("<x:s> <x:p> 3 .", if_match=f'"other", {tag}') == 204
            # somebody has changed it since
            assert put("<x:s> <x:p> 4 .", if_match=tag) == 412
            more = {"if-match": tag}
            assert client.post("/store/c", content="<x:s> <x:p> 4 .", headers={**headers, **more}).status_code == 412
            assert client.delete("/store/c", headers={**graphs.may_write, **more}).status_code == 412
            # a weak tag is not strong enough for a write (RFC 9110, 13.1.1)
            assert put("<x:s> <x:p> 4 .", if_match=f"W/{tag}") == 412
    assert [row["o"] for row in graphs.rows("SELECT ?o { GRAPH ?g { <x:s> <x:p> ?o } }")] == ["3"]
    assert put("<x:s> <x:p> 5 .", if_match="*") == 204
    tag = client.get("/store/c").headers["etag"]
    assert client.delete("/store/c", headers={**graphs.may_write, "if-match": tag}).status_code == 204
    assert client.delete("/store/c", headers={**graphs.may_write, "if-match": "*"}).status_code == 412
    for condition in ({"if-match": tag}, {"if-none-match": "*"}):
        headers = {"content-type": "application/sparql-update", **graphs.may_write, **condition}
        assert client.post("/sparql", content="CLEAR ALL", headers=headers).status_code == 412


def test_a_new_graph_is_where_its_location_says(graphs: Server) -> None:
    made = graphs.client.post("/store", content="<x:new> <x:p> 1 .", headers={**TURTLE, **graphs.may_write})
    assert made.status_code == 201
    location = made.headers["location"]
    assert location.startswith(f"{graphs.url}/store/")
    assert b"x:new" in graphs.client.get(location).content
    assert b"x:new" in graphs.client.get("/store", params={"graph": location}).content
    given = {"query": "ASK { <x:new> ?p ?o }", "default-graph-uri": location}
    assert graphs.client.get("/sparql", params=given).json()["boolean"] is True
    given = {"query": "ASK { GRAPH ?g { <x:new> ?p ?o } }", "named-graph-uri": location}
    assert graphs.client.get("/sparql", params=given).json()["boolean"] is True
    name = made.text.partition("<")[2].partition(">")[0]
    asked = graphs.client.get("/sparql", params={"query": f"ASK FROM <{name}> {{ <x:new> ?p ?o }}"})
    assert asked.json()["boolean"] is True


@pytest.mark.parametrize("kind", ["application/n-quads", "application/trig"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_documents_with_named_graphs_are_refused_with_a_sentence(graphs: Server, kind: str, method: str) -> None:
    headers = {"content-type": kind, **graphs.may_write}
    refused = graphs.client.request(method, "/store/q", content="<x:s> <x:p> <x:o> .", headers=headers)
    assert refused.status_code == 415
    assert "named graphs" in refused.text
    part = {"part": ("a", b"<x:s> <x:p> <x:o> .", kind)}
    assert graphs.client.request(method, "/store/q", files=part, headers=graphs.may_write).status_code == 415
    assert graphs.client.get("/store/q").status_code == 404


def test_the_parts_of_a_multipart_request_are_merged(graphs: Server) -> None:
    parts = [
        ("a", ("a.ttl", b"_:b <x:p> 1 .", "text/turtle; charset=utf-8")),
        ("b", ("b.nt", b"_:b <x:p> <x:o> .", "application/n-triples")),
    ]
    assert graphs.client.put("/store/m", files=parts, headers=graphs.may_write).status_code == 201
    # each part has blank nodes of its own
    assert graphs.rows("SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s <x:p> ?o } FILTER(isBlank(?s)) }") == [
        {"n": "2"}
    ]


def _stopped(pid: int) -> None:
    """Stop a process, and wait until it is."""
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def test_a_write_that_its_process_never_read_is_made_once_by_another(graphs: Server) -> None:
    """What would fork the process ends when the request is sent, and before the process is there."""
    nursery = graphs.nursery()
    _stopped(nursery)
    text = "INSERT { GRAPH <x:unread> { ?s <x:p> <x:o> } } WHERE { BIND(UUID() AS ?s) }"
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(update, graphs, text)
        _until_pending(graphs, 1)
        os.kill(nursery, signal.SIGKILL)
        assert sent.result(60) == 204
    assert len(graphs.rows("SELECT ?s { GRAPH <x:unread> { ?s ?p ?o } }")) == 1
    assert update(graphs, "DROP GRAPH <x:unread>") == 204


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("INSERT DATA { GRAPH <x:u> { <x:s> <x:p> 1, 2 } }", {"1", "2"}),
        ("DELETE DATA { GRAPH <x:u> { <x:s> <x:p> 1 } }", {"2"}),
        ("WITH <x:u> DELETE { ?s ?p ?o } INSERT { ?s ?p 3 } WHERE { ?s ?p ?o }", {"3"}),
        ("WITH <x:u> DELETE { ?s ?p 3 } INSERT { ?s ?p 4 } WHERE { ?s ?p 3 }", {"4"}),
        ("COPY <x:u> TO <x:v> ; INSERT DATA { GRAPH <x:v> { <x:s> <x:p> 5 } } ; MOVE <x:v> TO <x:u>", {"4", "5"}),
        ("CLEAR GRAPH <x:u>", set()),
    ],
)  # fmt: skip
def test_an_update_does_what_it_says(graphs: Server, text: str, values: set[str]) -> None:
    """Each follows the one before it."""
    assert update(graphs, text) == 204
    assert {row["o"] for row in graphs.rows("SELECT ?o { GRAPH <x:u> { ?s ?p ?o } }")} == values


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a file system of so many bytes in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    place = tmp_path / "disk"
    place.mkdir()

    def mount(size: int) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
        return place

    yield mount
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk_is_called_a_full_disk(small_disk: Callable[[int], Path], tmp_path: Path) -> None:
    disk = small_disk(12 * 1024 * 1024)
    server = start(
        make_project(disk / "p", {"workers": 1, "write_timeout": 240}), "--writable", log=tmp_path / "server.log"
    )
    try:
        headers = {**TURTLE, **server.may_write}
        assert server.client.put("/store/a", content="<x:s> <x:p> 1 .", headers=headers).status_code == 201
        large = "\n".join(f'<x:{n}> <x:p> "{n}{"y" * 200}" .' for n in range(40_000))
        refused = server.client.put("/store/b", content=large, headers=headers)
        assert refused.status_code == 507
        assert "disk is full" in refused.text
        eventually(lambda: '"kind":"disk"' in server.log.read_text(encoding="utf-8"))
        assert server.rows(COUNT) == [{"n": "1"}]
        fill(disk)
        assert server.client.put("/store/c", content="<x:s> <x:p> 1 .", headers=headers).status_code == 507
        assert server.client.delete("/store/a", headers=server.may_write).status_code == 204
        assert server.rows(COUNT) == [{"n": "0"}]
    finally:
        server.stop()


def test_a_large_graph_is_deleted_on_a_full_disk_or_said_to_need_room(
    small_disk: Callable[[int], Path], tmp_path: Path
) -> None:
    disk = small_disk(64 * 1024 * 1024)
    server = start(
        make_project(disk / "p", {"workers": 1, "write_timeout": 240}), "--writable", log=tmp_path / "server.log"
    )
    try:
        headers = {**TURTLE, **server.may_write}
        large = "\n".join(f'<x:{n}> <x:p> "{n}{"y" * 200}" .' for n in range(25_000))
        assert server.client.put("/store/large", content=large, headers=headers).status_code == 201
        fill(disk)
        deleted = server.client.delete("/store/large", headers=server.may_write)
        if deleted.status_code != 204:
            # more than the room that is kept for it
            assert (deleted.status_code, "disk is full" in deleted.text) == (507, True)
            assert server.rows(COUNT) == [{"n": "25000"}]
            assert (
                server.client.get("/store/large", headers={"accept": "application/n-triples"}).text.count("\n")
                == 25_000
            )
            (disk / "filler").unlink()
            assert server.client.delete("/store/large", headers=server.may_write).status_code == 204
        assert server.rows(COUNT) == [{"n": "0"}]
        assert server.client.get("/store/large").status_code == 404
    finally:
        server.stop()


@pytest.mark.parametrize(
    "described",
    [{"gone": ["agent/old"], "personal": False}, pytest.param({}, marks=pytest.mark.further)],
    ids=["last", "first"],
)
def test_what_was_written_to_an_earlier_version_is_served(tmp_path: Path, described: dict[str, Any]) -> None:
    project = project_of(tmp_path / "p")
    server = start(project, "--writable")
    try:
        assert update(server, "INSERT DATA { <x:o> <x:p> 7 . GRAPH <x:g> { <x:s> <x:p> 1 } }") == 204
    finally:
        server.stop()
    for path in (project / "served").glob("snapshots/*/unnamed"):
        shutil.rmtree(path)
    for path in (project / "served").glob("snapshots/*/build.json"):
        kept = json.loads(path.read_bytes())["kept"]
        earlier = {"built": kept["built"], "written": kept["written"], "id": kept["id"], **described}
        path.write_text(json.dumps(earlier), encoding="utf-8")
    server = start(project, "--writable")
    try:
        assert server.rows("SELECT ?o { <x:s> <x:p> ?o }") == [{"o": "1"}]
        assert server.rows(NAMES)
        both = "INSERT DATA { GRAPH <x:g> { <x:s> <x:p> 2 . <x:o> <x:p> 7 } }"
        assert update(server, f"{both} ; DROP GRAPH <x:g>") == 204
        assert server.rows("SELECT ?s ?o { ?s <x:p> ?o }") == [{"s": "x:o", "o": "7"}]
        gone = server.client.get("/id/agent/old", headers={"accept": "text/turtle"}, follow_redirects=True)
        assert gone.status_code == (410 if described else 404)
        # it did not note the day
        assert (gone.text == "this is no longer published\n") == bool(described)
    finally:
        server.stop()


def test_what_rdf_xml_cannot_say_is_not_acceptable_wherever_it_is_asked_for(graphs: Server) -> None:
    client, xml = graphs.client, {"accept": "application/rdf+xml"}
    for number, triple in enumerate(('<urn:p:> "no name"', '<x:p> "\\u0001"')):
        thing = f"<{BASE}id/agent/odd-{number}>"
        turtle = {**TURTLE, **graphs.may_write}
        assert client.put("/store/odd", content=f"{thing} {triple} .", headers=turtle).is_success
        query = {"query": f"CONSTRUCT WHERE {{ {thing} ?p ?o }}"}
        for path, params in (("/store/odd", {}), ("/sparql", query), (f"/doc/agent/odd-{number}", {})):
            answer = client.get(path, params=params, headers=xml)
            assert (answer.status_code, "has no way to write" in answer.text) == (406, True), (path, answer.text)
            assert client.get(path, params=params, headers={"accept": "text/turtle"}).status_code == 200
        assert client.get(f"/doc/agent/odd-{number}.rdf").status_code == 406
    assert client.delete("/store/odd", headers=graphs.may_write).status_code == 204


def test_a_write_to_another_graph_leaves_an_entity_tag_as_it_was(graphs: Server) -> None:
    client, headers = graphs.client, {**TURTLE, **graphs.may_write}

    def tag(name: str) -> str:
        return str(client.get(f"/store/{name}").headers["etag"])

    for name in ("kept", "other"):
        assert client.put(f"/store/{name}", content="<x:s> <x:p> 1 .", headers=headers).status_code == 201
    kept, other, default = tag("kept"), tag("other"), client.get("/store?default").headers["etag"]
    assert client.post("/store/other", content="<x:s> <x:p> 2 .", headers=headers).status_code == 204
    assert update(graphs, "INSERT DATA { <x:s> <x:p> 3 }") == 204
    assert (tag("kept"), tag("other") == other) == (kept, False)
    assert client.get("/store?default").headers["etag"] != default
    assert client.get("/store/kept", headers={"if-none-match": kept}).status_code == 304
    changed = client.put("/store/kept", content="<x:s> <x:p> 4 .", headers={**headers, "if-match": kept})
    assert (changed.status_code, tag("kept") == kept) == (204, False)
    # whatever changes it: an operation on it by name, on all graphs, on the union
    base = graphs.rows("SELECT DISTINCT ?g { GRAPH ?g {} } ORDER BY ?g")[0]["g"].rpartition("/")[0]
    for text in (
        "INSERT DATA { GRAPH <{kept}> { <x:s> <x:p> 5 } }",
        "DELETE WHERE { <x:s> <x:p> 5 }",
        "ADD <{other}> TO <{kept}>",
        "CLEAR GRAPH <{kept}>",
        "INSERT DATA { GRAPH <{kept}> { <x:s> <x:p> 5 } }",
        "CLEAR ALL",
    ):
        before = tag("kept")
        assert update(graphs, text.replace("{kept}", f"{base}/kept").replace("{other}", f"{base}/other")) == 204, text
        refused = client.put("/store/kept", content="<x:s> <x:p> 6 .", headers={**headers, "if-match": before})
        assert refused.status_code == 412, text


def test_a_build_leaves_the_entity_tags_of_written_graphs_as_they_were(built_server: Server) -> None:
    server = built_server
    headers = {**TURTLE, **server.may_write}
    assert server.client.put("/store/own", content="<x:s> <x:p> 1 .", headers=headers).status_code == 201
    tag = server.client.get("/store/own").headers["etag"]
    fact = next(
        row["g"] for row in server.rows("SELECT ?g { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), 'fact/')) }")
    )
    facts = server.client.get("/store", params={"graph": fact}).headers["etag"]
    before = server.client.get("/store?default").headers["etag"]
    assert update(server, f"DROP GRAPH <{fact}>") == 204
    run_build(server.project)
    eventually(lambda: server.client.get("/store", params={"graph": fact}).status_code == 200)
    assert server.client.get("/store?default").headers["etag"] != before
    assert server.client.get("/store", params={"graph": fact}).headers["etag"] != facts
    assert server.client.get("/store/own").headers["etag"] == tag


Sent: TypeAlias = tuple[str, str, dict[str, Any]]


@contextmanager
def waiting(server: Server, requests: list[Sent]) -> Iterator[list[Future[httpx.Response]]]:
    """Send writes that have to wait for each other, in this order; they go on where the block ends."""
    headers = {**TURTLE, **server.may_write}
    client = httpx.Client(base_url=server.url, timeout=300, trust_env=False, limits=httpx.Limits(max_connections=200))
    with client, ThreadPoolExecutor(len(requests) + 1) as threads:
        with filelock.FileLock(server.project / "served" / "lock", timeout=60):
            sent = [threads.submit(client.put, "/store/first", content="<x:s> <x:p> 0 .", headers=headers)]
            # the first one is with its process, which waits for the lock
            _until_pending(server, 1)
            for number, (method, path, more) in enumerate(requests, start=1):
                sent.append(threads.submit(client.request, method, path, **{"headers": headers, **more}))
                _until_pending(server, number + 1)
            yield sent[1:]
        assert sent[0].result().status_code in {201, 204}
        for it in sent:
            it.result()


def _until_pending(server: Server, number: int) -> None:
    """Wait until so many writes wait or are made."""
    line = f"pressgraph_writes_pending {number:.1f}"
    eventually(lambda: line in server.client.get("/metrics").text.splitlines())


def _published(server: Server) -> int:
    return int((server.project / "served" / "current").read_text())


def _update(server: Server, text: str) -> Sent:
    return "POST", "/sparql", {"data": {"update": text}, "headers": server.may_write}


def test_writes_that_wait_are_published_together_each_with_its_own_answer(graphs: Server) -> None:
    assert update(graphs, "DROP ALL") == 204
    before = _published(graphs)
    create = {**TURTLE, **graphs.may_write, "if-none-match": "*"}
    requests: list[Sent] = [
        ("PUT", "/store/a", {"content": "<x:a> <x:p> 1 ."}),
        ("PUT", "/store/a", {"content": "<x:a> <x:p> 2 ."}),
        ("PUT", "/store/a", {"content": "<x:a> <x:p> 3 .", "headers": create}),
        ("PUT", "/store/b", {"content": "<x:b> <x:p> "}),
        ("DELETE", "/store/none", {}),
        _update(graphs, "INSERT { ?s <x:q> ?o } WHERE { ?s <x:p> ?o FILTER(?o > 0) }"),
        _update(graphs, "DROP GRAPH <x:none>"),
        ("POST", "/store/a", {"content": "<x:a> <x:r> 4 ."}),
        ("PUT", "/store/c", {"content": "<x:c> <x:p> 5 ."}),
        ("DELETE", "/store/c", {}),
    ]
    with waiting(graphs, requests) as sent:
        pass
    assert [it.result().status_code for it in sent] == [201, 204, 412, 400, 404, 204, 400, 204, 201, 204]
    assert _published(graphs) == before + 2
    assert graphs.rows("SELECT ?p ?o { <x:a> ?p ?o } ORDER BY ?p") == [
        {"p": "x:p", "o": "2"},
        {"p": "x:q", "o": "2"},
        {"p": "x:r", "o": "4"},
    ]
    assert graphs.rows("SELECT ?o { VALUES ?s { <x:b> <x:c> } ?s ?p ?o }") == []
    # the numbers that are kept are those of all of them
    said = graphs.client.get("/void", headers={"accept": "application/n-triples"}).text
    counted = graphs.rows(COUNT)[0]["n"]
    assert f'<http://rdfs.org/ns/void#triples> "{counted}"' in said


def test_a_write_that_fails_halfway_takes_no_other_one_along(graphs: Server) -> None:
    assert update(graphs, "DROP ALL") == 204
    requests: list[Sent] = [
        ("PUT", "/store/a", {"content": "<x:a> <x:p> 1 ."}),
        _update(graphs, "INSERT DATA { <x:half> <x:p> 1 } ; DELETE WHERE { <x:a> ?p ?o } ; DROP GRAPH <x:none>"),
        ("PUT", "/store/b", {"content": "<x:b> <x:p> 1 ."}),
    ]
    with waiting(graphs, requests) as sent:
        pass
    assert [it.result().status_code for it in sent] == [201, 400, 201]
    assert graphs.rows("SELECT ?s { ?s <x:p> 1 } ORDER BY ?s") == [{"s": "x:a"}, {"s": "x:b"}]


def test_a_write_that_ends_its_process_takes_no_other_one_along(tmp_path: Path) -> None:
    names = "abcdefghij"
    digits = " ".join(f"VALUES ?{name} {{ 0 1 2 3 4 5 6 7 8 9 }}" for name in names)
    total = " + ".join(f"?{name}" for name in names)
    endless = {"update": f"INSERT {{ <x:no> <x:p> 1 }} WHERE {{ {digits} FILTER({total} > 99) }}"}
    server = start(empty(make_project(tmp_path / "p", {"workers": 1, "write_timeout": 4})), "--writable")
    requests: list[Sent] = [
        ("POST", "/sparql", {"data": endless, "headers": server.may_write}),
        ("PUT", "/store/a", {"content": "<x:a> <x:p> 1 ."}),
        ("POST", "/sparql", {"data": endless, "headers": server.may_write}),
        ("PUT", "/store/b", {"content": "<x:b> <x:p> 1 ."}),
    ]
    headers = {**TURTLE, **server.may_write}
    try:
        with (
            httpx.Client(base_url=server.url, timeout=300, trust_env=False) as client,
            ThreadPoolExecutor(len(requests)) as threads,
        ):
            sent = []
            for number, (method, path, more) in enumerate(requests, start=1):
                sent.append(threads.submit(client.request, method, path, **{"headers": headers, **more}))
                _until_pending(server, number)
            assert [it.result().status_code for it in sent] == [504, 201, 504, 201]
        assert server.rows("SELECT ?s { ?s <x:p> 1 } ORDER BY ?s") == [{"s": "x:a"}, {"s": "x:b"}]
    finally:
        server.stop()


def test_too_many_waiting_writes_are_refused(graphs: Server) -> None:
    requests: list[Sent] = [("PUT", f"/store/w{number}", {"content": "<x:w> <x:p> 1 ."}) for number in range(64)]
    with waiting(graphs, requests) as sent:
        one_more = graphs.client.put("/store/w64", content="<x:w> <x:p> 1 .", headers={**TURTLE, **graphs.may_write})
        assert (one_more.status_code, one_more.headers["retry-after"]) == (503, "2")
    assert {it.result().status_code for it in sent} == {201}
