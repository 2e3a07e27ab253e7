"""Linked data: every IRI of the graph and of the profile, as a page and as RDF, by its path or by `/about?iri=`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import pyoxigraph as ox
from starlette.responses import RedirectResponse, Response

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.dataset.writing import write_triples
from pressgraph.export.jsonld import json_ld
from pressgraph.profile.context import context_document
from pressgraph.server.cache import Entry
from pressgraph.server.http.addresses import Addresses, Place, about, is_iri, link, split_suffix
from pressgraph.server.http.negotiation import DOCUMENT_FORMS, HTML, LINKED_FORMS, Form, choose, field
from pressgraph.server.http.responses import CORS, RequestError, entity, preflight
from pressgraph.server.pages.messages import texts
from pressgraph.server.pages.models import Names, thing_view
from pressgraph.server.pages.profile_documents import Definitions
from pressgraph.server.sparql.description import DCTERMS, VOID
from pressgraph.server.sparql.protocol import parameters
from pressgraph.server.workers.describe import term

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

    from pressgraph.server.pages.renderer import Pages

FORM_NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF/XML",
}
_CONTEXTS = ("context", "context.jsonld")
_FOAF = "http://xmlns.com/foaf/0.1/"
_LONGEST_IRI = 2000
_NEAR = 5


class LinkedData:
    """The documents about things and terms."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.front = pages.front
        self.base = pages.base
        self.definitions = Definitions(pages.front.profile)
        self.addresses: Addresses = Addresses(pages.front.project, self.definitions)

    # -- from an address to an IRI

    async def resource(self, request: Request) -> Response:
        """Answer for the IRI that a path stands for, below the project's base or in the profile's namespaces."""
        if request.method == "OPTIONS":
            return preflight("GET, HEAD, OPTIONS")
        path, query = self._asked(request)
        if path in _CONTEXTS:
            return self._context(request)
        if path.startswith("id/"):
            return await self._redirect(request, path, query)
        if not path.startswith("doc/"):
            for name, form in ((path, None), split_suffix(path)):
                namespace = self.namespace(unquote(name))
                if namespace is not None:
                    return await self._terms(request, namespace, form, Place(f"/{name.rstrip('/')}"))
        readings = dict(self.addresses.readings(path, query))
        iri = await self.known(list(readings))
        if iri is None:
            raise await self.missing(request, unquote(path.removeprefix("doc/")))
        return await self._document(request, iri, readings[iri])

    async def about(self, request: Request) -> Response:
        """Show what is said of any IRI, such as a term of another vocabulary."""
        iri = dict(parameters(request.scope["query_string"])).get("iri", "")
        if not is_iri(iri):
            raise RequestError(400, "the address needs ?iri= with an absolute IRI")
        if len(iri) > _LONGEST_IRI:
            raise RequestError(400, "the IRI is too long")
        return await self._document(request, iri, None, about(iri))

    def _asked(self, request: Request) -> tuple[str, str]:
        """Return a request's path below the mount, without its first slash, and its query, as they were sent."""
        raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
        try:
            path = raw.decode("ascii").partition("?")[0].removeprefix("/")
            query = request.scope["query_string"].decode("ascii")
        except UnicodeDecodeError:
            raise RequestError(400, "the address has characters that are not escaped") from None
        if len(path) > _LONGEST_IRI:
            raise RequestError(404, "there is nothing here")
        return path, query if len(query) <= _LONGEST_IRI else ""

    async def known(self, candidates: list[str]) -> str | None:
        """Return the first IRI of a list that occurs in the dataset."""
        found: str | None = (await self.front.lookup({"op": "exists", "iris": candidates}))["iri"]
        return found

    def namespace(self, name: str) -> str | None:
        """Return the namespace whose terms follow a path after '#' or '/', such as /cluster and /vocab/label-level.

        The version of an ontology, such as /cluster/0.1.0, is the ontology as it is: older ones are not kept.
        """
        name = name.rstrip("/")
        for root in self.addresses.roots if name else ():
            iri = self.definitions.versions.get(root + name, root + name)
            for namespace in (f"{iri}#", f"{iri}/"):
                if namespace in self.definitions.namespaces and namespace not in self.addresses.roots:
                    return namespace
        return None

    async def _redirect(self, request: Request, path: str, query: str) -> Response:
        """Send from a thing to the document about it (https://www.w3.org/TR/cooluris/, 4.2)."""
        readings = dict(self.addresses.readings(path, query))
        iri = await self.known(list(readings))
        if iri is None:
            raise await self.missing(request, unquote(path))
        place, form = self.addresses.where(iri), readings[iri]
        if form is not None:
            place = place.in_form(form) or place
        chosen = self.pages.chosen(request)
        target = place.link(self.pages.prefix(request), *((("lang", chosen),) if chosen else ()))
        return RedirectResponse(target, 303, {**CORS, "vary": "Accept", "link": f'<{target}>; rel="describedby"'})

    async def missing(self, request: Request, path: str) -> RequestError:
        """Return the error for an IRI of which nothing is said: gone, or never there."""
        below = path.removeprefix("id/")
        gone = self.front.following.is_gone(below)
        said = texts(self.pages.language(request))
        status, message = (410, said["gone"]) if gone else (404, said["unknown"])
        return RequestError(status, f"{message}: {below[:200]}")

    async def near(self, request: Request) -> list[dict[str, Any]]:
        """Return things whose names resemble the end of a request's path, for who followed a wrong link."""
        try:
            words = unquote(self._asked(request)[0]).rstrip("/").rpartition("/")[2]
            text = " ".join(split_suffix(words)[0].replace("-", " ").replace("_", " ").split())[:200]
            return await self.pages.found(request, text, most=_NEAR, any_word=True) if text else []
        except RequestError:
            return []

    def _context(self, request: Request) -> Response:
        """Answer with the JSON-LD context of the profile."""
        content = json.dumps(context_document(self.front.profile), ensure_ascii=False, indent=2) + "\n"
        entry = Entry(content.encode(), "application/ld+json", f'"{self.front.profile.digest[:20]}"')
        return entity(request, entry, {**CORS, "cache-control": "no-cache"})

    # -- documents

    def not_acceptable(self) -> RequestError:
        """Return the error for a request that accepts none of the forms."""
        known = ", ".join(it.media_type for it in DOCUMENT_FORMS)
        return RequestError(406, f"this has one of the media types {known}", {"vary": "Accept"})

    def _headers(self, request: Request, asked: Form | None, iri: str, place: Place) -> tuple[Form, dict[str, str]]:
        """Return the form of a document, and its headers.

        Raises RequestError where no form is accepted.
        """
        form = asked or choose(field(request.headers, "accept"), DOCUMENT_FORMS)
        if form is None:
            raise self.not_acceptable()
        prefix = self.pages.prefix(request)
        thing = _header(iri)
        # both ways round: of the document (RFC 6892), and of the thing
        document = place.link(prefix)
        links = [f'<{thing}>; rel="describes"', f'<{document}>; rel="describedby"; anchor="{thing}"']
        headers = {**CORS, "cache-control": "no-cache"}
        if form is not HTML:
            # data is for programs; crawlers of pages find the page
            headers["x-robots-tag"] = "noindex"
            links.append(f'<{document}>; rel="canonical"')
        links += [
            f'<{other.link(prefix)}>; rel="alternate"; type="{it.media_type}"'
            for it in LINKED_FORMS
            if it is not form and (other := place.in_form(it)) is not None
        ]
        named = place.in_form(form)
        if asked is None and named is not None:
            headers["content-location"] = named.link(prefix)
        vary = ["Accept"] if asked is None else []
        vary += ["Accept-Language", "Cookie"] if form is HTML else []
        language = self.pages.language(request) if form is HTML else ""
        headers["link"] = ", ".join(links)
        headers["etag"] = f'"{self.front.snapshot_id}-{self.pages.run if form is HTML else ""}{form.name}{language}"'
        if vary:
            headers["vary"] = ", ".join(vary)
        return form, headers

    async def _document(self, request: Request, iri: str, asked: Form | None, place: Place | None = None) -> Response:
        names = self.pages.names(request)
        where = self.addresses.where(iri) if place is None else place
        uses = self.front.following.described.counts.uses

        async def page() -> bytes:
            found = await self.front.lookup({"op": "thing", "iri": iri})
            said = await self.front.lookup({"op": "document", "iri": iri, "terms": []})
            drawn = await self.front.drawing.of(draw, found, said)
            if drawn is None:
                raise await self.missing(request, names.local(iri))
            return drawn

        def draw(found: dict[str, Any], said: dict[str, Any]) -> bytes | None:
            view = thing_view(iri, found, self.pages.names(request, found["labels"], found["kinds"]), uses.get(iri, 0))
            if view.empty:
                return None
            return self.pages.content(
                request,
                "thing.html",
                view=view,
                json_ld=self._tree(self._triples(said, (iri,)), iri),
                place=where,
                forms=_links(where, self.pages.prefix(request)),
                is_term=iri in self.front.profile.ontology_terms,
                dump=link("/store", {"graph": iri}, prefix=self.pages.prefix(request)) if view.says else "",
            )

        return await self._answer(request, iri, asked, where, (), page)

    async def _terms(self, request: Request, namespace: str, asked: Form | None, place: Place) -> Response:
        """Answer with the document of a namespace: of hash IRIs, or of a vocabulary."""
        iri = namespace.rstrip("#/")
        names = self.definitions.terms(namespace)
        uses = self.front.following.described.counts.uses

        async def page() -> bytes:
            found = await self.front.lookup({"op": "terms", "terms": names})
            about = await self.front.lookup({"op": "thing", "iri": iri})
            return await self.front.drawing.of(draw, found, about)

        def draw(found: dict[str, Any], about: dict[str, Any]) -> bytes:
            labels = {**about["labels"], **found["labels"]}
            for triple in self.definitions.about(iri):
                value = term(triple.object)
                about["facts"].append({"s": ["iri", iri], "p": triple.predicate.value, "o": value, "graphs": []})
                if triple.predicate.value == f"{DCTERMS}title":
                    labels.setdefault(iri, []).append(value[1:3])
            view = self.pages.names(request, labels)
            return self.pages.content(
                request,
                "terms.html",
                view=thing_view(iri, about, view, uses.get(iri, 0)),
                terms=[
                    _term(name, entry, namespace, view, uses.get(name, 0)) for name, entry in found["terms"].items()
                ],
                shapes=[_shape(name, entry, namespace, view) for name, entry in self.definitions.shapes(names).items()],
                place=place,
                forms=_links(place, self.pages.prefix(request)),
                is_term=False,
                dump="",
            )

        return await self._answer(request, iri, asked, place, names, page)

    async def _answer(
        self,
        request: Request,
        iri: str,
        asked: Form | None,
        place: Place,
        terms: Sequence[str],
        page: Callable[[], Awaitable[bytes]],
    ) -> Response:
        """Answer with a document in the form that is asked for, which is drawn or written once for a snapshot."""
        form, headers = self._headers(request, asked, iri, place)
        etag = headers.pop("etag")

        async def make() -> Entry:
            content = await page() if form is HTML else await self._rdf(request, iri, form, place, terms)
            return await self.front.drawing.packed(Entry(content, form.content_type, etag))

        # what else an address has, such as '?x=1', changes nothing
        key = (etag, iri, place.link(), self.pages.chosen(request) or "", self.front.address(request))
        entry = await self.front.endpoint.cache.made(key, make, key_size=2 * len(iri))
        return self.pages.page(request, entry, headers) if form is HTML else entity(request, entry, headers)

    def _tree(self, triples: Iterable[ox.Triple], iri: str) -> dict[str, Any]:
        return json_ld(triples, self.front.profile, id_base=self.front.project.id_base, root=iri)

    def _triples(self, said: dict[str, Any], names: Iterable[str]) -> list[ox.Triple]:
        triples = [quad.triple for quad in ox.parse(said["triples"], format=ox.RdfFormat.N_TRIPLES)]
        for name in names:
            triples.extend(self.definitions.shape_triples(name))
        return triples

    async def _rdf(self, request: Request, iri: str, form: Form, place: Place, terms: Iterable[str]) -> bytes:
        """Write what is said of an IRI; the document is about it (https://www.w3.org/TR/cooluris/, 5)."""
        terms = list(terms)
        said = await self.front.lookup({"op": "document", "iri": iri, "terms": terms})
        written = await self.front.drawing.of(self._write_document, request, iri, form, place, said, terms)
        if written is None:
            raise await self.missing(request, iri.removeprefix(self.base))
        return written

    def _write_document(
        self, request: Request, iri: str, form: Form, place: Place, said: dict[str, Any], terms: Iterable[str]
    ) -> bytes | None:
        triples = self._triples(said, (iri, *terms))
        if not triples:
            return None
        if any(it.predicate.value == f"{VOID}triples" for it in triples):
            dump = f"{self.front.address(request)}/store?{urlencode({'graph': iri})}"
            triples.append(ox.Triple(ox.NamedNode(iri), ox.NamedNode(f"{VOID}dataDump"), ox.NamedNode(dump)))
        if form.name == "jsonld":
            return (json.dumps(self._tree(triples, iri), ensure_ascii=False, indent=2) + "\n").encode()
        if not place.fields:
            page = ox.NamedNode(f"{self.base.rstrip('/')}{place.path}")
            triples.append(ox.Triple(page, ox.NamedNode(f"{_FOAF}primaryTopic"), ox.NamedNode(iri)))
        return self.write(triples, form, {"foaf": _FOAF, "void": VOID})

    def write(self, triples: Iterable[ox.Triple], form: Form, prefixes: Mapping[str, str]) -> bytes:
        """Write triples with the prefixes of the profile and others."""
        known = next(it for it in SERIALIZATIONS if it.name == form.name)
        return write_triples(triples, known, {**self.front.prefixes, **prefixes})


