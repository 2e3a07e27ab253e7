"""A remote store that can be written to: SPARQL 1.1 Update, and the Graph Store HTTP Protocol where it is there.

Every request but an update is repeated on 429, 502, 503, 504 and lost connections, with growing, jittered pauses or
as long as Retry-After says. Credentials come from the environment, as for queries, else from the system's keyring
(service `pressgraph`, the endpoint's host as the name); basic or digest authentication, as the server asks for.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from urllib3.util import Retry

from pressgraph.errors import EndpointError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RETRIED = (429, 502, 503, 504)
_ATTEMPTS = 6
_MISSING = {404, 405, 406, 415, 501}
_LEAST_BATCH = 20
_SD = "http://www.w3.org/ns/sparql-service-description#"

# How stores that are known by the end of their query address call the others: update, graph store.
_ADDRESSES = (
    ("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
    ("/query", "/update", "/store"),
    ("/sparql", "/sparql", "/sparql-graph-crud"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a store answers queries, takes updates, and keeps graphs (None: not at all)."""

    query: str
    update: str
    store: str | None = None

    @classmethod
    def of(cls, query: str, *, update: str | None = None, store: str | None = None) -> Addresses:
        """Return the addresses of a store; those that are not given are guessed from the query address."""
        for suffix, updates, graphs in _ADDRESSES:
            if query.endswith(suffix):
                stem = query.removesuffix(suffix)
                return cls(query=query, update=update or stem + updates, store=store or stem + graphs)
        return cls(query=query, update=update or query, store=store)


