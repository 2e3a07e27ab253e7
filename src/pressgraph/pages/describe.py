"""Descriptions of things for pages and documents, read from a store and returned as what JSON can say.

Terms travel as `["iri", value]`, `["node", label]` or `["text", value, language, datatype]`.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from contextlib import suppress
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.pages.notes import NO_NOTES
from pressgraph.pages.view.listing import Listing, is_on, plain
from pressgraph.pages.view.pointing import PAGE as ON_PAGE
from pressgraph.pages.view.pointing import Pointing
from pressgraph.pages.view.reading import GraphReader
from pressgraph.pages.view.statements import DEFAULT, TITLES, kinds, labels, term
from pressgraph.query.names import HELD_BY, LABEL_NAMES, names_in_store
from pressgraph.rdf import CLU, DCTERMS, LABELS, PROV, RDF_TYPE, RDFS, SCHEMA, SKOS, VOID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Sequence

    from pressgraph.pages.notes import Notes


_NAMING = (*TITLES, ox.NamedNode(f"{SKOS}altLabel"), ox.NamedNode(f"{SCHEMA}alternateName"))
"""The properties whose values name a thing, best first."""
_DEFINITIONS = {f"{SKOS}definition", f"{RDFS}comment", f"{DCTERMS}description"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_TYPE = ox.NamedNode(RDF_TYPE)
_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_STATUS, _RESTS_ON = ox.NamedNode(f"{CLU}epistemicStatus"), ox.NamedNode(f"{CLU}restsOn")
_MOST_NESTED, _MOST_LINKS = 500, 300
_MOST_BLANK = 10_000
"""Blank nodes of one description; a page shows fewer."""


def _describe(store: ox.Store, starts: Sequence[ox.NamedNode | ox.BlankNode], triples: set[ox.Triple]) -> None:
    """Add the triples of nodes, of the nodes named below them, and of blank nodes to their end.

    That is the concise bounded description (https://www.w3.org/submissions/CBD/), so that no class expression and no
    list is cut. Each node is looked at once; there is a bound for a graph that is all blank nodes.
    """
    waiting, seen = list(starts), set(starts)
    named, blank = _MOST_NESTED, _MOST_BLANK
    while waiting:
        subject = waiting.pop()
        for quad in store.quads_for_pattern(subject, None, None, DEFAULT):
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


def fold(text: str) -> tuple[str, str]:
    """Return a text as it is searched: without case and accents, and with umlauts spelled out.

    >>> fold("Fördermittel Süß")
    ('fordermittel suss', 'foerdermittel suess')
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    spelled = folded.translate(_UMLAUTS)

    return plain(folded), plain(spelled)


def _begins_word(text: str, word: str) -> bool:
    """Tell whether a word of the text begins so."""
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at >= 0


def _count(quads: Iterable[Any]) -> int:
    return sum(1 for _ in quads)


_HELD_BY = ox.NamedNode(HELD_BY)
_RANK = ox.NamedNode(f"{CLU}levelRank")
_BROADER = ox.NamedNode(f"{SKOS}broader")
_WORDS = {ox.NamedNode(f"{SKOS}prefLabel"): "names", ox.NamedNode(f"{SKOS}altLabel"): "also"}
_LISTED = (
    ("organisations", "sector", ox.NamedNode(f"{CLU}sector")),
    ("labels", "level", ox.NamedNode(f"{CLU}level")),
)
"""Facets of lists whose values are terms: who has them."""


class Describer:
    """Describes what a store holds, which never changes; `id_base` is what the project's own ids begin with.

    Lists are in the order of names in a `language`, and read from `whole`, the same store, where that is told: their
    pages note what they show. `near` and `notes` are those of `GraphReader`.
    """

    def __init__(
        self,
        store: ox.Store,
        id_base: str,
        *,
        language: str = "en",
        near: ox.Store | None = None,
        whole: ox.Store | None = None,
        notes: Notes = NO_NOTES,
    ) -> None:
        self._store = store
        self._id_base = id_base
        self._graphs = GraphNames(id_base=id_base)
        self._near = store if near is None else near
        self._reader = GraphReader(store, id_base, near=near, notes=notes)
        self.listing = Listing(store if whole is None else whole, id_base, self._reader, language)
        self._pointing = Pointing(self._near, self._graphs)

    def thing(self, iri: str) -> dict[str, Any]:
        """Return what is said of an IRI and what points to it, with receipts and the labels of all that is named.

        A graph comes with what it says, a source with the facts read from it, a property with its uses.
        """
        return self._reader.thing(iri)

    def document(
        self, iri: str, terms: Iterable[str] = (), *, statuses: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Return the triples of `said_in_document` as N-Triples."""
        written = ox.serialize(self.said_in_document(iri, terms, statuses=statuses), format=ox.RdfFormat.N_TRIPLES)
        return {"triples": written.decode() if written else ""}

    def said_in_document(
        self, iri: str, terms: Iterable[str] = (), *, statuses: Collection[str] | None = None
    ) -> list[ox.Triple]:
        """Return the description of an IRI: its triples, and those of the nodes named below it, sorted.

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
            # of a property that everything has, only as many are looked up
            pointing = chain(
                self._store.quads_for_pattern(None, None, node, DEFAULT),
                self._store.quads_for_pattern(None, node, None, DEFAULT),
            )
            triples.update(quad.triple for quad in islice(pointing, _MOST_LINKS))
            # a class expression that names a term is a blank node, which says nothing by itself
            _describe(self._store, [it.subject for it in triples if isinstance(it.subject, ox.BlankNode)], triples)
        if statuses is not None:
            known: dict[ox.NamedNode, bool] = {}
            triples = {it for it in triples if self._is_sure(it, statuses, known)}
        return sorted(triples, key=str)

    def _is_sure(self, triple: ox.Triple, statuses: Collection[str], known: dict[ox.NamedNode, bool]) -> bool:
        """Tell whether a graph that holds a triple has one of some statuses, or none at all."""
        graphs = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        named = [it.graph_name for it in graphs if isinstance(it.graph_name, ox.NamedNode)]
        for graph in named:
            if graph not in known:
                # of conclusions, that of the least sure fact that they rest on
                rests = next(self._store.quads_for_pattern(graph, _RESTS_ON, None, DEFAULT), None)
                said = rests or next(self._store.quads_for_pattern(graph, _STATUS, None, DEFAULT), None)
                known[graph] = said is None or getattr(said.object, "value", "").rpartition("/")[2] in statuses
        return not named or any(known[graph] for graph in named)

    def exists(self, iris: Iterable[str]) -> dict[str, Any]:
        """Return the first IRI of a list that occurs in the dataset."""
        nodes = []
        for name in iris:
            with suppress(ValueError):
                nodes.append(ox.NamedNode(name))
        patterns: tuple[Callable[[ox.NamedNode], Any], ...] = (
            lambda node: next(self._store.quads_for_pattern(node, None, None, DEFAULT), None),
            self._store.contains_named_graph,
            lambda node: next(self._store.quads_for_pattern(None, None, node, DEFAULT), None),
            lambda node: next(self._store.quads_for_pattern(None, node, None, DEFAULT), None),
        )
        return {"iri": next((node.value for node in nodes if any(occurs(node) for occurs in patterns)), None)}

    def listed(self, kind: str, facet: str, value: str, number: int, today: str) -> dict[str, Any]:
        """Return a page of a list; see `pressgraph.pages.view.listing.Listing.page`."""
        return self.listing.page(kind, facet, value, number, today)

    def links(self, iri: str, number: int, language: str, called: Container[str] = ()) -> dict[str, Any]:
        """Return a page of all that leads to an IRI, sorted by names in a language.

        Of things that are `called` something already nothing is read. See `pressgraph.pages.view.pointing`.
        """
        found = self._pointing.to(iri, language)
        shown = found[(number - 1) * ON_PAGE : number * ON_PAGE]
        named = dict.fromkeys(it for it in (iri, *chain.from_iterable(shown)) if it not in called)
        return {"shown": shown, "matching": len(found), "reading": self._reader.alone(named)}

    def alone(self, iris: Sequence[str]) -> dict[str, Any]:
        """Return what is said of things, for what they are called; see `pressgraph.pages.view.called`."""
        return self._reader.alone(iris)

    def terms(self, terms: Iterable[str]) -> dict[str, Any]:
        """Return what is known of terms: labels, other words, definitions, classes, ranks, what they are narrower than.

        `listed` is how many things of a list have a term as the value of a facet, by the list and the facet.
        """
        found: dict[str, dict[str, Any]] = {}
        for name in terms:
            node = ox.NamedNode(name)
            entry: dict[str, Any] = {
                "types": [],
                "definitions": [],
                "names": [],
                "also": [],
                "broader": [],
                "rank": 0,
            }
            for quad in self._store.quads_for_pattern(node, None, None, DEFAULT):
                if quad.predicate == _TYPE and isinstance(quad.object, ox.NamedNode):
                    entry["types"].append(quad.object.value)
                elif quad.predicate.value in _DEFINITIONS and isinstance(quad.object, ox.Literal):
                    entry["definitions"].append([quad.object.value, quad.object.language or ""])
                elif quad.predicate == _BROADER and isinstance(quad.object, ox.NamedNode):
                    entry["broader"].append(quad.object.value)
                elif quad.predicate == _RANK and isinstance(quad.object, ox.Literal) and quad.object.value.isdigit():
                    entry["rank"] = int(quad.object.value)
                elif (key := _WORDS.get(quad.predicate)) is not None and isinstance(quad.object, ox.Literal):
                    entry[key].append([quad.object.value, quad.object.language or ""])
            if entry["types"] or entry["definitions"]:
                for key in ("definitions", "names", "also"):
                    entry[key].sort()
                entry["listed"] = self._listed(node)
                found[name] = entry
        return {
            "terms": found,
            "labels": labels(self._store, {*found, *(it for entry in found.values() for it in entry["types"])}),
        }

    def _listed(self, term: ox.NamedNode) -> list[list[Any]]:
        """Return the lists and facets that have things with a term as their value, and how many of these."""
        found = []
        for kind, facet, predicate in _LISTED:
            quads = self._store.quads_for_pattern(None, predicate, term, DEFAULT)
            count = sum(is_on(self._store, kind, it.subject, self._id_base) for it in quads)
            found += [[kind, facet, count]] if count else []
        return found

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
            # an umlaut may be typed as one letter or as two
            whole = folded == wanted or long == spelled
            begins = folded.startswith(wanted) or long.startswith(spelled)
            rank = 0 if whole else 1 if begins else 2 if starts else 3
            # what the project itself describes comes before the vocabularies
            key = (-hits, 0 if iri.startswith(self._id_base) else 1, rank, folded)
            if iri not in best or key < best[iri]:
                best[iri] = key
        found = sorted(best, key=lambda name: (*best[name], name))
        shown = found[:most]
        classes = kinds(self._store, shown)
        said = {name: self._said_of_label(name) for name in shown if not set(LABELS).isdisjoint(classes[name])}
        every = {*shown, *(it for types in classes.values() for it in types)}
        every.update(it[1] for one in said.values() for terms in one.values() for it in terms if it[0] == "iri")
        return {
            "found": shown,
            "total": len(found),
            "kinds": classes,
            "said": said,
            "labels": labels(self._store, every),
        }

    def _said_of_label(self, label: str) -> dict[str, list[list[Any]]]:
        """Return what a label is called by: the values of some properties."""
        return {
            word: sorted(
                term(it.object)
                for it in self._store.quads_for_pattern(ox.NamedNode(label), ox.NamedNode(word), None, DEFAULT)
            )
            for word in (*LABEL_NAMES, HELD_BY)
        }

    @cached_property
    def _index(self) -> list[tuple[str, str, str]]:
        """Every name as `(folded, spelled out, IRI)`, those of labels with their holders'."""
        names: dict[ox.NamedNode, list[str]] = defaultdict(list)
        for label in _NAMING:
            for quad in self._store.quads_for_pattern(None, label, None, DEFAULT):
                if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
                    names[quad.subject].append(quad.object.value)
        index = [(*fold(text), node.value) for node, texts in names.items() for text in texts]
        for quad in self._store.quads_for_pattern(None, _HELD_BY, None, DEFAULT):
            # labels are called by their holders, too
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                whose = names.get(quad.object, ())
                own = names.get(quad.subject, ("",))
                index += [(*fold(f"{name} {holder}".strip()), quad.subject.value) for name in own for holder in whose]
        return index
