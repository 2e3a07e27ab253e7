"""The search page: things by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.responses import RedirectResponse

from pressgraph.pages.search import found_groups
from pressgraph.server.http.addresses import split_suffix
from pressgraph.server.http.requests import parameters, sent_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.profile import Profile
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.descriptions import Descriptions

_SHOWN, _NEAR = 50, 5
_NOTHING: dict[str, Any] = {"found": [], "total": 0, "kinds": {}, "labels": {}}
_LONGEST_SEARCH, _LONGEST_PATH = 200, 2000


class SearchPage:
    """The page at /search; `id_base` is what the project's own ids begin with."""

    def __init__(
        self,
        renderer: PageRenderer,
        background: Background,
        descriptions: Descriptions,
        profile: Profile,
        *,
        id_base: str,
    ) -> None:
        self._renderer = renderer
        self._background = background
        self._descriptions = descriptions
        self._profile = profile
        self._id_base = id_base

    async def show(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Find things by their names; an IRI or an id leads to its page.

        Raises RequestError.
        """
        text = " ".join(dict(parameters(request.scope["query_string"])).get("q", "").split())[:_LONGEST_SEARCH]
        if "/" in text:
            iri = await self._descriptions.first_existing(snapshot, [text, f"{self._id_base}{text}"])
            if iri is not None:
                return RedirectResponse(self._renderer.names(request).term(iri).href, 303)
        found = await self._descriptions.search(snapshot, text, most=_SHOWN, any_word=False) if text else _NOTHING

        def groups() -> dict[str, Any]:
            names = self._renderer.names(request, found["labels"])
            language = self._renderer.language(request)
            shown = found_groups(found, names, self._profile, text, language)
            return {"text": text, "groups": shown, "shown": len(found["found"]), "total": found["total"]}

        return await self._renderer.draw_beside(request, "search.html", groups)

    async def near(self, request: Request, snapshot: ServedSnapshot) -> list[dict[str, Any]]:
        """Return things whose names resemble the end of a request's path, for readers of a wrong link.

        Raises RequestError.
        """
        path = sent_path(request)
        if not path.isascii() or len(path) > _LONGEST_PATH:
            return []
        words = split_suffix(unquote(path).rstrip("/").rpartition("/")[2])[0]
        text = " ".join(words.replace("-", " ").replace("_", " ").split())[:_LONGEST_SEARCH]
        if not text:
            return []
        found = await self._descriptions.search(snapshot, text, most=_NEAR, any_word=True)
        return await self._background.run(self._hits, request, found)

    def _hits(self, request: Request, found: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = self._renderer.names(request, found["labels"])
        return [
            {
                "name": names.name(iri),
                "id": names.local(iri),
                "kinds": [names.name(kind) for kind in names.specific(found["kinds"].get(iri, ()))[:1]],
            }
            for iri in found["found"]
        ]
