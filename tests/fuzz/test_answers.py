"""What other machines answer, and what people ask: it is read, or it is an error that says what was wrong."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import pyoxigraph as ox
import pytest
from fuzzing import Boundary, fuzzed
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.errors import EndpointError, QueryError
from pressgraph.query import query_store
from pressgraph.remote.client import SparqlClient
from pressgraph.remote.results import Response, read_graph, read_results
from pressgraph.remote.store import Addresses, RemoteStore
from pressgraph.scaffold import create_project
from pressgraph.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pressgraph.workspace import Workspace

ADDRESS = "https://store.example/sparql"
ROWS: list[dict[str, Any]] = [
    {
        "a": {"type": "uri", "value": "https://x.example/a"},
        "b": {"type": "literal", "value": "Küste", "xml:lang": "de"},
        "c": {"type": "typed-literal", "value": "12", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        "d": {"type": "bnode", "value": "b0"},
    },
    {
        "a": {
            "type": "triple",
            "value": {
                "subject": {"type": "bnode", "value": "x"},
                "predicate": {"type": "uri", "value": "https://x.example/p"},
                "object": {"type": "literal", "value": ""},
            },
        },
        "b": None,
    },
]
TURTLE = '@prefix e: <https://x.example/> .\ne:a e:b "Küste"@de , 12 , [ e:c ( 1 2 ) ] .\n'
SD = "http://www.w3.org/ns/sparql-service-description#"


def as_json(names: list[str], rows: object) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}, ensure_ascii=False).encode()


XML = """<?xml version="1.0" encoding="utf-8"?>
<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/><variable name="b"/></head><results>
<result><binding name="a"><uri>https://x.example/a</uri></binding><binding name="b"><literal xml:lang="de">K&#252;ste
</literal></binding></result><result><binding name="a"><bnode>b</bnode></binding></result></results></sparql>
"""
RESULTS = (
    as_json(["a", "b", "c", "d"], ROWS),
    as_json(["__ASK_RETVAL"], [{"__ASK_RETVAL": {"type": "literal", "value": "1"}}]),
    b'{"head": {}, "boolean": true}',
    XML.encode(),
    b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><boolean>false</boolean></sparql>',
    '?a\t?b\n<https://x.example/a>\t"Küste"@de\n\t12\n'.encode(),
)
GRAPHS = (
    TURTLE.encode(),
    b'<https://x.example/a> <https://x.example/b> "c"@de .\r\n_:b <https://x.example/b> _:c .\r\n',
    b'{"@id": "https://x.example/a", "https://x.example/b": [{"@value": "c", "@language": "de"}]}',
    b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='x:'><s:T><s:b>c</s:b></s:T></r:RDF>",
    b"<html><body>Virtuoso 37000 Error SP030</body></html>",
)
WORDS = (
    *(b'"type":', b'"value":', b'"xml:lang":', b'"datatype":', b'"bindings":', b'"vars":', b'"boolean":', b"{", b"1"),
    *(b"de_DE", b"http://[::1/", b"\\ud83d", b"a b", b"9" * 5000, b"1e999", b"\x0b", b"&#0;", b"&x;", b"<!DOCTYPE a>"),
    *(
        b"<triple>",
        b"<uri/>",
        b'name="',
        b'encoding="',
        b"utf-16",
        b"latin-1",
        b"?a",
        b"\t",
        b"_:",
        b'"""',
        b"@context",
    ),
)
CHARSETS = "utf-8 latin1 utf-16 utf-7 ascii cp037 punycode idna undefined unicode_escape rot13 base64 mbcs x-none"
_PARAMETERS = ["", "; q=1", '; charset="', *(f"; charset={it}" for it in CHARSETS.split())]
_TYPES = "application/sparql-results+json application/sparql-results+xml text/tab-separated-values text/csv text/html"
_TYPES += " text/turtle text/plain text/rdf+n3 application/n-triples application/rdf+xml application/ld+json text/n3"
_TYPES += " application/trig application/n-quads application/json application/xml text/xml x"
content_types = st.builds("".join, st.tuples(st.sampled_from(["", *_TYPES.split()]), st.sampled_from(_PARAMETERS)))


def _read_results(response: Response) -> None:
    reading = read_results(response)
    assert reading.size >= 0
    assert reading.lost >= 0
    assert bool(reading.reason) == bool(reading.lost)
    if isinstance(reading.found, ox.QuerySolutions):
        assert len(list(reading.found)) == reading.size


def _read_graph(response: Response) -> None:
    reading = read_graph(response)
    assert isinstance(reading.found, list)
    assert len(reading.found) == reading.size
    assert bool(reading.reason) == bool(reading.lost)


@pytest.mark.parametrize(("read", "seeds"), [(_read_results, RESULTS), (_read_graph, GRAPHS)], ids=["results", "graph"])
@fuzzed
@given(data=st.data())
def test_what_an_endpoint_answers_is_read_or_refused(
    read: Callable[[Response], None], seeds: tuple[bytes, ...], data: st.DataObject, tmp_path: Path
) -> None:
    content_type = data.draw(content_types)

    def take(body: bytes, _folder: Path) -> None:
        read(Response(url=ADDRESS, body=body, content_type=content_type))

    boundary = Boundary(name="answer", read=take, seeds=seeds, words=WORDS, raises=(EndpointError,))
    boundary.check(data.draw(boundary.inputs()), tmp_path)


