"""What crawlers are told: which pages there are, when their sources are from, and what is not for them.

Sitemaps are those of https://www.sitemaps.org/protocol.html, with the alternates in other languages that search engines
read; robots.txt is RFC 9309.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.feeds.published_at import File, PageAddress
from pressgraph.feeds.reading import Reading
from pressgraph.feeds.xml import DECLARATION, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/xml"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_URLS, MOST_BYTES = 50_000, 50 * 1024 * 1024
"""The limits of one sitemap file (sitemaps.org)."""
_XHTML = "http://www.w3.org/1999/xhtml"
_OPEN = f'{DECLARATION}<urlset xmlns="{SITEMAPS}" xmlns:xhtml="{_XHTML}">\n'
_CLOSE = "</urlset>\n"


def pages_of(graph: PublishedGraph, at: PublishedAt) -> Iterator[PageAddress]:
    """Yield the pages of all things that have one, with the day of the newest source that says something of each."""
    reading = Reading(graph, at.languages[0], at.languages[0])
    for iri in reading.things():
        addresses = {it: page for it in at.languages if (page := at.page(iri, it)) is not None}
        if addresses:
            yield PageAddress(addresses, reading.day(iri))


def sitemap(
    pages: Iterable[PageAddress], at: PublishedAt, *, most_urls: int = MOST_URLS, most_bytes: int = MOST_BYTES
) -> Iterator[File]:
    """Yield `sitemap.xml`; where one file cannot hold all pages, `sitemap/N.xml`, and then the index of these.

    A page in several languages has an entry in each, and each entry names the others.
    """
    written: list[str] = []
    size, number = len(_OPEN) + len(_CLOSE), 0
    newest: list[str] = []
    index: list[tuple[str, str]] = []

    def full() -> File:
        index.append((at.file(f"sitemap/{len(index) + 1}.xml"), max(newest, default="")))
        return File(f"sitemap/{len(index)}.xml", "".join((_OPEN, *written, _CLOSE)).encode())

    for page in pages:
        for entry in _entries(page):
            length = len(entry.encode())
            if number + 1 > most_urls or size + length > most_bytes:
                yield full()
                written, newest = [], []
                size, number = len(_OPEN) + len(_CLOSE), 0
            written.append(entry)
            size, number = size + length, number + 1
            if page.day is not None:
                newest.append(page.day)
    if not index:
        yield File("sitemap.xml", "".join((_OPEN, *written, _CLOSE)).encode())
        return
    yield full()
    files = [
        element("sitemap", [element("loc", address), *([element("lastmod", day)] if day else [])]) + "\n"
        for address, day in index
    ]
    listed = element("sitemapindex", ["\n", *files], xmlns=SITEMAPS)
    yield File("sitemap.xml", f"{DECLARATION}{listed}\n".encode())


def _entries(page: PageAddress) -> Iterator[str]:
    alternates = [
        element("xhtml:link", rel="alternate", hreflang=language, href=address)
        for language, address in page.addresses.items()
    ]
    for address in page.addresses.values():
        parts = [element("loc", address), *([element("lastmod", page.day)] if page.day is not None else [])]
        yield element("url", [*parts, *(alternates if len(alternates) > 1 else ())]) + "\n"


def robots(at: PublishedAt, *, closed: Iterable[str] = (), agents: str = "*") -> bytes:
    """Return robots.txt: what is closed to crawlers, as paths from the host's root on, and where the maps are."""
    rules = [f"Disallow: {path}" for path in closed] or ["Disallow:"]
    maps = [f"Sitemap: {at.file('sitemap.xml')}", f"Schemamap: {at.file('schemamap.xml')}"]
    return "\n".join([f"User-agent: {agents}", *rules, "", *maps, ""]).encode()
