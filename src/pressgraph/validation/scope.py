"""What shapes and checks read: from a focus node, along which paths, which triples.

A result on a focus node can only change when a triple changes that some shape reads from there. So the same reads say
two things: whom a changed triple can affect (its node, walked backwards), and what an engine must be given to come to
the same results on a focus node (everything read from it). What cannot be told so is said to be, and then all is
checked: SPARQL with subqueries or without a walk to `$this`, components of one's own, results on nodes other than the
target.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from pressgraph.rdf import OWL, RDF, RDF_TYPE, RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.rdf import Resource, Term
    from pressgraph.validation.engines import Shapes

Edge: TypeAlias = tuple[str | None, bool]
"""A property (None: any), `IN_GRAPH` or `EXISTS`, and whether it is followed backwards."""

IN_GRAPH = "urn:x-pressgraph:in-graph"
"""Leads from a thing to the named graphs that say something of it."""

EXISTS = "urn:x-pressgraph:exists"
"""Whether anything is said of a thing at all; only read, never followed."""


@dataclass(frozen=True, slots=True)
class Step:
    """Edges of which one is followed; `closure` where any number of them may be, none included."""

    edges: frozenset[Edge]
    closure: bool = False


Chain: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Triples read at the end of a chain of steps from the focus node."""

    chain: Chain
    edge: Edge


class NotLocalError(Exception):
    """It cannot be told what a shape reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Why it cannot be told what is read from where, and what is read at all."""

    reason: str
    properties: frozenset[str | None] = frozenset((None,))
    """The properties read; None for any."""
    graphs: bool = True
    """Whether it matters which graph says a thing."""


Reads: TypeAlias = frozenset[Read] | Unclear


@lru_cache(maxsize=4)
def shape_reads(shapes: Shapes) -> Reads:
    """Return what shapes read."""
    try:
        return frozenset(_Reader(shapes.triples).reads())
    except NotLocalError as error:
        return Unclear(reason=str(error))


def query_reads(text: str, prefixes: Mapping[str, str]) -> Reads:
    """Return what the rows of a query about one `?this` are made of."""
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
    reader = _Reader(())
    try:
        algebra = _algebra(declared + text)
    except NotLocalError as error:
        return Unclear(reason=str(error))
    try:
        for walk in _walks(algebra):
            reader.walk(walk, ())
    except NotLocalError as error:
        everything = _Everything()
        everything.gather(algebra)
        return Unclear(reason=str(error), properties=frozenset(everything.properties()), graphs=everything.graphs)
    return frozenset(reader.found)


_MOST_STEPS = 12
_NESTED = ("node", "not", "qualifiedValueShape")
_LISTED = ("and", "or", "xone")
_COMPARED = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_FOREIGN = ("ConstraintComponent", "SPARQLTarget", "SPARQLTargetType", "SPARQLFunction", "TripleRule", "SPARQLRule")


