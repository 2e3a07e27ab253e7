"""The snapshot that is served now, with all that is told of it and kept of it.

A request takes the snapshot once, from `Served.current`, and everything that it shows is of that one. Publication is
one assignment: requests that come later take the new snapshot, with empty caches.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from pressgraph.dataset.counts import Counts
from pressgraph.i18n import gettext
from pressgraph.pages.view.reading import NO_FIRST_PAGE
from pressgraph.server.cache import CacheCounts, FastResponses, ResponseCache
from pressgraph.server.failures import SnapshotMovedError
from pressgraph.server.http.responses import RequestError
from pressgraph.server.manifest import ServedManifest
from pressgraph.server.revisions import Revisions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.dataset import Snapshot

FIRST_PAGE = "first-page.2.json"
"""The file beside a store that holds what the first page names."""
_TRIES = 5
"""How often a request begins anew because another snapshot is served meanwhile."""
_PART_FOR_PAGES = 4
"""One byte in so many of the response cache's size is for pages, and one for the fast path, each beside it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServedSnapshot:
    """A snapshot that is served: it and what it says never change; what is kept of it is made as it is asked for."""

    id: str
    """Names the snapshot, and no other one ever."""
    name: str = ""
    store: Path | None = None
    """Its store; None where nothing is served yet."""
    counts: Counts = field(default_factory=Counts)
    """The numbers of the dataset as a whole."""
    first_page: Mapping[str, Any] = field(default_factory=lambda: NO_FIRST_PAGE)
    """What the first page names, and what was read of that."""
    revisions: Revisions = field(default_factory=Revisions)
    """The states that its graphs are in."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """The ids that were served once and are not any more, each with the day of its withdrawal, where that is known."""
    published: float | None = None
    """When it was published, in seconds of `time.time`."""
    responses: ResponseCache
    pages: ResponseCache
    fast_responses: FastResponses

    def etag(self, *parts: str, revision: str | None = None) -> str:
        """Return the entity tag of a representation, of the snapshot or of the revision of one graph.

        >>> cache = ResponseCache(0)
        >>> snapshot = ServedSnapshot(id="s1", responses=cache, pages=cache, fast_responses=FastResponses(0))
        >>> snapshot.etag("turtle"), snapshot.etag("turtle", revision="r7")
        ('"s1-turtle"', '"r7-turtle"')
        """
        return f'"{"-".join((self.id if revision is None else revision, *parts))}"'


class Served:
    """The snapshot that is served now."""

    def __init__(self, *, cache_size: int) -> None:
        self._cache_size = cache_size
        self._counts = CacheCounts()
        self.current = ServedSnapshot(id="none", **self._caches())
        """What requests take; it is assigned when another snapshot is published."""
        self.trouble = ""
        """What is wrong while the last good snapshot is served."""

    def _caches(self) -> dict[str, Any]:
        return {
            "responses": ResponseCache(self._cache_size, self._counts),
            "pages": ResponseCache(self._cache_size // _PART_FOR_PAGES, self._counts),
            "fast_responses": FastResponses(self._cache_size // _PART_FOR_PAGES),
        }

    def read(self, snapshot: Snapshot) -> ServedSnapshot:
        """Read what was kept beside the store of a snapshot; whatever cannot be read is empty.

        Raises StoreError where its manifest cannot be read.
        """
        manifest = ServedManifest.of(snapshot)
        described: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            described = {
                "first_page": json.loads((snapshot.path / FIRST_PAGE).read_bytes()),
                "counts": Counts.load(snapshot.path) or Counts(),
            }
        return ServedSnapshot(
            id=manifest.identity(snapshot),
            name=snapshot.name,
            store=snapshot.path / "store",
            revisions=Revisions.of(manifest),
            gone=manifest.withdrawn,
            published=snapshot.path.stat().st_mtime,
            **described,
            **self._caches(),
        )

    @property
    def cache_held(self) -> int:
        """The bytes that the caches of the snapshot hold."""
        return self.current.responses.held + self.current.pages.held

    @property
    def cache_counts(self) -> CacheCounts:
        """How often the caches of all snapshots had what was asked for."""
        return self._counts


def on_snapshot(
    served: Served, handler: Callable[[Request, ServedSnapshot], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that is given the snapshot which is served when its request comes.

    A request that needs more of it than is still to be had begins anew, with the next one.
    """

    @wraps(handler)
    async def handle(request: Request) -> Response:
        for _ in range(_TRIES):
            try:
                return await handler(request, served.current)
            except SnapshotMovedError:
                continue
        raise RequestError(503, gettext("the dataset changes all the time; try again soon"), {"retry-after": "1"})

    return handle
