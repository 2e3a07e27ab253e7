"""What a running server serves: what is withdrawn is gone, and what was good stays."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from harness import Server, make_project, run_build, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCHEMA = "http://schema.org/"
PERSON = "/doc/agent/ida-muster"
TELEPHONES = f"SELECT ?o {{ ?s <{SCHEMA}telephone> ?o }}"
NAMES = f"SELECT ?s {{ ?s <{SCHEMA}name> ?o }}"
FACTS = """
source:
  id: document/news
  type: NewsArticle
  headline: { en: News }
  datePublished: 2026-01-01
  sourceOrganization: agent/example-cluster
facts:
  - id: agent/example-cluster
    type: ClusterOrganisation
    name: { en: Example Cluster }
    reviewedBy: agent/ida-muster
  - id: agent/example-cluster
    alternateName: { en: Example }
    reviewedBy: agent/example-cluster
  - id: agent/ida-muster
    type: Person
    name: Ida Muster
    personal: true
  - id: contact/ida-muster
    type: ContactPoint
    telephone: "+49 30 1234567"
    personal: true
"""


def project_of(folder: Path, *, personal: bool = False, facts: str = FACTS, **settings: Any) -> Path:
    project = make_project(folder, {"workers": 1, **settings})
    publish_personal(project, personal=personal)
    write_facts(project, facts)
    run_build(project)
    return project


def publish_personal(project: Path, *, personal: bool) -> None:
    path = project / "pressgraph.toml"
    text = path.read_text(encoding="utf-8").partition("\n[publish]\n")[0]
    path.write_text(f"{text}\n[publish]\npersonal_data = {str(personal).lower()}\n", encoding="utf-8")


def write_facts(project: Path, facts: str) -> None:
    path = project / "data" / "news.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(facts, encoding="utf-8")


def eventually(happens: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def logged(server: Server, event: str) -> list[str]:
    lines = [line for line in server.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return [it["message"] for it in map(json.loads, lines) if it["event"] == event]


def status(server: Server, path: str) -> int:
    return server.client.get(path, headers={"accept": "text/turtle"}).status_code


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def run(project: Path, *options: str) -> Server:
        running.append(start(project, *options))
        return running[-1]

    yield run
    for server in running:
        server.stop()


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="read-only", marks=pytest.mark.further), pytest.param(("--writable",), id="writable")],
)
def test_personal_data_that_is_withdrawn_is_gone_after_a_build(
    serving: Callable[..., Server], tmp_path: Path, options: tuple[str, ...]
) -> None:
    project = project_of(tmp_path / "p", personal=True)
    server = serving(project, *options)
    if options:
        put = {"content-type": "text/turtle", **server.may_write}
        assert server.client.put("/store/x", content="<x:s> <x:p> 1 .", headers=put).status_code == 201
    assert server.rows(TELEPHONES)
    assert status(server, PERSON) == 200
    begun = datetime.now().astimezone().date().isoformat()
    publish_personal(project, personal=False)
    run_build(project)
    eventually(lambda: not server.rows(TELEPHONES))
    assert status(server, PERSON) == 410
    # the day is said, and nothing of who it was
    page = server.client.get(f"{PERSON}?lang=de", headers={"accept": "text/html"}).text
    assert '<html lang="de"' in page
    told = re.search(r'Zurückgezogen am <time datetime="([0-9-]+)">', page)
    assert told is not None
    assert begun <= told[1] <= datetime.now().astimezone().date().isoformat()
    assert "<h1>Dies ist nicht mehr veröffentlicht.</h1>" in page
    assert server.client.get(PERSON, headers={"accept": "text/turtle"}).text == f"this was withdrawn on {told[1]}\n"
    assert "muster" not in page.partition("<main")[2].partition("</main>")[0].lower()
    eventually(lambda: "personal data is withheld" in logged(server, "configuration"))
    assert server.rows(f"SELECT ?s {{ GRAPH ?g {{ ?s <{SCHEMA}telephone> ?o }} }}") == []
    assert len(server.rows("SELECT ?o { <x:s> ?p ?o }")) == len(options)


def test_a_fact_that_is_marked_as_personal_data_is_gone_after_a_build(
    serving: Callable[..., Server], tmp_path: Path
) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project)
    # the reference data has other names too, of other things
    other_names = f'SELECT ?s {{ ?s <{SCHEMA}alternateName> "Example"@en }}'
    assert len(server.rows(other_names)) == 1
    write_facts(
        project, FACTS.replace("alternateName: { en: Example }", "alternateName: { en: Example }\n    personal: true")
    )
    run_build(project)
    eventually(lambda: not server.rows(other_names))
    assert not server.rows('SELECT ?s { GRAPH ?g { ?s ?p "Example"@en } }')


def test_personal_data_is_published_by_the_next_build_and_not_by_a_write(
    serving: Callable[..., Server], tmp_path: Path
) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project, "--writable")
    publish_personal(project, personal=True)
    eventually(lambda: bool(logged(server, "configuration")))
    assert "next 'pressgraph build'" in logged(server, "configuration")[-1]
    put = {"content-type": "text/turtle", **server.may_write}
    assert server.client.put("/store/x", content="<x:s> <x:p> 1 .", headers=put).status_code == 201
    assert server.rows(TELEPHONES) == []
    run_build(project)
    eventually(lambda: bool(server.rows(TELEPHONES)))
    eventually(lambda: "published from now on" in logged(server, "configuration")[-1])
    assert server.rows("SELECT ?o { <x:s> ?p ?o }") == [{"o": "1"}]


def test_what_is_withheld_by_name_goes_at_once_and_comes_back_with_a_build(
    serving: Callable[..., Server], tmp_path: Path
) -> None:
    project = project_of(tmp_path / "p", personal=True)
    server = serving(project)
    config = project / "pressgraph.toml"
    before = config.read_text(encoding="utf-8")
    assert status(server, PERSON) == 200
    config.write_text(f'{before}withhold = ["agent/ida-muster"]\n', encoding="utf-8")
    eventually(lambda: status(server, PERSON) == 410)
    assert "agent/ida-muster" not in server.client.get("/store?default", headers={"accept": "text/turtle"}).text
    assert logged(server, "configuration") == ["1 thing is withheld by name"]
    config.write_text(before, encoding="utf-8")
    eventually(lambda: len(logged(server, "configuration")) > 1)
    assert logged(server, "configuration")[-1] == "1 thing is published by the next 'pressgraph build'"
    assert status(server, PERSON) == 410
    run_build(project)
    eventually(lambda: status(server, PERSON) == 200)


def test_a_configuration_that_cannot_be_read_changes_nothing(serving: Callable[..., Server], tmp_path: Path) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project)
    with (project / "pressgraph.toml").open("a", encoding="utf-8") as file:
        file.write("[publish\n")
    eventually(lambda: any("pressgraph.toml" in it for it in logged(server, "error")))
    assert server.rows(NAMES)
    assert server.rows(TELEPHONES) == []


def test_whoever_is_described_by_personal_facts_alone_is_not_named_as_reviewer(
    serving: Callable[..., Server], tmp_path: Path
) -> None:
    server = serving(project_of(tmp_path / "p"))
    names = {
        row["o"].rpartition("/")[2] for row in server.rows("SELECT ?o { GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?o)) }")
    }
    assert "example-cluster" in names
    assert "ida-muster" not in names
    reviewed = "SELECT ?o { ?s <https://w3id.org/pressgraph/cluster#reviewedBy> ?o }"
    assert len(server.rows(reviewed)) == 1
    assert status(server, PERSON) == 404
    assert "ida-muster" not in server.client.get("/store?default", headers={"accept": "text/turtle"}).text


# -- what was good stays


def replace_workers(server: Server) -> None:
    """End the workers, and wait until others answer."""
    before = set(server.workers())
    for pid in before:
        # one may have ended by itself meanwhile
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: bool(server.workers()) and before.isdisjoint(server.workers()))


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="read-only", marks=pytest.mark.further), pytest.param(("--writable",), id="writable")],
)
def test_the_last_good_snapshot_is_served_while_the_built_one_is_deleted(
    serving: Callable[..., Server], tmp_path: Path, options: tuple[str, ...]
) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project, *options)
    write_facts(project, FACTS.replace("agent/example-cluster", "agent/other-cluster"))
    run_build(project)
    eventually(lambda: status(server, "/doc/agent/example-cluster") == 410)
    before = server.rows(NAMES)
    shutil.rmtree(project / ".pressgraph")
    eventually(lambda: "was deleted" in server.client.get("/readyz").text)
    assert server.client.get("/readyz").status_code == 200
    eventually(lambda: any("was deleted" in it and "last good snapshot" in it for it in logged(server, "dataset")))
    replace_workers(server)
    eventually(lambda: server.client.get("/readyz").status_code == 200)
    assert server.rows(NAMES) == before
    assert status(server, "/doc/agent/example-cluster") == 410
    run_build(project)
    eventually(lambda: server.client.get("/readyz").text == "ready\n")
    assert status(server, "/doc/agent/example-cluster") == 410
    assert server.rows(NAMES) == before


def test_nothing_empty_is_served_where_both_folders_are_deleted(serving: Callable[..., Server], tmp_path: Path) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project, "--writable")
    write_facts(project, FACTS.replace("agent/example-cluster", "agent/other-cluster"))
    run_build(project)
    eventually(lambda: status(server, "/doc/agent/example-cluster") == 410)
    shutil.rmtree(project / ".pressgraph")
    shutil.rmtree(project / "served")
    eventually(lambda: "deleted" in server.client.get("/readyz").text)
    # a process that has not read all of the store yet cannot any more: it fails, and says nothing of an empty dataset
    answer = server.query(NAMES, accept="application/sparql-results+json")
    assert answer.status_code == 500 or answer.json()["results"]["bindings"]
    run_build(project)
    eventually(lambda: server.client.get("/readyz").text == "ready\n")
    replace_workers(server)
    assert server.rows(NAMES)
    assert status(server, "/doc/agent/example-cluster") == 410


def test_a_build_that_is_half_deleted_is_not_served(serving: Callable[..., Server], tmp_path: Path) -> None:
    project = project_of(tmp_path / "p")
    server = serving(project)
    shutil.rmtree(project / ".pressgraph" / "snapshots")
    (project / ".pressgraph" / "current").touch()
    eventually(lambda: "not there" in server.client.get("/readyz").text)
    replace_workers(server)
    assert server.rows(NAMES)


# -- file systems


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount file systems that are unmounted after the test."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    places: list[Path] = []

    def mount(name: str, *arguments: str) -> Path:
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        done = subprocess.run(["mount", *arguments, str(place)], check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in reversed(places):
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def test_a_project_that_cannot_be_written_is_served(tmp_path: Path, mounted: Callable[..., Path]) -> None:
    project = project_of(tmp_path / "p", personal=True)
    mounted("view", "--bind", str(project))
    subprocess.run(["mount", "-o", "remount,bind,ro", str(tmp_path / "view")], check=True)
    log = tmp_path / "log"
    log.mkdir()
    server = start(tmp_path / "view", log=log / "server.log")
    try:
        assert server.rows(TELEPHONES)
        publish_personal(project, personal=False)
        run_build(project)
        eventually(lambda: not server.rows(TELEPHONES))
        shutil.rmtree(project / ".pressgraph")
        eventually(lambda: "deleted" in server.client.get("/readyz").text)
        replace_workers(server)
        assert server.rows(NAMES)
        assert status(server, PERSON) == 410
    finally:
        server.stop()
