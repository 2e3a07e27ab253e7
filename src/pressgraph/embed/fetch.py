"""Fetch a page that a user names by its address, within limits."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext

LIMIT = 10 * 1024 * 1024
TIMEOUT = 20.0
_AGENT = "pressgraph (+https://w3id.org/pressgraph/)"
_CHUNK = 64 * 1024


class FetchError(PressgraphError):
    """A page could not be fetched."""


class TooLargeError(FetchError):
    """A page is larger than asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as a server sent it: its bytes, its address after redirections, and the character set the server named."""

    html: bytes
    url: str
    charset: str | None


def fetch(url: str, *, limit: int = LIMIT, timeout: float = TIMEOUT, allow_private: bool = False) -> Fetched:
    """Return the page at an http(s) address.

    At most `limit` bytes are read, and for at most `timeout` seconds. Addresses that are not of the public internet
    are refused, redirections to them too, unless `allow_private`: the address that the connection has counts, whatever
    its name resolved to before.

    Raises FetchError.
    """
    deadline = time.monotonic() + timeout
    wanted = _encoded(url)
    request = urllib.request.Request(wanted, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"})  # noqa: S310 - it is http(s)
    try:
        with _opener(allow_private=allow_private).open(request, timeout=timeout) as response:
            html = _read(response, limit, deadline)
            return Fetched(html=html, url=response.url, charset=response.headers.get_content_charset())
    except FetchError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        raise FetchError(
            gettext("{url} answered {code} {reason}", url=url, code=error.code, reason=error.reason)
        ) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, FetchError):
            raise error.reason from error
        raise FetchError(gettext("{url} cannot be fetched: {reason}", url=url, reason=error.reason)) from error
    except TimeoutError as error:
        raise FetchError(gettext("{url} took more than {seconds:g} seconds", url=url, seconds=timeout)) from error
    except http.client.IncompleteRead as error:
        raise FetchError(gettext("{url} was cut short: its server closed the connection", url=url)) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        # a redirection, too, may lead to what is no address
        raise FetchError(
            gettext("{url} cannot be fetched: {reason}", url=url, reason=str(error) or type(error).__name__)
        ) from error


def _encoded(url: str) -> str:
    """Return an address as HTTP sends it: umlauts of a path percent-encoded, those of a host in IDNA.

    Raises FetchError.
    """
    if url.partition("://")[0].lower() not in {"http", "https"}:
        raise FetchError(gettext("'{url}' is not an http(s) address", url=url))
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(url, None)
    except (requests.RequestException, ValueError) as error:
        raise FetchError(gettext("'{url}' is not an address: {reason}", url=url, reason=error)) from error
    return str(prepared.url)


def _read(response: Any, limit: int, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLargeError(
                gettext("{url} has more than {limit:,} bytes", url=response.url, limit=limit),
                hint=gettext("raise the limit with --max-bytes"),
            )
        if time.monotonic() > deadline:
            raise TimeoutError
        chunks.append(chunk)
    if response.length:
        # what `read1` gives ends in silence where the connection does
        raise FetchError(
            gettext(
                "{url} was cut short after {size:,} bytes; {length:,} more were announced",
                url=response.url,
                size=size,
                length=response.length,
            )
        )
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise FetchError(
            gettext("{url} came compressed ({coding}), which was not asked for", url=response.url, coding=coding)
        )
    return b"".join(chunks)


def _opener(*, allow_private: bool) -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ]
    if allow_private:
        handlers += [urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()]
    else:
        handlers += [_PublicHTTPHandler(), _PublicHTTPSHandler()]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


class _PublicConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _require_public(self)


class _PublicSecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _require_public(self)


class _PublicHTTPHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicConnection, req)


class _PublicHTTPSHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicSecureConnection, req, context=ssl.create_default_context())


def _require_public(connection: http.client.HTTPConnection) -> None:
    """Close a connection to an address that is not of the public internet, before anything is sent."""
    address = ipaddress.ip_address(str(connection.sock.getpeername()[0]).partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        host = connection.host
        connection.close()
        raise FetchError(
            gettext(
                "'{host}' is {address}, which is not an address of the public internet", host=host, address=address
            ),
            hint=gettext("--allow-private fetches it all the same"),
        )


def read_source(page: str, *, limit: int, timeout: float, private: bool) -> tuple[bytes, str | None, str | None]:
    """Return the bytes of a file or an address, with the address and the character set that a server named.

    Raises OSError, FetchError.
    """
    if page.partition("://")[0].lower() not in {"http", "https"}:
        return Path(page).read_bytes(), None, None
    fetched = fetch(page, limit=limit, timeout=timeout, allow_private=private)
    return fetched.html, fetched.url, fetched.charset
