"""What is withheld from publishing: one rule for every way out of the project (served copy, export, page data, push).

There are two reasons: a fact is marked as personal data, or a thing is named under `[publish] withhold`. Of a withheld
fact nothing is published: not its triples, not its receipt, not the evidence that no other fact shares, and no name
that only withheld facts describe: whoever reviewed a fact is named by its receipt, and an id can be a person's name.
Words that a withheld fact rests on are not published as those of another fact, which speaks of more or of less of them,
nor in the text of a source, where the names of what is withheld are cut too.
Of a withheld thing nothing is published either: not the facts about it, not the nodes nested in it, not the triples of
other facts that point to it, and not what was read from it where it is a document.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.dataset.graphs import stands_apart
from pressgraph.dataset.shown_text import NAMING, TEXT_OF, TextGate, text_graphs
from pressgraph.errors import FactsError
from pressgraph.rdf import CLU, OA, PG, PROV, RDF_TYPE, SCHEMA
from pressgraph.text.mentions import family_name
from pressgraph.text.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pressgraph.dataset.graphs import GraphNames
    from pressgraph.project import Project
    from pressgraph.rdf import Term

PERSONAL_DATA = ox.NamedNode(f"{CLU}personalData")
"""Marks, in a receipt, a fact that holds personal data."""
_EVIDENCE = ox.NamedNode(f"{CLU}evidence")
_EXACT = ox.NamedNode(f"{OA}exact")
_DERIVED = ox.NamedNode(f"{PROV}wasDerivedFrom")
_ABOUT = ox.NamedNode(f"{SCHEMA}about")
_TYPE, _PERSON = ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SCHEMA}Person")
_TRUE = {"true", "1"}
_DEFAULT = ox.DefaultGraph()
_GATE = ox.NamedNode(f"{PG}withheldNames")
PERSONAL, WITHHELD = "personal", "withheld"
"""What the graphs end with that hold conclusions from personal facts, and from what is withheld by name."""
# Raise it when the same rules withhold other quads than before: every served copy is then made anew.
_VERSION = 6
_SPAN = re.compile(r"(.*/)([0-9]+)-([0-9]+)")
"""What evidence is called: by its source, and from which character to which."""
# in N-Quads; what looks like one within a literal is a name that nothing has
_IRI = re.compile(rb'<[^<>"\s]*>')
_CHUNK = 1 << 18


def is_true(value: Term) -> bool:
    """Tell whether a term is the truth value that a mark has (XML Schema 1.1 part 2, 3.3.2)."""
    return isinstance(value, ox.Literal) and value.value in _TRUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All of a project's configuration that decides what is published: a new reason is a field here."""

    personal: bool = False
    """Whether facts that are marked as personal data are published."""
    withhold: frozenset[str] = frozenset()
    """The IRIs of things that are not published."""

    @classmethod
    def of(cls, project: Project) -> Rules:
        """Return the rules that a project's configuration states."""
        return cls(personal=project.include_personal_data, withhold=frozenset(project.withheld_iris))

    def joined(self, other: Rules) -> Rules:
        """Return the rules that withhold what either of two withholds."""
        return Rules(personal=self.personal and other.personal, withhold=self.withhold | other.withhold)

    def to_json(self) -> dict[str, Any]:
        """Return what tells these rules from others, as JSON."""
        return {"version": _VERSION, "personal": self.personal, "withhold": sorted(self.withhold)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the rules that `to_json` has written."""
        return cls(personal=stored["personal"], withhold=frozenset(stored["withhold"]))

    def reasons(self, store: ox.Store) -> Iterator[ox.NamedNode]:
        """Yield the graphs of facts and conclusions that are withheld because of what their receipts say."""
        for quad in store.quads_for_pattern(None, PERSONAL_DATA, None, None):
            if isinstance(quad.subject, ox.NamedNode) and is_true(quad.object):
                named = quad.subject.value.endswith(f"/{WITHHELD}") and self.withhold
                if named or not self.personal:
                    yield quad.subject

    def names(self, store: ox.Store) -> set[ox.NamedNode]:
        """Return the things of a store that are withheld by name, and what is named below them."""
        if not self.withhold:
            return set()
        # the default graph is the union of the others; comparing in SPARQL would take four times as long
        union = store.quads_for_pattern(None, None, None, _DEFAULT)
        return {ox.NamedNode(iri) for iri in self.withhold} | self.names_in(union)

    def names_in(self, quads: Iterable[ox.Quad]) -> set[ox.NamedNode]:
        """Return what of quads is named below the things that are withheld by name."""
        below = self._below
        if not below:
            return set()
        return {
            term
            for quad in quads
            for term in (quad.subject, quad.object)
            if isinstance(term, ox.NamedNode) and term.value.startswith(below)
        }

    @property
    def _below(self) -> tuple[str, ...]:
        return tuple(f"{iri.rstrip('/#')}{mark}" for iri in sorted(self.withhold) for mark in "/#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What is withheld of a dataset."""

    facts: frozenset[ox.NamedNode] = frozenset()
    """The graphs of the facts."""
    nodes: frozenset[Term] = frozenset()
    """These graphs, their evidence, and the names that are not to be read anywhere."""
    within: frozenset[tuple[ox.NamedNode, Term]] = frozenset()
    """Graphs of facts that are published, and of whom they speak without that being published."""

    @classmethod
    def of(
        cls,
        store: ox.Store,
        rules: Rules,
        graphs: GraphNames | None = None,
        *,
        names: Collection[ox.NamedNode] | None = None,
    ) -> Withheld:
        """Find out what of a dataset is withheld; `graphs` are those of one that has conclusions.

        `names` are what `rules.names` has found, where that is known: it looks at every triple.
        """
        return _Search(store, rules, graphs, rules.names(store) if names is None else names).withheld()

    def hides(self, quad: ox.Quad) -> bool:
        """Tell whether a quad of the dataset is withheld."""
        return bool(self.nodes) and _hides(quad, self.nodes, self.within)


def count_personal(store: ox.Store, rules: Rules, graphs: GraphNames) -> dict[str, int]:
    """Count the facts that are withheld as personal data, by the IRI of the source that each was read from.

    That such facts are kept may be said, and how many: it tells nothing of what they say.
    """
    marked = list(store.quads_for_pattern(None, PERSONAL_DATA, None, None))
    facts = {it.subject for it in marked}
    told = (it for fact in facts for it in store.quads_for_pattern(fact, _DERIVED, None, None))
    return count_personal_among([*marked, *told], rules, graphs)


def count_personal_among(quads: Collection[ox.Quad], rules: Rules, graphs: GraphNames) -> dict[str, int]:
    """Count the facts that `count_personal` counts, by all that is withheld of a dataset, or by their receipts."""
    if rules.personal:
        return {}
    facts = {
        it.subject
        for it in quads
        if it.predicate == PERSONAL_DATA
        and is_true(it.object)
        and isinstance(it.subject, ox.NamedNode)
        and it.subject.value.startswith(graphs.facts)
        and _is_fact(it.subject)
    }
    read = {(it.subject, it.object) for it in quads if it.predicate == _DERIVED and it.subject in facts}
    found = Counter(source.value for _, source in read if isinstance(source, ox.NamedNode))
    return {source: number for source, number in found.items() if source not in rules.withhold}


def count_facts(graphs: Iterable[Term]) -> int:
    """Count the graphs of facts among graphs.

    What a source says of itself, and what was corrected in it, has a graph too, and is no fact.
    """
    return sum(isinstance(graph, ox.NamedNode) and _is_fact(graph) for graph in graphs)


def _is_fact(graph: ox.NamedNode) -> bool:
    return not graph.value.endswith("/source") and not stands_apart(graph.value)


def _hides(quad: ox.Quad, nodes: Collection[Term], within: Collection[tuple[ox.NamedNode, Term]]) -> bool:
    graph = quad.graph_name
    return graph in nodes or quad.subject in nodes or quad.object in nodes or (graph, quad.subject) in within


class _Search:
    """Find what is withheld: what the rules name, and, until nothing more is found, what follows from that."""

    def __init__(
        self, store: ox.Store, rules: Rules, graphs: GraphNames | None, names: Collection[ox.NamedNode]
    ) -> None:
        self.store = store
        self.names = frozenset(names)
        reasons = set(rules.reasons(store))
        self.graphs = graphs
        conclusions = {it for it in reasons if self.is_derived(it)}
        self.facts = reasons - conclusions
        self.nodes: set[Term] = {*self.names, *conclusions}
        if graphs is not None:
            self.nodes |= _conclusions(store, rules, graphs)
        self.within: set[tuple[ox.NamedNode, Term]] = set()

    def withheld(self) -> Withheld:
        for name in self.names:
            self.withhold(name)
        fresh = set(self.facts)
        named: set[Term] = {*self.names, *(name for _, name in self.within if self.is_unknown(name))}
        while fresh or named:
            self.nodes |= named
            named |= self.follow(fresh)
            self.nodes |= named | fresh
            fresh = set(self.emptied(named))
            self.facts |= fresh
            named = set()
        self.nodes |= self.words()
        return Withheld(facts=frozenset(self.facts), nodes=frozenset(self.nodes), within=frozenset(self.within))

    def words(self) -> set[ox.NamedNode]:
        """Return the words that withheld facts rest on, and those that say of a withheld thing what no fact does."""
        texts = list(text_graphs(self.store)) if self.graphs is not None else []
        if not texts and next(self.store.quads_for_pattern(None, _EXACT, None, None), None) is None:
            return set()
        graphs: set[Any] = {*self.facts, *(graph for graph, _ in self.within)}
        for name in self.names:
            graphs |= {quad.graph_name for quad in self.store.quads_for_pattern(None, None, name, None)}
        withheld: dict[str, Spans] = {}
        receipts: set[Any] = set()
        for graph in graphs - {_DEFAULT}:
            for quad in self.store.quads_for_pattern(graph, _EVIDENCE, None, None):
                found = _span(quad.object)
                if found is not None and quad.graph_name != _DEFAULT:
                    withheld.setdefault(found[0], Spans()).add(found[1])
                    receipts.add(quad.graph_name)
        near = {quad.object for it in receipts for quad in self.store.quads_for_pattern(None, _EVIDENCE, None, it)}
        words = {
            ox.NamedNode(f"{node.value}/words")
            for node in near
            if isinstance(node, ox.NamedNode)
            and (found := _span(node)) is not None
            and found[0] in withheld
            and withheld[found[0]].meets(found[1])
        }
        if texts and graphs:
            words.update(self.in_texts(texts, withheld))
        return words

    def in_texts(self, texts: Iterable[ox.NamedNode], withheld: Mapping[str, Spans]) -> Iterator[ox.NamedNode]:
        """Yield the pieces of texts that say what is withheld; `withheld` is what of each text facts rest on."""
        assert self.graphs is not None  # noqa: S101 - where there are texts
        names = self.unpublished_names()
        gate = TextGate(names, [family_name(name) for name, is_person in names.items() if is_person])
        for graph in texts:
            spans = withheld.get(self.graphs.evidence_of(graph.value.removeprefix(self.graphs.texts)), ())
            yield from gate.hidden(self.store, graph, list(spans))

    def unpublished_names(self) -> dict[str, bool]:
        """Return how only withheld facts say that something is called or reached, and whether that is a person."""
        found: dict[str, bool] = {}
        hidden: set[tuple[Any, Any]] = {(graph, None) for graph in self.facts} | set(self.within)
        for graph, name in hidden:
            for quad in self.store.quads_for_pattern(name, None, None, graph):
                word = quad.object
                if quad.predicate.value in NAMING and isinstance(word, ox.Literal) and not self.is_published(quad):
                    is_person = ox.Quad(quad.subject, _TYPE, _PERSON, _DEFAULT) in self.store
                    found[word.value] = found.get(word.value, False) or is_person
        return found

    def is_published(self, quad: ox.Quad) -> bool:
        """Tell whether something that is published says the same."""
        return any(
            it.graph_name != _DEFAULT
            and it.graph_name not in self.facts
            and (it.graph_name, it.subject) not in self.within
            and it.subject not in self.nodes
            and not self.is_derived(it.graph_name)
            for it in self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        )

    def withhold(self, name: ox.NamedNode) -> None:
        """Withhold the facts about a thing, and those that were read from it."""
        for quad in self.store.quads_for_pattern(None, _DERIVED, name, None):
            graph = quad.subject
            if (
                isinstance(graph, ox.NamedNode)
                and self.store.contains_named_graph(graph)
                and not self.is_derived(graph)
            ):
                self.facts.add(graph)
        for leads in (_ABOUT, TEXT_OF):
            for quad in self.store.quads_for_pattern(None, leads, name, None):
                if quad.subject == quad.graph_name:
                    self.nodes.add(quad.subject)
        for quad in self.store.quads_for_pattern(name, None, None, None):
            if isinstance(quad.graph_name, ox.NamedNode) and self.is_fact(quad.graph_name):
                self.divide(quad.graph_name)

    def divide(self, graph: ox.NamedNode) -> None:
        """Withhold a fact about a withheld thing, or of a fact about something else what it says of that thing."""
        links: dict[Term, set[Term]] = {}
        for quad in self.store.quads_for_pattern(None, None, None, graph):
            links.setdefault(quad.subject, set()).add(quad.object)
        pointed = {target for name, targets in links.items() for target in targets if target != name}
        level = [name for name in links if name not in pointed and name not in self.names]
        shown = set(level)
        while level:
            level = [it for name in level for it in links[name] if it in links and it not in shown | self.names]
            shown.update(level)
        if shown:
            self.within |= {(graph, name) for name in links.keys() - shown}
        else:
            self.facts.add(graph)

    def follow(self, facts: Iterable[ox.NamedNode]) -> set[Term]:
        """Return what withheld facts alone name: evidence, and things that no published fact describes."""
        evidence: set[Term] = set()
        things: set[Term] = set()
        for fact in facts:
            evidence.update(it.object for it in self.store.quads_for_pattern(fact, _EVIDENCE, None, None))
            things.update(it.subject for it in self.store.quads_for_pattern(None, None, None, fact))
        # many facts speak of the same things
        names: set[Term] = {it for it in things if isinstance(it, ox.NamedNode) and self.is_unknown(it)}
        for node in evidence:
            if isinstance(node, ox.NamedNode):
                names |= self.own_evidence(node)
        return names - self.nodes

    def own_evidence(self, node: ox.NamedNode) -> set[ox.NamedNode]:
        """Return an evidence node and what lies below it, or nothing where a published fact has the same span."""
        if any(it.subject not in self.facts for it in self.store.quads_for_pattern(None, _EVIDENCE, node, None)):
            return set()
        below = {
            quad.object
            for quad in self.store.quads_for_pattern(node, None, None, None)
            if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(f"{node.value}/")
        }
        return {node, *below}

    def is_unknown(self, name: Term) -> bool:
        """Tell whether nothing that is published describes a thing."""
        return all(
            quad.graph_name in self.facts
            or quad.graph_name == _DEFAULT
            or (quad.graph_name, name) in self.within
            or self.is_derived(quad.graph_name)
            for quad in self.store.quads_for_pattern(name, None, None, None)  # type: ignore[arg-type]
        )

    def emptied(self, names: Iterable[Term]) -> Iterator[ox.NamedNode]:
        """Yield the graphs of facts of which nothing is left without these names."""
        leading = (it for name in names for it in self.store.quads_for_pattern(None, None, name, None))
        for graph in {it.graph_name for it in leading} - self.facts:
            if isinstance(graph, ox.NamedNode) and self.is_fact(graph):
                quads = self.store.quads_for_pattern(None, None, None, graph)
                if all(_hides(quad, self.nodes, self.within) for quad in quads):
                    yield graph

    def is_derived(self, graph: object) -> bool:
        """Tell whether a graph holds conclusions: these are made of what is published, and describe nothing else."""
        return self.graphs is not None and isinstance(graph, ox.NamedNode) and self.graphs.is_derived(graph.value)

    def is_fact(self, graph: ox.NamedNode) -> bool:
        return not self.is_derived(graph) and any(
            True for _ in self.store.quads_for_pattern(graph, _DERIVED, None, None)
        )


def _span(node: Term) -> tuple[str, tuple[int, int]] | None:
    """Return the source and the stretch of evidence, as its name says it."""
    match = _SPAN.fullmatch(node.value) if isinstance(node, ox.NamedNode) else None
    return None if match is None else (match[1], (int(match[2]), int(match[3])))


def gate(graphs: GraphNames, names: Collection[str]) -> ox.Quad:
    """Return what notes, in a graph of its own, by which names conclusions were kept apart."""
    digest = hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
    node = ox.NamedNode(f"{graphs.derivation}!")
    return ox.Quad(node, _GATE, ox.Literal(digest), node)


def _conclusions(store: ox.Store, rules: Rules, graphs: GraphNames) -> set[ox.NamedNode]:
    """Return all graphs of conclusions where they were kept apart by other names than are withheld now."""
    node = ox.NamedNode(f"{graphs.derivation}!")
    noted = {quad.object for quad in store.quads_for_pattern(node, _GATE, None, node)}
    if noted == ({gate(graphs, rules.withhold).object} if rules.withhold else set()):
        return {node} if noted else set()
    names = (name for name in store.named_graphs() if isinstance(name, ox.NamedNode))
    return {node, *(name for name in names if name.value.startswith((graphs.derived, graphs.derivation)))}


def unknown_names(store: ox.Store, wanted: Mapping[str, str], id_base: str) -> tuple[list[str], set[str]]:
    """Return the names of those IRIs that a built dataset does not have, and the ids that it describes, if any are."""
    nodes = {name: ox.NamedNode(iri) for iri, name in wanted.items()}
    unknown = [
        name
        for name, node in nodes.items()
        if not any(True for _ in store.quads_for_pattern(node, None, None, None))
        and not any(True for _ in store.quads_for_pattern(None, None, node, None))
    ]
    if not unknown:
        return [], set()
    return unknown, described_ids(store, id_base)


def described_ids(store: ox.Store, id_base: str) -> set[str]:
    """Return the ids that a built dataset describes, without those of facts, receipts and evidence."""
    things = (quad.subject for quad in store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), None, _DEFAULT))
    iris = (name.value for name in things if isinstance(name, ox.NamedNode))
    internal = tuple(f"{id_base}{kind}/" for kind in ("fact", "provenance", "evidence", "derived", "derivation"))
    return {iri.removeprefix(id_base) for iri in iris if iri.startswith(id_base) and not iri.startswith(internal)}


