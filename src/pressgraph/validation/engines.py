"""SHACL engines behind one small interface: triples in, a validation report graph out (SHACL 1.0, 3.6).

- `shacl`: compiled; a hundred times faster, and what `auto` means
- `pyshacl`: the reference
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from pressgraph.errors import PressgraphError, ProfileError
from pressgraph.facts.rules import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import shacl
    from rdflib import Graph

    from pressgraph.profile import Profile


class Engine(Protocol):
    """Validate triples against a profile's shapes; no inference, nothing is fetched."""

    def __call__(self, triples: Iterable[ox.Triple], profile: Profile) -> list[ox.Triple]:
        """Return the triples of the validation report."""


def compiled(triples: Iterable[ox.Triple], profile: Profile) -> list[ox.Triple]:
    """Validate with the compiled engine of the package `shacl`."""
    data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert data is not None  # noqa: S101 - no output was given
    report = _compiled_shapes(profile).validate_text(data.decode(), format="ntriples")
    return [quad.triple for quad in ox.parse(report.serialize("ntriples"), format=ox.RdfFormat.N_TRIPLES)]


def reference(triples: Iterable[ox.Triple], profile: Profile) -> list[ox.Triple]:
    """Validate with pySHACL."""
    import pyshacl

    from pressgraph.dataset import rdflib_graph, to_ox

    _, report, _ = pyshacl.validate(
        rdflib_graph(triples),
        shacl_graph=_rdflib_shapes(profile),
        inference="none",
        do_owl_imports=False,
        # the graph is made for this run
        inplace=True,
        meta_shacl=False,
    )
    return [ox.Triple(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in report]  # type: ignore[arg-type]


ENGINES: dict[str, Engine] = {"shacl": compiled, "pyshacl": reference}


def engine(name: str) -> Engine:
    """Return the engine of a name; `auto` is the fast one.

    Raises PressgraphError.
    """
    if name == "auto":
        return compiled
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES, otherwise=f"known: auto, {', '.join(ENGINES)}")
        raise PressgraphError(f"there is no SHACL engine '{name}'", hint=hint)
    return ENGINES[name]


def _shapes(profile: Profile) -> Iterator[ox.Quad]:
    for _, content in profile.shapes_turtle:
        yield from ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)


@lru_cache(maxsize=4)
def _compiled_shapes(profile: Profile) -> shacl.Shapes:
    import shacl

    text = ox.serialize((quad.triple for quad in _shapes(profile)), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None  # noqa: S101 - no output was given
    try:
        return shacl.Shapes.from_text(text.decode(), format="ntriples")
    except ValueError as error:
        raise ProfileError(f"the shapes are not valid SHACL: {error}") from error


@lru_cache(maxsize=4)
def _rdflib_shapes(profile: Profile) -> Graph:
    from pressgraph.dataset import rdflib_graph

    return rdflib_graph(_shapes(profile))
