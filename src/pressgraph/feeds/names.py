"""What there is to find, for a search in the browser: names, what each thing is, and where its page is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pressgraph.feeds.reading import Reading
from pressgraph.feeds.xml import one_line

if TYPE_CHECKING:
    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "application/json"


def search_names(graph: PublishedGraph, at: PublishedAt, language: str) -> bytes:
    """Return the things that have a page, as JSON: `{"things": [[page, name, kind, [other names]], …]}`.

    Pages are written from the site's address on, names and kinds in the language. Things are sorted by name.
    """
    reading = Reading(graph, language, at.languages[0])
    kinds: dict[str, str] = {}
    rows = []
    for iri in reading.things():
        page = at.page(iri, language)
        if page is None:
            continue
        classes = reading.classes(iri)
        for it in classes:
            if it not in kinds:
                kinds[it] = one_line(reading.name(it) or "")
        kind = next((kinds[it] for it in classes if kinds[it]), "")
        name = one_line(reading.name(iri) or iri.removeprefix(reading.id_base))
        others = [text for it in reading.other_names(iri) if (text := one_line(it)) != name]
        rows.append([page.removeprefix(at.url), name, kind, others])
    rows.sort(key=lambda row: (str(row[1]).casefold(), row[0]))
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f'{{"things":[\n{lines}\n]}}\n'.encode()
