"""Ask a remote SPARQL 1.1 endpoint.

SPARQLWrapper builds the request (SPARQL 1.1 Protocol, 2.1); `pressgraph.remote.client` sends it, so that credentials
follow no redirect and limits hold; `pressgraph.remote.results` reads the response.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import requests
from SPARQLWrapper import GET, POST, SPARQLWrapper

from pressgraph.errors import EndpointError, QueryError
from pressgraph.i18n import gettext
from pressgraph.query.forms import query_form, with_prefixes
from pressgraph.query.local import check_syntax
from pressgraph.query.names import answer_with_names, name_queries, names_in_answer
from pressgraph.query.outermost import GRAPH_FORMS, query_limit
from pressgraph.query.results import Answer
from pressgraph.remote.client import Access, SparqlClient, without_credentials
from pressgraph.remote.results import Reading, Response, read_graph, read_results

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.query.names import Found
    from pressgraph.query.projection import NamedQuery

_ROWS = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_GRAPH = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
_NO_POST = {requests.codes.method_not_allowed, requests.codes.unsupported_media_type, requests.codes.not_implemented}


def query_endpoint(
    text: str,
    url: str,
    *,
    prefixes: Mapping[str, str],
    timeout: float = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Answer:
    """Answer a query at an endpoint; prefixes that the query uses without declaring them are added.

    `timeout` is how many seconds the whole response may take. What is missing from the answer (rows with a bad term,
    rows that the endpoint has cut off) is said in `Answer.missing`.

    Raises EndpointError when the endpoint cannot be reached or refuses, QueryError when it finds the query wrong.
    """
    return _ask(SparqlClient(Access.of(url, environ), timeout=timeout), text, prefixes)


def _ask(client: SparqlClient, text: str, prefixes: Mapping[str, str]) -> Answer:
    form = query_form(text)
    if form is None:
        raise QueryError(gettext("not a SPARQL query"), hint=gettext("it has no SELECT, ASK, CONSTRUCT or DESCRIBE"))
    request = _Request(client, with_prefixes(text, prefixes), form)
    response = request.send(POST)
    if response.status_code in _NO_POST:
        # some endpoints take queries in the address alone
        response = request.send(GET)
    if response.status_code == requests.codes.bad_request:
        try:
            check_syntax(text, prefixes)
        except QueryError as error:
            # we can say where, in the text as it was given
            raise QueryError(
                gettext("{url} finds the query wrong: {reason}", url=client.url, reason=error.reason), hint=error.hint
            ) from error
    client.check(response, query=True)
    read = Response(url=client.url, body=response.content, content_type=response.headers.get("Content-Type", ""))
    reading = read_graph(read) if form in GRAPH_FORMS else read_results(read)
    missing = [
        *_left_out(reading, read.url, "triple" if form in GRAPH_FORMS else "row"),
        *_cut(response, text, reading),
    ]
    return Answer(reading.found, missing=tuple(missing))


def query_endpoint_with_names(
    query: NamedQuery,
    url: str,
    languages: Sequence[str],
    *,
    prefixes: Mapping[str, str],
    id_base: str,
    timeout: float = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Answer:
    """Answer a query at an endpoint, and ask there what the things in its rows are called.

    An endpoint that does not answer the second question is said in `Answer.missing`; things are then called by the ends
    of their IRIs. For the rest see `query_endpoint`.
    """
    # one client: the second question needs no other connection, and no other log-in
    client = SparqlClient(Access.of(url, environ), timeout=timeout)
    missing: list[str] = []

    def look_up(iris: list[str]) -> dict[str, Found]:
        names: dict[str, Found] = {}
        try:
            for text in name_queries(iris):
                named = _ask(client, text, {})
                missing.extend(named.missing)
                names |= names_in_answer(named)
        except (EndpointError, QueryError) as error:
            missing.append(f"names are missing: {error}")
        return names

    answer = _ask(client, query.text, prefixes)
    named = answer_with_names(query, answer, look_up, languages, id_base=id_base)
    return replace(named, missing=(*answer.missing, *dict.fromkeys(missing)))


class _Request(SPARQLWrapper):
    """A query as SPARQLWrapper puts it into a request, sent by our client."""

    def __init__(self, client: SparqlClient, text: str, form: str) -> None:
        self.client = client
        self.form = form
        super().__init__(client.url)
        # what is wanted is said in the Accept header alone
        self.setOnlyConneg(True)
        self.setQuery(text)

    def send(self, method: str) -> requests.Response:
        """Send the query by GET or POST, and return the response. Raises EndpointError."""
        self.setMethod(method)
        request = self._createRequest()
        headers = {"Accept": request.get_header("Accept"), "Content-Type": request.get_header("Content-type")}
        headers_sent = {name: value for name, value in headers.items() if value}
        return self.client.send(request.get_method(), request.full_url, data=request.data, headers=headers_sent)

    def _parseQueryType(self, _query: str) -> str:  # noqa: N802 - SPARQLWrapper's name
        # SPARQLWrapper looks for it by regular expressions, and warns
        return self.form

    def _getAcceptHeader(self) -> str:  # noqa: N802 - SPARQLWrapper's name
        return _GRAPH if self.form in GRAPH_FORMS else _ROWS


def _left_out(reading: Reading, url: str, what: str) -> Iterator[str]:
    if reading.lost:
        are = f"1 {what} is" if reading.lost == 1 else f"{reading.lost:,} {what}s are"
        yield f"{are} left out, because {url} gives a term that is none: {reading.reason}"


def _cut(response: requests.Response, text: str, reading: Reading) -> Iterator[str]:
    """Say that an endpoint has cut a result off: Virtuoso tells it in headers alone."""
    url = without_credentials(response.url).partition("?")[0]
    if response.headers.get("X-SQL-State", "").upper() == "S1TAT":
        yield f"{url} stopped before it had found everything; ask for less, or split the query"
    most = response.headers.get("X-SPARQL-MaxRows", "")
    if most.isdecimal() and reading.size + reading.lost >= int(most) and query_limit(text) > int(most):
        yield f"{url} gives {int(most):,} rows at most, and this result is cut there; use ORDER BY, LIMIT and OFFSET"
