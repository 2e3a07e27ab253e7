"""The files by their names, for whoever is asked for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pressgraph.feeds import atom, crawlers, dcat, ical, names, schemamaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import DataFile, PublishedAt

IN_LANGUAGES = frozenset({"feed.xml", "calendar.ics", "names.json"})
"""The files that are in one language; the others are in all of them, or in none."""
_PART = re.compile(r"schemamap/([1-9][0-9]{0,6})\.jsonl")
_MEDIA_TYPES = {
    "feed.xml": atom.MEDIA_TYPE,
    "calendar.ics": ical.MEDIA_TYPE,
    "names.json": names.MEDIA_TYPE,
    "catalog.ttl": dcat.MEDIA_TYPE,
}


def media_type(name: str) -> str:
    """Return the media type of a file."""
    found = _MEDIA_TYPES.get(name)
    if found is None:
        found = schemamaps.MEDIA_TYPE if name.endswith(".jsonl") else crawlers.MEDIA_TYPE
    return found


def file_of(
    name: str,
    graph: PublishedGraph,
    at: PublishedAt,
    language: str,
    *,
    data: Sequence[DataFile] = (),
    endpoint: str | None = None,
    thing: str | None = None,
) -> bytes | None:
    """Return a file, or None where there is none of this name; `data` and `endpoint` are what a catalogue names.

    With the IRI of a `thing`, a calendar is that of this one alone.
    """
    match name:
        case "calendar.ics" if thing is not None:
            return ical.calendar_of(graph, at, thing, language)
        case "feed.xml":
            return atom.feed(graph, at, language)
        case "calendar.ics":
            return ical.calendar(graph, at, language)
        case "names.json":
            return names.search_names(graph, at, language)
        case "catalog.ttl":
            return dcat.catalogue(graph, at, data, endpoint=endpoint)
        case "schemamap.xml":
            return schemamaps.Schemamap(graph, at).index().content
    if part := _PART.fullmatch(name):
        things, number = schemamaps.Schemamap(graph, at), int(part[1])
        return things.file(number).content if number <= things.files else None
    pages = crawlers.pages_of(graph, at)
    return next((it.content for it in crawlers.sitemap(pages, at) if it.name == name), None)
