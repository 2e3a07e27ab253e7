"""What pages need of the dataset, read in a worker process and returned as JSON.

Terms travel as `["iri", value]`, `["node", label]` or `["text", value, language, datatype]`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.rdf import CLU, OA, OWL, PROV, RDF_TYPE, RDFS, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DCTERMS = "http://purl.org/dc/terms/"
LABELS = tuple(
    map(
        ox.NamedNode,
        (
            f"{SKOS}prefLabel",
            f"{SCHEMA}name",
            f"{RDFS}label",
            f"{SCHEMA}headline",
            f"{DCTERMS}title",
            f"{SKOS}altLabel",
            f"{SCHEMA}alternateName",
        ),
    )
)
"""The properties whose values name a thing, best first."""
_TITLES = LABELS[:5]
_DEFAULT = ox.DefaultGraph()
_MOST_LINKS, _MOST_FACTS, _MOST_NESTED = 300, 3000, 500
_RECEIPTS = {
    f"{PROV}wasDerivedFrom": "source",
    f"{CLU}epistemicStatus": "status",
    f"{CLU}evidence": "evidence",
    f"{CLU}reviewedBy": "reviewedBy",
    f"{CLU}reviewedOn": "reviewedOn",
}


def term(value: Any) -> list[Any]:
    """Return a term as JSON."""
    match value:
        case ox.NamedNode():
            return ["iri", value.value]
        case ox.Literal():
            return ["text", value.value, value.language or "", value.datatype.value]
        case ox.BlankNode():
            return ["node", value.value]
    return ["text", str(value), "", ""]


def thing(store: ox.Store, _settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an IRI and what points to it, with receipts and with the labels of all that is named."""
    node = ox.NamedNode(request["iri"])
    names: set[str] = {node.value}
    graphs: set[str] = set()

    def stated(quads: Iterable[ox.Quad], most: int) -> list[dict[str, Any]]:
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        for quad in quads:
            key = (str(quad.subject), quad.predicate.value, str(quad.object))
            if key not in found:
                if len(found) >= most:
                    break
                found[key] = {
                    "s": term(quad.subject),
                    "p": quad.predicate.value,
                    "o": term(quad.object),
                    "graphs": [],
                }
            if isinstance(quad.graph_name, ox.NamedNode):
                found[key]["graphs"].append(quad.graph_name.value)
        return list(found.values())

    facts = stated(store.quads_for_pattern(node, None, None, None), _MOST_FACTS)
    links = stated(store.quads_for_pattern(None, None, node, None), _MOST_LINKS)
    for entry in (*facts, *links):
        names.add(entry["p"])
        names.update(it[1] for it in (entry["s"], entry["o"]) if it[0] == "iri")
        graphs.update(entry["graphs"])
    receipts = {name: receipt(store, ox.NamedNode(name)) for name in sorted(graphs)}
    for found in receipts.values():
        names.update(found[key] for key in ("source", "status", "reviewedBy") if key in found)
    uses = {
        "instances": _count(store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), node, _DEFAULT)),
        "statements": _count(store.quads_for_pattern(None, node, None, _DEFAULT)),
    }
    return {
        "facts": facts,
        "links": links,
        "more": len(links) >= _MOST_LINKS,
        "receipts": {name: found for name, found in receipts.items() if found},
        "labels": labels(store, names),
        "uses": uses,
    }


def receipt(store: ox.Store, graph: ox.NamedNode) -> dict[str, Any]:
    """Return where a fact's graph comes from: source, status, spans of evidence, review."""
    found: dict[str, Any] = {}
    spans: list[list[int]] = []
    for quad in store.quads_for_pattern(graph, None, None, None):
        word = _RECEIPTS.get(quad.predicate.value)
        if word is None or quad.graph_name == _DEFAULT:
            continue
        if word == "evidence" and isinstance(quad.object, ox.NamedNode):
            spans.extend(_spans(store, quad.object))
        else:
            found[word] = getattr(quad.object, "value", "")
    if spans:
        found["spans"] = sorted(spans)
    return found


