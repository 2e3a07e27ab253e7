"""Shapes graphs that are safe to run: guarded, with a name for each property shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.convert.stored import canonical_literals
from pressgraph.rdf import PG, SH, SKOS
from pressgraph.rdf.graph import Graph
from pressgraph.validation.shacl.guards import guard_shapes
from pressgraph.validation.shacl.naming import deprecation_shapes, name_shapes
from pressgraph.validation.shacl.patterns import portable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.profile import Profile


_FOR_FORMS = {f"{SKOS}altLabel", f"{PG}shortLabel", f"{SH}order", f"{SH}group"}


@dataclass(frozen=True, eq=False)
class Shapes:
    """A shapes graph that is safe to run. Compared by identity, so that what is compiled from it can be kept."""

    triples: tuple[ox.Triple, ...]
    left_out: tuple[str, ...]

    @cached_property
    def graph(self) -> Graph:
        """The triples by subject and predicate."""
        return Graph(self.triples)


def make_shapes(triples: Iterable[ox.Triple]) -> Shapes:
    """Guard the triples of a shapes graph.

    Raises ProfileError for shapes that would reach into the network or never end.
    """
    own = tuple(triples)
    return Shapes(own, tuple(guard_shapes(map(with_portable_pattern, own))))


def with_portable_pattern(triple: ox.Triple, *, properties: bool = False) -> ox.Triple:
    """Return a triple, its object in a form that engines read where it is a pattern; see `patterns.portable`."""
    value = triple.object
    if triple.predicate.value != f"{SH}pattern" or not isinstance(value, ox.Literal):
        return triple
    return ox.Triple(triple.subject, triple.predicate, ox.Literal(portable(value.value, properties=properties)))


@lru_cache(maxsize=4)
def profile_shapes(profile: Profile) -> Shapes:
    """Return the shapes of a profile, with a name for each property shape and a warning for each deprecated term.

    What is said for forms and hints alone, a third of all, is left out. Raises ProfileError.
    """
    said = [it for file in profile.shapes for it in file.triples if it.predicate.value not in _FOR_FORMS]
    named = name_shapes(said)
    return make_shapes([*named, *deprecation_shapes(profile)])


@lru_cache(maxsize=4)
def stored_shapes(profile: Profile) -> Shapes:
    """Return the shapes of a profile for the data of a store: their literals have the forms that it gives to data."""
    shapes = profile_shapes(profile)
    return Shapes(tuple(canonical_literals(shapes.triples)), shapes.left_out)
