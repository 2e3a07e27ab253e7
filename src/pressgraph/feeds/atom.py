"""The newest releases as an Atom feed (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from pressgraph.feeds.reading import Reading
from pressgraph.feeds.xml import DECLARATION, element, one_line
from pressgraph.rdf import RELEASE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_PUBLISHED, _MODIFIED = (ox.NamedNode(f"{SCHEMA}{it}") for it in ("datePublished", "dateModified"))
_MOST = 100
# a feed must say when it changed; one that never had an entry did so before all others
_NEVER = "1970-01-01T00:00:00Z"


class _Entry(NamedTuple):
    updated: str
    iri: str
    published: str


def feed(graph: PublishedGraph, at: PublishedAt, language: str, *, most: int = _MOST) -> bytes:
    """Return the newest releases, at most so many, newest first.

    A release whose day is not known is none of them: a feed says when each entry was published, and nothing is guessed.
    """
    reading = Reading(graph, language, at.languages[0])
    entries = sorted(_dated(reading), reverse=True)[:most]
    day = f"{at.day.isoformat()}T00:00:00Z" if at.day is not None else _NEVER
    publisher = reading.name(at.published.publisher) if at.published.publisher is not None else None
    parts = [
        element("id", at.file("feed.xml")),
        element("title", one_line(at.title)),
        *([element("subtitle", one_line(at.published.description))] if at.published.description else []),
        element("updated", max((it.updated for it in entries), default=day)),
        element("link", rel="self", type="application/atom+xml", href=at.file("feed.xml")),
        element("link", rel="alternate", type="text/html", href=at.url),
        element("author", [element("name", one_line(publisher or at.title))]),
        *([element("rights", at.published.licence)] if at.published.licence else []),
        *(_entry(reading, at, entry, language) for entry in entries),
    ]
    written = element("feed", ["\n", "\n".join(parts), "\n"], xmlns="http://www.w3.org/2005/Atom", xml__lang=language)
    return f"{DECLARATION}{written}\n".encode()


def _dated(reading: Reading) -> Iterator[_Entry]:
    for iri in reading.of_class(RELEASE):
        published = max(_times(reading, iri, _PUBLISHED), default=None)
        if published is not None:
            yield _Entry(max([*_times(reading, iri, _MODIFIED), published]), iri, published)


def _times(reading: Reading, iri: str, word: ox.NamedNode) -> Iterator[str]:
    """Yield the times that a property gives a release, as RFC 3339 has them; a day begins at midnight, in UTC."""
    for value in reading.values(iri, word):
        if not isinstance(value, ox.Literal):
            continue
        if value.datatype.value == f"{XSD}date":
            yield f"{value.value[:10]}T00:00:00Z"
        elif value.datatype.value == f"{XSD}dateTime":
            yield value.value if _has_zone(value.value) else f"{value.value}Z"


def _has_zone(time: str) -> bool:
    return time.endswith("Z") or time[-6:-5] in {"+", "-"}


def _entry(reading: Reading, at: PublishedAt, entry: _Entry, language: str) -> str:
    iri = entry.iri
    page = at.page(iri, language)
    publishers = [
        name
        for it in reading.links(iri, "publisher") or reading.links(iri, "sourceOrganization")
        if (name := reading.name(it)) is not None
    ]
    summary = reading.prose(iri, "abstract", "description")
    about = [(it, name) for it in reading.links(iri, "about") if (name := reading.name(it)) is not None]
    return element(
        "entry",
        [
            element("id", iri),
            element("title", one_line(reading.name(iri) or iri.removeprefix(reading.id_base))),
            element("updated", entry.updated),
            element("published", entry.published),
            *([element("link", rel="alternate", type="text/html", href=page, hreflang=language)] if page else []),
            *(element("author", [element("name", one_line(name))]) for name in publishers),
            *(element("category", term=it, label=one_line(name)) for it, name in about),
            *([element("summary", summary)] if summary else []),
        ],
    )
