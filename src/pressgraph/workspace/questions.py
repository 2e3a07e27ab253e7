"""What a workspace answers: saved queries and SPARQL, over the built graph or at an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.errors import QueryError
from pressgraph.i18n import gettext
from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyoxigraph as ox

    from pressgraph.derive.why import Conclusion
    from pressgraph.query import Answer


class Questions(Opened):
    """The methods about questions."""

    def ask(self, query: str, parameters: Mapping[str, str] | None = None, *, language: str | None = None) -> Answer:
        """Answer a saved query by its name, or SPARQL text, over the built dataset.

        For `language` see `ask_text`; a parameter `lang` that the query does not have says the same.
        """
        text, language = self.question(query, parameters or {}, language)
        return self.ask_text(text, language=language)[0]

    def why(self, about: str) -> list[Conclusion]:
        """Return what follows of a thing in the built dataset: by which rules, and the facts that this rests on.

        `about` is an id. The rules are run again, for this thing alone, as the project has them now.
        """
        import pyoxigraph as ox

        from pressgraph.derive import load_rules
        from pressgraph.derive.why import conclusions_about
        from pressgraph.facts.ids import Ids
        from pressgraph.rdf.terms import is_iri

        dataset = self.dataset()
        iri = Ids(self.profile, self.project.id_base).iri_in_query(about) or about
        if not is_iri(iri):
            raise QueryError(
                gettext("'{about}' is not an id", about=about), hint=gettext("ids look like agent/example-cluster")
            )
        rules = load_rules(self.project, self.profile)
        return conclusions_about(dataset.store, dataset.graphs, rules, ox.NamedNode(iri))

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