def _term(iri: str, entry: dict[str, Any], namespace: str, names: Names, uses: int) -> dict[str, Any]:
    return {
        "name": names.name(iri),
        "anchor": iri.removeprefix(namespace),
        "kinds": [names.term(kind) for kind in entry["types"]],
        "definition": names.pick(entry["definitions"]),
        "uses": uses,
    }


def _shape(iri: str, entry: dict[str, list[Any]], namespace: str, names: Names) -> dict[str, Any]:
    declared = ": ".join(sorted(text for text, _ in entry["prefixes"]))
    return {
        "name": names.name(iri),
        "anchor": iri.removeprefix(namespace),
        "message": names.pick(entry["messages"] or [[declared, ""]]),
        "targets": [names.term(target) for target in entry["targets"]],
        "paths": [names.term(path) for path in entry["paths"]],
        "properties": [names.name(shape) for shape in sorted(entry["properties"])],
    }


def _links(place: Place, prefix: str) -> list[dict[str, str]]:
    """Return where a document's other forms are; one without a path of its own has none."""
    return [
        {"name": FORM_NAMES[it.name], "href": other.link(prefix), "media_type": it.media_type}
        for it in LINKED_FORMS
        if it is not HTML and (other := place.in_form(it)) is not None
    ]


def _header(iri: str) -> str:
    """Return an IRI as a header can carry it: an ASCII URI without controls."""
    return quote(iri, safe="/:@!$&'()*+,;=~-._?#[]%")
