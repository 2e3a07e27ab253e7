"""What is published of a store, read by patterns: the one gate of all that is drawn from a graph.

A pattern never yields what is withheld, what is said of sources and receipts, or what is less sure than is asked for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from pressgraph.dataset.withholding import Withheld
from pressgraph.rdf import CLU, RDF_TYPE, RDFS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pressgraph.dataset import GraphNames
    from pressgraph.dataset.withholding import Rules
    from pressgraph.rdf import Term
    from pressgraph.validation import ValidatedDataset

_TYPE = ox.NamedNode(RDF_TYPE)
_SUBCLASS = ox.NamedNode(f"{RDFS}subClassOf")
_STATUS = ox.NamedNode(f"{CLU}epistemicStatus")


class PublishedGraph:
    """The facts of a store, and what follows from them, as far as they are published.

    `withheld` is what is left out, nothing where the store has nothing that is withheld, such as the server's; with
    `statuses`, only what facts of these state, and what rests on such alone. `derived` says whether conclusions count,
    `written` whether graphs do that other programs have written, which are as sure as what is stated.
    """

    def __init__(
        self,
        store: ox.Store,
        graphs: GraphNames,
        *,
        withheld: Withheld | None = None,
        statuses: Collection[str] | None = None,
        derived: bool = True,
        written: bool = False,
    ) -> None:
        self.store = store
        self.graphs = graphs
        self.withheld = withheld or Withheld()
        self.statuses = frozenset(statuses) if statuses is not None else None
        self._parts = (graphs.facts, graphs.derived) if derived else (graphs.facts,)
        own = (*graphs.of_sources, graphs.profile)
        self._not_written = own if written else ("",)
        self._known: dict[str, bool] = {}
        self._above: dict[str, frozenset[str]] = {}

    @classmethod
    def of(
        cls,
        dataset: ValidatedDataset,
        rules: Rules,
        *,
        statuses: Collection[str] | None = None,
        derived: bool = True,
    ) -> Self:
        """Return what of a dataset some rules publish."""
        withheld = Withheld.of(dataset.store, rules, dataset.graphs)
        return cls(dataset.store, dataset.graphs, withheld=withheld, statuses=statuses, derived=derived)

    def quads(
        self, subject: Term | None = None, predicate: ox.NamedNode | None = None, value: Term | None = None
    ) -> Iterator[ox.Quad]:
        """Yield the published quads of a pattern; one triple may stand in several graphs."""
        if subject is predicate is value is None:
            yield from self._everything()
            return
        for quad in self.store.quads_for_pattern(subject, predicate, value, None):  # type: ignore[arg-type]
            if self.has(quad):
                yield quad

    def _everything(self) -> Iterator[ox.Quad]:
        # two of three quads say where facts come from: their graphs are passed over
        for name in self.store.named_graphs():
            if isinstance(name, ox.NamedNode) and self.has_graph(name):
                for quad in self.store.quads_for_pattern(None, None, None, name):
                    if not self.withheld.hides(quad):
                        yield quad

    def has(self, quad: ox.Quad) -> bool:
        """Tell whether a quad of the store is published."""
        graph = quad.graph_name
        return isinstance(graph, ox.NamedNode) and self.has_graph(graph) and not self.withheld.hides(quad)

    def has_graph(self, graph: ox.NamedNode) -> bool:
        """Tell whether a graph is of the kind, and as sure, as is asked for."""
        decided = self._known.get(graph.value)
        if decided is None:
            decided = graph.value.startswith(self._parts)
            if decided and self.statuses is not None:
                decided = self.status(graph) in self.statuses
            decided = decided or not graph.value.startswith(self._not_written)
            self._known[graph.value] = decided
        return decided

    @cached_property
    def of_any_status(self) -> PublishedGraph:
        """The same graph however sure its facts are: what can keep something from being said."""
        return PublishedGraph(
            self.store,
            self.graphs,
            withheld=self.withheld,
            derived=len(self._parts) > 1,
            written=len(self._not_written) > 1,
        )

    def description(self, iri: str, depth: int | None = None) -> set[ox.Quad]:
        """Return what is said of a thing and, `depth` links deep (None: as far as they lead), of what it links to."""
        base = self.graphs.id_base
        quads: set[ox.Quad] = set()
        level = [ox.NamedNode(iri)]
        seen: set[Term] = set(level)
        while level and (depth is None or depth >= 0):
            following: list[ox.NamedNode] = []
            for node in level:
                for quad in self.quads(node):
                    quads.add(quad)
                    value = quad.object
                    if isinstance(value, ox.NamedNode) and value not in seen and value.value.startswith(base):
                        seen.add(value)
                        following.append(value)
            level = following
            depth = None if depth is None else depth - 1
        return quads

    def defined(self, term: ox.NamedNode) -> Iterator[ox.Triple]:
        """Yield what the profile in the store says of a term or of reference data, which nothing withholds."""
        for quad in self.store.quads_for_pattern(term, None, None, ox.NamedNode(self.graphs.profile)):
            yield quad.triple

    def superclasses(self, iri: str) -> frozenset[str]:
        """Return the classes above a class, as the profile in the store has it."""
        known = self._above.get(iri)
        if known is None:
            seen: set[str] = set()
            level = [iri]
            while level:
                said = [it for name in level for it in self.defined(ox.NamedNode(name)) if it.predicate == _SUBCLASS]
                found = {it.object.value for it in said if isinstance(it.object, ox.NamedNode)}
                level = sorted(found - seen)
                seen |= found
            known = self._above[iri] = frozenset(seen - {iri})
        return known

    def classes_of(self, iri: str) -> list[str]:
        """Return the classes of a thing, or of a term or of reference data of the profile, sorted."""
        node = ox.NamedNode(iri)
        defined = (it.object for it in self.defined(node) if it.predicate == _TYPE)
        found = {*defined, *(quad.object for quad in self.quads(node, _TYPE))}
        return sorted(it.value for it in found if isinstance(it, ox.NamedNode))

    def status(self, graph: ox.NamedNode) -> str:
        """Return the status of a fact, or of the least sure one that a conclusion rests on."""
        graphs = self.graphs
        if graphs.is_derived(graph.value):
            return graphs.concluded(graph.value).status
        receipts = ox.NamedNode(graphs.receipts_of(graph.value))
        stated = next(self.store.quads_for_pattern(graph, _STATUS, None, receipts), None)
        # the description of a source has none
        return stated.object.value.rpartition("/")[2] if stated is not None else STATUSES[0]  # type: ignore[union-attr]
