"""Find keys on things of whose classes none has them, whichever file says what a thing is.

The facts rules say the same of what one file tells. Here the classes are those of the whole graph.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.errors import Place
from pressgraph.facts.rules import listing, phrase, problem
from pressgraph.i18n import by_language
from pressgraph.rdf import CLU, RDF_TYPE
from pressgraph.rdf.terms import lexical, term_text
from pressgraph.validation.report import Result, Severity
from pressgraph.validation.shacl.naming import NAMED_HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.profile import Key, Profile
    from pressgraph.rdf import Term

MISPLACED = f"{NAMED_HERE}misplaced-key"
_TYPE = ox.NamedNode(RDF_TYPE)
_BESIDE = """SELECT DISTINCT ?classes ?p WHERE {{
  {{ SELECT ?s (GROUP_CONCAT(DISTINCT STR(?t); separator=" ") AS ?classes) WHERE {{
    {{ GRAPH ?g {{ ?s a ?t }} MINUS {{ GRAPH ?receipts {{ ?g a <{kind}> }} FILTER(STRSTARTS(STR(?g), {derived})) }} }}
    UNION {{ ?s a ?t MINUS {{ GRAPH ?named {{ ?s a ?t }} }} }}
  }} GROUP BY ?s }}
  ?s ?p ?o
}}"""
"""Properties beside all classes that somebody has typed for a thing; RDF files are read into the default graph.

Graphs of conclusions are told by their receipts: to read the name of each type's graph takes most of the time."""


def misplaced_keys(store: ox.Store, profile: Profile, derived: str) -> Iterator[Result]:
    """Yield a result for each key in a store's default graph that no class of its thing has.

    A thing of none of the profile's classes may have any key. What is concluded, in graphs whose names begin with
    `derived`, nobody has typed.
    """
    if not profile.places_keys:
        return
    suspects: dict[str, set[str]] = defaultdict(set)
    # which properties stand beside which classes is a short list, and tells that nothing is wrong
    for classes, property_ in _rows(store, _BESIDE.format(derived=ox.Literal(derived), kind=f"{CLU}DerivedGraph")):
        key = profile.key_of.get(lexical(property_))
        terms = [profile.class_of[iri] for iri in lexical(classes).split() if iri in profile.class_of]
        if key is not None and terms and not any(key.name in term.uses for term in terms):
            suspects[key.iri].update(term.iri for term in terms)
    for iri, homes in sorted(suspects.items()):
        types = " ".join(f"<{it}>" for it in sorted(homes))
        for (thing,) in _rows(
            store, f"SELECT DISTINCT ?s {{ VALUES ?t {{ {types} }} ?s a ?t ; <{iri}> ?o }} ORDER BY ?s"
        ):
            assert isinstance(thing, ox.NamedNode | ox.BlankNode)  # noqa: S101 - a subject
            yield from _judged(store, profile, thing, profile.key_of[iri], derived)


def _rows(store: ox.Store, query: str) -> Iterator[tuple[Term, ...]]:
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - of a SELECT
    names = rows.variables
    for solution in rows:
        yield tuple(solution[name] for name in names)


def misplaced_keys_of(store: ox.Store, profile: Profile, things: Iterable[Term], derived: str) -> Iterator[Result]:
    """Yield the same for some things alone."""
    for thing in things if profile.places_keys else ():
        if not isinstance(thing, ox.NamedNode | ox.BlankNode):
            continue
        stated = {quad.predicate.value for quad in store.quads_for_pattern(thing, None, None, union.DEFAULT)}
        for iri in sorted(stated & profile.key_of.keys()):
            yield from _judged(store, profile, thing, profile.key_of[iri], derived)


def _judged(
    store: ox.Store, profile: Profile, thing: ox.NamedNode | ox.BlankNode, key: Key, derived: str
) -> Iterator[Result]:
    """Yield a result where none of a thing's classes has a key: both as somebody has typed them."""
    if not any(True for _ in union.stated(store, thing, ox.NamedNode(key.iri), derived)):
        return
    types = {lexical(quad.object) for quad in union.stated(store, thing, _TYPE, derived)}
    classes = sorted(profile.class_of[iri].name for iri in types if iri in profile.class_of)
    if classes and not any(key.name in profile.classes[name].uses for name in classes):
        yield _result(thing, key, classes, profile)


def _result(thing: Term, key: Key, classes: list[str], profile: Profile) -> Result:
    rule = problem("misplaced-key", Place(file=""), key=key.name, types=listing(classes))
    homes = [term.name for term in profile.homes(key.name)]
    focus = term_text(thing) or ""
    return Result(
        focus=focus,
        shape=MISPLACED,
        component=MISPLACED,
        severity=Severity.VIOLATION,
        messages=by_language(rule.message),
        path=key.iri,
        steps=(key.iri,),
        # its class stands elsewhere
        other=focus,
        hint=phrase("it belongs to {classes}", classes=listing(homes)) if homes else None,
    )
