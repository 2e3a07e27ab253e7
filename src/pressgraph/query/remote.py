"""Ask a remote SPARQL 1.1 endpoint through SPARQLWrapper.

Credentials come from the environment: PRESSGRAPH_ENDPOINT_TOKEN (bearer), or PRESSGRAPH_ENDPOINT_USER and
PRESSGRAPH_ENDPOINT_PASSWORD (basic). They are never printed, and never follow a redirect to another host.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from pressgraph.errors import EndpointError, QueryError
from pressgraph.query.lexer import kinds, tokens
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_BYTES = 512 * 1024 * 1024
_GRAPH_FORMS = {"CONSTRUCT", "DESCRIBE"}
_FORMS = {"SELECT", "ASK", *_GRAPH_FORMS}


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
    if not _is_address(url):
        raise EndpointError(f"'{url}' is not the address of an endpoint", hint="it starts with http:// or https://")
    form = query_form(text)
    if form is None:
        raise QueryError("not a SPARQL query", hint="it has no SELECT, ASK, CONSTRUCT or DESCRIBE")
    request = _request(with_prefixes(text, prefixes), url, environ, graph=form in _GRAPH_FORMS)
    try:
        with urllib.request.build_opener(_SameHost(url)).open(request, timeout=timeout) as response:
            body: bytes = response.read(_MAX_BYTES + 1)
            media_type = str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
    except urllib.error.HTTPError as error:
        raise _refusal(error, url) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _unreachable(error, url, timeout) from error
    if len(body) > _MAX_BYTES:
        raise EndpointError(f"the answer of {url} is larger than {_MAX_BYTES // 1024**2} MiB", hint="add a LIMIT")
    return _answer(body, media_type, url, graph=form in _GRAPH_FORMS)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _request(text: str, url: str, environ: Mapping[str, str], *, graph: bool) -> urllib.request.Request:
    # importing it costs as much as starting up
    from SPARQLWrapper import BASIC, JSON, POST, SPARQLWrapper

    wrapper = SPARQLWrapper(url, agent="pressgraph")
    wrapper.setQuery(text)
    wrapper.setMethod(POST)
    wrapper.setOnlyConneg(True)
    if graph:
        wrapper.addCustomHttpHeader("Accept", "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5")
    else:
        wrapper.setReturnFormat(JSON)
    token, user = environ.get("PRESSGRAPH_ENDPOINT_TOKEN"), environ.get("PRESSGRAPH_ENDPOINT_USER")
    if token:
        wrapper.addCustomHttpHeader("Authorization", f"Bearer {token}")
    elif user:
        wrapper.setHTTPAuth(BASIC)
        wrapper.setCredentials(user, environ.get("PRESSGRAPH_ENDPOINT_PASSWORD", ""))
    # SPARQLWrapper's own opener would carry the credentials along a redirect, and has no other seam.
    request: urllib.request.Request = wrapper._createRequest()  # noqa: SLF001
    return request


def _refusal(error: urllib.error.HTTPError, url: str) -> EndpointError | QueryError:
    with error:
        said = _first_line(error.read(10_000))
    match error.code:
        case HTTPStatus.BAD_REQUEST:
            return QueryError(f"{url} finds the query wrong: {said}")
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return EndpointError(
                f"{url} does not let us in ({error.code})",
                hint="set PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and PRESSGRAPH_ENDPOINT_PASSWORD",
            )
        case HTTPStatus.NOT_FOUND:
            return EndpointError(f"{url} is not there (404)", hint="check the address")
    return EndpointError(f"{url} answered {error.code} {' '.join(str(error.reason).split())}: {said}")


def _unreachable(error: Exception, url: str, timeout: float) -> EndpointError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return EndpointError(f"{url} did not answer within {timeout:g} seconds", hint="try --timeout")
    return EndpointError(f"{url} cannot be reached: {reason}", hint="is the address right, and the server up?")


def _answer(body: bytes, media_type: str, url: str, *, graph: bool) -> Answer:
    try:
        if graph:
            rdf_format = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
            return Answer([quad.triple for quad in ox.parse(body, format=rdf_format)])
        results_format = ox.QueryResultsFormat.from_media_type(media_type) or ox.QueryResultsFormat.JSON
        return Answer(ox.parse_query_results(body, format=results_format))
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


def _first_line(body: bytes) -> str:
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[0][:300] if lines else "no reason given"


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow redirects on the same host only: urllib would carry the credentials along."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        host = urlsplit(newurl).netloc
        if host != self._host:
            fp.close()
            raise urllib.error.URLError(f"it redirects to another host, {host}; use that address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
