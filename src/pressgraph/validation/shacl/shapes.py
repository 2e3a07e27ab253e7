"""Shapes graphs that are safe to run: guarded, with a name for each property shape."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from pressgraph.convert.stored import canonical_literals
from pressgraph.project import digest_of_modules, sealed, unsealed, write_atomically
from pressgraph.rdf import PG, SH, SKOS
from pressgraph.rdf.graph import Graph
from pressgraph.validation.shacl.guards import guard_shapes
from pressgraph.validation.shacl.naming import deprecation_shapes, name_shapes
from pressgraph.validation.shacl.patterns import portable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pressgraph.profile import Profile


_FILE = "shapes.json"
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


class _KeptShapes(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept beside a build: named and guarded anew, the shapes cost each edit a twentieth of a second."""

    profile: str
    maker: str
    triples: str
    """As N-Triples."""
    left_out: tuple[str, ...]


def _read_kept(profile: Profile) -> Shapes | None:
    """Return the shapes that were kept for a profile; None where there are none."""
    if profile.cache is not None:
        # of another version, or spoilt: they are made again
        with suppress(OSError, ValueError):
            kept = unsealed((profile.cache / _FILE).read_bytes(), _KeptShapes)
            if kept.profile == profile.digest and kept.maker == digest_of_modules(Path(__file__).parent):
                quads = ox.parse(kept.triples, format=ox.RdfFormat.N_TRIPLES)
                return Shapes(tuple(quad.triple for quad in quads), kept.left_out)
    return None


def _keep(shapes: Shapes, profile: Profile) -> None:
    """Keep the shapes of a profile where a build has a folder; that they cannot be written costs only time."""
    if profile.cache is None or not profile.cache.parent.is_dir():
        return
    triples = ox.serialize(shapes.triples, format=ox.RdfFormat.N_TRIPLES)
    assert triples is not None  # noqa: S101 - no output was given
    kept = _KeptShapes(
        profile=profile.digest,
        maker=digest_of_modules(Path(__file__).parent),
        triples=triples.decode(),
        left_out=shapes.left_out,
    )
    with suppress(OSError), write_atomically(profile.cache / _FILE, durable=False) as file:
        file.write(sealed(kept))


@lru_cache(maxsize=4)
def profile_shapes(profile: Profile) -> Shapes:
    """Return the shapes of a profile, with a name for each property shape and a warning for each deprecated term.

    What is said for forms and hints alone, a third of all, is left out. Raises ProfileError.
    """
    kept = _read_kept(profile)
    if kept is not None:
        return kept
    said = [it for file in profile.shapes for it in file.triples if it.predicate.value not in _FOR_FORMS]
    shapes = make_shapes([*name_shapes(said), *deprecation_shapes(profile)])
    _keep(shapes, profile)
    return shapes


@lru_cache(maxsize=4)
def stored_shapes(profile: Profile) -> Shapes:
    """Return the shapes of a profile for the data of a store: their literals have the forms that it gives to data."""
    shapes = profile_shapes(profile)
    return Shapes(tuple(canonical_literals(shapes.triples)), shapes.left_out)
