"""Explain results of shapes that are made of shapes: which alternative came closest, and what it lacks.

An engine says only that none of the alternatives of `sh:or` fits (SHACL 1.0, 4.6). So each alternative is asked by
itself about the value, with no other target in the shapes, on what the graph says near the value.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.errors import PressgraphError
from pressgraph.i18n import Text, gettext, joined
from pressgraph.rdf import RDF_TYPE, RDFS, SH
from pressgraph.rdf.terms import local_name, named, read_term
from pressgraph.validation.explain.hints import as_written
from pressgraph.validation.shacl.components import component_name, default_text, parameter_of, text_about
from pressgraph.validation.shacl.engines import choose
from pressgraph.validation.shacl.results import read_report
from pressgraph.validation.shacl.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pressgraph.profile import Profile
    from pressgraph.rdf import Resource, Term
    from pressgraph.validation.report import Result

_DEPTH = 3
_VALUES = 4
_NEAR = 5_000
_MOST = 50
"""Explanations per run: after as many, nobody reads them."""

_LISTS = {"Or": "or", "Xone": "xone", "And": "and"}
_SINGLE = {"Node": "node", "QualifiedMinCount": "qualifiedValueShape", "QualifiedMaxCount": "qualifiedValueShape"}
_TARGETS = {f"{SH}{name}" for name in ("target", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}


class Explainer:
    """Explain results by asking their shapes' parts."""

    def __init__(
        self,
        store: ox.Store,
        profile: Profile,
        shapes: Shapes,
        id_base: str,
        *,
        restore: Callable[[ox.Triple], ox.Triple] | None = None,
    ) -> None:
        self._restore = restore or (lambda triple: triple)
        self.store = store
        self.profile = profile
        self.id_base = id_base
        self.shapes = shapes
        self._left = _MOST

    @cached_property
    def _untargeted(self) -> list[ox.Triple]:
        """The shapes, none of which looks for what it is about."""
        return [
            triple
            for triple in self.shapes.triples
            if triple.predicate.value not in _TARGETS
            # a shape that is a class is its own target (2.1.3.3)
            and not (triple.predicate.value == RDF_TYPE and triple.object.value == f"{RDFS}Class")  # type: ignore[union-attr]
        ]

    def explain(self, result: Result) -> Result:
        """Return the result with notes about its alternatives, if its shape has any."""
        parts = self._parts(result)
        if not parts or self._left <= 0 or result.shape.startswith("_:"):
            return result
        name = component_name(result.component)
        if name == "Node" and result.hint is not None:
            # a term of a vocabulary: the terms have been said
            return result
        targets = self._targets(result, name)
        if not targets:
            return result
        self._left -= 1
        outcomes: list[tuple[Term, Term, list[Result]]] = []
        for part in parts:
            for target in targets:
                triples = [*self._untargeted, ox.Triple(part, ox.NamedNode(f"{SH}targetNode"), target)]
                try:
                    report = choose("auto", Shapes(tuple(triples), ())).run(self._near(target))
                except PressgraphError:
                    return result
                outcomes.append((part, target, list(read_report(report))))
        if name.startswith("Qualified"):
            notes = tuple(dict.fromkeys(self._qualified(name, outcomes)))
        else:
            notes = tuple(dict.fromkeys(self._notes(name, [(part, results) for part, _, results in outcomes])))
        return replace(result, notes=notes) if notes else result

    def _parts(self, result: Result) -> list[Resource]:
        name = component_name(result.component)
        if name not in _LISTS and name not in _SINGLE:
            return []
        shape = ox.NamedNode(result.shape) if not result.shape.startswith("_:") else None
        graph = self.shapes.graph
        if name in _LISTS:
            items = (item for head in graph.nodes(shape, SH + _LISTS[name]) for item in graph.items(head))
            return [item for item in items if isinstance(item, ox.NamedNode | ox.BlankNode)]
        return graph.nodes(shape, SH + _SINGLE[name])

    def _targets(self, result: Result, name: str) -> list[Term]:
        """Return the nodes to ask about: the value, or for a qualified shape all values of its path."""
        if name.startswith("Qualified"):
            thing = named(result.focus)
            if result.path is None or thing is None or result.path not in result.steps:
                return []
            return sorted(union.objects(self.store, thing, result.path), key=str)[:_VALUES]
        values = [t.object for t in result.triples() if t.predicate.value == f"{SH}value"]
        return values[:1] or ([read_term(result.focus)] if not result.focus.startswith("_:") else [])

    def _near(self, node: Term) -> Iterable[ox.Triple]:
        """Return what the graph says of a node and of what it points to, with the classes' hierarchy."""
        near: set[ox.Triple] = set()
        edge, seen = [node], {node}
        for _ in range(_DEPTH):
            following: list[Term] = []
            for one in edge:
                if isinstance(one, ox.NamedNode | ox.BlankNode):
                    for quad in self.store.quads_for_pattern(one, None, None, union.DEFAULT):
                        near.add(self._restore(quad.triple))
                        if quad.object not in seen and len(near) < _NEAR:
                            seen.add(quad.object)
                            following.append(quad.object)
            edge = following
        near.update(union.hierarchy(self.store))
        return near

    # -- words

    def _qualified(self, name: str, outcomes: Sequence[tuple[Term, Term, list[Result]]]) -> Iterator[Text]:
        """Say which of the values are as asked for, and what the others lack."""
        part = outcomes[0][0]
        fitting = [self._name(target) for _, target, results in outcomes if not results]
        asks = self._asks(part)
        if name == "QualifiedMaxCount":
            yield gettext("counted are values {asks}", asks=asks)
            if fitting:
                values = ", ".join(f"'{it}'" for it in fitting)
                yield gettext("these are so: {values}", values=values)
            return
        yield gettext("asked for: {asks}", asks=asks)
        for _, target, results in outcomes:
            value = self._name(target)
            for it in results[:1]:
                lack = self._lacks(part, it)
                yield gettext("not '{value}': {lack}", value=value, lack=lack)

    def _notes(self, name: str, outcomes: Sequence[tuple[Term, list[Result]]]) -> Iterator[Text]:
        fitting = [(i, part) for i, (part, results) in enumerate(outcomes, start=1) if not results]
        failing = [(i, part, results) for i, (part, results) in enumerate(outcomes, start=1) if results]
        if name == "Xone" and len(fitting) > 1:
            these = joined(gettext(" and "), (self._asks(part) for _, part in fitting))
            yield gettext("more than one alternative fits: {these}", these=these)
            return
        if name in _LISTS and name != "And":
            wanted = [self._asks(part) for part, _ in outcomes]
            # an alternative that only leaves literals to another constraint helps nobody
            alternatives = [it for it in wanted if it != _NODE_KINDS["sh:Literal"]] or wanted
            yield gettext("allowed: {these}", these=joined(gettext("; or "), alternatives))
        if not failing:
            return
        number, part, results = min(failing, key=lambda it: (len(it[2]), -_effort(it[2])))
        lacks = [self._lacks(part, it) for it in results[:_DEPTH]]
        if name in _LISTS and len(outcomes) > 1 and name != "And":
            if len({len(it[2]) for it in failing}) == 1 and _effort(results) == 0:
                # all fail alike: none came closer
                return
            asks = self._asks(part)
            yield gettext("closest is {number}, {asks}: {lacks}", number=number, asks=asks, lacks=joined("; ", lacks))
        else:
            for lack in lacks:
                yield gettext("because {lack}", lack=lack)

    def _lacks(self, part: Term, result: Result) -> Text:
        """Say what a part complains about, and of which value."""
        words = default_text(result.component)
        said_by_shape = not words.by_language().items() <= result.messages.items()
        if not said_by_shape and result.path is None and (parameter := parameter_of(result.component)) is not None:
            values = self.shapes.graph.values(part, SH + parameter)
            asked = [text for it in values for text in as_written(it, self.shapes.graph, self._short)]
            return text_about(result.component, asked, key=None)
        if said_by_shape:
            # the shape's own
            messages = {tag: text.rstrip(".") for tag, text in result.messages.items() if tag}
            words = Text(result.message("en").rstrip("."), **messages)
        if result.path is None:
            # the value itself, of which the message before has spoken
            return words
        key = self.profile.shrink(result.path, self.id_base)
        value = result.lexical.removeprefix(self.id_base) if result.lexical is not None else None
        what = f"'{key}: {value}'" if value is not None else f"'{key}'"
        return joined(": ", (what, words))

    def _asks(self, part: Term) -> Text:
        """Say what a part asks for."""
        asks: list[Text] = []
        for triple in self.shapes.graph.triples(part):
            value = triple.object
            shown = self._name(value)
            match triple.predicate.value.removeprefix(SH):
                case "class":
                    asks.append(gettext("of type {shown}", shown=shown))
                case "datatype":
                    asks.append(_DATATYPES.get(shown) or gettext("written as {shown}", shown=shown))
                case "nodeKind":
                    asks.append(_NODE_KINDS.get(shown) or Text(shown))
                case "node":
                    asks.append(gettext("like {shown}", shown=shown))
                case "property":
                    for path in self.shapes.graph.nodes(value, f"{SH}path"):
                        key = self._name(path)
                        asks.append(gettext("with a good '{key}'", key=key))
                case "in":
                    items = ", ".join(map(self._name, self.shapes.graph.items(value)))
                    asks.append(gettext("one of {items}", items=items))
                case "pattern":
                    asks.append(gettext("of the form {shown}", shown=shown))
                case "hasValue":
                    asks.append(gettext("the value {shown}", shown=shown))
                case _:
                    pass
        if not asks:
            name = local_name(getattr(part, "value", "")) if isinstance(part, ox.NamedNode) else "…"
            return Text(name)
        return joined(", ", asks)

    def _short(self, iri: str) -> str:
        return self.profile.shrink(iri, self.id_base)

    def _name(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self._short(term.value)
        return str(getattr(term, "value", term))


def _effort(results: Iterable[Result]) -> int:
    """Count what is wrong below the value itself: who gets that far is closer than who fails at once."""
    return sum(1 for it in results if it.path is not None)


_DATATYPES = {
    "rdf:langString": gettext("text with a language"),
    "xsd:string": gettext("plain text"),
    "xsd:date": gettext("a date"),
}
_NODE_KINDS = {
    "sh:Literal": gettext("a literal"),
    "sh:IRI": gettext("a thing with an id"),
    "sh:BlankNode": gettext("a thing without an id"),
    "sh:BlankNodeOrIRI": gettext("a thing"),
    "sh:IRIOrLiteral": gettext("a thing with an id, or a literal"),
}
