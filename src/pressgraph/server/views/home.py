"""The first page: what the graph is, by the numbers that were kept with the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.first_page import first_page_model
from pressgraph.pages.messages import messages
from pressgraph.rdf import SCHEMA
from pressgraph.server.http.addresses import Place
from pressgraph.server.http.negotiation import HTML
from pressgraph.server.http.requests import base_address
from pressgraph.server.http.responses import Representation
from pressgraph.server.views.reader import chosen_language

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
        etag = snapshot.etag(f"{self._renderer.run}home{language}")

        async def make() -> Representation:
            content = await self._background.run(self._content, request, address, snapshot)
            return await self._background.packed(Representation(content, HTML.content_type, etag))

        key = (etag, chosen_language(request) or "", address)
        made = await snapshot.pages.made(key, make, key_size=len(address))
        return self._renderer.respond(request, made, {"vary": "Accept-Language, Cookie"})

    def _content(self, request: Request, address: str, snapshot: ServedSnapshot) -> bytes:
        counts, found = snapshot.counts, snapshot.first_page
        names = self._renderer.names(request, found["labels"])
        return self._renderer.content(
            request,
            "home.html",
            place=Place("/"),
            base=self._project.base,
            **first_page_model(counts, found, names, self._profile),
            queries=[query for query in self._saved_queries.values() if "/" not in query.name],
            data={
                "@context": SCHEMA,
                "@type": "Dataset",
                "@id": f"{self._project.base}#dataset",
                "name": self._project.serve.title or messages("en")["graph_of"],
                "url": address + "/",
            },
        )
