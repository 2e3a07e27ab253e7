"""What SPARQL queries read, told from their algebra."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.validation.incremental.footprint import EXISTS, IN_GRAPH, NotLocalError, Trace, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.validation.incremental.footprint import Chain, Edge, Footprint


def query_footprint(text: str, prefixes: Mapping[str, str]) -> Footprint:
    """Return what the rows of a query about one `?this` are made of."""
    return _footprint("".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items()) + text)


@lru_cache(maxsize=256)
def _footprint(query: str) -> Footprint:
    trace = Trace()
    try:
        algebra = _algebra(query)
    except NotLocalError as error:
        return Unknown(reason=str(error))
    try:
        for walk, value in _walks(algebra):
            _follow(walk, value, trace, ())
    except NotLocalError as error:
        everything = _Everything()
        everything.gather(algebra)
        return Unknown(reason=str(error), properties=frozenset(everything.properties()), graphs=everything.graphs)
    return frozenset(trace.reads)


Pattern: TypeAlias = tuple[str | None, str | None, str | None]
"""A subject, a property, an object, each an IRI, or None where any will do."""
ANYTHING: Pattern = (None, None, None)
_UNTOLD = {"DescribeQuery", "GroupGraphPatternSub"}
"""What may read anything, and what rdflib leaves as it has read it: EXISTS that is no filter's."""


def read_patterns(text: str, prefixes: Mapping[str, str]) -> frozenset[Pattern]:
    """Return patterns that match each triple which the answer to a query may depend on, whichever graph it stands in.

    They are `ANYTHING` where that cannot be told.
    """
    return _read_patterns("".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items()) + text)


@lru_cache(maxsize=256)
def _read_patterns(query: str) -> frozenset[Pattern]:
    try:
        return frozenset(_matched(_algebra(query)))
    except NotLocalError:
        return frozenset({ANYTHING})


def _matched(node: Any) -> Iterator[Pattern]:
    name = getattr(node, "name", None)
    if name in _UNTOLD or (name == "Graph" and node.p.get("triples") == []):
        # which graphs there are is read too
        yield ANYTHING
    elif name == "BGP":
        for triple in node.triples:
            yield from _triple_patterns(*triple)
    for part in _parts(node):
        yield from _matched(part)


def _parts(node: Any) -> Iterable[Any]:
    """Return what a node of the algebra is made of; rdflib keeps the algebra of EXISTS beside what it has read."""
    if isinstance(node, dict):
        return {**node, **vars(node)}.values() if hasattr(node, "__dict__") else node.values()
    return node if isinstance(node, list | tuple) else ()


def _triple_patterns(subject: Any, path: Any, value: Any) -> Iterator[Pattern]:
    from rdflib import URIRef, Variable

    def iri(term: Any) -> str | None:
        return str(term) if isinstance(term, URIRef) else None

    if isinstance(path, URIRef | Variable):
        yield iri(subject), iri(path), iri(value)
    elif _may_be_empty(path):
        # whatever there is, is at both of its ends
        yield ANYTHING
    else:
        yield from ((None, edge, None) for edge, _ in _path_edges(path, inverse=False))


def _may_be_empty(path: Any) -> bool:
    """Tell whether a path may lead from a node to itself along no triple."""
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    match path:
        case MulPath():
            return bool(path.zero) or _may_be_empty(path.path)
        case InvPath():
            return _may_be_empty(path.arg)
        case AlternativePath():
            return any(map(_may_be_empty, path.args))
        case SequencePath():
            return all(map(_may_be_empty, path.args))
    return False


def trace_query(text: str, trace: Trace, focus: Chain) -> None:
    """Note what a query about `$this`, a focus node at the end of a chain, reads.

    Raises NotLocalError.
    """
    for walk, value in _walks_of(text):
        _follow(walk, value, trace, focus)


@lru_cache(maxsize=256)
def _walks_of(text: str) -> list[tuple[Walk, str | None]]:
    """Return the walks of a query; most shapes are the same in all projects of a process."""
    return list(_walks(_algebra(text)))


