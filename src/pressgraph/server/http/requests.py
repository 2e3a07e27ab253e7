"""What a request says: its parameters, its body within limits, the address by which its client reaches the server."""

from __future__ import annotations

import asyncio
from binascii import a2b_qp
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes

from pressgraph.i18n import gettext
from pressgraph.query.patterns import ABSOLUTE_IRI, HOST
from pressgraph.rdf.terms import is_iri
from pressgraph.server.http.responses import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

LONGEST_IRI = 2000
_MOST_PARAMETERS = 200


def parameters(raw: bytes | str) -> list[tuple[str, str]]:
    """Return the fields of a query string or form, decoded once.

    Raises RequestError for what is not UTF-8, and for too many.
    """
    try:
        text = raw.decode("ascii") if isinstance(raw, bytes) else raw
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise RequestError(400, gettext("the request's parameters are not UTF-8")) from error
    except ValueError as error:
        raise RequestError(400, gettext("the request has too many parameters")) from error


def readable_parameters(request: Request) -> list[tuple[str, str]]:
    """Return the fields of an address; none where they are not UTF-8, which the page of the error must not mind."""
    try:
        return parameters(request.scope["query_string"])
    except RequestError:
        return []


def media_type(request: Request) -> tuple[str, str]:
    """Return the media type of a request's body, and its charset."""
    value, *rest = request.headers.get("content-type", "").split(";")
    charset = "utf-8"
    for parameter in rest:
        name, _, setting = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = setting.strip().strip("\"'").lower()
    return value.strip().lower(), charset


@dataclass(frozen=True, slots=True)
class GraphNaming:
    """How graphs are named that were written here: below the project's base, so that no name depends on the host."""

    base: str
    """The project's."""
    public: str
    """The address that the server was told, if any."""

    def named(self, request: Request, text: str) -> str:
        """Return the name of a graph that came in a parameter: by name, or by the address that it is read at here.

        Raises RequestError for what is no absolute IRI.
        """
        iri = absolute_iri(text)
        if "/store/" not in iri:
            return iri
        here = f"{base_address(request, self.public)}/store/"
        return f"{self.base}store/{iri.removeprefix(here)}" if iri.startswith(here) else iri


def asked_iri(fields: Mapping[str, str]) -> str:
    """Return the IRI that a page is asked for about.

    Raises RequestError for what is none, or is too long.
    """
    iri = fields.get("iri", "")
    if not is_iri(iri):
        raise RequestError(400, gettext("the address needs ?iri= with an absolute IRI"))
    if len(iri) > LONGEST_IRI:
        raise RequestError(400, gettext("the IRI is too long"))
    return iri


def absolute_iri(text: str) -> str:
    """Return an IRI that came in a parameter.

    Raises RequestError for what is none.
    """
    if not ABSOLUTE_IRI.fullmatch(text):
        raise RequestError(400, gettext("a graph's name in the request is not an absolute IRI"))
    return text


async def read_body(request: Request, *, most: int, seconds: float) -> bytes:
    """Read a request's body of at most so many bytes, which has to come within so many seconds.

    Raises RequestError for one that is compressed, too large or too slow.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise RequestError(415, gettext("a request's body must not be compressed"), {"accept-encoding": "identity"})
    parts: list[bytes] = []
    size = 0
    close = {"connection": "close"}
    with suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > most:
            raise RequestError(413, gettext("the request's body is larger than {most} bytes", most=most), close)
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise RequestError(413, gettext("the request's body is larger than {most} bytes", most=most), close)
                parts.append(part)
    except TimeoutError:
        raise RequestError(408, gettext("the request's body did not come in time"), close) from None
    return b"".join(parts)


def mount_prefix(request: Request) -> str:
    """Return the path that links of a response begin with, as `pressgraph.server.http.mount` found it."""
    prefix: str = request.scope.get("pressgraph.prefix", "")
    return prefix


def base_address(request: Request, public: str) -> str:
    """Return the address, without a slash at its end, by which the client reaches the server: where it is mounted.

    `public` is the address that the server was told, if any. Raises RequestError for a Host that is none.
    """
    if public:
        return public
    host = next((value for name, value in request.scope["headers"] if name == b"host"), b"")
    if not HOST.fullmatch(host):
        raise RequestError(400, gettext("the request's Host is not a host"))
    return f"{request.scope['scheme']}://{host.decode('ascii')}{mount_prefix(request)}"


def sent_path(request: Request) -> str:
    """Return a request's path below the mount as it was sent, without its query."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def form_decoded(data: bytes) -> bytes:
    """Return a value of a form, which holds no line break, without its percent-encoding (URL Standard, 5.1).

    Quoted-printable is percent-encoding with another sign, and the standard library decodes it ten times as fast.
    """
    quoted = data.replace(b"=", b"=3D").replace(b"%", b"=").replace(b"+", b" ")
    decoded = a2b_qp(quoted)
    # a sign that no two digits follow does not make the text two bytes shorter, and is read differently
    if len(quoted) - len(decoded) != 2 * quoted.count(b"="):
        return unquote_to_bytes(data.replace(b"+", b" "))
    return decoded
