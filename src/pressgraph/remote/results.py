"""Read what an endpoint answers: SPARQL 1.1 results in JSON, XML and TSV, and RDF.

Public endpoints answer with IRIs that are none, language tags with underscores, raw line breaks, or an error message
behind half a result. One bad cell costs its row, one bad line of N-Triples its triple, and both are counted; an answer
that breaks off is an error.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pyoxigraph as ox

from pressgraph.charsets import codec_of
from pressgraph.dataset import parsed
from pressgraph.errors import EndpointError
from pressgraph.i18n import Text, gettext, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SPARQL = "{http://www.w3.org/2005/sparql-results#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_VIRTUOSO_ASK = "__ASK_RETVAL"
_TSV = ox.QueryResultsFormat.TSV
_GRAPHS = {
    "text/plain": ox.RdfFormat.N_TRIPLES,
    "text/rdf+n3": ox.RdfFormat.N3,
    "application/turtle": ox.RdfFormat.TURTLE,
}
_SHOWN = 120
_TAIL = 1000
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?sparql\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
_NOT_A_RESULT = "is this the address of a SPARQL endpoint?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What an endpoint answered: its body, and what its Content-Type says of it."""

    url: str
    body: bytes
    content_type: str = ""

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset that the Content-Type says, else nothing."""
        declared = re.search(r"charset=\"?([\w.:-]+)", self.content_type, re.IGNORECASE)
        return declared[1] if declared else ""

    def text(self) -> str:
        """Return the body decoded: by its mark, by its charset, else as UTF-8. Raises EndpointError."""
        charset = self.charset if self.charset and not self.body.startswith(codecs.BOM_UTF8) else "utf-8-sig"
        codec = codec_of(charset)
        if codec is None:
            raise self.refused(gettext("its charset {charset} is unknown", charset=charset))
        try:
            return self.body.decode(codec)
        except UnicodeError as error:
            name = charset.upper().removesuffix("-SIG")
            if isinstance(error, UnicodeDecodeError):
                raise self.refused(
                    gettext("it is not {charset} at byte {byte}", charset=name, byte=error.start)
                ) from None
            raise self.refused(gettext("it is not {charset}", charset=name)) from None

    def refused(self, why: str = "") -> EndpointError:
        """Return the error for a response that is not what was asked for."""
        media_type = self.media_type or gettext("no media type")
        what = gettext("{url} answered what is no SPARQL result ({media_type})", url=self.url, media_type=media_type)
        if why:
            reason = why if isinstance(why, Text) else " ".join(why.split())[:_SHOWN]
            what = joined(": ", (what, reason))
        return EndpointError(what, hint=_NOT_A_RESULT)

    def broken(self, rest: str) -> EndpointError:
        """Return the error for a result that breaks off; `rest` is what stands there instead."""
        shown = " ".join(rest.split())[:_SHOWN]
        where = (
            gettext("where it should go on, it says: {text}", text=shown) if shown else gettext("the end is missing")
        )
        return EndpointError(
            gettext("the result of {url} is incomplete: {reason}", url=self.url, reason=where),
            hint=gettext("the query took too long there? add a LIMIT"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A result as far as it could be read: `size` rows or triples; `lost` more have a bad term, the first `reason`."""

    found: ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]
    size: int
    lost: int = 0
    reason: str = ""


def read_results(response: Response) -> Reading:
    """Read the result of a SELECT or ASK query.

    Raises EndpointError for what is no result, and for one that is incomplete.
    """
    form = ox.QueryResultsFormat.from_media_type(response.media_type)
    if form not in {ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, _TSV}:
        form = ox.QueryResultsFormat.JSON
        if response.body.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] == b"<":
            form = ox.QueryResultsFormat.XML
    reading = _read_lazily(response, form)
    if isinstance(reading, Reading):
        return reading
    if form == _TSV and reading:
        raise response.refused(reading)
    document = _read_xml(response) if form == ox.QueryResultsFormat.XML else _read_json(response)
    return _clean(document, response)


