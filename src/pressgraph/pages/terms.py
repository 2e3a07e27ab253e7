"""The page of a namespace: its terms, and its shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pressgraph.pages.names import Names


def term_model(iri: str, entry: dict[str, Any], namespace: str, names: Names, uses: int) -> dict[str, Any]:
    """Return what a page says of a term of its namespace; `uses` is how often it is used."""
    return {
        "name": names.name(iri),
        "anchor": iri.removeprefix(namespace),
        "kinds": [names.term(kind) for kind in entry["types"]],
        "definition": names.pick(entry["definitions"]),
        "uses": uses,
    }


def shape_model(iri: str, entry: dict[str, list[Any]], namespace: str, names: Names) -> dict[str, Any]:
    """Return what a page says of a shape of its namespace."""
    declared = ": ".join(sorted(text for text, _ in entry["prefixes"]))
    return {
        "name": names.name(iri),
        "anchor": iri.removeprefix(namespace),
        "message": names.pick(entry["messages"] or [[declared, ""]]),
        "targets": [names.term(target) for target in entry["targets"]],
        "paths": [names.term(path) for path in entry["paths"]],
        "properties": [names.name(shape) for shape in sorted(entry["properties"])],
    }
