"""Corrections: what a source that corrects another one says in its place.

What a source with `corrects` says under a single-valued key takes the place of what the corrected source says of the
same thing there. The corrected triples leave the graph of their fact for `{base}id/withdrawn/{source}`, which nothing
follows from; the fact keeps its receipt, to which `clu:withdrawnBy` is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.dataset.withholding import PERSONAL, PERSONAL_DATA
from pressgraph.rdf import CLU, PROV, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pressgraph.dataset import GraphNames
    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

_CORRECTS = ox.NamedNode(f"{CLU}corrects")
_WITHDRAWN_BY = ox.NamedNode(f"{CLU}withdrawnBy")
_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_ABOUT = ox.NamedNode(f"{SCHEMA}about")
_TRUE = ox.Literal("true", datatype=ox.NamedNode(f"{XSD}boolean"))


class Corrections:
    """The corrections of a store."""

    def __init__(self, store: ox.Store, graphs: GraphNames, profile: Profile) -> None:
        self.store = store
        self.graphs = graphs
        self.single = {ox.NamedNode(iri) for iri in profile.single_valued}
        self.changed: dict[ox.NamedNode, set[ox.Triple]] = {}
        """The graphs of facts from which triples were withdrawn, with what they held before."""
        self.withdrawn: set[ox.Triple] = set()

    def corrected_by(self, sources: Iterable[str]) -> set[str]:
        """Return the sources from which something is withdrawn because of others."""
        found: set[str] = set()
        for source in sources:
            for document in self._documents(source):
                for quad in self.store.quads_for_pattern(None, _WITHDRAWN_BY, document, None):
                    if isinstance(quad.graph_name, ox.NamedNode):
                        found.add(quad.graph_name.value.removeprefix(self.graphs.provenance))
        return found

    def apply(self, sources: Collection[str] | None = None, *, delta: union.LoadDelta | None = None) -> None:
        """Withdraw what is corrected; by or in some sources, or in all. `delta` is told what that changes."""
        delta = delta if delta is not None else union.LoadDelta()
        for correcting, corrected in sorted(set(self._pairs(sources))):
            self._correct(correcting, corrected, delta)
        union.prune(self.store, self.withdrawn)

    def _pairs(self, sources: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """Yield which source says of itself that it corrects which: where one of both is among some sources, or all."""
        links = self.store.quads_for_pattern(None, _CORRECTS, None, None) if sources is None else self._links(sources)
        for link in links:
            source = self._source(link.graph_name)
            if source is None or link.subject not in self._documents(source):
                continue
            for about in self.store.quads_for_pattern(None, _ABOUT, link.object, None):
                if about.subject == about.graph_name and isinstance(about.subject, ox.NamedNode):
                    corrected = about.subject.value.removeprefix(self.graphs.provenance)
                    concerned = sources is None or source in sources or corrected in sources
                    if concerned and corrected not in {about.subject.value, source}:
                        yield source, corrected

    def _links(self, sources: Collection[str]) -> Iterator[ox.Quad]:
        """Yield who says of the documents of some sources that they correct others, or are corrected."""
        for document in {document for source in sources for document in self._documents(source)}:
            yield from self.store.quads_for_pattern(document, _CORRECTS, None, None)
            yield from self.store.quads_for_pattern(None, _CORRECTS, document, None)

    def _correct(self, correcting: str, corrected: str, delta: union.LoadDelta) -> None:
        said: dict[tuple[ox.NamedNode, ox.NamedNode], set[Term]] = {}
        receipts = ox.NamedNode(self.graphs.provenance_of(correcting))
        # what was corrected later was said all the same
        for link in self.store.quads_for_pattern(None, _DERIVED, None, receipts):
            for quad in self.store.quads_for_pattern(None, None, None, link.subject):  # type: ignore[arg-type]
                if quad.predicate in self.single and isinstance(quad.subject, ox.NamedNode):
                    said.setdefault((quad.subject, quad.predicate), set()).add(quad.object)
        documents = sorted(self._documents(correcting), key=str)
        for (subject, predicate), values in said.items():
            for quad in list(self.store.quads_for_pattern(subject, predicate, None, None)):
                if self._source(quad.graph_name) == corrected and _differs(quad.object, values):
                    self._withdraw(quad, corrected, documents, delta)

    def _withdraw(self, quad: ox.Quad, source: str, documents: Iterable[ox.NamedNode], delta: union.LoadDelta) -> None:
        fact = quad.graph_name
        assert isinstance(fact, ox.NamedNode)  # noqa: S101 - facts have names
        if fact not in self.changed:
            self.changed[fact] = {it.triple for it in self.store.quads_for_pattern(None, None, None, fact)}
        receipts = ox.NamedNode(self.graphs.provenance_of(source))
        personal = next(self.store.quads_for_pattern(fact, PERSONAL_DATA, None, receipts), None) is not None
        # what is not public is withdrawn from those who may see it
        graph = ox.NamedNode(self.graphs.withdrawn_of(source, PERSONAL if personal else ""))
        receipt = [ox.Quad(it, _WITHDRAWN_BY, document, receipts) for document in documents for it in (fact, graph)]
        receipt += [ox.Quad(graph, _DERIVED, document, receipts) for document in self._documents(source)]
        if personal:
            receipt.append(ox.Quad(graph, PERSONAL_DATA, _TRUE, receipts))
        for one in receipt:
            delta.graphs.setdefault(str(receipts), set()).add(one.subject)
            if ox.Quad(one.subject, one.predicate, one.object) not in self.store:
                delta.triples.add(one.triple)
        delta.graphs.setdefault(str(graph), set()).add(quad.subject)
        union.add_quads(self.store, receipt)
        self.store.add(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
        self.store.remove(quad)
        if next(self.store.quads_for_pattern(None, None, None, fact), None) is None:
            # a store that is written anew has no graph that holds nothing
            self.store.remove_graph(fact)
        self.withdrawn.add(quad.triple)

    def _documents(self, source: str) -> set[ox.NamedNode]:
        receipts = ox.NamedNode(self.graphs.provenance_of(source))
        about = self.store.quads_for_pattern(receipts, _ABOUT, None, receipts)
        return {quad.object for quad in about if isinstance(quad.object, ox.NamedNode)}

    def _source(self, graph: object) -> str | None:
        """Return the source of a graph of facts."""
        if not isinstance(graph, ox.NamedNode) or not graph.value.startswith(self.graphs.facts):
            return None
        return self.graphs.source_of(graph.value)


def _differs(value: Term, values: Iterable[Term]) -> bool:
    """Tell whether a value is another than some that stand in its place: than those in its language, if it has one."""
    comparable = [it for it in values if _language(it) == _language(value)]
    return bool(comparable) and value not in comparable


def _language(value: Term) -> str | None:
    return value.language if isinstance(value, ox.Literal) else None
