"""Write RDF with pyoxigraph: sorted, so that the same triples are the same bytes, and with the prefixes in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import DataError
from pressgraph.i18n import gettext
from pressgraph.rdf import RDF, RDF_TYPE, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pressgraph.dataset.serializations import Serialization


# Datatypes that Turtle has its own spelling for.
_NEVER_WRITTEN = {f"{RDF}langString", *(f"{XSD}{name}" for name in ("string", "integer", "decimal", "boolean"))}

_WITHOUT_PREFIXES = {"ntriples", "nquads"}
_TURTLE_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|<[^>]*+>|(?P<typed>\^\^)?(?P<name>[^\s"<^][^\s"<]*+)')
_ESCAPE = re.compile(r"\\(.)")
# NameStartChar without the colon, and NameChar (XML 1.0, 2.3)
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_XML_NAME = f"[{_START}][{_START}.0-9\u00b7\u0300-\u036f\u203f-\u2040-]*+$"
# what UTF-8 can say and XML 1.0 cannot (2.2)
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_OTHERS = gettext("use turtle, jsonld, ntriples, nquads or trig")


def write_triples(triples: Iterable[ox.Triple], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write triples grouped by subject, types first."""
    return write_ordered(sorted(set(triples), key=triple_order), form, prefixes)


def write_quads(quads: Iterable[ox.Quad], form: Serialization, prefixes: Mapping[str, str]) -> bytes:
    """Write quads grouped by graph, then by subject, in a serialization that keeps named graphs."""
    ordered = sorted(set(quads), key=lambda quad: (str(quad.graph_name), triple_order(quad.triple)))
    return write_ordered(ordered, form, prefixes)


def write_ordered(
    ordered: list[ox.Triple] | list[ox.Quad],
    form: Serialization,
    prefixes: Mapping[str, str],
    *,
    used: Mapping[str, str] | None = None,
) -> bytes:
    """Write triples or quads that are sorted as `write_triples` and `write_quads` do.

    `used` are the prefixes to declare, by default those of `prefixes` whose namespace some term is in.
    """
    if form.name == "rdfxml":
        for statement in ordered:
            check_xml_name(statement.predicate)
    if used is None:
        used = {} if form.name in _WITHOUT_PREFIXES else used_prefixes(ordered, prefixes)
    written = ox.serialize(ordered, format=form.ox_format, prefixes=dict(used))
    assert written is not None  # noqa: S101 - no output was given
    if form.name in {"turtle", "trig"}:
        return _readable(_without_escaped_names(written, used))
    if form.name == "rdfxml":
        written = xml_escaped(written)
    return written if written.endswith(b"\n") or not written else written + b"\n"


def check_xml_name(predicate: ox.NamedNode) -> None:
    """Raise DataError for a property that RDF 1.1 XML Syntax cannot write: its element needs a name."""
    if not re.search(_XML_NAME, predicate.value):
        raise DataError(
            gettext(
                "RDF/XML has no way to write the property <{iri}>: its IRI ends in no XML name", iri=predicate.value
            ),
            hint=_OTHERS,
        )


def xml_escaped(written: bytes) -> bytes:
    """Return XML with its carriage returns escaped: a parser reads them as line feeds (XML 1.0, 2.11).

    Raises DataError for a character that XML 1.0 has no way to write.
    """
    match = _NOT_XML.search(written)
    if match is not None:
        raise DataError(
            gettext("XML has no way to write the character U+{code:04X} of a text", code=ord(match[0].decode())),
            hint=_OTHERS,
        )
    return written.replace(b"\r", b"&#xD;")


def _without_escaped_names(turtle: bytes, namespaces: Mapping[str, str]) -> bytes:
    """Write names with a backslash in them as IRIs: not every Turtle parser takes `acme-inc\\.` for a name."""
    if b"\\" not in turtle:
        return turtle

    def expanded(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None or "\\" not in name:
            return match[0]
        prefix, _, local = name.partition(":")
        iri = namespaces[prefix] + _ESCAPE.sub(r"\1", local)
        return f"{match['typed'] or ''}<{iri}>"

    return _TURTLE_TOKEN.sub(expanded, turtle.decode()).encode()


class NamedFile:
    """A file that pyoxigraph writes Turtle or TriG to, which passes it on with all names as any parser reads them.

    `write` is where it passes whole lines on to. pyoxigraph writes a literal on one line.
    """

    def __init__(self, write: Callable[[bytes], object], namespaces: Mapping[str, str]) -> None:
        self._write = write
        self._namespaces = namespaces
        self._line: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a piece of Turtle or TriG."""
        end = data.rfind(b"\n") + 1
        if end:
            self._write(_without_escaped_names(b"".join([*self._line, data[:end]]), self._namespaces))
            self._line.clear()
        self._line.append(data[end:])
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is not a whole line yet must wait."""

    def end(self) -> None:
        """Pass on what is left."""
        self._write(_without_escaped_names(b"".join(self._line), self._namespaces))
        self._line.clear()


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
    used: dict[str, str] = {}
    for prefix, namespace in sorted(prefixes.items()):
        if prefix:
            used.setdefault(namespace, prefix)
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
    return dict(sorted((used[namespace], namespace) for namespace in namespaces & set(used)))