def _read_lazily(response: Response, form: ox.QueryResultsFormat) -> Reading | str:
    """Return a result as the engine's parser reads it, else why it cannot; then it is to be read with patience.

    The parser's objects have to end in the thread that they began in: no frame that raises an error may keep them.
    """
    try:
        # the parser is lazy: what is wrong comes to light when all rows are asked for
        results = ox.parse_query_results(response.body, format=form)
        if isinstance(results, ox.QueryBoolean):
            return Reading(found=results, size=1)
        if [it.value for it in results.variables] != [_VIRTUOSO_ASK]:
            size = sum(1 for _ in results)
            if form == ox.QueryResultsFormat.XML and not _CLOSED.search(response.body[-_TAIL:]):
                # the parser asks for no end, where its document breaks off between two rows
                return ""
            return Reading(found=_solutions(response.body, form), size=size)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def read_graph(response: Response) -> Reading:
    """Read the graph that answers a CONSTRUCT or DESCRIBE query.

    Raises EndpointError for what is no RDF.
    """
    form = _GRAPHS.get(response.media_type) or ox.RdfFormat.from_media_type(response.media_type)
    form = form or ox.RdfFormat.N_TRIPLES
    try:
        triples = [quad.triple for quad in parsed(response.body, form, base_iri=response.url)]
        return Reading(found=triples, size=len(triples))
    except (SyntaxError, ValueError) as error:
        if form != ox.RdfFormat.N_TRIPLES:
            raise response.refused(str(error)) from error
    return _read_lines(response)


def _read_lines(response: Response) -> Reading:
    triples: list[ox.Triple] = []
    lost, reason = 0, ""
    lines = [line for line in re.split(r"[\r\n]+", response.text()) if line.strip()]
    for line in lines:
        try:
            triples.extend(quad.triple for quad in ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))
        except (SyntaxError, ValueError):
            lost, reason = lost + 1, reason or line.strip()[:_SHOWN]
    if lines and not triples:
        raise response.refused(lines[0].strip())
    return Reading(found=triples, size=len(triples), lost=lost, reason=reason)


def _read_json(response: Response) -> Mapping[str, Any]:
    text = response.text()
    try:
        # some endpoints leave line breaks in strings as they are
        document = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if '"bindings"' in text[: error.pos]:
            raise response.broken(text[error.pos :]) from None
        raise response.refused() from None
    except RecursionError:
        raise response.refused(gettext("it is nested too deep")) from None
    except ValueError:
        # Python reads no numbers of thousands of digits
        raise response.refused(gettext("it has a number that is too large")) from None
    if not isinstance(document, dict):
        raise response.refused(gettext("it is JSON without a head and results"))
    return document


def _read_xml(response: Response) -> Mapping[str, Any]:
    try:
        # a charset comes before what the document says of its own encoding (RFC 7303, 3)
        root = ET.fromstring(response.text() if response.charset else response.body)  # noqa: S314 - expat bounds entities
    except (ET.ParseError, ValueError, LookupError) as error:
        # a LookupError: its declaration names an encoding that is none
        if b"<results" in response.body:
            line, column = getattr(error, "position", (1, 0))
            lines = response.text().split("\n")
            rest = "\n".join([lines[line - 1][column:], *lines[line:]]) if 0 < line <= len(lines) else ""
            raise response.broken(rest) from None
        raise response.refused() from None
    if root.tag != f"{_SPARQL}sparql":
        raise response.refused()
    boolean = root.find(f"{_SPARQL}boolean")
    if boolean is not None:
        return {"boolean": (boolean.text or "").strip() == "true"}
    names = [it.get("name", "") for it in root.iterfind(f"{_SPARQL}head/{_SPARQL}variable")]
    rows = [
        {
            binding.get("name", ""): _xml_term(binding[0]) if len(binding) else None
            for binding in result.iterfind(f"{_SPARQL}binding")
        }
        for result in root.iterfind(f"{_SPARQL}results/{_SPARQL}result")
    ]
    return {"head": {"vars": names}, "results": {"bindings": rows}}


def _xml_term(element: ET.Element) -> dict[str, Any]:
    term: dict[str, Any] = {"type": element.tag.removeprefix(_SPARQL), "value": element.text or ""}
    if language := element.get(_LANG):
        term["xml:lang"] = language
    if datatype := element.get("datatype"):
        term["datatype"] = datatype
    return term