class Gate:
    """Take what is withheld out of N-Quads that were converted; counts what it has taken."""

    def __init__(self, withheld: Withheld) -> None:
        self._withheld = withheld
        named = {node for node in withheld.nodes if isinstance(node, ox.NamedNode)}
        named.update(graph for graph, _ in withheld.within)
        self._names = {str(name).encode() for name in named}
        self.quads = 0
        self.facts: set[ox.NamedNode] = set()

    def __call__(self, chunk: bytes) -> bytes:
        """Return a chunk of whole lines without those that are withheld."""
        if self._names.isdisjoint(_IRI.findall(chunk)):
            return chunk
        return b"".join(line for line in chunk.splitlines(keepends=True) if not self._takes(line))

    def _takes(self, line: bytes) -> bool:
        if self._names.isdisjoint(_IRI.findall(line)):
            return False
        quads = ox.parse(line, format=ox.RdfFormat.N_QUADS)
        hidden = next((quad for quad in quads if self._withheld.hides(quad)), None)
        if hidden is None:
            return False
        self.quads += 1
        graph = hidden.graph_name
        if isinstance(graph, ox.NamedNode) and graph in self._withheld.facts and _is_fact(graph):
            self.facts.add(graph)
        return True


def withheld_among(chunks: Iterable[bytes], rules: Rules) -> Withheld:
    """Find out what of N-Quads, in chunks of whole lines, is withheld; what is read is kept on disk meanwhile.

    What follows from a name can stand anywhere, so all is read before anything can be told.
    """
    with tempfile.TemporaryDirectory(prefix="pressgraph-") as folder, Path(folder, "quads").open("w+b") as spool:
        if not _keep(chunks, spool, rules):
            return Withheld()
        return _search(spool, rules, Path(folder, "store"))


