"""SPARQL Update at the endpoint (SPARQL 1.1 Protocol, 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.query.guard import Limits, check_query
from pressgraph.server.http.negotiation import field
from pressgraph.server.http.requests import base_address
from pressgraph.server.http.responses import RequestError
from pressgraph.server.sparql.using_clauses import with_dataset
from pressgraph.server.workers.messages import UpdateWrite

if TYPE_CHECKING:
    from starlette.requests import Request

    from pressgraph.project import Serving
    from pressgraph.server.follow import Follower
    from pressgraph.server.http.authorization import WriteAccess
    from pressgraph.server.sparql.protocol import Operation


class UpdateEndpoint:
    """Answers updates."""

    def __init__(self, writer: Follower, access: WriteAccess, settings: Serving) -> None:
        self._writer = writer
        self.access = access
        self._settings = settings
        self.largest = settings.write_body_mib * 1024 * 1024
        """The size in bytes of the largest update."""

    async def answer(self, request: Request, operation: Operation) -> Response:
        """Answer an update.

        Raises RequestError.
        """
        self.access.check(request)
        _check_condition(request)
        text = operation.update
        assert text is not None  # noqa: S101 - the caller asked
        # its writer is a process of its own, which may end of a long update; nesting is refused as in queries
        size = self.largest
        limits = Limits(size=size, depth=self._settings.depth, operators=size, patterns=size)
        try:
            check_query(text, limits)
            text = with_dataset(text, operation.using, operation.using_named)
        except QueryError as error:
            raise RequestError(400, error.sentence) from error
        base = base_address(request, self._settings.url)
        await self._writer.write(UpdateWrite(text=text, base=f"{base}/sparql"))
        return Response(status_code=204, headers={"cache-control": "no-store"})


def _check_condition(request: Request) -> None:
    """Raise RequestError where an update is to be made in a state only (RFC 9110, 13.1): it names no one graph."""
    match, none = (field(request.headers, name) for name in ("if-match", "if-none-match"))
    if (match is not None and match.strip() != "*") or (none is not None and none.strip() == "*"):
        raise RequestError(
            412, gettext("an update has no entity tag; a graph is changed in a known state by PUT, POST or DELETE")
        )
