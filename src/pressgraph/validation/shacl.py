"""Run SHACL (W3C Recommendation of 2017) with pySHACL over triples."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.validation.report import Result, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib import Graph
    from rdflib.term import Node

    from pressgraph.profile import Profile

_SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES = {f"{_SH}Violation": Severity.VIOLATION, f"{_SH}Warning": Severity.WARNING, f"{_SH}Info": Severity.INFO}


def profile_triples(profile: Profile) -> Iterator[ox.Quad]:
    """Yield the triples of ontology and vocabularies."""
    for _, content in profile.ontology_turtle:
        yield from ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)


@lru_cache(maxsize=4)
def _shapes_graph(profile: Profile) -> Graph:
    from pressgraph.dataset.terms import rdflib_graph

    def triples() -> Iterator[ox.Quad]:
        for _, content in profile.shapes_turtle:
            yield from ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)

    return rdflib_graph(triples())


def run_shacl(
    triples: Iterable[ox.Quad | ox.Triple], profile: Profile
) -> tuple[Result, ...]:
    """Validate triples, which must include the profile's own, against the profile's shapes.

    Results are sorted by severity, worst first, then by focus node.
    """
    import pyshacl

    from pressgraph.dataset.terms import rdflib_graph

    _, results, _ = pyshacl.validate(
        rdflib_graph(triples),
        shacl_graph=_shapes_graph(profile),
        inference="none",
        # nothing is fetched, and the graph is ours alone
        do_owl_imports=False,
        inplace=True,
        meta_shacl=False,
    )
    found = [_result(results, node) for node in _result_nodes(results)]
    return tuple(sorted(found, key=lambda r: (-r.severity, r.focus, r.path or "", r.value or "", r.shape)))


def _result_nodes(results: Graph) -> list[Node]:
    from rdflib import URIRef

    reports = results.subjects(URIRef(f"{_SH}conforms"))
    # results of nested shapes (sh:detail) are part of the one that they explain
    return [node for report in reports for node in results.objects(report, URIRef(f"{_SH}result"))]


def _result(results: Graph, node: Node) -> Result:
    from rdflib import BNode, Literal, URIRef

    def value(name: str) -> Node | None:
        return results.value(node, URIRef(_SH + name))

    focus = str(value("focusNode"))
    found = value("value")
    path_node = value("resultPath")
    path = _path_text(results, path_node) if path_node is not None else None
    shown = found.n3() if isinstance(found, Literal) else str(found) if found is not None else None
    messages = {
        (text.language or "") if isinstance(text, Literal) else "": str(text)
        for text in results.objects(node, URIRef(f"{_SH}resultMessage"))
    }
    shape = value("sourceShape")
    constraint = value("sourceConstraint")
    named = constraint if isinstance(constraint, URIRef) else shape
    if isinstance(named, BNode):
        named = value("sourceConstraintComponent")
    return Result(
        focus=focus,
        path=path,
        value=shown,
        shape=str(named),
        component=str(value("sourceConstraintComponent")),
        severity=_SEVERITIES.get(str(value("resultSeverity")), Severity.VIOLATION),
        messages=dict(sorted(messages.items())),
        lexical=str(found) if found is not None else None,
    )


def _path_text(results: Graph, node: Node) -> str:
    """Return a result path as a SPARQL property path; `^` and an IRI for an inverse one."""
    from rdflib import BNode, URIRef

    if not isinstance(node, BNode):
        return str(node)
    inverse = results.value(node, URIRef(f"{_SH}inversePath"))
    return f"^{_path_text(results, inverse)}" if inverse is not None else "…"
