"""Responses to requests that fail: a page for browsers, else a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.i18n import gettext, in_language
from pressgraph.pages.view.days import day_in_words
from pressgraph.server.failures import SnapshotMovedError
from pressgraph.server.http.responses import RequestError, WithdrawnError, error_response
from pressgraph.server.views.reader import wants_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.server.served import Served
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.views.search import SearchPage

_NOT_FOUND, _BAD_METHOD = 404, 405


class ErrorPages:
    """The responses to requests that cannot be answered."""

    def __init__(self, renderer: PageRenderer, search: SearchPage, served: Served) -> None:
        self._renderer = renderer
        self._search = search
        self._served = served

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer with the error that a handler raised."""
        assert isinstance(error, RequestError)  # noqa: S101 - registered for it
        return await self._answer(request, error)

    async def not_found(self, request: Request, error: Exception) -> Response:
        """Answer what no route answers."""
        status = getattr(error, "status_code", _NOT_FOUND)
        headers = getattr(error, "headers", None)
        message = (
            gettext("this address does not take that method")
            if status == _BAD_METHOD
            else gettext("there is nothing here")
        )
        return await self._answer(request, RequestError(status, message, headers))

    async def _answer(self, request: Request, error: RequestError) -> Response:
        if not wants_page(request):
            return error_response(error)
        near = await self._near(request) if error.status == _NOT_FOUND else ()
        language = self._renderer.language(request)
        return await self._renderer.draw_beside(
            request,
            "error.html",
            lambda: {
                "status": error.status,
                "headers": {"cache-control": "no-store", **error.headers},
                "code": error.status,
                "message": in_language(error.message, language),
                "withdrawn": day_in_words(error.day, language) if isinstance(error, WithdrawnError) else None,
                "near": near,
            },
        )

    async def _near(self, request: Request) -> Sequence[dict[str, Any]]:
        """Return things with similar names, for readers who looked for one."""
        try:
            return await self._search.near(request, self._served.current)
        except (RequestError, SnapshotMovedError):
            return ()
