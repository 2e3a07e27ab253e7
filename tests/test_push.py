"""Push to real stores: all or nothing of each source, only what changed, and on after failures."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import harness
import pyoxigraph as ox
import pytest
from benchmarks import generate
from click.testing import CliRunner
from tests import servers
from tests.small_profile import write_small_profile

from pressgraph.cli import main
from pressgraph.dataset import union
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import EndpointError
from pressgraph.project import Publication
from pressgraph.query import Answer
from pressgraph.remote import pushed
from pressgraph.remote.push import Plan, plan_push, push
from pressgraph.remote.query import query_endpoint
from pressgraph.remote.sources import CHUNK
from pressgraph.remote.store import Addresses, RemoteStore
from pressgraph.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result


BASE = "https://w3id.org/pressgraph/id/"
STORES = ("oxigraph", "virtuoso", "pressgraph")


@dataclass(frozen=True)
class Store:
    """A running store, and what it wants to hear."""

    kind: str
    address: str
    environ: dict[str, str]

    def target(self, address: str | None = None) -> RemoteStore:
        return RemoteStore(Addresses.of(address or self.address), pause=0.01, environ=self.environ, connections=2)

    def push(self, workspace: Workspace, address: str | None = None, **options: Any) -> Plan:
        return push(workspace.dataset(), self.target(address), rules=Rules(), jobs=2, **options)

    def plan(self, workspace: Workspace, **options: Any) -> Plan:
        return plan_push(workspace.dataset(), self.target(), rules=Rules(), **options)

    def command(self, workspace: Workspace, *arguments: str) -> Result:
        """Run the program against this store."""
        call = ["--project", str(workspace.project.root), arguments[0], "--endpoint", self.address, *arguments[1:]]
        return CliRunner().invoke(main, call, env=self.environ)

    def triples(self, source: str) -> set[str]:
        """Return what a reader finds of a source: the triples of its facts."""
        rows = self.target().select(
            f"SELECT ?s ?p ?o WHERE {{ GRAPH <{BASE}provenance/{source}> {{ ?g ?derived ?document }} "
            "FILTER(?derived = <http://www.w3.org/ns/prov#wasDerivedFrom>) GRAPH ?g { ?s ?p ?o } }"
        )
        return {f"{row['s']} {row['p']} {row['o']}" for row in rows}

    def graphs(self) -> list[str]:
        rows = self.target().pages("?g", f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}"))')
        return [row["g"].value for row in rows]


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Store]:
    """Serve an empty store."""
    if kind == "pressgraph":
        server = harness.start(harness.empty(harness.make_project(folder)), "--writable")
        try:
            yield Store(kind, f"{server.url}/sparql", {"PRESSGRAPH_ENDPOINT_TOKEN": server.token})
        finally:
            server.stop()
        return
    if kind == "virtuoso" and shutil.which("virtuoso-t") is None:
        pytest.skip("virtuoso-t is not installed")
    with getattr(servers, kind)(folder) as address:
        credentials = {"PRESSGRAPH_ENDPOINT_USER": "dba", "PRESSGRAPH_ENDPOINT_PASSWORD": "dba"}
        yield Store(kind, address, credentials if kind == "virtuoso" else {})


@pytest.fixture(params=STORES, scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with running(request.param, tmp_path_factory.mktemp(request.param) / "store") as store:
        yield store


# Our own server makes a snapshot for each write, and keeps an update's parts together.
of_others = pytest.mark.parametrize("server", ["oxigraph", "virtuoso"], indirect=True, scope="module")


@pytest.fixture(params=STORES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a test a store that holds nothing and has held nothing.

    Where other data had come and gone, Virtuoso 7 was seen to find labels that `FILTER NOT EXISTS` with a comparison of
    dates rules out, of data that were triple by triple what was sent.
    """
    with running(request.param, tmp_path / "store") as store:
        yield store


