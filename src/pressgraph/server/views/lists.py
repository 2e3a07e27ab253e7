"""The pages of lists: organisations, labels, releases, people, with one facet at most; and of what leads to a thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.pages.settings import Site
from pressgraph.pages.view.links import links_page
from pressgraph.pages.view.listing import FACETS
from pressgraph.pages.view.lists import list_page
from pressgraph.server.http.addresses import Place
from pressgraph.server.http.negotiation import HTML
from pressgraph.server.http.requests import asked_iri, base_address, parameters
from pressgraph.server.http.responses import Representation, RequestError
from pressgraph.server.views.reader import chosen_language
from pressgraph.server.views.renderer import today

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.descriptions import Descriptions

_LONGEST, _MOST_PAGES = 200, 10_000


class ListPages:
    """The pages at /organisations, /labels, /releases and /people, and those at /links."""

    def __init__(
        self,
        renderer: PageRenderer,
        background: Background,
        descriptions: Descriptions,
        project: Project,
        profile: Profile,
    ) -> None:
        self._renderer = renderer
        self._background = background
        self._descriptions = descriptions
        self._project = project
        self._profile = profile

    async def show(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Show a page of a list.

        Raises RequestError.
        """
        kind = request.url.path.strip("/").rpartition("/")[2]
        fields = dict(parameters(request.scope["query_string"]))
        facet = next((it for it in FACETS[kind] if it in fields), "")
        value = fields.get(facet, "")[:_LONGEST] if facet else ""
        number = _number(fields.get("page", "1"))
        day, language = today(), self._renderer.language(request)
        chosen = [(facet, value)] if facet else []
        place = Place(f"/{kind}", (*chosen, *((("page", str(number)),) if number > 1 else ())))

        async def make() -> bytes:
            found = await self._descriptions.listed(
                snapshot, kind=kind, facet=facet, value=value, number=number, today=day.isoformat()
            )
            if not found["shown"] and number > 1:
                raise RequestError(404, gettext("there is nothing here"))

            def draw() -> bytes:
                names = self._renderer.names(request, found["reading"]["labels"], found["reading"]["kinds"])
                shown = list_page(
                    kind,
                    found,
                    names,
                    self._profile,
                    Site.of(self._project, language),
                    facet=facet,
                    value=value,
                    number=number,
                    language=language,
                    today=day,
                )
                return self._renderer.content(request, "list.html", list=shown, place=place, section=f"/{kind}")

            return await self._background.run(draw)

        return await self._answer(request, snapshot, day, (kind, facet, value, str(number)), make)

    async def links(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Show a page of all that leads to an IRI.

        Raises RequestError.
        """
        fields = dict(parameters(request.scope["query_string"]))
        iri, number = asked_iri(fields), _number(fields.get("page", "1"))
        day, language = today(), self._renderer.language(request)
        place = Place("/links", (("iri", iri), *((("page", str(number)),) if number > 1 else ())))

        async def make() -> bytes:
            found = await self._descriptions.links(snapshot, iri, number, language)
            if not found["shown"]:
                raise RequestError(404, gettext("there is nothing here"))

            def draw() -> bytes:
                names = self._renderer.names(request, found["reading"]["labels"], found["reading"]["kinds"])
                site = Site.of(self._project, language)
                shown = links_page(iri, found, names, self._profile, site, number=number, language=language, today=day)
                return self._renderer.content(request, "links.html", links=shown, place=place)

            return await self._background.run(draw)

        return await self._answer(request, snapshot, day, ("links", iri, str(number)), make)

    async def _answer(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        day: dt.date,
        asked: tuple[str, ...],
        draw: Callable[[], Awaitable[bytes]],
    ) -> Response:
        """Answer with a page that is drawn once for a snapshot, a day and a language."""
        etag = snapshot.etag(f"{self._renderer.run}{day:%y%j}{asked[0]}{self._renderer.language(request)}")

        async def make() -> Representation:
            return await self._background.packed(Representation(await draw(), HTML.content_type, etag))

        key = (etag, *asked, chosen_language(request) or "", base_address(request, self._project.serve.url))
        made = await snapshot.pages.made(key, make, key_size=2 * sum(map(len, asked)))
        return self._renderer.respond(request, made, {"vary": "Accept-Language, Cookie"})


def _number(text: str) -> int:
    """Return the number of a page.

    Raises RequestError.
    """
    if not text.isdigit() or not 0 < int(text[:6]) <= _MOST_PAGES:
        raise RequestError(404, gettext("there is nothing here"))
    return int(text[:6])
