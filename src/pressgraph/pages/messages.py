"""The words of the pages, in the languages that there are catalogues for."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from pressgraph.i18n import gettext, languages, pgettext
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it
from pressgraph.rdf import OA, OWL, PROV, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.i18n import Text

K = TypeVar("K")

_OWN_NAME = pgettext("a language's own name", "English")
LANGUAGES = {tag: _OWN_NAME.to(tag) if tag == "en" or _OWN_NAME.to(tag) != _OWN_NAME else tag for tag in languages()}
"""The languages, each by its own name, or by its tag where its catalogue does not say it."""

_MESSAGES = {
    "about_site": pgettext("page", "About this graph"),
    "about_things": pgettext("page", "What is known"),
    "also_kinds": pgettext("page", "It is also:"),
    "any": pgettext("page", "any"),
    "ask": pgettext("page", "Ask"),
    "characters": pgettext("page", "characters"),
    "common_kinds": pgettext("page", "What is in it"),
    "dataset": pgettext("page", "Dataset description"),
    "default": pgettext("page", "If empty:"),
    "download": pgettext("page", "Download as"),
    "endpoint": pgettext("page", "SPARQL endpoint"),
    "error": pgettext("page", "This did not work"),
    "examples": pgettext("page", "Where it is used"),
    "fact_address": pgettext("page", "The address of this fact"),
    "facts": pgettext("page", "facts"),
    "find": pgettext("page", "Search"),
    "first_page": pgettext("page", "Linked data from press releases"),
    "formats": pgettext("page", "This page as data"),
    "graph_of": pgettext("page", "The facts of press releases, as linked data"),
    "graph_says": pgettext("page", "What this graph says"),
    "home": pgettext("page", "To the first page"),
    "imprint": pgettext("page", "Imprint"),
    "instances": pgettext("page", "Things of this kind"),
    "intro": pgettext(
        "page",
        "Every thing and every fact has an address. Facts say where they were read: in which source, at which characters.",
    ),
    "shortcuts": pgettext("page", "Ctrl+Enter runs it, Ctrl+Space completes."),
    "links_here": pgettext("page", "What points here"),
    "main_menu": pgettext("page", "Main menu"),
    "more_links": pgettext("page", "There are more; ask for them on the query page."),
    "near": pgettext("page", "Were you looking for one of these?"),
    "newest": pgettext("page", "Newest releases"),
    "no": pgettext("page", "No"),
    "no_place": pgettext("page", "no place given"),
    "no_rows": pgettext("page", "Nothing matches."),
    "nothing_found": pgettext("page", "Nothing has a name with this text. Try fewer words, or the beginning of one."),
    "one_row": pgettext("page", "1 row"),
    "optional": pgettext("page", "may stay empty"),
    "own_query": pgettext("page", "Ask a question of your own"),
    "prefixes": pgettext("page", "Prefixes that need no declaration"),
    "privacy": pgettext("page", "Privacy"),
    "query": pgettext("page", "Query"),
    "query_problem": pgettext("page", "This could not be answered:"),
    "query_text": pgettext("page", "SPARQL query"),
    "questions": pgettext("page", "Questions to ask"),
    "read_from": pgettext("page", "Facts read from this source"),
    "releases": pgettext("page", "releases"),
    "results": pgettext("page", "Result"),
    "reviewed": pgettext("page", "reviewed by"),
    "run": pgettext("page", "Run the query"),
    "saved": pgettext("page", "Saved queries"),
    "search": pgettext("page", "Search by name"),
    "shape_paths": pgettext("page", "About:"),
    "shape_properties": pgettext("page", "Conditions:"),
    "shape_targets": pgettext("page", "For:"),
    "shapes": pgettext("page", "Shapes"),
    "skip": pgettext("page", "Skip to the content"),
    "stated_in": pgettext("page", "in"),
    "terms": pgettext("page", "Terms"),
    "things": pgettext("page", "things"),
    "triples": pgettext("page", "triples"),
    "unused": pgettext("page", "not used"),
    "used_once": pgettext("page", "used once"),
    "vocabularies": pgettext("page", "Vocabularies"),
    "what_now": pgettext("page", "Search for a name, or start at the first page."),
    "whole_graph": pgettext("page", "The whole graph as data"),
    "yes": pgettext("page", "Yes"),
}
# what numbers are filled into
_WITH_NUMBERS = {
    "all_rows": N_("{count} rows"),
    "first_rows": N_("The first {count} rows; a download has them all."),
    "some_rows": N_("{shown} of {total} are shown."),
    "used": N_("used {count} times"),
}
_ERRORS = {
    400: pgettext("page", "This request does not make sense"),
    403: pgettext("page", "This is not allowed"),
    404: pgettext("page", "Not found"),
    406: pgettext("page", "Not available in this form"),
    410: pgettext("page", "Gone"),
    413: pgettext("page", "Too large"),
    503: pgettext("page", "Busy"),
    504: pgettext("page", "This took too long"),
}
_WORDS_OF_OTHERS = {
    f"{RDF}type": pgettext("vocabulary", "kind"),
    f"{RDFS}label": pgettext("vocabulary", "label"),
    f"{RDFS}comment": pgettext("vocabulary", "comment"),
    f"{RDFS}isDefinedBy": pgettext("vocabulary", "defined by"),
    f"{RDFS}subClassOf": pgettext("vocabulary", "narrower than"),
    f"{RDFS}subPropertyOf": pgettext("vocabulary", "narrower than (property)"),
    f"{RDFS}domain": pgettext("vocabulary", "property of"),
    f"{RDFS}range": pgettext("vocabulary", "has values of kind"),
    f"{RDFS}seeAlso": pgettext("vocabulary", "see also"),
    f"{OWL}Class": pgettext("vocabulary", "class"),
    f"{OWL}Ontology": pgettext("vocabulary", "ontology"),
    f"{OWL}ObjectProperty": pgettext("vocabulary", "property"),
    f"{OWL}DatatypeProperty": pgettext("vocabulary", "property with literal values"),
    f"{OWL}AnnotationProperty": pgettext("vocabulary", "annotation"),
    f"{OWL}disjointWith": pgettext("vocabulary", "excludes"),
    f"{OWL}inverseOf": pgettext("vocabulary", "inverse of"),
    f"{OWL}equivalentClass": pgettext("vocabulary", "same as"),
    f"{OWL}versionIRI": pgettext("vocabulary", "version"),
    f"{OWL}versionInfo": pgettext("vocabulary", "version number"),
    f"{OWL}imports": pgettext("vocabulary", "imports"),
    f"{SKOS}Concept": pgettext("vocabulary", "concept"),
    f"{SKOS}ConceptScheme": pgettext("vocabulary", "vocabulary"),
    f"{OA}hasSource": pgettext("vocabulary", "from"),
    f"{OA}hasSelector": pgettext("vocabulary", "place"),
    f"{OA}start": pgettext("vocabulary", "from character"),
    f"{OA}end": pgettext("vocabulary", "to character"),
    f"{PROV}wasDerivedFrom": pgettext("vocabulary", "read from"),
    f"{PROV}Bundle": pgettext("vocabulary", "receipts"),
}
"""What other vocabularies call things, where the profile gives them no label."""


def word_of_others(iri: str, language: str) -> str:
    """Return what a term of a common vocabulary is called; an empty text for others."""
    word = _WORDS_OF_OTHERS.get(iri)
    return word.to(language) if word is not None else ""


@lru_cache(maxsize=len(LANGUAGES))
def messages(language: str) -> Mapping[str, object]:
    """Return the words in a language, one of LANGUAGES; what numbers are filled into as functions of them.

    Under `errors` are the headings by status.
    """
    return {
        **_said(_MESSAGES, language),
        **{key: partial(_filled, message, language) for key, message in _WITH_NUMBERS.items()},
        "errors": _said(_ERRORS, language),
    }


def _said(words: Mapping[K, Text], language: str) -> dict[K, str]:
    return {key: text.to(language) for key, text in words.items()}


def _filled(message: str, language: str, **numbers: str) -> str:
    return gettext(message, **numbers).to(language)
