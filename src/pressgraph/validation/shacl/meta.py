"""Check shapes by SHACL's own shapes (SHACL 1.0, appendix C), which pySHACL brings with it.

Only the command that is asked for it does so: engines refuse what is wrong, or pass over it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.i18n import gettext
from pressgraph.rdf import SH
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import read_term
from pressgraph.validation.shacl.components import text_about
from pressgraph.validation.shacl.engines import choose
from pressgraph.validation.shacl.naming import NAMED_HERE
from pressgraph.validation.shacl.parameters import WANTED
from pressgraph.validation.shacl.results import read_report
from pressgraph.validation.shacl.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Profile, TurtleFile
    from pressgraph.rdf import Term
    from pressgraph.validation.report import Result

ILL_FORMED = f"{NAMED_HERE}ill-formed-shape"


def ill_formed_shapes(profile: Profile) -> list[Result]:
    """Return what is not well-formed in the project's own shapes; see `own_files`."""
    mine = own_files(profile)
    own = Graph(triple for file in mine for triple in file.triples)
    others = Graph(triple for file in profile.shapes if file not in mine for triple in file.triples)
    results = read_report(choose("auto", _shapes_of_shapes()).run(_with_referred(own, others)))
    return [_told(result) for result in results if any(own.triples(read_term(result.focus)))]


@cache
def _shapes_of_shapes() -> Shapes:
    text = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_bytes()
    return Shapes(tuple(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)), left_out=())


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
