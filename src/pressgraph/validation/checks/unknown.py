"""Find properties and classes in RDF that their ontology does not have: a typo conforms to any shape."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.dataset.schema_org import schema_org
from pressgraph.i18n import Text, gettext
from pressgraph.profile.model import Deprecation
from pressgraph.rdf import DCTERMS, RDF_TYPE, SCHEMA, SKOS
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import lexical, local_name, term_text
from pressgraph.spelling import nearest, suggestion
from pressgraph.validation.report import Result, Severity
from pressgraph.validation.shacl.naming import NAMED_HERE, deprecation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.profile import Profile

UNDEFINED = f"{NAMED_HERE}undefined-term"
_HTTPS = SCHEMA.replace("http:", "https:")
# their terms by rdflib, which lists them: ORG, PROV-O, SKOS, DCMI terms and OWL-Time
_STANDARDS = {
    "http://www.w3.org/ns/org#": "ORG",
    "http://www.w3.org/ns/prov#": "PROV",
    SKOS: "SKOS",
    DCTERMS: "DCTERMS",
    "http://www.w3.org/2006/time#": "TIME",
}
_ONTOLOGY = ox.NamedNode("http://www.w3.org/2002/07/owl#Ontology")


def unknown_terms(triples: Iterable[ox.Triple], profile: Profile) -> Iterator[Result]:
    """Yield a warning for each statement with a property or class that its ontology does not have.

    Known as a whole are schema.org, the profile's own ontologies and the W3C's and DCMI's that these build on; of what
    others define, nothing can be told.
    """
    judged: dict[str, Text | None] = {}
    for triple in triples:
        is_type = triple.predicate.value == RDF_TYPE
        term = lexical(triple.object) if is_type else triple.predicate.value
        if is_type and not isinstance(triple.object, ox.NamedNode):
            continue
        if term not in judged:
            judged[term] = known_terms(profile).hint(term)
        hint = judged[term]
        if hint is None:
            continue
        name = profile.curie(term) or f"<{term}>"
        yield Result(
            focus=term_text(triple.subject) or "",
            shape=UNDEFINED,
            component=UNDEFINED,
            severity=Severity.WARNING,
            messages=gettext("its ontology has no term {term}", term=name).by_language(),
            path=triple.predicate.value,
            steps=(triple.predicate.value,),
            value=term_text(triple.object),
            lexical=term,
            hint=hint or None,
        )


def deprecated_terms(triples: Iterable[ox.Triple], profile: Profile) -> Iterator[Result]:
    """Yield a warning for each statement with a deprecated property or class that facts do not have.

    Of keys and classes of the profile, shapes say it.
    """
    graph = Graph(profile.ontology_triples)
    said: dict[str, Mapping[str, str] | None] = {}
    for triple in triples:
        is_type = triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode)
        term = triple.object if is_type else triple.predicate
        iri = lexical(term)
        if iri not in said:
            told = iri in profile.key_of or iri in profile.class_of or not graph.is_deprecated(term)
            other = next(iter(graph.iris(term, f"{DCTERMS}isReplacedBy")), None)
            text = deprecation(profile.curie(iri) or iri, Deprecation(replacement=other), profile)
            said[iri] = None if told else text.by_language()
        messages = said[iri]
        if messages is not None:
            yield Result(
                focus=term_text(triple.subject) or "",
                shape=f"{NAMED_HERE}deprecated-{local_name(iri)}",
                component="",
                severity=Severity.WARNING,
                messages=messages,
                path=triple.predicate.value,
                steps=(triple.predicate.value,),
                value=term_text(triple.object),
            )


@lru_cache(maxsize=2)
def known_terms(profile: Profile) -> KnownTerms:
    """Return what a profile's ontologies have, gathered once, and not before somebody asks."""
    return KnownTerms(profile)


class KnownTerms:
    """The ontologies that are known as a whole, and what they have."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        own = {
            triple.subject.value.rstrip("#/")
            for triple in profile.ontology_triples
            if triple.object == _ONTOLOGY and isinstance(triple.subject, ox.NamedNode)
        }
        vocabulary = schema_org()
        self.names: dict[str, dict[str, str]] = {}
        for term in profile.ontology_terms:
            space = _namespace(term)
            if space.rstrip("#/") in own:
                self.names.setdefault(space, {})[local_name(term)] = term
        for scheme in profile.schemes.values():
            for concept in scheme.concepts.values():
                if _namespace(concept.iri).rstrip("#/") == scheme.iri.rstrip("#/"):
                    self.names.setdefault(_namespace(concept.iri), {})[local_name(concept.iri)] = concept.iri
        self.names[SCHEMA] = {
            name: SCHEMA + name for name in (*vocabulary.classes, *vocabulary.domains, *vocabulary.superseded)
        }

    def hint(self, term: str) -> Text | None:
        """Return what was meant, an empty text where that is unclear; None for what is known or cannot be judged."""
        iri = SCHEMA + term.removeprefix(_HTTPS) if term.startswith(_HTTPS) else term
        space = _namespace(iri)
        if iri in self.profile.ontology_terms:
            return None
        if space in _STANDARDS and space not in self.names:
            self.names[space] = _standard_names(space)
        names = self.names.get(space)
        if names is None or local_name(iri) in names:
            return None
        close = nearest(local_name(iri), names)
        if close is None:
            return Text("")
        return suggestion(self.profile.curie(names[close]) or names[close], quoted=False)


def _standard_names(space: str) -> dict[str, str]:
    """Return the terms of a vocabulary by their local names."""
    import rdflib

    listed: dict[str, object] = getattr(rdflib, _STANDARDS[space]).__annotations__
    return {name: space + name for name in listed}


def _namespace(iri: str) -> str:
    return iri.removesuffix(local_name(iri))
