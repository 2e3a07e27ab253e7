"""Linked data: every IRI of the graph and of the profile, as a page and as RDF, by its path or by `/about?iri=`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import pyoxigraph as ox
from starlette.responses import RedirectResponse, Response

from pressgraph.dataset.description import FOAF, including, said_of_document, statement
from pressgraph.export.jsonld import json_bytes, json_ld
from pressgraph.i18n import gettext
from pressgraph.pages.messages import messages
from pressgraph.pages.settings import Site
from pressgraph.pages.terms import shape_model, term_tree, without_terms
from pressgraph.pages.things import thing_model
from pressgraph.pages.view.statements import term
from pressgraph.pages.view.things import has_view, thing_page
from pressgraph.profile.context import context_document
from pressgraph.rdf import DCTERMS, VOID
from pressgraph.server.http.addresses import Addresses, Place, about, link, split_suffix
from pressgraph.server.http.negotiation import DOCUMENT_TYPES, HTML, LINKED_TYPES, MediaType, choose, field
from pressgraph.server.http.requests import (
    LONGEST_IRI,
    asked_iri,
    base_address,
    mount_prefix,
    parameters,
    sent_path,
)
from pressgraph.server.http.responses import (
    CORS,
    Representation,
    RequestError,
    WithdrawnError,
    not_acceptable,
    preflight,
    respond,
)
from pressgraph.server.sparql.descriptions import write_rdf
from pressgraph.server.views.reader import chosen_language
from pressgraph.server.views.renderer import today
from pressgraph.server.workers.messages import HeadRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

    from pressgraph.pages.profile_documents import ProfileDocuments
    from pressgraph.profile import Profile
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.descriptions import Descriptions
    from pressgraph.server.workers.served_dataset import ServedDataset

TYPE_NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF/XML",
}
_CONTEXTS = ("context", "context.jsonld")


class DocumentPages:
    """The documents about things and terms."""

    def __init__(
        self,
        renderer: PageRenderer,
        background: Background,
        descriptions: Descriptions,
        dataset: ServedDataset,
        profile: Profile,
        profile_documents: ProfileDocuments,
        addresses: Addresses,
        prefixes: Mapping[str, str],
    ) -> None:
        self._renderer = renderer
        self._background = background
        self._descriptions = descriptions
        self._dataset = dataset
        self._profile = profile
        self._profile_documents = profile_documents
        self._addresses = addresses
        self._prefixes = {**prefixes, "foaf": FOAF, "void": VOID}
        self._base = dataset.project.base
        self._url = dataset.project.serve.url

    # -- from an address to an IRI

    async def show(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer for the IRI that a path stands for, below the project's base or in the profile's namespaces.

        Raises RequestError.
        """
        if request.method == "OPTIONS":
            return preflight("GET, HEAD, OPTIONS")
        path, query = _sent(request)
        if path in _CONTEXTS:
            return self._context(request)
        if path.startswith("id/"):
            return await self._redirect(request, snapshot, path, query)
        if not path.startswith("doc/"):
            for name, media_type in ((path, None), split_suffix(path)):
                namespace = self._profile_documents.namespace(unquote(name), self._addresses.roots)
                if namespace is not None:
                    place = Place(f"/{name.rstrip('/')}")
                    return await self._terms(request, snapshot, namespace, media_type, place)
        readings = dict(self._addresses.readings(path, query))
        iri = await self._descriptions.first_existing(snapshot, list(readings))
        if iri is None:
            raise self._missing(unquote(path.removeprefix("doc/")))
        return await self._document(request, snapshot, iri, readings[iri])

    async def about(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Show what is said of any IRI, such as a term of another vocabulary.

        Raises RequestError.
        """
        iri = asked_iri(dict(parameters(request.scope["query_string"])))
        return await self._document(request, snapshot, iri, None, about(iri))

    async def _redirect(self, request: Request, snapshot: ServedSnapshot, path: str, query: str) -> Response:
        """Send from a thing to the document about it (https://www.w3.org/TR/cooluris/, 4.2)."""
        readings = dict(self._addresses.readings(path, query))
        iri = await self._descriptions.first_existing(snapshot, list(readings))
        if iri is None:
            raise self._missing(unquote(path))
        place, media_type = self._addresses.where(iri), readings[iri]
        if media_type is not None:
            place = place.as_type(media_type) or place
        chosen = chosen_language(request)
        target = place.link(mount_prefix(request), *((("lang", chosen),) if chosen else ()))
        return RedirectResponse(target, 303, {**CORS, "vary": "Accept", "link": f'<{target}>; rel="describedby"'})

    def _missing(self, path: str) -> RequestError:
        """Return the error for an IRI of which nothing is said: gone, or never there."""
        below = path.removeprefix("id/")
        day = self._dataset.withdrawn(below)
        if day is not None:
            return WithdrawnError(day)
        return RequestError(404, gettext("nothing here is known by this name: {id}", id=below[:200]))

    def _context(self, request: Request) -> Response:
        """Answer with the JSON-LD context of the profile."""
        content = json_bytes(context_document(self._profile))
        context = Representation(content, "application/ld+json", f'"{self._profile.digest[:20]}"')
        return respond(request, context, {**CORS, "cache-control": "no-cache"})

    # -- documents

    def _headers(
        self, request: Request, wanted: MediaType | None, iri: str, place: Place
    ) -> tuple[MediaType, dict[str, str]]:
        """Return the media type of a document, and its headers.

        Raises RequestError where no media type is accepted.
        """
        media_type = wanted or choose(field(request.headers, "accept"), DOCUMENT_TYPES)
        if media_type is None:
            raise not_acceptable(DOCUMENT_TYPES)
        prefix = mount_prefix(request)
        thing = _header(iri)
        # both ways round: of the document (RFC 6892), and of the thing
        document = place.link(prefix)
        links = [f'<{thing}>; rel="describes"', f'<{document}>; rel="describedby"; anchor="{thing}"']
        headers = {**CORS, "cache-control": "no-cache"}
        if media_type is not HTML:
            # data is for programs; crawlers of pages find the page
            headers["x-robots-tag"] = "noindex"
            links.append(f'<{document}>; rel="canonical"')
        links += [
            f'<{other.link(prefix)}>; rel="alternate"; type="{it.media_type}"'
            for it in LINKED_TYPES
            if it is not media_type and (other := place.as_type(it)) is not None
        ]
        named = place.as_type(media_type)
        if wanted is None and named is not None:
            headers["content-location"] = named.link(prefix)
        vary = ["Accept"] if wanted is None else []
        vary += ["Accept-Language", "Cookie"] if media_type is HTML else []
        headers["link"] = ", ".join(links)
        if vary:
            headers["vary"] = ", ".join(vary)
        return media_type, headers

    async def _document(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        iri: str,
        wanted: MediaType | None,
        place: Place | None = None,
    ) -> Response:
        renderer = self._renderer
        where = self._addresses.where(iri) if place is None else place
        uses = snapshot.counts.uses
        day = today()

        async def page() -> bytes:
            found = await self._descriptions.thing(snapshot, iri)
            # for search engines, what 'embed' writes
            data, has_event = await self._head(request, snapshot, iri, where)
            drawn = await self._background.run(draw, found, data, has_event)
            if drawn is None:
                raise self._missing(renderer.names(request).local(iri))
            return drawn

        def draw(found: dict[str, Any], data: dict[str, Any], has_event: bool) -> bytes | None:  # noqa: FBT001 - by place
            if not (found["examples"] or found["links"]):
                # pages of shapes link to terms that only the shapes' files use
                found["examples"] = [_entry(it) for it in self._profile_documents.uses(iri)]
            names = renderer.names(request, found["labels"], found["kinds"])
            forms = _links(where, mount_prefix(request))
            if has_event:
                name = str(messages(renderer.language(request))["calendar"])
                own = {"thing": iri.removeprefix(self._dataset.project.id_base)}
                href = link("/calendar.ics", own, prefix=mount_prefix(request))
                forms.append({"name": name, "href": href, "media_type": "text/calendar"})
            if has_view(iri, found, self._dataset.project.id_base):
                language = renderer.language(request)
                shown = thing_page(
                    iri,
                    found,
                    names,
                    self._profile,
                    Site.of(self._dataset.project, language),
                    language=language,
                    today=day,
                    personal=snapshot.counts.personal,
                )
                return renderer.content(
                    request,
                    "page.html",
                    page=shown,
                    json_ld=data,
                    place=where,
                    forms=forms,
                    section=shown.section,
                    read_shown=len(found["read"]),
                    as_of=found["day"],
                )
            thing = thing_model(iri, found, names, uses.get(iri, 0))
            if thing.empty:
                return None
            return renderer.content(
                request,
                "thing.html",
                thing=thing,
                json_ld=data,
                place=where,
                forms=forms,
                is_term=iri in self._profile.ontology_terms,
                dump=link("/store", {"graph": iri}, prefix=mount_prefix(request)) if thing.says else "",
            )

        return await self._answer(request, snapshot, iri, wanted, where, (), page)

    async def _head(
        self, request: Request, snapshot: ServedSnapshot, iri: str, place: Place
    ) -> tuple[dict[str, Any], bool]:
        """Return the data in the head of a page, and whether the calendar has an event of what it is about.

        The data is for search engines; of what they have no class for, it is all that is said.

        Raises RequestError.
        """
        project = self._dataset.project
        asked = HeadRequest(
            iri=iri,
            language=self._renderer.language(request),
            fallback=project.language,
            url=self._renderer.canonical(request, place),
            day=today().isoformat(),
            statuses=project.statuses,
        )
        own = iri.startswith(project.id_base)
        data, has_event = await self._descriptions.head(snapshot, asked) if own else (None, False)
        if data is None:
            document = await self._descriptions.document(snapshot, iri, statuses=project.statuses)
            data = await self._background.run(lambda: self._tree(self._triples(document, (iri,)), iri))
        return data, has_event

    async def _terms(
        self, request: Request, snapshot: ServedSnapshot, namespace: str, wanted: MediaType | None, place: Place
    ) -> Response:
        """Answer with the document of a namespace: of hash IRIs, or of a vocabulary."""
        renderer = self._renderer
        iri = namespace.rstrip("#/")
        terms = self._profile_documents.terms(namespace)
        uses = snapshot.counts.uses

        async def page() -> bytes:
            found = await self._descriptions.terms(snapshot, terms)
            about = await self._descriptions.thing(snapshot, iri)
            return await self._background.run(draw, found, about)

        def draw(found: dict[str, Any], about: dict[str, Any]) -> bytes:
            labels = {**about["labels"], **found["labels"]}
            for triple in self._profile_documents.about(iri):
                about["facts"].append(entry := _entry(triple))
                if triple.predicate.value == f"{DCTERMS}title":
                    labels.setdefault(iri, []).append(entry["o"][1:3])
            names = renderer.names(request, labels)
            return renderer.content(
                request,
                "terms.html",
                thing=thing_model(iri, without_terms(about, found["terms"]), names, uses.get(iri, 0)),
                terms=term_tree(
                    found["terms"], namespace, names, renderer.language(request), lambda it: uses.get(it, 0)
                ),
                shapes=[
                    shape_model(name, entry, namespace, names)
                    for name, entry in self._profile_documents.shapes(terms).items()
                ],
                place=place,
                forms=_links(place, mount_prefix(request)),
                is_term=False,
                dump="",
            )

        return await self._answer(request, snapshot, iri, wanted, place, terms, page)

    async def _answer(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        iri: str,
        wanted: MediaType | None,
        place: Place,
        terms: Sequence[str],
        page: Callable[[], Awaitable[bytes]],
    ) -> Response:
        """Answer with a document in the media type that is asked for, which is written once for a snapshot."""
        media_type, headers = self._headers(request, wanted, iri, place)
        is_page = media_type is HTML
        # what is current depends on the day
        run = f"{self._renderer.run}{today():%y%j}" if is_page else ""
        language = self._renderer.language(request) if is_page else ""
        etag = snapshot.etag(f"{run}{media_type.name}{language}")

        async def make() -> Representation:
            if is_page:
                content = await page()
            else:
                content = await self._rdf(request, snapshot, iri, media_type, place, terms)
            return await self._background.packed(Representation(content, media_type.content_type, etag))

        # what else an address has, such as '?x=1', changes nothing
        key = (etag, iri, place.link(), chosen_language(request) or "", base_address(request, self._url))
        made = await snapshot.pages.made(key, make, key_size=2 * len(iri))
        return self._renderer.respond(request, made, headers) if is_page else respond(request, made, headers)

    def _tree(self, triples: Iterable[ox.Triple], iri: str) -> dict[str, Any]:
        return json_ld(triples, self._profile, id_base=self._dataset.project.id_base, root=iri)

    def _triples(self, document: dict[str, Any], names: Iterable[str]) -> list[ox.Triple]:
        triples = [quad.triple for quad in ox.parse(document["triples"], format=ox.RdfFormat.N_TRIPLES)]
        for name in names:
            triples.extend(self._profile_documents.shape_triples(name))
        return triples

    async def _rdf(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        iri: str,
        media_type: MediaType,
        place: Place,
        terms: Sequence[str],
    ) -> bytes:
        """Write what is said of an IRI; the document is about it (https://www.w3.org/TR/cooluris/, 5)."""
        document = await self._descriptions.document(snapshot, iri, terms)
        address = base_address(request, self._url)
        written = await self._background.run(self._write, address, iri, media_type, place, document, terms)
        if written is None:
            raise self._missing(iri.removeprefix(self._base))
        return written

    def _write(
        self,
        address: str,
        iri: str,
        media_type: MediaType,
        place: Place,
        document: dict[str, Any],
        terms: Sequence[str],
    ) -> bytes | None:
        triples = self._triples(document, (iri, *terms)) or list(self._profile_documents.uses(iri))
        if not triples:
            return None
        if any(it.predicate.value == f"{VOID}triples" for it in triples):
            dump = f"{address}/store?{urlencode({'graph': iri})}"
            triples.append(ox.Triple(ox.NamedNode(iri), ox.NamedNode(f"{VOID}dataDump"), ox.NamedNode(dump)))
        project, page = self._dataset.project, f"{self._base.rstrip('/')}{place.path}"
        said = said_of_document(iri, project.base, project.published) if not place.fields else {}
        if media_type.name == "jsonld":
            return json_bytes(including(self._tree(triples, iri), page, said))
        triples.extend(statement(page, name, ox.NamedNode(value)) for name, value in said.items())
        return write_rdf(triples, media_type, self._prefixes)


def _entry(triple: ox.Triple) -> dict[str, Any]:
    """Return a statement of a file of shapes as workers return those of the dataset."""
    return {"s": term(triple.subject), "p": triple.predicate.value, "o": term(triple.object), "graphs": []}


def _sent(request: Request) -> tuple[str, str]:
    """Return a request's path below the mount, without its first slash, and its query, as they were sent.

    Raises RequestError.
    """
    path = sent_path(request).removeprefix("/")
    query: bytes = request.scope["query_string"]
    if not path.isascii() or not query.isascii():
        raise RequestError(400, gettext("the address has characters that are not escaped"))
    if len(path) > LONGEST_IRI:
        raise RequestError(404, gettext("there is nothing here"))
    return path, query.decode("ascii") if len(query) <= LONGEST_IRI else ""


def _links(place: Place, prefix: str) -> list[dict[str, str]]:
    """Return where a document's other media types are; one without a path of its own has none."""
    return [
        {"name": TYPE_NAMES[it.name], "href": other.link(prefix), "media_type": it.media_type}
        for it in LINKED_TYPES
        if it is not HTML and (other := place.as_type(it)) is not None
    ]


def _header(iri: str) -> str:
    """Return an IRI as a header can carry it: an ASCII URI without controls."""
    return quote(iri, safe="/:@!$&'()*+,;=~-._?#[]%")
