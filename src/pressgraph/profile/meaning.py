"""What the values of a property are, by what its property shapes ask of them (SHACL 1.0, section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.profile.model import Concept, Kind, Scheme
from pressgraph.rdf import RDF, RDFS, SH, SKOS, XSD
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pressgraph.profile.graph import ProfileGraph
    from pressgraph.rdf import Resource, Term

TEXTS = (f"{XSD}string", f"{RDF}langString")


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that values may be: a term of a vocabulary, a literal of a datatype, or a link."""

    kind: Kind
    datatype: str | None = None
    scheme: Scheme | None = field(default=None, compare=False)
    scheme_iri: str = ""

    def __str__(self) -> str:
        """Return how messages call it."""
        if self.scheme_iri:
            return f"a term of {self.scheme_iri}"
        return self.datatype.replace(XSD, "xsd:").replace(RDF, "rdf:") if self.datatype else self.kind.value


LINK = Way(Kind.LINK)
# any literal: what sh:nodeKind sh:Literal allows, and what constraints on lengths and languages mean
_LITERAL = Way(Kind.LITERAL)
_ANY_TEXT = tuple(Way(Kind.TEXT, datatype=it) for it in TEXTS)
_LITERAL_ONLY = ("languageIn", "uniqueLang", "minLength", "maxLength")
_COMPARED = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
_NODE_KINDS: Mapping[str, tuple[Way, ...]] = {
    f"{SH}IRI": (LINK,),
    f"{SH}BlankNodeOrIRI": (LINK,),
    f"{SH}Literal": (_LITERAL,),
    f"{SH}BlankNodeOrLiteral": (_LITERAL,),
    f"{SH}IRIOrLiteral": (LINK, _LITERAL),
}
# A store keeps these by value, so that 2.50 is 2.5 there: a constraint on how they are written could not be kept.
_BY_VALUE = {f"{XSD}{it}" for it in ("decimal", "double", "float", "duration", "dayTimeDuration", "yearMonthDuration")}


@dataclass(slots=True)
class Draft:
    """What the shapes say of a property, gathered over all of them."""

    iri: str
    shapes: list[Resource] = field(default_factory=list)
    asked: dict[tuple[str, int], tuple[str, tuple[Way, ...]]] = field(default_factory=dict)
    """By target (and a number, where its shapes exclude each other): a shape, and what it lets values be."""
    languages: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    classes: set[str] = field(default_factory=set)
    """The classes that shapes ask of values."""
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def ask(self, target: str, shape: str, ways: tuple[Way, ...]) -> None:
        """Note what a shape lets the values of a target's things be: all shapes of a target must be met."""
        known = self.asked.get((target, 0))
        if known is None:
            self.asked[target, 0] = shape, ways
        elif both := _narrowed(known[1], ways):
            self.asked[target, 0] = known[0], both
        else:
            self.asked[target, len(self.asked)] = shape, ways

    def ways(self, name: str) -> tuple[Way, ...]:
        """Return what values may be, by all shapes together: the shapes of single classes may allow less.

        Raises ProfileError where one shape asks for what another does not allow.
        """
        asked = [(where, ways) for where, ways in self.asked.values() if ways != (_LITERAL,)]
        if any(way.kind is Kind.TERM for _, ways in asked for way in ways):
            # A class on top of a vocabulary narrows it; it does not make it a link.
            asked = [(where, ways) for where, ways in asked if ways != (LINK,)]
        if not asked:
            return _ANY_TEXT
        if all(way.kind is Kind.TEXT for _, ways in asked for way in ways):
            return tuple(dict.fromkeys(way for _, ways in asked for way in ways))
        _, widest = max(asked, key=lambda it: len(it[1]))
        for where, ways in asked:
            if not set(_written_out(ways)) <= set(_written_out(widest)):
                other = next(it for it, found in asked if found is widest)
                raise ProfileError(
                    f"the shapes disagree about the values of '{name}' ({self.iri}): "
                    f"{_words(widest)} in {other}; {_words(ways)} in {where}",
                    hint="a key means the same in every class",
                )
        return _written_out(widest)


