"""What personal facts hide, told of one graph or one name at a time: for who asks about what a change affects.

It is what `pressgraph.dataset.withholding` finds for a whole dataset in which nothing is withheld by name: a personal
fact is hidden, a name that hidden facts alone describe, and a fact in which every statement leads to such a name. All
conditions of each are needed; so what needs itself does not hold, and each is looked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.dataset.withholding import PERSONAL_DATA, is_true
from pressgraph.derive.parse import DERIVED_FROM
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from pressgraph.dataset import GraphNames
    from pressgraph.rdf import Term

_TYPE = ox.NamedNode(RDF_TYPE)
_KEPT = 200_000

_Name: TypeAlias = "ox.NamedNode | None"
Look: TypeAlias = "Callable[[_Name, _Name, _Name, _Name], Iterable[ox.Quad]]"
_Key: TypeAlias = "tuple[bool, ox.NamedNode]"
"""Whether it is a graph, and its name."""


class Hidden:
    """What personal facts hide in the quads that a function looks up."""

    def __init__(self, look: Look, graphs: GraphNames) -> None:
        self._look = look
        self._graphs = graphs
        self._known: dict[_Key, bool] = {}

    def hides(self, quad: ox.Quad) -> bool:
        """Tell whether a statement of a fact is hidden."""
        return self.is_hidden(quad.graph_name) or self.is_unknown(quad.subject) or self.is_unknown(quad.object)

    def is_hidden(self, graph: object) -> bool:
        """Tell whether a graph is hidden."""
        return isinstance(graph, ox.NamedNode) and self._holds((True, graph))

    def is_unknown(self, name: object) -> bool:
        """Tell whether hidden facts alone describe a thing."""
        return isinstance(name, ox.NamedNode) and self._holds((False, name))

    def said(self, graph: ox.NamedNode) -> Iterable[ox.Quad]:
        """Return what a graph says, hidden or not."""
        return self._look(None, None, None, graph)

    def leading_to(self, name: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """Yield the graphs in which something leads to a thing."""
        for quad in self._look(None, None, name, None):
            if isinstance(quad.graph_name, ox.NamedNode):
                yield quad.graph_name

    def _holds(self, key: _Key) -> bool:
        known = self._known.get(key)
        if known is not None:
            return known
        if len(self._known) > _KEPT:
            self._known.clear()
        # not by recursion: a chain of facts can be as long as somebody likes
        self._known[key] = False
        stack = [(key, self._told(*key))]
        answer: bool | None = None
        while stack:
            asking, steps = stack[-1]
            try:
                wanted = steps.send(answer)
            except StopIteration as end:
                stack.pop()
                answer = self._known[asking] = bool(end.value)
                continue
            answer = self._known.get(wanted)
            if answer is None:
                self._known[wanted] = False
                stack.append((wanted, self._told(*wanted)))
        return self._known[key]

    def _told(self, is_graph: bool, name: ox.NamedNode) -> Generator[_Key, bool | None, bool]:  # noqa: FBT001 - a key
        """Ask for what is needed, and return whether it holds."""
        if is_graph:
            if any(is_true(it.object) for it in self._look(name, PERSONAL_DATA, None, None)):
                return True
            if self._graphs.is_derived(name.value) or not any(True for _ in self._look(name, DERIVED_FROM, None, None)):
                return False
            values: list[ox.NamedNode] = []
            for quad in self._look(None, None, None, name):
                if not isinstance(quad.object, ox.NamedNode):
                    return False
                # a class is never hidden, so it is asked about first
                values.insert(0 if quad.predicate == _TYPE else len(values), quad.object)
            for value in values:
                if not (yield False, value):
                    return False
            return bool(values)
        told = False
        for graph in self._describing(name):
            if not (yield True, graph):
                return False
            told = True
        return told

    def _describing(self, name: ox.NamedNode) -> Iterator[ox.NamedNode]:
        seen = set()
        for quad in self._look(name, None, None, None):
            graph = quad.graph_name
            if isinstance(graph, ox.NamedNode) and graph not in seen and not self._graphs.is_derived(graph.value):
                seen.add(graph)
                yield graph


def turned(before: Hidden, after: Hidden, changed: Iterable[ox.NamedNode]) -> set[Term]:
    """Return the graphs and names that are hidden before or after a change of some graphs, and not both."""
    found: set[Term] = set()
    todo = list(changed)
    seen = set(todo)
    while todo:
        graph = todo.pop()
        if before.is_hidden(graph) != after.is_hidden(graph):
            found.add(graph)
        names = {it.subject for hidden in (before, after) for it in hidden.said(graph)}
        for name in names - found:
            if not isinstance(name, ox.NamedNode) or before.is_unknown(name) == after.is_unknown(name):
                continue
            found.add(name)
            leading = {it for hidden in (before, after) for it in hidden.leading_to(name)} - seen
            more = {it for it in leading if before.is_hidden(it) != after.is_hidden(it)}
            seen |= more
            todo += more
    return found