class Target:
    """A remote store, open for a push."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        timeout: float = 60.0,
        pause: float = 0.5,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        if urlsplit(addresses.query).scheme not in {"http", "https"}:
            hint = "it starts with http:// or https://"
            raise EndpointError(f"'{addresses.query}' is not the address of an endpoint", hint=hint)
        self.addresses = addresses
        self.timeout = timeout
        self.pause = pause
        self.batch = 1000
        self.has_store = addresses.store is not None
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "pressgraph"
        retry = Retry(
            total=_ATTEMPTS,
            backoff_factor=pause,
            backoff_jitter=pause,
            backoff_max=30,
            status_forcelist=_RETRIED,
            allowed_methods=None,
            respect_retry_after_header=True,
            raise_on_status=False,
        )
        self._session.mount(addresses.query.partition("://")[0] + "://", HTTPAdapter(max_retries=retry))
        self._credentials = _credentials(addresses.query, environ)
        self._authenticate()

    # -- reading

    def select(self, query: str) -> list[ox.QuerySolution]:
        """Return the rows of a SELECT."""
        response = self._send(
            "POST",
            self.addresses.query,
            data={"query": query},
            headers={"Accept": "application/sparql-results+json"},
        )
        self._check(response, self.addresses.query)
        try:
            found = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(
                f"{self.addresses.query} answered what is no SPARQL result",
                hint="is this the address of a SPARQL endpoint?",
            ) from error
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - of a SELECT
        return list(found)

    def graph(self, name: str) -> Iterator[ox.Triple]:
        """Yield the triples of a graph."""
        page = 10_000
        if self.addresses.store is not None and self.has_store:
            response = self._send(
                "GET",
                self.addresses.store,
                params={"graph": name},
                headers={"Accept": "application/n-triples, text/turtle;q=0.5"},
            )
            if response.status_code == requests.codes.not_found:
                return
            if response.ok:
                media_type = response.headers.get("Content-Type", "").partition(";")[0]
                form = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
                for quad in ox.parse(response.content, format=form):
                    yield quad.triple
                return
        start = 0
        while True:
            # stores that cut answers cut them at their limit: the order makes pages meet
            rows = self.select(
                f"SELECT ?s ?p ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} "
                f"ORDER BY ?s ?p ?o LIMIT {page} OFFSET {start}"
            )
            for row in rows:
                yield ox.Triple(row["s"], row["p"], row["o"])
            if len(rows) < page:
                return
            start += page

    def count(self, name: str) -> int:
        """Return how many triples a graph has."""
        rows = self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        return int(rows[0]["n"].value)

    @cached_property
    def is_virtuoso(self) -> bool:
        """Whether the store is a Virtuoso, which takes updates as queries."""
        response = self._send("GET", self.addresses.query, params={"query": "ASK { }"})
        return "virtuoso" in response.headers.get("Server", "").lower()

    def description(self) -> dict[str, list[str]]:
        """Return what the service description says it can (SPARQL 1.1 Service Description): languages and features."""
        response = self._send("GET", self.addresses.query, headers={"Accept": "text/turtle, application/rdf+xml;q=0.5"})
        found: dict[str, list[str]] = {"languages": [], "features": []}
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        form = ox.RdfFormat.from_media_type(media_type)
        if not response.ok or form is None:
            return found
        words = {f"{_SD}supportedLanguage": "languages", f"{_SD}feature": "features"}
        try:
            for quad in ox.parse(response.content, format=form, base_iri=self.addresses.query):
                word = words.get(quad.predicate.value)
                if word is not None and isinstance(quad.object, ox.NamedNode):
                    found[word].append(quad.object.value.removeprefix(_SD))
        except SyntaxError:
            return found
        return {word: sorted(values) for word, values in found.items()}

    # -- writing

    def update(self, text: str) -> None:
        """Run an update, once.

        Raises EndpointError; the update may have been done nevertheless.
        """
        url = self.addresses.update
        if self.is_virtuoso:
            response = self._send("POST", url, data={"query": text}, once=True)
        else:
            headers = {"Content-Type": "application/sparql-update"}
            response = self._send("POST", url, data=text.encode(), headers=headers, once=True)
        self._check(response, url)

    def add(self, graph: str, lines: Sequence[str]) -> None:
        """Add triples, as lines of N-Triples, to a graph; doing it twice is the same as once."""
        if self.addresses.store is not None and self.has_store:
            response = self._send(
                "POST",
                self.addresses.store,
                params={"graph": graph},
                data="".join(f"{line}\n" for line in lines).encode(),
                headers={"Content-Type": "application/n-triples"},
            )
            if response.status_code not in _MISSING:
                self._check(response, self.addresses.store)
                return
            self.has_store = False
        self._insert(graph, lines)

    def _insert(self, graph: str, lines: Sequence[str]) -> None:
        """Add triples by INSERT DATA, in batches that become smaller where the store finds them too large."""
        start = 0
        while start < len(lines):
            batch = lines[start : start + self.batch]
            try:
                self._retried(f"INSERT DATA {{ GRAPH <{graph}> {{\n" + "\n".join(batch) + "\n} }")
            except EndpointError:
                if self.batch <= _LEAST_BATCH or len(batch) <= _LEAST_BATCH:
                    raise
                self.batch = max(_LEAST_BATCH, self.batch // 2)
                continue
            start += len(batch)

    def _retried(self, text: str) -> None:
        """Run an update that may be repeated."""
        url = self.addresses.update
        if self.is_virtuoso:
            response = self._send("POST", url, data={"query": text})
        else:
            response = self._send(
                "POST", url, data=text.encode(), headers={"Content-Type": "application/sparql-update"}
            )
        self._check(response, url)

    def drop(self, graph: str) -> None:
        """Drop a graph, if it is there."""
        self._retried(f"DROP SILENT GRAPH <{graph}>")

    # -- the wire

    def _authenticate(self) -> None:
        if self._credentials is None:
            return
        user, secret = self._credentials
        if user is None:
            self._session.headers["Authorization"] = f"Bearer {secret}"
            return
        response = self._send("GET", self.addresses.query, params={"query": "ASK { }"})
        asked = response.headers.get("WWW-Authenticate", "").lower()
        digest = response.status_code == requests.codes.unauthorized and asked.startswith("digest")
        self._session.auth = HTTPDigestAuth(user, secret) if digest else HTTPBasicAuth(user, secret)

    def _send(self, method: str, url: str, *, once: bool = False, **options: Any) -> requests.Response:
        """Send a request.

        `once` sends it no second time: an update may have been done although its answer was lost, and whoever asked
        for it looks before repeating it.
        """
        try:
            if not once:
                return self._session.request(method, url, timeout=self.timeout, allow_redirects=False, **options)
            with requests.Session() as session:
                session.trust_env = False
                session.headers.update(self._session.headers)
                session.auth = self._session.auth
                session.mount(url.partition("://")[0] + "://", HTTPAdapter(max_retries=Retry(0, raise_on_status=False)))
                return session.request(method, url, timeout=self.timeout, allow_redirects=False, **options)
        except requests.Timeout as error:
            hint = "set a longer timeout for it under [endpoints] in pressgraph.toml"
            raise EndpointError(f"{url} did not answer within {self.timeout:g} seconds", hint=hint) from error
        except requests.RequestException as error:
            reason = re.sub(r"<[^>]*>|HTTP\w+\([^)]*\)|: $", "", str(error.args[0] if error.args else error))
            raise EndpointError(
                f"{url} cannot be reached: {reason.strip()[:200]}", hint="is the address right, and the server up?"
            ) from error

    def _check(self, response: requests.Response, url: str) -> None:
        if response.ok and not response.is_redirect:
            return
        if response.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
            raise EndpointError(
                f"{url} does not let us in ({response.status_code})",
                hint="set PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and PRESSGRAPH_ENDPOINT_PASSWORD",
            )
        said = next((line.strip() for line in response.text.splitlines() if line.strip()), "no reason given")[:300]
        raise EndpointError(f"{url} answered {response.status_code} {response.reason}: {said}")


def _credentials(url: str, environ: Mapping[str, str]) -> tuple[str | None, str] | None:
    """Return user and password, or None and a token, or nothing."""
    token, user = environ.get("PRESSGRAPH_ENDPOINT_TOKEN"), environ.get("PRESSGRAPH_ENDPOINT_USER")
    if token:
        return None, token
    if user:
        return user, environ.get("PRESSGRAPH_ENDPOINT_PASSWORD", "")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found = keyring.get_credential(f"pressgraph:{urlsplit(url).netloc}", None)
    except KeyringError:
        return None
    return (found.username, found.password) if found is not None else None
