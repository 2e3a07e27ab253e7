"""What the values of a property are, by what its property shapes ask of them (SHACL 1.0, section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.i18n import Text, gettext, joined
from pressgraph.profile.model import Concept, Kind, Scheme
from pressgraph.rdf import RDF, RDFS, SH, SKOS, XSD
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pressgraph.profile.graph import ProfileGraph
    from pressgraph.rdf import Resource, Term

TEXTS = (f"{XSD}string", f"{RDF}langString")


@dataclass(frozen=True, slots=True)
class Range:
    """One thing that values may be: a term of a vocabulary, a literal of a datatype, or a link."""

    kind: Kind
    datatype: str | None = None
    scheme: Scheme | None = field(default=None, compare=False)
    scheme_iri: str = ""

    @property
    def text(self) -> str:
        """How messages call it."""
        if self.scheme_iri:
            return gettext("a term of {scheme}", scheme=self.scheme_iri)
        return self.datatype.replace(XSD, "xsd:").replace(RDF, "rdf:") if self.datatype else self.kind.value


LINK = Range(Kind.LINK)
# any literal: what sh:nodeKind sh:Literal allows, and what constraints on lengths and languages mean
_LITERAL = Range(Kind.LITERAL)
_ANY_TEXT = tuple(Range(Kind.TEXT, datatype=datatype) for datatype in TEXTS)
_LITERAL_ONLY = ("languageIn", "uniqueLang", "minLength", "maxLength")
_OF_FORMS = ("pattern", "minLength", "maxLength")
_COMPARED = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
_NODE_KINDS: Mapping[str, tuple[Range, ...]] = {
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
    demands: dict[tuple[str, int], tuple[str, tuple[Range, ...]]] = field(default_factory=dict)
    """By target (and a number, where its shapes exclude each other): a shape, and what it lets values be."""
    languages: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    classes: set[str] = field(default_factory=set)
    """The classes that shapes ask of values."""
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def demand(self, target: str, shape: str, ranges: tuple[Range, ...]) -> None:
        """Note what a shape lets the values of a target's things be: all shapes of a target must be met."""
        first = self.demands.get((target, 0))
        if first is None:
            self.demands[target, 0] = shape, ranges
        elif both := _narrowed(first[1], ranges):
            self.demands[target, 0] = first[0], both
        else:
            self.demands[target, len(self.demands)] = shape, ranges

    def ranges(self, name: str) -> tuple[Range, ...]:
        """Return what values may be, by all shapes together: the shapes of single classes may allow less.

        Raises ProfileError where one shape asks for what another does not allow.
        """
        demands = [(where, ranges) for where, ranges in self.demands.values() if ranges != (_LITERAL,)]
        if any(one.kind is Kind.TERM for _, ranges in demands for one in ranges):
            # A class on top of a vocabulary narrows it; it does not make it a link.
            demands = [(where, ranges) for where, ranges in demands if ranges != (LINK,)]
        if not demands:
            return _ANY_TEXT
        if all(one.kind is Kind.TEXT for _, ranges in demands for one in ranges):
            return tuple(dict.fromkeys(one for _, ranges in demands for one in ranges))
        _, widest = max(demands, key=lambda demand: len(demand[1]))
        for where, ranges in demands:
            if not set(_written_out(ranges)) <= set(_written_out(widest)):
                other = next(place for place, ranges in demands if ranges is widest)
                raise ProfileError(
                    gettext(
                        "the shapes disagree about the values of '{name}' ({iri}): {wide} in "
                        "{other}; {narrow} in {where}",
                        name=name,
                        iri=self.iri,
                        wide=_words(widest),
                        other=other,
                        narrow=_words(ranges),
                        where=where,
                    ),
                    hint=gettext("a key means the same in every class"),
                )
        return _written_out(widest)


def _written_out(ranges: Iterable[Range]) -> tuple[Range, ...]:
    return tuple(dict.fromkeys(it for one in ranges for it in (_ANY_TEXT if one == _LITERAL else (one,))))


