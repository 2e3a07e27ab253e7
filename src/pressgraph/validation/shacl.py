"""Run SHACL and read its report."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import RDF, SH
from pressgraph.validation.engines import engine
from pressgraph.validation.report import Result, Severity, result_order
from pressgraph.validation.words import default_messages

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
    return read_report(engine(engine_name, profile).run(triples))


def read_report(triples: Iterable[ox.Triple]) -> tuple[Result, ...]:
    """Read the top results of a validation report graph, sorted; those of nested shapes (sh:detail) explain them."""
    report = _ReportGraph(triples)
    return tuple(sorted((_result(report, node) for node in report.results()), key=result_order))


class _ReportGraph:
    """Look things up in a validation report graph."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._about: dict[object, list[ox.Triple]] = defaultdict(list)
        self._reports: list[object] = []
        for triple in triples:
            self._about[triple.subject].append(triple)
            if triple.predicate.value == f"{SH}conforms":
                self._reports.append(triple.subject)

    def results(self) -> Iterator[Term]:
        for report in self._reports:
            yield from self.all(report, f"{SH}result")

    def all(self, node: object, predicate: str) -> list[Term]:
        return [it.object for it in self._about.get(node, ()) if it.predicate.value == predicate]

    def one(self, node: object, name: str) -> Term | None:
        return next(iter(self.all(node, SH + name)), None)

    def text(self, node: object, name: str) -> str | None:
        found = self.one(node, name)
        return lexical(found) if found is not None else None

    def path(self, node: Term) -> tuple[str, tuple[str, ...]]:
        """Return a result path in SPARQL's syntax, and the properties that it can start with."""
        if isinstance(node, ox.NamedNode):
            return node.value, (node.value,)
        for name, sign in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")):
            if (inner := self.one(node, name)) is not None:
                text, steps = self.path(inner)
                return f"{_grouped(text)}{sign}", steps
        if (inner := self.one(node, "inversePath")) is not None:
            text, steps = self.path(inner)
            return f"^{_grouped(text)}", tuple(f"^{step}" for step in steps)
        if (head := self.one(node, "alternativePath")) is not None:
            parts = [self.path(it) for it in self.members(head)]
            return "|".join(_grouped(text) for text, _ in parts), tuple(s for _, steps in parts for s in steps)
        parts = [self.path(it) for it in self.members(node)]
        return "/".join(_grouped(text) for text, _ in parts) or "…", parts[0][1] if parts else ()

    def members(self, head: Term) -> Iterator[Term]:
        while (first := next(iter(self.all(head, f"{RDF}first")), None)) is not None:
            yield first
            head = next(iter(self.all(head, f"{RDF}rest")), ox.NamedNode(f"{RDF}nil"))

    def closure(self, node: Term) -> tuple[ox.Triple, ...]:
        """Return the triples about a node and the blank nodes below it."""
        found: list[ox.Triple] = []
        todo, seen = [node], {node}
        while todo:
            for triple in self._about.get(todo.pop(), ()):
                found.append(triple)
                if isinstance(triple.object, ox.BlankNode) and triple.object not in seen:
                    seen.add(triple.object)
                    todo.append(triple.object)
        return tuple(found)


def _grouped(path: str) -> str:
    return f"({path})" if any(sign in path for sign in "|") else path


def _result(report: _ReportGraph, node: Term) -> Result:
    value = report.one(node, "value")
    path = report.one(node, "resultPath")
    constraint = report.one(node, "sourceConstraint")
    shape = report.one(node, "sourceShape")
    named = next((it for it in (constraint, shape) if isinstance(it, ox.NamedNode)), None)
    messages = {
        (text.language or "") if isinstance(text, ox.Literal) else "": lexical(text)
        for text in report.all(node, f"{SH}resultMessage")
    }
    component = report.text(node, "sourceConstraintComponent") or ""
    written, steps = report.path(path) if path is not None else (None, ())
    return Result(
        focus=term_text(report.one(node, "focusNode")) or "",
        path=written,
        steps=steps,
        value=term_text(value),
        lexical=lexical(value) if value is not None else None,
        language=value.language if isinstance(value, ox.Literal) else None,
        shape=named.value if named is not None else component,
        component=component,
        severity=_SEVERITIES.get(report.text(node, "resultSeverity") or "", Severity.VIOLATION),
        messages=dict(sorted(messages.items())) or default_messages(component),
        graph=report.closure(node),
    )


def term_text(term: Term | None) -> str | None:
    """Return an IRI, or another term in N-Triples syntax."""
    if term is None or isinstance(term, ox.NamedNode):
        return term.value if term is not None else None
    return str(term)


def read_term(text: str) -> Term:
    """Return the term that `term_text` wrote."""
    if not text.startswith(('"', "_:", "<")):
        return ox.NamedNode(text)
    (quad,) = ox.parse(f"<urn:x:s> <urn:x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term


def lexical(term: Term) -> str:
    """Return an IRI, a literal's lexical form, or a blank node's label."""
    return str(getattr(term, "value", term))
