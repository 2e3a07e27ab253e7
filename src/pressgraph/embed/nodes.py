"""Things as nodes of schema.org: their classes and properties, in one language, as JSON has them.

Nothing is said that schema.org has no place for: a property of a thing of another class, or with a value that it does
not take, is left out (`domainIncludes` and `rangeIncludes` of the vocabulary).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from pressgraph.dataset.schema_org import schema_org
from pressgraph.facts.dates import DATE, MONTH, TIME, YEAR, bounds
from pressgraph.languages import primary
from pressgraph.rdf import EDTF, RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pressgraph.rdf import Term

ORDERED = ("author", "creator", "editor", "contributor")
"""Properties whose values have an order that readers see."""
ADDRESSES = frozenset(
    {"url", "sameAs", "image", "logo", "license", "contentUrl", "mainEntityOfPage", "thumbnailUrl", "embedUrl"}
)
"""Properties whose values consumers expect as an address, not as a node."""
_IMAGES = frozenset({"image", "logo", "contentUrl", "thumbnailUrl"})
# Running text belongs to the page's language; names are said in whatever language they are in.
_PROSE = frozenset({"description", "disambiguatingDescription", "abstract", "text", "articleBody", "slogan"})
FIRST = ("@context", "@type", "@id", "headline", "name", "url")
_NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}
_DATES = {DATE, MONTH, YEAR, EDTF}
# What plain values of these datatypes are in schema.org, besides text
_DATATYPES = {
    **dict.fromkeys(_NUMBERS, frozenset({"Number", "Integer", "Float"})),
    **dict.fromkeys(_DATES, frozenset({"Date", "DateTime"})),
    TIME: frozenset({"DateTime", "Date"}),
    f"{XSD}time": frozenset({"Time"}),
    f"{XSD}boolean": frozenset({"Boolean"}),
    f"{XSD}anyURI": frozenset({"URL"}),
    f"{XSD}duration": frozenset({"Duration"}),
}
_WORDS = frozenset({"Text", "CssSelectorType", "PronounceableText", "URL", "XPathType"})
_PLAIN_TEXT = frozenset({"Text", "URL"})
_MOST_DIGITS = 15


class Link(NamedTuple):
    """A value that is a thing."""

    iri: str


Value = Link | str | bool | int | float


@dataclass(slots=True)
class Described:
    """What a graph says of a thing: its classes as IRIs, its properties by schema.org's words."""

    types: list[str] = field(default_factory=list)
    words: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))


def described(triples: Iterable[ox.Triple]) -> dict[str, Described]:
    """Return what triples say in schema.org's words, by thing; superseded words are replaced."""
    superseded = schema_org().superseded
    found: dict[str, Described] = defaultdict(Described)
    # one triple may stand in several graphs
    for triple in dict.fromkeys(triples):
        if not isinstance(triple.subject, ox.NamedNode):
            continue
        predicate = triple.predicate.value
        if predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            found[triple.subject.value].types.append(triple.object.value)
        elif predicate.startswith(SCHEMA):
            word = predicate.removeprefix(SCHEMA)
            found[triple.subject.value].words[superseded.get(word, word)].append(triple.object)
    return found


class NodeWriter:
    """Write things of a graph as nodes, in a language; `fallback` is the project's.

    `above` returns the superclasses of a class, `types` the classes of a thing in the graph as IRIs; `is_picture` tells
    whether a thing has an address to load it from, `order` in which order the facts name the values of a property.
    """

    def __init__(
        self,
        id_base: str,
        languages: tuple[str, str],
        *,
        above: Callable[[str], Collection[str]],
        types: Callable[[str], Iterable[str]],
        is_picture: Callable[[str], bool],
        order: Callable[[str, str], Sequence[str]] | None = None,
    ) -> None:
        self._id_base = id_base
        self._above = above
        self._languages = languages
        self._types_of = types
        self._is_picture = is_picture
        self._order = order
        self._known: dict[str, list[str]] = {}

    def types(self, iri: str) -> list[str]:
        """Return the classes of a thing, by their names in schema.org."""
        known = self._known.get(iri)
        if known is None:
            known = self._known[iri] = schema_types(self._types_of(iri), self._above)
        return known

    def properties(self, iri: str, thing: Described, *, words: Iterable[str] | None = None) -> dict[str, list[Value]]:
        """Return the properties of a thing that schema.org has a place for, or some of them, each with its values."""
        chosen = thing.words if words is None else [word for word in words if word in thing.words]
        kinds = self.types(iri)
        found: dict[str, list[Value]] = {}
        for word in sorted(chosen):
            values = self._values(iri, word, thing.words[word]) if takes(kinds, word) else []
            if values:
                found[word] = values
        return found

    def _values(self, subject: str, word: str, terms: Sequence[Term]) -> list[Value]:
        texts = [it for it in terms if isinstance(it, ox.Literal) and it.language is not None]
        values: list[Value] = []
        if is_text(word):
            values += [it.value for it in in_language(texts, *self._languages, prose=word in _PROSE)]
        for term in terms:
            if isinstance(term, ox.Literal) and term.language is None and takes_literal(word, term.datatype.value):
                value = plain(term)
                if value is not None and (word not in _IMAGES or _is_address(str(value))):
                    values.append(value)
            elif isinstance(term, ox.NamedNode) and self._links_to(word, term.value):
                values.append(Link(term.value))
        if self._order is not None and word in ORDERED and len(values) > 1:
            places = {value: place for place, value in enumerate(self._order(subject, SCHEMA + word))}
            values.sort(key=lambda it: places.get(it.iri if isinstance(it, Link) else str(it), len(places)))
        return list(dict.fromkeys(values))

    def _links_to(self, word: str, iri: str) -> bool:
        if word in _IMAGES:
            # a picture that is only an id of the project is no address that anybody could load
            return self._is_picture(iri) or (_is_address(iri) and not iri.startswith(self._id_base))
        return takes_thing(word, self.types(iri))


