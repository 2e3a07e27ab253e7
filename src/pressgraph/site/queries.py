"""The saved queries as pages: the question, its answer where it needs no value, and the text to change and to run."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import pyoxigraph as ox

from pressgraph.errors import PressgraphError, QueryError
from pressgraph.i18n import gettext
from pressgraph.pages.messages import messages
from pressgraph.pages.results import HOW_SURE, SURE, graph_table, nodes_of, result_table, things_in_rows
from pressgraph.pages.settings import Site
from pressgraph.pages.view.called import called, nameless
from pressgraph.pages.view.statements import term
from pressgraph.processes import processors
from pressgraph.project import sealed, unsealed, write_atomically
from pressgraph.query import query_store, read_names
from pressgraph.query.choices import MOST_CHOICES, choices, example, is_described
from pressgraph.query.names import SCHEME, fill, in_order, looked_up, naming, ordering, things_in, with_names
from pressgraph.query.projection import portable
from pressgraph.site.drawing import Drawn, Page
from pressgraph.site.lists import noted
from pressgraph.site.published import FOLDER
from pressgraph.site.reads import Answers, matching, packed
from pressgraph.validation.incremental.queries import Pattern, read_patterns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from pressgraph.dataset.counts import Counts
    from pressgraph.pages.names import Names
    from pressgraph.query import SavedQuery
    from pressgraph.query.names import Found
    from pressgraph.query.saved import Parameter
    from pressgraph.site.drawing import Drawer

QUERIES = "queries"
"""What pages of queries note as read for what they all depend on."""
MOST_TRIPLES = 300_000
"""What a browser loads in a few seconds; of a larger graph the query page says that it has to be asked elsewhere."""
Triples: TypeAlias = tuple[list[list[list[Any]]], int]
"""The first triples of an answer, and how many there are."""
Answered: TypeAlias = bool | Triples | dict[str, Any]
"""A yes or no; triples; rows as SPARQL's JSON has them."""
# Raise it when the same query reads other things than before.
_VERSION = 1
_LOADING = gettext("The graph and the engine are being loaded; that takes some seconds the first time.")
_CANNOT = gettext("This site cannot answer SPARQL by itself; load its data into an engine.")
_TOO_LARGE = gettext("This graph is too large to be asked in the browser; load its data into an engine.")
_SHOWN = 500
_EXAMPLE = "SELECT ?thing ?name WHERE {\n  ?thing a clu:ClusterOrganisation ;\n    schema:name ?name .\n}\nLIMIT 20\n"


def queries_digest(saved_queries: Mapping[str, SavedQuery], counts: Counts) -> str:
    """Return what all pages of queries depend on besides the graph, as a digest: which there are, where they run."""
    parts = (sorted((name, it.text) for name, it in saved_queries.items()), is_too_large(counts))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def is_too_large(counts: Counts) -> bool:
    """Tell whether a browser cannot load a graph."""
    return counts.triples > MOST_TRIPLES


def answers_in_browser(drawer: Drawer) -> bool:
    """Tell whether a site's pages of queries answer by themselves."""
    return drawer.assets.has_engine and not is_too_large(drawer.setting.counts)


def called_file(drawer: Drawer, language: str) -> str:
    """Return the file that says what answers in the browser call things; see `pressgraph.site.whole`."""
    return f"{drawer.layout.in_language(language)}query/called.json.gz"


def _digest(answer: object) -> str:
    data = answer if isinstance(answer, bytes) else repr(answer).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()