def _words(ranges: Iterable[Range]) -> Text:
    return joined(gettext(" or "), (one.text for one in _written_out(ranges)))


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
        ranges = self.ranges(shape, draft.iri)
        for target in targets if ranges else ():
            draft.demand(target, graph.name(shape), ranges)
        self._refuse_forms(shape, draft.iri, ranges)
        for head in graph.nodes(shape, f"{SH}in"):
            listed = [item.value for item in graph.items(head) if isinstance(item, ox.Literal)]
            if listed and all(one.kind is Kind.TEXT for one in ranges):
                draft.listed = tuple(listed)
        for head in graph.nodes(shape, f"{SH}languageIn"):
            draft.languages = tuple(t.value for t in graph.items(head) if isinstance(t, ox.Literal))
        for texts, predicate in ((draft.names, f"{SH}name"), (draft.descriptions, f"{SH}description")):
            for tag, text in graph.texts(shape, predicate).items():
                # a description without a language is mostly in English
                texts.setdefault(tag or "en", text)

    def _refuse_forms(self, shape: Resource, path: str, ranges: Sequence[Range]) -> None:
        graph = self.graph
        datatype = next((one.datatype for one in ranges if one.datatype in _BY_VALUE), None)
        constraint = next((name for name in _OF_FORMS if graph.values(shape, SH + name)), None)
        if datatype is not None and constraint is not None:
            name = datatype.replace(XSD, "xsd:")
            raise ProfileError(
                gettext(
                    "{shape} asks for the form of {datatype} values by sh:{constraint}, and such "
                    "values are kept by value: 2.50 is 2.5",
                    shape=graph.name(shape),
                    datatype=name,
                    constraint=constraint,
                ),
                place=graph.place(shape, path),
                hint=gettext(
                    "use sh:datatype xsd:string with sh:{constraint}, or sh:minInclusive and "
                    "sh:maxInclusive with {datatype}",
                    constraint=constraint,
                    datatype=name,
                ),
            )

    def value_classes(self, shape: Resource) -> tuple[str, ...]:
        """Return the classes of linked things; of alternatives, all."""
        graph = self.graph
        classes = list(graph.iris(shape, f"{SH}class"))
        for name in ("or", "xone"):
            for head in graph.nodes(shape, SH + name):
                for member in graph.items(head):
                    if isinstance(member, ox.NamedNode | ox.BlankNode):
                        classes += graph.iris(member, f"{SH}class")
        return tuple(dict.fromkeys(classes))

    def ranges(self, shape: Resource, path: str, seen: frozenset[Resource] = frozenset()) -> tuple[Range, ...]:
        """Return what a shape lets a value be; () where it says nothing of that."""
        if shape in seen:
            return ()
        seen |= {shape}
        ranges: tuple[Range, ...] = ()
        for allowed in self._demands(shape, path, seen):
            ranges = (_narrowed(ranges, allowed) or ranges) if ranges and allowed else ranges or allowed
        if ranges:
            return ranges
        return self._implied(shape)

    def _demands(self, shape: Resource, path: str, seen: frozenset[Resource]) -> Iterable[tuple[Range, ...]]:
        graph = self.graph
        for datatype in graph.iris(shape, f"{SH}datatype"):
            yield (_of_datatype(datatype),)
        for head in graph.nodes(shape, f"{SH}in"):
            yield self._listed(shape, path, graph.items(head))
        for name in ("or", "xone"):
            for head in graph.nodes(shape, SH + name):
                alternatives = [self.ranges(item, path, seen) for item in _nodes(graph.items(head))]
                yield tuple(dict.fromkeys(one for ranges in alternatives for one in ranges))
        for head in graph.nodes(shape, f"{SH}and"):
            for member in _nodes(graph.items(head)):
                yield self.ranges(member, path, seen)
        for node in graph.nodes(shape, f"{SH}node"):
            schemes = [self.schemes[iri] for iri in self._scheme_asked_for(node) if iri in self.schemes]
            if schemes:
                yield (Range(Kind.TERM, scheme=schemes[0], scheme_iri=schemes[0].iri),)
            else:
                yield self.ranges(node, path, seen)
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

    def _implied(self, shape: Resource) -> tuple[Range, ...]:
        """Return what follows from constraints that only some values can meet."""
        graph = self.graph
        for value in graph.values(shape, f"{SH}hasValue"):
            return (_of_datatype(value.datatype.value),) if isinstance(value, ox.Literal) else (LINK,)
        for name in _COMPARED:
            for value in graph.values(shape, SH + name):
                if isinstance(value, ox.Literal):
                    return (_of_datatype(value.datatype.value),)
        return (_LITERAL,) if any(graph.values(shape, SH + name) for name in _LITERAL_ONLY) else ()

    def _listed(self, shape: Resource, path: str, members: Sequence[Term]) -> tuple[Range, ...]:
        ranges: list[Range] = []
        iris = [member for member in members if isinstance(member, ox.NamedNode)]
        if iris:
            scheme = Scheme(
                name=f"{local_name(path)}-values", iri=shape.value, concepts=self.concepts(shape.value, iris)
            )
            ranges.append(Range(Kind.TERM, scheme=scheme, scheme_iri=shape.value))
        ranges += [_of_datatype(member.datatype.value) for member in members if isinstance(member, ox.Literal)]
        return tuple(dict.fromkeys(ranges))

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


def _of_datatype(iri: str) -> Range:
    return Range(Kind.TEXT if iri in TEXTS else Kind.LITERAL, datatype=iri)


def _narrowed(ranges: tuple[Range, ...], other: tuple[Range, ...]) -> tuple[Range, ...]:
    """Return what both of two constraints allow; () where they exclude each other."""
    both: list[Range] = []
    for one in ranges:
        for two in other:
            if one == two or (two == _LITERAL and one.datatype) or (two == LINK and one.kind is Kind.TERM):
                both.append(one)
            elif (one == _LITERAL and two.datatype) or (one == LINK and two.kind is Kind.TERM):
                both.append(two)
    return tuple(dict.fromkeys(both))
