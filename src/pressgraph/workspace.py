"""The library: open a project, and do with one call what each command does.

>>> import pressgraph
>>> workspace = pressgraph.open(".")                               # doctest: +SKIP
>>> workspace.build()                                              # doctest: +SKIP
>>> for row in workspace.query("labels-valid-on", date="2020-06-01"):  # doctest: +SKIP
...     print(row["labelLabel"])
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.errors import EndpointError, QueryError, StoreError
from pressgraph.i18n import gettext
from pressgraph.project import Project, find_project, open_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import pyoxigraph as ox
    import rdflib

    from pressgraph.build import BuildResult
    from pressgraph.convert.bulk.run import Manifest, Totals
    from pressgraph.dataset import Serialization
    from pressgraph.embed import Extracted
    from pressgraph.embed.publisher import Publisher
    from pressgraph.errors import PressgraphError, Problem
    from pressgraph.export import Selection
    from pressgraph.facts import FactsFile
    from pressgraph.profile import Profile
    from pressgraph.project.model import Endpoint
    from pressgraph.query import Answer, SavedQuery
    from pressgraph.remote.push import Plan
    from pressgraph.remote.store import RemoteStore
    from pressgraph.validation import Report, ValidatedDataset
    from pressgraph.validation.consumers import Ignored


def open_workspace(
    folder: str | Path | None = None, *, on_warning: Callable[[Problem], None] | None = None
) -> Workspace:
    """Open the project in a folder; without one, or in '.', the project that the working directory is in.

    Raises ProjectError.
    """
    root = Path(folder) if folder is not None and Path(folder) != Path() else find_project(Path.cwd())
    return Workspace(open_project(root), on_warning)


@dataclass(frozen=True)
class Workspace:
    """A project with its profile: everything that the commands do is a method here."""

    project: Project
    on_warning: Callable[[Problem], None] | None = None
    """Told what of the profile's files is left out, when they are read."""

    @cached_property
    def profile(self) -> Profile:
        """The compiled profile."""
        from pressgraph.profile import load_profile

        profile = load_profile(self.project)
        if self.on_warning is not None:
            for warning in profile.warnings:
                self.on_warning(warning)
        return profile

    @cached_property
    def saved_queries(self) -> Mapping[str, SavedQuery]:
        """The saved queries, by name."""
        from pressgraph.query import load_saved_queries

        return load_saved_queries(self.project)

    # -- facts

    def read(self, path: str | Path) -> FactsFile:
        """Read a YAML facts file; its problems are in the result."""
        from pressgraph.facts import read_facts

        path = Path(path)
        return read_facts(path, self.profile, id_base=self.project.id_base, name=self.project.name_of(path))

    def migrate(self, path: str | Path) -> tuple[bytes, bytes]:
        """Return what a facts file holds, and the same with the profile's replacements for what is deprecated in it.

        Nothing is written: `pressgraph.facts.edit.replace_file` does. Raises DataError where that cannot be, OSError.
        """
        from pressgraph.facts.migrate import Renames, migrate

        path = Path(path)
        data = path.read_bytes()
        return data, migrate(path, data, Renames.of(self.profile), self.project, self.profile)

    def convert(
        self,
        paths: Iterable[str | Path] = (),
        *,
        personal: bool | None = None,
        jobs: int | None = None,
        withheld: Callable[[int], object] = lambda _: None,
        progress: Callable[[Totals], None] = lambda _: None,
    ) -> Iterator[bytes]:
        """Yield the N-Quads of facts files (none named: the project's) in chunks of whole lines.

        YAML files are checked before anything of them is yielded. JSON Lines and tables stream: what is right comes
        out, and mistakes are raised at the end; of these, those with an address (s3://…) are opened by fsspec. `jobs`
        is in how many processes they are converted.

        Personal facts are left out unless the configuration, or `personal`, says otherwise. Things that the
        configuration withholds by name are left out too, with what follows from that among these files; then all is
        read before anything is yielded. `withheld` is told of how many facts that were, at the end.

        Raises FactsError with every problem of all files.
        """
        from pressgraph.export.files import convert_files

        return convert_files(
            self.facts_files(paths),
            self.project,
            self.profile,
            personal=personal,
            jobs=jobs,
            withheld=withheld,
            progress=progress,
        )

    def convert_to(
        self,
        form: str | Serialization,
        paths: Iterable[str | Path] = (),
        *,
        personal: bool | None = None,
        withheld: Callable[[int], object] = lambda _: None,
    ) -> bytes:
        """Return facts files converted to a serialization; those without named graphs hold the facts alone.

        For `personal` and `withheld` see `convert`.
        """
        from pressgraph.dataset import serialization
        from pressgraph.export.files import convert_files_to

        known = serialization(form) if isinstance(form, str) else form
        chunks = self.convert(paths, personal=personal, withheld=withheld)
        return convert_files_to(chunks, known, self.project, self.profile)

    def convert_to_shards(
        self,
        folder: str | Path,
        paths: Iterable[str | Path] = (),
        *,
        scheduler: str | None = None,
        jobs: int = 1,
        shards: int = 1,
        compression: str = "none",
        personal: bool | None = None,
        resume: bool = False,
        max_errors: int | None = None,
        progress: Callable[[Totals], None] = lambda _: None,
    ) -> Manifest:
        """Convert facts files (none named: the project's) into a folder of shards; return its manifest.

        A Dask `scheduler` has its workers do it, which may write to an address; else `jobs` processes do. For the rest
        see `convert`, and `pressgraph.convert.bulk.local.convert_to_shards`.
        """
        from pressgraph.convert.bulk.blocks import Context

        context = Context.of(self.project, personal=personal)
        files = self.facts_files(paths)
        if scheduler is not None:
            from pressgraph.convert.bulk.cluster import convert_on_cluster

            return convert_on_cluster(
                [str(path) for path in files],
                context,
                str(folder),
                scheduler=scheduler,
                shards=shards,
                compression=compression,
                resume=resume,
                max_errors=max_errors,
                progress=progress,
            )
        from pressgraph.convert.bulk.local import convert_to_shards

        return convert_to_shards(
            files,
            context,
            Path(folder),
            jobs=jobs,
            shards=shards,
            compression=compression,
            resume=resume,
            max_errors=max_errors,
            progress=progress,
        )

    def facts_files(self, paths: Iterable[str | Path] = ()) -> list[str | Path]:
        """Return facts files as paths, addresses as they are; none named means the project's.

        Raises ProjectError where the project has none.
        """
        from pressgraph.convert.inputs import is_address

        named: list[str | Path] = [str(path) if is_address(str(path)) else Path(path) for path in paths]
        return named or list(self.project.required_facts_files())

    def validate(self, paths: Iterable[str | Path] = (), *, engine: str = "auto") -> Report:
        """Check facts files (none named: the project's) by the facts rules, then by the shapes.

        RDF files among the paths are checked by the shapes alone. Where the facts rules find a problem, the shapes
        are not asked: half a graph breaks rules that the whole one keeps.
        """
        from pressgraph.validation import check_files

        return check_files([Path(path) for path in paths], self.project, self.profile, engine=engine)

    def check_profile(self) -> Report:
        """Check what the project adds to the profile by itself: its shapes by SHACL's own shapes (meta-SHACL).

        The report says too what of the profile has no effect, as warnings.
        """
        from pressgraph.validation.own_profile import check_profile

        return check_profile(self.project, self.profile)

    def validate_for(
        self, consumer: str, paths: Iterable[str | Path] = (), *, engine: str = "auto"
    ) -> tuple[Report, list[Ignored]]:
        """Check facts files by what a consumer such as `google` documents; tell also what it makes nothing of.

        Asked of are the things that pages are about: see `pressgraph.validation.consumers.main_things`. Where the
        facts rules find a problem, the consumer's shapes are not asked.
        """
        from pressgraph.validation.consumers import check_files_for

        files = [Path(path) for path in paths]
        return check_files_for(consumer, files, self.project, self.profile, engine=engine)

    def validate_changed(self, *, engine: str = "auto") -> Report:
        """Check the project, looking again only at what the changes since the last build can affect.

        The report is that of the whole project.
        """
        from pressgraph.build import validate_changed

        return validate_changed(self.project, self.profile, engine=engine)

    def watch(self, *, engine: str = "auto") -> Iterator[Report | PressgraphError]:
        """Yield a report now, and one whenever a facts file of the project is saved.

        A changed configuration or profile is read anew; what is wrong with it is yielded too.
        """
        from pressgraph.build import LiveCheck, watch

        def start() -> LiveCheck:
            again = Workspace(open_project(self.project.root))
            return LiveCheck(again.project, again.profile, engine=engine)

        return watch(self.project.root, start)

    def build(
        self, *, full: bool = False, wait: float = 0, progress: Callable[[list[Path]], Iterable[Path]] = iter
    ) -> BuildResult:
        """Convert what changed, validate the whole and publish it; see `pressgraph.build.build`."""
        from pressgraph.build import build

        return build(self.project, self.profile, full=full, wait=wait, progress=progress)

    # -- the built graph

    def dataset(self) -> ValidatedDataset:
        """Open the built dataset for reading.

        Raises StoreError before the first build.
        """
        from pressgraph.dataset import GraphNames, Snapshots
        from pressgraph.validation import ValidatedDataset

        snapshot = Snapshots(self.project.state).current()
        if snapshot is None:
            raise StoreError(
                gettext("nothing is built yet in {folder}", folder=self.project.root),
                hint=gettext("run 'pressgraph build' first"),
            )
        return ValidatedDataset.published(snapshot, self.profile, GraphNames(id_base=self.project.id_base))

    def check_built(self) -> None:
        """Raise StoreError where there is nothing to serve: no build, and nothing written over HTTP."""
        from pressgraph.dataset import Snapshots

        project = self.project
        if Snapshots(project.root / project.serve.store).current() is None:
            self.dataset()

    def select(
        self,
        *,
        about: str | None = None,
        depth: int | None = None,
        evidence: bool = False,
        personal: bool | None = None,
    ) -> Selection:
        """Select what to publish, as the configuration says; `personal` decides in its place about personal data."""
        from dataclasses import replace

        from pressgraph.dataset.withholding import Rules
        from pressgraph.export import select

        rules = Rules.of(self.project)
        if personal is not None:
            rules = replace(rules, personal=personal)
        return select(self.dataset(), about=about, depth=depth, evidence=evidence, rules=rules)

    def unknown_withheld(self) -> list[tuple[str, str | None]]:
        """Return what the configuration withholds and no fact of the built graph speaks of, each with a hint."""
        from pressgraph.dataset.withholding import unknown_names
        from pressgraph.spelling import did_you_mean

        project = self.project
        if not project.withhold:
            return []
        unknown, known = unknown_names(self.dataset().store, project.withheld_iris, project.id_base)
        return [(name, did_you_mean(name, known)) for name in unknown]

    def export(
        self,
        form: str | Serialization = "turtle",
        *,
        about: str | None = None,
        depth: int | None = None,
        evidence: bool = False,
    ) -> bytes:
        """Return the published graph, or the description of one thing, in a serialization."""
        from pressgraph.dataset import serialization
        from pressgraph.export import export

        known = serialization(form) if isinstance(form, str) else form
        return export(self.select(about=about, depth=depth, evidence=evidence), known)

    # -- web pages

    def publisher(self) -> Publisher:
        """Return what writes the built graph's data into web pages.

        Raises StoreError before the first build.
        """
        from pressgraph.embed.publisher import Publisher

        return Publisher(self.dataset(), self.project)

    def page_data(
        self, about: str, *, audience: str = "google", language: str | None = None, url: str | None = None
    ) -> dict[str, Any]:
        """Return the JSON-LD that a page about a thing carries, for search engines or (`full`) in full.

        `language` and `url` are the page's; without a language, it is the work's (`inLanguage`), else the project's.
        Raises DataError for an id that nothing published describes.
        """
        from pressgraph.embed.data import PageContext
        from pressgraph.embed.publisher import EmbedOptions

        context = PageContext(language=language, fallback=self.project.language, url=url)
        data: dict[str, Any] = self.publisher().block(about, EmbedOptions(audience=audience), context).data
        return data

    def extract(self, html: bytes, *, base: str | None = None, charset: str | None = None) -> Extracted:
        """Read the structured data of a web page; see `pressgraph.embed.extract`."""
        from pressgraph.embed import extract

        return extract(html, base, profile=self.profile, charset=charset)

    def write_extracted(self, pages: Iterable[Extracted], form: str | Serialization) -> bytes:
        """Return what pages say in a serialization; with named graphs, each page's in the graph of its address."""
        import pyoxigraph as ox

        from pressgraph.dataset import serialization
        from pressgraph.export import Selection, export

        known = serialization(form) if isinstance(form, str) else form
        quads: set[ox.Quad] = set()
        for number, page in enumerate(pages, 1):
            graph = ox.DefaultGraph() if page.base.endswith(".invalid/") else ox.NamedNode(page.base)
            quads.update(page.quads_in(graph, number))
        return export(Selection(quads=frozenset(quads), profile=self.profile, id_base=self.project.id_base), known)

    # -- questions

    def ask(self, query: str, parameters: Mapping[str, str] | None = None, *, language: str | None = None) -> Answer:
        """Answer a saved query by its name, or SPARQL text, over the built dataset.

        For `language` see `ask_text`; a parameter `lang` that the query does not have says the same.
        """
        text, language = self.question(query, parameters or {}, language)
        return self.ask_text(text, language=language)[0]

    def question(
        self, query: str, parameters: Mapping[str, str], language: str | None = None
    ) -> tuple[str, str | None]:
        """Return the SPARQL of a saved query with its parameters, or the text itself, and the language of names.

        Raises QueryError for a name that is no saved query, and for wrong parameters.
        """
        from pressgraph.languages import is_well_formed
        from pressgraph.query import read_names
        from pressgraph.query.saved import parse_saved_query

        saved = self.saved_queries.get(query)
        known = saved or parse_saved_query(query, name="the query")
        if "lang" in parameters and "lang" not in known.parameters and read_names(known.text) is not None:
            language = language or parameters["lang"]
            parameters = {name: value for name, value in parameters.items() if name != "lang"}
        if language is not None and not is_well_formed(language):
            raise QueryError(gettext("lang={tag}: not a language tag", tag=language), hint=gettext("such as en or de"))
        return self.query_text(query, parameters), language

    def ask_text(self, text: str, *, entail: bool = False, language: str | None = None) -> tuple[Answer, ox.Store]:
        """Answer SPARQL text; return the store it was asked of too.

        `entail` asks a copy in memory with everything that follows from it by OWL 2 RL. A column `?xLabel` that nothing
        binds has the name of `?x`, in `language` where there is one, else in the project's.
        """
        from pressgraph.query import query_store, read_names
        from pressgraph.query.names import answer_with_names, names_in_store

        store = self.dataset().store
        if entail:
            from pressgraph.query.entailment import owl_rl_closure

            store = owl_rl_closure(store)
        id_base, named = self.project.id_base, read_names(text)
        answer = query_store(text if named is None else named.text, store, self.profile, id_base=id_base)
        if named is not None:
            languages = self.languages(language)
            answer = answer_with_names(
                named, answer, lambda iris: names_in_store(store, iris), languages, id_base=id_base
            )
        return answer, store

    def ask_endpoint(
        self, text: str, endpoint: str, *, timeout: float | None = None, language: str | None = None
    ) -> Answer:
        """Answer SPARQL text at an endpoint: an address, or a name from the configuration's [endpoints].

        Names are filled in as by `ask_text`; what the endpoint calls things is asked by a further query.
        """
        from pressgraph.query import read_names
        from pressgraph.remote.query import query_endpoint, query_endpoint_with_names

        known, id_base = self.endpoint(endpoint), self.project.id_base
        prefixes = self.profile.query_prefixes(id_base)
        limit = timeout or known.timeout
        named = read_names(text)
        if named is None:
            return query_endpoint(text, known.url, prefixes=prefixes, timeout=limit)
        return query_endpoint_with_names(
            named, known.url, self.languages(language), prefixes=prefixes, timeout=limit, id_base=id_base
        )

    def undecided(self, query: str, text: str, ask: Callable[[str], Answer], *, language: str | None = None) -> str:
        """Return what a saved query cannot decide, in a sentence; an empty text where it decides all.

        `text` is the query with its parameters; `ask` answers SPARQL where it was asked.
        """
        saved = self.saved_queries.get(query)
        other = self.saved_queries.get(saved.undecided or "") if saved else None
        if saved is None or other is None:
            return ""
        count = sum(1 for _ in ask(saved.undecided_text(text, other)).rows())
        said = saved.undecided_message(count, *self.languages(language))
        return gettext("{said}: see 'pressgraph query {name}'", said=said, name=other.name) if count else ""

    def languages(self, language: str | None = None) -> tuple[str, ...]:
        """Return the languages in which names are looked for: the reader's, then the project's."""
        return tuple(dict.fromkeys(it for it in (language, self.project.language) if it))

    def portable(self, text: str, *, language: str | None = None) -> str:
        """Return SPARQL text as any SPARQL tool runs it: prefixes declared, and names as patterns.

        Raises QueryError for the name of what the SELECT computes.
        """
        from pressgraph.query import portable

        return portable(text, self.profile.query_prefixes(self.project.id_base), self.languages(language)[0])

    def endpoint(self, name: str) -> Endpoint:
        """Return an endpoint: by its address, or by its name in the configuration's [endpoints].

        Raises EndpointError.
        """
        from pressgraph.project.model import Endpoint
        from pressgraph.spelling import did_you_mean

        known = self.project.endpoints.get(name)
        if known is not None:
            return known
        if "://" in name:
            return Endpoint(url=name)
        hint = did_you_mean(
            name,
            self.project.endpoints,
            otherwise=gettext("name one under [endpoints] in pressgraph.toml, or give an address"),
        )
        raise EndpointError(gettext("'{name}' is no endpoint of this project", name=name), hint=hint)

    # -- remote stores

    def push(
        self,
        endpoint: str,
        *,
        dry_run: bool = False,
        check: bool = False,
        jobs: int = 1,
        progress: Callable[[int], AbstractContextManager[Callable[[int], None]]] | None = None,
    ) -> Plan:
        """Bring a remote store up to date with the built dataset; `dry_run` only says what that would take.

        For the rest see `pressgraph.remote.push.push`. Raises EndpointError.
        """
        from pressgraph.dataset.withholding import Rules
        from pressgraph.remote.push import plan_push, push

        rules = Rules.of(self.project)
        target = self.target(endpoint, connections=jobs)
        if dry_run:
            return plan_push(self.dataset(), target, rules=rules, check=check)
        return push(self.dataset(), target, rules=rules, check=check, jobs=jobs, progress=progress)

    def pull(self, endpoint: str) -> Iterator[bytes]:
        """Yield what was pushed to a remote store, as N-Quads.

        Raises EndpointError.
        """
        from pressgraph.remote.push import pull

        for _, lines in pull(self.target(endpoint), self.project.id_base):
            yield "".join(f"{line}\n" for line in lines).encode()

    def target(self, endpoint: str, *, connections: int = 1) -> RemoteStore:
        """Open a remote store: an address, or a name from the configuration's [endpoints]."""
        from pressgraph.remote.store import Addresses, RemoteStore

        known = self.endpoint(endpoint)
        addresses = Addresses.of(known.url, update=known.update, store=known.store)
        return RemoteStore(addresses, timeout=known.timeout, connections=connections)

    def query(self, query: str, /, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows of a saved query or of SPARQL text, each a dict from variable to rdflib term.

        Unbound variables are missing from a row. A column `?xLabel` that nothing binds has the name of `?x`, in the
        language `lang` where there is one, else in the project's.
        """
        from pressgraph.dataset import from_ox

        answer = self.ask(query, parameters)
        names = answer.variables
        return [
            {name: from_ox(term) for name, term in zip(names, row, strict=True) if term is not None}
            for row in answer.rows()
        ]

    def query_text(self, query: str, parameters: Mapping[str, str]) -> str:
        """Return the SPARQL of a saved query with its parameters, or the text itself.

        Raises QueryError for a name that is no saved query.
        """
        saved = self.saved_queries.get(query)
        if saved is not None:
            return saved.fill(parameters, self.profile, self.project.id_base)
        word = query.strip()
        if word and not any(character.isspace() or character == "{" for character in word):
            from pressgraph.spelling import did_you_mean

            hint = did_you_mean(query, self.saved_queries, otherwise=gettext("'pressgraph query' lists them"))
            raise QueryError(gettext("there is no saved query '{query}'", query=query), hint=hint)
        if parameters:
            from pressgraph.query.saved import parse_saved_query

            return parse_saved_query(query, name="the query").fill(parameters, self.profile, self.project.id_base)
        return query

    def graph(self) -> rdflib.Dataset:
        """Return the built dataset as an rdflib Dataset over the same store, read-only.

        Its default graph holds the union of all graphs, as in queries.
        """
        import rdflib
        from oxrdflib import OxigraphStore

        dataset = rdflib.Dataset(store=OxigraphStore(store=self.dataset().store), default_union=False)
        for prefix, iri in self.profile.query_prefixes(self.project.id_base).items():
            dataset.namespace_manager.bind(prefix, iri, override=True, replace=True)
        return dataset