def _follow(walk: Walk, value: str | None, trace: Trace, focus: Chain) -> None:
    """Note what is read along a walk of paths from the focus node; of its end only a value where there is one."""
    starts = [focus]
    *before, (last, turned) = walk
    for path, inverse in before:
        starts = _follow_path(path, trace, starts, inverse=inverse)
    if last == EXISTS or value is not None:
        for start in starts:
            trace.read(start, (str(last), turned), value)
    else:
        _follow_path(last, trace, starts, inverse=turned)


def _follow_path(path: Any, trace: Trace, starts: list[Chain], *, inverse: bool) -> list[Chain]:
    from rdflib import URIRef
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    match path:
        case URIRef():
            return trace.step((str(path), inverse), starts)
        case InvPath():
            return _follow_path(path.arg, trace, starts, inverse=not inverse)
        case AlternativePath():
            return [end for part in path.args for end in _follow_path(part, trace, starts, inverse=inverse)]
        case SequencePath():
            for part in reversed(path.args) if inverse else path.args:
                starts = _follow_path(part, trace, starts, inverse=inverse)
            return starts
        case MulPath():
            return trace.closure(frozenset(_path_edges(path.path, inverse=inverse)), starts)
        case None:
            return trace.step((None, inverse), starts)
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
            for part in path.args:
                yield from _path_edges(part, inverse=inverse)
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


def _walks(algebra: Any) -> Iterator[tuple[Walk, str | None]]:
    """Yield a walk from `$this` for each triple pattern of a query: paths and directions, the pattern's own last.

    With it comes the IRI that the pattern names at its end, such as a class, where a property leads there.
    A walk may lead through patterns that hold wherever its pattern does: those of its own group and of the groups
    around it, not those of an OPTIONAL, EXISTS or UNION beside it.
    """
    from rdflib import BNode, URIRef, Variable

    gathered = _Patterns()
    gathered.group(algebra, ())
    this = Variable("this")
    for scope, (subject, path, value) in gathered.patterns:
        usable = [pattern for s, pattern in gathered.patterns if scope[: len(s)] == s]
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
            yield (*walks[subject], (EXISTS, False)), None
        elif subject in walks:
            named = isinstance(path, URIRef) and isinstance(value, URIRef) and str(path) != IN_GRAPH
            yield (*walks[subject], (gathered.path(path, scope), False)), str(value) if named else None
        elif value in walks:
            yield (*walks[value], (gathered.path(path, scope), True)), None
        else:
            raise NotLocalError("the SPARQL reads what no path from $this leads to")


_THROUGH = {"SelectQuery", "AskQuery", "Project", "Distinct", "Reduced", "Filter", "Extend", "OrderBy"}
_Scope: TypeAlias = tuple[int, ...]


class _Patterns:
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
            terms = values.get(term, set())
            if terms and scope[: len(where)] == where and all(isinstance(iri, URIRef) for iri in terms):
                return AlternativePath(*sorted(terms))
        return None

    def only_exists(self, pattern: tuple[Any, Any, Any]) -> bool:
        """Tell whether a pattern within EXISTS asks only whether anything is said of its subject."""
        from rdflib import Variable

        _, path, value = pattern
        free = all(isinstance(term, Variable) and self._uses[term] == 1 for term in (path, value))
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
            uses_before = self._uses[this]
            self.group(node.p2, (*scope, self._new()), graph=graph, exists=exists or name == "Minus")
            if name == "Minus" and self._uses[this] > uses_before:
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
        if any(str(variable) == "this" for variable in values):
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
        elif name in _UNTOLD:
            self.graphs = True
            self._predicates.append(None)
        elif name == "values":
            for variable, terms in _columns(node).items():
                self._values.setdefault(variable, set()).update(terms)
        self.graphs = self.graphs or name == "Graph"
        for part in _parts(node):
            self.gather(part)

    def properties(self) -> Iterator[str | None]:
        """Yield the properties; None where any will do."""
        from rdflib import URIRef, Variable

        for term in self._predicates:
            if isinstance(term, Variable):
                terms = self._values.get(term, {None})
                yield from (str(iri) if isinstance(iri, URIRef) else None for iri in terms)
            else:
                try:
                    yield from (predicate for predicate, _ in _path_edges(term, inverse=False))
                except NotLocalError:
                    yield None