def _written_out(ways: Iterable[Way]) -> tuple[Way, ...]:
    return tuple(dict.fromkeys(it for way in ways for it in (_ANY_TEXT if way == _LITERAL else (way,))))


def _words(ways: Iterable[Way]) -> str:
    return " or ".join(map(str, _written_out(ways)))


class Meanings:
    """Find what property shapes ask of values."""

    def __init__(
        self,
        graph: ProfileGraph,
        schemes: Mapping[str, Scheme],
        concepts: Callable[[str, Iterable[ox.NamedNode]], dict[str, Concept]],
    ) -> None:
        self.graph = graph
        self.schemes = schemes
        self.concepts = concepts

    def gather(self, draft: Draft, shape: Resource, targets: Iterable[str]) -> None:
        """Add what a property shape says of the things of some targets to what is known of its property.

        Raises ProfileError for what no facts file could keep.
        """
        graph = self.graph
        draft.shapes.append(shape)
        draft.classes.update(self.value_classes(shape))
        ways = self.ways(shape, draft.iri)
        for target in targets if ways else ():
            draft.ask(target, graph.name(shape), ways)
        self._refuse_forms(shape, draft.iri, ways)
        for head in graph.nodes(shape, f"{SH}in"):
            listed = [it.value for it in graph.items(head) if isinstance(it, ox.Literal)]
            if listed and all(way.kind is Kind.TEXT for way in ways):
                draft.listed = tuple(listed)
        for head in graph.nodes(shape, f"{SH}languageIn"):
            draft.languages = tuple(t.value for t in graph.items(head) if isinstance(t, ox.Literal))
        for texts, predicate in ((draft.names, f"{SH}name"), (draft.descriptions, f"{SH}description")):
            for tag, text in graph.texts(shape, predicate).items():
                # a description without a language is mostly in English
                texts.setdefault(tag or "en", text)

    def _refuse_forms(self, shape: Resource, path: str, ways: Sequence[Way]) -> None:
        graph = self.graph
        kept = next((way.datatype for way in ways if way.datatype in _BY_VALUE), None)
        asked = next((it for it in ("pattern", "minLength", "maxLength") if graph.values(shape, SH + it)), None)
        if kept is not None and asked is not None:
            name = kept.replace(XSD, "xsd:")
            raise ProfileError(
                f"{graph.name(shape)} asks for the form of {name} values by sh:{asked}, and such values are kept by "
                "value: 2.50 is 2.5",
                place=graph.place(shape, path),
                hint=f"use sh:datatype xsd:string with sh:{asked}, or sh:minInclusive and sh:maxInclusive with {name}",
            )

    def value_classes(self, shape: Resource) -> tuple[str, ...]:
        """Return the classes of linked things; of alternatives, all."""
        graph = self.graph
        found = list(graph.iris(shape, f"{SH}class"))
        for name in ("or", "xone"):
            for head in graph.nodes(shape, SH + name):
                for member in graph.items(head):
                    if isinstance(member, ox.NamedNode | ox.BlankNode):
                        found += graph.iris(member, f"{SH}class")
        return tuple(dict.fromkeys(found))

    def ways(self, shape: Resource, path: str, seen: frozenset[Resource] = frozenset()) -> tuple[Way, ...]:
        """Return what a shape lets a value be; () where it says nothing of that."""
        if shape in seen:
            return ()
        seen |= {shape}
        ways: tuple[Way, ...] = ()
        for asked in self._asked(shape, path, seen):
            ways = (_narrowed(ways, asked) or ways) if ways and asked else ways or asked
        if ways:
            return ways
        return self._implied(shape)

    def _asked(self, shape: Resource, path: str, seen: frozenset[Resource]) -> Iterable[tuple[Way, ...]]:
        graph = self.graph
        for datatype in graph.iris(shape, f"{SH}datatype"):
            yield (_of_datatype(datatype),)
        for head in graph.nodes(shape, f"{SH}in"):
            yield self._listed(shape, path, graph.items(head))
        for name in ("or", "xone"):
            for head in graph.nodes(shape, SH + name):
                ways = [self.ways(it, path, seen) for it in _nodes(graph.items(head))]
                yield tuple(dict.fromkeys(way for found in ways for way in found))
        for head in graph.nodes(shape, f"{SH}and"):
            for member in _nodes(graph.items(head)):
                yield self.ways(member, path, seen)
        for node in graph.nodes(shape, f"{SH}node"):
            schemes = [self.schemes[it] for it in self._scheme_asked_for(node) if it in self.schemes]
            if schemes:
                yield (Way(Kind.TERM, scheme=schemes[0], scheme_iri=schemes[0].iri),)
            else:
                yield self.ways(node, path, seen)
        if graph.iris(shape, f"{SH}class"):
            yield (LINK,)
        # a shape with properties of its own describes things
        if len(seen) > 1 and (graph.nodes(shape, f"{SH}property") or self._is_class(shape)):
            yield (LINK,)
        for kind in graph.iris(shape, f"{SH}nodeKind"):
            yield _NODE_KINDS.get(kind, ())

    def _is_class(self, shape: Resource) -> bool:
        types = self.graph.iris(shape, f"{RDF}type")
        return bool(self.graph.iris(shape, f"{SH}targetClass")) or f"{RDFS}Class" in types

    def _implied(self, shape: Resource) -> tuple[Way, ...]:
        """Return what follows from constraints that only some values can meet."""
        graph = self.graph
        for value in graph.values(shape, f"{SH}hasValue"):
            return (_of_datatype(value.datatype.value),) if isinstance(value, ox.Literal) else (LINK,)
        for name in _COMPARED:
            for value in graph.values(shape, SH + name):
                if isinstance(value, ox.Literal):
                    return (_of_datatype(value.datatype.value),)
        return (_LITERAL,) if any(graph.values(shape, SH + it) for it in _LITERAL_ONLY) else ()

    def _listed(self, shape: Resource, path: str, members: Sequence[Term]) -> tuple[Way, ...]:
        ways: list[Way] = []
        iris = [member for member in members if isinstance(member, ox.NamedNode)]
        if iris:
            scheme = Scheme(
                name=f"{local_name(path)}-values", iri=shape.value, concepts=self.concepts(shape.value, iris)
            )
            ways.append(Way(Kind.TERM, scheme=scheme, scheme_iri=shape.value))
        ways += [_of_datatype(it.datatype.value) for it in members if isinstance(it, ox.Literal)]
        return tuple(dict.fromkeys(ways))

    def _scheme_asked_for(self, node_shape: Resource) -> list[str]:
        graph = self.graph
        return [
            scheme
            for shape in graph.nodes(node_shape, f"{SH}property")
            if graph.iris(shape, f"{SH}path") == [f"{SKOS}inScheme"]
            for scheme in graph.iris(shape, f"{SH}hasValue")
        ]


def _nodes(terms: Iterable[Term]) -> list[Resource]:
    return [term for term in terms if isinstance(term, ox.NamedNode | ox.BlankNode)]


def _of_datatype(iri: str) -> Way:
    return Way(Kind.TEXT if iri in TEXTS else Kind.LITERAL, datatype=iri)


def _narrowed(ways: tuple[Way, ...], other: tuple[Way, ...]) -> tuple[Way, ...]:
    """Return what both of two constraints allow; () where they exclude each other."""
    both: list[Way] = []
    for one in ways:
        for two in other:
            if one == two or (two == _LITERAL and one.datatype) or (two == LINK and one.kind is Kind.TERM):
                both.append(one)
            elif (one == _LITERAL and two.datatype) or (one == LINK and two.kind is Kind.TERM):
                both.append(two)
    return tuple(dict.fromkeys(both))
