"""Terms and statements of a store as JSON, with the classes, names and receipts of what they are about.

Terms are `["iri", value]`, `["node", label]` or `["text", value, language, datatype]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.graphs import stands_apart
from pressgraph.query.projection import NAMES, TEXTS
from pressgraph.rdf import CLU, OA, PROV, RDF_TYPE
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

TITLES = tuple(map(ox.NamedNode, NAMES))
_DESCRIPTIONS = tuple(map(ox.NamedNode, TEXTS))
NAMING = frozenset((*NAMES, *TEXTS))
"""What names of IRIs are taken from."""
DEFAULT = ox.DefaultGraph()
TYPE = ox.NamedNode(RDF_TYPE)
_CONCLUDED = ox.NamedNode(f"{CLU}DerivedGraph")
DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
NOT_POINTING = frozenset((DERIVED, ox.NamedNode(f"{OA}hasSource")))
"""What leads from facts and evidence to their source, whose page lists these in full."""
MOST_LINKS = 300
"""How much of what leads to a term its page shows; of a thing of the project, so much of each property."""
_MOST_BLANK_SHOWN = 1000
_LONGEST_LABEL = 120
_RECEIPTS = {
    f"{PROV}wasDerivedFrom": "source",
    f"{CLU}epistemicStatus": "status",
    f"{CLU}restsOn": "restsOn",
    f"{CLU}evidence": "evidence",
    f"{CLU}reviewedBy": "reviewedBy",
    f"{CLU}reviewedOn": "reviewedOn",
}
_MOST_READ = 300
MOST_STATEMENTS = 1000
"""How much of what is said of one thing, or read from one source, is shown."""


def is_reviewed(receipt: Mapping[str, Any]) -> bool:
    """Tell whether somebody has reviewed a fact: who it was may be withheld, when it was is not."""
    return "reviewedBy" in receipt or "reviewedOn" in receipt


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


def blank_nodes(store: ox.Store, entries: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return what is said of the blank nodes that statements name, and of those that these name, by their labels."""
    found: dict[str, list[dict[str, Any]]] = {}
    waiting = [it[1] for entry in entries for it in (entry["s"], entry["o"]) if it[0] == "node"]
    while waiting and len(found) < _MOST_BLANK_SHOWN:
        label = waiting.pop()
        if label not in found:
            found[label] = stated(store.quads_for_pattern(ox.BlankNode(label), None, None, DEFAULT), MOST_STATEMENTS)
            waiting.extend(entry["o"][1] for entry in found[label] if entry["o"][0] == "node")
    return found


def stated(quads: Iterable[ox.Quad], most: int) -> list[dict[str, Any]]:
    """Return statements, each with the graphs that hold it."""
    found: dict[ox.Triple, dict[str, Any]] = {}
    for quad in quads:
        entry = found.get(quad.triple)
        if entry is None:
            if len(found) >= most:
                break
            entry = {"s": term(quad.subject), "p": quad.predicate.value, "o": term(quad.object), "graphs": []}
            found[quad.triple] = entry
        if isinstance(quad.graph_name, ox.NamedNode):
            entry["graphs"].append(quad.graph_name.value)
    return list(found.values())


def read_from(store: ox.Store, source: ox.NamedNode) -> tuple[list[dict[str, Any]], int]:
    """Return the facts that were read from a source, in its order, and how many they are in all."""
    links = store.quads_for_pattern(None, DERIVED, source, DEFAULT)
    total = sum(not is_conclusion(store, quad.subject) for quad in links)
    if not total:
        return [], 0
    # what has no place in the source comes last; the source stands in the text, since the engine plans for what it
    # substitutes as for any value, and looks at all facts of the dataset
    graphs = store.query(
        f"""SELECT ?fact (MIN(?start) AS ?at) {{
             ?fact prov:wasDerivedFrom {source} .
             FILTER NOT EXISTS {{ ?fact a clu:DerivedGraph }}
             OPTIONAL {{ ?fact clu:evidence/oa:hasSelector/oa:start ?start }}
           }} GROUP BY ?fact ORDER BY (!BOUND(?at)) ?at ?fact LIMIT {_MOST_READ}""",
        prefixes={"prov": PROV, "clu": CLU, "oa": OA},
    )
    assert isinstance(graphs, ox.QuerySolutions)  # noqa: S101 - a SELECT
    found: list[dict[str, Any]] = []
    left = MOST_STATEMENTS
    for solution in graphs:
        fact = solution["fact"]
        if left <= 0 or not isinstance(fact, ox.NamedNode) or stands_apart(fact.value):
            continue
        says = stated(store.quads_for_pattern(None, None, None, fact), left)
        left -= len(says)
        if says:
            found.append({"graph": fact.value, "spans": receipt(store, fact).get("spans", []), "says": says})
    return found, total


