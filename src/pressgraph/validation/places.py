"""From a validation result to the place in a facts file that caused it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import compile_emitter
from pressgraph.profile.model import Kind
from pressgraph.rdf import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.errors import Place
    from pressgraph.facts.model import Body, FactsFile, Path
    from pressgraph.profile import Profile


class Locator:
    """Know where each thing, property and value of some facts files stands."""

    def __init__(self, files: Iterable[FactsFile], profile: Profile, id_base: str) -> None:
        self._profile = profile
        self._emitter = compile_emitter(profile, id_base)
        self._nodes: dict[str, Place] = {}
        self._typed: set[str] = set()
        self._values: dict[tuple[str, str], list[tuple[str, Place]]] = defaultdict(list)
        for found in files:
            if found.source is not None:
                self._node(found.source.body, (), found.source.places)
            for fact in found.facts:
                self._node(fact.body, (), fact.places)

    def locate(self, focus: str, path: str | None, value: str | None) -> Place | None:
        """Return the place of a value, else of the property's first value, else of the node; None if unknown.

        `focus` and `path` are IRIs; `value` is an IRI, or the lexical form of a literal.
        """
        if path is not None:
            stated = self._values.get((focus, path), [])
            for known, place in stated:
                if known == value:
                    return place
            if stated and value is None:
                # of too many values, the last is the one that somebody added
                return stated[-1][1]
        if value is not None and path is not None and path.startswith("^"):
            return self._nodes.get(value)
        return self._nodes.get(focus)

    def _node(self, body: Body, path: Path, places: Mapping[Path, Place]) -> None:
        subject = self._emitter.iri(body["id"])[1:-1]
        # What a thing lacks belongs where it says what it is, else where it is first described.
        if subject not in self._nodes or ("type" in body and subject not in self._typed):
            self._nodes[subject] = places[path]
        if "type" in body:
            self._typed.add(subject)
        for key, values in body.items():
            if key == "id":
                continue
            for index, value in enumerate(values):
                self._value(subject, key, value, (*path, key, index), places)

    def _value(self, subject: str, key: str, value: Any, path: Path, places: Mapping[Path, Place]) -> None:
        place = places.get(path)
        if key == "type":
            if place is not None:
                self._values[subject, RDF_TYPE].append((self._profile.classes[value].iri, place))
            return
        found = self._profile.keys[key]
        if isinstance(value, dict) and found.kind is Kind.TEXT:
            for tag, texts in value.items():
                for number, text in enumerate(texts):
                    at = places.get((*path, tag, number))
                    if at is not None:
                        self._values[subject, found.iri].append((text, at))
            return
        if isinstance(value, dict):
            name = self._emitter.iri(value["id"])[1:-1]
            self._node(value, path, places)
        elif found.kind is Kind.LINK:
            name = self._emitter.iri(value)[1:-1]
        elif found.kind is Kind.TERM and found.scheme is not None:
            name = found.scheme.concepts[value].iri
        else:
            name = value
        if place is not None:
            self._values[subject, found.iri].append((name, place))
