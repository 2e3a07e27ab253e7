"""Descriptions of things, as pages and documents ask for them: of one snapshot, whichever process answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pressgraph.server.failures import JobError, SnapshotMovedError, request_error
from pressgraph.server.workers.frames import request_frame
from pressgraph.server.workers.messages import (
    AloneRequest,
    DocumentRequest,
    ExistsRequest,
    LinksRequest,
    ListRequest,
    NamesRequest,
    SearchRequest,
    TermsRequest,
    ThingRequest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.messages import DescriptionRequest, FileRequest, HeadRequest
    from pressgraph.server.workers.pool import Pool

_SMALL = 64 * 1024
"""The size in bytes up to which a description is parsed at once, on the event loop."""


class Descriptions:
    """Asks processes for descriptions (`pressgraph.pages.describe`).

    All methods raise RequestError where there is no answer, and SnapshotMovedError where it is of another snapshot.
    """

    def __init__(self, pool: Pool, background: Background) -> None:
        self._pool = pool
        self._background = background

    async def thing(self, snapshot: ServedSnapshot, iri: str) -> dict[str, Any]:
        """Return what is said of an IRI, and what points to it."""
        return await self._ask(snapshot, ThingRequest(iri=iri))

    async def document(
        self, snapshot: ServedSnapshot, iri: str, terms: Sequence[str] = (), *, statuses: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the description of an IRI, and of terms, as N-Triples under `triples`.

        With `statuses`, what facts of these state, and what rests on such.
        """
        request = DocumentRequest(
            iri=iri, terms=tuple(terms), statuses=tuple(statuses) if statuses is not None else None
        )
        return await self._ask(snapshot, request)

    async def head(self, snapshot: ServedSnapshot, request: HeadRequest) -> tuple[dict[str, Any] | None, bool]:
        """Return what the page of a thing tells search engines, and whether the calendar has an event of it.

        The former is None where schema.org has no class for it.
        """
        found = await self._ask(snapshot, request)
        return found["data"], found["has_event"]

    async def first_existing(self, snapshot: ServedSnapshot, iris: Sequence[str]) -> str | None:
        """Return the first IRI of a list that occurs in the dataset."""
        iri: str | None = (await self._ask(snapshot, ExistsRequest(iris=tuple(iris))))["iri"]
        return iri

    async def terms(self, snapshot: ServedSnapshot, iris: Sequence[str]) -> dict[str, Any]:
        """Return labels, definitions and classes of terms."""
        return await self._ask(snapshot, TermsRequest(terms=tuple(iris)))

    async def names(self, snapshot: ServedSnapshot, iris: Sequence[str]) -> dict[str, Any]:
        """Return what things are called."""
        return await self._ask(snapshot, NamesRequest(iris=tuple(iris)))

    async def search(self, snapshot: ServedSnapshot, text: str, *, most: int, any_word: bool) -> dict[str, Any]:
        """Return things by their names, and how many there are in all."""
        return await self._ask(snapshot, SearchRequest(text=text, most=most, any_word=any_word))

    async def file(self, snapshot: ServedSnapshot, request: FileRequest) -> bytes:
        """Return a file of the graph that is no page."""
        return await self._content(snapshot, request)

    async def listed(
        self, snapshot: ServedSnapshot, *, kind: str, facet: str, value: str, number: int, today: str
    ) -> dict[str, Any]:
        """Return a page of a list of things, with facets."""
        request = ListRequest(kind=kind, facet=facet, value=value, number=number, today=today)
        return await self._ask(snapshot, request)

    async def links(self, snapshot: ServedSnapshot, iri: str, number: int, language: str) -> dict[str, Any]:
        """Return a page of all that leads to an IRI, in the order of names in a language."""
        return await self._ask(snapshot, LinksRequest(iri=iri, number=number, language=language))

    async def alone(self, snapshot: ServedSnapshot, iris: Sequence[str]) -> dict[str, Any]:
        """Return what is said of things, without what is near them."""
        return await self._ask(snapshot, AloneRequest(iris=tuple(iris)))

    async def _ask(self, snapshot: ServedSnapshot, request: DescriptionRequest) -> dict[str, Any]:
        content = await self._content(snapshot, request)
        loads = json.loads
        found: dict[str, Any] = loads(content) if len(content) < _SMALL else await self._background.run(loads, content)
        return found

    async def _content(self, snapshot: ServedSnapshot, request: DescriptionRequest | FileRequest) -> bytes:
        job = self._pool.ask(request_frame(request), own=True)
        try:
            content = b"".join([chunk async for chunk in job.chunks()])
        except JobError as failure:
            raise request_error(failure) from failure
        finally:
            job.close()
        if job.snapshot is not snapshot:
            raise SnapshotMovedError
        return content
