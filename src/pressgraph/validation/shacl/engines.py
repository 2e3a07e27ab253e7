"""SHACL engines behind one small interface: triples in, a validation report graph out (SHACL 1.0, 3.6).

- `shacl`: compiled; a hundred times faster, and what `auto` takes where it can
- `pyshacl`: the reference, with SHACL's advanced features

No engine infers or fetches anything; `guards` refuses shapes that would make one.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.dataset import union
from pressgraph.errors import PressgraphError, ProfileError
from pressgraph.i18n import gettext
from pressgraph.rdf import RDF, RDF_TYPE, SH
from pressgraph.spelling import did_you_mean
from pressgraph.validation.shacl.parameters import refuse_wrong_values
from pressgraph.validation.shacl.patterns import why_no_pattern
from pressgraph.validation.shacl.refused import is_refused, placed
from pressgraph.validation.shacl.shapes import profile_shapes, stored_shapes, with_portable_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import shacl
    from rdflib import Graph

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term
    from pressgraph.validation.shacl.shapes import Shapes

Data: TypeAlias = "Iterable[ox.Triple] | ox.Store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine chosen for some shapes, and why."""

    name: str
    reason: str
    shapes: Shapes
    profile: Profile | None = None

    def run(self, data: Data) -> list[ox.Triple]:
        """Return the triples of the validation report on some triples, or on the default graph of a store.

        Raises ProfileError for shapes that the engine refuses, with its place where that is a profile's own file.
        """
        with placed(self.profile) if self.profile is not None else nullcontext():
            return ENGINES[self.name](data if isinstance(data, ox.Store) else list(data), self.shapes)


def compiled(data: list[ox.Triple] | ox.Store, shapes: Shapes) -> list[ox.Triple]:
    """Validate with the compiled engine of the package `shacl`."""
    # Turtle without prefixes says a subject once: the quickest to write and to read
    if isinstance(data, ox.Store):
        text = data.dump(format=ox.RdfFormat.TURTLE, from_graph=union.DEFAULT)
    else:
        text = ox.serialize(data, format=ox.RdfFormat.TURTLE)
    assert text is not None  # noqa: S101 - no output was given
    report = _run_compiled(text, shapes)
    named = {f"{SH}focusNode", f"{SH}value"}
    if not any(triple.predicate.value in named and isinstance(triple.object, ox.BlankNode) for triple in report):
        return report
    own = _own_labels(text, _triples(data), shapes)
    return [
        ox.Triple(triple.subject, triple.predicate, own.get(triple.object, triple.object))
        if triple.predicate.value in named
        else triple
        for triple in report
    ]


def _triples(data: list[ox.Triple] | ox.Store) -> list[ox.Triple]:
    return list(union.triples(data)) if isinstance(data, ox.Store) else data


def _run_compiled(text: bytes, shapes: Shapes) -> list[ox.Triple]:
    try:
        report = _compiled_shapes(shapes).validate_text(text.decode(), format="turtle").serialize("ntriples")
    except ValueError as error:
        raise _refused(error) from error
    return [quad.triple for quad in ox.parse(report, format=ox.RdfFormat.N_TRIPLES)]


# The compiled engine names blank nodes anew, by their order. A shape of our own makes it report the name that each
# had: in a run of its own, every blank node carries it as a property that this shape does not allow.
_LABEL = ox.NamedNode("urn:x-pressgraph:label")
_LABEL_SHAPE = f"""
<urn:x-pressgraph:labels> <{RDF_TYPE}> <{SH}NodeShape> .
<urn:x-pressgraph:labels> <{SH}targetSubjectsOf> <{_LABEL.value}> .
<urn:x-pressgraph:labels> <{SH}property> <urn:x-pressgraph:labelled> .
<urn:x-pressgraph:labelled> <{SH}path> <{_LABEL.value}> .
<urn:x-pressgraph:labelled> <{SH}in> <{RDF}nil> .
"""


def _own_labels(text: bytes, triples: list[ox.Triple], shapes: Shapes) -> dict[object, ox.BlankNode]:
    """Return the data's blank nodes by the names that the compiled engine gives them."""
    blank = dict.fromkeys(
        term for triple in triples for term in (triple.subject, triple.object) if isinstance(term, ox.BlankNode)
    )
    labels = "".join(f"{node} {_LABEL} {ox.Literal(node.value)} .\n" for node in blank)
    results: dict[object, dict[str, Term]] = {}
    for triple in _run_compiled(text + labels.encode(), shapes):
        results.setdefault(triple.subject, {})[triple.predicate.value.removeprefix(SH)] = triple.object
    return {
        result["focusNode"]: ox.BlankNode(value.value)
        for result in results.values()
        if result.get("sourceShape") == ox.NamedNode("urn:x-pressgraph:labelled")
        and isinstance(value := result.get("value"), ox.Literal)
    }


