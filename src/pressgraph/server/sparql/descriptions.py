"""The descriptions of the service and of the dataset as resources, written once for each snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from pressgraph.dataset.serializations import SERIALIZATIONS
from pressgraph.dataset.writing import write_triples
from pressgraph.errors import DataError
from pressgraph.feeds.dcat import served_files, void_description
from pressgraph.feeds.published_at import PublishedAt
from pressgraph.server.http.addresses import link
from pressgraph.server.http.negotiation import GRAPHS, choose, field
from pressgraph.server.http.requests import base_address, mount_prefix
from pressgraph.server.http.responses import CORS, Representation, RequestError, respond
from pressgraph.server.sparql import description

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyoxigraph as ox
    from starlette.requests import Request

    from pressgraph.project import Publication, Serving
    from pressgraph.server.http.negotiation import MediaType
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.workers.background import Background


def write_rdf(triples: Iterable[ox.Triple], media_type: MediaType, prefixes: Mapping[str, str]) -> bytes:
    """Write triples in a media type, with prefixes where it has them.

    Raises RequestError where it has no way to say one of them.
    """
    serialization = next(it for it in SERIALIZATIONS if it.name == media_type.name)
    try:
        return write_triples(triples, serialization, prefixes)
    except DataError as error:
        raise RequestError(406, error.sentence, {"vary": "Accept"}) from error


class ServiceDescriptions:
    """The service description of the endpoint, and the VoID description of the dataset.

    `run` differs each time the server starts: what another program has written is not the same.
    """

    def __init__(
        self,
        background: Background,
        settings: Serving,
        prefixes: Mapping[str, str],
        *,
        base: str,
        published: Publication,
        writable: bool,
        run: str,
    ) -> None:
        self._background = background
        self._settings = settings
        self._prefixes = {**prefixes, **description.PREFIXES}
        self._base = base
        self._published = published
        self._writable = writable
        self._run = run

    async def service(self, request: Request, snapshot: ServedSnapshot, media_type: MediaType) -> Response:
        """Describe the endpoint, and the dataset with it.

        Raises RequestError.
        """
        address = base_address(request, self._settings.url)
        endpoint = f"{address}/sparql" + ("/" if request.scope["path"].endswith("/") else "")

        def triples() -> Iterator[ox.Triple]:
            yield from description.service_description(
                endpoint,
                self._base,
                snapshot.counts,
                writable=self._writable,
                federated=bool(self._settings.services),
            )
            yield from self._void(address, snapshot)

        return await self._described(request, snapshot, media_type, endpoint, triples)

    async def void(self, request: Request, snapshot: ServedSnapshot) -> Response:
        """Describe the dataset.

        Raises RequestError.
        """
        media_type = choose(field(request.headers, "accept"), GRAPHS) or GRAPHS[0]
        address = base_address(request, self._settings.url)
        return await self._described(
            request, snapshot, media_type, f"{address}/void", lambda: self._void(address, snapshot)
        )

    async def well_known(self, request: Request) -> Response:
        """Send on to the description of the dataset (VoID, 7.2)."""
        return RedirectResponse(link("/void", prefix=mount_prefix(request)), 302, CORS)

    def _void(self, address: str, snapshot: ServedSnapshot) -> Iterator[ox.Triple]:
        at = PublishedAt(
            url=f"{address}/",
            base=self._base,
            page=lambda _iri, _language: None,
            title=self._published.title or self._settings.title or f"pressgraph: {self._base}",
            published=self._published,
        )
        return void_description(snapshot.counts, at, served_files(address), endpoint=f"{address}/sparql")

    async def _described(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        media_type: MediaType,
        address: str,
        triples: Callable[[], Iterable[ox.Triple]],
    ) -> Response:
        etag = snapshot.etag(f"{self._run}{media_type.name}")

        async def make() -> Representation:
            content = await self._background.run(lambda: write_rdf(triples(), media_type, self._prefixes))
            return await self._background.packed(Representation(content, media_type.content_type, etag))

        made = await snapshot.pages.made((etag, address), make, key_size=len(address))
        return respond(request, made, {**CORS, "vary": "Accept", "cache-control": "no-cache"})
