"""Linked data: every IRI of the graph and of the profile, as a page and as RDF, by its path or by `/about?iri=`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import pyoxigraph as ox
from starlette.responses import RedirectResponse, Response

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.dataset.writing import write_triples
from pressgraph.profile.context import context_document
from pressgraph.project.config import DEFAULT_BASE
from pressgraph.publish.jsonld import json_ld
from pressgraph.server.answers import CORS, RequestError, entity, preflight
from pressgraph.server.cache import Entry
from pressgraph.server.definitions import Definitions
from pressgraph.server.description import DCTERMS, VOID
from pressgraph.server.lookups import term
from pressgraph.server.negotiation import GRAPHS, HTML, Form, choose, field
from pressgraph.server.protocol import parameters
from pressgraph.server.texts import texts
from pressgraph.server.view import Names, thing_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

    from pressgraph.server.pages import Pages

DOCUMENT_FORMS = (HTML, *GRAPHS)
"""The forms of a document about one thing."""
LINKED_FORMS = tuple(form for form in DOCUMENT_FORMS if form.name not in {"nquads", "trig"})
"""Those that documents name; the others say the same, and are for who asks for them."""
FORM_NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF/XML",
}
_BY_NAME = {form.name: form for form in DOCUMENT_FORMS}
_BY_SUFFIX = {form.suffix: form for form in DOCUMENT_FORMS} | {".json": _BY_NAME["jsonld"], ".xml": _BY_NAME["rdfxml"]}
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
        self._roots = tuple(dict.fromkeys((self.base, DEFAULT_BASE)))
        """The IRIs that paths are read below: the project's base, and that of the shipped profile's terms."""

    # -- from an address to an IRI

    async def resource(self, request: Request) -> Response:
        """Answer for the IRI that a path stands for, below the project's base or in the profile's namespaces."""
        if request.method == "OPTIONS":
            return preflight("GET, HEAD, OPTIONS")
        path = self._path(request)
        if path in _CONTEXTS:
            return self._context(request)
        if path.startswith("id/"):
            return await self._redirect(request, path)
        document = path.startswith("doc/")
        # the whole path first: what looks like a suffix may belong to the name
        readings: list[tuple[str, Form | None]] = [(path, None)]
        name, form = _suffix(path)
        if form is not None:
            readings.append((name, form))
        if not document:
            for name, form in readings:
                namespace = self.namespace(name)
                if namespace is not None:
                    return await self._terms(request, namespace, form, f"/{_quoted(name.rstrip('/'))}")
        candidates = {
            root + (f"id/{name.removeprefix('doc/')}" if document else name): form
            for name, form in readings
            for root in self._roots
        }
        iri = await self.known(list(candidates))
        if iri is None:
            raise await self.missing(request, path.removeprefix("doc/"))
        return await self._document(request, iri, candidates[iri])

    async def about(self, request: Request) -> Response:
        """Show what is said of any IRI, such as a term of another vocabulary."""
        iri = dict(parameters(request.scope["query_string"])).get("iri", "")
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise RequestError(400, "the address needs ?iri= with an absolute IRI") from None
        if len(iri) > _LONGEST_IRI:
            raise RequestError(400, "the IRI is too long")
        return await self._document(request, iri, None, address=f"/about?{urlencode({'iri': iri})}")

    def _path(self, request: Request) -> str:
        raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
        try:
            path = unquote(raw.decode("ascii").partition("?")[0].removeprefix("/"), errors="strict")
        except UnicodeDecodeError:
            raise RequestError(400, "the address is not UTF-8") from None
        if len(path) > _LONGEST_IRI or any(
            character.isspace() or character in '<>"{}|\\^`' or character < " " for character in path
        ):
            raise RequestError(404, "there is nothing here")
        return path

    async def known(self, candidates: list[str]) -> str | None:
        """Return the first IRI of a list that the dataset knows."""
        found: str | None = (await self.front.lookup({"op": "exists", "iris": candidates}))["iri"]
        return found

    def namespace(self, name: str) -> str | None:
        """Return the namespace whose terms follow a path after '#' or '/', such as /cluster and /vocab/label-level.

        The version of an ontology, such as /cluster/0.1.0, is the ontology as it is: older ones are not kept.
        """
        name = name.rstrip("/")
        for root in self._roots if name else ():
            iri = self.definitions.versions.get(root + name, root + name)
            for namespace in (f"{iri}#", f"{iri}/"):
                if namespace in self.definitions.namespaces and namespace not in self._roots:
                    return namespace
        return None

    async def _redirect(self, request: Request, path: str) -> Response:
        """Send from a thing to the document about it (https://www.w3.org/TR/cooluris/, 4.2)."""
        below = path.removeprefix("id/")
        name, form = _suffix(below)
        candidates = [self.base + path] if form is None else [self.base + path, f"{self.base}id/{name}"]
        if await self.known(candidates) is None:
            raise await self.missing(request, path)
        query = request.scope["query_string"].decode("ascii", "replace")
        target = f"/doc/{_quoted(below)}" + (f"?{query}" if query else "")
        return RedirectResponse(target, 303, {**CORS, "vary": "Accept", "link": f'<{target}>; rel="describedby"'})

    async def missing(self, request: Request, path: str) -> RequestError:
        """Return the error for an IRI of which nothing is said: gone, or never there."""
        below = path.removeprefix("id/")
        current = self.front.snapshots.current()
        gone = current is not None and below in set(current.manifest().get("gone", ()))
        said = texts(self.pages.language(request))
        status, message = (410, said["gone"]) if gone else (404, said["unknown"])
        return RequestError(status, f"{message}: {below[:200]}")

    async def near(self, request: Request) -> list[dict[str, Any]]:
        """Return things whose names resemble the end of a request's path, for who followed a wrong link."""
        try:
            words = self._path(request).rstrip("/").rpartition("/")[2]
            text = " ".join(_suffix(words)[0].replace("-", " ").replace("_", " ").split())[:200]
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

    def _headers(self, request: Request, asked: Form | None, iri: str, document: str) -> tuple[Form, dict[str, str]]:
        """Return the form of a document, and its headers.

        Raises RequestError where no form is accepted.
        """
        form = asked or choose(field(request.headers, "accept"), DOCUMENT_FORMS)
        if form is None:
            raise self.not_acceptable()
        thing = _header(iri)
        # both ways round: of the document (RFC 6892), and of the thing
        links = [f'<{thing}>; rel="describes"', f'<{document}>; rel="describedby"; anchor="{thing}"']
        headers = {**CORS, "cache-control": "no-cache"}
        if "?" not in document:
            links += [
                f'<{document}{it.suffix}>; rel="alternate"; type="{it.media_type}"'
                for it in LINKED_FORMS
                if it is not form
            ]
            if asked is None:
                headers["content-location"] = f"{document}{form.suffix}"
        vary = ["Accept"] if asked is None else []
        vary += ["Accept-Language", "Cookie"] if form is HTML else []
        language = self.pages.language(request) if form is HTML else ""
        headers["link"] = ", ".join(links)
        headers["etag"] = f'"{self.front.snapshot_id}-{self.pages.run if form is HTML else ""}{form.name}{language}"'
        if vary:
            headers["vary"] = ", ".join(vary)
        return form, headers

    async def _document(self, request: Request, iri: str, asked: Form | None, *, address: str = "") -> Response:
        names = self.pages.names(request)
        document = address or names.path(iri) or f"/about?{urlencode({'iri': iri})}"

        async def page() -> bytes:
            found = await self.front.lookup({"op": "thing", "iri": iri})
            view = thing_view(iri, found, self.pages.names(request, found["labels"], found["kinds"]))
            if view.empty:
                raise await self.missing(request, names.local(iri))
            return self.pages.content(
                request,
                "thing.html",
                view=view,
                json_ld=self._tree(await self._triples(iri, ()), iri),
                forms=_links(document),
                is_term=iri in self.front.profile.ontology_terms,
                dump=f"/store?{urlencode({'graph': iri})}" if view.says else "",
            )

        return await self._answer(request, iri, asked, document, (), page)

    async def _terms(self, request: Request, namespace: str, asked: Form | None, document: str) -> Response:
        """Answer with the document of a namespace: of hash IRIs, or of a vocabulary."""
        iri = namespace.rstrip("#/")
        names = self.definitions.terms(namespace)

        async def page() -> bytes:
            found = await self.front.lookup({"op": "terms", "terms": names})
            about = await self.front.lookup({"op": "thing", "iri": iri})
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
                view=thing_view(iri, about, view),
                terms=[_term(name, entry, namespace, view) for name, entry in found["terms"].items()],
                shapes=[_shape(name, entry, namespace, view) for name, entry in self.definitions.shapes(names).items()],
                forms=_links(document),
                is_term=False,
                dump="",
            )

        return await self._answer(request, iri, asked, document, names, page)

    async def _answer(
        self,
        request: Request,
        iri: str,
        asked: Form | None,
        document: str,
        terms: Sequence[str],
        page: Callable[[], Awaitable[bytes]],
    ) -> Response:
        """Answer with a document in the form that is asked for, which is drawn or written once for a snapshot."""
        form, headers = self._headers(request, asked, iri, document)
        etag = headers.pop("etag")
        key = (etag, iri, document, request.scope["path"], request.scope["query_string"], self.front.address(request))
        entry = self.front.endpoint.cache.get(key)
        if entry is None:
            content = await page() if form is HTML else await self._rdf(request, iri, form, document, terms)
            entry = Entry(content, form.content_type, etag)
            self.front.endpoint.cache.put(key, entry, key_size=len(iri) + len(request.scope["query_string"]))
        return self.pages.page(request, entry, headers) if form is HTML else entity(request, entry, headers)

    def _tree(self, triples: Iterable[ox.Triple], iri: str) -> dict[str, Any]:
        return json_ld(triples, self.front.profile, id_base=self.front.project.id_base, root=iri)

    async def _triples(self, iri: str, terms: Iterable[str]) -> list[ox.Triple]:
        terms = list(terms)
        found = await self.front.lookup({"op": "document", "iri": iri, "terms": terms})
        triples = [quad.triple for quad in ox.parse(found["triples"], format=ox.RdfFormat.N_TRIPLES)]
        for name in (iri, *terms):
            triples.extend(self.definitions.shape_triples(name))
        return triples

    async def _rdf(self, request: Request, iri: str, form: Form, document: str, terms: Iterable[str]) -> bytes:
        """Write what is said of an IRI; the document is about it (https://www.w3.org/TR/cooluris/, 5)."""
        triples = await self._triples(iri, terms)
        if not triples:
            raise await self.missing(request, iri.removeprefix(self.base))
        if any(it.predicate.value == f"{VOID}triples" for it in triples):
            dump = f"{self.front.address(request)}/store?{urlencode({'graph': iri})}"
            triples.append(ox.Triple(ox.NamedNode(iri), ox.NamedNode(f"{VOID}dataDump"), ox.NamedNode(dump)))
        if form.name == "jsonld":
            return (json.dumps(self._tree(triples, iri), ensure_ascii=False, indent=2) + "\n").encode()
        if "?" not in document:
            page = ox.NamedNode(f"{self.base.rstrip('/')}{document}")
            triples.append(ox.Triple(page, ox.NamedNode(f"{_FOAF}primaryTopic"), ox.NamedNode(iri)))
        return self.write(triples, form, {"foaf": _FOAF, "void": VOID})

    def write(self, triples: Iterable[ox.Triple], form: Form, prefixes: Mapping[str, str]) -> bytes:
        """Write triples with the prefixes of the profile and others."""
        known = next(it for it in SERIALIZATIONS if it.name == form.name)
        return write_triples(triples, known, {**self.front.prefixes, **prefixes})


def _term(iri: str, entry: dict[str, Any], namespace: str, names: Names) -> dict[str, Any]:
    return {
        "name": names.name(iri),
        "anchor": iri.removeprefix(namespace),
        "kinds": [names.term(kind) for kind in entry["types"]],
        "definition": names.pick(entry["definitions"]),
        "uses": entry["uses"],
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


def _links(document: str) -> list[dict[str, str]]:
    """Return where a document's other forms are; one without a path of its own has none."""
    if "?" in document:
        return []
    return [
        {"name": FORM_NAMES[it.name], "href": f"{document}{it.suffix}", "media_type": it.media_type}
        for it in LINKED_FORMS
        if it is not HTML
    ]


def _suffix(path: str) -> tuple[str, Form | None]:
    for suffix, form in _BY_SUFFIX.items():
        if path.endswith(suffix) and len(path) > len(suffix):
            return path.removesuffix(suffix), form
    return path, None


def _quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def _header(iri: str) -> str:
    """Return an IRI as a header can carry it: an ASCII URI without controls."""
    return quote(iri, safe="/:@!$&'()*+,;=~-._?#[]%")
