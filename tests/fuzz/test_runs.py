"""Whole runs over foreign input: bulk conversion, values of parameters, reports on RDF, and requests to a server."""

from __future__ import annotations

import gzip
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from fuzzing import EXAMPLES, Boundary, fuzzed, fuzzed_slowly
from harness import build, make_project, start
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pressgraph.cli import main
from pressgraph.convert.bulk.blocks import Context, Reader, convert_block, plan
from pressgraph.errors import ProfileError, QueryError
from pressgraph.project import open_project
from pressgraph.query import query_store
from pressgraph.query.saved import parse_saved_query
from pressgraph.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness import Server

pytestmark = pytest.mark.timeout(900 if EXAMPLES <= 300 else 14400)


@cache
def workspace() -> Workspace:
    """Return a project without files, for what needs a profile."""
    return Workspace(open_project(Path(tempfile.mkdtemp(prefix="pressgraph-fuzz-"))))


# -- facts in bulk

SOURCE = {"id": "document/a", "type": "NewsArticle", "headline": {"de": "Gold für Küstenlicht"}}
FACT = {"id": "agent/kueste", "type": "Organization", "name": {"de": "Küstenlicht e. V."}, "numberOfEmployees": 12}
LINES = "".join(f"{json.dumps(it)}\n" for it in ({"source": SOURCE}, FACT, {"source": SOURCE, "facts": [FACT]}))
LINE_WORDS = (b"NaN", b"\\ud83d", b'"id":', b"\\ud800/", b"-0", b"{}", b'"source":', b"\r", b"9" * 5000, b'"allow":')


TABLE = (
    "id;type;name.de;numberOfEmployees;source\n"
    'agent/a;Organization;"Küstenlicht ""e. V.""";12;document/a\n'
    "agent/b;Organization;Nordlicht;;document/a\n"
)
TABLE_WORDS = (b'"', b";", b"\t", b",", b"#N/A", b"sep=,\n", b"source.headline.de", b"\xff\xfe", b"\r")
BULK = {
    "facts.jsonl": (LINES.encode(), LINE_WORDS),
    "facts.jsonl.gz": (gzip.compress(LINES.encode(), mtime=0), ()),
    "facts.csv": (TABLE.encode(), TABLE_WORDS),
}


def convert_bulk(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    context = Context.of(workspace().project)
    with Reader() as reader:
        for block in plan([path], context):
            written: list[bytes] = []
            outcome = convert_block(block, context, reader, written.append)
            # what is written is RDF, what is not is named and can be read again
            assert sum(1 for _ in ox.parse(b"".join(written), format=ox.RdfFormat.N_QUADS)) == outcome.quads
            assert all(problem.message and problem.place.file for problem in outcome.problems)
            assert bool(outcome.problems) == bool(outcome.rejects)
            for reject in outcome.rejects:
                assert json.loads(reject)["problems"]


@pytest.mark.parametrize("name", BULK)
@settings(fuzzed, max_examples=max(1, EXAMPLES // len(BULK)))
@given(data=st.data())
def test_facts_in_bulk_are_converted_or_named(name: str, data: st.DataObject) -> None:
    seed, words = BULK[name]
    boundary = Boundary(name=name, read=lambda it, folder: convert_bulk(it, folder / name), seeds=(seed,), words=words)
    with tempfile.TemporaryDirectory() as folder:
        boundary.check(data.draw(boundary.inputs()), Path(folder))


# -- values of parameters

TYPES = ["xsd:date", "xsd:integer", "xsd:boolean", "xsd:nothing", "string", "lang", "id", "term:label-level", "x"]
VALUES = ["2026-01-15", "12", "true", "de-AT", "agent/a", "clu:x", "gold", 'a"} SERVICE', "\\", "\n", "\ud83d", "<x:>"]


@fuzzed
@given(st.sampled_from(TYPES), st.sampled_from(VALUES) | st.text(max_size=20))
def test_a_value_of_a_parameter_is_one_term_or_refused(kind: str, value: str) -> None:
    text = f"# Which?\n#\n# @param x {kind} What.\nSELECT ?x WHERE {{ VALUES ?x {{ <urn:default> }} }}\n"
    profile, base = workspace().profile, workspace().project.id_base
    query = parse_saved_query(text, name="which")
    try:
        filled = query.fill({"x": value}, profile, base)
        rows = list(query_store(filled, ox.Store(), profile, id_base=base).rows())
    except (QueryError, ProfileError):
        return
    # whatever the value says, it is a value, and nothing beside it
    assert len(rows) == 1
    assert rows[0][0] is not None
    if kind == "string":
        assert rows[0][0].value == value  # type: ignore[union-attr]


# -- reports on RDF

E = "https://data.example.org/id/"
iris = st.sampled_from([f"{E}agent/a", f"{E}place/b", "urn:x:y", "http://schema.org/Organization", "x:%C3%BC(;)"])
resources = st.builds(ox.NamedNode, iris) | st.builds(ox.BlankNode, st.sampled_from(["a", "b", "x.1"]))
WORDS = "name memberOf datePublished headline containedInPlace url foundingDate email numberOfEmployees"
predicates = st.sampled_from(
    [ox.NamedNode(f"http://schema.org/{word}") for word in WORDS.split()]
    + [ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ox.NamedNode("urn:x:p")]
)
CLASSES = ["Organization", "NewsArticle", "City", "Person"]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_XSD = "http://www.w3.org/2001/XMLSchema#"
literals = (
    st.builds(ox.Literal, texts)
    | st.builds(lambda text, tag: ox.Literal(text, language=tag), texts, st.sampled_from(["de", "en-gb", "x-a"]))
    | st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(f"{_XSD}{name}")),
        texts | st.sampled_from(["2026-13-40", "12", "-0", "1e999"]),
        st.sampled_from(["date", "integer", "boolean", "anyURI", "nothing"]),
    )
)
classes = st.builds(lambda name: ox.NamedNode(f"http://schema.org/{name}"), st.sampled_from(CLASSES))
triples = st.builds(ox.Triple, resources, predicates, literals | resources | classes)
FORMATS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}


