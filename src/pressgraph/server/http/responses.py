"""What all responses of the server share: representations, entity tags, errors in one line, CORS."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from pressgraph.i18n import gettext
from pressgraph.server.http.negotiation import accepts_gzip, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from pressgraph.i18n import Text
    from pressgraph.server.http.negotiation import MediaType

WORTH_COMPRESSING = 1024
"""The size in bytes from which a representation is compressed."""

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Content-Location, X-Request-Id",
}


class RequestError(Exception):
    """A request that is answered with an error: a status and one sentence."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


class WithdrawnError(RequestError):
    """A request for what was published once; `day` is that of its withdrawal, as YYYY-MM-DD, where that is known.

    It says nothing of what was there: an id can be a person's name.
    """

    def __init__(self, day: str) -> None:
        message = gettext("this is no longer published")
        super().__init__(410, gettext("this was withdrawn on {day}", day=day) if day else message)
        self.day = day


@dataclass(slots=True)
class Representation:
    """A representation (RFC 9110, 3.2): its bytes, its media type, its entity tag; the tag may be empty."""

    body: bytes
    content_type: str
    etag: str
    _gzipped: bytes | None = None

    def encoded(self, *, compress: bool) -> tuple[bytes, str, bool]:
        """Return the bytes, compressed where that is accepted and worth it, their entity tag, and whether they are."""
        if not compress or len(self.body) < WORTH_COMPRESSING:
            return self.body, self.etag, False
        if self._gzipped is None:
            self._gzipped = gzip.compress(self.body, 3, mtime=0)
        return self._gzipped, packed_tag(self.etag) if self.etag else "", True


def not_acceptable(offered: Iterable[MediaType], what: Text | None = None) -> RequestError:
    """Return the error for a request that accepts none of the media types that there are."""
    names = ", ".join(it.media_type for it in offered)
    return RequestError(
        406,
        gettext("{what} has one of the media types {names}", what=what or gettext("this"), names=names),
        {"vary": "Accept"},
    )


def error_response(error: RequestError) -> Response:
    """Return an error as text: one line, nothing of the machine in it."""
    line = " ".join(error.message.split())
    return PlainTextResponse(f"{line}\n", error.status, {**CORS, "cache-control": "no-store", **error.headers})


def known_tag(request: Request, etag: str, *, made: bool = True) -> str | None:
    """Return which of the client's entity tags stands for this representation, or None (RFC 9110, 13.1.2).

    The same content with and without compression has two tags, and a client may have either: the response 304 names
    the one that the client has, which is that of its 200. Where it has both, or says '*', that is the one given here.
    '*' asks whether there is a representation at all, which is not known before it is `made`.
    """
    wanted = field(request.headers, "if-none-match")
    if wanted is None:
        return None
    listed = {it.strip().removeprefix("W/") for it in wanted.split(",")}
    if etag in listed or ("*" in listed and made):
        return etag
    return next((it for it in (plain_tag(etag), packed_tag(etag)) if it in listed), None)


def plain_tag(etag: str) -> str:
    """Return the entity tag of the same content without compression."""
    return f'{etag[:-1].removesuffix("-gz")}"'


def packed_tag(etag: str) -> str:
    """Return the entity tag of the same content with compression."""
    return f'{etag[:-1].removesuffix("-gz")}-gz"'


def takes_gzip(request: Request) -> bool:
    """Tell whether the response to a request may be compressed with gzip."""
    return accepts_gzip(field(request.headers, "accept-encoding"))


def respond(
    request: Request, representation: Representation, headers: Mapping[str, str], status: int = 200
) -> Response:
    """Return a representation, which may be compressed; 304 where the client has it already."""
    sent = {**headers, "vary": ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))}
    body, etag, packed = representation.encoded(compress=takes_gzip(request))
    if etag:
        held = known_tag(request, etag)
        if held is not None:
            return Response(status_code=304, headers={**sent, "etag": held})
        sent["etag"] = etag
    sent["content-type"] = representation.content_type
    if packed:
        sent["content-encoding"] = "gzip"
    return Response(body, status, sent)


def preflight(methods: str) -> Response:
    """Answer OPTIONS, for clients and for browsers that ask before a request to another site (CORS)."""
    headers = {
        **CORS,
        "allow": methods,
        "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
        "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match",
        "access-control-max-age": "86400",
    }
    return Response(status_code=204, headers=headers)