class _Reader:
    def __init__(self, shapes: Iterable[ox.Triple]) -> None:
        self.about: dict[tuple[Resource, str], list[Term]] = {}
        self.found: set[Read] = set()
        for triple in shapes:
            if not isinstance(triple.subject, ox.Triple):
                self.about.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)

    def reads(self) -> set[Read]:
        for (shape, predicate), values in list(self.about.items()):
            name = predicate.removeprefix(SH)
            if predicate == RDF_TYPE:
                for value in values:
                    if isinstance(value, ox.NamedNode) and value.value.removeprefix(SH) in _FOREIGN:
                        raise NotLocalError(f"the shapes use sh:{value.value.removeprefix(SH)}")
                types = {it.value for it in values if isinstance(it, ox.NamedNode)}
                if f"{SH}NodeShape" in types and types & {f"{RDFS}Class", f"{OWL}Class"}:
                    self.target(shape, (RDF_TYPE, False))
            elif name in {"expression", "rule", "target", "js"}:
                raise NotLocalError(f"the shapes use sh:{name}")
            elif name == "targetClass":
                self.target(shape, (RDF_TYPE, False))
            elif name in {"targetSubjectsOf", "targetObjectsOf"}:
                for value in values:
                    if isinstance(value, ox.NamedNode):
                        self.target(shape, (value.value, name == "targetObjectsOf"))
            elif name == "targetNode":
                self.shape(shape, (), ())
        return self.found

    def target(self, shape: Resource, edge: Edge) -> None:
        self.found.add(Read((), edge))
        self.shape(shape, (), ())

    def nodes(self, subject: Resource, name: str) -> list[Resource]:
        found = self.about.get((subject, SH + name), [])
        return [it for it in found if isinstance(it, ox.NamedNode | ox.BlankNode)]

    def members(self, head: Resource) -> Iterator[Resource]:
        while head.value != f"{RDF}nil":
            first = self.about.get((head, f"{RDF}first"), [])
            yield from (it for it in first if isinstance(it, ox.NamedNode | ox.BlankNode))
            rest = [
                it for it in self.about.get((head, f"{RDF}rest"), []) if isinstance(it, ox.NamedNode | ox.BlankNode)
            ]
            head = rest[0] if rest else ox.NamedNode(f"{RDF}nil")

    def shape(self, shape: Resource, focus: Chain, above: tuple[Resource, ...]) -> None:
        """Note what a shape reads from a focus node at the end of a chain."""
        if shape in above or len(focus) > _MOST_STEPS:
            raise NotLocalError("the shapes refer to each other in a circle")
        above = (*above, shape)
        paths = self.nodes(shape, "path")
        ends: list[Chain] = [focus]
        if paths:
            ends = self.path(paths[0], [focus])
        for end in ends:
            if (shape, f"{SH}class") in self.about:
                self.found.add(Read(end, (RDF_TYPE, False)))
            if (shape, f"{SH}closed") in self.about:
                self.found.add(Read(end, (None, False)))
            for name in _NESTED:
                for inner in self.nodes(shape, name):
                    self.shape(inner, end, above)
            for name in _LISTED:
                for head in self.nodes(shape, name):
                    for inner in self.members(head):
                        self.shape(inner, end, above)
            for inner in self.nodes(shape, "property"):
                if paths:
                    raise NotLocalError("a property shape has property shapes of its own")
                self.shape(inner, end, above)
        for name in _COMPARED:
            for other in self.nodes(shape, name):
                self.found.add(Read(focus, (other.value, False)))
        for constraint in self.nodes(shape, "sparql"):
            self.query(constraint, focus, paths)

    def path(self, node: Resource, starts: list[Chain], *, inverse: bool = False) -> list[Chain]:
        """Note what a path reads from the ends of some chains, and return the chains to its own ends."""
        if isinstance(node, ox.NamedNode) and node.value != f"{RDF}nil":
            return self.step((node.value, inverse), starts)
        for inner in self.nodes(node, "inversePath"):
            return self.path(inner, starts, inverse=not inverse)
        for head in self.nodes(node, "alternativePath"):
            return [end for it in self.members(head) for end in self.path(it, starts, inverse=inverse)]
        for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"):
            for inner in self.nodes(node, name):
                return self.closure(frozenset(self.edges(inner, inverse=inverse)), starts)
        members = list(self.members(node))
        for member in reversed(members) if inverse else members:
            starts = self.path(member, starts, inverse=inverse)
        return starts

    def step(self, edge: Edge, starts: list[Chain]) -> list[Chain]:
        self.found.update(Read(start, edge) for start in starts)
        return [(*start, Step(frozenset((edge,)))) for start in starts]

    def closure(self, edges: frozenset[Edge], starts: list[Chain]) -> list[Chain]:
        ends = [(*start, Step(edges, closure=True)) for start in starts]
        self.found.update(Read(end, edge) for end in ends for edge in edges)
        return ends

    def edges(self, node: Resource, *, inverse: bool) -> Iterator[Edge]:
        """Yield the edges that a path is made of."""
        if isinstance(node, ox.NamedNode):
            yield node.value, inverse
            return
        for inner in self.nodes(node, "inversePath"):
            yield from self.edges(inner, inverse=not inverse)
        for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"):
            for inner in self.nodes(node, name):
                yield from self.edges(inner, inverse=inverse)
        for head in (*self.nodes(node, "alternativePath"), node):
            for member in self.members(head):
                yield from self.edges(member, inverse=inverse)

    # -- SPARQL constraints

    def query(self, constraint: Resource, focus: Chain, paths: list[Resource]) -> None:
        texts = self.about.get((constraint, f"{SH}select"), []) + self.about.get((constraint, f"{SH}ask"), [])
        for text in texts:
            query = getattr(text, "value", "")
            if "PATH" in query:
                if not paths or not isinstance(paths[0], ox.NamedNode):
                    raise NotLocalError("a SPARQL constraint uses $PATH with a longer path")
                query = query.replace("$PATH", str(paths[0])).replace("?PATH", str(paths[0]))
            for walk in _walks(_algebra(self.prefixes(constraint) + query)):
                self.walk(walk, focus)

    def prefixes(self, constraint: Resource) -> str:
        lines = []
        for holder in self.nodes(constraint, "prefixes"):
            for declared in self.nodes(holder, "declare"):
                prefix = getattr(next(iter(self.about.get((declared, f"{SH}prefix"), [])), None), "value", "")
                iri = getattr(next(iter(self.about.get((declared, f"{SH}namespace"), [])), None), "value", "")
                lines.append(f"PREFIX {prefix}: <{iri}>\n")
        return "".join(lines)

    def walk(self, walk: Walk, focus: Chain) -> None:
        """Note what is read along a walk of paths from the focus node."""
        starts = [focus]
        for path, inverse in walk:
            if path == EXISTS:
                self.found.update(Read(start, (EXISTS, False)) for start in starts)
                return
            starts = self.sparql_path(path, starts, inverse=inverse)

    def sparql_path(self, path: Any, starts: list[Chain], *, inverse: bool) -> list[Chain]:
        from rdflib import URIRef
        from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

        match path:
            case URIRef():
                return self.step((str(path), inverse), starts)
            case InvPath():
                return self.sparql_path(path.arg, starts, inverse=not inverse)
            case AlternativePath():
                return [end for it in path.args for end in self.sparql_path(it, starts, inverse=inverse)]
            case SequencePath():
                for it in reversed(path.args) if inverse else path.args:
                    starts = self.sparql_path(it, starts, inverse=inverse)
                return starts
            case MulPath():
                return self.closure(frozenset(_path_edges(path.path, inverse=inverse)), starts)
            case None:
                return self.step((None, inverse), starts)
        raise NotLocalError(f"the SPARQL uses a path of a kind that is not followed: {path!r}")


