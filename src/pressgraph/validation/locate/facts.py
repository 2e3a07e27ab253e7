"""From a validation result to the place in a facts file that caused it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.convert.emitter import compile_emitter
from pressgraph.convert.stored import canonical
from pressgraph.facts.model import ValueObject, is_node
from pressgraph.i18n import gettext
from pressgraph.profile.model import Kind
from pressgraph.rdf import RDF_TYPE
from pressgraph.rdf.terms import lexical, read_term
from pressgraph.validation.report import Related

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pressgraph.errors import Place
    from pressgraph.facts.model import Body, Fact, FactsFile, Path, Source
    from pressgraph.profile import Profile
    from pressgraph.text import Span
    from pressgraph.validation.report import Result

_SHOWN = 3


def above(name: str) -> str:
    """Return the name of the thing that a node without an id of its own, or one that rules make, is named after.

    >>> above("https://data.example.org/id/label/gold/validity-stated")
    'https://data.example.org/id/label/gold'
    """
    return name.rpartition("/")[0]


_OTHER = gettext("the other is here")


class _Origin(NamedTuple):
    """Where a fact was read from: the document, the characters, and their words where they may be shown."""

    source: str | None = None
    evidence: tuple[Span, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where a value stands, and in which fact."""

    place: Place
    name: str
    """The value as a store has it."""
    written: str = ""
    """The value as the file has it."""
    language: str | None = None
    origin: _Origin


