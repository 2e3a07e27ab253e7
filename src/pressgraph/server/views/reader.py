"""The reader of a page: the language, and whether a page is wanted at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.languages import lookup
from pressgraph.pages.messages import LANGUAGES
from pressgraph.server.http.negotiation import HTML, JSON, choose, choose_language, cookie, field
from pressgraph.server.http.requests import readable_parameters

if TYPE_CHECKING:
    from starlette.requests import Request


def chosen_language(request: Request) -> str | None:
    """Return the language that an address asks for, if it is one of those that there are."""
    return next((value for name, value in readable_parameters(request) if name == "lang" and value in LANGUAGES), None)


def reader_language(request: Request, own: str) -> str:
    """Return the language to answer in: of the address, an earlier choice, the browser, else the project's own."""
    for asked in (chosen_language(request), cookie(request.headers.getlist("cookie"), "lang")):
        found = lookup(asked, LANGUAGES) if asked else None
        if found is not None:
            return found
    default = own if own in LANGUAGES else "en"
    return choose_language(field(request.headers, "accept-language"), tuple(LANGUAGES), default)


def wants_page(request: Request) -> bool:
    """Tell whether the response to a request is for somebody who reads it in a browser."""
    return request.method in {"GET", "HEAD"} and choose(field(request.headers, "accept"), (JSON, HTML)) is HTML
