"""What a process writes of the served graph for other programs: files that are no pages, data in the heads of pages."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pressgraph.dataset import GraphNames
from pressgraph.embed.data import PageContext, PageData
from pressgraph.export.published import PublishedGraph
from pressgraph.feeds import PublishedAt
from pressgraph.feeds.dcat import served_files
from pressgraph.feeds.files import file_of
from pressgraph.feeds.ical import has_event
from pressgraph.project import Publication

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pressgraph.server.workers.messages import FileRequest, HeadRequest, WorkerSettings


def written(request: FileRequest, store: ox.Store, settings: WorkerSettings) -> bytes | None:
    """Return a file of a store that holds nothing which is withheld; None where there is none of this name."""
    id_base, address = settings.id_base, request.address
    graph = PublishedGraph(store, GraphNames(id_base=id_base), statuses=request.statuses, written=True)

    def page(iri: str, language: str) -> str | None:
        if not iri.startswith(id_base):
            return None
        return f"{address}/doc/{quote(iri.removeprefix(id_base), safe='/~')}?lang={quote(language)}"

    said = {**request.published, "keywords": tuple(request.published.get("keywords", ()))}
    at = PublishedAt(
        url=f"{address}/",
        base=settings.base,
        page=page,
        languages=request.languages,
        title=request.title,
        published=Publication(**said),
    )
    return file_of(
        request.name,
        graph,
        at,
        request.language,
        data=served_files(address),
        endpoint=f"{address}/sparql",
        thing=request.thing,
    )


def head(request: HeadRequest, store: ox.Store, settings: WorkerSettings) -> tuple[dict[str, Any] | None, bool]:
    """Return what the page of a thing tells search engines, and whether the calendar has an event of it.

    The former is None where schema.org has no class for it.
    """
    graph = PublishedGraph(store, GraphNames(id_base=settings.id_base), statuses=request.statuses, written=True)
    day = datetime.date.fromisoformat(request.day)
    data = PageData(graph, request.iri, queries=settings.day_queries, day=day)
    if not data.has_class:
        return None, False
    context = PageContext(language=request.language, fallback=request.fallback, url=request.url)
    return data.google(context), has_event(graph, request.iri)
