"""Push to real stores: all or nothing of each source, only what changed, and on after failures."""

from __future__ import annotations

import importlib.util
import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pressgraph.errors import EndpointError
from pressgraph.publish.push import plan_push, push
from pressgraph.query.target import Addresses, Target
from pressgraph.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

_spec = importlib.util.spec_from_file_location("servers", Path(__file__).with_name("servers.py"))
assert _spec is not None
assert _spec.loader is not None
servers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(servers)

ENVIRON = {"PRESSGRAPH_ENDPOINT_USER": "dba", "PRESSGRAPH_ENDPOINT_PASSWORD": "dba"}
BASE = "https://w3id.org/pressgraph/id/"


@pytest.fixture(params=["oxigraph", "virtuoso"], scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "virtuoso" and shutil.which("virtuoso-t") is None:
        pytest.skip("virtuoso-t is not installed")
    with getattr(servers, request.param)(tmp_path_factory.mktemp(request.param) / "store") as address:
        yield address


@pytest.fixture
def endpoint(server: str) -> str:
    """Give each test an empty store."""
    target = open_target(server)
    for row in target.select(
        f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}")) }}'
    ):
        target.drop(row["g"].value)
    return server


def open_target(address: str) -> Target:
    return Target(Addresses.of(address), pause=0.01, environ=ENVIRON)


@pytest.fixture
def founding_project(tmp_path: Path, founding_path: Path) -> Workspace:
    (tmp_path / "data").mkdir()
    shutil.copy(founding_path, tmp_path / "data")
    workspace = open_workspace(tmp_path)
    workspace.build()
    return workspace


def write_releases(folder: Path, names: dict[int, str]) -> Workspace:
    (folder / "data").mkdir(exist_ok=True)
    lines = []
    for number, name in names.items():
        source = {
            "id": f"document/d{number}",
            "type": "NewsArticle",
            "headline": {"en": name},
            "datePublished": "2026-01-01",
            "sourceOrganization": f"agent/a{number}",
        }
        agent = {"id": f"agent/a{number}", "type": "Organization", "name": {"en": name}}
        more = [{"id": f"agent/a{number}", "alternateName": {"en": f"{name} {i}"}} for i in range(30)]
        lines.append(json.dumps({"source": source, "facts": [agent, *more]}))
    (folder / "data" / "facts.jsonl").write_text("\n".join(lines))
    workspace = open_workspace(folder)
    workspace.build()
    return workspace


def run(workspace: Workspace, address: str) -> Any:
    return push(workspace.dataset(), open_target(address), personal=False)


def test_the_founding_release_arrives_whole_and_once(founding_project: Workspace, endpoint: str) -> None:
    first = run(founding_project, endpoint)
    assert first.uploaded == ("profile", "biosaxony-silver-label")
    assert first.withheld == 5
    assert (
        open_target(endpoint).count(f"{BASE}profile")
        + open_target(endpoint).count(f"{BASE}graph/biosaxony-silver-label")
        == first.triples
    )
    second = run(founding_project, endpoint)
    assert not second.changes
    assert second.same == 2


def test_personal_data_stays_here(founding_project: Workspace, endpoint: str) -> None:
    run(founding_project, endpoint)
    target = open_target(endpoint)
    texts = {str(triple) for triple in target.graph(f"{BASE}graph/biosaxony-silver-label")}
    assert not [text for text in texts if "Herzog" in text or "7965106" in text or "personalData" in text]
    assert not [text for text in texts if "/evidence/biosaxony-silver-label/2753-2776" in text]
    assert [text for text in texts if "Hofmann" in text]


def test_only_what_changed_is_sent(tmp_path: Path, endpoint: str) -> None:
    run(write_releases(tmp_path, {1: "One", 2: "Two", 3: "Three"}), endpoint)
    workspace = write_releases(tmp_path, {1: "One", 2: "Zwei", 4: "Four"})
    planned = plan_push(workspace.dataset(), open_target(endpoint), personal=False)
    assert (planned.uploaded, planned.replaced, planned.deleted, planned.same) == (("d4",), ("d2",), ("d3",), 2)
    # a dry run changes nothing
    assert plan_push(workspace.dataset(), open_target(endpoint), personal=False) == planned
    assert run(workspace, endpoint) == planned
    target = open_target(endpoint)
    assert target.count(f"{BASE}graph/d3") == 0
    assert '"Zwei"@en' in " ".join(str(triple) for triple in target.graph(f"{BASE}graph/d2"))
    assert not run(workspace, endpoint).changes