@pytest.fixture
def store(server: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Give each test an empty store."""
    for name in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PRESSGRAPH_ENDPOINT_{name}", raising=False)
    for _ in range(10):
        graphs = server.graphs()
        if not graphs:
            return server
        server.target().drop(graphs)
        # a store may still be at work on what a client had sent that a test has killed
        time.sleep(0.1)
    raise AssertionError(f"the store does not become empty: {graphs}")


@pytest.fixture
def founding_project(built: Path) -> Workspace:
    return open_workspace(built)


def write_releases(folder: Path, names: dict[int, str], *, more: int = 30) -> Workspace:
    """Build releases of one organisation each, whose other names tell the versions apart."""
    if not folder.joinpath("pressgraph.toml").exists():
        write_small_profile(folder)
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
        others = [{"id": f"agent/a{number}", "alternateName": {"en": f"{name} {i}"}} for i in range(more)]
        lines.append(json.dumps({"source": source, "facts": [agent, *others]}))
    (folder / "data" / "facts.jsonl").write_text("\n".join(lines))
    workspace = open_workspace(folder)
    workspace.build()
    return workspace


# -- what arrives


@pytest.mark.parametrize(
    "server",
    [pytest.param("oxigraph", marks=pytest.mark.further), "virtuoso", "pressgraph"],
    indirect=True,
    scope="module",
)
def test_the_founding_release_arrives_whole_and_once(founding_project: Workspace, store: Store) -> None:
    planned = store.command(founding_project, "push", "--dry-run")
    assert (
        planned.stdout == "upload\tprofile\nupload\tbiosaxony-silver-label\nupload\twhat follows from several sources\n"
    )
    assert (
        "nur hier\twas aus mehreren Quellen folgt\n" in store.command(founding_project, "status", "--lang", "de").stdout
    )
    first = store.push(founding_project)
    assert first.uploaded == ("profile", "biosaxony-silver-label", "several!")
    assert first.withheld == 5
    graphs = [graph for graph in store.graphs() if graph != f"{BASE}push"]
    assert sum(store.target().counts(graphs).values()) == first.triples
    second = store.push(founding_project)
    assert not second.changes
    assert second.same == 3
    assert not store.plan(founding_project, check=True).changes
    # what the project says of its dataset goes and comes like a source
    said = Publication(licence="https://creativecommons.org/licenses/by/4.0/", publisher=f"{BASE}agent/biosaxony")
    assert store.push(founding_project, published=said).uploaded == ("dataset!",)
    asked = (
        f"SELECT ?o WHERE {{ GRAPH <{BASE.removesuffix('id/')}#dataset> {{ ?of <http://purl.org/dc/terms/%s> ?o }} }}"
    )
    assert [row["o"].value for row in store.target().select(asked % "license")] == [said.licence]
    assert [row["o"].value for row in store.target().select(asked % "publisher")] == [said.publisher]
    assert not store.plan(founding_project, published=said, check=True).changes
    assert "was vom Datensatz gesagt wird\n" in store.command(founding_project, "status", "--lang", "de").stdout
    assert store.push(founding_project).deleted == ("dataset!",)
    assert list(store.target().select(asked % "license")) == []


@pytest.mark.parametrize(
    "server",
    [pytest.param("oxigraph", marks=pytest.mark.further), "virtuoso", "pressgraph"],
    indirect=True,
    scope="module",
)
def test_what_is_pulled_is_what_was_built_without_personal_data(founding_project: Workspace, store: Store) -> None:
    store.push(founding_project)
    result = store.command(founding_project, "pull")
    assert result.exit_code == 0, result.output
    pulled = {line for line in result.stdout.split("\n") if f"<{BASE}profile> ." not in line}
    exported = CliRunner().invoke(
        main, ["--project", str(founding_project.project.root), "export", "-f", "nquads", "--with-evidence"]
    )
    differing = pulled ^ set(exported.stdout.split("\n"))
    if store.kind == "virtuoso":
        # which does not know durations
        assert len(differing) == 2
        assert all('"P2Y"' in line for line in differing)
    else:
        assert differing == set()
    assert any("Hofmann" in line for line in pulled)
    for word in ("Herzog", "7965106", "personalData", "/evidence/biosaxony-silver-label/2753-2776"):
        assert not [line for line in pulled if word in line]


def test_characters_arrive_as_they_are(tmp_path: Path, store: Store) -> None:
    odd = "Zürich „quoted“ \"straight\" back\\slash tab\t new\nline 日本 \U0001f680 e\u0301 <b>&amp;</b> {x} 'y' $1 %s"
    workspace = write_releases(tmp_path, {1: odd}, more=1)
    store.push(workspace)
    assert str(ox.Literal(odd, language="en")) in " ".join(store.triples("d1"))
    assert not store.plan(workspace, check=True).changes


def test_only_what_changed_is_sent(tmp_path: Path, store: Store) -> None:
    store.push(write_releases(tmp_path, {1: "One", 2: "Two", 3: "Three"}))
    workspace = write_releases(tmp_path, {1: "One", 2: "Zwei", 4: "Four"})
    planned = store.plan(workspace)
    assert (planned.uploaded, planned.replaced, planned.deleted, planned.same) == (("d4",), ("d2",), ("d3",), 2)
    # a dry run changes nothing
    shown = store.command(workspace, "push", "--dry-run")
    assert shown.stdout == "upload\td4\nreplace\td2\ndelete\td3\n"
    assert store.plan(workspace) == planned
    assert store.command(workspace, "status").exit_code == 1
    assert store.push(workspace) == planned
    assert '"Zwei"@en' in " ".join(store.triples("d2"))
    assert not [graph for graph in store.graphs() if "/d3" in graph]
    assert not [graph for graph in store.graphs() if "/fact/d2/" in graph and store.target().count(graph) == 0]
    same = store.command(workspace, "status", "--check")
    assert (same.exit_code, same.stdout) == (0, "")
    assert re.search(r"last push: began \S+Z, ended \S+Z \(pressgraph \d", same.stderr)
    assert store.command(workspace, "push").stderr == "nothing to send: 4 sources unchanged\n"


def test_what_others_change_is_found_and_mended(tmp_path: Path, store: Store) -> None:
    workspace = write_releases(tmp_path, {1: "One", 2: "Two"})
    store.push(workspace)
    store.target().update(
        f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} "
        f"FILTER(?s = <{BASE}agent/a2> && STRSTARTS(STR(?g), '{BASE}fact/d2/')) }}"
    )
    pulled = store.command(workspace, "pull")
    assert pulled.exit_code == 2
    assert "'d2' is not what was pushed" in pulled.stderr
    assert store.command(workspace, "status").exit_code == 0
    status = store.command(workspace, "status", "--check")
    assert (status.exit_code, status.stdout) == (1, "differs\td2\n")
    assert store.command(workspace, "push", "--check").exit_code == 0
    assert store.command(workspace, "status", "--check").exit_code == 0
    assert store.command(workspace, "pull").exit_code == 0


@pytest.mark.parametrize(
    ("server", "protocol"),
    [
        ("virtuoso", "graph store"),
        ("virtuoso", "batches"),
        ("pressgraph", "graph store"),
        pytest.param("oxigraph", "graph store", marks=pytest.mark.further),
        pytest.param("oxigraph", "batches", marks=pytest.mark.further),
        pytest.param("pressgraph", "batches", marks=pytest.mark.further),
    ],
    indirect=["server"],
    scope="module",
)
def test_a_large_graph_goes_in_chunks(
    tmp_path: Path, store: Store, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = CHUNK
    if store.kind == "pressgraph":
        # each write is a snapshot there, whatever its size
        size = 500
        monkeypatch.setattr(pushed, "CHUNK", size)
    write_small_profile(tmp_path)
    (tmp_path / "data").mkdir()
    names = [f"Name {number}" for number in range(2 * size + 500)]
    source = {"id": "document/d1", "type": "NewsArticle", "headline": {"en": "x"}, "datePublished": "2026-01-01"}
    agent = {"id": "agent/a1", "type": "Organization", "name": {"en": "x"}, "alternateName": {"en": names}}
    (tmp_path / "data" / "facts.jsonl").write_text(json.dumps({"source": source, "facts": [agent]}))
    workspace = open_workspace(tmp_path)
    workspace.build()
    target = store.target()
    if protocol == "batches":
        target.has_store = False
    sent = push(workspace.dataset(), target, rules=Rules())
    assert sent.uploaded == ("profile", "d1")
    assert target.has_store is (protocol == "graph store")
    assert not store.plan(workspace, check=True).changes


@of_others
def test_batches_become_as_small_as_the_store_wants(tmp_path: Path, store: Store) -> None:
    workspace = write_releases(tmp_path, {1: "One", 2: "Two"}, more=60)
    refused = 0

    def small(request: Any) -> int | None:
        nonlocal refused
        if b"staging" in request.body and not is_swap(request.body) and len(request.body) > 60_000:
            refused += 1
            return 400
        return None

    with servers.proxy(store.address, small) as address:
        store.push(workspace, address)
    assert refused
    assert not store.plan(workspace, check=True).changes


# -- what fails


def is_swap(body: bytes) -> bool:
    return b"VALUES" in body and b"sha256" in body and b"INSERT" in body


def every_third(request: Any) -> int | str | None:
    return (503, "before", "half", "after", 429)[request.number // 3 % 5] if request.number % 3 == 0 else None


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not wait for what Retry-After says, but note it."""
    found: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", found.append)
    return found


def test_every_third_request_fails(tmp_path: Path, store: Store, pauses: list[float]) -> None:
    count = 10 if store.kind == "pressgraph" else 30
    workspace = write_releases(tmp_path, {number: f"Number {number}" for number in range(count)}, more=15)
    with servers.proxy(store.address, every_third) as address:
        planned = store.push(workspace, address)
    assert len(planned.uploaded) == count + 1  # the profile too
    # Retry-After is honoured
    assert 7 in pauses
    assert not store.plan(workspace, check=True).changes
    assert not [graph for graph in store.graphs() if "/staging/" in graph]


def test_a_swap_is_repeated_when_the_store_says_so(tmp_path: Path, store: Store, pauses: list[float]) -> None:
    refusals = iter((429, 503))
    workspace = write_releases(tmp_path, {1: "One"})
    with servers.proxy(store.address, lambda it: next(refusals, None) if is_swap(it.body) else None) as address:
        store.push(workspace, address)
    assert pauses == [7, 7]
    assert not store.plan(workspace, check=True).changes


def ends_right(store: Store, workspace: Workspace, count: int, *, least: int = 1) -> None:
    """Check what an interrupted push left of sources that were Old and become New, and what another makes of it.

    `least` is how many sources it surely did not come to.
    """
    versions: set[tuple[int, int]] = set()
    for number in range(1, count):
        said = " ".join(store.triples(f"d{number}"))
        found = (said.count(f'"Old {number}'), said.count(f'"New {number}'))
        assert found in {(17, 0), (0, 17)}  # headline, name, and fifteen more names
        versions.add(found)
    assert (0, 17) in versions
    assert "was interrupted" in store.command(workspace, "status").stderr
    again = store.push(workspace)
    assert least <= len(again.replaced) < count - 1
    assert (17, 0) in versions or not again.replaced
    assert not store.plan(workspace, check=True).changes
    assert not [
        graph for graph in store.graphs() if "/staging/" in graph or "/fact/d0/" in graph or "/provenance/d0" in graph
    ]
    assert not store.push(workspace).changes


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize(
    ("server", "how"),
    [
        ("oxigraph", "half"),
        ("virtuoso", "after"),
        pytest.param("oxigraph", "after", marks=pytest.mark.further),
        pytest.param("virtuoso", "half", marks=pytest.mark.further),
    ],
    indirect=["server"],
    scope="module",
)
def test_a_store_that_dies_in_mid_push(tmp_path: Path, store: Store, how: str) -> None:
    count = 30
    store.push(write_releases(tmp_path, {number: f"Old {number}" for number in range(count)}, more=15))
    workspace = write_releases(tmp_path, {number: f"New {number}" for number in range(1, count + 1)}, more=15)
    swapped = dead = False

    def dies(request: Any) -> str | None:
        nonlocal swapped, dead
        dead = dead or (swapped and b"staging" in request.body)
        swapped = swapped or is_swap(request.body)
        return how if dead else None

    with servers.proxy(store.address, dies) as address, pytest.raises(EndpointError, match="cannot be reached"):
        store.push(workspace, address)
    ends_right(store, workspace, count)


@pytest.mark.parametrize(
    "server", ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.further)], indirect=True, scope="module"
)
def test_ctrl_c_does_not_wait_for_an_answer(tmp_path: Path, store: Store) -> None:
    count = 30
    store.push(write_releases(tmp_path, {number: f"Old {number}" for number in range(count)}, more=15))
    workspace = write_releases(tmp_path, {number: f"New {number}" for number in range(1, count + 1)}, more=15)
    swapped = False
    waiting, over = threading.Event(), threading.Event()

    def hangs(request: Any) -> str | None:
        nonlocal swapped
        if swapped and b"staging" in request.body:
            waiting.set()
            assert over.wait(60)
            return "before"
        swapped = swapped or is_swap(request.body)
        return None

    with servers.proxy(store.address, hangs) as address:
        process = subprocess.Popen(
            [sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "push", "--endpoint", address],
            env={**os.environ, **store.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert waiting.wait(60)
            process.send_signal(signal.SIGINT)
            output, said = process.communicate(timeout=120)  # while the store still owes an answer
        finally:
            process.kill()
            over.set()
    assert process.returncode == 130
    assert output == ""
    stopped = re.fullmatch(r"\nstopped; (\d+) of 30 sources are in their place; the same call goes on\n", said)
    assert stopped, said
    ends_right(store, workspace, count)


@pytest.mark.usefixtures("pauses")
def test_our_server_is_killed_in_mid_push_and_started_again(tmp_path: Path) -> None:
    served = harness.empty(harness.make_project(tmp_path / "served"))
    count = 16
    old, new = ({number: f"{word} {number}" for number in range(count + 1)} for word in ("Old", "New"))
    del old[count], new[0]
    server = harness.start(served, "--writable")
    try:
        store = Store("pressgraph", f"{server.url}/sparql", {"PRESSGRAPH_ENDPOINT_TOKEN": server.token})
        store.push(write_releases(tmp_path / "here", old, more=15))
        workspace = write_releases(tmp_path / "here", new, more=15)
        swaps = 0

        def kills(request: Any) -> str | None:
            nonlocal swaps
            swaps += is_swap(request.body)
            if swaps == 2 and server.process.poll() is None:
                # in the middle of what it writes
                threading.Timer(0.1, server.process.kill).start()
                return None
            return "before" if swaps > 1 else None

        with servers.proxy(store.address, kills) as address, pytest.raises(EndpointError):
            store.push(workspace, address)
        assert server.process.wait(20) != 0
        server.client.close()
        server = harness.start(served, "--writable")
        ends_right(replace(store, address=f"{server.url}/sparql"), workspace, count, least=0)
    finally:
        server.stop()


@pytest.mark.usefixtures("pauses")
def test_a_large_graph_goes_on_where_it_was(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushed, "CHUNK", 500)
    write_small_profile(tmp_path)
    (tmp_path / "data").mkdir()
    source = {"id": "document/d1", "type": "NewsArticle", "headline": {"en": "x"}, "datePublished": "2026-01-01"}
    names = [f"Name {number}" for number in range(1_050)]
    agent = {"id": "agent/a1", "type": "Organization", "name": {"en": "x"}, "alternateName": {"en": names}}
    (tmp_path / "data" / "facts.jsonl").write_text(json.dumps({"source": source, "facts": [agent]}))
    workspace = open_workspace(tmp_path)
    workspace.build()
    chunks = 0

    def is_chunk(request: Any) -> bool:
        # the profile is a large graph too
        return "graph=" in request.path and "%2Ffact%2Fd1%2F" in request.path

    def dies(request: Any) -> str | None:
        nonlocal chunks
        chunks += is_chunk(request)
        return "half" if chunks > 1 else None

    with servers.proxy(store.address, dies) as address, pytest.raises(EndpointError):
        store.push(workspace, address)
    sent: list[str] = []

    def notes(request: Any) -> None:
        if request.method == "POST" and is_chunk(request):
            sent.append(request.path)

    with servers.proxy(store.address, notes) as address:
        store.push(workspace, address)
    assert len(sent) == 2  # of three
    assert not store.plan(workspace, check=True).changes


def test_a_swap_whose_answer_is_lost_is_not_done_twice(tmp_path: Path, store: Store) -> None:
    store.push(write_releases(tmp_path, {1: "One"}))
    workspace = write_releases(tmp_path, {1: "Eins"})
    swaps = 0

    def loses(request: Any) -> str | None:
        nonlocal swaps
        swaps += is_swap(request.body)
        return "after" if is_swap(request.body) and swaps == 1 else None

    with servers.proxy(store.address, loses) as address:
        store.push(workspace, address)
    assert swaps == 1
    assert not store.plan(workspace, check=True).changes


def test_a_swap_that_arrives_once_more_changes_nothing(tmp_path: Path, store: Store) -> None:
    """Whoever waits too long for an answer asks again, and the server may come to both."""
    store.push(write_releases(tmp_path, {1: "One"}))
    workspace = write_releases(tmp_path, {1: "Eins"})
    late: list[bytes] = []

    def delays(request: Any) -> str | None:
        if not is_swap(request.body):
            return None
        late.append(request.body)
        return "before" if len(late) == 1 else None

    with servers.proxy(store.address, delays) as address:
        store.push(workspace, address)
    assert len(late) == 2
    body = late[0].decode()
    # Virtuoso is sent a form, and does not fail
    again = parse_qs(body)["query"][0] if body.startswith("query=") else body
    with pytest.raises(EndpointError) if body is again else nullcontext():
        store.target().update(again)
    assert not store.plan(workspace, check=True).changes


@of_others
def test_the_manifest_never_says_more_than_is_true(tmp_path: Path, store: Store) -> None:
    """A store that does not keep an update's parts together may stop between them."""
    workspace = write_releases(tmp_path, {1: "One", 2: "Two"})
    store.push(workspace)
    target = store.target()
    changed = write_releases(tmp_path, {1: "Eins", 3: "Drei"})
    stopped: list[bytes] = []

    def stops(request: Any) -> str | None:
        if is_swap(request.body) and not stopped:
            stopped.append(request.body)
        return "before" if stopped else None

    with servers.proxy(store.address, stops) as address, pytest.raises(EndpointError):
        store.push(changed, address)
    # what the swap begins with, and a part of what it does next
    known = "VALUES ?p { <http://schema.org/sha256> <https://w3id.org/pressgraph/profile#triples> }"
    target.update(
        f"DELETE {{ GRAPH <{BASE}push> {{ ?k ?p ?o }} }} WHERE {{ {known} GRAPH <{BASE}push> {{ ?k ?p ?o }} "
        f"FILTER(STRENDS(STR(?k), '/d1')) }}"
    )
    gone = next(graph for graph in store.graphs() if "/fact/d1/" in graph)
    target.drop([gone])
    assert store.plan(workspace).replaced == ("d1",)
    assert "half-way through a push" in store.command(workspace, "pull").stderr
    assert store.push(changed).replaced == ("d1",)
    assert not store.plan(changed, check=True).changes


def test_readers_never_see_half_a_source(tmp_path: Path, store: Store) -> None:
    store.push(write_releases(tmp_path, {1: "One"}))
    seen: set[tuple[int, int]] = set()
    done = threading.Event()

    def read() -> None:
        target = store.target()
        # counted here: of no rows, one store's sum is a term of no kind
        query = (
            f"SELECT ?o WHERE {{ GRAPH <{BASE}provenance/d1> {{ ?g <http://www.w3.org/ns/prov#wasDerivedFrom> ?d }} "
            "GRAPH ?g { ?s <http://schema.org/alternateName> ?o } }"
        )
        while not done.is_set():
            names = [str(row["o"].value) for row in target.select(query)]
            seen.add((sum(it.startswith("One") for it in names), sum(it.startswith("Eins") for it in names)))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for names in ({1: "Eins"}, {1: "One"}, {1: "Eins"}):
            store.push(write_releases(tmp_path, names))
    finally:
        done.set()
        reader.join()
    if store.kind == "virtuoso":
        # one query of it may find the old receipts, and then the old graphs gone
        seen.discard((0, 0))
    assert seen == {(30, 0), (0, 30)}


@pytest.mark.parametrize(
    "server",
    [
        "oxigraph",
        pytest.param("virtuoso", marks=pytest.mark.further),
        pytest.param("pressgraph", marks=pytest.mark.further),
    ],
    indirect=True,
    scope="module",
)
def test_many_sources(tmp_path: Path, store: Store) -> None:
    (tmp_path / "data").mkdir()
    count = 25
    with (tmp_path / "data" / "releases.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(generate.release_lines(generate.iter_releases(count)))
    workspace = open_workspace(tmp_path)
    workspace.build()
    told: list[int] = []
    requests = 0

    def counts(_request: Any) -> None:
        nonlocal requests
        requests += 1

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[int], None]]:
        told.append(-total)
        yield told.append

    with servers.proxy(store.address, counts) as address:
        first = store.push(workspace, address, progress=progress)
    assert len(first.uploaded) == count + 2
    assert sum(told) == 0
    # small sources travel together
    assert requests < count
    graphs = [graph for graph in store.graphs() if graph != f"{BASE}push"]
    sizes: dict[str, int] = {}
    for start in range(0, len(graphs), 500):
        sizes |= store.target().counts(graphs[start : start + 500])
    assert sum(sizes.values()) == first.triples
    assert not store.push(workspace).changes
    assert not store.plan(workspace, check=True).changes


# -- what stores say of themselves


def test_capabilities_are_read_from_the_service_description(store: Store) -> None:
    target = store.target()
    assert target.is_virtuoso is (store.kind == "virtuoso")
    assert not target.is_read_only
    assert target.unites
    assert any(language.startswith("SPARQL1") for language in target.description.languages)


def test_a_server_that_takes_no_updates_says_so_before_anything_is_sent(tmp_path: Path) -> None:
    workspace = write_releases(tmp_path / "here", {1: "One"}, more=1)
    server = harness.start(harness.empty(harness.make_project(tmp_path / "there")))
    try:
        store = Store("pressgraph", f"{server.url}/sparql", {"PRESSGRAPH_ENDPOINT_TOKEN": server.token})
        assert store.command(workspace, "push", "--dry-run").exit_code == 0
        result = store.command(workspace, "push")
    finally:
        server.stop()
    assert result.exit_code == 2
    assert "takes no updates" in result.stderr
    assert "--writable" in result.stderr


def test_a_store_without_a_union_is_warned_of(tmp_path: Path) -> None:
    workspace = write_releases(tmp_path, {1: "One"}, more=1)
    with servers.oxigraph(tmp_path / "store", union=False) as address:
        result = Store("oxigraph", address, {}).command(workspace, "push")
    assert result.exit_code == 0, result.output
    assert "--union-default-graph" in result.stderr


def test_wrong_credentials_are_one_line(tmp_path: Path, store: Store) -> None:
    if store.kind == "oxigraph":
        return  # which asks nobody
    workspace = write_releases(tmp_path, {1: "One"}, more=1)
    names = dict.fromkeys(store.environ, "wr0ng")
    result = Store(store.kind, store.address, names).command(workspace, "push")
    assert result.exit_code == 2
    assert "does not let us in" in result.stderr
    assert "wr0ng" not in result.output
    assert len(result.stderr.splitlines()) == 2


# -- the saved queries


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, founding_path: Path) -> Workspace:
    """Build the founding release and some more, with personal data published: then here and there is the same."""
    folder = tmp_path_factory.mktemp("answered")
    (folder / "data").mkdir()
    shutil.copy(founding_path, folder / "data")
    with (folder / "data" / "releases.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(generate.release_lines(generate.iter_releases(10)))
    (folder / "pressgraph.toml").write_text("[publish]\npersonal_data = true\n")
    workspace = open_workspace(folder)
    workspace.build()
    return workspace


GIVEN = {
    "date": "2020-06-01", "from": "2016-01-01", "until": "2030-01-01", "level": "silver",
    "holder": "agent/biosaxony", "organisation": "agent/biosaxony", "publisher": "agent/biosaxony",
    "id": "agent/biosaxony", "speaker": "agent/andre-hofmann", "status": "stated", "type": "causal",
    "document": "document/biosaxony-silver-label", "scheme": "sector", "text": "sachsen",
}  # fmt: skip


def values(answer: Any) -> list[tuple[str, ...]]:
    """Return the rows of an answer, as texts; Virtuoso calls numbers and booleans by other names."""
    if answer.is_graph:
        rows = [tuple(str(term) for term in (it.subject, it.predicate, it.object)) for it in answer.triples()]
        return sorted(
            tuple(cell.replace("^^<http://www.w3.org/2001/XMLSchema#duration>", "") for cell in row) for row in rows
        )
    return sorted(tuple("" if term is None else term.value for term in row) for row in answer.rows())


def asked_texts(answered: Workspace) -> Iterator[tuple[str, dict[str, str], str, str | None]]:
    """Yield each saved query's name, what it is given, its text and a language: as it is, and with what is given."""
    for name, query in answered.saved_queries.items():
        for language, given in ((None, {}), ("de", {key: GIVEN[key] for key in query.parameters if key in GIVEN})):
            yield name, given, answered.query_text(name, given), language


@pytest.fixture(scope="module")
def answers(answered: Workspace) -> dict[tuple[str, str | None], list[tuple[str, ...]]]:
    """What the saved queries answer here, the same whichever store is compared with it."""
    return {
        (text, language): values(answered.ask_text(text, language=language)[0])
        for _, _, text, language in asked_texts(answered)
    }


@pytest.mark.parametrize(
    "fresh", [pytest.param("oxigraph", marks=pytest.mark.further), "virtuoso", "pressgraph"], indirect=True
)
def test_the_saved_queries_answer_there_as_here(
    answered: Workspace,
    answers: dict[tuple[str, str | None], list[tuple[str, ...]]],
    fresh: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push(answered.dataset(), fresh.target(), rules=Rules(personal=True))
    for name, value in fresh.environ.items():
        monkeypatch.setenv(name, value)
    kept = ox.Store()
    union.load(kept, answered.pull(fresh.address))
    # what is there is what was sent, triple by triple, and what push keeps there itself
    checked = plan_push(answered.dataset(), fresh.target(), rules=Rules(personal=True), check=True)
    assert not checked.changes
    sent = {it.value for it in kept.named_graphs() if isinstance(it, ox.NamedNode)}
    assert set(fresh.graphs()) - {f"{BASE}push"} == sent
    asked = 0
    for name, given, text, language in asked_texts(answered):
        there = answered.ask_endpoint(text, fresh.address, language=language)
        assert values(there) == answers[text, language], f"{name} {given}"
        asked += 1
    assert asked == 2 * len(answered.saved_queries) > 80


@pytest.mark.parametrize(
    "fresh",
    [
        pytest.param("oxigraph", marks=pytest.mark.further),
        "virtuoso",
        pytest.param("pressgraph", marks=pytest.mark.further),
    ],
    indirect=True,
)
def test_the_shown_queries_answer_there_as_here(
    founding_project: Workspace, fresh: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(founding_project.dataset(), fresh.target(), rules=Rules(personal=True))
    for name, value in fresh.environ.items():
        monkeypatch.setenv(name, value)
    kept = ox.Store()
    union.load(kept, founding_project.pull(fresh.address))
    for name in founding_project.saved_queries:
        text = founding_project.portable(founding_project.query_text(name, {}), language="de")
        there = query_endpoint(text, fresh.address, prefixes={}, environ=fresh.environ)
        found = kept.query(text)
        here = Answer(found) if not isinstance(found, ox.QueryTriples) else Answer(list(found))
        assert values(there) == values(here), name
