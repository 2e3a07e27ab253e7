"""The query page: the editor, the saved queries as forms, a query's result as a table, and downloads."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from pressgraph.errors import PressgraphError, QueryError
from pressgraph.facts.ids import Ids
from pressgraph.i18n import Text, gettext, in_language
from pressgraph.pages.results import graph_table, nodes_of, result_table, things_in_rows
from pressgraph.pages.settings import Site
from pressgraph.pages.view.called import called, nameless
from pressgraph.pages.view.statements import term
from pressgraph.query.choices import MOST_CHOICES, choices, example, is_described
from pressgraph.query.forms import query_form
from pressgraph.query.names import fill, things_in
from pressgraph.query.patterns import LINE_AND_COLUMN
from pressgraph.query.projection import portable, read_names
from pressgraph.server.http.addresses import link
from pressgraph.server.http.negotiation import GRAPHS, JSON, ROWS, MediaType
from pressgraph.server.http.requests import base_address, mount_prefix, parameters
from pressgraph.server.http.responses import Representation, RequestError, respond
from pressgraph.server.sparql.results import first_bindings
from pressgraph.server.views.documents import TYPE_NAMES
from pressgraph.server.views.renderer import today
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from pressgraph.pages.names import Names
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.query.saved import Parameter
    from pressgraph.server.served import ServedSnapshot
    from pressgraph.server.sparql.protocol import Operation
    from pressgraph.server.sparql.queries import QueryService
    from pressgraph.server.views.renderer import PageRenderer
    from pressgraph.server.workers.background import Background
    from pressgraph.server.workers.descriptions import Descriptions

_ROWS_SHOWN = 500
_LINES_AROUND = 2
_LONGEST_NAME = 200
_N_TRIPLES = next(it for it in GRAPHS if it.name == "ntriples")
_EXAMPLE = "SELECT ?thing ?name WHERE {\n  ?thing a clu:ClusterOrganisation ;\n    schema:name ?name .\n}\nLIMIT 20\n"


class _Offered(NamedTuple):
    """What the graph offers for a parameter that is an id: ids with names, and the one that is asked about else."""

    required: bool
    default: str
    options: tuple[tuple[str, str], ...]


class QueryPage:
    """The page at /sparql for browsers."""

    def __init__(
        self,
        renderer: PageRenderer,
        queries: QueryService,
        background: Background,
        descriptions: Descriptions,
        project: Project,
        profile: Profile,
        saved_queries: Mapping[str, SavedQuery],
        prefixes: Mapping[str, str],
    ) -> None:
        self._renderer = renderer
        self._queries = queries
        self._background = background
        self._descriptions = descriptions
        self._project = project
        self._profile = profile
        self._saved_queries = saved_queries
        self._prefixes = prefixes

    async def show(self, request: Request, snapshot: ServedSnapshot, operation: Operation) -> Response:
        """Show the page; run the query of the address, or the saved query that it names.

        Raises RequestError.
        """
        fields = dict(parameters(request.scope["query_string"]))
        text, problem, status = operation.query or "", "", 200
        saved: SavedQuery | None = None
        values: dict[str, str] = {}
        offered: dict[str, _Offered] = {}
        if "saved" in fields:
            try:
                filled = await self._with_ids(snapshot, fields)
                saved, values, text = self._saved(request, filled)
            except PressgraphError as error:
                saved, problem = self._saved_queries.get(fields["saved"]), error.sentence
        if saved is not None:
            offered = await self._offered(request, snapshot, saved, operation)
            # what somebody has typed stays as it is; what is chosen from a list is an id
            listed = {name for name, it in offered.items() if it.options}
            values = {
                name: value if name in listed else fields.get(f"p.{name}", value) for name, value in values.items()
            }
        result, undecided = None, ""
        told = all(it.default or not it.required or name in values for name, it in offered.items())
        if not problem and (operation.query or (saved is not None and "run" in fields and told)):
            try:
                result = await self._result(request, snapshot, text, operation)
                undecided = await self._undecided(request, snapshot, saved, text, operation)
            except RequestError as error:
                problem, status = error.message, error.status
        place = LINE_AND_COLUMN.search(problem)
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        dataset = [
            *(("default-graph-uri", iri) for iri in operation.default or ()),
            *(("named-graph-uri", iri) for iri in operation.named or ()),
        ]

        def shown() -> dict[str, Any]:
            table = result() if result is not None else None
            return {
                "status": status,
                "text": text or _EXAMPLE,
                "saved": saved,
                "form": self._form(request, saved, values, offered) if saved else [],
                "queries": self._by_folder(),
                "problem": in_language(problem, self._renderer.language(request)),
                "translated": isinstance(problem, Text),
                "line": line,
                "column": column,
                "excerpt": _excerpt(text, line, column),
                "result": table,
                "undecided": undecided if table is None or table.get("answer") is not True else "",
                "downloads": _downloads(table, self._portable(request, text), dataset, mount_prefix(request)),
                "dataset": dataset,
                "prefixes": sorted(self._prefixes.items()),
            }

        return await self._renderer.draw_beside(request, "query.html", shown)

    async def _with_ids(self, snapshot: ServedSnapshot, fields: Mapping[str, str]) -> dict[str, str]:
        """Return fields with ids where names of things were typed for ids.

        Raises RequestError.
        """
        filled = dict(fields)
        saved = self._saved_queries.get(fields["saved"])
        for name, parameter in saved.parameters.items() if saved is not None else ():
            value = fields.get(f"p.{name}", "").strip()[:_LONGEST_NAME]
            if parameter.is_id and value and not set(value) & {"/", ":"}:
                found = await self._descriptions.search(snapshot, value, most=1, any_word=False)
                iri = next(iter(found["found"]), "")
                if iri:
                    filled[f"p.{name}"] = iri.removeprefix(self._project.id_base)
        return filled

    def _saved(self, request: Request, fields: Mapping[str, str]) -> tuple[SavedQuery, dict[str, str], str]:
        """Return the saved query that an address names, the parameters that it gives, and the query's text.

        Raises PressgraphError.
        """
        saved = self._saved_queries.get(fields["saved"])
        if saved is None:
            hint = did_you_mean(fields["saved"], self._saved_queries, otherwise=gettext("the list has them all"))
            raise QueryError(gettext("there is no saved query '{query}'", query=fields["saved"][:100]), hint=hint)
        values = {name: value for name in saved.parameters if (value := fields.get(f"p.{name}", "").strip())}
        for name, parameter in saved.parameters.items():
            if parameter.type == "lang":
                values.setdefault(name, self._renderer.language(request))
        return saved, values, saved.fill(values, self._profile, self._project.id_base)

    async def _offered(
        self, request: Request, snapshot: ServedSnapshot, saved: SavedQuery, operation: Operation
    ) -> dict[str, _Offered]:
        """Return what the graph offers for the ids that a saved query asks for.

        Raises RequestError.
        """
        id_base, languages = self._project.id_base, (self._renderer.language(request), self._project.language)

        async def answered(text: str) -> dict[str, Any]:
            content, whole = await self._content(request, snapshot, text, operation, JSON)
            head, rows, _ = _bindings(content, whole=whole)
            return {**head, "rows": rows}

        offered = {}
        for name, parameter in saved.parameters.items():
            if not parameter.is_id:
                continue
            iri = example(parameter, self._profile, id_base)
            known = iri is not None and (await answered(is_described(iri)))["boolean"]
            named = read_names(choices(parameter, self._profile, id_base))
            assert named is not None  # noqa: S101 - it asks for a name
            rows = (await answered(named.text))["rows"]
            found = await self._descriptions.names(snapshot, things_in(named, rows))
            filled = fill(named, rows, found, languages, id_base=id_base)
            options = {it["thing"]["value"]: it["thingLabel"]["value"] for it in filled if "thingLabel" in it}
            if iri is not None and known:
                options.setdefault(iri, iri.removeprefix(id_base))
            offered[name] = _Offered(
                required=not parameter.optional,
                default=(iri or "").removeprefix(id_base) if known else "",
                options=tuple((it.removeprefix(id_base), label) for it, label in options.items())
                if len(rows) <= MOST_CHOICES
                else (),
            )
        return offered

    def _form(
        self, request: Request, saved: SavedQuery, values: Mapping[str, str], offered: Mapping[str, _Offered]
    ) -> list[dict[str, Any]]:
        """Return the fields of a saved query's form."""
        language = self._renderer.language(request)
        names, ids = self._renderer.names(request), Ids(self._profile, self._project.id_base)

        def value(parameter: Parameter) -> str:
            given = values.get(parameter.name, "")
            if parameter.name not in offered:
                return given
            if given and offered[parameter.name].options:
                return ids.normal(ids.iri_in_query(given) or given)
            return given or offered[parameter.name].default

        def options(parameter: Parameter) -> list[tuple[str, str]]:
            if parameter.is_id:
                things = dict(offered[parameter.name].options if parameter.name in offered else ())
                if things and (given := value(parameter)):
                    things.setdefault(given, given)
                return sorted(things.items(), key=lambda it: it[1].casefold())
            scheme = self._profile.schemes.get(parameter.type.removeprefix("term:"))
            found = [(it.name, names.name(it.iri).label) for it in scheme.concepts.values()] if scheme else []
            return sorted(found, key=lambda it: it[1].casefold())

        return [
            {
                **it.in_form(language),
                "label": names.heading(it.name),
                "options": options(it),
                "value": value(it),
            }
            for it in saved.parameters.values()
        ]

    def _by_folder(self) -> dict[str, list[SavedQuery]]:
        """Return the saved queries by the folder that they are in, those in none first."""
        groups: dict[str, list[SavedQuery]] = {"": []}
        for query in self._saved_queries.values():
            groups.setdefault(query.name.rpartition("/")[0], []).append(query)
        return groups

    async def _result(
        self, request: Request, snapshot: ServedSnapshot, text: str, operation: Operation
    ) -> Callable[[], dict[str, Any]]:
        """Return what makes of a result what the page shows, with the names that the query selects.

        Raises RequestError.
        """
        run = self._background.run
        await run(self._queries.check, text)
        try:
            named = await run(read_names, text)
        except QueryError as error:
            raise RequestError(400, error.sentence) from error
        if query_form(text) in {"CONSTRUCT", "DESCRIBE"}:
            content, whole = await self._content(request, snapshot, text, operation, _N_TRIPLES)
            triples, count = _triples(content, whole=whole)
            names = self._with(request, await self._called(request, snapshot, nodes_of(triples)))
            return lambda: graph_table(triples, count, names)
        selected = text if named is None else named.text
        content, whole = await self._content(request, snapshot, selected, operation, JSON)
        if named is None:
            head, rows, total = await run(partial(_bindings, content, whole=whole))
            names = self._with(request, await self._called(request, snapshot, things_in_rows(rows, {})))
            return lambda: _rows_table(head, rows, total, names, {})
        if named.order and not whole:
            # what comes first is known of all rows only: the engine has to sort them
            content, whole = await self._content(request, snapshot, self._portable(request, text), operation, JSON)
            named = replace(named, order=(), offset=0, limit=None)
        head, rows, total = await run(partial(_bindings, content, whole=whole, every=bool(named.order)))
        things = things_in(named, rows)
        found = await self._descriptions.names(snapshot, things)
        bare = things_in_rows(rows, named.names)
        more = await self._called(request, snapshot, (*things, *bare), found)
        found |= {iri: [(0, *more[iri])] for iri in things if iri in more}
        names = self._with(request, more)
        languages = (self._renderer.language(request), self._project.language)

        def shown() -> dict[str, Any]:
            filled = fill(named, rows, found, languages, id_base=self._project.id_base)
            count = len(filled) if named.order else total
            return _rows_table({"head": {**head["head"], "vars": named.columns}}, filled, count, names, named.names)

        return shown

    async def _called(
        self,
        request: Request,
        snapshot: ServedSnapshot,
        things: Iterable[str],
        found: Mapping[str, Sequence[object]] = MappingProxyType({}),
    ) -> Mapping[str, tuple[str, str]]:
        """Return what pages call things that no name is found for, and in which language.

        Raises RequestError.
        """
        iris = nameless(things, found, self._project.id_base)
        if not iris:
            return {}
        reading = await self._descriptions.alone(snapshot, iris)
        names = self._renderer.names(request, reading["labels"], reading["kinds"])
        site = Site.of(self._project, names.language)
        return await self._background.run(partial(called, iris, reading, names, self._profile, site, today()))

    def _with(self, request: Request, called: Mapping[str, tuple[str, str]]) -> Names:
        """Return what names things as they are called."""
        return self._renderer.names(request, {iri: [name] for iri, name in called.items()})

    async def _undecided(
        self, request: Request, snapshot: ServedSnapshot, saved: SavedQuery | None, text: str, operation: Operation
    ) -> str:
        """Return what a saved query cannot decide, in a sentence.

        Raises RequestError.
        """
        other = self._saved_queries.get(saved.undecided or "") if saved else None
        if saved is None or other is None:
            return ""
        query = saved.undecided_text(text, other)
        named = read_names(query)
        content, whole = await self._content(request, snapshot, query if named is None else named.text, operation, JSON)
        total = _bindings(content, whole=whole)[2]
        return saved.undecided_message(total, self._renderer.language(request)) if total else ""

    async def _content(
        self, request: Request, snapshot: ServedSnapshot, text: str, operation: Operation, media_type: MediaType
    ) -> tuple[bytes, bool]:
        """Return a query's result, and whether it is the whole one: a page needs the beginning only.

        Raises RequestError.
        """
        prepared = await self._queries.prepare_beside(
            text,
            snapshot=snapshot,
            accept=media_type.media_type,
            base=f"{base_address(request, self._project.serve.url)}/sparql",
            default=operation.default,
            named=operation.named,
            html=False,
        )
        result = await self._queries.result(prepared, request.receive)
        if isinstance(result, Representation):
            return result.body, True
        result.job.close()
        return result.beginning, False

    def _portable(self, request: Request, text: str) -> str:
        """Return a query for the endpoint, which fills in no names: it answers as SPARQL has it."""
        try:
            named = read_names(text) is not None
            return portable(text, self._prefixes, self._renderer.language(request)) if named else text
        except QueryError:
            return text

    async def terms(self, request: Request) -> Response:
        """Answer with what the editor completes: prefixes, and terms with their names."""
        profile, language = self._profile, self._renderer.language(request)
        names = self._renderer.names(request)
        known = {curie: iri for iri in profile.ontology_terms if (curie := profile.curie(iri)) is not None}
        content = {
            "prefixes": self._prefixes,
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
        terms = Representation(text.encode(), "application/json", f'"{profile.digest[:16]}-{language}"')
        return respond(request, terms, {"cache-control": "no-cache", "vary": "Accept-Language, Cookie"})


def _excerpt(text: str, line: int, column: int) -> str:
    """Return the lines around a place of a query, numbered, with a mark below it."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    shown = [f"{number:4} │ {lines[number - 1][:200]}" for number in range(max(1, line - _LINES_AROUND), line + 1)]
    if column <= len(lines[line - 1]) + 1:
        shown.append(f"     │ {' ' * (min(column, 200) - 1)}^")
    return "\n".join(shown)


def _rows_table(
    head: Mapping[str, Any], rows: list[dict[str, Any]], total: int | None, names: Names, things: Mapping[str, str]
) -> dict[str, Any]:
    if "boolean" in head:
        return {"kind": "boolean", "answer": head["boolean"]}
    return result_table(head["head"]["vars"], rows[:_ROWS_SHOWN], total, names, things)


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
    columns, rows = first_bindings(content, _ROWS_SHOWN)
    return {"head": {"vars": columns}}, rows, None


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
    offered: dict[str, tuple[MediaType, ...]] = {"rows": ROWS, "graph": GRAPHS}
    return [
        {
            "name": TYPE_NAMES.get(it.name, it.name.upper()),
            "href": link("/download", [("type", it.media_type), *dataset, ("query", text)], prefix=prefix),
        }
        for it in offered.get(result["kind"] if result else "", ())
    ]
