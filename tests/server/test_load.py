"""Honest requests beside hostile ones, and under load: none of them fails."""

from __future__ import annotations

import threading
import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

import httpx
from harness import Server, build, make_project, start

if TYPE_CHECKING:
    from pathlib import Path

HONEST: dict[str, tuple[str, dict[str, str]]] = {
    "the same query": ("/sparql", {"query": "SELECT ?s { ?s a clu:ClusterOrganisation }"}),
    "a new query": ("/sparql", {"query": "SELECT ?s ?n { ?s a clu:ClusterOrganisation ; schema:name ?n } # @"}),
    "an aggregation": ("/sparql", {"query": "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c # @"}),
    "a page": ("/doc/agent/biosaxony", {}),
    "data": ("/doc/agent/biosaxony.ttl", {}),
    "a search": ("/search", {"q": "label"}),
    "the first page": ("/", {}),
    "a graph": ("/store", {"default": ""}),
    "health": ("/readyz", {}),
}
HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(@ > 0) }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(@ > 0) } ORDER BY ?c ?f ?i",
    "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(@ > 0) }",
    "SELECT (STRLEN(GROUP_CONCAT(?c)) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(@ > 0) }",
    "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p @ } }",
    "SELECT * { " + "{" * 4000 + " @ " + "}" * 4000 + " }",
    "not a query @",
)


def test_no_honest_request_fails_beside_hostile_ones(root: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "mixed", {"timeout": 3.0, "memory_mib": 512})
    build(project, root)
    server = start(project)
    failed: list[tuple[str, object]] = []
    answered: Counter[str] = Counter()
    until = time.monotonic() + 8
    unique = count(1)

    def client(number: int) -> None:
        ways = list(HONEST.items())
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as http:
            for turn in count(number):
                if time.monotonic() > until:
                    return
                if turn % 10 == 0:
                    # what becomes of it is its own affair
                    hostile(http, HOSTILE[turn // 10 % len(HOSTILE)].replace("@", str(next(unique))))
                    continue
                name, (path, params) = ways[turn % len(ways)]
                asked = {key: value.replace("@", str(next(unique))) for key, value in params.items()}
                try:
                    answer = http.get(
                        path, params=asked, headers={"accept": "text/html" if name == "a page" else "*/*"}
                    )
                    if answer.status_code != 200:
                        failed.append((name, (answer.status_code, answer.text[:200])))
                except httpx.HTTPError as error:
                    failed.append((name, error))
                answered[name] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert failed == []
        assert set(answered) == set(HONEST)
        assert_recovered(server)
    finally:
        server.stop()


def hostile(http: httpx.Client, text: str) -> None:
    try:
        with http.stream("POST", "/sparql", data={"query": text}, headers={"accept": "text/csv"}) as answer:
            for chunk in answer.iter_bytes():
                del chunk
    except httpx.HTTPError:
        pass  # it was cut


def assert_recovered(server: Server) -> None:
    """Check that nothing of the load is left: three processes for queries, none that writes, little memory."""
    assert server.answers()
    until = time.monotonic() + 10
    while len(server.workers()) > 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(server.workers()) == 3
    assert not server.writers()
    assert server.rss() < 400 * 1024 * 1024
