"""The pages: drawing, languages, errors, the first page and the search; what describes the service."""

from __future__ import annotations

import hashlib
import json
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pressgraph.languages import lookup
from pressgraph.rdf import SCHEMA
from pressgraph.server.cache import Entry
from pressgraph.server.http.addresses import Place, link
from pressgraph.server.http.negotiation import GRAPHS, HTML, JSON, choose, choose_language, cookie, field
from pressgraph.server.http.responses import CORS, RequestError, entity, error_answer
from pressgraph.server.pages.documents import LinkedData
from pressgraph.server.pages.messages import LANGUAGES, texts
from pressgraph.server.pages.models import Names
from pressgraph.server.pages.query_page import QueryPage
from pressgraph.server.sparql import description
from pressgraph.server.sparql.protocol import Operation, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyoxigraph as ox
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from pressgraph.dataset.counts import Counts
    from pressgraph.server.app import Front
    from pressgraph.server.http.negotiation import Form
    from pressgraph.server.workers.publish import Description

STATIC = Path(__file__).parent.parent / "static"
_STATIC_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_DECIDING = frozenset({"q", "iri", "query", "saved", "run", "default-graph-uri", "named-graph-uri"})
_FOUND_AT_ONCE, _LONGEST_SEARCH = 50, 200
_NOT_FOUND, _BAD_METHOD = 404, 405
_YEAR = 365 * 24 * 3600
_NOT_CRAWLED = ("/sparql", "/search", "/store", "/download", "/about", "/terms.json", "/metrics", "/readyz")


