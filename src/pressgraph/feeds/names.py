"""What there is to find, for a search in the browser: names, what each thing is, and where its page is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import pyoxigraph as ox

from pressgraph.feeds.reading import TYPE, Reading
from pressgraph.feeds.xml import one_line
from pressgraph.query.names import grant_name, label_name
from pressgraph.rdf import LABELS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/json"


Row: TypeAlias = tuple[str, str, str, list[str]]
"""The page of a thing, its name, its kind, its other names; without a name, an empty one."""


def search_names(graph: PublishedGraph, at: PublishedAt, language: str) -> bytes:
    """Return the things that have a page and a name, as JSON: `{"things": [[page, name, kind, [other names]], …]}`.

    Pages are written from the site's address on, names and kinds in the language. Things are sorted by name.
    """
    reading = Reading(graph, language, at.languages[0])
    return search_file(row for iri in reading.things() if (row := search_row(reading, at, iri)) is not None)


def search_row(reading: Reading, at: PublishedAt, iri: str) -> Row | None:
    """Return what there is to find of a thing; None where it has no page."""
    page = at.page(iri, reading.language)
    if page is None:
        return None
    kind = next(filter(None, (one_line(reading.kind(it) or "") for it in reading.classes(iri))), "")
    name = one_line(_name(reading, iri, kind))
    others = [text for it in reading.other_names(iri) if (text := one_line(it)) != name]
    if not name and others:
        name, *others = others
    return page.removeprefix(at.url), name, kind, others


def _name(reading: Reading, iri: str, kind: str) -> str:
    """Return what a thing is called on its page."""
    types = {it.value for it in reading.values(iri, TYPE) if isinstance(it, ox.NamedNode)}
    called = partial(_called, reading, iri)
    if not types.isdisjoint(LABELS):
        return label_name(called, reading.language)
    name = reading.name(iri)
    if name is None and f"{SCHEMA}Grant" in types:
        return grant_name(called, kind[:1].upper() + kind[1:], reading.language)
    return name or ""


def _called(reading: Reading, iri: str, word: str) -> str:
    """Return what a property says, or what that which it leads to is called; an empty text where there is none."""
    predicate = ox.NamedNode(word)
    things = (it.value for it in reading.values(iri, predicate) if isinstance(it, ox.NamedNode))
    found = next((name for it in things if (name := reading.name(it)) is not None), None)
    return found or reading.text(iri, (predicate,)) or ""


def search_file(rows: Iterable[Row]) -> bytes:
    """Return the file of all that there is to find; things without a name are not."""
    ordered = sorted((it for it in rows if it[1]), key=lambda row: (row[1].casefold(), row[0]))
    return b'{"things":[\n' + b",\n".join(map(msgspec.json.encode, ordered)) + b"\n]}\n"