def _spans(store: ox.Store, evidence: ox.NamedNode) -> Iterator[list[int]]:
    for quad in store.quads_for_pattern(evidence, ox.NamedNode(f"{OA}hasSelector"), None, _DEFAULT):
        selector = quad.object
        if not isinstance(selector, ox.NamedNode | ox.BlankNode):
            continue
        ends = []
        for word in ("start", "end"):
            for end in store.quads_for_pattern(selector, ox.NamedNode(f"{OA}{word}"), None, _DEFAULT):
                value = getattr(end.object, "value", "")
                if value.isdigit():
                    ends.append(int(value))
        if len(ends) == 2:  # noqa: PLR2004 - a start and an end
            yield ends


def labels(store: ox.Store, names: Iterable[str]) -> dict[str, list[list[str]]]:
    """Return the names of IRIs as `[value, language]`, best properties first."""
    found: dict[str, list[list[str]]] = {}
    for name in names:
        try:
            node = ox.NamedNode(name)
        except ValueError:
            continue
        for label in _TITLES:
            values = [
                [quad.object.value, quad.object.language or ""]
                for quad in store.quads_for_pattern(node, label, None, _DEFAULT)
                if isinstance(quad.object, ox.Literal)
            ]
            if values:
                found[name] = sorted(values)
                break
    return found