def is_conclusion(store: ox.Store, node: object) -> bool:
    """Tell whether a graph holds what was concluded from a source, or was corrected in it: not what is read from it."""
    if not isinstance(node, ox.NamedNode):
        return False
    return stands_apart(node.value) or ox.Quad(node, TYPE, _CONCLUDED, DEFAULT) in store


def kinds(store: ox.Store, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the classes of things, by thing."""
    return {
        name: sorted(
            quad.object.value
            for quad in store.quads_for_pattern(ox.NamedNode(name), TYPE, None, DEFAULT)
            if isinstance(quad.object, ox.NamedNode)
        )
        for name in names
    }


def receipt(store: ox.Store, graph: ox.NamedNode) -> dict[str, Any]:
    """Return where a graph comes from: source, status, spans of evidence, review; of conclusions, the least status."""
    found: dict[str, Any] = {}
    places: list[tuple[list[int], str]] = []
    for quad in store.quads_for_pattern(graph, None, None, None):
        word = _RECEIPTS.get(quad.predicate.value)
        if quad.predicate == TYPE and quad.object == _CONCLUDED:
            found["concluded"] = True
        if word is None or quad.graph_name == DEFAULT:
            continue
        if word == "evidence" and isinstance(quad.object, ox.NamedNode):
            places.extend(_places(store, quad.object))
        else:
            found[word] = getattr(quad.object, "value", "")
    if places:
        places.sort()
        found["spans"] = [span for span, _ in places]
        if all(words for _, words in places):
            found["words"] = [words for _, words in places]
    return found


def _places(store: ox.Store, evidence: ox.NamedNode) -> Iterator[tuple[list[int], str]]:
    """Yield the span of a node of evidence, with its words where they are published."""
    ends, words = [], ""
    for quad in store.quads_for_pattern(evidence, ox.NamedNode(f"{OA}hasSelector"), None, DEFAULT):
        selector = quad.object
        if not isinstance(selector, ox.NamedNode | ox.BlankNode):
            continue
        for word in ("start", "end"):
            for end in store.quads_for_pattern(selector, ox.NamedNode(f"{OA}{word}"), None, DEFAULT):
                value = getattr(end.object, "value", "")
                if value.isdigit():
                    ends.append(int(value))
        for exact in store.quads_for_pattern(selector, ox.NamedNode(f"{OA}exact"), None, DEFAULT):
            words = getattr(exact.object, "value", "")
    if len(ends) == 2:  # noqa: PLR2004 - a start and an end
        yield ends, words


def labels(store: ox.Store, names: Iterable[str]) -> dict[str, list[list[str]]]:
    """Return the names of IRIs as `[value, language]`, best properties first; of what has none, how it begins.

    What looks like contact data is cut from running text, as wherever people read it.
    """
    found: dict[str, list[list[str]]] = {}
    for name in names:
        try:
            node = ox.NamedNode(name)
        except ValueError:
            continue
        for label in (*TITLES, *_DESCRIPTIONS):
            values = [
                [_shortened(_shown(quad.object.value, label)), quad.object.language or ""]
                for quad in store.quads_for_pattern(node, label, None, DEFAULT)
                if isinstance(quad.object, ox.Literal)
            ]
            if values:
                found[name] = sorted(values)
                break
    return found


def _shown(text: str, label: ox.NamedNode) -> str:
    return without_contacts(text)[0] if label in _DESCRIPTIONS else text


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_LABEL:
        return text
    return f"{text[:_LONGEST_LABEL].rpartition(' ')[0] or text[:_LONGEST_LABEL]} …"


class Asked(dict[str, Any]):
    """What is found out of names when it is asked for: of all that is read, a page names little."""

    def __init__(self, find: Callable[[str], Any]) -> None:
        super().__init__()
        self._find = find

    def get(self, key: str, default: Any = None) -> Any:
        """Return what is found of a name."""
        if key not in self:
            self[key] = self._find(key)
        return self[key] or default
