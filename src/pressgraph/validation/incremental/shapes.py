"""What shapes read (SHACL 1.0, sections 2 to 5)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import OWL, RDF, RDF_TYPE, RDFS, SH
from pressgraph.validation.incremental.footprint import NotLocalError, Trace, Unknown
from pressgraph.validation.incremental.queries import trace_query
from pressgraph.validation.shacl.refused import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pressgraph.rdf import Resource, Term
    from pressgraph.rdf.graph import Graph
    from pressgraph.validation.incremental.footprint import Chain, Edge, Footprint
    from pressgraph.validation.shacl.shapes import Shapes

_MOST_STEPS = 12
_NESTED = ("node", "not", "qualifiedValueShape")
_LISTED = ("and", "or", "xone")
_COMPARED = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_FOREIGN = ("ConstraintComponent", "SPARQLTarget", "SPARQLTargetType", "SPARQLFunction", "TripleRule", "SPARQLRule")
_REPEATED = ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")


@lru_cache(maxsize=4)
def shape_footprint(shapes: Shapes) -> Footprint:
    """Return what shapes read."""
    reader = _ShapeReader(shapes.graph)
    try:
        reader.targets()
    except NotLocalError as error:
        return Unknown(reason=str(error))
    return frozenset(reader.trace.reads)


class _ShapeReader:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.trace = Trace()

    def targets(self) -> None:
        """Note what all shapes with targets read."""
        for shape, predicate, values in self.graph:
            name = predicate.removeprefix(SH)
            if predicate == RDF_TYPE:
                self._types(shape, values)
            elif name in {"expression", "rule", "target", "js"}:
                raise NotLocalError(f"the shapes use sh:{name}")
            elif name == "targetClass":
                self._target(shape, (RDF_TYPE, False))
            elif name in {"targetSubjectsOf", "targetObjectsOf"}:
                for value in values:
                    if isinstance(value, ox.NamedNode):
                        self._target(shape, (value.value, name == "targetObjectsOf"))
            elif name == "targetNode":
                self.shape(shape, (), ())

    def _types(self, shape: Resource, values: Sequence[Term]) -> None:
        types = {value.value for value in values if isinstance(value, ox.NamedNode)}
        for name in _FOREIGN:
            if SH + name in types:
                raise NotLocalError(f"the shapes use sh:{name}")
        if f"{SH}NodeShape" in types and types & {f"{RDFS}Class", f"{OWL}Class"}:
            self._target(shape, (RDF_TYPE, False))

    def _target(self, shape: Resource, edge: Edge) -> None:
        self.trace.read((), edge)
        self.shape(shape, (), ())

    def nodes(self, subject: Resource, name: str) -> list[Resource]:
        return self.graph.nodes(subject, SH + name)

    def items(self, head: Resource) -> Iterator[Resource]:
        return (item for item in self.graph.items(head) if isinstance(item, ox.NamedNode | ox.BlankNode))

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
            if self.graph.values(shape, f"{SH}class"):
                self.trace.read(end, (RDF_TYPE, False))
            if self.graph.values(shape, f"{SH}closed"):
                self.trace.read(end, (None, False))
            for name in _NESTED:
                for inner in self.nodes(shape, name):
                    self.shape(inner, end, above)
            for name in _LISTED:
                for head in self.nodes(shape, name):
                    for inner in self.items(head):
                        self.shape(inner, end, above)
            for inner in self.nodes(shape, "property"):
                if paths:
                    raise NotLocalError("a property shape has property shapes of its own")
                self.shape(inner, end, above)
        for name in _COMPARED:
            for other in self.nodes(shape, name):
                self.trace.read(focus, (other.value, False))
        for constraint in self.nodes(shape, "sparql"):
            self.query(constraint, focus, paths)

    def path(self, node: Resource, starts: list[Chain], *, inverse: bool = False) -> list[Chain]:
        """Note what a path reads from the ends of some chains, and return the chains to its own ends."""
        if isinstance(node, ox.NamedNode) and node.value != f"{RDF}nil":
            return self.trace.step((node.value, inverse), starts)
        for inner in self.nodes(node, "inversePath"):
            return self.path(inner, starts, inverse=not inverse)
        for head in self.nodes(node, "alternativePath"):
            return [end for item in self.items(head) for end in self.path(item, starts, inverse=inverse)]
        for name in _REPEATED:
            for inner in self.nodes(node, name):
                return self.trace.closure(frozenset(self.edges(inner, inverse=inverse)), starts)
        items = list(self.items(node))
        for item in reversed(items) if inverse else items:
            starts = self.path(item, starts, inverse=inverse)
        return starts

    def edges(self, node: Resource, *, inverse: bool) -> Iterator[Edge]:
        """Yield the edges that a path is made of."""
        if isinstance(node, ox.NamedNode):
            yield node.value, inverse
            return
        for inner in self.nodes(node, "inversePath"):
            yield from self.edges(inner, inverse=not inverse)
        for name in _REPEATED:
            for inner in self.nodes(node, name):
                yield from self.edges(inner, inverse=inverse)
        for head in (*self.nodes(node, "alternativePath"), node):
            for item in self.items(head):
                yield from self.edges(item, inverse=inverse)

    def query(self, constraint: Resource, focus: Chain, paths: list[Resource]) -> None:
        """Note what a SPARQL constraint reads from a focus node at the end of a chain (SHACL 1.0, 5)."""
        for name in ("select", "ask"):
            for query in self.graph.literals(constraint, SH + name):
                text = query
                if "PATH" in text:
                    if not paths or not isinstance(paths[0], ox.NamedNode):
                        raise NotLocalError("a SPARQL constraint uses $PATH with a longer path")
                    text = text.replace("$PATH", str(paths[0])).replace("?PATH", str(paths[0]))
                trace_query(declared_prefixes(self.graph, constraint) + text, self.trace, focus)
