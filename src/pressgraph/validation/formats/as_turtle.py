"""A report as RDF: the SHACL validation report graph (SHACL 1.0, 3), places included.

Problems of the facts rules and rows of checks are results too, with a component of our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import PG, RDF_TYPE, SH, XSD
from pressgraph.rdf.terms import read_term
from pressgraph.validation.report import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.rdf import Term
    from pressgraph.validation.formats.options import Options
    from pressgraph.validation.report import Finding, Report

_SEVERITIES = {Severity.VIOLATION: "Violation", Severity.WARNING: "Warning", Severity.INFO: "Info"}


def turtle(report: Report, options: Options) -> str:
    """Return a report as Turtle, its blank nodes numbered in the order of the findings."""
    head = ox.BlankNode("report")
    triples = [
        ox.Triple(head, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{SH}ValidationReport")),
        ox.Triple(
            head,
            ox.NamedNode(f"{SH}conforms"),
            # a result of any severity makes a graph not conform (3.3)
            ox.Literal(str(report.is_empty).lower(), datatype=ox.NamedNode(f"{XSD}boolean")),
        ),
    ]
    for number, finding in enumerate(report.findings(options.language), start=1):
        node = ox.BlankNode(f"result{number}")
        triples.append(ox.Triple(head, ox.NamedNode(f"{SH}result"), node))
        triples.extend(_result(finding, node, options.language))
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={"sh": SH, "pg": PG, "xsd": XSD})
    assert written is not None  # noqa: S101 - no output was given
    return written.decode()


def _result(finding: Finding, node: ox.BlankNode, language: str) -> Iterator[ox.Triple]:
    def say(predicate: str, value: Term) -> ox.Triple:
        return ox.Triple(node, ox.NamedNode(predicate), value)

    result = finding.result
    if result is not None and result.graph:
        yield from _renamed(result.triples(), node)
    else:
        yield say(RDF_TYPE, ox.NamedNode(f"{SH}ValidationResult"))
        yield say(f"{SH}resultSeverity", ox.NamedNode(f"{SH}{_SEVERITIES[finding.severity]}"))
        component = result.component if result is not None else f"{PG}FactsRule"
        yield say(f"{SH}sourceConstraintComponent", ox.NamedNode(component))
        source = result.shape if result is not None else f"{PG}rule-{finding.rule}"
        yield say(f"{SH}sourceShape", ox.NamedNode(source))
        if result is not None:
            focus = read_term(result.focus)
            # a label of its own, so that the report does not depend on that of the file's parser
            yield say(f"{SH}focusNode", ox.BlankNode(f"{node.value}n0") if isinstance(focus, ox.BlankNode) else focus)
            if result.path is not None:
                yield say(f"{SH}resultPath", ox.NamedNode(result.path))
            if result.value is not None:
                yield say(f"{SH}value", read_term(result.value))
            for tag, message in result.messages.items():
                yield say(f"{SH}resultMessage", ox.Literal(message, language=tag))
        else:
            yield say(f"{SH}resultMessage", ox.Literal(finding.message, language=language))
    if finding.place is not None:
        yield say(f"{PG}place", ox.Literal(str(finding.place)))
    if finding.hint is not None:
        yield say(f"{PG}hint", ox.Literal(finding.hint, language=language))
    if finding.allowed is not None:
        yield say(f"{PG}allowed", ox.Literal(finding.allowed))


def _renamed(graph: list[ox.Triple], node: ox.BlankNode) -> Iterator[ox.Triple]:
    """Yield a result's triples with blank nodes named after the result, so that reports do not depend on the engine."""
    names: dict[object, ox.BlankNode] = {graph[0].subject: node}

    def name(term: Term) -> Term:
        if not isinstance(term, ox.BlankNode):
            return term
        if term not in names:
            names[term] = ox.BlankNode(f"{node.value}n{len(names)}")
        return names[term]

    ordered = sorted(
        graph, key=lambda triple: (triple.subject != graph[0].subject, triple.predicate.value, _key(triple.object))
    )
    for triple in ordered:
        yield ox.Triple(name(triple.subject), triple.predicate, name(triple.object))  # type: ignore[arg-type]


def _key(term: Term) -> str:
    return "" if isinstance(term, ox.BlankNode) else str(term)
