"""The files of a published graph that are no pages: for feed readers, calendars, catalogues and crawlers.

Each is a pure function of what is published (`PublishedGraph`, the one gate) and of where and when (`PublishedAt`); it
opens no file and asks no network, and the same facts and day give the same bytes. `pressgraph site` writes what they
return; the server answers with it.

| file | function |
|---|---|
| `feed.xml` | `feed(graph, at, language) -> bytes`: Atom of the releases, newest first |
| `calendar.ics` | `calendar(graph, at, language) -> bytes`: the labels that run out, with alarms |
|  | `calendar_of(graph, at, iri, language) -> bytes`: one of them, for the page of a label |
| `names.json` | `search_names(graph, at, language) -> bytes`: what there is to find, for a search in the browser |
| `catalog.ttl` | `catalogue(graph, at, files) -> bytes`: DCAT-AP 3 |
| `void.ttl` | `void(counts, at, files) -> bytes` |
| `sitemap.xml` | `sitemap(pages, at) -> Iterator[File]`: one file, or several and their index |
| `schemamap.xml` | `schemamap(graph, at) -> Iterator[File]`: it, and `schemamap/N.jsonl` |
| `robots.txt` | `robots(at, closed) -> bytes` |

`at.page` says which address a page has, in each language; who draws pages knows. `pages_of(graph, at)` are the pages of
all things, for a sitemap of these alone.
"""

from __future__ import annotations

from pressgraph.feeds.atom import feed
from pressgraph.feeds.crawlers import pages_of, robots, sitemap
from pressgraph.feeds.dcat import catalogue, void
from pressgraph.feeds.ical import calendar, calendar_of, calendar_of_event, event_of
from pressgraph.feeds.names import Row, search_file, search_names, search_row
from pressgraph.feeds.opensearch import opensearch
from pressgraph.feeds.published_at import DataFile, File, PageAddress, PublishedAt
from pressgraph.feeds.reading import Reading
from pressgraph.feeds.schemamaps import Schemamap, Told, schemamap

__all__ = [
    "DataFile",
    "File",
    "PageAddress",
    "PublishedAt",
    "Reading",
    "Row",
    "Schemamap",
    "Told",
    "calendar",
    "calendar_of",
    "calendar_of_event",
    "catalogue",
    "event_of",
    "feed",
    "opensearch",
    "pages_of",
    "robots",
    "schemamap",
    "search_file",
    "search_names",
    "search_row",
    "sitemap",
    "void",
]
