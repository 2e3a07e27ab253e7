"""Keep the conclusions of a store up to date: which graph each stands in, and the receipts of these graphs.

The rules run over what may be published first: so no conclusion that is published rests on a fact that is not. What
only the run over more facts gives stands in graphs of its own, which are withheld as these facts are. What is stated is
not concluded again, unless the conclusion is surer than the statement.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames, graphs, union
from pressgraph.dataset.withholding import PERSONAL, PERSONAL_DATA, WITHHELD, Withheld, gate
from pressgraph.dataset.withholding import Rules as Publication
from pressgraph.derive.change import affected
from pressgraph.derive.hidden import turned
from pressgraph.derive.proofs import SEVERAL, SHIPPED, best
from pressgraph.derive.stated import Before, Origin, Stated
from pressgraph.derive.view import View
from pressgraph.rdf import CLU, PROV, RDF_TYPE, STATUS_BASE, STATUSES, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.derive.proofs import Proofs
    from pressgraph.derive.rules import Rules
    from pressgraph.rdf import Term

_TYPE = ox.NamedNode(RDF_TYPE)
_TRUE = ox.Literal("true", datatype=ox.NamedNode(f"{XSD}boolean"))


@dataclass(frozen=True, slots=True)
class Level:
    """A run of the rules over what some reader may see. `mark` is what its graphs end with."""

    mark: str
    withheld: Withheld


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of the rules before and after a change."""

    mark: str
    before: View
    after: View
    turned: set[ox.Triple] = field(default_factory=set)
    """What is stated of what is withheld before or after, and not both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusions:
    """What came and what went: quads of the graphs of conclusions, receipts included."""

    added: frozenset[ox.Quad]
    removed: frozenset[ox.Quad]

    @property
    def quads(self) -> frozenset[ox.Quad]:
        """All of them."""
        return self.added | self.removed


class Derivation:
    """The conclusions of a store."""

    def __init__(self, store: ox.Store, id_base: str, rules: Rules, *, withhold: frozenset[str] = frozenset()) -> None:
        self.store = store
        self.graphs = GraphNames(id_base=id_base)
        self.rules = rules
        self._withhold = withhold
        self._graph_names: dict[tuple[str, int, str], ox.NamedNode] = {}
        self._names: set[ox.NamedNode] | None = None
        """The things that are withheld by name, and what is or was named below them."""

    def levels(self) -> list[Level]:
        """Return the runs that the store needs: over what anybody may see, then over more, as far as there is more."""
        if self._names is None:
            self._names = Publication(withhold=self._withhold).names(self.store)
        levels = [
            ("", Publication(withhold=self._withhold)),
            (PERSONAL, Publication(personal=True, withhold=self._withhold)),
        ]
        if self._withhold:
            levels.append((WITHHELD, Publication(personal=True)))
        found: list[Level] = []
        for mark, rules in levels:
            withheld = Withheld.of(self.store, rules, self.graphs, names=self._names if rules.withhold else ())
            if not found or found[-1].withheld.nodes:
                found.append(Level(mark, withheld))
        return found

    def before(self) -> list[Level]:
        """Return what `update` must be told of the store before it changes."""
        return self.levels() if self._withhold else []

    # -- everything

    def all(self) -> Iterator[ox.Quad]:
        """Yield all conclusions, in their graphs, and the receipts of these, for a store that has none."""
        levels = self.levels()
        views = [(level.mark, View(Stated(self.store, self.graphs, level.withheld), self.rules)) for level in levels]
        first = views[0][1]
        first.stated.keep()
        first.run()
        # of what only a later level sees, it is worked out what that affects: little is personal
        spread: set[ox.Triple] = set()
        for (old, (_, before)), (new, (_, after)) in pairwise(zip(levels, views, strict=True)):
            spread |= affected(before, after, _turned(before, after, old.withheld, new.withheld))
        used: set[ox.NamedNode] = set()
        for quad in self._all(views, spread):
            assert isinstance(quad.graph_name, ox.NamedNode)  # noqa: S101 - conclusions stand in named graphs
            used.add(quad.graph_name)
            yield quad
        for graph in used:
            yield from self._receipt(graph)
        yield from self._gate()

    def _all(self, views: list[tuple[str, View]], spread: set[ox.Triple]) -> Iterator[ox.Quad]:
        """Yield what is concluded; but for `spread`, all levels conclude what the first one does."""
        for predicate, value in self._asked():
            for quad in self._concluded(views[:1], None, predicate, value):
                if quad.triple not in spread:
                    yield quad
        for triple in spread:
            yield from self._concluded(views, triple.subject, triple.predicate, triple.object)

    def _gate(self) -> Iterator[ox.Quad]:
        """Say which names the conclusions were kept from: where others are withheld, none of them is published."""
        if self._withhold:
            yield gate(self.graphs, self._withhold)

    def _asked(self) -> Iterator[tuple[ox.NamedNode, ox.NamedNode | None]]:
        """Yield the properties that anything is concluded with; of types, each class."""
        axioms = self.rules.axioms
        heads = [pattern for staged in self.rules.rules for pattern in staged.rule.head]
        names = {pattern.predicate.value for pattern in heads} | set(axioms.backward)
        names |= {iri for ends in self.rules.bounds.values() for end in ends for iri in end}
        for it in list(names):
            names |= {other for other, _ in axioms.implied(it)}
        names.discard(RDF_TYPE)
        yield from ((ox.NamedNode(name), None) for name in sorted(names))
        typed = [pattern.object for pattern in heads if pattern.predicate == _TYPE]
        if not all(isinstance(it, ox.NamedNode) for it in typed):
            yield _TYPE, None
            return
        classes = {it.value for it in typed if isinstance(it, ox.NamedNode)} | set(axioms.below)
        for it in list(classes):
            classes |= axioms.superclasses(it)
        yield from ((_TYPE, ox.NamedNode(name)) for name in sorted(classes))

    def clear(self) -> None:
        """Take all conclusions out of the store."""
        prefixes = (self.graphs.derived, self.graphs.derivation)
        names = [it for it in self.store.named_graphs() if isinstance(it, ox.NamedNode)]
        gone: set[ox.Triple] = set()
        for name in names:
            if name.value.startswith(prefixes):
                gone |= union.remove_graph(self.store, name)
        union.prune(self.store, gone)

    # -- a change

    def update(
        self,
        levels: list[Level],
        gone: Mapping[ox.NamedNode, Iterable[ox.Triple]],
        came: Iterable[ox.NamedNode],
    ) -> Conclusions:
        """Return how the conclusions change that the store still has from before.

        `levels` are what `before` returned; `gone` are the graphs of facts and receipts that went, with what they held,
        and `came` those that came; a graph may be both.
        """
        came = frozenset(came)
        if self._names is not None:
            # what went may still be among them: nothing is then hidden by that name
            for graph in came:
                quads = self.store.quads_for_pattern(None, None, None, graph)
                self._names |= Publication(withhold=self._withhold).names_in(quads)
        runs = self._runs(levels, gone, came) if self._withhold else self._personal_runs(gone, came)
        spread: set[ox.Triple] = set()
        for run in runs:
            spread |= affected(run.before, run.after, self._touched(run, gone, came))
        views = [(run.mark, run.after) for run in runs]
        added: set[ox.Quad] = set()
        removed: set[ox.Quad] = set()
        prefix = self.graphs.derived
        for triple in spread:
            ends = (triple.subject, triple.predicate, triple.object)
            wanted = set(self._concluded(views, *ends))
            known = {
                quad
                for quad in self.store.quads_for_pattern(*ends, None)
                if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(prefix)
            }
            added |= wanted - known
            removed |= known - wanted
        return self._with_receipts(added, removed)

    def _views(
        self,
        gone: Mapping[ox.NamedNode, Iterable[ox.Triple]],
        came: frozenset[ox.NamedNode],
        old: Withheld | None = None,
        new: Withheld | None = None,
    ) -> tuple[View, View]:
        """Return what is concluded before and after a change, where some is withheld then and now."""
        before = View(Before(self.store, self.graphs, old, gone=gone, came=came), self.rules)
        return before, View(Stated(self.store, self.graphs, new), self.rules)

    def _runs(
        self, levels: list[Level], gone: Mapping[ox.NamedNode, Iterable[ox.Triple]], came: frozenset[ox.NamedNode]
    ) -> list[_Run]:
        """Return the runs before and after a change, of all that is withheld before and after."""
        runs: list[_Run] = []
        fresh = self.levels()
        for number in range(max(len(levels), len(fresh))):
            # where a level is left out, it sees what the one before it sees
            old, new = levels[min(number, len(levels) - 1)], fresh[min(number, len(fresh) - 1)]
            mark = (levels if number < len(levels) else fresh)[number].mark
            before, after = self._views(gone, came, old.withheld, new.withheld)
            runs.append(_Run(mark, before, after, _turned(before, after, old.withheld, new.withheld)))
        return runs

    def _personal_runs(
        self, gone: Mapping[ox.NamedNode, Iterable[ox.Triple]], came: frozenset[ox.NamedNode]
    ) -> list[_Run]:
        """Return the runs where only personal facts are withheld: what these hide is told where it is asked for."""
        everything = self._views(gone, came)
        some = next(self.store.quads_for_pattern(None, PERSONAL_DATA, None, None), None) is not None
        if not some and not any(it.predicate == PERSONAL_DATA for told in gone.values() for it in told):
            return [_Run("", *everything)]
        public = self._views(gone, came)
        old, new = (it.stated.hide_personal() for it in public)
        nodes = turned(old, new, self._altered(gone, came))
        changed = {triple for view in public for triple in view.stated.speaking_of(nodes, ())}
        return [_Run("", *public, changed), _Run(PERSONAL, *everything)]

    def _altered(
        self, gone: Mapping[ox.NamedNode, Iterable[ox.Triple]], came: frozenset[ox.NamedNode]
    ) -> set[ox.NamedNode]:
        """Return the graphs of facts that say something else than before, or of which receipts do."""
        prefix = self.graphs.provenance
        receipts: dict[Term, set[ox.Triple]] = defaultdict(set)
        for triple in (it for graph, told in gone.items() if graph.value.startswith(prefix) for it in told):
            receipts[triple.subject].add(triple)
        found: set[ox.NamedNode] = set()
        for graph in gone.keys() | came:
            if graph.value.startswith(prefix):
                continue
            said = {quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph)}
            noted = {
                quad.triple
                for quad in self.store.quads_for_pattern(graph, None, None, None)
                if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(prefix)
            }
            if graph not in gone or graph not in came or said != set(gone[graph]) or noted != receipts[graph]:
                found.add(graph)
        return found

    def _touched(
        self, run: _Run, gone: Mapping[ox.NamedNode, Iterable[ox.Triple]], came: frozenset[ox.NamedNode]
    ) -> set[ox.Triple]:
        """Return the triples that are stated otherwise than before, as far as readers of a level see it."""
        said: dict[ox.Triple, set[Origin]] = defaultdict(set)
        says: dict[ox.Triple, set[Origin]] = defaultdict(set)
        went = (ox.Quad(it.subject, it.predicate, it.object, graph) for graph, told in gone.items() for it in told)
        stand = (quad for graph in came for quad in self.store.quads_for_pattern(None, None, None, graph))
        # rules ask who says a triple, not in which graph: that is another one for a fact that says one thing more
        for quads, stated, origins in ((went, run.before.stated, said), (stand, run.after.stated, says)):
            for quad in quads:
                origin = stated.seen(quad)
                if origin is not None:
                    origins[quad.triple].add(origin)
        found = {it for it in said.keys() | says.keys() if said.get(it) != says.get(it)}
        return found | run.turned

    def _with_receipts(self, added: set[ox.Quad], removed: set[ox.Quad]) -> Conclusions:
        """Add the receipts of graphs that come to hold something, and drop those of graphs that are empty then."""
        sizes: dict[ox.NamedNode, int] = defaultdict(int)
        for quads, sign in ((added, 1), (removed, -1)):
            for quad in quads:
                if isinstance(quad.graph_name, ox.NamedNode):
                    sizes[quad.graph_name] += sign
        for graph, more in sizes.items():
            before = self._size(graph, -more + 1)
            receipt = set(self._receipt(graph))
            known = set(self.store.quads_for_pattern(graph, None, None, self._receipts_of(graph)))
            if before + more > 0:
                added |= receipt - known
                removed |= known - receipt
            else:
                removed |= known
        return Conclusions(added=frozenset(added), removed=frozenset(removed))

    def _size(self, graph: ox.NamedNode, most: int) -> int:
        """Count the triples of a graph, up to a number."""
        size = 0
        for size, _ in enumerate(self.store.quads_for_pattern(None, None, None, graph), start=1):
            if size >= most:
                break
        return size

    # -- graphs

    def _concluded(
        self,
        views: list[tuple[str, View]],
        subject: Term | None,
        predicate: ox.NamedNode,
        value: Term | None,
    ) -> Iterator[ox.Quad]:
        """Yield what is concluded, in its graphs."""
        lower: dict[tuple[Term, Term], Proofs] = {}
        for mark, view in views:
            found = view.concluded(subject, predicate, value)
            stated = view.stated.known(subject, predicate, value) if found else {}
            for pair, proofs in found.items():
                known = stated.get(pair)
                surest = best(known) if known else len(STATUSES)
                below = lower.setdefault(pair, {})
                for source, rank in proofs.items():
                    if rank >= surest or rank >= below.get(source, len(STATUSES)):
                        continue
                    below[source] = rank
                    one, other = pair
                    if isinstance(one, ox.NamedNode) and isinstance(other, ox.NamedNode | ox.Literal):
                        yield ox.Quad(one, predicate, other, self._graph(source, rank, mark))

    def _graph(self, source: str, rank: int, mark: str) -> ox.NamedNode:
        key = (source, rank, mark)
        if key not in self._graph_names:
            self._graph_names[key] = self._named_graph(*key)
        return self._graph_names[key]

    def _named_graph(self, source: str, rank: int, mark: str) -> ox.NamedNode:
        # what the profile concludes from itself is of no source either
        name = self.graphs.conclusions_of(source if source not in {SEVERAL, SHIPPED} else None)
        return ox.NamedNode(f"{self.graphs.derived}{name}/{STATUSES[rank]}{f'/{mark}' if mark else ''}")

    def _receipts_of(self, graph: ox.NamedNode) -> ox.NamedNode:
        return ox.NamedNode(self.graphs.receipts_of(graph.value))

    def _receipt(self, graph: ox.NamedNode) -> Iterator[ox.Quad]:
        """Yield the receipt of a graph of conclusions."""
        source, status, mark = self.graphs.concluded(graph.value)
        bundle = self._receipts_of(graph)

        def said(name: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
            return ox.Quad(graph, ox.NamedNode(name), value, bundle)

        yield said(RDF_TYPE, ox.NamedNode(f"{CLU}DerivedGraph"))
        yield said(f"{CLU}epistemicStatus", ox.NamedNode(f"{STATUS_BASE}derived"))
        yield said(f"{CLU}restsOn", ox.NamedNode(f"{STATUS_BASE}{status}"))
        if mark:
            yield said(f"{CLU}personalData", _TRUE)
        if source != graphs.SEVERAL:
            receipts = ox.NamedNode(self.graphs.provenance_of(source.removesuffix("!")))
            for quad in self.store.quads_for_pattern(receipts, ox.NamedNode("http://schema.org/about"), None, receipts):
                if isinstance(quad.object, ox.NamedNode):
                    yield said(f"{PROV}wasDerivedFrom", quad.object)


def _turned(before: View, after: View, old: Withheld, new: Withheld) -> set[ox.Triple]:
    """Return the stated triples of what is withheld in one of two views alone."""
    nodes, within = old.nodes ^ new.nodes, old.within ^ new.within
    return before.stated.speaking_of(nodes, within) | after.stated.speaking_of(nodes, within)


def derive(store: ox.Store, id_base: str, rules: Rules, *, withhold: frozenset[str] = frozenset()) -> None:
    """Add all conclusions to a store that holds facts and the profile, and has no conclusions yet."""
    if rules:
        union.add_quads(store, Derivation(store, id_base, rules, withhold=withhold).all())