def without_withheld(
    chunks: Iterable[bytes], rules: Rules, *, told: Callable[[int], object] = lambda _: None
) -> Iterator[bytes]:
    """Yield N-Quads, in chunks of whole lines, without what is withheld; `told` of how many facts, at the end.

    All is read before anything is yielded. What is wrong with facts is raised at the end, as it came.
    """
    if not rules.withhold:
        yield from chunks
        return
    failure: FactsError | None = None
    with tempfile.TemporaryDirectory(prefix="pressgraph-") as folder, Path(folder, "quads").open("w+b") as spool:

        def right() -> Iterator[bytes]:
            nonlocal failure
            try:
                yield from chunks
            except FactsError as error:
                failure = error

        named = _keep(right(), spool, rules)
        gate = Gate(_search(spool, rules, Path(folder, "store")) if named else Withheld())
        for chunk in _spooled(spool):
            yield gate(chunk)
    told(len(gate.facts))
    if failure is not None:
        raise failure


def _keep(chunks: Iterable[bytes], spool: IO[bytes], rules: Rules) -> bool:
    """Write chunks; tell whether a withheld name, or one below it, stands in them."""
    names = b"|".join(re.escape(iri.rstrip("/#").encode()) for iri in sorted(rules.withhold))
    mention = re.compile(b"<(?:" + names + b")[>/#]")
    is_named = False
    for chunk in chunks:
        is_named = is_named or mention.search(chunk) is not None
        spool.write(chunk)
    return is_named


def _search(spool: IO[bytes], rules: Rules, folder: Path) -> Withheld:
    store = ox.Store(str(folder))
    union.load(store, _spooled(spool))
    return Withheld.of(store, rules)


def _spooled(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    while chunk := spool.read(_CHUNK):
        yield chunk + spool.readline()
