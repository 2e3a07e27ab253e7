"""Ask a remote SPARQL 1.1 endpoint (credentials and addresses: `pressgraph.query.wire`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import EndpointError, QueryError
from pressgraph.query.lexer import kinds, tokens
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRAPH_FORMS = {"CONSTRUCT", "DESCRIBE"}
_FORMS = {"SELECT", "ASK", *_GRAPH_FORMS}
_ROWS = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_GRAPH = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
_VIRTUOSO_ASK = "__ASK_RETVAL"


def query_endpoint(
    text: str,
    url: str,
    *,
    prefixes: Mapping[str, str],
    timeout: float = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Answer:
    """Answer a query at an endpoint; prefixes that the query uses without declaring them are added.

    Raises EndpointError when the endpoint cannot be reached or refuses, QueryError when it finds the query wrong.
    """
    # importing it costs as much as starting up
    from pressgraph.query.wire import Access, Wire

    form = query_form(text)
    access = Access.of(url, environ)
    if form is None:
        raise QueryError("not a SPARQL query", hint="it has no SELECT, ASK, CONSTRUCT or DESCRIBE")
    wire = Wire(access, timeout=timeout)
    graph = form in _GRAPH_FORMS
    response = wire.send(
        "POST",
        wire.url,
        data={"query": with_prefixes(text, prefixes)},
        headers={"Accept": _GRAPH if graph else _ROWS},
    )
    wire.check(response, query=True)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return _answer(response.content, media_type, wire.url, graph=graph)


def _answer(body: bytes, media_type: str, url: str, *, graph: bool) -> Answer:
    try:
        if graph:
            rdf_format = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
            return Answer([quad.triple for quad in ox.parse(body, format=rdf_format)])
        results_format = ox.QueryResultsFormat.from_media_type(media_type) or ox.QueryResultsFormat.JSON
        found = ox.parse_query_results(body, format=results_format)
        if isinstance(found, ox.QuerySolutions) and [it.value for it in found.variables] == [_VIRTUOSO_ASK]:
            # Virtuoso answers some ASK queries with a row that says 1 or 0
            yes = any(row[_VIRTUOSO_ASK].value == "1" for row in found)
            found = ox.parse_query_results(
                b'{"head": {}, "boolean": %s}' % (b"true" if yes else b"false"), format=ox.QueryResultsFormat.JSON
            )
        return Answer(found)
    except (SyntaxError, ValueError) as error:
        raise EndpointError(
            f"{url} answered what is no SPARQL result ({media_type or 'no media type'})",
            hint="is this the address of a SPARQL endpoint?",
        ) from error


def query_form(text: str) -> str | None:
    """Return the form of a query: SELECT, ASK, CONSTRUCT or DESCRIBE; None where it has none."""
    first = text.lstrip()[:9].partition(" ")[0].upper()
    if first in _FORMS:
        return first
    for kind, word in kinds(text):
        if kind == "word" and word.upper() in _FORMS:
            return word.upper()
    return None


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with PREFIX lines for the known prefixes that it uses and does not declare."""
    used: set[str] = set()
    declared: set[str] = set()
    before = ""
    for token in tokens(text):
        if token.kind == "curie":
            prefix = token.text.partition(":")[0]
            (declared if before == "PREFIX" else used).add(prefix)
        before = token.text.upper() if token.kind == "word" else ""
    lines = [f"PREFIX {p}: <{prefixes[p]}>\n" for p in sorted(used - declared) if p in prefixes]
    return "".join(lines) + text
