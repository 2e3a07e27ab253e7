"""What describes the dataset as a whole: the first page, VoID, the service description, how often terms are used.

Their numbers are kept with the snapshot by whatever makes it; nobody counts for a reader.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from pressgraph.dataset.counts import Counts
from pressgraph.feeds import PublishedAt
from pressgraph.feeds.dcat import served_files, void_description
from pressgraph.project import Publication
from pressgraph.server.cache import ResponseCache
from pressgraph.server.http.responses import Representation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness import Server

VOID, SD = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/sparql-service-description#"
TURTLE = {"accept": "text/turtle", "content-type": "text/turtle"}


@pytest.fixture(scope="module")
def kept(writable: Server) -> Iterator[Server]:
    """A server whose dataset has a few things, some of them named by URNs."""
    yield writable
    writable.client.delete("/store", params={"graph": "urn:graph:1"}, headers=writable.may_write)


def _put(server: Server, turtle: str, graph: str = "urn:graph:1") -> None:
    answer = server.client.put("/store", params={"graph": graph}, content=turtle, headers=TURTLE | server.may_write)
    assert answer.status_code in {201, 204}, answer.text


def _void(server: Server) -> dict[str, int]:
    text = server.client.get("/void", headers={"accept": "application/n-triples"}).text
    return {word: int(n) for word, n in re.findall(rf'#dataset> <{VOID}(\w+)> "(\d+)"', text)}


def _counted(server: Server) -> int:
    return int(server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"])


@pytest.mark.parametrize("form", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_iris_without_a_namespace_do_no_harm(form: str, kept: Server) -> None:
    _put(kept, "<urn:isbn:1> a <urn:example:Book> ; <urn:example:likes> <urn:example:pizza>, <mailto:a@example.org> .")
    for address in ("/void", "/sparql", "/about?iri=urn:isbn:1", "/about?iri=urn:example:likes", "/store?default"):
        assert kept.client.get(address, headers={"accept": form}).status_code == 200, address
    for address in ("/", "/about?iri=urn:isbn:1", "/about?iri=urn:example:likes", "/search?q=book"):
        assert kept.client.get(address, headers={"accept": "text/html"}).status_code == 200, address
    text = kept.client.get("/void", headers={"accept": "application/n-triples"}).text
    assert f"<{VOID}property> <urn:example:likes>" in text
    assert f"<{VOID}vocabulary> <>" not in text


def test_the_numbers_follow_every_write(kept: Server) -> None:
    for size in (3, 40, 1):
        _put(kept, "".join(f"<urn:s:{number}> <urn:p> <urn:o> ." for number in range(size)))
        found = _void(kept)
        assert found["triples"] == _counted(kept)
        assert (found["distinctSubjects"], found["distinctObjects"]) == (size, 1)
    update = "INSERT DATA { <urn:s:0> <urn:q> 1 . GRAPH <urn:graph:2> { <urn:s:0> <urn:p> <urn:o> } }"
    done = kept.client.post("/sparql", data={"update": update}, headers=kept.may_write)
    assert done.status_code == 204
    assert (_void(kept)["triples"], _void(kept)["properties"]) == (2, 2)
    assert kept.client.post("/sparql", data={"update": "DROP ALL"}, headers=kept.may_write).status_code == 204
    assert _void(kept)["triples"] == 0


def test_no_answer_mixes_two_snapshots(kept: Server) -> None:
    """Ask for the description again and again while the dataset changes; the last answer is that of the last state."""
    ended = threading.Event()
    seen: list[int] = []

    def ask() -> None:
        while not ended.is_set():
            seen.append(_void(kept)["triples"])

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        for size in range(10, 16):
            _put(kept, "".join(f"<urn:s:{number}> <urn:p> <urn:o> ." for number in range(size)))
            assert _void(kept)["triples"] == size == _counted(kept)
    finally:
        ended.set()
        reader.join(30)
    assert set(seen) <= {0, *range(10, 16)}
    assert seen == sorted(seen)


def test_descriptions_have_entity_tags(founding_server: Server) -> None:
    for address, accept in (("/", "text/html"), ("/void", "text/turtle"), ("/sparql", "text/turtle")):
        answer = founding_server.client.get(address, headers={"accept": accept})
        assert answer.status_code == 200
        again = founding_server.client.get(address, headers={"accept": accept, "if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"]), address
    english, german = (
        founding_server.client.get("/", headers={"accept": "text/html", "accept-language": tag}).headers
        for tag in ("en", "de")
    )
    assert english["etag"] != german["etag"]
    assert (english["content-language"], german["content-language"]) == ("en", "de")


def test_the_default_graph_is_said_to_be_the_union(founding_server: Server) -> None:
    text = founding_server.client.get("/sparql", headers={"accept": "application/n-triples"}).text
    assert f"<{SD}feature> <{SD}UnionDefaultGraph>" in text


def test_terms_say_how_often_they_are_used(founding_server: Server) -> None:
    for term in ("clu:ClusterOrganisation", "schema:name", "lvl:silver"):
        rows = founding_server.rows(
            f"SELECT (COUNT(*) AS ?n) ?term {{ BIND({term} AS ?term)"
            " { ?s ?p ?o FILTER(?p = ?term || ?o = ?term) }"
            " FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), '/id/profile')) } } GROUP BY ?term"
        )
        if not rows:
            continue
        page = founding_server.client.get(
            "/about", params={"iri": rows[0]["term"]}, headers={"accept": "text/html", "accept-language": "en"}
        )
        number = int(rows[0]["n"])
        assert re.search(rf"\b{number:,} (?:time|use)|used {number:,}|\bused once" if number else "", page.text), term


def test_descriptions_wait_for_no_process(launch: Callable[..., Server]) -> None:
    """No process answers any more; the descriptions of the dataset are there all the same."""
    server = launch(None, "--writable", workers=1, slow_workers=0, timeout=60, queue_timeout=1)
    _put(server, "<urn:s:1> <urn:p> <urn:o> .")
    # those over the snapshot before end meanwhile
    until = time.monotonic() + 30
    while len(workers := server.workers()) != 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    with pytest.raises(httpx.ReadTimeout):
        server.client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}, timeout=1)
    for address, accept in (("/", "text/html"), ("/void", "text/turtle"), ("/sparql", "text/turtle"), ("/", "*/*")):
        assert server.client.get(address, headers={"accept": accept}).status_code == 200, address
    assert _void(server)["triples"] == 1


def test_what_an_address_has_besides_draws_nothing_anew(founding_server: Server) -> None:
    def misses() -> float:
        text = founding_server.client.get("/metrics").text
        return float(re.findall(r"^pressgraph_cache_misses(?:_total)? (\S+)$", text, re.MULTILINE)[0])

    for address, accept in (
        ("/shapes", "application/ld+json"),
        ("/shapes", "text/html"),
        ("/cluster", "text/html"),
        ("/", "text/html"),
        ("/void", "text/turtle"),
    ):
        first = founding_server.client.get(address, headers={"accept": accept})
        before = misses()
        for number in range(3):
            other = founding_server.client.get(address, params={"x": number}, headers={"accept": accept})
            assert other.content == first.content, address
        assert misses() == before, address


def test_those_who_ask_at_once_share_what_is_made() -> None:
    made: list[int] = []

    async def make() -> Representation:
        made.append(1)
        await asyncio.sleep(0.01)
        return Representation(b"body", "text/plain", '"a"')

    async def fail() -> Representation:
        await asyncio.sleep(0.01)
        raise ValueError

    async def run() -> None:
        cache = ResponseCache(1024 * 1024)
        first = asyncio.ensure_future(cache.made(("key",), make))
        others = [asyncio.ensure_future(cache.made(("key",), make)) for _ in range(10)]
        await asyncio.sleep(0)
        # who began it may go
        first.cancel()
        assert [it.body for it in await asyncio.gather(*others)] == [b"body"] * 10
        assert (await cache.made(("key",), make)).body == b"body"
        failed = await asyncio.gather(*(cache.made(("other",), fail) for _ in range(3)), return_exceptions=True)
        assert [type(it) for it in failed] == [ValueError] * 3
        assert cache.get(("other",)) is None

    asyncio.run(run())
    assert made == [1]


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ("PREFIX select\u00b7a: <http://x/> CONSTRUCT {} {}", "application/n-triples"),
        ("PREFIX construct\u00b7a: <http://x/> SELECT * {}", "application/sparql-results+json"),
        ("PREFIX ask: <http://x/> # SELECT\nBASE<http://ask/>describe<a>", "application/n-triples"),
        ("PREFIX a.b:<http://select/>ask{}", "application/sparql-results+json"),
        ("selectdistinct?x{}", "application/sparql-results+json"),
        ("VERSION 'SELECT' CONSTRUCT {} {}", "application/n-triples"),
    ],
)
def test_the_form_of_a_query_is_what_follows_its_prologue(query: str, media_type: str, founding_server: Server) -> None:
    before = founding_server.workers()
    answer = founding_server.query(query, accept=f"application/n-triples, {media_type};q=0.9, */*;q=0.1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type), answer.text
    assert founding_server.workers() == before


DCAT, DCTERMS = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"


def test_the_dataset_is_described_to_catalogues(kept: Server) -> None:
    text = kept.client.get("/void", headers={"accept": "application/n-triples"}).text
    assert re.search(rf"#dataset> <[^>]*#type> <{DCAT}Dataset>", text)
    found = re.findall(rf"<{DCAT}distribution> <([^>]*)>", text)
    assert len(found) == 4
    for name in found:
        (address,) = re.findall(rf"<{re.escape(name)}> <{DCAT}accessURL> <([^>]*)>", text)
        (media_type,) = re.findall(rf"<{re.escape(name)}> <{DCAT}mediaType> <[^>]*/media-types/([^>]*)>", text)
        answer = kept.client.get(address, headers={"accept": media_type})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
    # what nobody has said is not made up
    assert f"<{DCTERMS}license>" not in text


def test_licence_and_publisher_are_those_of_the_configuration() -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    published = Publication(
        licence=licence, publisher="https://x.example/id/agent/x", title="Unser Titel", language="de"
    )
    at = PublishedAt(
        url="https://x.example/",
        base="https://x.example/",
        page=lambda _iri, _language: None,
        title="Unser Titel",
        published=published,
    )
    said = {
        (str(it.subject), str(it.predicate), str(it.object))
        for it in void_description(Counts(), at, served_files("https://x.example"), endpoint="https://x.example/sparql")
    }
    dataset = "<https://x.example/#dataset>"
    assert {o for s, p, o in said if (s, p) == (dataset, f"<{DCTERMS}title>")} == {'"Unser Titel"@de'}
    assert (dataset, f"<{DCTERMS}publisher>", "<https://x.example/id/agent/x>") in said
    # catalogues read the licence from each distribution
    assert {s for s, p, o in said if p == f"<{DCTERMS}license>" and o == f"<{licence}>"} == {
        dataset,
        *(f"<https://x.example/#dataset-{name}>" for name in ("turtle", "jsonld", "ntriples", "rdfxml")),
    }