def _path_edges(path: Any, *, inverse: bool) -> Iterator[Edge]:
    from rdflib import URIRef
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    match path:
        case URIRef():
            yield str(path), inverse
        case InvPath():
            yield from _path_edges(path.arg, inverse=not inverse)
        case AlternativePath() | SequencePath():
            for it in path.args:
                yield from _path_edges(it, inverse=inverse)
        case MulPath():
            yield from _path_edges(path.path, inverse=inverse)
        case _:
            raise NotLocalError(f"the SPARQL uses a path of a kind that is not followed: {path!r}")


Walk: TypeAlias = tuple[tuple[Any, bool], ...]
"""Paths (None: any property), each with whether it is followed backwards."""


def _algebra(query: str) -> Any:
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        return translateQuery(parseQuery(query)).algebra
    except Exception as error:
        raise NotLocalError(f"the SPARQL cannot be read: {error}") from error


def _walks(algebra: Any) -> Iterator[Walk]:
    """Yield a walk from `$this` for each triple pattern of a query: paths and directions, the pattern's own last.

    A walk may lead through patterns that hold wherever its pattern does: those of its own group and of the groups
    around it, not those of an OPTIONAL, EXISTS or UNION beside it.
    """
    from rdflib import BNode, Variable

    gathered = _Gathered()
    gathered.group(algebra, ())
    this = Variable("this")
    for scope, (subject, path, value) in gathered.patterns:
        usable = [it for s, it in gathered.patterns if scope[: len(s)] == s]
        walks: dict[Any, Walk] = {this: ()}
        edge: list[Any] = [this]
        while edge and subject not in walks and value not in walks:
            following = []
            for node in edge:
                for s, p, o in usable:
                    for one, other, inverse in ((s, o, False), (o, s, True)):
                        if one == node and isinstance(other, Variable | BNode) and other not in walks:
                            walks[other] = (*walks[node], (gathered.path(p, scope), inverse))
                            following.append(other)
            edge = following
        if subject in walks and gathered.only_exists((subject, path, value)):
            yield (*walks[subject], (EXISTS, False))
        elif subject in walks:
            yield (*walks[subject], (gathered.path(path, scope), False))
        elif value in walks:
            yield (*walks[value], (gathered.path(path, scope), True))
        else:
            raise NotLocalError("the SPARQL reads what no path from $this leads to")