def _clean(document: Mapping[str, Any], response: Response) -> Reading:
    """Return a result without the rows that have a bad cell."""
    if isinstance(document.get("boolean"), bool):
        return _boolean(yes=document["boolean"])
    results = document.get("results")
    bindings = results.get("bindings") if isinstance(results, dict) else None
    if not isinstance(bindings, list):
        raise response.refused(gettext("it is JSON without results"))
    head = document.get("head")
    named = head.get("vars") if isinstance(head, dict) else None
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    if names == [_VIRTUOSO_ASK]:
        # Virtuoso answers some ASK queries with a row that says 1 or 0
        cells = [row.get(_VIRTUOSO_ASK) for row in bindings if isinstance(row, dict)]
        yes = any(isinstance(cell, dict) and cell.get("value") == "1" for cell in cells)
        return _boolean(yes=yes)
    if not names:
        names = [name for row in bindings if isinstance(row, dict) for name in row]
    names = list(dict.fromkeys(names))
    for name in names:
        try:
            ox.Variable(name)
        except ValueError:
            raise response.refused(gettext("no variable can be called {name}", name=repr(name))) from None
    good: list[dict[str, Any]] = []
    lost, reason = 0, Text("")
    for row in bindings:
        problem = next(_problems(row, names), None)
        if problem is None:
            good.append({name: _cell(_term(cell)) for name, cell in row.items() if cell is not None})
        else:
            lost, reason = lost + 1, reason or problem
    body = json.dumps({"head": {"vars": names}, "results": {"bindings": good}}).encode()
    rows = _solutions(body, ox.QueryResultsFormat.JSON)
    return Reading(found=rows, size=len(good), lost=lost, reason=reason)


def _solutions(body: bytes, form: ox.QueryResultsFormat) -> ox.QuerySolutions:
    results = ox.parse_query_results(body, format=form)
    assert isinstance(results, ox.QuerySolutions)  # noqa: S101 - it was read before
    return results


def _boolean(*, yes: bool) -> Reading:
    body = b'{"head": {}, "boolean": %s}' % (b"true" if yes else b"false")
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QueryBoolean)  # noqa: S101 - as written
    return Reading(found=results, size=1)


def _problems(row: Any, names: list[str]) -> Iterator[Text]:
    if not isinstance(row, dict):
        yield gettext("a row is no object")
        return
    for name, cell in row.items():
        if name not in names:
            yield gettext("?{name} is not among the result's variables", name=name)
        elif cell is not None:
            try:
                _term(cell)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                value = cell.get("value") if isinstance(cell, dict) else cell
                tag = cell.get("xml:lang") if isinstance(cell, dict) else None
                written = f"{value!r}@{tag}" if tag else repr(value)
                yield gettext("?{name} is {value}", name=name, value=written[:_SHOWN])


def _cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> dict[str, Any]:
    """Write a term as SPARQL 1.1 Query Results JSON does (3.2.2)."""
    match term:
        case ox.NamedNode():
            return {"type": "uri", "value": term.value}
        case ox.BlankNode():
            return {"type": "bnode", "value": term.value}
        case ox.Literal(language=str(language)):
            return {"type": "literal", "value": term.value, "xml:lang": language}
        case ox.Literal():
            return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
        case ox.Triple():
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            return {"type": "triple", "value": {name: _cell(part) for name, part in parts.items()}}
    raise TypeError(f"not an RDF term: {term!r}")


def _term(cell: Mapping[str, Any]) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
    """Read a term of SPARQL 1.1 Query Results JSON (3.2.2). Raises ValueError, TypeError or KeyError."""
    value = cell["value"]
    match cell["type"]:
        case "uri":
            return ox.NamedNode(value)
        case "bnode":
            return ox.BlankNode(value)
        case "literal" | "typed-literal":
            text = str.encode(value).decode()  # half a surrogate pair is no text
            if cell.get("xml:lang") is not None:
                return ox.Literal(text, language=cell["xml:lang"])
            datatype = cell.get("datatype")
            return ox.Literal(text, datatype=ox.NamedNode(datatype)) if datatype is not None else ox.Literal(text)
        case "triple":
            subject, predicate, object_ = (_term(value[part]) for part in ("subject", "predicate", "object"))
            if isinstance(subject, ox.NamedNode | ox.BlankNode) and isinstance(predicate, ox.NamedNode):
                return ox.Triple(subject, predicate, object_)
    raise ValueError(cell["type"])
