"""Results, read from the report graph of an engine (SHACL 1.0, 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import SH
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import lexical, term_text
from pressgraph.validation.report import Result, Severity, result_order
from pressgraph.validation.shacl.components import default_text
from pressgraph.validation.shacl.engines import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

_SEVERITIES = {
    f"{SH}Violation": Severity.VIOLATION,
    f"{SH}Warning": Severity.WARNING,
    f"{SH}Info": Severity.INFO,
}


def run_shacl(triples: Iterable[ox.Triple], profile: Profile, *, engine_name: str = "auto") -> tuple[Result, ...]:
    """Validate triples, which must include the profile's own, against the profile's shapes.

    Results are sorted: worst first, then by focus node.
    """
    return read_report(engine(engine_name, profile).run(triples))


def read_report(triples: Iterable[ox.Triple]) -> tuple[Result, ...]:
    """Read the top results of a validation report graph, sorted; those of nested shapes (sh:detail) explain them."""
    report = Graph(triples)
    return tuple(sorted((_result(report, node) for node in _results(report)), key=result_order))


def _results(report: Graph) -> Iterator[Term]:
    for node, predicate, _ in report:
        if predicate == f"{SH}conforms":
            yield from report.values(node, f"{SH}result")


def _result(report: Graph, node: Term) -> Result:
    def value_of(name: str) -> Term | None:
        return report.value(node, SH + name)

    value, path = value_of("value"), value_of("resultPath")
    sources = (value_of("sourceConstraint"), value_of("sourceShape"))
    named = next((term for term in sources if isinstance(term, ox.NamedNode)), None)
    messages = {
        (text.language or "") if isinstance(text, ox.Literal) else "": lexical(text)
        for text in report.values(node, f"{SH}resultMessage")
    }
    component = term_text(value_of("sourceConstraintComponent")) or ""
    written, steps = report.path(path) if path is not None else (None, ())
    return Result(
        focus=term_text(value_of("focusNode")) or "",
        path=written,
        steps=steps,
        value=term_text(value),
        lexical=lexical(value) if value is not None else None,
        language=value.language if isinstance(value, ox.Literal) else None,
        shape=named.value if named is not None else component,
        component=component,
        severity=_SEVERITIES.get(term_text(value_of("resultSeverity")) or "", Severity.VIOLATION),
        messages=dict(sorted(messages.items())) or default_text(component).by_language(),
        graph="".join(f"{triple} .\n" for triple in report.closure(node)),
    )
