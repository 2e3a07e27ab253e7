"""The saved queries as pages: the question, its answer where it needs no value, and the text to change and to run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.pages.messages import messages
from pressgraph.pages.results import graph_table, result_table
from pressgraph.pages.view.statements import term
from pressgraph.query import query_store, read_names
from pressgraph.query.choices import MOST_CHOICES, choices, example, is_described
from pressgraph.query.names import answer_with_names, names_in_store
from pressgraph.query.projection import portable
from pressgraph.site.layout import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressgraph.pages.names import Names
    from pressgraph.query import SavedQuery
    from pressgraph.query.saved import Parameter
    from pressgraph.site.drawing import Drawer

FOLDER = "query/"
_LOADING = gettext("The graph and the engine are being loaded; that takes some seconds the first time.")
_CANNOT = gettext("This site cannot answer SPARQL by itself; load its data into an engine.")
_TOO_LARGE = gettext("This graph is too large to be asked in the browser; load its data into an engine.")
_SHOWN = 500
_EXAMPLE = "SELECT ?thing ?name WHERE {\n  ?thing a clu:ClusterOrganisation ;\n    schema:name ?name .\n}\nLIMIT 20\n"


class QueryPages:
    """The pages of saved queries, and the one for questions of one's own."""

    def __init__(self, drawer: Drawer, saved_queries: Mapping[str, SavedQuery], *, too_large: bool) -> None:
        self._drawer = drawer
        self._saved = saved_queries
        self._too_large = too_large
        self._prefixes = drawer.profile.query_prefixes(drawer.project.id_base)

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages: their names, and their contents."""
        for language in self._drawer.setting.languages:
            yield self._page(FOLDER, language, None)
            for saved in self._saved.values():
                yield self._page(f"{FOLDER}{folder_of(saved.name)}", language, saved)

    def _page(self, folder: str, language: str, saved: SavedQuery | None) -> tuple[str, bytes]:
        drawer = self._drawer
        names = drawer.names(folder, language, {})
        text, result, problem = _EXAMPLE, None, ""
        if saved is not None:
            values = {name: language for name, it in saved.parameters.items() if it.type == "lang"}
            text = saved.fill(values, drawer.profile, drawer.project.id_base)
            try:
                result = self._result(text, language, names) if self._is_own(saved) else None
                text = portable(text, self._prefixes, language) if read_names(text) is not None else text
            except PressgraphError as error:
                problem = str(error)
        scripts = self._scripts(folder, language)
        return drawer.page(
            "query.html",
            folder,
            language,
            text=text,
            saved=saved,
            form=[self._field(it, names, language) for it in saved.parameters.values()] if saved else [],
            queries=self._by_folder(),
            problem=problem,
            line=0,
            column=0,
            excerpt="",
            result=result,
            undecided="",
            downloads=[],
            dataset=[],
            prefixes=sorted(self._prefixes.items()),
            nonce="",
            scripts=scripts,
            unanswered="" if scripts else (_TOO_LARGE if self._too_large else _CANNOT).to(language),
        )

    def _scripts(self, folder: str, language: str) -> tuple[dict[str, Any], ...]:
        """Return the script that answers in the browser; none where it cannot."""
        drawer = self._drawer
        if self._too_large or not drawer.assets.has_engine:
            return ()
        links, words = drawer.links(folder, language), messages(language)
        spots = ((it, drawer.layout.spot(it)) for it in drawer.layout.namespaces)
        return (
            drawer.script(
                "query.js",
                folder,
                language,
                engine=links.asset("oxigraph.js"),
                wasm=links.asset("oxigraph.wasm"),
                graph=links.file("graph.nt.gz"),
                terms=links.file("ontology/terms.nt.gz"),
                root=links.page(""),
                ids=drawer.project.id_base,
                namespaces=json.dumps({iri: spot.folder for iri, spot in spots if spot is not None}),
                prefixes=json.dumps(self._prefixes),
                loading=_LOADING.to(language),
                problem=str(words["query_problem"]),
                results=str(words["results"]),
                nothing=str(words["no_rows"]),
                yes=str(words["yes"]),
                no=str(words["no"]),
            ),
        )

    def _result(self, text: str, language: str, names: Names) -> dict[str, Any]:
        """Answer a query as the server's page does.

        Raises PressgraphError.
        """
        drawer = self._drawer
        id_base, store = drawer.project.id_base, drawer.store
        named = read_names(text)
        answer = query_store(text if named is None else named.text, store, drawer.profile, id_base=id_base)
        found = answer.found
        if isinstance(found, ox.QueryBoolean):
            return {"kind": "boolean", "answer": bool(found)}
        if isinstance(found, ox.QueryTriples):
            triples = sorted(set(found), key=str)
            rows = [[term(it.subject), term(it.predicate), term(it.object)] for it in triples[:_SHOWN]]
            return graph_table(rows, len(triples), names)
        if named is not None:
            languages = tuple(dict.fromkeys((language, drawer.project.language)))
            answer = answer_with_names(
                named, answer, lambda iris: names_in_store(store, iris), languages, id_base=id_base
            )
            found = answer.found
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - the last kind
        document = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
        bindings = document["results"]["bindings"]
        return result_table(
            document["head"]["vars"], bindings[:_SHOWN], len(bindings), names, {} if named is None else named.names
        )

    def _is_own(self, saved: SavedQuery) -> bool:
        """Tell whether the graph describes the things that a query asks about unless told."""
        return all(self._example(it) is not None for it in saved.parameters.values() if it.is_id and not it.optional)

    def _example(self, parameter: Parameter) -> str | None:
        drawer = self._drawer
        iri = example(parameter, drawer.profile, drawer.project.id_base)
        return iri if iri is not None and drawer.store.query(is_described(iri)) else None

    def _things(self, parameter: Parameter, language: str) -> list[tuple[str, str]]:
        """Return the things that a parameter may be given, with their names; none where they are too many to list."""
        drawer, id_base = self._drawer, self._drawer.project.id_base
        named = read_names(choices(parameter, drawer.profile, id_base))
        assert named is not None  # noqa: S101 - it asks for a name
        answer = query_store(named.text, drawer.store, drawer.profile, id_base=id_base)
        languages = tuple(dict.fromkeys((language, drawer.project.language)))
        filled = answer_with_names(
            named, answer, lambda iris: names_in_store(drawer.store, iris), languages, id_base=id_base
        )
        rows = [[getattr(it, "value", "") for it in row] for row in filled.rows()]
        return [(thing, label) for thing, label in rows if label] if len(rows) <= MOST_CHOICES else []

    def _field(self, it: Parameter, names: Names, language: str) -> dict[str, Any]:
        scheme = self._drawer.profile.schemes.get(it.type.removeprefix("term:"))
        options = [(one.iri, names.name(one.iri).label) for one in scheme.concepts.values()] if scheme else []
        default = "" if it.is_id or it.default == "UNDEF" else it.default.partition("^^")[0].strip().strip('"<>')
        own = self._example(it)
        if it.is_id:
            options = self._things(it, language)
            if own is not None and options and own not in dict(options):
                options.append((own, own.removeprefix(self._drawer.project.id_base)))
        return {
            "name": it.name,
            "label": names.heading(it.name),
            "kind": {"xsd:date": "date", "xsd:integer": "number"}.get(it.type, "text"),
            "options": sorted(options, key=lambda one: one[1].casefold()),
            "value": language if it.type == "lang" else own or "",
            "default": default,
            "optional": it.optional,
            "required": it.is_id and not it.optional,
            "description": it.description,
            "type": it.type,
        }

    def _by_folder(self) -> dict[str, list[SavedQuery]]:
        groups: dict[str, list[SavedQuery]] = {"": []}
        for query in self._saved.values():
            groups.setdefault(query.name.rpartition("/")[0], []).append(query)
        return groups
