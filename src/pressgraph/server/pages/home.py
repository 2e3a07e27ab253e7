"""The first page: what the graph is, by the numbers that were kept with the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.rdf import SCHEMA
from pressgraph.server.http.addresses import Place
from pressgraph.server.http.negotiation import HTML
from pressgraph.server.http.requests import base_address
from pressgraph.server.http.responses import Representation
from pressgraph.server.pages.messages import messages
from pressgraph.server.pages.reader import chosen_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.dataset.counts import Counts
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.pages.renderer import PageRenderer
    from pressgraph.server.served import ServedSnapshot
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
        things, kinds = self._things(counts)
        return self._renderer.content(
            request,
            "home.html",
            place=Place("/"),
            base=self._project.base,
            counts={"releases": counts.releases, "facts": counts.facts, "things": things, "triples": counts.triples},
            releases=[
                {"name": names.name(it["iri"]), "day": it["day"], "by": [names.name(iri) for iri in it["by"]]}
                for it in found["releases"]
            ],
            kinds=sorted(
                ({"name": names.term(iri), "count": count} for iri, count in kinds.items()),
                key=lambda it: (-it["count"], it["name"].label),
            ),
            queries=[query for query in self._saved_queries.values() if "/" not in query.name],
            data={
                "@context": SCHEMA,
                "@type": "Dataset",
                "@id": f"{self._project.base}#dataset",
                "name": self._project.serve.title or messages("en")["graph_of"],
                "url": address + "/",
            },
        )

    def _things(self, counts: Counts) -> tuple[int, dict[str, int]]:
        """Return how many things the profile knows, and how many of which class that is not only a superclass."""
        above = {it.iri: it.superclasses for it in self._profile.classes.values()}
        found = [([name for name in key.split(" ") if name in above], number) for key, number in counts.kinds.items()]
        told = {name for names, _ in found for name in names if not any(name in above[it] for it in names)}
        kinds = {name: sum(number for names, number in found if name in names) for name in told}
        return sum(number for names, number in found if names), kinds