def document(store: ox.Store, _settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the description of an IRI as N-Triples: its triples, and those of the nodes named below it.

    With `namespace`, of all IRIs that start with it too.
    """
    node = ox.NamedNode(request["iri"])
    namespace = request.get("namespace")
    triples: set[ox.Triple] = set()
    if namespace:
        for quad in store.quads_for_pattern(None, None, None, _DEFAULT):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(namespace):
                triples.add(quad.triple)
    waiting, seen = [node], {node}
    while waiting and len(seen) < _MOST_NESTED:
        subject = waiting.pop()
        for quad in store.quads_for_pattern(subject, None, None, _DEFAULT):
            triples.add(quad.triple)
            below = quad.object
            if isinstance(below, ox.NamedNode) and below not in seen and below.value.startswith(f"{subject.value}/"):
                seen.add(below)
                waiting.append(below)
    written = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES)
    return {"triples": written.decode() if written else ""}


def exists(store: ox.Store, _settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the first IRI of a list that something is said of."""
    for name in request["iris"]:
        try:
            node = ox.NamedNode(name)
        except ValueError:
            continue
        if next(store.quads_for_pattern(node, None, None, _DEFAULT), None) is not None:
            return {"iri": name}
    return {"iri": None}


def terms(store: ox.Store, _settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the terms of a namespace: labels, definitions, classes and how often they are used."""
    namespace = request["namespace"]
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"types": [], "definitions": [], "uses": 0})
    words = {f"{SKOS}definition", f"{RDFS}comment", f"{DCTERMS}description"}
    for quad in store.quads_for_pattern(None, None, None, _DEFAULT):
        subject = quad.subject
        if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(namespace):
            continue
        entry = found[subject.value]
        if quad.predicate.value == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
            entry["types"].append(quad.object.value)
        elif quad.predicate.value in words and isinstance(quad.object, ox.Literal):
            entry["definitions"].append([quad.object.value, quad.object.language or ""])
    rdf_type = ox.NamedNode(RDF_TYPE)
    for name, entry in found.items():
        node = ox.NamedNode(name)
        entry["uses"] = _count(store.quads_for_pattern(None, node, None, _DEFAULT)) + _count(
            store.quads_for_pattern(None, rdf_type, node, _DEFAULT)
        )
        entry["definitions"].sort()
    return {"terms": dict(sorted(found.items())), "labels": labels(store, found)}


def home(store: ox.Store, settings: dict[str, Any], _request: dict[str, Any]) -> dict[str, Any]:
    """Return what the first page shows: counts, the newest releases, what kinds of things there are."""
    id_base = settings["id_base"]
    rows = store.query(
        """SELECT ?id (MAX(?day) AS ?date) WHERE {
             ?id a schema:NewsArticle ; schema:datePublished ?day FILTER(!CONTAINS(STR(?id), "/fact/"))
           } GROUP BY ?id ORDER BY DESC(?date) ?id LIMIT 10""",
        prefixes={"schema": SCHEMA},
    )
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - a SELECT
    releases = [[row["id"].value, row["date"].value] for row in rows]
    kinds: dict[str, int] = defaultdict(int)
    things: set[str] = set()
    skipped = tuple(id_base + it for it in ("fact/", "provenance/", "profile"))
    for quad in store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), None, _DEFAULT):
        subject = quad.subject
        if (
            isinstance(subject, ox.NamedNode)
            and isinstance(quad.object, ox.NamedNode)
            and subject.value.startswith(id_base)
            and not subject.value.startswith(skipped)
            and not quad.object.value.startswith((OA, PROV, OWL))
        ):
            kinds[quad.object.value] += 1
            things.add(subject.value)
    common = sorted(kinds.items(), key=lambda it: (-it[1], it[0]))[:12]
    facts = sum(
        isinstance(name, ox.NamedNode) and name.value.startswith(f"{id_base}fact/") for name in store.named_graphs()
    )
    return {
        "releases": releases,
        "kinds": common,
        "counts": {
            "things": len(things),
            "facts": facts,
            "triples": _count(store.quads_for_pattern(None, None, None, _DEFAULT)),
            "releases": _count(
                store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SCHEMA}NewsArticle"), _DEFAULT)
            ),
        },
        "labels": labels(store, {*(it for it, _ in releases), *(it for it, _ in common)}),
    }


def search(store: ox.Store, settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the things whose names hold a text, best first."""
    wanted = request["text"].casefold()
    best: dict[str, tuple[int, int, str]] = {}
    for label in LABELS:
        for quad in store.quads_for_pattern(None, label, None, _DEFAULT):
            value, subject = quad.object, quad.subject
            if not isinstance(value, ox.Literal) or not isinstance(subject, ox.NamedNode):
                continue
            folded = value.value.casefold()
            at = folded.find(wanted)
            if at < 0:
                continue
            own = 0 if subject.value.startswith(settings["base"]) else 1
            rank = 0 if folded == wanted else 1 if at == 0 else 2
            key = (own, rank, folded)
            if subject.value not in best or key < best[subject.value]:
                best[subject.value] = key
    found = sorted(best, key=lambda name: (*best[name], name))
    shown = found[: request["most"]]
    kinds = {
        name: [
            quad.object.value
            for quad in store.quads_for_pattern(ox.NamedNode(name), ox.NamedNode(RDF_TYPE), None, _DEFAULT)
            if isinstance(quad.object, ox.NamedNode)
        ]
        for name in shown
    }
    every = {*shown, *(kind for found in kinds.values() for kind in found)}
    return {"found": shown, "total": len(found), "kinds": kinds, "labels": labels(store, every)}


def statistics(store: ox.Store, _settings: dict[str, Any], _request: dict[str, Any]) -> dict[str, Any]:
    """Return the counts that VoID gives."""
    subjects: set[Any] = set()
    objects: set[Any] = set()
    properties: dict[str, int] = defaultdict(int)
    classes: dict[str, int] = defaultdict(int)
    triples = 0
    for quad in store.quads_for_pattern(None, None, None, _DEFAULT):
        triples += 1
        subjects.add(quad.subject)
        objects.add(quad.object)
        properties[quad.predicate.value] += 1
        if quad.predicate.value == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
            classes[quad.object.value] += 1
    return {
        "triples": triples,
        "subjects": len(subjects),
        "objects": len(objects),
        "properties": dict(properties),
        "classes": dict(classes),
        "graphs": sum(1 for _ in store.named_graphs()),
    }


def _count(quads: Iterable[Any]) -> int:
    return sum(1 for _ in quads)


LOOKUPS: dict[str, Callable[[ox.Store, dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "thing": thing,
    "document": document,
    "exists": exists,
    "terms": terms,
    "home": home,
    "search": search,
    "statistics": statistics,
}
