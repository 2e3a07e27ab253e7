"""Run SHACL and read its report."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import SH
from pressgraph.validation.engines import engine
from pressgraph.validation.report import Result, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

_SEVERITIES = {
    f"{SH}Violation": Severity.VIOLATION,
    f"{SH}Warning": Severity.WARNING,
    f"{SH}Info": Severity.INFO,
}


def profile_triples(profile: Profile) -> Iterator[ox.Triple]:
    """Yield the triples of ontology and vocabularies."""
    for _, content in profile.ontology_turtle:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            yield quad.triple


def run_shacl(triples: Iterable[ox.Triple], profile: Profile, *, engine_name: str = "auto") -> tuple[Result, ...]:
    """Validate triples, which must include the profile's own, against the profile's shapes.

    Results are sorted: worst first, then by focus node.
    """
    report = _ReportGraph(engine(engine_name)(triples, profile))
    return tuple(
        sorted(
            (_result(report, node) for node in report.results()),
            key=lambda r: (-r.severity, r.focus, r.path or "", r.value or "", r.rule),
        )
    )


class _ReportGraph:
    """Look things up in a validation report graph."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._values: dict[tuple[object, str], list[Term]] = defaultdict(list)
        self._reports: list[object] = []
        for triple in triples:
            self._values[triple.subject, triple.predicate.value].append(triple.object)
            if triple.predicate.value == f"{SH}conforms":
                self._reports.append(triple.subject)

    def results(self) -> Iterator[Term]:
        """Yield the top results; those of nested shapes (sh:detail) explain them."""
        for report in self._reports:
            yield from self._values[report, f"{SH}result"]

    def all(self, node: object, name: str) -> list[Term]:
        return self._values.get((node, SH + name), [])

    def one(self, node: object, name: str) -> Term | None:
        return next(iter(self.all(node, name)), None)

    def text(self, node: object, name: str) -> str | None:
        found = self.one(node, name)
        return _lexical(found) if found is not None else None

    def path(self, node: Term) -> str:
        """Return a result path: an IRI, `^` and an IRI for an inverse one, `…` for others."""
        if isinstance(node, ox.NamedNode):
            return node.value
        inverse = self.one(node, "inversePath")
        return f"^{self.path(inverse)}" if inverse is not None else "…"


def _result(report: _ReportGraph, node: Term) -> Result:
    value = report.one(node, "value")
    path = report.one(node, "resultPath")
    constraint = report.one(node, "sourceConstraint")
    shape = report.one(node, "sourceShape")
    named = next((it for it in (constraint, shape) if isinstance(it, ox.NamedNode)), None)
    messages = {
        (text.language or "") if isinstance(text, ox.Literal) else "": _lexical(text)
        for text in report.all(node, "resultMessage")
    }
    component = report.text(node, "sourceConstraintComponent") or ""
    return Result(
        focus=report.text(node, "focusNode") or "",
        path=report.path(path) if path is not None else None,
        value=str(value) if isinstance(value, ox.Literal) else _lexical(value) if value else None,
        lexical=_lexical(value) if value is not None else None,
        shape=named.value if named is not None else component,
        component=component,
        severity=_SEVERITIES.get(report.text(node, "resultSeverity") or "", Severity.VIOLATION),
        messages=dict(sorted(messages.items())),
    )


def _lexical(term: Term) -> str:
    """Return an IRI, a literal's lexical form, or a blank node's label."""
    return str(getattr(term, "value", term))
