"""What the ontology concludes from a single triple: by super-properties, inverse properties and superclasses.

`rdfs:subPropertyOf`, `owl:inverseOf` and `rdfs:subClassOf` (RDFS 1.1, 3.2 and 5; OWL 2 RL, table 9), closed when the
profile is read, so that no triple is looked at twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import OWL, RDF, RDF_TYPE, RDFS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pressgraph.profile import Profile

KINDS = ("superproperties", "inverses", "superclasses")
"""The kinds of axioms, as `[derive] without` names them."""

Implied = tuple[str, bool]
"""A property, and whether subject and object change places."""

_NONE: frozenset[Implied] = frozenset()
_UNINFORMATIVE = {f"{SCHEMA}Thing", f"{OWL}Thing", f"{RDFS}Resource"}


@dataclass(frozen=True, slots=True)
class Axioms:
    """The axioms of a profile, closed."""

    forward: Mapping[str, frozenset[Implied]] = field(default_factory=dict)
    """By property, those that follow from it."""
    backward: Mapping[str, frozenset[Implied]] = field(default_factory=dict)
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.forward or self.above)

    @classmethod
    def of(cls, profile: Profile, without: Collection[str] = ()) -> Axioms:
        """Read the axioms of a profile but those of some kinds."""
        steps = {
            name: {it for it in implied if ("inverses" if it[1] else "superproperties") not in without}
            for name, implied in profile.implications.items()
        }
        forward = {name: found for name in steps if (found := _properties(name, steps))}
        backward: dict[str, set[Implied]] = defaultdict(set)
        for name, implied in forward.items():
            for other_name, turned in implied:
                backward[other_name].add((name, turned))
        closed = {
            name: kept
            for name, classes in (profile.superclasses.items() if "superclasses" not in without else ())
            if (kept := classes - _UNINFORMATIVE)
        }
        below: dict[str, set[str]] = defaultdict(set)
        for name, classes in closed.items():
            for one_class in classes:
                below[one_class].add(name)
        return cls(forward, _frozen(backward), closed, _frozen(below))

    def implied(self, predicate: str) -> frozenset[Implied]:
        """Return the properties that follow from one."""
        return self.forward.get(predicate, _NONE)

    def implying(self, predicate: str) -> frozenset[Implied]:
        """Return the properties from which one follows."""
        return self.backward.get(predicate, _NONE)

    def superclasses(self, name: str) -> frozenset[str]:
        """Return the classes above one."""
        return self.above.get(name, frozenset())

    def subclasses(self, name: str) -> frozenset[str]:
        """Return the classes below one."""
        return self.below.get(name, frozenset())

    def close(self, triple: ox.Triple) -> list[ox.Triple]:
        """Return what follows from a triple alone, and the triple."""
        found = [triple]
        subject, value = triple.subject, triple.object
        if triple.predicate.value == RDF_TYPE:
            if isinstance(value, ox.NamedNode):
                found += [
                    ox.Triple(subject, triple.predicate, ox.NamedNode(it)) for it in self.superclasses(value.value)
                ]
            return found
        for name, turned in self.implied(triple.predicate.value):
            if not turned:
                found.append(ox.Triple(subject, ox.NamedNode(name), value))
            elif isinstance(value, ox.NamedNode):
                found.append(ox.Triple(value, ox.NamedNode(name), subject))
        return found


def _properties(name: str, steps: Mapping[str, set[Implied]]) -> frozenset[Implied]:
    found: set[Implied] = set()
    todo: list[Implied] = [(name, False)]
    while todo:
        current, turned = todo.pop()
        for other, turns in steps.get(current, ()):
            reached = (other, turned != turns)
            if reached not in found and reached != (name, False):
                found.add(reached)
                todo.append(reached)
    # what is true of every triple says nothing
    return frozenset(it for it in found if not it[0].startswith(RDF))


def _frozen(found: Mapping[str, set[Implied]] | Mapping[str, set[str]]) -> dict[str, frozenset]:  # type: ignore[type-arg]
    return {name: frozenset(values) for name, values in found.items()}