def test_what_was_pushed_can_be_pulled(tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    workspace = write_releases(tmp_path, {1: "One", 2: "Zürich"})
    planned = run(workspace, endpoint)
    lines = b"".join(workspace.pull(endpoint)).decode().splitlines()
    assert len(lines) == planned.triples
    assert {line.rpartition("<")[2].partition(">")[0] for line in lines} == {
        f"{BASE}profile", f"{BASE}graph/d1", f"{BASE}graph/d2"
    }  # fmt: skip
    open_target(endpoint).update(f"DELETE WHERE {{ GRAPH <{BASE}graph/d2> {{ <{BASE}agent/a2> ?p ?o }} }}")
    with pytest.raises(EndpointError, match="'d2' is not what was pushed"):
        list(workspace.pull(endpoint))


def test_a_store_without_graph_store_protocol_takes_batches(tmp_path: Path, endpoint: str) -> None:
    workspace = write_releases(tmp_path, {1: "One", 2: "Two"})

    target = open_target(endpoint)
    target.has_store = False
    planned = push(workspace.dataset(), target, personal=False)
    assert planned.uploaded == ("profile", "d1", "d2")
    assert not run(workspace, endpoint).changes


def every_third(_method: str, _path: str, number: int) -> str | None:
    return ("503", "before")[number // 3 % 2] if number % 3 == 0 else None


def test_every_third_request_fails(tmp_path: Path, endpoint: str) -> None:
    workspace = write_releases(tmp_path, {number: f"Number {number}" for number in range(5)})
    with servers.proxy(endpoint, every_third) as address:
        planned = run(workspace, address)
    assert len(planned.uploaded) == 6
    assert not run(workspace, endpoint).changes


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_store_that_dies_in_mid_chunk(tmp_path: Path, endpoint: str, how: str) -> None:
    run(write_releases(tmp_path, {1: "One", 2: "Two"}), endpoint)
    workspace = write_releases(tmp_path, {1: "Eins", 2: "Zwei", 3: "Drei"})
    writes = 0

    def dies(method: str, path: str, _number: int) -> str | None:
        nonlocal writes
        writes += method == "POST" and "graph=" in path
        return how if writes >= 2 else None

    with servers.proxy(endpoint, dies) as address, pytest.raises(EndpointError, match="cannot be reached"):
        run(workspace, address)
    target = open_target(endpoint)
    for number, names in ((1, {"One", "Eins"}), (2, {"Two", "Zwei"})):
        triples = " ".join(str(triple) for triple in target.graph(f"{BASE}graph/d{number}"))
        assert sum(f'"{name}"@en' in triples for name in names) == 1
    run(workspace, endpoint)
    assert not run(workspace, endpoint).changes
    staged = target.select(
        f'SELECT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}staging/")) }}'
    )
    assert staged == []


def test_a_swap_whose_answer_is_lost_is_not_done_twice(tmp_path: Path, endpoint: str) -> None:
    workspace = write_releases(tmp_path, {1: "One"})
    lost: list[str] = []

    def loses(method: str, path: str, _number: int) -> str | None:
        if method == "POST" and path.endswith("/update") and not lost:
            lost.append(path)
            return "after"
        return None

    if "sparql-auth" in endpoint:
        pytest.skip("Virtuoso takes queries and updates at one address")
    with servers.proxy(endpoint, loses) as address:
        run(workspace, address)
    assert lost
    assert not run(workspace, endpoint).changes


def test_readers_never_see_half_a_source(tmp_path: Path, endpoint: str) -> None:
    run(write_releases(tmp_path, {1: "One"}), endpoint)
    workspace = write_releases(tmp_path, {1: "Eins"})
    seen: set[tuple[int, int]] = set()
    done = threading.Event()

    def read() -> None:
        target = open_target(endpoint)
        query = (
            f"SELECT (SUM(IF(STRSTARTS(?o, 'One'), 1, 0)) AS ?old) (SUM(IF(STRSTARTS(?o, 'Eins'), 1, 0)) AS ?new) "
            f"WHERE {{ GRAPH <{BASE}graph/d1> {{ ?s <http://schema.org/alternateName> ?o }} }}"
        )
        while not done.is_set():
            row = target.select(query)[0]
            counts = [row[name] for name in ("old", "new")]
            seen.add((int(float(counts[0].value)) if counts[0] else 0, int(float(counts[1].value)) if counts[1] else 0))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for names in ({1: "Eins"}, {1: "One"}, {1: "Eins"}):
            workspace = write_releases(tmp_path, names)
            run(workspace, endpoint)
    finally:
        done.set()
        reader.join()
    assert seen <= {(30, 0), (0, 30)}, seen


def test_credentials_are_never_shown() -> None:
    secret = {"PRESSGRAPH_ENDPOINT_USER": "anna", "PRESSGRAPH_ENDPOINT_PASSWORD": "geheim"}
    with pytest.raises(EndpointError) as caught:
        Target(Addresses.of("http://127.0.0.1:9/query"), pause=0.0, environ=secret)
    assert "geheim" not in str(caught.value)
    assert "cannot be reached" in str(caught.value)