_THROUGH = {"SelectQuery", "AskQuery", "Project", "Distinct", "Reduced", "Filter", "Extend", "OrderBy"}
_Scope: TypeAlias = tuple[int, ...]


class _Gathered:
    """The triple patterns and VALUES of a query, each with the groups that it is in."""

    def __init__(self) -> None:
        self.patterns: list[tuple[_Scope, tuple[Any, Any, Any]]] = []
        self._values: list[tuple[_Scope, dict[Any, set[Any]]]] = []
        self._within: set[Any] = set()
        """What stands within EXISTS or MINUS, where a pattern may ask for nothing but whether something is there."""
        self._uses: Counter[Any] = Counter()
        self._last = 0

    def _new(self) -> int:
        self._last += 1
        return self._last

    def path(self, term: Any, scope: _Scope) -> Any:
        """Return what a pattern's predicate can be: a path, the IRIs that VALUES give a variable, or None."""
        from rdflib import URIRef, Variable
        from rdflib.paths import AlternativePath

        if not isinstance(term, Variable):
            return term
        for where, values in self._values:
            known = values.get(term, set())
            if known and scope[: len(where)] == where and all(isinstance(it, URIRef) for it in known):
                return AlternativePath(*sorted(known))
        return None

    def only_exists(self, pattern: tuple[Any, Any, Any]) -> bool:
        """Tell whether a pattern within EXISTS asks only whether anything is said of its subject."""
        from rdflib import Variable

        _, path, value = pattern
        free = all(isinstance(it, Variable) and self._uses[it] == 1 for it in (path, value))
        return free and pattern in self._within

    def group(self, node: Any, scope: _Scope, *, graph: Any = None, exists: bool = False) -> None:
        """Gather from a node of the algebra; `graph` is the GRAPH that it stands in."""
        from rdflib import Variable

        this = Variable("this")
        name = getattr(node, "name", None)
        if name == "BGP":
            self._bgp(node.triples, scope, graph=graph, exists=exists)
        elif name in {"Union", "LeftJoin", "Minus"}:
            first = (*scope, self._new()) if name == "Union" else scope
            self.group(node.p1, first, graph=graph, exists=exists)
            said = self._uses[this]
            self.group(node.p2, (*scope, self._new()), graph=graph, exists=exists or name == "Minus")
            if name == "Minus" and self._uses[this] > said:
                # asked about one thing, the two sides would have no variable in common (SPARQL 1.1, 8.3.1)
                raise NotLocalError("the SPARQL takes away by $this")
        elif name == "Join":
            self.group(node.p1, scope, graph=graph, exists=exists)
            self.group(node.p2, scope, graph=graph, exists=exists)
        elif name == "Graph":
            self.group(node.p, scope, graph=node.term, exists=exists)
        elif name == "ToMultiSet":
            self._table(node.p, scope)
        elif name == "AggregateJoin" and this in (getattr(node.p, "expr", None) or ()):
            # each thing has groups of its own
            self.group(node.p.p, scope, graph=graph, exists=exists)
        elif name in _THROUGH:
            # what is grouped by stands as the result of an aggregate too
            if getattr(node, "var", None) == this and not str(node.expr).startswith("__agg_"):
                raise NotLocalError("the SPARQL computes $this")
            self.group(node.p, scope, graph=graph, exists=exists)
        else:
            raise NotLocalError(f"the SPARQL uses {name}")
        self._expression(getattr(node, "expr", None), scope, graph)

    def _bgp(self, triples: Iterable[Any], scope: _Scope, *, graph: Any, exists: bool) -> None:
        from rdflib import URIRef

        for triple in triples:
            pattern = tuple(triple)
            self.patterns.append((scope, pattern))
            self._uses.update(pattern)
            if exists:
                self._within.add(pattern)
            if graph is not None:
                self.patterns.append((scope, (pattern[0], URIRef(IN_GRAPH), graph)))
                # what stands in a named graph and nowhere else cannot be told apart from what stands elsewhere
                self._uses.update(pattern)

    def _table(self, node: Any, scope: _Scope) -> None:
        if getattr(node, "name", None) not in {"values", None}:
            raise NotLocalError("the SPARQL has a subquery")
        values = _columns(node)
        if any(str(it) == "this" for it in values):
            raise NotLocalError("the SPARQL lists $this")
        self._values.append((scope, values))
        self._uses.update(values.keys())

    def _expression(self, node: Any, scope: _Scope, graph: Any) -> None:
        """Gather the patterns of EXISTS and NOT EXISTS within an expression, and the variables used."""
        from rdflib import Variable

        name = getattr(node, "name", "")
        if name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
            self.group(node.graph, (*scope, self._new()), graph=graph, exists=True)
        elif name == "Builtin_BOUND" and node.arg == Variable("this"):
            raise NotLocalError("the SPARQL asks whether $this is bound")
        elif isinstance(node, Variable):
            self._uses[node] += 1
        elif isinstance(node, dict):
            for value in node.values():
                self._expression(value, scope, graph)
        elif isinstance(node, list):
            for value in node:
                self._expression(value, scope, graph)


