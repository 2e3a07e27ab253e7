"""What the shapes read: from a focus node, along which paths, which triples.

A result on a focus node can only change when a triple changes that some shape reads from there. So the same reads say
two things: whom a changed triple can affect (its node, walked backwards), and what an engine must be given to come to
the same results on a focus node (everything read from it). What cannot be told so is said to be, and then all is
checked: SPARQL with subqueries or without a walk to `$this`, components of one's own, results on nodes other than the
target.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from pressgraph.rdf import OWL, RDF, RDF_TYPE, RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.rdf import Resource, Term
    from pressgraph.validation.engines import Shapes

Edge: TypeAlias = tuple[str | None, bool]
"""A property (None: any) and whether it is followed backwards."""


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


@lru_cache(maxsize=4)
def shape_reads(shapes: Shapes) -> frozenset[Read] | str:
    """Return what shapes read, or why that cannot be told."""
    try:
        return frozenset(_Reader(shapes).reads())
    except NotLocalError as error:
        return str(error)


_MOST_STEPS = 12
_NESTED = ("node", "not", "qualifiedValueShape")
_LISTED = ("and", "or", "xone")
_COMPARED = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_FOREIGN = ("ConstraintComponent", "SPARQLTarget", "SPARQLTargetType", "SPARQLFunction", "TripleRule", "SPARQLRule")


class _Reader:
    def __init__(self, shapes: Shapes) -> None:
        self.about: dict[tuple[Resource, str], list[Term]] = {}
        self.found: set[Read] = set()
        for triple in shapes.triples:
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
            for pattern in _patterns(self.prefixes(constraint) + query):
                self.pattern(pattern, focus)

    def prefixes(self, constraint: Resource) -> str:
        lines = []
        for holder in self.nodes(constraint, "prefixes"):
            for declared in self.nodes(holder, "declare"):
                prefix = getattr(next(iter(self.about.get((declared, f"{SH}prefix"), [])), None), "value", "")
                iri = getattr(next(iter(self.about.get((declared, f"{SH}namespace"), [])), None), "value", "")
                lines.append(f"PREFIX {prefix}: <{iri}>\n")
        return "".join(lines)

    def pattern(self, walk: tuple[tuple[Any, bool], ...], focus: Chain) -> None:
        """Note what is read along a walk of paths from the focus node."""
        starts = [focus]
        for path, inverse in walk:
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
        raise NotLocalError(f"a SPARQL constraint uses a path of a kind that is not followed: {path!r}")


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
            raise NotLocalError(f"a SPARQL constraint uses a path of a kind that is not followed: {path!r}")


def _patterns(query: str) -> Iterator[tuple[tuple[Any, bool], ...]]:
    """Yield a walk from `$this` for each triple pattern of a query: paths and directions, the pattern's own last.

    A walk may lead through patterns that hold wherever its pattern does: those of its own group and of the groups
    around it, not those of an OPTIONAL, EXISTS or UNION beside it.
    """
    from rdflib import Variable
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        algebra = translateQuery(parseQuery(query)).algebra
    except Exception as error:
        raise NotLocalError(f"a SPARQL constraint cannot be read: {error}") from error
    found: list[tuple[tuple[int, ...], Any]] = []
    _gather(algebra, (), found, _Counter())
    this = Variable("this")
    for scope, (subject, path, value) in found:
        usable = [it for s, it in found if scope[: len(s)] == s]
        walks: dict[Any, tuple[tuple[Any, bool], ...]] = {this: ()}
        edge = [this]
        while edge and subject not in walks and value not in walks:
            following = []
            for node in edge:
                for s, p, o in usable:
                    for one, other, inverse in ((s, o, False), (o, s, True)):
                        if one == node and isinstance(other, Variable) and other not in walks:
                            walks[other] = (*walks[node], (_predicate(p), inverse))
                            following.append(other)
            edge = following
        if subject in walks:
            yield (*walks[subject], (_predicate(path), False))
        elif value in walks:
            yield (*walks[value], (_predicate(path), True))
        else:
            raise NotLocalError("a SPARQL constraint reads what no path from $this leads to")


def _predicate(term: Any) -> Any:
    from rdflib import Variable

    return None if isinstance(term, Variable) else term


class _Counter:
    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


_THROUGH = {"SelectQuery", "AskQuery", "Project", "Distinct", "Reduced", "Filter", "Extend", "OrderBy", "Join", "BGP"}


def _gather(node: Any, scope: tuple[int, ...], found: list[tuple[tuple[int, ...], Any]], counter: _Counter) -> None:
    """Gather the triple patterns of an algebra, each with the groups that it is in."""
    name = getattr(node, "name", None)
    if name == "BGP":
        found.extend((scope, triple) for triple in node.triples)
    elif name in {"Union", "LeftJoin", "Minus"}:
        first = (*scope, counter.next()) if name == "Union" else scope
        _gather(node.p1, first, found, counter)
        _gather(node.p2, (*scope, counter.next()), found, counter)
    elif name == "Join":
        _gather(node.p1, scope, found, counter)
        _gather(node.p2, scope, found, counter)
    elif name == "ToMultiSet":
        if getattr(node.p, "name", None) not in {"values", None}:
            raise NotLocalError("a SPARQL constraint has a subquery")
    elif name in _THROUGH:
        _gather(node.p, scope, found, counter)
    else:
        raise NotLocalError(f"a SPARQL constraint uses {name}")
    for part in ("expr", "vars"):
        _expression(getattr(node, part, None) if part == "expr" else None, scope, found, counter)


def _expression(node: Any, scope: tuple[int, ...], found: list[tuple[tuple[int, ...], Any]], counter: _Counter) -> None:
    """Gather the patterns of EXISTS and NOT EXISTS within an expression."""
    name = getattr(node, "name", "")
    if name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
        _gather(node.graph, (*scope, counter.next()), found, counter)
    elif isinstance(node, dict):
        for value in node.values():
            _expression(value, scope, found, counter)
    elif isinstance(node, list):
        for value in node:
            _expression(value, scope, found, counter)