@fuzzed_slowly
@given(
    st.lists(triples, min_size=1, max_size=12),
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(["text", "json", "sarif"]),
)
def test_any_rdf_is_validated_and_its_findings_have_places(found: list[ox.Triple], ending: str, form: str) -> None:
    form_of_file = FORMATS[ending]
    if form_of_file == ox.RdfFormat.RDF_XML:
        # XML has no way to say some characters
        found = [it for it in found if not isinstance(it.object, ox.Literal) or it.object.value.isprintable()]
        assume(found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        path.write_bytes(ox.serialize(found, format=form_of_file) or b"")
        lines = path.read_bytes().count(b"\n") + 1
        result = CliRunner().invoke(main, ["--project", folder, "validate", str(path), "-f", form])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        assert result.exit_code in {0, 1}, result.output
        assert "mistake in pressgraph" not in result.output
        if form == "json":
            report: dict[str, Any] = json.loads(result.stdout)
            for it in report["findings"]:
                assert it["message"]
                assert 0 <= it.get("place", {}).get("line", 0) <= lines


# -- requests, as bytes

CLOSE = "Connection: close\n\n"
QUERY, FORM = (f"Content-Type: application/{it}\n" for it in ("sparql-query", "x-www-form-urlencoded"))
LINKED = 'Accept-Language: de, en;q=0.1\nCookie: lang=de\nIf-None-Match: "a"\nRange: bytes=0-1\n'
_REQUESTS = [
    f"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\nHost: x\nAccept: text/csv;q=0.5, */*\n{CLOSE}",
    f"POST /sparql HTTP/1.1\nHost: x\n{QUERY}Content-Length: 6\n{CLOSE}ASK {{}}",
    f"POST /sparql HTTP/1.1\nHost: x\n{FORM}Transfer-Encoding: chunked\n{CLOSE}9\nquery=ASK\n2\n{{}}\n0\n\n",
    f"GET /id/agent/biosaxony HTTP/1.1\nHost: x\n{LINKED}{CLOSE}",
    f"HEAD /doc/agent/biosaxony.ttl HTTP/1.0\nAccept-Encoding: gzip\n{CLOSE}",
    f"GET /search?q=gold&type=x HTTP/1.1\nHost: x\n\nGET / HTTP/1.1\nHost: x\n{CLOSE}",
]
REQUESTS = tuple(text.replace("\n", "\r\n").encode() for text in _REQUESTS)
REQUEST_WORDS = (
    *(
        b"HTTP/2.0",
        b"HTTP/1.1",
        b" ",
        b"\n",
        b"\t",
        b": ",
        b"Host: y\r\n",
        b"Content-Length: -1\r\n",
        b"%",
        b"%00",
        b"%ff",
    ),
    *(b"Transfer-Encoding: x\r\n", b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n", b"ffffffffffffffff\r\n", b"\xfc"),
    *(b"http://[::1", b"..", b"//", b"?", b"&query=", b"q=x", b"a" * 70_000),
)


@pytest.fixture(scope="module")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = make_project(tmp_path_factory.mktemp("raw") / "p", {"workers": 1})
    build(project, root)
    running = start(project)
    yield running
    running.stop()


@fuzzed_slowly
@given(data=st.data())
def test_no_bytes_are_the_servers_mistake(server: Server, data: st.DataObject) -> None:
    """Whatever is sent: no answer is a 500, nothing is logged as an error, and the next one is answered."""
    boundary = Boundary(name="request", read=lambda *_: None, seeds=REQUESTS, words=REQUEST_WORDS)
    sent = data.draw(boundary.inputs())
    logged = server.log.stat().st_size
    # what is no whole request is not answered
    answer = server.raw(sent, wait=0.3)
    assert not answer or answer.startswith(b"HTTP/1."), answer[:200]
    assert answer[9:12] not in {b"500", b"502", b"504"}, answer[:300]
    assert server.process.poll() is None
    assert b'"event":"error"' not in server.log.read_bytes()[logged:]
    assert server.answers()