def _columns(node: Any) -> dict[Any, set[Any]]:
    """Return what a VALUES block gives each variable; UNDEF is a text there."""
    values: dict[Any, set[Any]] = {}
    for row in getattr(node, "res", None) or ():
        for variable, term in row.items():
            values.setdefault(variable, set()).add(term)
    return values


class _Everything:
    """Every property that a query names, wherever it stands in it."""

    def __init__(self) -> None:
        self.graphs = False
        self._predicates: list[Any] = []
        self._values: dict[Any, set[Any]] = {}

    def gather(self, node: Any) -> None:
        name = getattr(node, "name", None)
        if name == "BGP":
            self._predicates += [predicate for _, predicate, _ in node.triples]
        elif name == "values":
            for variable, terms in _columns(node).items():
                self._values.setdefault(variable, set()).update(terms)
        self.graphs = self.graphs or name == "Graph"
        if isinstance(node, dict):
            for value in node.values():
                self.gather(value)
        elif isinstance(node, list | tuple):
            for value in node:
                self.gather(value)

    def properties(self) -> Iterator[str | None]:
        """Yield the properties; None where any will do."""
        from rdflib import URIRef, Variable

        for term in self._predicates:
            if isinstance(term, Variable):
                known = self._values.get(term, {None})
                yield from (str(it) if isinstance(it, URIRef) else None for it in known)
            else:
                try:
                    yield from (predicate for predicate, _ in _path_edges(term, inverse=False))
                except NotLocalError:
                    yield None
