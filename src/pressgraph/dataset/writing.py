"""Write RDF with pyoxigraph: sorted, so that the same triples are the same bytes, and with the prefixes in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.rdf import RDF, RDF_TYPE, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.dataset.serializations import Serialization


# Datatypes that Turtle has its own spelling for.
_NEVER_WRITTEN = {f"{RDF}langString", *(f"{XSD}{name}" for name in ("string", "integer", "decimal", "boolean"))}


def write_triples(triples: Iterable[ox.Triple], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write triples grouped by subject, types first."""
    return _write(sorted(set(triples), key=triple_order), form, prefixes)


def write_quads(quads: Iterable[ox.Quad], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write quads grouped by graph, then by subject, in a serialization that keeps named graphs."""
    ordered = sorted(set(quads), key=lambda quad: (str(quad.graph_name), triple_order(quad.triple)))
    return _write(ordered, form, prefixes)


def _write(ordered: list[ox.Triple] | list[ox.Quad], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    written = ox.serialize(ordered, format=form.ox_format, prefixes=used_prefixes(ordered, prefixes))
    assert written is not None  # noqa: S101 - no output was given
    if form.name in {"turtle", "trig"}:
        return _readable(written)
    return written if written.endswith(b"\n") or not written else written + b"\n"


def _readable(turtle: bytes) -> bytes:
    """Sort the prefixes of Turtle or TriG, which come in any order, and set subjects or graphs apart by blank lines."""
    lines = turtle.splitlines()
    header = sorted(line for line in lines if line.startswith(b"@prefix"))
    body: list[bytes] = []
    for line in lines[len(header) :]:
        # literals are written on one line, so a line that is not indented starts a subject or a graph
        if line and not line.startswith((b"\t", b"}")):
            body.append(b"")
        body.append(line)
    if not header and body:
        del body[0]
    return b"\n".join([*header, *body, b""])


def triple_order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    """Return the key that triples are sorted by."""
    predicate = triple.predicate.value
    return (str(triple.subject), predicate != RDF_TYPE, predicate, str(triple.object))


def used_prefixes(statements: Iterable[ox.Quad | ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those prefixes whose namespace some term is in, sorted."""
    known: dict[str, str] = {}
    for prefix, namespace in sorted(prefixes.items()):
        if prefix:
            known.setdefault(namespace, prefix)
    namespaces: set[str] = set()
    for statement in statements:
        terms: list[object] = [statement.subject, statement.object]
        if statement.predicate.value != RDF_TYPE:
            # the type is written as `a`, or as an element's name
            terms.append(statement.predicate)
        if isinstance(statement, ox.Quad):
            terms.append(statement.graph_name)
        for term in terms:
            if isinstance(term, ox.Literal):
                term = term.datatype  # noqa: PLW2901 - what is abbreviated is the datatype
            if isinstance(term, ox.NamedNode) and term.value not in _NEVER_WRITTEN:
                iri = term.value
                namespaces.add(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1])
    return dict(sorted((known[namespace], namespace) for namespace in namespaces & set(known)))