def takes(classes: Iterable[str], word: str) -> bool:
    """Tell whether a thing of some classes may have a property (`domainIncludes`); all things are of class Thing."""
    vocabulary = schema_org()
    domains = vocabulary.domains.get(word, ())
    return any(it in domains for name in (*classes, "Thing") for it in (name, *vocabulary.classes.get(name, ())))


def is_text(word: str) -> bool:
    """Tell whether the values of a property may be texts (`rangeIncludes`)."""
    return not _WORDS.isdisjoint(schema_org().ranges.get(word, ()))


def takes_literal(word: str, datatype: str) -> bool:
    """Tell whether a value of a datatype may stand under a property."""
    ranges = schema_org().ranges.get(word, ())
    return not (_PLAIN_TEXT | _DATATYPES.get(datatype, frozenset())).isdisjoint(ranges)


def takes_thing(word: str, classes: Iterable[str]) -> bool:
    """Tell whether a thing of some classes may stand under a property; one of no known class may where any thing does.

    A thing that is named by its address may stand where an address does.
    """
    vocabulary = schema_org()
    ranges = vocabulary.ranges.get(word, ())
    classes = list(classes)
    if "URL" in ranges and (not classes or word in ADDRESSES):
        return True
    if not classes:
        return any(it in vocabulary.classes and not _is_datatype(it) for it in ranges)
    return takes_class(word, classes)


def takes_class(word: str, classes: Iterable[str]) -> bool:
    """Tell whether things of some classes are among what a property takes (`rangeIncludes`)."""
    vocabulary = schema_org()
    ranges = vocabulary.ranges.get(word, ())
    return any(it in ranges for name in (*classes, "Thing") for it in (name, *vocabulary.classes.get(name, ())))


def _is_datatype(name: str) -> bool:
    return name in {"Text", "URL", "Date", "DateTime", "Time", "Boolean", "Number", "Integer", "Float"}


def schema_types(types: Iterable[str], above: Callable[[str], Collection[str]]) -> list[str]:
    """Return the schema.org classes of a thing, by local name: the most specific ones that its classes imply.

    `above` returns the superclasses of a class. A thing none of whose classes is below one of schema.org's has none.
    """
    classes = {it for iri in types for it in (iri, *above(iri)) if it.startswith(SCHEMA)}
    general = {it for iri in classes for it in above(iri) if it != iri}
    superseded = schema_org().superseded
    words = (iri.removeprefix(SCHEMA) for iri in classes - general)
    return sorted({superseded.get(word, word) for word in words})


def in_language(texts: Sequence[ox.Literal], language: str, fallback: str, *, prose: bool) -> list[ox.Literal]:
    """Return those of some texts with a language that a page in `language` should carry.

    The page's language wins, then a regional form of it, then, for names, `fallback`, English, or any one.
    """
    by_tag: dict[str, list[ox.Literal]] = defaultdict(list)
    for text in texts:
        by_tag[str(text.language).lower()].append(text)
    wanted, alone = language.lower(), primary(language)
    near = sorted(tag for tag in by_tag if primary(tag) == alone)
    rest = () if prose else (fallback.lower(), "en", *sorted(by_tag))
    for tag in (wanted, alone, *near, *rest):
        if tag in by_tag:
            return by_tag[tag]
    return []


def plain(literal: ox.Literal) -> str | bool | int | float | None:
    """Return a literal as JSON has it; a date stays the date that it is, without a midnight.

    Of a date that is known less exactly, return the month or the year that it surely lies in; None where there is none.
    """
    datatype = literal.datatype.value
    if datatype == EDTF:
        first, last = bounds(literal.value, EDTF)
        if first is None or last is None or first.year != last.year:
            return None
        return first.isoformat()[:7] if first.month == last.month else first.isoformat()[:4]
    if datatype == f"{XSD}boolean" and literal.value in {"true", "false"}:
        return literal.value == "true"
    if datatype in _NUMBERS:
        return _number(literal.value)
    return literal.value


def _number(text: str) -> str | int | float:
    """Return a number as JSON has it; one that a reader would round stays a text."""
    try:
        exact = Decimal(text)
        if not exact.is_finite() or exact.adjusted() > _MOST_DIGITS:
            return text
        if exact == exact.to_integral_value():
            return int(exact)
        return float(text) if Decimal(repr(float(text))) == exact else text
    except (InvalidOperation, ValueError):
        return text


def node(kinds: Sequence[str], iri: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node as JSON-LD."""
    named = {"@type": kinds[0] if len(kinds) == 1 else list(kinds)} if kinds else {}
    return in_order({**named, "@id": iri, **properties})


def in_order(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Put class, id and naming words first, the rest by the alphabet."""
    first = [it for it in FIRST if it in keys]
    return {key: keys[key] for key in (*first, *sorted(keys.keys() - set(first)))}


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))
