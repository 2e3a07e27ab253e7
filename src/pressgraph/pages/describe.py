"""Descriptions of things for pages and documents, read from a store and returned as what JSON can say.

Terms travel as `["iri", value]`, `["node", label]` or `["text", value, language, datatype]`.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset.graphs import stands_apart
from pressgraph.query.names import names_in_store
from pressgraph.query.projection import NAMES, TEXTS
from pressgraph.rdf import CLU, DCTERMS, OA, PROV, RDF_TYPE, RDFS, SCHEMA, SKOS, VOID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pressgraph.dataset.counts import Counts

_TITLES = tuple(map(ox.NamedNode, NAMES))
LABELS = (*_TITLES, ox.NamedNode(f"{SKOS}altLabel"), ox.NamedNode(f"{SCHEMA}alternateName"))
"""The properties whose values name a thing, best first."""
_DESCRIPTIONS = tuple(map(ox.NamedNode, TEXTS))
_DEFINITIONS = {f"{SKOS}definition", f"{RDFS}comment", f"{DCTERMS}description"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_DEFAULT = ox.DefaultGraph()
_TYPE = ox.NamedNode(RDF_TYPE)
_CONCLUDED = ox.NamedNode(f"{CLU}DerivedGraph")
_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_STATUS, _RESTS_ON = ox.NamedNode(f"{CLU}epistemicStatus"), ox.NamedNode(f"{CLU}restsOn")
_FROM_SOURCE = {_DERIVED, ox.NamedNode(f"{OA}hasSource")}
_MOST_LINKS, _MOST_FACTS, _MOST_NESTED, _MOST_STATEMENTS, _MOST_READ, _MOST_EXAMPLES = 300, 3000, 500, 1000, 300, 50
_MOST_BLANK = 10_000
"""Blank nodes of one description; a page shows fewer."""
_MOST_BLANK_SHOWN = 1000
_LONGEST_LABEL = 120
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


def _nodes(store: ox.Store, entries: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return what is said of the blank nodes that statements name, and of those that these name, by their labels."""
    found: dict[str, list[dict[str, Any]]] = {}
    waiting = [it[1] for entry in entries for it in (entry["s"], entry["o"]) if it[0] == "node"]
    while waiting and len(found) < _MOST_BLANK_SHOWN:
        label = waiting.pop()
        if label not in found:
            found[label] = _stated(store.quads_for_pattern(ox.BlankNode(label), None, None, _DEFAULT), _MOST_STATEMENTS)
            waiting.extend(entry["o"][1] for entry in found[label] if entry["o"][0] == "node")
    return found


def _stated(quads: Iterable[ox.Quad], most: int) -> list[dict[str, Any]]:
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


def _read_from(store: ox.Store, source: ox.NamedNode) -> tuple[list[dict[str, Any]], int]:
    """Return the facts that were read from a source, in its order, and how many they are in all."""
    links = store.quads_for_pattern(None, _DERIVED, source, _DEFAULT)
    total = sum(not _is_conclusion(store, quad.subject) for quad in links)
    if not total:
        return [], 0
    # what has no place in the source comes last
    graphs = store.query(
        """SELECT ?source ?fact (MIN(?start) AS ?at) {
             ?fact prov:wasDerivedFrom ?source .
             FILTER NOT EXISTS { ?fact a clu:DerivedGraph }
             OPTIONAL { ?fact clu:evidence/oa:hasSelector/oa:start ?start }
           } GROUP BY ?source ?fact ORDER BY (!BOUND(?at)) ?at ?fact"""
        f" LIMIT {_MOST_READ}",
        prefixes={"prov": PROV, "clu": CLU, "oa": OA},
        substitutions={ox.Variable("source"): source},
    )
    assert isinstance(graphs, ox.QuerySolutions)  # noqa: S101 - a SELECT
    found: list[dict[str, Any]] = []
    left = _MOST_STATEMENTS
    for solution in graphs:
        fact = solution["fact"]
        if left <= 0 or not isinstance(fact, ox.NamedNode) or stands_apart(fact.value):
            continue
        says = _stated(store.quads_for_pattern(None, None, None, fact), left)
        left -= len(says)
        if says:
            found.append({"graph": fact.value, "spans": receipt(store, fact).get("spans", []), "says": says})
    return found, total


