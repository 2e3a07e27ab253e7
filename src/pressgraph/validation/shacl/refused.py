"""Where in a project's own shapes the value stands that an engine refuses."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.places import read_statements
from pressgraph.errors import Place, ProfileError
from pressgraph.profile.sources import OWN
from pressgraph.rdf import RDF_TYPE, SH
from pressgraph.rdf.graph import Graph
from pressgraph.validation.shacl.patterns import portable, why_no_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

# as engines name what they refuse
_PARAMETER = re.compile(r"\bsh:(\w+)")


@contextmanager
def placed(profile: Profile) -> Iterator[None]:
    """Give a ProfileError about shapes the place of what it names, where that stands in the project's own files."""
    try:
        yield
    except ProfileError as error:
        if error.place is None and (parameter := _PARAMETER.search(error.reason)) is not None:
            error.place = _place(f"{SH}{parameter[1]}", profile)
        raise


def _place(parameter: str, profile: Profile) -> Place | None:
    """Return the place of the first value of a parameter that is refused by itself, or of its only value."""
    spots: list[Place] = []
    for file in profile.shapes:
        if not file.own:
            continue
        statements = list(read_statements(file.content, "turtle"))
        graph = Graph(
            ox.Triple(subject, ox.NamedNode(name), value)  # type: ignore[arg-type]  # no literal is a subject
            for subject, name, value, _, _ in statements
        )
        for _, name, value, line, column in statements:
            if name == parameter:
                spots.append(Place(file=file.name.removeprefix(OWN), line=line, column=column))
                if _is_wrong(parameter, value, graph):
                    return spots[-1]
    return spots[0] if len(spots) == 1 else None


def _is_wrong(parameter: str, value: Term, graph: Graph) -> bool:
    if parameter == f"{SH}pattern" and isinstance(value, ox.Literal):
        # what the compiled engine alone refuses, the other one reads
        return why_no_pattern(value.value) is not None
    return is_refused(parameter, value, graph)


def is_refused(parameter: str, value: Term, graph: Graph) -> bool:
    """Tell whether the compiled engine refuses a value by itself; `graph` says what belongs to it, such as a list."""
    import shacl

    shape = ox.NamedNode("urn:x-pressgraph:shape")
    if parameter == f"{SH}pattern" and isinstance(value, ox.Literal):
        value = ox.Literal(portable(value.value))
    triples = [
        ox.Triple(shape, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SH}PropertyShape")),
        ox.Triple(shape, ox.NamedNode(f"{SH}path"), ox.NamedNode("urn:x-pressgraph:path")),
        ox.Triple(shape, ox.NamedNode(parameter), value),
    ]
    todo, seen = [value], set[ox.BlankNode]()
    while todo:
        node = todo.pop()
        # a list may lead back to itself
        if isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            triples += (found := list(graph.triples(node)))
            todo += [it.object for it in found]
    text = ox.serialize(dict.fromkeys(triples), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None  # noqa: S101 - no output was given
    try:
        shacl.Shapes.from_text(text.decode(), format="ntriples")
    except ValueError:
        return True
    return False
