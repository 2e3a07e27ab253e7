"""What a workspace answers: saved queries and SPARQL, over the built graph or at an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import pyoxigraph as ox

    from pressgraph.convert.evidence import FactWithEvidence
    from pressgraph.derive.why import Conclusion
    from pressgraph.query import Answer
    from pressgraph.rdf import Term


class Questions(Opened):
    """The methods about questions."""

    def ask(self, query: str, parameters: Mapping[str, str] | None = None, *, language: str | None = None) -> Answer:
        """Answer a saved query by its name, or SPARQL text, over the built dataset.

        For `language` see `ask_text`; a parameter `lang` that the query does not have says the same.

        Raises QueryError for a saved query that asks about a thing, where none is given and its example is not here.
        """
        text, language = self.question(query, parameters or {}, language)
        self.unknown_things(query, parameters or {})
        return self.ask_text(text, language=language)[0]

    def why(
        self, about: str, key: str | None = None, value: str | None = None, *, personal: bool | None = None
    ) -> list[Conclusion]:
        """Return what follows of a thing in the built dataset: by which rules, and the facts that this rests on.

        `about` is an id. With a `key`, what facts state is returned too, with a `value` (an id, a term, a text) of that
        alone. The rules are run again, for this thing alone, as the project has them now; what is not published is
        neither shown nor a reason, `personal` decides in the configuration's place about personal data.

        Raises QueryError for what is no id or no key.
        """
        from dataclasses import replace

        import pyoxigraph as ox

        from pressgraph.dataset.withholding import Rules, Withheld
        from pressgraph.derive import load_rules
        from pressgraph.derive.why import conclusions_about
        from pressgraph.facts.ids import Ids
        from pressgraph.rdf import RDF_TYPE
        from pressgraph.rdf.terms import is_iri
        from pressgraph.spelling import did_you_mean

        dataset, ids = self.dataset(), Ids(self.profile, self.project.id_base)

        def iri_of(text: str) -> str:
            return ids.iri_in_query(text) or text

        if not is_iri(iri_of(about)):
            raise QueryError(
                gettext("'{about}' is not an id", about=about), hint=gettext("ids look like agent/example-cluster")
            )
        thing = ox.NamedNode(iri_of(about))
        properties = None
        if key is not None:
            known = (
                RDF_TYPE if key == "type" else self.profile.keys[key].iri if key in self.profile.keys else iri_of(key)
            )
            # what rules alone conclude has no key, and is called by its local name
            said = {quad.predicate for quad in dataset.store.quads_for_pattern(thing, None, None, None)}
            properties = {known} if is_iri(known) else {it.value for it in said if key in _names(it)}
            if not properties:
                hint = did_you_mean(key, ["type", *self.profile.keys])
                raise QueryError(gettext("there is no key '{key}'", key=key), hint=hint)
        rules = Rules.of(self.project)
        conclusions = conclusions_about(
            dataset.store,
            dataset.graphs,
            load_rules(self.project, self.profile),
            thing,
            properties,
            withheld=Withheld.of(
                dataset.store, rules if personal is None else replace(rules, personal=personal), dataset.graphs
            ),
        )
        wanted = {value, iri_of(value)} if value is not None else set()
        return [it for it in conclusions if value is None or wanted & _names(it.triple.object)]

    def facts_in(self, graphs: Collection[str]) -> dict[str, FactWithEvidence]:
        """Return the facts whose named graphs have these IRIs, as facts files have them now, by graph.

        Only files that have held them when the dataset was built are read. Raises FactsError with their problems.
        """
        from pressgraph.build.manifest import BuildManifest, owners
        from pressgraph.convert.evidence import facts_with_evidence
        from pressgraph.dataset import Snapshots

        dataset = self.dataset()
        snapshot = Snapshots(self.project.state).current()
        manifest = BuildManifest.of(snapshot) if snapshot is not None else None
        owner = owners(manifest.files) if manifest is not None else {}
        sources = {dataset.graphs.source_of(it) for it in graphs if it.startswith(dataset.graphs.facts)}
        paths = [self.project.root / name for name in sorted({owner[it] for it in sources if it in owner})]
        found = facts_with_evidence([it for it in paths if it.is_file()], self.project, self.profile) if paths else ()
        return {it.graph: it for it in found if it.graph in graphs}

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
        saved_query = saved or parse_saved_query(query, name="the query")
        if "lang" in parameters and "lang" not in saved_query.parameters and read_names(saved_query.text) is not None:
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

        settings, id_base = self.endpoint(endpoint), self.project.id_base
        prefixes = self.profile.query_prefixes(id_base)
        limit = timeout or settings.timeout
        named = read_names(text)
        if named is None:
            return query_endpoint(text, settings.url, prefixes=prefixes, timeout=limit)
        return query_endpoint_with_names(
            named, settings.url, self.languages(language), prefixes=prefixes, timeout=limit, id_base=id_base
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
        sentence = saved.undecided_message(count, *self.languages(language))
        return gettext("{said}: see 'pressgraph query {name}'", said=sentence, name=other.name) if count else ""

    def unknown_things(self, query: str, parameters: Mapping[str, str]) -> list[str]:
        """Return the ids given to a saved query of which the built graph says nothing.

        Raises QueryError where one is not given, and what the query's file has as an example is not described here.
        """
        from pressgraph.facts.ids import Ids
        from pressgraph.query.choices import example, is_described

        saved, store = self.saved_queries.get(query), self.dataset().store
        unknown = []
        for name, parameter in saved.parameters.items() if saved is not None else ():
            given = parameters.get(name)
            if given is not None and parameter.is_id:
                iri = Ids(self.profile, self.project.id_base).iri_in_query(given)
            else:
                iri = example(parameter, self.profile, self.project.id_base)
            if iri is None or store.query(is_described(iri)):
                continue
            if given is None:
                raise QueryError(
                    gettext("the query '{name}' needs a thing of your graph to ask about", name=query),
                    hint=gettext("give its id: -p {parameter}=ID", parameter=name),
                )
            unknown.append(given)
        return unknown

    def unknown_terms(self, text: str, store: ox.Store | None = None) -> list[tuple[str, str | None]]:
        """Return the terms of a query that neither the profile nor a store, where one is at hand, knows; with hints."""
        from pressgraph.query import unknown_terms

        return list(unknown_terms(text, self.profile, id_base=self.project.id_base, store=store))

    def write_answer(
        self, answer: Answer, form: str | None = None, *, table: Callable[..., bytes] | None = None
    ) -> bytes:
        """Return an answer in a format; `table` draws it for people, where there is no format.

        Raises PressgraphError for a format that is none, or not for this form of answer.
        """
        from pressgraph.query import write_answer

        return write_answer(answer, form, self.profile, id_base=self.project.id_base, table=table)

    def portable(self, text: str, *, language: str | None = None) -> str:
        """Return SPARQL text as any SPARQL tool runs it: prefixes declared, and names as patterns.

        Raises QueryError for the name of what the SELECT computes.
        """
        from pressgraph.query import portable

        return portable(text, self.profile.query_prefixes(self.project.id_base), self.languages(language)[0])

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


def _names(term: Term) -> set[str]:
    """Return how a value may be called: as it is, and a term by its short name."""
    from pressgraph.rdf.terms import lexical

    name = lexical(term)
    return {name, name.rpartition("/")[2].rpartition("#")[2]}
