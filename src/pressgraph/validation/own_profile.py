"""Check what a project adds to the profile by itself: whether it can be used, and what of it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.i18n import Text, in_language
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import read_term, term_text
from pressgraph.validation.files import turtle_files
from pressgraph.validation.locate.rdf import RdfLocator
from pressgraph.validation.own_queries import check_queries, query_files
from pressgraph.validation.report import Report, Result, Severity
from pressgraph.validation.shacl.engines import engine
from pressgraph.validation.shacl.meta import ill_formed_shapes, own_files
from pressgraph.validation.shacl.naming import NAMED_HERE

if TYPE_CHECKING:
    from pressgraph.errors import Problem
    from pressgraph.profile import Profile
    from pressgraph.project import Project


def check_profile(project: Project, profile: Profile) -> Report:
    """Check a project's own shapes by SHACL's shapes for shapes, and its queries; say what has no effect.

    Raises ProfileError for what no engine can run.
    """
    results = ill_formed_shapes(profile)
    if not results:
        engine("auto", profile)
    locator = RdfLocator(turtle_files((*project.shapes, *project.ontology), project)) if results else None
    own = Graph(triple for file in own_files(profile) for triple in file.triples)

    def stated(label: str) -> list[tuple[str, str]]:
        triples = own.triples(read_term(label))
        return [
            (triple.predicate.value, term_text(triple.object))
            for triple in triples
            if not isinstance(triple.object, ox.BlankNode)
        ]

    located = [locator.locate(result, stated) for result in results] if locator is not None else []
    files = len(own_files(profile)) + len(query_files(project))
    warnings = [_warning(problem, project.id_base) for problem in profile.warnings]
    report = Report(id_base=project.id_base).with_results([*located, *warnings, *check_queries(project, profile)])
    return report.with_totals(files=files, facts=0)


def _warning(problem: Problem, id_base: str) -> Result:
    languages = problem.message.by_language() if isinstance(problem.message, Text) else {"en": problem.message}
    return Result(
        focus=GraphNames(id_base=id_base).profile,
        shape=f"{NAMED_HERE}{problem.rule}",
        component="",
        severity=Severity.WARNING,
        messages={tag: in_language(problem.message, tag) for tag in languages},
        place=problem.place,
        hint=problem.hint if isinstance(problem.hint, Text) else None,
    )
