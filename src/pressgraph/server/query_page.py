"""The query page: the editor, the saved queries as forms, a query's result as a table, and downloads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import PressgraphError, QueryError
from pressgraph.query.forms import query_form
from pressgraph.query.guard import check_query
from pressgraph.query.patterns import LINE_AND_COLUMN
from pressgraph.server.addresses import link
from pressgraph.server.answers import RequestError, entity
from pressgraph.server.cache import Entry, Question
from pressgraph.server.linked import FORM_NAMES
from pressgraph.server.lookups import term
from pressgraph.server.negotiation import GRAPHS, JSON, ROWS, Form
from pressgraph.server.protocol import Operation, parameters
from pressgraph.server.view import graph_view, result_view
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.query import SavedQuery
    from pressgraph.query.saved import Parameter
    from pressgraph.server.pages import Pages

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
        result = None
        if not problem and (operation.query or (saved is not None and "run" in fields)):
            try:
                result = await self._result(request, text, operation)
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
                "downloads": _downloads(view, text, dataset, self.pages.prefix(request)),
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
        """Return what makes of a result what the page shows.

        Raises RequestError.
        """
        front = self.front
        try:
            await front.drawing.of(check_query, text, front.endpoint.limits)
        except QueryError as error:
            raise RequestError(400, str(error)) from error
        graph = query_form(text) in {"CONSTRUCT", "DESCRIBE"}
        form = _N_TRIPLES if graph else JSON
        base = front.address(request) + "/sparql"
        question = Question(front.snapshot_id, text, operation.default, operation.named, form.name, base)
        known = front.endpoint.cache.get(question)
        whole = True
        if known is not None:
            content = known.body
        else:
            content, exchange = await front.endpoint.evaluate(request, question)
            if exchange is not None:
                # the beginning is enough for a page
                exchange.close()
                whole = False
        return lambda: self._shown(request, content, graph=graph, whole=whole)

    def _shown(self, request: Request, content: bytes, *, graph: bool, whole: bool) -> dict[str, Any]:
        names = self.pages.names(request)
        if graph:
            return graph_view(*_triples(content, whole=whole), names)
        found, rows, total = _bindings(content, whole=whole)
        if "boolean" in found:
            return {"kind": "boolean", "answer": found["boolean"]}
        return result_view(found["head"]["vars"], rows, total, names)

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


def _bindings(content: bytes, *, whole: bool) -> tuple[dict[str, Any], list[dict[str, Any]], int | None]:
    """Return head, the first rows and the number of rows of a JSON result; the number is not known of a beginning."""
    if whole:
        found = json.loads(content)
        rows = found.get("results", {}).get("bindings", [])
        return found, rows[:_ROWS_SHOWN], len(rows)
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
