"""Figures and amounts of money: nodes that a quantity says by itself, such as `members: more than 180`.

Which keys hold the parts of a quantity follows from the profile: those of schema.org's value, minValue, maxValue and
currency, and the cluster ontology's precision, unit and outOf.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pressgraph.facts.ids import slug
from pressgraph.facts.model import canonical
from pressgraph.facts.quantities import read_quantity
from pressgraph.facts.quantity_words import mend_quantity
from pressgraph.facts.rules import phrase
from pressgraph.profile.model import Key, Kind, Profile
from pressgraph.rdf import CLU, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.facts.model import Body
    from pressgraph.profile.model import Concept

_PARTS = {
    "value": f"{SCHEMA}value",
    "least": f"{SCHEMA}minValue",
    "most": f"{SCHEMA}maxValue",
    "precision": f"{CLU}precision",
    "unit": f"{CLU}unit",
    "currency": f"{SCHEMA}currency",
    "out_of": f"{CLU}outOf",
}
_NUMBERS = frozenset(_PARTS[part] for part in ("value", "least", "most", "out_of"))


class Figures:
    """Read and write what quantities say under a profile. Made by `figures_of`."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.keys: Mapping[str, Key] = {
            part: key for part, iri in _PARTS.items() if (key := profile.key_of.get(iri)) is not None
        }
        """The keys that hold the parts of a quantity, by part."""

    @cached_property
    def signs(self) -> Mapping[str, str]:
        """What is written for a unit, by the name of its term."""
        return {name: concept.signs[0] for name, concept in self._units.items() if concept.signs}

    @cached_property
    def units(self) -> Mapping[str, str]:
        """The name of a unit's term, by each way of writing it."""
        names = {name: name for name in self._units}
        return names | {sign: name for name, concept in self._units.items() for sign in concept.signs}

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What is written for a unit, by all that people call it, in lower case."""
        words: dict[str, str] = {}
        for name, concept in self._units.items():
            for word in (*concept.labels.values(), *concept.alternatives, *concept.signs, name):
                words.setdefault(word.lower(), self.signs.get(name, name))
        return words

    @property
    def _units(self) -> Mapping[str, Concept]:
        scheme = self.keys["unit"].scheme if "unit" in self.keys else None
        return scheme.concepts if scheme is not None else {}

    @cached_property
    def measure(self) -> Key | None:
        """The key that says what a figure counts or measures."""
        return self.profile.key_of.get(f"{SCHEMA}variableMeasured")

    def completed(self, key: Key, body: Body) -> Body:
        """Return the node of a value of a key, with the class and the measure that the key gives it."""
        completed: Body = {"id": body.get("id", "")}
        term = self.profile.class_of.get(key.quantity or "")
        completed["type"] = body.get("type") or ([term.name] if term is not None else [])
        concept = self.profile.concept_of.get(key.measure or "")
        if concept is not None and self.measure is not None:
            others = [name for name in body.get(self.measure.name, []) if name != concept.name]
            completed[self.measure.name] = [concept.name, *others]
        return completed | {word: values for word, values in body.items() if word not in completed}

    def is_value(self, key: Key) -> bool:
        """Tell whether a quantity may stand under a key, beside the other parts of its node."""
        return key.iri == _PARTS["value"] and key.kind is Kind.LITERAL

    def is_number(self, key: Key) -> bool:
        """Tell whether the values of a key are numbers as quantities have them."""
        return key.iri in _NUMBERS and key.kind is Kind.LITERAL

    def read(self, text: str) -> Body | None:
        """Return what a quantity says, by key; None where a text is none, or says what the profile has no key for."""
        quantity = read_quantity(text, self.units)
        if quantity is None:
            return None
        parts = {part: value for part, value in quantity._asdict().items() if value is not None}
        if not parts.keys() <= self.keys.keys():
            return None
        return {self.keys[part].name: [value] for part, value in parts.items()}

    def hint(self, text: str) -> str:
        """Say what a text that is no quantity was probably meant to be, or what quantities look like."""
        return mend_quantity(text, self.words) or phrase(
            "write a number, such as 350, 'about 350', 'more than 180', 'up to 200000 EUR', '4 to 6 %' or '100 of 2500'"
        )


def figure_id(thing: str, key: str, node: Mapping[str, object]) -> str:
    """Mint the id of a figure from its thing and what it says: one figure, whoever says it.

    >>> figure_id("agent/x", "members", {"type": ["Figure"], "value": ["180"]})
    'figure/x-members-f07aca61faa2'
    """
    digest = hashlib.sha256(json.dumps([thing, key, canonical(node)], ensure_ascii=False).encode()).hexdigest()
    name = slug(thing.rpartition("/")[2].rpartition(":")[2])
    return f"figure/{name}-{slug(key)}-{digest[:12]}"


@lru_cache(maxsize=8)
def figures_of(profile: Profile) -> Figures:
    """Return what reads and writes the quantities of a profile."""
    return Figures(profile)
