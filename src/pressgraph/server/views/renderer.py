"""Pages from templates, in the reader's language."""

from __future__ import annotations

import datetime as dt
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from pressgraph.pages.messages import LANGUAGES
from pressgraph.pages.names import Names
from pressgraph.pages.settings import Site
from pressgraph.pages.templates import Templates
from pressgraph.pages.view.days import day_in_words
from pressgraph.server.http.addresses import Place, link
from pressgraph.server.http.negotiation import HTML
from pressgraph.server.http.requests import base_address, mount_prefix, readable_parameters, sent_path
from pressgraph.server.http.responses import Representation, respond
from pressgraph.server.views.reader import chosen_language, reader_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.server.http.addresses import Addresses
    from pressgraph.server.views.static import StaticFiles
    from pressgraph.server.workers.background import Background

_DECIDING = frozenset({"q", "iri", "query", "saved", "run", "default-graph-uri", "named-graph-uri"})
_YEAR = 365 * 24 * 3600


def today() -> dt.date:
    """Return the day of what pages show: the server's own."""
    return dt.datetime.now().astimezone().date()


class PageRenderer:
    """Draws pages. `places` are the addresses that every page links to; `run` differs with each start of the server."""

    def __init__(
        self,
        project: Project,
        profile: Profile,
        addresses: Addresses,
        static: StaticFiles,
        background: Background,
        *,
        places: Iterable[str],
        run: str,
    ) -> None:
        self._project = project
        self._settings = project.serve
        self._profile = profile
        self._addresses = addresses
        self._static = static
        self._background = background
        self._places = frozenset(places)
        self.run = run
        """Pages that were drawn by another program are not the same."""
        self._templates = Templates()

    async def draw_beside(self, request: Request, template: str, make: Callable[[], dict[str, Any]]) -> Response:
        """Answer with a page that is drawn for this request beside the event loop; `make` makes what it shows."""
        return await self._background.run(lambda: self.draw(request, template, **make()))

    def draw(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """Answer with a page that is drawn for this request."""
        nonce = secrets.token_urlsafe(12)
        content = self.content(request, template, nonce=nonce, **values)
        return self.respond(
            request, Representation(content, HTML.content_type, ""), headers or {}, status=status, nonce=nonce
        )

    def content(self, request: Request, template: str, *, place: Place | None = None, **values: Any) -> bytes:
        """Draw a page in the reader's language; `place` is where it is, whatever the request's address.

        The value `as_of` is the day of the newest source that it is made from, as YYYY-MM-DD.
        """
        language, prefix = self.language(request), mount_prefix(request)
        here = place or Place(sent_path(request), tuple(it for it in readable_parameters(request) if _decides(it[0])))
        text = self._templates.draw(
            template,
            language,
            others=[
                (tag, name, here.link(prefix, ("lang", tag))) for tag, name in LANGUAGES.items() if tag != language
            ],
            link=partial(link, prefix=prefix),
            asset=partial(self._static.address, prefix),
            # what has fields of its own, such as a search, is for readers, not for crawlers
            indexed=self._indexed(request, place) if place is not None and not place.fields else None,
            editor=self._static.has_editor,
            site=Site.of(self._project, language),
            path=here.path,
            places=self._places,
            as_of=day_in_words(values.pop("as_of", ""), language),
            **{"section": "", "forms": (), **values},
        )
        return text.encode()

    def respond(
        self,
        request: Request,
        representation: Representation,
        headers: Mapping[str, str],
        *,
        status: int = 200,
        nonce: str = "",
    ) -> Response:
        """Return a page as a response; the nonce is that of the styles which its script makes."""
        language = self.language(request)
        styles = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        policy = (
            f"default-src 'none'; script-src 'self'; style-src {styles}; font-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        sent = {
            "content-security-policy": policy,
            "content-language": language,
            "vary": "Accept, Accept-Language, Cookie",
            "cache-control": "no-cache",
            **headers,
        }
        response = respond(request, representation, sent, status)
        if chosen_language(request) == language:
            # a language that was chosen is kept
            path = link("/", prefix=mount_prefix(request))
            response.set_cookie("lang", language, max_age=_YEAR, path=path, httponly=True, samesite="lax")
        return response

    def _indexed(self, request: Request, place: Place) -> dict[str, Any]:
        """Return what crawlers are told of a page: its one address, and its addresses in each language."""
        address = base_address(request, self._settings.url)
        return {
            "canonical": self.canonical(request, place),
            "neutral": address + place.link(),
            "languages": [(tag, address + place.link("", ("lang", tag))) for tag in LANGUAGES],
        }

    def canonical(self, request: Request, place: Place) -> str:
        """Return the one address that a page is known by, in the language that was chosen."""
        address, chosen = base_address(request, self._settings.url), chosen_language(request)
        return address + place.link("", *((("lang", chosen),) if chosen else ()))

    def language(self, request: Request) -> str:
        """Return the language to answer in."""
        return reader_language(request, self._project.language)

    def names(
        self,
        request: Request,
        labels: Mapping[str, Sequence[Sequence[str]]] | None = None,
        kinds: Mapping[str, Sequence[str]] | None = None,
    ) -> Names:
        """Return what names IRIs in the reader's language."""
        return Names(
            self._profile,
            self._project,
            self._addresses.links(mount_prefix(request)),
            self.language(request),
            labels or {},
            kinds,
        )


def _decides(name: str) -> bool:
    """Tell whether a field of an address decides what its page shows, besides the language; others are passed over."""
    return name in _DECIDING or name.startswith("p.")
