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
from pressgraph.rdf.terms import lexical
from pressgraph.validation.shacl.guards import SPARQL_TEXTS
from pressgraph.validation.shacl.patterns import portable, why_no_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        if error.place is not None:
            raise
        if (found := _PARAMETER.search(error.reason)) is not None:
            parameter = f"{SH}{found[1]}"
            values = list(_places(parameter, profile))
            wrong = (place for place, _, value, graph in values if _is_wrong(parameter, value, graph))
            error.place = next(wrong, values[0][0] if len(values) == 1 else None)
        else:
            # engines tell what is wrong in a text, not which parameter has it
            texts = ((f"{SH}select", _is_query), (f"{SH}ask", _is_query), (f"{SH}pattern", _is_pattern))
            places = (place_of(parameter, profile, is_right) for parameter, is_right in texts)
            error.place = next((place for place in places if place is not None), None)
        raise


def place_of(parameter: str, profile: Profile, is_right: Callable[[Term, Graph], bool]) -> Place | None:
    """Return the place of the first value of a parameter that is not right by itself."""
    return next((place for place, _, value, graph in _places(parameter, profile) if not is_right(value, graph)), None)


def place_of_second(parameter: str, profile: Profile) -> Place | None:
    """Return the place of the first value of a parameter behind another one of the same shape."""
    first: dict[Term, Term] = {}
    values = _places(parameter, profile)
    return next((place for place, shape, value, _ in values if first.setdefault(shape, value) != value), None)


def _places(parameter: str, profile: Profile) -> Iterator[tuple[Place, Term, Term, Graph]]:
    """Yield the places of a parameter in the project's own files, its shapes and values, and all that shapes say."""
    for file in profile.shapes:
        if not file.own:
            continue
        statements = list(read_statements(file.content, "turtle"))
        graph = Graph(
            ox.Triple(subject, ox.NamedNode(name), value)  # type: ignore[arg-type]  # no literal is a subject
            for subject, name, value, _, _ in statements
        )
        for other in profile.shapes:
            for triple in other.triples if other is not file else ():
                graph.add(triple)
        for shape, name, value, line, column in statements:
            if name == parameter:
                yield Place(file=file.name.removeprefix(OWN), line=line, column=column), shape, value, graph


def _is_query(value: Term, graph: Graph) -> bool:
    """Tell whether a text is a query with the prefixes that its constraint declares (SHACL 1.0, 5.2.1)."""
    constraint = next((it for it, name, values in graph if name in SPARQL_TEXTS and value in values), None)
    try:
        ox.Store().query(declared_prefixes(graph, constraint) + lexical(value).replace("$PATH", "<urn:path>"))
    except (SyntaxError, ValueError):
        return False
    return True


def declared_prefixes(graph: Graph, constraint: Term | None) -> str:
    """Return the prefixes of a SPARQL constraint as its query would declare them (SHACL 1.0, 5.2.1)."""
    lines = []
    for holder in graph.nodes(constraint, f"{SH}prefixes"):
        for declared in graph.nodes(holder, f"{SH}declare"):
            prefix, iri = (getattr(graph.value(declared, SH + name), "value", "") for name in ("prefix", "namespace"))
            lines.append(f"PREFIX {prefix}: <{iri}>\n")
    return "".join(lines)


def _is_wrong(parameter: str, value: Term, graph: Graph) -> bool:
    if parameter == f"{SH}pattern" and isinstance(value, ox.Literal):
        # what the compiled engine alone refuses, the other one reads
        return not _is_pattern(value, graph)
    return is_refused(parameter, value, graph)


def _is_pattern(value: Term, _graph: Graph) -> bool:
    return why_no_pattern(lexical(value)) is None


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