DESCRIPTION = (
    f'@prefix sd: <{SD}> .\n[] a sd:Service ; sd:endpoint <> ; sd:supportedLanguage sd:SPARQL11Query , "x" ;\n'
    " sd:feature sd:UnionDefaultGraph .\n"
).encode()
STORES: dict[str, tuple[Callable[[RemoteStore], object], tuple[bytes, ...]]] = {
    "description": (lambda store: (store.description, store.is_read_only), (DESCRIPTION, *GRAPHS)),
    "union": (lambda store: store.unites, RESULTS),
    "counts": (
        lambda store: store.count("https://x.example/g"),
        (
            as_json(["g", "n"], [{"g": ROWS[0]["a"], "n": ROWS[0]["c"]}]),
            as_json(["g", "n"], [{"g": ROWS[0]["b"], "n": {"type": "literal", "value": "many"}}, {}]),
        ),
    ),
    "triples": (
        lambda store: list(store.quads({"https://x.example/g": 1})),
        (
            as_json(["g", "s", "p", "o"], [dict.fromkeys("gspo", ROWS[0]["a"])]),
            as_json(["g", "s", "p", "o"], [dict.fromkeys("gspo", ROWS[0]["b"]), {}]),
        ),
    ),
    "graph": (
        lambda store: list(store.graph("https://x.example/g")),
        (as_json(["s", "p", "o"], [dict.fromkeys("spo", ROWS[0]["a"]), dict.fromkeys("spo", ROWS[0]["d"])]),),
    ),
}


@pytest.mark.parametrize("name", STORES)
@fuzzed
@given(data=st.data())
def test_what_a_store_answers_is_read_or_refused(name: str, data: st.DataObject, tmp_path: Path) -> None:
    ask, seeds = STORES[name]
    content_type = data.draw(content_types | st.just("text/turtle" if name == "description" else ""))

    def take(body: bytes, _folder: Path) -> None:
        answer = SimpleNamespace(ok=True, status_code=200, content=body, headers={"Content-Type": content_type})
        with mock.patch.object(SparqlClient, "send", return_value=answer):
            ask(RemoteStore(Addresses.of(ADDRESS), environ={}))

    boundary = Boundary(name=name, read=take, seeds=seeds, words=WORDS, raises=(EndpointError,))
    boundary.check(data.draw(boundary.inputs()), tmp_path)


# -- queries


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("queries") / "project"
    create_project(folder)
    workspace = open_workspace(folder)
    workspace.build()
    return workspace


QUERIES = (
    b'PREFIX e: <https://x.example/> SELECT ?a (COUNT(*) AS ?n) WHERE { ?a e:b+/^e:c "x"@de-AT ; ?p 1.5 } GROUP BY ?a',
    b"ASK { FILTER(STRLEN('a') > 0 && BOUND(?x) || !(?a IN (1, 2))) BIND(IF(true, 1/0, <x:y>) AS ?z) }",
    b"CONSTRUCT { ?s ?p [ a ?t ] } WHERE { GRAPH ?g { ?s ?p ?t OPTIONAL { ?s ?q ?v } } MINUS { ?s a ?t } } LIMIT 3",
    b"DESCRIBE ?s WHERE { VALUES (?s ?o) { (UNDEF 'a\\n') (<x:s> '''b''') } { SELECT * { ?s ?p ?o } ORDER BY ?p } }",
    b"SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '(a+)+$', 'i') FILTER EXISTS { ?s a ?c } } OFFSET 2",
)
_KEYWORDS = (
    "SERVICE LOAD SELECT ASK VALUES UNDEF BASE PREFIX REPLACE SUBSTR INSERT DELETE DATA REDUCED DISTINCT LATERAL"
)
_SIGNS = (
    '{ } ( ) [ ] << >> <x: > ?a $b _:b a: ^^ @de xsd:decimal # \\u0000 \\ud83d + * / | ! && 1e999 -0 \\ """ \' UUID()'
)
QUERY_WORDS = tuple(f" {word} ".encode() for word in (*_KEYWORDS.split(), *_SIGNS.split()))


@fuzzed
@given(data=st.data())
def test_what_people_ask_is_answered_or_refused(project: Workspace, data: st.DataObject, tmp_path: Path) -> None:
    store = project.dataset().store

    def ask(text: bytes, _folder: Path) -> None:
        answer = query_store(
            text.decode("utf-8", "surrogateescape"), store, project.profile, id_base=project.project.id_base
        )
        assert list(answer.triples() if answer.is_graph else answer.rows()) is not None

    boundary = Boundary(name="query", read=ask, seeds=QUERIES, words=QUERY_WORDS, raises=(QueryError,))
    boundary.check(data.draw(boundary.inputs()), tmp_path)
