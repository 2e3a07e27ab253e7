"""Write answers: tables for people, the W3C's result formats for programs, RDF for graphs."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset import SERIALIZATIONS, serialization
from pressgraph.dataset.writing import triple_order, write_triples, xml_escaped
from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

_W3C = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
ROW_FORMATS = ("table", "markdown", *_W3C)
GRAPH_FORMATS = tuple(it.name for it in SERIALIZATIONS)
RESULT_FORMATS = (*ROW_FORMATS, *(name for name in GRAPH_FORMATS if name not in ROW_FORMATS))
_ROW_ALIASES = {"md": "markdown", "srj": "json", "srx": "xml"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's answer: solutions, a boolean or triples."""

    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | list[ox.Triple]
    missing: tuple[str, ...] = ()
    """What an endpoint kept back, or gave in a way that nobody can read: a sentence for each."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The column of a thing, by the column of its name (`pressgraph.query.names`)."""

    @property
    def is_graph(self) -> bool:
        """Whether this answers a CONSTRUCT or DESCRIBE."""
        return isinstance(self.found, ox.QueryTriples | list)

    @property
    def is_true(self) -> bool:
        """Whether this answers an ASK with yes."""
        return isinstance(self.found, ox.QueryBoolean) and bool(self.found)

    def rows(self) -> Iterator[tuple[Term | None, ...]]:
        """Yield the solutions' values in the order of the variables; one row with a boolean for ASK.

        Raises QueryError where the evaluation fails midway.
        """
        match self.found:
            case ox.QuerySolutions():
                variables = self.found.variables
                try:
                    for solution in self.found:
                        yield tuple(solution[variable] for variable in variables)
                except (OSError, RuntimeError, SyntaxError, ValueError) as error:
                    raise QueryError(gettext("the query failed: {reason}", reason=error)) from error
            case ox.QueryBoolean():
                yield (ox.Literal(bool(self.found)),)
            case _:
                yield from ((t.subject, t.predicate, t.object) for t in self.triples())

    def triples(self) -> list[ox.Triple]:
        """Return the triples of a graph, each once, sorted.

        Raises QueryError where the evaluation fails midway.
        """
        if not isinstance(self.found, ox.QueryTriples | list):
            raise QueryError(gettext("this query has rows, not a graph"))
        try:
            return sorted(set(self.found), key=triple_order)
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise QueryError(gettext("the query failed: {reason}", reason=error)) from error

    @property
    def variables(self) -> list[str]:
        """The column names."""
        match self.found:
            case ox.QuerySolutions():
                return [variable.value for variable in self.found.variables]
            case ox.QueryBoolean():
                return ["answer"]
        return ["subject", "predicate", "object"]


def write_answer(
    answer: Answer,
    form: str | None,
    profile: Profile,
    *,
    id_base: str,
    table: Callable[..., bytes] | None = None,
) -> bytes:
    """Write an answer in a format; None means a table for rows and Turtle for graphs.

    `table` draws rows for a terminal. Raises QueryError for a format that does not fit the query's form.
    """
    form = _format(form, graph=answer.is_graph)
    if answer.is_graph and form not in {"table", "markdown", "csv", "tsv"}:
        return _graph(answer, form, profile, id_base)
    if form is not None and form not in ROW_FORMATS:
        raise QueryError(
            gettext("'{form}' is for CONSTRUCT and DESCRIBE; this query has rows", form=form),
            hint=gettext("use one of {words}", words=", ".join(ROW_FORMATS)),
        )
    if form in _W3C and not answer.is_graph:
        return _w3c(answer, _W3C[form])
    if form in {"csv", "tsv"}:
        return _separated(answer, form)
    names, rows = table_of(answer, profile, id_base)
    if form == "markdown":
        return _markdown(names, rows)
    if table is not None:
        return table(names, rows)
    return plain_table(names, rows)


def _format(form: str | None, *, graph: bool) -> str | None:
    """Return a format's own name; graphs go by the names that `export -f` takes too."""
    if form is None:
        return None
    name = form.lower()
    name = _ROW_ALIASES.get(name, name)
    if name in ROW_FORMATS and not (graph and name in {"json", "xml"}):
        return name
    syntax_name = next((it.name for it in SERIALIZATIONS if name in {it.name, it.media_type, *it.aliases}), None)
    if syntax_name is None:
        hint = did_you_mean(form, RESULT_FORMATS, otherwise=gettext("known: {words}", words=", ".join(RESULT_FORMATS)))
        raise QueryError(gettext("'{form}' is not a result format", form=form), hint=hint)
    return syntax_name


