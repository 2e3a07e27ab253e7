"""Every IRI of the graph and of the profile leads to a document about it, in every form."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pyoxigraph as ox
import pytest
from harness import BASE, Server, run_build, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMS = {
    ".ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    ".jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    ".nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    ".rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
HTML = {"accept": "text/html"}


def iris(quads: Iterable[ox.Quad]) -> Iterator[str]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode):
                yield term.value


def own(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name.startswith(BASE) and name != BASE})


@pytest.fixture(scope="module")
def served(founding_server: Server) -> list[str]:
    """Every IRI below our base that is served: in triples and as the name of a graph."""
    dump = founding_server.client.get("/store?default", headers={"accept": "application/n-triples"}).content
    graphs = founding_server.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    found = own([*iris(ox.parse(dump, format=ox.RdfFormat.N_TRIPLES)), *(row["g"] for row in graphs)])
    kinds = {name.removeprefix(BASE).partition("/")[0].partition("#")[0] for name in found}
    assert {"id", "cluster", "vocab", "profile", "external"} <= kinds
    below = {name.removeprefix(f"{BASE}id/").partition("/")[0] for name in found if name.startswith(f"{BASE}id/")}
    assert {"agent", "document", "fact", "provenance", "evidence", "profile"} <= below
    return found


@pytest.fixture(scope="module")
def defined(root: Path) -> list[str]:
    """Every IRI below our base in the files of ontology, vocabularies and shapes."""
    files = [*(root / "ontology").rglob("*.ttl"), *(root / "shapes").rglob("*.ttl")]
    return own(name for path in files for name in iris(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)))


def document(iri: str, server: Server, headers: dict[str, str]) -> str:
    """Follow an IRI to its document, as a client does: without the fragment, over the 303 that things answer with."""
    path = "/" + iri.removeprefix(BASE).partition("#")[0]
    if not path.startswith("/id/"):
        return path
    answer = server.client.get(path, headers=headers)
    assert answer.status_code == 303, iri
    location: str = answer.headers["location"]
    assert location == path.replace("/id/", "/doc/", 1)
    assert f'<{location}>; rel="describedby"' in answer.headers["link"]
    return location


def check(names: list[str], server: Server) -> None:
    pages: dict[str, tuple[str, set[str]]] = {}
    for iri in names:
        path = document(iri, server, HTML)
        if path not in pages:
            page = server.client.get(path, headers=HTML)
            assert page.status_code == 200, iri
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["vary"] == "Accept, Accept-Language, Cookie, Accept-Encoding"
            assert page.headers["content-location"] == f"{path}.html"
            for suffix, (media_type, _) in FORMS.items():
                assert f'<{path}{suffix}>; rel="alternate"; type="{media_type}"' in page.headers["link"]
                assert f'href="{path}{suffix}"' in page.text
            turtle = server.client.get(path, headers={"accept": "text/turtle"})
            assert turtle.status_code == 200, iri
            assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
            assert turtle.headers["vary"] == "Accept, Accept-Encoding"
            pages[path] = page.text, set(iris(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)))
        text, said = pages[path]
        assert iri in said, iri
        fragment = iri.partition("#")[2]
        assert not fragment or f'id="{fragment}"' in text, iri


def test_every_iri_of_the_graph_leads_to_a_document(served: list[str], founding_server: Server) -> None:
    assert len(served) > 400
    check(served, founding_server)


def test_every_iri_of_ontology_and_shapes_leads_to_its_definition(defined: list[str], founding_server: Server) -> None:
    assert len(defined) > 400
    check(defined, founding_server)


@pytest.mark.parametrize(
    "iri",
    [
        "id/agent/biosaxony",
        "id/profile",
        "id/provenance/biosaxony-silver-label",
        "id/evidence/biosaxony-silver-label/1922-2015",
        "cluster",
        "cluster/0.2.0",
        "cluster#AwardedLabel",
        "vocab/label-level",
        "vocab/label-level/silver",
        "shapes",
        "shapes#AwardedLabel-heldBy-minCount",
        "shapes/google#Article",
        "profile#key",
    ],
)
def test_forms_by_accept_and_by_suffix_are_the_same(iri: str, founding_server: Server) -> None:
    path = document(f"{BASE}{iri}", founding_server, HTML)
    graphs = []
    for suffix, (media_type, form) in FORMS.items():
        asked = founding_server.client.get(path, headers={"accept": media_type})
        named = founding_server.client.get(f"{path}{suffix}", headers={"accept": "image/png"})
        for answer in (asked, named):
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == media_type
        assert named.content == asked.content
        assert asked.headers["content-location"] == f"{path}{suffix}"
        assert "content-location" not in named.headers
        head = founding_server.client.head(path, headers={"accept": media_type})
        assert (head.status_code, head.content) == (200, b"")
        again = founding_server.client.get(path, headers={"accept": media_type, "if-none-match": asked.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        graph = ox.Dataset(ox.parse(asked.content, format=form))
        # JSON-LD has no word for the page itself
        page = [quad for quad in graph if quad.predicate.value == "http://xmlns.com/foaf/0.1/primaryTopic"]
        assert len(page) == (suffix != ".jsonld")
        for quad in page:
            graph.discard(quad)
        graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        graphs.append(graph)
    assert all(graph == graphs[0] for graph in graphs)
    assert founding_server.client.get(path, headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    "path",
    ["/", "/doc/agent/biosaxony", "/doc/agent/biosaxony.ttl", "/cluster.ttl", "/static/pressgraph.css", "/terms.json"],
)
def test_pages_and_data_are_compressed_for_who_takes_that(path: str, founding_server: Server) -> None:
    plain = founding_server.client.get(path, headers={**HTML, "accept-encoding": "identity"})
    packed = founding_server.client.get(path, headers={**HTML, "accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert int(packed.headers["content-length"]) < len(plain.content)
    nonce = re.compile(rb"nonce[^>]*")
    assert nonce.sub(b"", packed.content) == nonce.sub(b"", plain.content)
    for etag in (answer.headers["etag"] for answer in (plain, packed) if "etag" in answer.headers):
        again = founding_server.client.get(path, headers={**HTML, "if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")


def test_a_fact_says_what_it_states_and_where_it_was_read(founding_server: Server) -> None:
    fact = founding_server.rows("SELECT ?g { GRAPH ?g { ?s clu:heldBy ?o } } ORDER BY ?g LIMIT 1")[0]["g"]
    path = fact.replace(f"{BASE}id/", "/doc/")
    page = founding_server.client.get(path, headers=HTML).text
    assert "What this graph says" in page
    assert "held by" in page
    turtle = founding_server.client.get(f"{path}.ttl").text
    assert "clu:heldBy agent:biosaxony" in turtle
    assert "prov:wasDerivedFrom doc:biosaxony-silver-label" in turtle


def test_the_json_ld_of_a_page_says_what_the_document_says_in_schema_orgs_words(founding_server: Server) -> None:
    # what only the page knows, and what holds on the day of the page
    own = {"inLanguage", "mainEntityOfPage", "employee", "member", "memberOf", "worksFor", "jobTitle"}
    for path in ("/doc/agent/biosaxony", "/doc/document/biosaxony-silver-label", "/doc/label/biosaxony-ecei-silver-1"):
        page = founding_server.client.get(path, headers=HTML).text
        block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        said = json.loads(block)
        document = founding_server.client.get(f"{path}.nt").content
        triples = [quad.triple for quad in ox.parse(document, format=ox.RdfFormat.N_TRIPLES)]
        thing = ox.NamedNode(f"{BASE}id/{path.removeprefix('/doc/')}")
        words = {it.predicate.value.rpartition("/")[2] for it in triples if it.subject == thing}
        assert said["@id"] == thing.value
        assert len(said) > 5
        assert {it for it in said if not it.startswith("@")} - own - words == set()
        # `[publish] statuses` is about heads, and does not list what is assumed
        assert "2021-01-01" not in block


def test_a_source_lists_its_facts_by_their_place(founding_server: Server) -> None:
    page = founding_server.client.get("/doc/document/biosaxony-silver-label", headers=HTML).text
    read_from = "?g prov:wasDerivedFrom doc:biosaxony-silver-label"
    facts = len(founding_server.rows(f"SELECT ?g {{ {read_from} FILTER NOT EXISTS {{ ?g a clu:DerivedGraph }} }}"))
    assert f"<b>{facts}</b> facts" in page
    starts = [int(it) for it in re.findall(r'<p class="where"><span class="place" id="c-([0-9]+)"', page)]
    assert starts == sorted(starts)
    assert starts[0] < 30
    assert starts[-1] > 2000


def test_other_graphs_say_how_large_they_are_and_where_they_lie(founding_server: Server) -> None:
    turtle = founding_server.client.get("/doc/profile", headers={"accept": "text/turtle"}).text
    size = founding_server.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}id/profile> {{ ?s ?p ?o }} }}")[0]["n"]
    assert f"void:triples {size}" in turtle
    dump = turtle.partition("void:dataDump <")[2].partition(">")[0]
    found = founding_server.client.get(dump, headers={"accept": "application/n-triples"})
    assert found.content.count(b"\n") == int(size)


def test_a_term_has_its_definition_and_how_often_it_is_used(founding_server: Server) -> None:
    used = founding_server.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a clu:AwardedLabel } }")[0]["n"]
    count = founding_server.rows(
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a clu:AwardedLabel }",
    )[0]["n"]
    assert (int(used), int(count)) >= (2, 2)
    page = founding_server.client.get("/cluster", headers=HTML).text
    entry = page.partition('<li id="AwardedLabel">')[2].partition("</li>")[0]
    assert f"used {count} times" in entry
    definition = founding_server.rows('SELECT ?d { clu:AwardedLabel skos:definition ?d FILTER(LANG(?d) = "en") }')[0][
        "d"
    ]
    assert definition in entry
    level = founding_server.client.get("/vocab/label-level", headers=HTML).text
    holders = founding_server.rows(
        "SELECT (COUNT(*) AS ?n) { ?s clu:level <https://w3id.org/pressgraph/vocab/label-level/silver> }"
    )
    entry = level.partition('<li id="silver">')[2].partition("</li>")[0]
    # the number leads to the list of them
    assert 'href="/labels?level=silver"' in entry
    assert f">{holders[0]['n']} label" in entry
    about = founding_server.client.get("/about", params={"iri": f"{BASE}cluster#AwardedLabel"}, headers=HTML).text
    assert "Things of this kind" in about
    assert 'href="/doc/label/biosaxony-ecei-silver-1"' in about


def test_the_context_resolves(founding_server: Server, root: Path) -> None:
    for path in ("/context.jsonld", "/context"):
        answer = founding_server.client.get(path)
        assert answer.headers["content-type"] == "application/ld+json"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.text == (root / "ontology" / "context.jsonld").read_text(encoding="utf-8")


def test_another_base_is_served_on_this_host(tmp_path: Path) -> None:
    project = tmp_path / "other"
    init = [sys.executable, "-m", "pressgraph", "init", str(project), "--base", "https://data.example.org/kg/"]
    subprocess.run(init, check=True, capture_output=True)
    run_build(project)
    server = start(project)
    try:
        page = server.client.get("/id/agent/kuestenlicht", headers=HTML, follow_redirects=True)
        assert page.status_code == 200
        assert "https://data.example.org/kg/id/agent/kuestenlicht" in page.text
        assert 'href="/doc/label/' in page.text
        assert 'href="https://data.example.org' not in page.text
        turtle = server.client.get("/doc/agent/kuestenlicht.ttl").text
        assert "https://data.example.org/kg/" in turtle
        assert server.url not in turtle
        # the terms keep their own namespace, and resolve here too
        assert "AwardedLabel" in server.client.get("/cluster", headers=HTML).text
        assert server.client.get("/shapes", headers=HTML).status_code == 200
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("biosaxony", "/doc/agent/biosaxony"),
        ("BIOSAX", "/doc/agent/biosaxony"),
        ("label silver", "/doc/label/biosaxony-ecei-silver-1"),
        ("verliehenes", "/cluster#AwardedLabel"),
        ("Künstliche", "/vocab/"),
        ("kuenstl", "/vocab/"),
        ("kunstliche intell", "/vocab/"),
    ],
)
def test_the_search_folds_case_and_umlauts_and_takes_parts_of_words(
    text: str, finds: str, founding_server: Server
) -> None:
    page = founding_server.client.get("/search", params={"q": text}, headers=HTML).text
    hits = page.partition('<ul class="hits">')[2].partition("</ul>")[0]
    assert f'href="{finds}' in hits, hits


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("agent/biosaxony", "/doc/agent/biosaxony"),
        (f"{BASE}id/agent/biosaxony", "/doc/agent/biosaxony"),
        (f"{BASE}cluster#AwardedLabel", "/cluster#AwardedLabel"),
        ("http://schema.org/name", "/about?iri=http%3A%2F%2Fschema.org%2Fname"),
    ],
)
def test_an_iri_in_the_search_leads_to_its_page(text: str, path: str, founding_server: Server) -> None:
    answer = founding_server.client.get("/search", params={"q": text}, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    for odd in ("//evil.example/", "http://evil.example/", "../../etc/passwd", "a b/c"):
        assert founding_server.client.get("/search", params={"q": odd}, headers=HTML).status_code == 200


def test_a_wrong_address_shows_what_is_called_alike(founding_server: Server) -> None:
    page = founding_server.client.get("/doc/agent/biosaxony-ev", headers=HTML)
    assert page.status_code == 404
    assert 'href="/doc/agent/biosaxony"' in page.text


def test_a_chosen_language_is_kept(founding_server: Server) -> None:
    with httpx.Client(base_url=founding_server.url, headers=HTML, trust_env=False) as reader:
        german = reader.get("/doc/agent/biosaxony?lang=de")
        assert german.headers["content-language"] == "de"
        assert german.headers["set-cookie"].startswith("lang=de;")
        later = reader.get("/search?q=label")
        assert later.headers["content-language"] == "de"
        assert "set-cookie" not in later.headers
        assert 'href="/search?q=label&amp;lang=en"' in later.text
    odd = founding_server.client.get("/", headers={**HTML, "cookie": "lang=<script>"})
    assert odd.headers["content-language"] == "en"


ONTOLOGY = """
@prefix : <https://terms.example.org/t#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Hall a owl:Class ; rdfs:label "hall"@en ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :partOf ; owl:someValuesFrom
    [ owl:unionOf ( :Fair [ a owl:Class ; owl:complementOf :Shop ] ) ] ] .