def reference(data: list[ox.Triple] | ox.Store, shapes: Shapes) -> list[ox.Triple]:
    """Validate with pySHACL."""
    import pyshacl
    from rdflib import Graph

    from pressgraph.dataset import rdflib_graph, to_ox

    try:
        graph = rdflib_graph(_triples(data))
    except TypeError as error:
        raise PressgraphError(
            gettext("the data have a triple as a term (RDF 1.2), which pySHACL does not read"),
            hint=gettext("use --engine shacl"),
        ) from error
    # what it logs there, it raises or returns too
    logging.getLogger("pyshacl-validate").disabled = True
    try:
        _, report, text = pyshacl.validate(
            graph,
            shacl_graph=_rdflib_shapes(shapes),
            inference="none",
            do_owl_imports=False,
            advanced=bool(_advanced(shapes)),
            # the graph is made for this run
            inplace=True,
            meta_shacl=False,
        )
    except Exception as error:  # what it raises for shapes that it cannot read is of any kind
        raise _refused(error) from error
    if not isinstance(report, Graph):
        # it returns some failures in the report's place
        raise _refused(ValueError(text.strip().splitlines()[-1] if text else str(report)))
    return [ox.Triple(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in report]  # type: ignore[arg-type]


ENGINES: dict[str, Callable[[list[ox.Triple] | ox.Store, Shapes], list[ox.Triple]]] = {
    "shacl": compiled,
    "pyshacl": reference,
}

# What the compiled engine leaves out without a word, or refuses (SHACL Advanced Features, sections 3, 5 and 8).
_ONLY_REFERENCE = {
    ox.NamedNode(f"{SH}SPARQLFunction"): "a SPARQL function",
    ox.NamedNode(f"{SH}SPARQLTargetType"): "a target type of its own",
    ox.NamedNode(f"{SH}rule"): "rules (sh:rule)",
}
_ADVANCED = (*_ONLY_REFERENCE, ox.NamedNode(f"{SH}target"), ox.NamedNode(f"{SH}expression"))


def engine(name: str, profile: Profile, *, as_written: bool = False) -> Engine:
    """Return the engine of a name for a profile's shapes; see `choose`.

    `as_written` is for data as files write it; otherwise the data come from a store. Raises ProfileError.
    """
    refuse_wrong_values(profile)
    with placed(profile):
        chosen = choose(name, profile_shapes(profile) if as_written else stored_shapes(profile))
    return replace(chosen, profile=profile)


def choose(name: str, shapes: Shapes) -> Engine:
    """Return the engine of a name; `auto` is the fast one, unless the shapes use what only the reference knows.

    Raises PressgraphError for an unknown name.
    """
    if name == "auto":
        used = _used(shapes, tuple(_ONLY_REFERENCE))
        if used:
            words = ", ".join(_ONLY_REFERENCE[feature] for feature in used)
            return Engine(name="pyshacl", reason=f"the shapes use {words}", shapes=shapes)
        if (pattern := _only_python(shapes)) is not None:
            reason = f"the compiled engine does not know the pattern '{pattern}'"
            return Engine(name="pyshacl", reason=reason, shapes=shapes)
        return Engine(name="shacl", reason="the shapes use nothing that it lacks", shapes=shapes)
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES, otherwise=gettext("known: {words}", words=", ".join(("auto", *ENGINES))))
        raise PressgraphError(gettext("there is no SHACL engine '{name}'", name=name), hint=hint)
    return Engine(name=name, reason="asked for", shapes=shapes)


def _only_python(shapes: Shapes) -> str | None:
    """Return a pattern that only the reference engine knows, such as one with a look-ahead, or None.

    Raises ProfileError for one that is no regular expression to either.
    """
    try:
        _compiled_shapes(shapes)
    except ProfileError as error:
        if "sh:pattern" not in error.reason:
            raise
    else:
        return None
    for triple in shapes.triples:
        if triple.predicate.value == f"{SH}pattern" and isinstance(triple.object, ox.Literal):
            reason = why_no_pattern(triple.object.value)
            if reason is not None:
                raise ProfileError(
                    gettext(
                        "the sh:pattern '{pattern}' of the shape {shape} is no regular expression: {reason}",
                        pattern=triple.object.value,
                        shape=triple.subject,
                        reason=reason,
                    ),
                    hint=gettext("the syntax is that of XPath's fn:matches"),
                )
    return next(
        triple.object.value
        for triple in shapes.triples
        if triple.predicate.value == f"{SH}pattern" and isinstance(triple.object, ox.Literal)
        if is_refused(f"{SH}pattern", triple.object, shapes.graph)
    )


def _advanced(shapes: Shapes) -> list[ox.NamedNode]:
    return _used(shapes, _ADVANCED)


def _used(shapes: Shapes, features: tuple[ox.NamedNode, ...]) -> list[ox.NamedNode]:
    predicates = {triple.predicate for triple in shapes.triples}
    types = {triple.object for triple in shapes.triples if triple.predicate.value == RDF_TYPE}
    return [feature for feature in features if feature in predicates or feature in types]


def _refused(error: Exception) -> ProfileError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return ProfileError(gettext("the SHACL engine refuses the shapes: {reason}", reason=lines[0]))


@lru_cache(maxsize=4)
def _compiled_shapes(shapes: Shapes) -> shacl.Shapes:
    import shacl

    text = ox.serialize(map(with_portable_pattern, shapes.triples), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None  # noqa: S101 - no output was given
    try:
        return shacl.Shapes.from_text(text.decode() + _LABEL_SHAPE, format="ntriples")
    except ValueError as error:
        raise ProfileError(gettext("the shapes are not valid SHACL: {reason}", reason=error)) from error


@lru_cache(maxsize=4)
def _rdflib_shapes(shapes: Shapes) -> Graph:
    from pressgraph.dataset import rdflib_graph

    return rdflib_graph(with_portable_pattern(triple, properties=True) for triple in shapes.triples)