def table_of(answer: Answer, profile: Profile, id_base: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return headings and rows as people read them.

    A thing and its name right after it are one column, the name's. A thing that is selected apart from its name has a
    column of ids.
    """
    variables = answer.variables
    places = {name: place for place, name in enumerate(variables)}
    apart = {thing for name, thing in answer.names.items() if places.get(thing, -1) != places[name] - 1}
    together = set(answer.names.values()) - apart
    headings: list[str] = []
    cells: list[Callable[[Sequence[Term | None]], Term | None]] = []

    def named(name: int, thing: int | None) -> Callable[[Sequence[Term | None]], Term | None]:
        return lambda row: row[thing] if row[name] is None and thing is not None else row[name]

    def id_of(thing: int) -> Callable[[Sequence[Term | None]], Term | None]:
        return lambda row: None if isinstance(row[thing], ox.Literal) else row[thing]

    for place, variable in enumerate(variables):
        if variable in answer.names:
            headings.append(answer.names[variable])
            cells.append(named(place, places.get(answer.names[variable])))
        elif variable in apart:
            headings.append(f"{variable} id")
            cells.append(id_of(place))
        elif variable not in together:
            headings.append(variable)
            cells.append(named(place, None))
    # an answer can be read once
    return headings, [tuple(shown(cell(row), profile, id_base) for cell in cells) for row in answer.rows()]


def shown(term: Term | None, profile: Profile, id_base: str) -> str:
    """Return a term as people read it: a literal's text, a relative id, a CURIE."""
    match term:
        case None:
            return ""
        case ox.Literal():
            return term.value
        case ox.NamedNode():
            if term.value.startswith(id_base):
                return term.value.removeprefix(id_base)
            return profile.curie(term.value) or term.value
        case ox.BlankNode():
            return f"_:{term.value}"
    return str(term)


def _w3c(answer: Answer, form: ox.QueryResultsFormat) -> bytes:
    results = answer.found
    assert not isinstance(results, ox.QueryTriples | list)  # noqa: S101 - the caller asked
    try:
        written = (
            results.serialize(format=form)
            if not (
                isinstance(results, ox.QueryBoolean) and form in {ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV}
            )
            else f"{str(bool(results)).lower()}\n".encode()
        )
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        raise QueryError(gettext("the query failed: {reason}", reason=error)) from error
    assert written is not None  # noqa: S101 - no output was given
    if form == ox.QueryResultsFormat.XML:
        written = xml_escaped(written)
    return written if written.endswith(b"\n") else written + b"\n"


def _graph(answer: Answer, form: str | None, profile: Profile, id_base: str) -> bytes:
    syntax = serialization(form or "turtle")
    return write_triples(answer.triples(), syntax, profile.query_prefixes(id_base))


def _separated(answer: Answer, form: str) -> bytes:
    """Write a graph's triples as SPARQL 1.1 Query Results CSV or TSV with the columns subject, predicate, object."""
    names = answer.variables
    if form == "tsv":
        # terms as in Turtle, where a literal has neither line breaks nor tabs in it
        rows = ["\t".join(f"?{name}" for name in names), *("\t".join(map(str, row)) for row in answer.rows())]
        return "".join(f"{row}\n" for row in rows).encode()
    import csv

    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(names)
    for row in answer.rows():
        writer.writerow([str(term) if isinstance(term, ox.BlankNode) else getattr(term, "value", "") for term in row])
    return output.getvalue().encode()


def _markdown(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    def line(cells: Sequence[str]) -> str:
        escaped = (
            cell.replace("\\", "\\\\")
            .replace("|", "\\|")
            .replace("\n", "<br>")
            .replace("<", "&lt;")
            .replace("&lt;br>", "<br>")
            for cell in cells
        )
        return f"| {' | '.join(escaped)} |"

    lines = [line(names), line(["---"] * len(names)), *map(line, rows)]
    return ("\n".join(lines) + "\n").encode()


def plain_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Write an aligned table without borders, for pipes and files."""
    clean = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in ([*names], *clean)) for i in range(len(names))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in ([*names], *clean)
    ]
    return ("\n".join(lines) + "\n").encode()