class QueryPages:
    """The pages of saved queries, and the one for questions of one's own, in one process."""

    def __init__(self, drawer: Drawer) -> None:
        self.drawer = drawer
        self._saved = drawer.setting.saved_queries
        self._prefixes = drawer.profile.query_prefixes(drawer.project.id_base)
        self._called: dict[str, Found] = {}
        self._schemes: dict[str, list[str]] = {}
        self._answered: tuple[str, Answered] | None = None
        self._asked = Answers()
        self._asking: dict[str, Future[bool | Triples | bytes]] = {}

    def draw(self, name: str) -> Drawn:
        """Draw the page of a saved query in all languages, or with no name the one for questions of one's own."""
        saved = self._saved[name] if name else None
        reads = self.drawer.reads
        reads.seen.add(noted(QUERIES))
        self._answered, self._asked = None, Answers()
        folder = self.drawer.folder(Page("query", name))
        files = tuple(self._page(folder, language, saved) for language in self.drawer.setting.languages)
        return Drawn(files=files, reads=reads.taken(), asked=self._asked)

    @contextmanager
    def asking(self, asked: Iterable[Answers]) -> Iterator[None]:
        """Ask queries again that were asked before, beside what is done within: the engine answers without Python."""
        # several pages ask which things they may be asked about
        texts = dict.fromkeys(text for it in asked for text in it.answers)
        with ThreadPoolExecutor(processors()) as threads:
            self._asking = {text: threads.submit(self._ask, text) for text in texts}
            try:
                yield
            finally:
                for it in self._asking.values():
                    it.cancel()
                self._asking = {}

    def answered_anew(self, asked: Mapping[int, Answers]) -> set[int]:
        """Return the pages whose queries are not answered now as they were, of those that are being asked again."""
        before = {text: digest for it in asked.values() for text, digest in it.answers.items() if text in self._asking}
        changed = {text for text, digest in before.items() if self._is_news(text, digest)}
        return {page for page, it in asked.items() if not changed.isdisjoint(it.answers)}

    def _is_news(self, text: str, before: str) -> bool:
        """Tell whether a query is answered in another way than before."""
        try:
            return _digest(self._asking[text].result()) != before
        except QueryError as error:
            return str(error) != before

    def _page(self, folder: str, language: str, saved: SavedQuery | None) -> tuple[str, bytes]:
        drawer = self.drawer
        names = drawer.names(folder, language, {})
        text, result, problem = _EXAMPLE, None, ""
        if saved is not None:
            values = {name: language for name, it in saved.parameters.items() if it.type == "lang"}
            text = saved.fill(values, drawer.profile, drawer.project.id_base)
            try:
                result = self._result(text, folder, language) if self._is_own(saved) else None
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
            unanswered="" if scripts else (_TOO_LARGE if is_too_large(drawer.setting.counts) else _CANNOT).to(language),
        )

    def _scripts(self, folder: str, language: str) -> tuple[dict[str, Any], ...]:
        """Return the script that answers in the browser; none where it cannot."""
        drawer = self.drawer
        if not answers_in_browser(drawer):
            return ()
        links, words = drawer.links(folder, language), messages(language)
        return (
            drawer.script(
                "query.js",
                folder,
                language,
                engine=links.asset("oxigraph.js"),
                wasm=links.asset("oxigraph.wasm"),
                graph=links.file("graph.nt.gz"),
                terms=links.file("ontology/terms.nt.gz"),
                names=links.file(called_file(drawer, language)),
                root=links.page(""),
                ids=drawer.project.id_base,
                prefixes=json.dumps(self._prefixes),
                loading=_LOADING.to(language),
                problem=str(words["query_problem"]),
                results=str(words["results"]),
                table=str(words["answer_table"]),
                nothing=str(words["no_rows"]),
                empty=words["empty_columns"](columns="{columns}"),  # type: ignore[operator]  # says them
                more=words["some_rows"](shown="{shown}", total="{total}"),  # type: ignore[operator]  # says numbers
                columns=json.dumps(words["columns"], ensure_ascii=False),
                yes=str(words["yes"]),
                no=str(words["no"]),
                how=HOW_SURE,
                sure=json.dumps({it: str(words[it]) for it in SURE}, ensure_ascii=False),
            ),
        )

    def _result(self, text: str, folder: str, language: str) -> dict[str, Any]:
        """Answer a query as the server's page does.

        Raises PressgraphError.
        """
        drawer = self.drawer
        named = read_names(text)
        text = text if named is None else named.text
        if self._answered is None or self._answered[0] != text:
            self._answered = (text, self._answer(text))
        things_of: Mapping[str, str] = {}
        match self._answered[1]:
            case bool(answer):
                return {"kind": "boolean", "answer": answer}
            case list(rows), int(total):
                names = self._with(self._as_on_pages(nodes_of(rows), folder, language), folder, language)
                return graph_table(rows, total, names)
            case dict(document):
                columns, bindings = document["head"]["vars"], document["results"]["bindings"]
        shown, total = bindings[:_SHOWN], len(bindings)
        if named is not None:
            columns, things_of = named.columns, named.names
            languages = tuple(dict.fromkeys((language, drawer.project.language)))
            call = partial(naming, languages=languages, id_base=drawer.project.id_base)
            # of very many rows the names of those that are shown are wanted, and of what all are sorted by
            found = self._names_on_pages(things_in(named, bindings, ordering(named)), folder, language)
            ordered = in_order(named, bindings, call(found), most=_SHOWN)
            found |= self._names_on_pages(things_in(named, ordered[:_SHOWN]), folder, language)
            shown, total = with_names(named, ordered[:_SHOWN], call(found)), len(ordered)
        names = self._with(self._as_on_pages(things_in_rows(shown, things_of), folder, language), folder, language)
        return result_table(columns, shown, total, names, things_of)

    def _answer(self, text: str) -> Answered:
        """Answer a query, and note what it reads. The answer is the same in all languages where the text is.

        Raises QueryError.
        """
        self._asked.patterns = packed(matching(self._patterns(text)), self._asked.patterns)
        try:
            answer = self._asking[text].result() if text in self._asking else self._ask(text)
        except QueryError as error:
            self._asked.answers[text] = str(error)
            raise
        self._asked.answers[text] = _digest(answer)
        return msgspec.json.decode(answer) if isinstance(answer, bytes) else answer

    def _ask(self, text: str) -> bool | Triples | bytes:
        """Ask a query; rows come as SPARQL's JSON.

        Raises QueryError.
        """
        drawer = self.drawer
        found = query_store(text, drawer.store, drawer.profile, id_base=drawer.project.id_base).found
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        if isinstance(found, ox.QueryTriples):
            triples = sorted(set(found), key=str)
            return [[term(it.subject), term(it.predicate), term(it.object)] for it in triples[:_SHOWN]], len(triples)
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - the last kind
        try:
            return found.serialize(format=ox.QueryResultsFormat.JSON) or b""
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise QueryError(gettext("the query failed: {reason}", reason=error)) from error

    def _patterns(self, text: str) -> Collection[Pattern]:
        """Return what a query reads, which takes longer to tell than most take to answer: a file keeps it."""
        key = hashlib.sha256(repr((_VERSION, text, sorted(self._prefixes.items()))).encode()).hexdigest()
        path = self.drawer.project.state / FOLDER / "queries" / key
        with suppress(OSError, ValueError):
            return unsealed(path.read_bytes(), list[Pattern])
        found = sorted(read_patterns(text, self._prefixes), key=repr)
        with write_atomically(path, durable=False) as file:
            file.write(sealed(found))
        return found

    def _names(self, iris: Sequence[str]) -> Mapping[str, Found]:
        """Return what things are called, which queries have in common; those without a name are not there."""
        reads = self.drawer.reads
        for iri, found in looked_up(self.drawer.store, (it for it in iris if it not in self._called)).items():
            self._called[iri], self._schemes[iri] = found
        for iri in iris:
            reads.named(iri)
            schemes = self._schemes[iri]
            if schemes or not self._called[iri]:
                # a label without a name is called so
                reads.said(iri, SCHEME.value)
            for scheme in schemes:
                reads.named(scheme)
        return self._called

    def _names_on_pages(self, things: Sequence[str], folder: str, language: str) -> dict[str, Found]:
        """Return what things are called; those that no name is found for, what pages call them."""
        known = self._names(things)
        found = {iri: known[iri] for iri in things}
        more = self._as_on_pages(things, folder, language, found)
        return found | {iri: [(0, *name)] for iri, name in more.items()}

    def _as_on_pages(
        self,
        things: Iterable[str],
        folder: str,
        language: str,
        found: Mapping[str, Sequence[object]] = MappingProxyType({}),
    ) -> Mapping[str, tuple[str, str]]:
        """Return what pages call things that no name is found for, and in which language."""
        drawer = self.drawer
        wanted = dict.fromkeys(it for it in things if not found.get(it))
        names = {iri: name for iri in wanted if (name := drawer.called(iri, language)) is not None}
        iris = nameless((it for it in wanted if it not in names), found, drawer.project.id_base)
        if not iris:
            return names
        reading = drawer.describer.alone(iris)
        others = drawer.names(folder, language, reading["labels"], reading["kinds"])
        site, day = Site.of(drawer.project, language), drawer.setting.day
        return names | called(iris, reading, others, drawer.profile, site, day)

    def _with(self, called: Mapping[str, tuple[str, str]], folder: str, language: str) -> Names:
        """Return what names things as they are called."""
        return self.drawer.names(folder, language, {iri: [name] for iri, name in called.items()})

    def _is_own(self, saved: SavedQuery) -> bool:
        """Tell whether the graph describes the things that a query asks about unless told."""
        return all(self._example(it) is not None for it in saved.parameters.values() if it.is_id and not it.optional)

    def _example(self, parameter: Parameter) -> str | None:
        drawer = self.drawer
        iri = example(parameter, drawer.profile, drawer.project.id_base)
        if iri is None:
            return None
        drawer.reads.said(iri)
        return iri if drawer.store.query(is_described(iri)) else None

    def _things(self, parameter: Parameter, language: str) -> list[tuple[str, str]]:
        """Return the things that a parameter may be given, with their names; none where they are too many to list."""
        drawer, id_base = self.drawer, self.drawer.project.id_base
        named = read_names(choices(parameter, drawer.profile, id_base))
        assert named is not None  # noqa: S101 - it asks for a name
        document = self._answer(named.text)
        assert isinstance(document, dict)  # noqa: S101 - of a SELECT
        bindings = document["results"]["bindings"]
        if len(bindings) > MOST_CHOICES:
            return []
        languages = tuple(dict.fromkeys((language, drawer.project.language)))
        rows = fill(named, bindings, self._names(things_in(named, bindings)), languages, id_base=id_base)
        return [(row["thing"]["value"], row["thingLabel"]["value"]) for row in rows]

    def _field(self, it: Parameter, names: Names, language: str) -> dict[str, Any]:
        scheme = self.drawer.profile.schemes.get(it.type.removeprefix("term:"))
        options = [(one.iri, names.name(one.iri).label) for one in scheme.concepts.values()] if scheme else []
        own = self._example(it)
        if it.is_id:
            options = self._things(it, language)
            if own is not None and options and own not in dict(options):
                options.append((own, own.removeprefix(self.drawer.project.id_base)))
        return {
            **it.in_form(language),
            "label": names.heading(it.name),
            "options": sorted(options, key=lambda one: one[1].casefold()),
            "value": language if it.type == "lang" else own or "",
            "type": it.type,
        }

    def _by_folder(self) -> dict[str, list[SavedQuery]]:
        groups: dict[str, list[SavedQuery]] = {"": []}
        for query in self._saved.values():
            groups.setdefault(query.name.rpartition("/")[0], []).append(query)
        return groups
