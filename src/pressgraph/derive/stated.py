"""What is stated: the facts of a store and its profile, triple by triple, with the sources that state them."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.derive.hidden import Hidden
from pressgraph.derive.parse import DERIVED_FROM
from pressgraph.derive.proofs import SHIPPED, LateProofs, merge
from pressgraph.derive.tables import Table
from pressgraph.rdf import CLU, RDF_TYPE, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.dataset import GraphNames
    from pressgraph.dataset.withholding import Withheld
    from pressgraph.derive.proofs import Proofs
    from pressgraph.rdf import Term

_STATUS = ox.NamedNode(f"{CLU}epistemicStatus")
_TYPE = ox.NamedNode(RDF_TYPE)
_KEPT = 200_000
_MOST = 1_000
"""Of a document with so many facts, each property is looked up in the store; fewer documents are kept at a time."""
_FEW = 100
"""Who states a triple so often is found out at once."""
_RANKS = {name: rank for rank, name in enumerate(STATUSES)}


class Origin(NamedTuple):
    """Where a graph of facts is from: its source, how sure it is (a place in `STATUSES`), and the document."""

    source: str
    rank: int
    document: ox.NamedNode | None


_UNKNOWN = Origin("", 0, None)
"""Stands for what is not looked up yet."""


class Stated:
    """Look up what a store states; what is withheld is not seen."""

    def __init__(self, store: ox.Store, graphs: GraphNames, withheld: Withheld | None = None) -> None:
        self.store = store
        self.graphs = graphs
        self._withheld: Withheld | Hidden | None = withheld if withheld is not None and withheld.nodes else None
        self._facts = graphs.facts
        self._profile = graphs.profile
        self._origins: dict[object, Origin | None] = {}
        self._tables: dict[tuple[ox.NamedNode, Term | None], Table] | None = None
        self._documents: dict[ox.NamedNode, dict[ox.NamedNode, list[tuple[ox.Quad, Origin]]]] = {}
        """What the facts of a document say, by property."""

    def keep(self) -> None:
        """Look properties up in memory from now on, of types classes, each read as a whole: for who asks about all."""
        self._tables = {}

    def hide_personal(self) -> Hidden:
        """See nothing from now on that personal facts hide; return what tells so."""
        self._withheld = hidden = Hidden(self._look, self.graphs)
        return hidden

    def origin(self, graph: object) -> Origin | None:
        """Return where a graph is from; None for one that states nothing: receipts, conclusions, the default graph."""
        found = self._origins.get(graph, _UNKNOWN)
        if found is not _UNKNOWN:
            return found
        if not isinstance(graph, ox.NamedNode):
            return None
        source = self._source(graph)
        found = None
        if graph.value == self._profile:
            found = Origin(SHIPPED, 0, None)
        elif source is not None:
            receipts = ox.NamedNode(self.graphs.provenance_of(source))
            status = next(self._look(graph, _STATUS, None, receipts), None)
            document = next(self._look(graph, DERIVED_FROM, None, receipts), None)
            word = status.object.value.rpartition("/")[2] if status is not None else STATUSES[0]  # type: ignore[union-attr]
            read = document.object if document is not None and isinstance(document.object, ox.NamedNode) else None
            found = Origin(source, _RANKS.get(word, 0), read)
        if len(self._origins) > _KEPT:
            self._origins.clear()
        self._origins[graph] = found
        return found

    def _source(self, graph: object) -> str | None:
        """Return the source that a graph is named after; None for one that states nothing."""
        name = graph.value if isinstance(graph, ox.NamedNode) else ""
        if name.startswith(self._facts):
            return self.graphs.source_of(name)
        return SHIPPED if name == self._profile else None

    def _look(
        self, subject: Term | None, predicate: ox.NamedNode | None, value: Term | None, graph: ox.NamedNode | None
    ) -> Iterator[ox.Quad]:
        return iter(self.store.quads_for_pattern(subject, predicate, value, graph))  # type: ignore[arg-type]

    def quads(
        self,
        subject: Term | None,
        predicate: ox.NamedNode | None,
        value: Term | None,
        graph: ox.NamedNode | None = None,
    ) -> Iterator[tuple[ox.Quad, Origin]]:
        """Yield what is stated, and where it is from."""
        if isinstance(subject, ox.Literal):
            return
        for quad in self._look(subject, predicate, value, graph):
            origin = self.seen(quad)
            if origin is not None:
                yield quad, origin

    def quads_of(
        self, document: ox.NamedNode, subject: Term | None, predicate: ox.NamedNode, value: Term | None
    ) -> Iterator[tuple[ox.Quad, Origin]]:
        """Yield what the facts that were read from a document say, and where it is from.

        Where that is found sooner, what other facts say of a subject or with a value is there too.
        """
        said = self._said(document)
        if said is None:
            if subject is not None or (value is not None and predicate != _TYPE):
                yield from self.quads(subject, predicate, value)
                return
            for graph in self.facts_of(document):
                yield from self.quads(None, predicate, value, graph)
            return
        withheld = self._withheld
        for quad, origin in said.get(predicate, ()):
            asked = (subject is None or quad.subject == subject) and (value is None or quad.object == value)
            if asked and (withheld is None or not withheld.hides(quad)):
                yield quad, origin

    def _said(self, document: ox.NamedNode) -> dict[ox.NamedNode, list[tuple[ox.Quad, Origin]]] | None:
        """Return what the facts of a document say, hidden or not, by property; None where that is too much to keep."""
        said = self._documents.get(document)
        if said is None and self._tables is None:
            graphs = list(islice(self.facts_of(document), _MOST))
            if len(graphs) < _MOST:
                if len(self._documents) >= _MOST:
                    self._documents.clear()
                said = self._documents[document] = {}
                for graph in graphs:
                    origin = self.origin(graph)
                    if origin is not None:
                        for quad in self._look(None, None, None, graph):
                            said.setdefault(quad.predicate, []).append((quad, origin))
        return said

    def match(
        self, subject: Term | None, predicate: ox.NamedNode, value: Term | None
    ) -> dict[tuple[Term, Term], Proofs]:
        """Return the pairs of subject and object that are stated, each with who states it."""
        found = self.known(subject, predicate, value)
        # of what is kept, who asked changes a copy
        return found if self._tables is None else {pair: dict(proofs) for pair, proofs in found.items()}

    def known(
        self, subject: Term | None, predicate: ox.NamedNode, value: Term | None
    ) -> dict[tuple[Term, Term], Proofs]:
        """Return the same for who changes nothing of it."""
        if self._tables is None:
            return self._matched(subject, predicate, value)
        return self.table(predicate, value).match(subject, value)

    def table(self, predicate: ox.NamedNode, value: Term | None) -> Table:
        """Return all pairs that are stated with a property, of types those of a class: for who keeps them."""
        assert self._tables is not None  # noqa: S101 - who asks has said that they are kept
        # most things that have a type are receipts and evidence, which no rule asks about
        key = (predicate, value if predicate == _TYPE else None)
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = Table()
            table.pairs = self._matched(None, *key)
            table.index()
        return table

    def _matched(
        self, subject: Term | None, predicate: ox.NamedNode, value: Term | None
    ) -> dict[tuple[Term, Term], Proofs]:
        if isinstance(subject, ox.Literal):
            return {}
        quads: Iterable[ox.Quad] = self._look(subject, predicate, value, None)
        # who asks about everything reads all of it; others may ask what thousands say, and little of who says it
        if self._tables is None:
            quads = list(islice(quads, _FEW + 1))
            if len(quads) > _FEW:
                triples = self._triples(subject, predicate, value)
                late = {(it.subject, it.object): self._late_proofs(it) for it in triples}
                return {pair: proofs for pair, proofs in late.items() if proofs is not None}
        found: dict[tuple[Term, Term], Proofs] = {}
        for quad in quads:
            origin = self.seen(quad)
            if origin is not None:
                ranks = found.setdefault((quad.subject, quad.object), {})
                ranks[origin.source] = min(origin.rank, ranks.get(origin.source, origin.rank))
        return found

    def _triples(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None) -> Iterator[ox.Triple]:
        """Yield what graphs may say, each triple for the most part once; of some, nobody may be seen to state them."""
        for quad in self.store.quads_for_pattern(subject, predicate, value, union.DEFAULT):  # type: ignore[arg-type]
            yield quad.triple

    def _proofs(self, quads: Iterable[ox.Quad]) -> Proofs | None:
        """Return who states a triple; None where nobody does that is seen."""
        ranks: Proofs = {}
        for origin in filter(None, map(self.seen, quads)):
            merge(ranks, {origin.source: origin.rank})
        return ranks or None

    def _late_proofs(self, triple: ox.Triple) -> Proofs | None:
        """Return who states a triple, found out when it is asked where many do; None where nobody does that is seen."""

        def stating() -> Iterator[ox.Quad]:
            return self._look(triple.subject, triple.predicate, triple.object, None)

        few = list(islice(stating(), _FEW + 1))
        if len(few) <= _FEW:
            return self._proofs(few)
        if all(self.seen(quad) is None for quad in stating()):
            return None

        @cache
        def by_source() -> dict[str, list[ox.Quad]]:
            found: dict[str, list[ox.Quad]] = {}
            for quad in stating():
                source = self._source(quad.graph_name)
                if source is not None:
                    found.setdefault(source, []).append(quad)
            return found

        def rank(source: str) -> int | None:
            found: int | None = None
            for origin in filter(None, map(self.seen, by_source()[source])):
                found = origin.rank if found is None else min(found, origin.rank)
                if found == 0:
                    # none is surer
                    break
            return found

        return LateProofs(by_source, rank)

    def seen(self, quad: ox.Quad) -> Origin | None:
        """Return where a statement is from; None for what states nothing, and for what is hidden."""
        origin = self.origin(quad.graph_name)
        return origin if self._withheld is None or origin is None or not self._withheld.hides(quad) else None

    def facts_of(self, document: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """Yield the graphs of the facts that were read from a document."""
        for quad in self._look(None, DERIVED_FROM, document, None):
            fact = quad.subject
            # in the receipts, not once more in the default graph
            in_receipts = isinstance(quad.graph_name, ox.NamedNode)
            if in_receipts and isinstance(fact, ox.NamedNode) and fact.value.startswith(self._facts):
                yield fact

    def speaking_of(self, nodes: Iterable[Term], within: Iterable[tuple[ox.NamedNode, Term]]) -> set[ox.Triple]:
        """Return what is stated of some nodes, whoever may see it, and in graphs with such names."""
        found: set[ox.Triple] = set()
        for node in nodes:
            if isinstance(node, ox.NamedNode):
                found |= {quad.triple for quad in self._look(node, None, None, None)}
                found |= {quad.triple for quad in self._look(None, None, None, node)}
            found |= {quad.triple for quad in self._look(None, None, node, None)}
        for graph, node in within:
            if isinstance(node, ox.NamedNode):
                found |= {quad.triple for quad in self._look(node, None, None, graph)}
        return found


class Before(Stated):
    """What a store stated before some graphs went and others came."""

    def __init__(
        self,
        store: ox.Store,
        graphs: GraphNames,
        withheld: Withheld | None,
        *,
        gone: Mapping[ox.NamedNode, Iterable[ox.Triple]],
        came: Iterable[ox.NamedNode],
    ) -> None:
        super().__init__(store, graphs, withheld)
        self._gone = ox.Store()
        self._gone.extend(
            ox.Quad(it.subject, it.predicate, it.object, graph) for graph, triples in gone.items() for it in triples
        )
        self._replaced = frozenset((*gone, *came))

    def _look(
        self, subject: Term | None, predicate: ox.NamedNode | None, value: Term | None, graph: ox.NamedNode | None
    ) -> Iterator[ox.Quad]:
        for quad in super()._look(subject, predicate, value, graph):
            # the default graph is the union of what stands there now
            if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name not in self._replaced:
                yield quad
        yield from self._gone.quads_for_pattern(subject, predicate, value, graph)  # type: ignore[arg-type]

    def _triples(self, subject: Term | None, predicate: ox.NamedNode, value: Term | None) -> Iterator[ox.Triple]:
        yield from super()._triples(subject, predicate, value)
        for quad in self._gone.quads_for_pattern(subject, predicate, value, None):  # type: ignore[arg-type]
            yield quad.triple
