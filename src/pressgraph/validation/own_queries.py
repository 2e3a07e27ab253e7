"""Check the queries that a project adds, by themselves: rules, checks, saved queries and what page data asks.

What cannot be run is told with file and line, each file by itself, where a build stops at the first. A misspelt term
makes a query that is never wrong and never finds anything, so terms that their ontologies do not have are warnings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import GraphNames
from pressgraph.derive import load_rules
from pressgraph.derive.parse import parse_rule
from pressgraph.errors import Place, ProfileError, QueryError
from pressgraph.i18n import Text, gettext, in_language
from pressgraph.query import read_names
from pressgraph.query.saved import read_saved_query
from pressgraph.query.terms import iris_at
from pressgraph.rdf import SCHEMA
from pressgraph.rdf.terms import local_name
from pressgraph.validation.checks.check import read_check
from pressgraph.validation.checks.unknown import UNDEFINED, known_terms
from pressgraph.validation.report import Result, Severity
from pressgraph.validation.shacl.naming import NAMED_HERE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.project import Project

ILL_FORMED = f"{NAMED_HERE}ill-formed-query"
_CHECKS, _RULES, _EMBED = "checks", "derive", "embed"
_NEAR = 80
"""Characters before a term among which the word before it is looked for."""


def query_files(project: Project) -> list[tuple[str, Path]]:
    """Return a project's query files, each with the folder below `queries/` that says what it is for, or nothing."""
    found: list[tuple[str, Path]] = []
    for folder in project.queries:
        for path in sorted(folder.rglob("*.rq")) if folder.is_dir() else [folder]:
            parts = path.relative_to(folder).parts if folder.is_dir() else ()
            found.append((parts[0] if len(parts) > 1 else "", path))
    return found


def check_queries(project: Project, profile: Profile) -> list[Result]:
    """Return what is wrong with a project's queries, and which terms they name that there are not."""
    found: list[Result] = []
    prefixes = profile.query_prefixes(project.id_base)
    for kind, path in query_files(project):
        try:
            text = read_saved_query(path, name=path.stem).text
            if kind == _RULES:
                parse_rule(text, name=path.stem, path=path, prefixes=prefixes)
            else:
                # a saved query may ask for ?xLabel
                names = read_names(text) if kind not in {_CHECKS, _EMBED} else None
                _parse(names.text if names is not None else text, path, prefixes, project.base)
            if kind == _CHECKS:
                read_check(path)
        except (ProfileError, QueryError) as error:
            found.append(_ill_formed(error, path, project))
            continue
        found += _unknown(text, path, profile, prefixes, project)
    if not found or all(it.shape == UNDEFINED for it in found):
        try:
            load_rules(project, profile)
        except ProfileError as error:
            found.append(_ill_formed(error, None, project))
    return found


def _parse(text: str, path: Path, prefixes: dict[str, str], base: str) -> None:
    try:
        ox.Store().query(text, prefixes=prefixes, base_iri=base)
    except SyntaxError as error:
        line = re.search(r" at (\d+):\d+", str(error))
        raise ProfileError(
            gettext("not valid SPARQL 1.1: {reason}", reason=error.msg or error),
            place=Place(file=str(path), line=error.lineno or (int(line[1]) if line is not None else 0)),
        ) from error


def _ill_formed(error: ProfileError | QueryError, path: Path | None, project: Project) -> Result:
    place = (error.place if isinstance(error, ProfileError) else None) or Place(file=str(path or ""))
    reason = error.reason if isinstance(error.reason, Text) else Text(str(error.reason))
    return Result(
        focus=GraphNames(id_base=project.id_base).profile,
        shape=ILL_FORMED,
        component="",
        severity=Severity.VIOLATION,
        messages={tag: in_language(reason, tag) for tag in reason.by_language()},
        place=replace(place, file=place.file.removeprefix(f"{project.root}/")),
        hint=error.hint if isinstance(error.hint, Text) else Text(error.hint) if error.hint else None,
    )


def _unknown(text: str, path: Path, profile: Profile, prefixes: dict[str, str], project: Project) -> Iterator[Result]:
    """Yield a warning for each term that its ontology or vocabulary does not have, where it first stands."""
    seen: set[str] = set()
    known = known_terms(profile)
    for iri, start in iris_at(text, prefixes):
        # listed values, such as schema:EventCancelled, look like classes and are not among the terms of schema.org
        is_class = text[max(0, start - _NEAR) : start].split()[-1:] == ["a"]
        listed = iri.startswith(SCHEMA) and local_name(iri)[:1].isupper() and not is_class
        hint = None if iri in seen or listed or iri in prefixes.values() else known.hint(iri)
        seen.add(iri)
        if hint is not None:
            name = profile.curie(iri) or f"<{iri}>"
            line = text.count("\n", 0, start) + 1
            yield Result(
                focus=GraphNames(id_base=project.id_base).profile,
                shape=UNDEFINED,
                component=UNDEFINED,
                severity=Severity.WARNING,
                messages=gettext("its ontology has no term {term}", term=name).by_language(),
                place=Place(
                    file=str(path).removeprefix(f"{project.root}/"),
                    line=line,
                    column=start - text.rfind("\n", 0, start),
                ),
                hint=hint or None,
            )
