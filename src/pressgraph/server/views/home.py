"""The first page: what the graph is, by the numbers that were kept with the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.first_page import first_page_model, home_questions
from pressgraph.pages.settings import Site
from pressgraph.rdf import SCHEMA
from pressgraph.server.http.addresses import Place
from pressgraph.server.http.negotiation import HTML
from pressgraph.server.http.requests import base_address
from pressgraph.server.http.responses import Representation
from pressgraph.server.views.reader import chosen_language
from pressgraph.server.views.renderer import today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background


class HomePage:
    """The page at /."""

    def __init__(
        self,
        renderer: PageRenderer,
        background: Background,
        project: Project,
        profile: Profile,
        saved_queries: Mapping[str, SavedQuery],
    ) -> None:
        self._renderer = renderer
        self._background = background
        self._project = project
        self._profile = profile
        self._saved_queries = saved_queries

    async def show(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Show the page; no process is asked.

        Raises RequestError.
        """
        address, language = base_address(request, self._project.serve.url), self._renderer.language(request)
        etag = snapshot.etag(f"{self._renderer.run}{today():%y%j}home{language}")

        async def make() -> Representation:
            content = await self._background.run(self._content, request, address, snapshot)
            return await self._background.packed(Representation(content, HTML.content_type, etag))

        key = (etag, chosen_language(request) or "", address)
        made = await snapshot.pages.made(key, make, key_size=len(address))
        return self._renderer.respond(request, made, {"vary": "Accept-Language, Cookie"})

    def _content(self, request: Request, address: str, snapshot: ServedSnapshot) -> bytes:
        counts, found = snapshot.counts, snapshot.first_page
        names = self._renderer.names(request, found["reading"]["labels"], found["reading"]["kinds"])
        language = self._renderer.language(request)
        return self._renderer.content(
            request,
            "home.html",
            place=Place("/"),
            base=self._project.base,
            **first_page_model(
                counts, found, names, self._profile, Site.of(self._project, language), language=language, today=today()
            ),
            queries=home_questions(self._saved_queries.values()),
            data={
                "@context": SCHEMA,
                "@type": "Dataset",
                "@id": f"{self._project.base}#dataset",
                "name": Site.of(self._project, "en").title,
                "url": address + "/",
            },
        )
