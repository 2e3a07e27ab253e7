"""The page of a namespace: its terms as a tree, and its shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.pages.messages import messages
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pressgraph.pages.names import Names


def term_tree(
    terms: Mapping[str, Mapping[str, Any]],
    namespace: str,
    names: Names,
    language: str,
    uses: Callable[[str], int],
) -> list[dict[str, Any]]:
    """Return what a page says of the terms of its namespace, each below the first broader one; by rank, then by name.

    `uses` tells how often a term is used. Terms that are broader than themselves stand at the top.
    """
    narrower: dict[str, list[str]] = {}
    for iri, entry in terms.items():
        above = min((it for it in entry["broader"] if it in terms), default="")
        if above and not _leads_to_itself(iri, terms):
            narrower.setdefault(above, []).append(iri)
    below = {it for some in narrower.values() for it in some}

    def ordered(some: Iterable[str]) -> list[dict[str, Any]]:
        return [model(it) for it in sorted(some, key=lambda it: (terms[it]["rank"], names.name(it).label.casefold()))]

    def model(iri: str) -> dict[str, Any]:
        entry = terms[iri]
        name = names.name(iri)
        return {
            "name": name,
            "anchor": iri.removeprefix(namespace),
            "kinds": [names.term(kind) for kind in entry["types"]],
            "definition": names.pick(entry["definitions"]),
            "others": [it for it in entry["names"] if it[1] and it[0] != name.label],
            "also": [text for text, tag in entry["also"] if not tag or tag.split("-")[0] == language],
            "uses": uses(iri),
            "lists": [_listed(*it, key=local_name(iri), language=language) for it in entry["listed"]],
            "narrower": ordered(narrower.get(iri, ())),
        }

    return ordered(it for it in terms if it not in below)


def _leads_to_itself(iri: str, terms: Mapping[str, Mapping[str, Any]]) -> bool:
    seen: set[str] = set()
    waiting = list(terms[iri]["broader"])
    while waiting:
        at = waiting.pop()
        if at == iri:
            return True
        if at not in seen and at in terms:
            seen.add(at)
            waiting += terms[at]["broader"]
    return False


def _listed(kind: str, facet: str, count: int, *, key: str, language: str) -> dict[str, Any]:
    words: Mapping[str, Any] = messages(language)
    said = words["n_organisations" if kind == "organisations" else "n_labels"](count=count)
    return {"path": f"/{kind}", "fields": {facet: key}, "said": said}


def without_terms(about: Mapping[str, Any], terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a vocabulary without what only says which terms it has: these are listed."""
    return {
        **about,
        "facts": [it for it in about["facts"] if it["o"][1] not in terms],
        "links": [it for it in about["links"] if it["s"][1] not in terms],
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
