"""The query page: the editor, the saved queries as forms, a query's result as a table, and downloads."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import PressgraphError, QueryError
from pressgraph.query.forms import query_form
from pressgraph.query.guard import check_query
from pressgraph.query.names import fill, things_in
from pressgraph.query.patterns import LINE_AND_COLUMN
from pressgraph.query.projection import portable, read_names
from pressgraph.server.cache import Entry, Question
from pressgraph.server.http.addresses import link
from pressgraph.server.http.negotiation import GRAPHS, JSON, ROWS, Form
from pressgraph.server.http.responses import RequestError, entity
from pressgraph.server.pages.documents import FORM_NAMES
from pressgraph.server.pages.models import graph_view, result_view
from pressgraph.server.sparql.protocol import Operation, parameters
from pressgraph.server.workers.describe import term
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.query import SavedQuery
    from pressgraph.query.saved import Parameter
    from pressgraph.server.pages.models import Names
    from pressgraph.server.pages.renderer import Pages

_ROWS_SHOWN = 500
_LINES_AROUND = 2
_N_TRIPLES = next(form for form in GRAPHS if form.name == "ntriples")
_EXAMPLE = "SELECT ?thing ?name WHERE {\n  ?thing a clu:ClusterOrganisation ;\n    schema:name ?name .\n}\nLIMIT 20\n"


class QueryPage:
    """The page at /sparql for who reads HTML."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.front = pages.front

    async def answer(self, request: Request, operation: Operation) -> Response:
        """Show the page; run the query of the address, or the saved query that it names."""
        fields = dict(parameters(request.scope["query_string"]))
        text, problem, status = operation.query or "", "", 200
        saved: SavedQuery | None = None
        values: dict[str, str] = {}
        if "saved" in fields:
            try:
                saved, values, text = self._saved(request, fields)
            except PressgraphError as error:
                saved, problem = self.front.saved_queries.get(fields["saved"]), _sentence(error)
        result, undecided = None, ""
        if not problem and (operation.query or (saved is not None and "run" in fields)):
            try:
                result = await self._result(request, text, operation)
                undecided = await self._undecided(request, saved, text, operation)
            except RequestError as error:
                problem, status = error.message, error.status
        place = LINE_AND_COLUMN.search(problem)
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        dataset = [
            *(("default-graph-uri", iri) for iri in operation.default or ()),
            *(("named-graph-uri", iri) for iri in operation.named or ()),
        ]

        def shown() -> dict[str, Any]:
            view = result() if result is not None else None
            return {
                "status": status,
                "text": text or _EXAMPLE,
                "saved": saved,
                "form": self._form(request, saved, values) if saved else [],
                "queries": self._queries(),
                "problem": problem,
                "line": line,
                "column": column,
                "excerpt": _excerpt(text, line, column),
                "result": view,
                "undecided": undecided if view is None or view.get("answer") is not True else "",
                "downloads": _downloads(view, self._portable(request, text), dataset, self.pages.prefix(request)),
                "dataset": dataset,
                "prefixes": sorted(self.front.prefixes.items()),
            }

        return await self.pages.draw_beside(request, "query.html", shown)

    def _saved(self, request: Request, fields: Mapping[str, str]) -> tuple[SavedQuery, dict[str, str], str]:
        """Return the saved query that an address names, the parameters that it gives, and the query's text.

        Raises PressgraphError.
        """
        front = self.front
        saved = front.saved_queries.get(fields["saved"])
        if saved is None:
            hint = did_you_mean(fields["saved"], front.saved_queries, otherwise="the list has them all")
            raise QueryError(f"there is no saved query '{fields['saved'][:100]}'", hint=hint)
        values = {name: value for name in saved.parameters if (value := fields.get(f"p.{name}", "").strip())}
        for name, parameter in saved.parameters.items():
            if parameter.type == "lang":
                values.setdefault(name, self.pages.language(request))
        return saved, values, saved.fill(values, front.profile, front.project.id_base)

    def _form(self, request: Request, saved: SavedQuery, values: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the fields of a saved query's form."""
        names = self.pages.names(request)

        def options(parameter: Parameter) -> list[tuple[str, str]]:
            scheme = self.front.profile.schemes.get(parameter.type.removeprefix("term:"))
            found = [(it.name, names.name(it.iri).label) for it in scheme.concepts.values()] if scheme else []
            return sorted(found, key=lambda it: it[1].casefold())

        return [
            {
                "name": it.name,
                "kind": {"xsd:date": "date", "xsd:integer": "number"}.get(it.type, "text"),
                "options": options(it),
                "value": values.get(it.name, ""),
                "default": "" if it.default == "UNDEF" else it.default.partition("^^")[0].strip().strip('"<>'),
                "optional": it.optional,
                "description": it.description,
            }
            for it in saved.parameters.values()
        ]

    def _queries(self) -> dict[str, list[SavedQuery]]:
        """Return the saved queries by the folder that they are in, those in none first."""
        groups: dict[str, list[SavedQuery]] = {"": []}
        for query in self.front.saved_queries.values():
            groups.setdefault(query.name.rpartition("/")[0], []).append(query)
        return groups

    async def _result(self, request: Request, text: str, operation: Operation) -> Callable[[], dict[str, Any]]:
        """Return what makes of a result what the page shows, with the names that the query selects.

        Raises RequestError.
        """
        front = self.front
        try:
            await front.drawing.of(check_query, text, front.endpoint.limits)
            named = await front.drawing.of(read_names, text)
        except QueryError as error:
            raise RequestError(400, str(error)) from error
        names = self.pages.names(request)
        if query_form(text) in {"CONSTRUCT", "DESCRIBE"}:
            content, whole = await self._content(request, text, operation, _N_TRIPLES)
            return lambda: graph_view(*_triples(content, whole=whole), names)
        content, whole = await self._content(request, text if named is None else named.text, operation, JSON)
        if named is None:
            return lambda: _rows_view(*_bindings(content, whole=whole), names, {})
        if named.order and not whole:
            # what comes first is known of all rows only: the engine has to sort them
            content, whole = await self._content(request, self._portable(request, text), operation, JSON)
            return lambda: _rows_view(*_bindings(content, whole=whole), names, named.names)
        head, rows, total = await front.drawing.of(partial(_bindings, content, whole=whole, every=bool(named.order)))
        found = await front.lookup({"op": "names", "iris": things_in(named, rows)})
        languages = (self.pages.language(request), front.project.language)

        def shown() -> dict[str, Any]:
            filled = fill(named, rows, found, languages, id_base=front.project.id_base)
            count = len(filled) if named.order else total
            return _rows_view({"head": {**head["head"], "vars": named.columns}}, filled, count, names, named.names)

        return shown

    async def _undecided(self, request: Request, saved: SavedQuery | None, text: str, operation: Operation) -> str:
        """Return what a saved query cannot decide, in a sentence.

        Raises RequestError.
        """
        other = self.front.saved_queries.get(saved.undecided or "") if saved else None
        if saved is None or other is None:
            return ""
        asked = saved.undecided_text(text, other)
        named = read_names(asked)
        content, whole = await self._content(request, asked if named is None else named.text, operation, JSON)
        total = _bindings(content, whole=whole)[2]
        return saved.undecided_message(total, self.pages.language(request)) if total else ""

    async def _content(self, request: Request, text: str, operation: Operation, form: Form) -> tuple[bytes, bool]:
        """Return a query's result, and whether it is the whole one: a page needs the beginning only.

        Raises RequestError.
        """
        front = self.front
        base = front.address(request) + "/sparql"
        question = Question(front.snapshot_id, text, operation.default, operation.named, form.name, base)
        known = front.endpoint.cache.get(question)
        if known is not None:
            return known.body, True
        content, exchange = await front.endpoint.evaluate(request, question)
        if exchange is not None:
            exchange.close()
        return content, exchange is None

    def _portable(self, request: Request, text: str) -> str:
        """Return a query for the endpoint, which fills in no names: it answers as SPARQL has it."""
        try:
            named = read_names(text) is not None
            return portable(text, self.front.prefixes, self.pages.language(request)) if named else text
        except QueryError:
            return text

    async def terms(self, request: Request) -> Response:
        """Answer with what the editor completes: prefixes, and terms with their names."""
        profile, language = self.front.profile, self.pages.language(request)
        names = self.pages.names(request)
        known = {curie: iri for iri in profile.ontology_terms if (curie := profile.curie(iri)) is not None}
        content = {
            "prefixes": self.front.prefixes,
            "terms": [
                {
                    "term": curie,
                    "name": names.name(iri).label,
                    "kind": "class" if iri in profile.class_of else "property" if iri in profile.key_of else "constant",
                }
                for curie, iri in sorted(known.items())
                if not curie.startswith("shp:")
            ],
        }
        text = json.dumps(content, ensure_ascii=False)
        entry = Entry(text.encode(), "application/json", f'"{profile.digest[:16]}-{language}"')
        return entity(request, entry, {"cache-control": "no-cache", "vary": "Accept-Language, Cookie"})


def _sentence(error: PressgraphError) -> str:
    hint = getattr(error, "hint", None)
    return f"{error} ({hint})" if hint and hint not in str(error) else str(error)


def _excerpt(text: str, line: int, column: int) -> str:
    """Return the lines around a place of a query, numbered, with a mark below it."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    shown = [f"{number:4} │ {lines[number - 1][:200]}" for number in range(max(1, line - _LINES_AROUND), line + 1)]
    if column <= len(lines[line - 1]) + 1:
        shown.append(f"     │ {' ' * (min(column, 200) - 1)}^")
    return "\n".join(shown)


def _rows_view(
    head: Mapping[str, Any], rows: list[dict[str, Any]], total: int | None, names: Names, things: Mapping[str, str]
) -> dict[str, Any]:
    if "boolean" in head:
        return {"kind": "boolean", "answer": head["boolean"]}
    return result_view(head["head"]["vars"], rows[:_ROWS_SHOWN], total, names, things)


def _bindings(
    content: bytes, *, whole: bool, every: bool = False
) -> tuple[dict[str, Any], list[dict[str, Any]], int | None]:
    """Return head, the first rows or every one, and the number of rows of a JSON result.

    The number is not known of a beginning.
    """
    if whole:
        found = json.loads(content)
        rows = found.get("results", {}).get("bindings", [])
        return found, rows if every else rows[:_ROWS_SHOWN], len(rows)
    text = content.decode("utf-8", "replace")
    start = text.index('"bindings":[') + len('"bindings":[')
    head = json.loads(text[: text.index(',"results"')] + "}")
    decoder, rows = json.JSONDecoder(), []
    try:
        while len(rows) < _ROWS_SHOWN:
            row, start = decoder.raw_decode(text, start)
            rows.append(row)
            start += 1  # the comma
    except json.JSONDecodeError:
        pass  # the beginning ends here
    return head, rows, None


def _triples(content: bytes, *, whole: bool) -> tuple[list[list[list[Any]]], int | None]:
    """Return the first triples of N-Triples, and how many there are."""
    lines = content.splitlines(keepends=True)
    shown = lines[: min(_ROWS_SHOWN, len(lines) if whole else len(lines) - 1)]
    triples = ox.parse(b"".join(shown), format=ox.RdfFormat.N_TRIPLES)
    rows = [[term(it.subject), term(it.predicate), term(it.object)] for it in triples]
    return rows, len(lines) if whole else None


def _downloads(
    result: dict[str, Any] | None, text: str, dataset: list[tuple[str, str]], prefix: str
) -> list[dict[str, str]]:
    offered: dict[str, tuple[Form, ...]] = {"rows": ROWS, "graph": GRAPHS}
    return [
        {
            "name": FORM_NAMES.get(form.name, form.name.upper()),
            "href": link("/download", [("type", form.media_type), *dataset, ("query", text)], prefix=prefix),
        }
        for form in offered.get(result["kind"] if result else "", ())
    ]
