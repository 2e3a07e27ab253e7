"""What feed readers, calendars, catalogues and crawlers ask for: files of the graph that are no pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from pressgraph.feeds import PublishedAt, opensearch, robots
from pressgraph.feeds.files import IN_LANGUAGES, media_type
from pressgraph.feeds.opensearch import MEDIA_TYPE as OPENSEARCH
from pressgraph.i18n import gettext
from pressgraph.pages.messages import LANGUAGES
from pressgraph.pages.settings import Site
from pressgraph.rdf.terms import is_iri
from pressgraph.server.http.addresses import link
from pressgraph.server.http.negotiation import GRAPHS
from pressgraph.server.http.requests import base_address, mount_prefix, parameters, sent_path
from pressgraph.server.http.responses import CORS, Representation, RequestError, respond
from pressgraph.server.workers.messages import FileRequest

if TYPE_CHECKING:
    from starlette.requests import Request

    from pressgraph.project import Project
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.descriptions import Descriptions

SITE_FILES = (
    *("feed.xml", "calendar.ics", "catalog.ttl", "names.json"),
    *("sitemap.xml", "sitemap/{number:int}.xml", "schemamap.xml", "schemamap/{number:int}.jsonl"),
)
"""The paths of these files."""
_NOT_CRAWLED = ("/sparql", "/search", "/store", "/download", "/about", "/links", "/terms.json", "/metrics", "/readyz")


class SiteFiles:
    """Answers with these files, each written once for a snapshot, in a process beside the server."""

    def __init__(
        self, renderer: PageRenderer, background: Background, descriptions: Descriptions, project: Project, *, run: str
    ) -> None:
        self._renderer = renderer
        self._background = background
        self._descriptions = descriptions
        self._project = project
        self._run = run
        own = project.language
        self._languages = (own, *(it for it in LANGUAGES if it != own)) if own in LANGUAGES else tuple(LANGUAGES)

    async def show(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Answer with the file that the path names.

        Raises RequestError.
        """
        name = sent_path(request).removeprefix("/")
        in_language = name in IN_LANGUAGES
        language = self._renderer.language(request) if in_language else self._languages[0]
        address = base_address(request, self._project.serve.url)
        etag = snapshot.etag(f"{self._run}{language}")
        thing = self._thing(request) if name == "calendar.ics" else None

        async def make() -> Representation:
            asked = FileRequest(
                name=name,
                address=address,
                language=language,
                languages=self._languages,
                title=self._at(address).title,
                published=asdict(self._project.published),
                statuses=self._project.statuses,
                thing=thing,
            )
            content = await self._descriptions.file(snapshot, asked)
            return await self._background.packed(Representation(content, media_type(name), etag))

        made = await snapshot.pages.made(
            (etag, name, address, thing or ""), make, key_size=len(address) + len(thing or "")
        )
        headers = {**CORS, "cache-control": "no-cache"}
        if in_language:
            headers |= {"vary": "Accept-Language, Cookie", "content-language": language}
        return respond(request, made, headers)

    def _thing(self, request: Request) -> str | None:
        """Return the IRI of the label that a calendar is asked of, or None for that of all.

        Raises RequestError.
        """
        name = dict(parameters(request.scope["query_string"])).get("thing")
        if name is None:
            return None
        iri = self._project.id_base + name
        if not is_iri(iri):
            raise RequestError(404, gettext("there is no such file"))
        return iri

    async def robots(self, request: Request) -> Response:
        """Keep crawlers out of the endpoint, and lead them to the maps; things are there to be read.

        Raises RequestError.
        """
        prefix = mount_prefix(request)
        # data is linked from pages for programs, and what is known of others' terms is no page of this graph's
        closed = [link(path, prefix=prefix) for path in _NOT_CRAWLED]
        closed += [f"{prefix}/*{it.suffix}$" for it in GRAPHS]
        text = robots(self._at(base_address(request, self._project.serve.url)), closed=closed)
        return PlainTextResponse(text)

    async def opensearch(self, request: Request) -> Response:
        """Say how a browser searches from its address line.

        Raises RequestError.
        """
        language = self._renderer.language(request)
        address = base_address(request, self._project.serve.url)
        content = opensearch(
            Site.of(self._project, language).title, f"{address}/search", f"{address}/static/icon.svg", language
        )
        headers = {"cache-control": "no-cache", "vary": "Accept-Language, Cookie", "content-language": language}
        return respond(request, Representation(content, OPENSEARCH, f'"{self._run}{language}"'), headers)

    def _at(self, address: str) -> PublishedAt:
        return PublishedAt.of(self._project, url=f"{address}/", page=lambda _iri, _language: None)