class Locator:
    """Know where each thing, property and value of some facts files stands.

    No result gets its place in the files `beside` these; what is told of it may stand there.
    """

    def __init__(
        self, files: Iterable[FactsFile], profile: Profile, id_base: str, *, beside: Sequence[FactsFile] = ()
    ) -> None:
        self._beside = Locator(beside, profile, id_base) if beside else None
        self._profile = profile
        self._emitter = compile_emitter(profile, id_base)
        self._nodes: dict[str, _Spot] = {}
        self._typed: set[str] = set()
        self._values: dict[tuple[str, str], list[_Spot]] = defaultdict(list)
        self._paths: dict[str, list[str]] = defaultdict(list)
        # whichever files are read, and in whatever order, the place of a result is the same
        for file in sorted(files, key=lambda it: it.file):
            if file.source is not None:
                self._node(file.source.body, (), file.source.places, _Origin(file.source.id))
            for fact in file.facts:
                self._node(fact.body, (), fact.places, _origin(fact, file.source))

    def locate(self, result: Result) -> Result:
        """Return the result with the place of its value, else of the property's last value, else of the node."""
        spot, others = self._spot(result)
        if spot is None:
            return result
        related = tuple(islice(self._related(result, spot, others), _SHOWN))
        source, evidence, words = spot.origin
        return replace(result, place=spot.place, source=source, evidence=evidence, words=words, related=related)

    def _spot(self, result: Result) -> tuple[_Spot | None, list[_Spot]]:
        focus = result.focus
        if focus.startswith('"'):
            # a literal that shapes are about stands where something has it
            text = replace(result, lexical=lexical(read_term(focus)))
            return _matching([spot for spots in self._values.values() for spot in spots], text), []
        stated = [spot for step in result.steps for spot in self.follow(focus, step)]
        if result.lexical is not None:
            matching = _matching(stated, result)
            if matching is None and not any(step.startswith("^") for step in result.steps):
                # a SPARQL constraint has no path, and sh:equals reports values of the other property
                anywhere = [spot for path in self._paths.get(focus, ()) for spot in self._values[focus, path]]
                matching = _matching(anywhere, result)
            if matching is not None:
                return matching, stated
        elif stated:
            # of too many values, the last is the one that somebody added
            return stated[-1], stated[:-1]
        return self._nodes.get(focus), stated

    def follow(self, focus: str, step: str) -> list[_Spot]:
        """Return where the values of a step of a path stand."""
        if not step.startswith("^"):
            return self._values.get((focus, step), [])
        return [
            replace(spot, name=subject)
            for (subject, path), spots in self._values.items()
            if path == step[1:]
            for spot in spots
            if spot.name == focus
        ]

    def _related(self, result: Result, spot: _Spot, others: list[_Spot]) -> Iterator[Related]:
        seen = {spot.place}
        if self._beside is not None:
            others = [*others, *(it for step in result.steps for it in self._beside.follow(result.focus, step))]
        if result.component.endswith("#MaxCountConstraintComponent"):
            for other in others:
                if other.place not in seen and other.name != spot.name:
                    seen.add(other.place)
                    yield Related(place=other.place, note=gettext("the other value"))
        node = self.described(result.value or "")
        if node is not None and node.place not in seen:
            seen.add(node.place)
            yield Related(place=node.place, note=gettext("described here"))
        if result.other is None:
            return
        name = lexical(read_term(result.other))
        beside = next((other for other in others if other.name == name and other.place not in seen), None)
        beside = beside or self.described(result.other)
        if beside is not None and beside.place not in seen:
            same = result.other == result.focus
            note = gettext("what it is stands here") if same else _OTHER
            yield Related(place=beside.place, note=note)

    def described(self, name: str) -> _Spot | None:
        """Return where it stands what a thing is, else where it is first described."""
        beside = self._beside.described(name) if self._beside is not None and name not in self._typed else None
        return beside or self._nodes.get(name)

    # -- learning

    def _node(self, body: Body, path: Path, places: Mapping[Path, Place], origin: _Origin) -> None:
        subject = self._emitter.iri(body["id"])[1:-1]
        # What a thing lacks belongs where it says what it is, else where it is first described.
        if subject not in self._nodes or ("type" in body and subject not in self._typed):
            place = places.get((*path, "id"), places[path])
            self._nodes[subject] = _Spot(place=place, name=subject, origin=origin)
        if "type" in body:
            self._typed.add(subject)
        for key, values in body.items():
            if key == "id":
                continue
            for index, value in enumerate(values):
                for iri, written, datatype, language, at in self._value(key, value, (*path, key, index), places):
                    if at is None:
                        continue
                    if (subject, iri) not in self._values:
                        self._paths[subject].append(iri)
                    name = canonical(written, datatype) if datatype is not None else written
                    spot = _Spot(place=at, name=name, written=written, language=language, origin=origin)
                    self._values[subject, iri].append(spot)
                if key != "type" and self._profile.keys[key].takes(Kind.LINK) and is_node(value):
                    self._node(value, (*path, key, index), places, origin)

    def _value(
        self, key: str, value: Any, path: Path, places: Mapping[Path, Place]
    ) -> Iterator[tuple[str, str, str | None, str | None, Place | None]]:
        """Yield property, value as a term, datatype, language and place of what a key says."""
        place = places.get(path)
        if key == "type":
            yield RDF_TYPE, self._profile.classes[value].iri, None, None, place
            return
        known_key = self._profile.keys[key]
        if isinstance(value, dict) and known_key.kind is Kind.TEXT:
            for tag, texts in value.items():
                for number, text in enumerate(texts):
                    yield known_key.iri, text, None, tag, places.get((*path, tag, number))
        elif isinstance(value, ValueObject):
            yield known_key.iri, value["@value"], value.get("@type"), value.get("@language"), place
        elif isinstance(value, dict):
            yield known_key.iri, self._emitter.iri(value["id"])[1:-1], None, None, places.get((*path, "id"), place)
        elif known_key.kind is Kind.LINK:
            yield known_key.iri, self._emitter.iri(value)[1:-1], None, None, place
        elif known_key.kind is Kind.TERM and known_key.scheme is not None:
            yield known_key.iri, known_key.scheme.concepts[value].iri, None, None, place
        else:
            yield known_key.iri, value, known_key.datatype, None, place


def _origin(fact: Fact, source: Source | None) -> _Origin:
    text = source.published_text if source is not None else None
    spans = fact.receipt.evidence
    words = tuple(map(text.slice, spans)) if text is not None else ()
    return _Origin(source.id if source is not None else None, spans, words)


def _matching(spots: list[_Spot], result: Result) -> _Spot | None:
    same = [spot for spot in spots if result.lexical in {spot.name, spot.written}]
    return next((spot for spot in same if spot.language == result.language), same[0] if same else None)