:Fair a owl:Class ; rdfs:label "fair"@en . :Shop a owl:Class ; rdfs:label "shop"@en .
:partOf a owl:ObjectProperty ; rdfs:label "part of"@en ;
  owl:propertyChainAxiom ( :partOf [ owl:inverseOf :holds ] ) .
:holds a owl:ObjectProperty ; rdfs:label "holds"@en .
"""


def test_class_expressions_are_described_to_their_end(writable: Server) -> None:
    answer = writable.client.put(
        "/store/ontology", content=ONTOLOGY, headers={**writable.may_write, "content-type": "text/turtle"}
    )
    assert answer.status_code in {201, 204}
    for name, triples in (("Hall", 13), ("partOf", 8)):
        about = {"iri": f"https://terms.example.org/t#{name}"}
        turtle = writable.client.get("/about", params=about, headers={"accept": "text/turtle"})
        described = list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
        assert len(described) == triples
        subjects = {quad.subject for quad in described}
        assert {it.object for it in described if isinstance(it.object, ox.BlankNode)} <= subjects
        tree = writable.client.get("/about", params=about, headers={"accept": "application/ld+json"})
        assert len(list(ox.parse(tree.content, format=ox.RdfFormat.JSON_LD))) == triples
    page = writable.client.get("/about", params={"iri": "https://terms.example.org/t#Hall"}, headers=HTML).text
    page = page.partition("<main")[2]
    assert "_:" not in page
    words = " ".join(re.sub(r"<[^>]*>", "", page).split())
    assert "owl:someValuesFrom: [owl:unionOf: (fair, [kind: class; owl:complementOf: shop])]]" in words
    # from the other end: what points to a class from within an expression says what it is
    shop = writable.client.get("/about", params={"iri": "https://terms.example.org/t#Shop"}, headers=HTML).text
    assert "_:" not in shop.partition("<main")[2]


def test_a_graph_that_is_all_blank_nodes_has_a_bounded_description(writable: Server) -> None:
    said = "<urn:start> <urn:p> _:b0 .\n" + "".join(
        f"_:b{number} <urn:p> _:b{number + 1} .\n_:b{number} <urn:p> _:b{number // 2} .\n" for number in range(20_000)
    )
    answer = writable.client.put(
        "/store/blank", content=said, headers={**writable.may_write, "content-type": "application/n-triples"}
    )
    assert answer.status_code in {201, 204}, answer.text
    turtle = writable.client.get("/about", params={"iri": "urn:start"}, headers={"accept": "application/n-triples"})
    assert turtle.status_code == 200
    tree = writable.client.get("/about", params={"iri": "urn:start"}, headers={"accept": "application/ld+json"})
    assert len(list(ox.parse(tree.content, format=ox.RdfFormat.JSON_LD))) == turtle.content.count(b"\n")
    assert 10_000 < turtle.content.count(b"\n") < 40_000
    assert writable.client.get("/about", params={"iri": "urn:start"}, headers=HTML).status_code == 200


def test_text_of_either_direction_is_set_apart(writable: Server) -> None:
    said = '<urn:news> <http://schema.org/name> "خبر (2026)"@ar ; <http://schema.org/description> "عنوان"@ar, "plain" .'
    answer = writable.client.put(
        "/store/rtl", content=said, headers={**writable.may_write, "content-type": "text/turtle"}
    )
    assert answer.status_code in {201, 204}, answer.text
    page = writable.client.get("/about", params={"iri": "urn:news"}, headers=HTML).text
    assert '<h1 lang="ar" dir="auto">خبر (2026)</h1>' in page
    assert '<span lang="ar" dir="auto">عنوان</span>' in page
    assert "<bdi>plain</bdi>" in page


@pytest.mark.parametrize("accept", ["text/turtle", "application/trig", "application/rdf+xml"])
def test_a_constructed_graph_declares_the_prefixes_that_it_uses(accept: str, founding_server: Server) -> None:
    text = f"CONSTRUCT {{ <{BASE}id/agent/biosaxony> schema:name ?n }} {{ <{BASE}id/agent/biosaxony> schema:name ?n }}"
    found = founding_server.query(text, accept=accept).text
    declared = re.findall(r"(?:@prefix |xmlns:)(\w+)", found)
    # the engine writes those of RDF/XML itself in any case
    assert set(declared) - {"rdf", "its"} <= {"schema", "agent"}
    assert "schema" in declared
    every = founding_server.query("CONSTRUCT WHERE { ?s ?p ?o }", accept=accept)
    form = ox.RdfFormat.from_media_type(accept)
    assert form is not None
    size = founding_server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
    assert len(list(ox.parse(every.content, format=form))) == int(size)
