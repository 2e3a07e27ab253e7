"""What there is to find, for a search in the browser: names, what each thing is, and where its page is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.feeds.reading import Reading
from pressgraph.feeds.xml import one_line
from pressgraph.i18n import gettext
from pressgraph.rdf import CLU

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/json"
_HELD_BY, _SCHEME = ox.NamedNode(f"{CLU}heldBy"), ox.NamedNode(f"{CLU}scheme")


Row: TypeAlias = tuple[str, str, str, list[str]]
"""The page of a thing, its name, its kind, its other names."""


def search_names(graph: PublishedGraph, at: PublishedAt, language: str) -> bytes:
    """Return the things that have a page, as JSON: `{"things": [[page, name, kind, [other names]], …]}`.

    Pages are written from the site's address on, names and kinds in the language. Things are sorted by name.
    """
    reading = Reading(graph, language, at.languages[0])
    return search_file(row for iri in reading.things() if (row := search_row(reading, at, iri)) is not None)


def search_row(reading: Reading, at: PublishedAt, iri: str) -> Row | None:
    """Return what there is to find of a thing; None where it has no page."""
    page = at.page(iri, reading.language)
    if page is None:
        return None
    kinds = (one_line(reading.kind(it) or "") for it in reading.classes(iri))
    name = reading.name(iri) or _name_of(reading, iri, _SCHEME)
    whose = _name_of(reading, iri, _HELD_BY)
    if name is not None and whose is not None:
        # as on pages: the bare name of a label says nothing
        name = gettext("{label} of {holder}", label=name, holder=whose).to(reading.language)
    name = one_line(name or iri.removeprefix(reading.id_base))
    others = [text for it in reading.other_names(iri) if (text := one_line(it)) != name]
    return page.removeprefix(at.url), name, next(filter(None, kinds), ""), others


def _name_of(reading: Reading, iri: str, word: ox.NamedNode) -> str | None:
    """Return what something is called that a property of a thing leads to."""
    found = (it.value for it in reading.values(iri, word) if isinstance(it, ox.NamedNode))
    return next((name for it in found if (name := reading.name(it)) is not None), None)


def search_file(rows: Iterable[Row]) -> bytes:
    """Return the file of all that there is to find."""
    ordered = sorted(rows, key=lambda row: (row[1].casefold(), row[0]))
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in ordered)
    return f'{{"things":[\n{lines}\n]}}\n'.encode()
