"""Shapes that files do not name or say: property shapes without an IRI, and warnings about deprecated terms.

A result names the shape that it comes from, so each property shape needs a name: for messages, for `allow`, and to
look up what it asks for.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.i18n import gettext
from pressgraph.rdf import RDF_TYPE, RDFS, SH
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.i18n import Text
    from pressgraph.profile import Profile
    from pressgraph.profile.model import Deprecation
    from pressgraph.rdf import Term

NAMED_HERE = "urn:x-pressgraph:shape/"
_PROPERTY = ox.NamedNode(f"{SH}property")
_CLASS = ox.NamedNode(f"{SH}class")
_RESOURCE = ox.NamedNode(f"{RDFS}Resource")
_PATH = ox.NamedNode(f"{SH}path")


def name_shapes(triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield triples in which the property shapes that are blank nodes have IRIs, by shape and path.

    Of the shapes of one name, the second has a 2 behind it, and so on, in the order of the files. What everything is,
    such as published profiles ask of web addresses, nothing need say: rdfs:Resource (RDF Schema 1.1, 2.1).
    """
    triples = [t for t in triples if t.predicate != _CLASS or t.object != _RESOURCE]
    paths = {t.subject: t.object for t in triples if t.predicate == _PATH}
    names: dict[Term, ox.NamedNode] = {}
    used: Counter[str] = Counter()
    for triple in triples:
        shape = triple.object
        if triple.predicate != _PROPERTY or not isinstance(shape, ox.BlankNode) or shape in names:
            continue
        parent, path = names.get(triple.subject, triple.subject), paths.get(shape)
        above = local_name(parent.value) if isinstance(parent, ox.NamedNode) else "shape"
        name = f"{above}-{local_name(path.value) if isinstance(path, ox.NamedNode) else 'path'}"
        used[name] += 1
        number = f"-{used[name]}" if used[name] > 1 else ""
        names[shape] = ox.NamedNode(f"{NAMED_HERE}{name}{number}")
    for triple in triples:
        subject, value = names.get(triple.subject, triple.subject), names.get(triple.object, triple.object)
        yield ox.Triple(subject, triple.predicate, value)


def deprecation_shapes(profile: Profile) -> Iterator[ox.Triple]:
    """Yield shapes that warn of each use of a deprecated key, class or term, and name what replaces it."""
    for key in profile.keys.values():
        if key.deprecated is not None:
            shape = _Shape(f"deprecated-{key.name}")
            yield shape.says("targetSubjectsOf", ox.NamedNode(key.iri))
            yield from shape.property(key.iri, *_messages(key.name, key.deprecated, profile))
            yield shape.part_says("maxCount", _integer(0))
    for term in profile.classes.values():
        if term.deprecated is not None:
            shape = _Shape(f"deprecated-{term.name}")
            yield shape.says("targetClass", ox.NamedNode(term.iri))
            yield from shape.property(RDF_TYPE, *_messages(term.name, term.deprecated, profile))
            yield from shape.excludes(term.iri)
    keys = {key.iri: key.scheme for key in profile.keys.values() if key.scheme is not None}
    for iri, scheme in keys.items():
        for concept in scheme.concepts.values():
            if concept.deprecated is not None:
                shape = _Shape(f"deprecated-{local_name(iri)}-{concept.name}")
                yield shape.says("targetSubjectsOf", ox.NamedNode(iri))
                yield from shape.property(iri, *_messages(concept.name, concept.deprecated, profile))
                yield from shape.excludes(concept.iri)


def deprecation(name: str, deprecated: Deprecation, profile: Profile) -> Text:
    """Return the sentence that says that something is deprecated, and what replaces it."""
    other = profile.short_name(deprecated.replacement) if deprecated.replacement is not None else None
    if other is not None:
        return gettext("'{name}' is deprecated: use '{other}'.", name=name, other=other)
    return gettext("'{name}' is deprecated.", name=name)


def _messages(name: str, deprecated: Deprecation, profile: Profile) -> list[ox.Literal]:
    text = deprecation(name, deprecated, profile)
    return [ox.Literal(words, language=tag) for tag, words in text.by_language().items()]


def _integer(value: int) -> ox.Literal:
    return ox.Literal(value)


class _Shape:
    """A node shape with one property shape, whose results are warnings."""

    def __init__(self, name: str) -> None:
        self.node = ox.NamedNode(f"{NAMED_HERE}{name}-shape")
        self.part = ox.NamedNode(f"{NAMED_HERE}{name}")

    def says(self, name: str, value: Term) -> ox.Triple:
        return ox.Triple(self.node, ox.NamedNode(SH + name), value)

    def part_says(self, name: str, value: Term) -> ox.Triple:
        return ox.Triple(self.part, ox.NamedNode(SH + name), value)

    def property(self, path: str, *messages: ox.Literal) -> Iterable[ox.Triple]:
        yield ox.Triple(self.node, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SH}NodeShape"))
        yield self.says("property", self.part)
        yield self.part_says("path", ox.NamedNode(path))
        yield self.part_says("severity", ox.NamedNode(f"{SH}Warning"))
        for message in messages:
            yield self.part_says("message", message)

    def excludes(self, iri: str) -> Iterable[ox.Triple]:
        """Refuse one value."""
        other = ox.NamedNode(f"{self.part.value}-value")
        yield self.part_says("not", other)
        yield ox.Triple(other, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SH}NodeShape"))
        yield ox.Triple(other, ox.NamedNode(f"{SH}hasValue"), ox.NamedNode(iri))
