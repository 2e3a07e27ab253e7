"""The right to write, which the server's token gives (RFC 6750)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.server.http.responses import RequestError

if TYPE_CHECKING:
    from starlette.requests import Request


class WriteAccess:
    """The right to write; without a token nobody has it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    @property
    def is_granted(self) -> bool:
        """Whether anybody may write."""
        return self._token is not None

    def check(self, request: Request) -> None:
        """Let a request write.

        Raises RequestError: 403 on a read-only server, 401 without the token.
        """
        if self._token is None:
            raise RequestError(403, gettext("this server is read-only"))
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        good = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token.encode())
        if scheme.lower() != "bearer" or not good:
            raise RequestError(
                401, gettext("writing needs the server's token"), {"www-authenticate": 'Bearer realm="pressgraph"'}
            )
