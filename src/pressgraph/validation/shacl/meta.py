"""Check shapes by SHACL's own shapes (SHACL 1.0, appendix C), which pySHACL brings with it.

It takes seconds, so no command does it but the one that is asked for it: engines refuse what is wrong, or pass over it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.i18n import gettext
from pressgraph.rdf import SH
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import read_term
from pressgraph.validation.shacl.components import text_about
from pressgraph.validation.shacl.naming import NAMED_HERE
from pressgraph.validation.shacl.parameters import WANTED
from pressgraph.validation.shacl.results import read_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Profile, TurtleFile
    from pressgraph.rdf import Term
    from pressgraph.validation.report import Result

ILL_FORMED = f"{NAMED_HERE}ill-formed-shape"


def ill_formed_shapes(profile: Profile) -> list[Result]:
    """Return what is not well-formed in the project's own shapes; see `own_files`.

    Raises ProfileError where the shapes cannot be read at all.
    """
    import rdflib
    from pyshacl.entrypoints import meta_validate

    from pressgraph.dataset import rdflib_graph, to_ox

    files = own_files(profile)
    own = Graph(triple for file in files for triple in file.triples)
    others = Graph(triple for file in profile.shapes if file not in files for triple in file.triples)
    try:
        _, report, text = meta_validate(rdflib_graph(_with_referred(own, others)), inference="none")
    except Exception as error:  # what it raises for lists and paths that it cannot read is of any kind
        raise ProfileError(gettext("the shapes are not well-formed: {reason}", reason=error)) from error
    if not isinstance(report, rdflib.Graph):
        # it returns some failures in the report's place
        reason = text.strip().splitlines()[-1] if text else report
        raise ProfileError(gettext("the shapes are not well-formed: {reason}", reason=reason))
    results = read_report(ox.Triple(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in report)  # type: ignore[arg-type]
    return [_told(result) for result in results if any(own.triples(read_term(result.focus)))]


def own_files(profile: Profile) -> tuple[TurtleFile, ...]:
    """Return the project's own shapes files, all where it has none: who has no shapes of one's own works on these."""
    return tuple(file for file in profile.shapes if file.own) or profile.shapes


def _with_referred(own: Graph, others: Graph) -> Iterator[ox.Triple]:
    """Yield the triples of a graph, and those of others about the nodes that it leads to."""
    todo: list[Term] = []
    for subject, predicate, values in own:
        for value in values:
            yield ox.Triple(subject, ox.NamedNode(predicate), value)
            todo.append(value)
    seen: set[Term] = set()
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            for triple in others.triples(node):
                yield triple
                todo.append(triple.object)


def _told(result: Result) -> Result:
    """Return a result in words about shapes, not about their shapes."""
    name = result.path.removeprefix(SH) if result.path is not None else None
    key = f"sh:{name}" if result.path is not None and result.path.startswith(SH) else result.path
    return replace(
        result,
        shape=ILL_FORMED,
        messages=text_about(result.component, (), key=key).by_language() if key is not None else _UNCLEAR.by_language(),
        hint=WANTED.get(name or ""),
        graph="",
    )


_UNCLEAR = gettext("this is neither a node shape (without sh:path) nor a property shape (with one)")