class Pages:
    """The pages of a server."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.base = front.project.base
        self.run = secrets.token_hex(3)
        """Another one each time the server starts: pages that were drawn by another program are not the same."""
        self._environment = Environment(
            loader=PackageLoader("pressgraph.server"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"number": _number, "script": _script}
        self._static = {
            path.name: Entry(content, kind, f'"{hashlib.sha256(content).hexdigest()[:20]}"')
            for path in STATIC.iterdir()
            if (kind := _STATIC_KINDS.get(path.suffix)) is not None and (content := path.read_bytes())
        }
        self.linked = LinkedData(self)
        self._query = QueryPage(self)
        # a project's own profile may do without the shipped terms
        terms = [path for path in ("/cluster", "/vocab", "/shapes") if self.linked.namespace(path[1:])]
        self._places = {"/sparql", *terms}
        """The places that every page links to."""

    @property
    def routes(self) -> list[BaseRoute]:
        """The addresses that pages are at; the last one takes all that is left."""
        return [
            Route("/", self.home),
            Route("/search", self.search),
            Route("/about", self.linked.about),
            Route("/void", self.void),
            Route("/.well-known/void", self.well_known_void),
            Route("/robots.txt", self.robots),
            Route("/favicon.ico", self.icon),
            Route("/terms.json", self._query.terms),
            Route("/static/{name}", self.static),
            Route("/{path:path}", self.linked.resource, methods=["GET", "HEAD", "OPTIONS"]),
        ]

    # -- drawing

    async def draw_beside(self, request: Request, template: str, make: Callable[[], dict[str, Any]]) -> Response:
        """Answer with a page that is drawn for this request beside the event loop; `make` makes what it shows."""
        return await self.front.drawing.of(lambda: self.draw(request, template, **make()))

    def draw(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """Answer with a page that is drawn for this request."""
        nonce = secrets.token_urlsafe(12)
        content = self.content(request, template, nonce=nonce, **values)
        return self.page(request, Entry(content, HTML.content_type, ""), headers or {}, status=status, nonce=nonce)

    def content(self, request: Request, template: str, *, place: Place | None = None, **values: Any) -> bytes:
        """Draw a page in the reader's language; `place` is where it is, whatever the request's address."""
        language, prefix = self.language(request), self.prefix(request)
        here = place or Place(_path(request), tuple(it for it in _fields(request) if _decides(it[0])))
        text = self._environment.get_template(template).render(
            t=texts(language),
            language=language,
            others=[
                (tag, name, here.link(prefix, ("lang", tag))) for tag, name in LANGUAGES.items() if tag != language
            ],
            link=partial(link, prefix=prefix),
            asset=partial(self._asset, prefix),
            # what has fields of its own, such as a search, is for readers, not for crawlers
            indexed=self._indexed(request, place) if place is not None and not place.fields else None,
            editor="editor.js" in self._static,
            settings=self.front.settings,
            path=here.path,
            places=self._places,
            **values,
        )
        return text.encode()

    def page(
        self, request: Request, entry: Entry, headers: Mapping[str, str], *, status: int = 200, nonce: str = ""
    ) -> Response:
        """Answer with a page; the nonce is that of the styles which its script makes."""
        language = self.language(request)
        styles = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        policy = (
            f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        found = {
            "content-security-policy": policy,
            "content-language": language,
            "vary": "Accept, Accept-Language, Cookie",
            "cache-control": "no-cache",
            **headers,
        }
        response = entity(request, entry, found, status)
        if self.chosen(request) == language:
            # who chose a language keeps it
            path = link("/", prefix=self.prefix(request))
            response.set_cookie("lang", language, max_age=_YEAR, path=path, httponly=True, samesite="lax")
        return response

    def _asset(self, prefix: str, name: str) -> str:
        """Return the address of a file that pages need; it changes with the file."""
        return link(f"/static/{name}", {"v": self._static[name].etag.strip('"')}, prefix=prefix)

    def _indexed(self, request: Request, place: Place) -> dict[str, Any]:
        """Return what crawlers are told of a page: its one address, and its addresses in each language."""
        address, chosen = self.front.address(request), self.chosen(request)
        return {
            "canonical": address + place.link("", *((("lang", chosen),) if chosen else ())),
            "neutral": address + place.link(),
            "languages": [(tag, address + place.link("", ("lang", tag))) for tag in LANGUAGES],
        }

    @staticmethod
    def prefix(request: Request) -> str:
        """Return the path that links of an answer begin with."""
        found: str = request.scope.get("pressgraph.prefix", "")
        return found

    @staticmethod
    def chosen(request: Request) -> str | None:
        """Return the language that an address asks for, if it is one of those that there are."""
        return next((value for name, value in _fields(request) if name == "lang" and value in LANGUAGES), None)

    def language(self, request: Request) -> str:
        """Return the language to answer in: of the address, of an earlier choice, of the browser, of the project."""
        for asked in (self.chosen(request), cookie(request.headers.getlist("cookie"), "lang")):
            found = lookup(asked, LANGUAGES) if asked else None
            if found is not None:
                return found
        own = self.front.project.language
        return choose_language(
            field(request.headers, "accept-language"), tuple(LANGUAGES), own if own in LANGUAGES else "en"
        )

    def names(
        self,
        request: Request,
        labels: Mapping[str, Sequence[Sequence[str]]] | None = None,
        kinds: Mapping[str, Sequence[str]] | None = None,
    ) -> Names:
        """Return what names IRIs in the reader's language."""
        return Names(
            self.front.profile,
            self.front.project,
            self.linked.addresses,
            self.prefix(request),
            self.language(request),
            labels or {},
            kinds,
        )

    # -- errors

    async def error(self, request: Request, error: RequestError, near: Sequence[Mapping[str, Any]] = ()) -> Response:
        """Return an error, as a page for whom wants pages."""
        if not _wants_page(request):
            return error_answer(error)
        return await self.draw_beside(
            request,
            "error.html",
            lambda: {
                "status": error.status,
                "headers": {"cache-control": "no-store", **error.headers},
                "code": error.status,
                "message": error.message,
                "near": near,
            },
        )

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer a request that a page refused; who looked for a thing is shown some that are called alike."""
        assert isinstance(error, RequestError)  # noqa: S101 - registered for it
        missing = error.status == _NOT_FOUND and _wants_page(request)
        return await self.error(request, error, await self.linked.near(request) if missing else ())

    async def not_found(self, request: Request, error: Exception) -> Response:
        """Answer what no route answers."""
        status = getattr(error, "status_code", _NOT_FOUND)
        headers = getattr(error, "headers", None)
        message = "this address does not take that method" if status == _BAD_METHOD else "there is nothing here"
        return await self.error(request, RequestError(status, message, headers))

    # -- the first page, search

    async def home(self, request: Request) -> Response:
        """Say what this graph is, by the numbers that were kept with the snapshot: no process is asked."""
        address, language = self.front.address(request), self.language(request)
        etag = f'"{self.front.following.identity}-{self.run}home{language}"'
        entry = await self.front.endpoint.cache.made(
            (etag, self.chosen(request) or "", address),
            lambda: self._draw_home(request, address, etag),
            key_size=len(address),
        )
        return self.page(request, entry, {"vary": "Accept-Language, Cookie"})

    async def _draw_home(self, request: Request, address: str, etag: str) -> Entry:
        described = self.front.following.described
        content = await self.front.drawing.of(self._home, request, address, described)
        return await self.front.drawing.packed(Entry(content, HTML.content_type, etag))

    def _home(self, request: Request, address: str, described: Description) -> bytes:
        counts, found = described.counts, described.first_page
        names = self.names(request, found["labels"])
        things, kinds = self._things(counts)
        return self.content(
            request,
            "home.html",
            place=Place("/"),
            base=self.base,
            counts={"releases": counts.releases, "facts": counts.facts, "things": things, "triples": counts.triples},
            releases=[
                {"name": names.name(it["iri"]), "day": it["day"], "by": [names.name(iri) for iri in it["by"]]}
                for it in found["releases"]
            ],
            kinds=sorted(
                ({"name": names.term(iri), "count": count} for iri, count in kinds.items()),
                key=lambda it: (-it["count"], it["name"].label),
            ),
            queries=[query for query in self.front.saved_queries.values() if "/" not in query.name],
            data={
                "@context": SCHEMA,
                "@type": "Dataset",
                "@id": f"{self.base}#dataset",
                "name": self.front.settings.title or texts("en")["graph_of"],
                "url": address + "/",
            },
        )

    def _things(self, counts: Counts) -> tuple[int, dict[str, int]]:
        """Return how many things the profile knows, and how many of which class that is not only a superclass."""
        above = {it.iri: it.superclasses for it in self.front.profile.classes.values()}
        found = [([name for name in key.split(" ") if name in above], number) for key, number in counts.kinds.items()]
        told = {name for names, _ in found for name in names if not any(name in above[it] for it in names)}
        kinds = {name: sum(number for names, number in found if name in names) for name in told}
        return sum(number for names, number in found if names), kinds

    async def search(self, request: Request) -> Response:
        """Find things by their names; who gives an IRI or an id goes to its page."""
        text = " ".join(dict(parameters(request.scope["query_string"])).get("q", "").split())[:_LONGEST_SEARCH]
        if "/" in text:
            iri = await self.linked.known([text, f"{self.front.project.id_base}{text}"])
            if iri is not None:
                return RedirectResponse(self.names(request).term(iri).href, 303)
        total: list[int] = []
        hits = await self.found(request, text, most=_FOUND_AT_ONCE, total=total)
        return await self.draw_beside(request, "search.html", lambda: {"text": text, "hits": hits, "total": sum(total)})

    async def found(
        self, request: Request, text: str, *, most: int, any_word: bool = False, total: list[int] | None = None
    ) -> list[dict[str, Any]]:
        """Return things by their names, best first."""
        if not text:
            return []
        found = await self.front.lookup({"op": "search", "text": text, "most": most, "any": any_word})
        if total is not None:
            total.append(found["total"])
        return await self.front.drawing.of(self._hits, request, found)

    def _hits(self, request: Request, found: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = self.names(request, found["labels"])
        return [
            {
                "name": names.name(iri),
                "id": names.local(iri),
                "kinds": [names.name(kind) for kind in names.specific(found["kinds"].get(iri, ()))],
            }
            for iri in found["found"]
        ]

    # -- the query page

    async def query_page(self, request: Request, operation: Operation) -> Response:
        """Show the query page."""
        return await self._query.answer(request, operation)

    # -- descriptions of the service

    async def endpoint(self, request: Request) -> Response:
        """Answer a bare request to the endpoint: the query page, or the service description (its chapter 2)."""
        if request.method == "POST":
            raise RequestError(400, "the request has no query")
        form = choose(field(request.headers, "accept"), (*GRAPHS, HTML))
        if form is None:
            raise self.linked.not_acceptable()
        if form is HTML:
            return await self.query_page(request, Operation())
        front = self.front
        address = front.address(request)
        endpoint = f"{address}/sparql" + ("/" if request.scope["path"].endswith("/") else "")
        return await self._description(
            request,
            form,
            endpoint,
            lambda: [
                *description.service_description(
                    endpoint,
                    self.base,
                    front.following.described.counts,
                    writable=front.writable,
                    federated=bool(front.settings.services),
                ),
                *self._void(address),
            ],
        )

    async def void(self, request: Request) -> Response:
        """Describe the dataset."""
        form = choose(field(request.headers, "accept"), GRAPHS) or GRAPHS[0]
        address = self.front.address(request)
        return await self._description(request, form, f"{address}/void", lambda: [*self._void(address)])

    def _void(self, address: str) -> Iterator[ox.Triple]:
        title = self.front.settings.title or f"pressgraph: {self.base}"
        return description.void_description(address, self.base, self.front.following.described.counts, title=title)

    async def _description(
        self, request: Request, form: Form, address: str, triples: Callable[[], list[ox.Triple]]
    ) -> Response:
        """Answer with triples about the dataset as a whole, written once for a snapshot."""
        etag = f'"{self.front.following.identity}-{self.run}{form.name}"'

        async def make() -> Entry:
            content = await self.front.drawing.of(lambda: self.linked.write(triples(), form, description.PREFIXES))
            return await self.front.drawing.packed(Entry(content, form.content_type, etag))

        entry = await self.front.endpoint.cache.made((etag, address), make, key_size=len(address))
        return entity(request, entry, {**CORS, "vary": "Accept", "cache-control": "no-cache"})

    async def well_known_void(self, request: Request) -> Response:
        """Send on to the description of the dataset (VoID, 7.2)."""
        return RedirectResponse(link("/void", prefix=self.prefix(request)), 302, CORS)

    async def robots(self, request: Request) -> Response:
        """Keep crawlers out of the endpoint; things are there to be read."""
        prefix = self.prefix(request)
        # data is linked from pages for programs, and what is known of others' terms is no page of this graph's
        closed = [link(path, prefix=prefix) for path in _NOT_CRAWLED]
        closed += [f"{prefix}/*{it.suffix}$" for it in GRAPHS]
        return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in closed))

    async def static(self, request: Request) -> Response:
        """Answer with a file that pages need."""
        entry = self._static.get(request.path_params["name"])
        if entry is None:
            raise RequestError(404, "there is nothing here")
        # an address with the file's fingerprint never stands for anything else
        asked = dict(_fields(request)).get("v")
        kept = f"public, max-age={_YEAR}, immutable" if asked == entry.etag.strip('"') else "no-cache"
        return entity(request, entry, {"cache-control": kept})

    async def icon(self, request: Request) -> Response:
        """Send programs that guess to the icon."""
        return RedirectResponse(link("/static/icon.svg", prefix=self.prefix(request)), 301)


def _path(request: Request) -> str:
    """Return a request's path as it was sent."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1")


def _fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields of an address; none where they are not UTF-8, which the page of the error must not mind."""
    try:
        return parameters(request.scope["query_string"])
    except RequestError:
        return []


def _decides(name: str) -> bool:
    """Tell whether a field of an address decides what its page shows, besides the language; others are passed over."""
    return name in _DECIDING or name.startswith("p.")


def _wants_page(request: Request) -> bool:
    return request.method in {"GET", "HEAD"} and choose(field(request.headers, "accept"), (JSON, HTML)) is HTML


def _script(value: Any) -> Markup:
    """Write JSON that can stand in a script element: no '<' in it, so that nothing ends the element."""
    text = json.dumps(value, ensure_ascii=False)
    # the escapes are JSON's own
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _number(value: int, language: str) -> str:
    """Write a whole number with the language's separator of thousands."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "de" else text