def _is_conclusion(store: ox.Store, node: object) -> bool:
    """Tell whether a graph holds what was concluded from a source, or was corrected in it: not what is read from it."""
    if not isinstance(node, ox.NamedNode):
        return False
    return stands_apart(node.value) or ox.Quad(node, _TYPE, _CONCLUDED, _DEFAULT) in store


def kinds(store: ox.Store, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the classes of things, by thing."""
    return {
        name: sorted(
            quad.object.value
            for quad in store.quads_for_pattern(ox.NamedNode(name), _TYPE, None, _DEFAULT)
            if isinstance(quad.object, ox.NamedNode)
        )
        for name in names
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
    """Return the names of IRIs as `[value, language]`, best properties first; of what has none, how it begins."""
    found: dict[str, list[list[str]]] = {}
    for name in names:
        try:
            node = ox.NamedNode(name)
        except ValueError:
            continue
        for label in (*_TITLES, *_DESCRIPTIONS):
            values = [
                [_shortened(quad.object.value), quad.object.language or ""]
                for quad in store.quads_for_pattern(node, label, None, _DEFAULT)
                if isinstance(quad.object, ox.Literal)
            ]
            if values:
                found[name] = sorted(values)
                break
    return found


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_LABEL:
        return text
    return f"{text[:_LONGEST_LABEL].rpartition(' ')[0] or text[:_LONGEST_LABEL]} …"


def _describe(store: ox.Store, starts: Sequence[ox.NamedNode | ox.BlankNode], triples: set[ox.Triple]) -> None:
    """Add the triples of nodes, of the nodes named below them, and of blank nodes to their end.

    That is the concise bounded description (https://www.w3.org/submissions/CBD/), so that no class expression and no
    list is cut. Each node is looked at once; there is a bound for a graph that is all blank nodes.
    """
    waiting, seen = list(starts), set(starts)
    named, blank = _MOST_NESTED, _MOST_BLANK
    while waiting:
        subject = waiting.pop()
        for quad in store.quads_for_pattern(subject, None, None, _DEFAULT):
            triples.add(quad.triple)
            below = quad.object
            if below in seen:
                continue
            if isinstance(below, ox.BlankNode) and blank:
                blank -= 1
            elif isinstance(below, ox.NamedNode) and named and below.value.startswith(f"{subject.value}/"):
                named -= 1
            else:
                continue
            seen.add(below)
            waiting.append(below)


def first_page(store: ox.Store, counts: Counts) -> dict[str, Any]:
    """Return what the first page names, besides the numbers: the newest releases, and names of releases and classes."""
    source = ox.NamedNode(f"{SCHEMA}sourceOrganization")
    releases = [
        {
            "iri": iri,
            "day": day,
            "by": [
                it.object.value
                for it in store.quads_for_pattern(ox.NamedNode(iri), source, None, _DEFAULT)
                if isinstance(it.object, ox.NamedNode)
            ],
        }
        for iri, day in counts.newest
    ]
    classes = {name for key in counts.kinds for name in key.split(" ")}
    by = {iri for release in releases for iri in release["by"]}
    return {"releases": releases, "labels": labels(store, {*(iri for iri, _ in counts.newest), *by, *classes})}


def fold(text: str) -> tuple[str, str]:
    """Return a text as it is searched: without case and accents, and with umlauts spelled out.

    >>> fold("Fördermittel Süß")
    ('fordermittel suss', 'foerdermittel suess')
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    spelled = folded.translate(_UMLAUTS)

    def plain(value: str) -> str:
        return "".join(it for it in unicodedata.normalize("NFKD", value) if not unicodedata.combining(it))

    return plain(folded), plain(spelled)


def _begins_word(text: str, word: str) -> bool:
    """Tell whether a word of the text begins so."""
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at >= 0


def _count(quads: Iterable[Any]) -> int:
    return sum(1 for _ in quads)


class Describer:
    """Describes what a store holds, which never changes; `id_base` is what the project's own ids begin with."""

    def __init__(self, store: ox.Store, id_base: str) -> None:
        self._store = store
        self._id_base = id_base

    def thing(self, iri: str) -> dict[str, Any]:
        """Return what is said of an IRI and what points to it, with receipts and the labels of all that is named.

        A graph comes with what it says, a source with the facts read from it, a property with its uses.
        """
        node = ox.NamedNode(iri)
        facts = _stated(self._store.quads_for_pattern(node, None, None, None), _MOST_FACTS)
        # the facts that were read from a source are listed in full, with their evidence
        pointing = (
            quad for quad in self._store.quads_for_pattern(None, None, node, None) if quad.predicate not in _FROM_SOURCE
        )
        links = _stated(pointing, _MOST_LINKS)
        says = _stated(self._store.quads_for_pattern(None, None, None, node), _MOST_STATEMENTS)
        read, all_read = _read_from(self._store, node)
        examples = _stated(self._store.quads_for_pattern(None, node, None, None), _MOST_EXAMPLES)
        every = [*facts, *links, *says, *examples, *(entry for fact in read for entry in fact["says"])]
        nodes = _nodes(self._store, every)
        every += [entry for said in nodes.values() for entry in said]
        graphs = sorted({name for entry in every for name in entry["graphs"]})
        receipts = {name: found for name in graphs if (found := receipt(self._store, ox.NamedNode(name)))}
        named = {node.value, *(entry["p"] for entry in every)}
        named.update(it[1] for entry in every for it in (entry["s"], entry["o"]) if it[0] == "iri")
        named.update(
            found[key] for found in receipts.values() for key in ("source", "status", "reviewedBy") if key in found
        )
        return {
            "facts": facts,
            "links": links,
            "more": len(links) >= _MOST_LINKS,
            "says": says,
            "read": read,
            "all_read": all_read,
            "examples": examples,
            "nodes": nodes,
            "receipts": receipts,
            "labels": labels(self._store, named),
            "kinds": kinds(self._store, (name for name in named if name.startswith(self._id_base))),
        }

    def document(
        self, iri: str, terms: Iterable[str] = (), *, statuses: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Return the description of an IRI as N-Triples: its triples, and those of the nodes named below it.

        A fact's graph comes with what it says. Where nothing is said of an IRI, what points to it comes instead, or the
        size of a graph.
        With `terms`, also the descriptions of these IRIs; with `statuses`, only what facts of these states, and what
        rests on such.
        """
        node = ox.NamedNode(iri)
        triples: set[ox.Triple] = set()
        _describe(self._store, [node, *map(ox.NamedNode, terms)], triples)
        if node.value.startswith(f"{self._id_base}fact/"):
            triples.update(quad.triple for quad in self._store.quads_for_pattern(None, None, None, node))
        elif self._store.contains_named_graph(node):
            size = ox.Literal(_count(self._store.quads_for_pattern(None, None, None, node)))
            triples.add(ox.Triple(node, _TYPE, ox.NamedNode(f"{VOID}Dataset")))
            triples.add(ox.Triple(node, ox.NamedNode(f"{VOID}triples"), size))
        if not triples:
            pointing = (
                *self._store.quads_for_pattern(None, None, node, _DEFAULT),
                *self._store.quads_for_pattern(None, node, None, _DEFAULT),
            )
            triples.update(quad.triple for quad in pointing[:_MOST_LINKS])
            # a class expression that names a term is a blank node, which says nothing by itself
            _describe(self._store, [it.subject for it in triples if isinstance(it.subject, ox.BlankNode)], triples)
        if statuses is not None:
            known: dict[ox.NamedNode, bool] = {}
            triples = {it for it in triples if self._is_sure(it, statuses, known)}
        written = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES)
        return {"triples": written.decode() if written else ""}

    def _is_sure(self, triple: ox.Triple, statuses: Collection[str], known: dict[ox.NamedNode, bool]) -> bool:
        """Tell whether a graph that holds a triple has one of some statuses, or none at all."""
        graphs = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        named = [it.graph_name for it in graphs if isinstance(it.graph_name, ox.NamedNode)]
        for graph in named:
            if graph not in known:
                # of conclusions, that of the least sure fact that they rest on
                rests = next(self._store.quads_for_pattern(graph, _RESTS_ON, None, _DEFAULT), None)
                said = rests or next(self._store.quads_for_pattern(graph, _STATUS, None, _DEFAULT), None)
                known[graph] = said is None or getattr(said.object, "value", "").rpartition("/")[2] in statuses
        return not named or any(known[graph] for graph in named)

    def exists(self, iris: Iterable[str]) -> dict[str, Any]:
        """Return the first IRI of a list that occurs in the dataset."""
        nodes = []
        for name in iris:
            with suppress(ValueError):
                nodes.append(ox.NamedNode(name))
        patterns: tuple[Callable[[ox.NamedNode], Any], ...] = (
            lambda node: next(self._store.quads_for_pattern(node, None, None, _DEFAULT), None),
            self._store.contains_named_graph,
            lambda node: next(self._store.quads_for_pattern(None, None, node, _DEFAULT), None),
            lambda node: next(self._store.quads_for_pattern(None, node, None, _DEFAULT), None),
        )
        return {"iri": next((node.value for node in nodes if any(occurs(node) for occurs in patterns)), None)}

    def terms(self, terms: Iterable[str]) -> dict[str, Any]:
        """Return what is known of terms: labels, definitions and classes."""
        found: dict[str, dict[str, Any]] = {}
        for name in terms:
            node = ox.NamedNode(name)
            entry: dict[str, Any] = {"types": [], "definitions": []}
            for quad in self._store.quads_for_pattern(node, None, None, _DEFAULT):
                if quad.predicate == _TYPE and isinstance(quad.object, ox.NamedNode):
                    entry["types"].append(quad.object.value)
                elif quad.predicate.value in _DEFINITIONS and isinstance(quad.object, ox.Literal):
                    entry["definitions"].append([quad.object.value, quad.object.language or ""])
            if entry["types"] or entry["definitions"]:
                entry["definitions"].sort()
                found[name] = entry
        return {
            "terms": found,
            "labels": labels(self._store, {*found, *(it for entry in found.values() for it in entry["types"])}),
        }

    def names(self, iris: Sequence[str]) -> dict[str, Any]:
        """Return what things are called, for the names that a query selects."""
        return names_in_store(self._store, iris)

    def search(self, text: str, *, most: int, any_word: bool = False) -> dict[str, Any]:
        """Return the things whose names hold every word of a text, in any order, best first; or any word."""
        wanted, spelled = fold(text)
        words = [*zip(wanted.split(), spelled.split(), strict=False)]
        best: dict[str, tuple[int, int, int, str]] = {}
        for folded, long, iri in self._index if words else ():
            hits = sum(word in folded or other in long for word, other in words)
            if hits < len(words) and not (any_word and hits):
                continue
            starts = all(_begins_word(folded, word) for word, _ in words)
            rank = 0 if folded == wanted else 1 if folded.startswith(wanted) else 2 if starts else 3
            # what the project itself describes comes before the vocabularies
            key = (-hits, 0 if iri.startswith(self._id_base) else 1, rank, folded)
            if iri not in best or key < best[iri]:
                best[iri] = key
        found = sorted(best, key=lambda name: (*best[name], name))
        shown = found[:most]
        classes = kinds(self._store, shown)
        every = {*shown, *(it for types in classes.values() for it in types)}
        return {"found": shown, "total": len(found), "kinds": classes, "labels": labels(self._store, every)}

    @cached_property
    def _index(self) -> list[tuple[str, str, str]]:
        """Every name as `(folded, spelled out, IRI)`."""
        return [
            (*fold(quad.object.value), quad.subject.value)
            for label in LABELS
            for quad in self._store.quads_for_pattern(None, label, None, _DEFAULT)
            if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode)
        ]
