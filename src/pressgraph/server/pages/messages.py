"""The words of the pages, in the languages that the shipped profile speaks."""

from __future__ import annotations

from typing import Any

from pressgraph.rdf import OA, OWL, PROV, RDF, RDFS, SKOS

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages, each by its own name."""

# key: English, German
_MESSAGES: dict[str, tuple[str, str]] = {
    "about_site": ("About this graph", "Über diesen Graphen"),
    "about_things": ("What is known", "Was bekannt ist"),
    "all_rows": ("{} rows", "{} Zeilen"),
    "also_kinds": ("It is also:", "Es ist auch:"),
    "any": ("any", "beliebig"),
    "ask": ("Ask", "Fragen"),
    "characters": ("characters", "Zeichen"),
    "common_kinds": ("What is in it", "Was darin ist"),
    "dataset": ("Dataset description", "Beschreibung des Datensatzes"),
    "default": ("If empty:", "Wenn leer:"),
    "download": ("Download as", "Herunterladen als"),
    "endpoint": ("SPARQL endpoint", "SPARQL-Endpunkt"),
    "error": ("This did not work", "Das hat nicht geklappt"),
    "examples": ("Where it is used", "Wo es verwendet wird"),
    "fact_address": ("The address of this fact", "Die Adresse dieses Fakts"),
    "facts": ("facts", "Fakten"),
    "find": ("Search", "Suchen"),
    "first_page": ("Linked data from press releases", "Verknüpfte Daten aus Pressemitteilungen"),
    "first_rows": (
        "The first {} rows; a download has them all.",
        "Die ersten {} Zeilen; ein Download enthält alle.",
    ),
    "formats": ("This page as data", "Diese Seite als Daten"),
    "gone": ("this was published here once, and is not any more", "dies war hier veröffentlicht und ist es nicht mehr"),
    "graph_of": (
        "The facts of press releases, as linked data",
        "Die Fakten von Pressemitteilungen als verknüpfte Daten",
    ),
    "graph_says": ("What this graph says", "Was dieser Graph aussagt"),
    "home": ("To the first page", "Zur Startseite"),
    "imprint": ("Imprint", "Impressum"),
    "instances": ("Things of this kind", "Dinge dieser Art"),
    "intro": (
        "Every thing and every fact has an address. Facts say where they were read: in which source, at which characters.",
        "Jedes Ding und jeder Fakt hat eine Adresse. Fakten sagen, wo sie gelesen wurden: in welcher Quelle, an welcher Stelle.",
    ),
    "shortcuts": ("Ctrl+Enter runs it, Ctrl+Space completes.", "Strg+Enter führt aus, Strg+Leertaste ergänzt."),
    "links_here": ("What points here", "Was hierher zeigt"),
    "main_menu": ("Main menu", "Hauptmenü"),
    "more_links": ("There are more; ask for them on the query page.", "Es gibt mehr; fragen Sie auf der Abfrageseite."),
    "near": ("Were you looking for one of these?", "Haben Sie etwas davon gesucht?"),
    "newest": ("Newest releases", "Neueste Mitteilungen"),
    "no": ("No", "Nein"),
    "no_place": ("no place given", "ohne Stelle"),
    "no_rows": ("Nothing matches.", "Nichts passt."),
    "nothing_found": (
        "Nothing has a name with this text. Try fewer words, or the beginning of one.",
        "Nichts trägt einen Namen mit diesem Text. Versuchen Sie weniger Wörter oder den Anfang eines Wortes.",
    ),
    "one_row": ("1 row", "1 Zeile"),
    "optional": ("may stay empty", "darf leer bleiben"),
    "own_query": ("Ask a question of your own", "Eine eigene Frage stellen"),
    "prefixes": ("Prefixes that need no declaration", "Präfixe, die nicht deklariert werden müssen"),
    "privacy": ("Privacy", "Datenschutz"),
    "query": ("Query", "Abfrage"),
    "query_problem": ("This could not be answered:", "Das ließ sich nicht beantworten:"),
    "query_text": ("SPARQL query", "SPARQL-Abfrage"),
    "questions": ("Questions to ask", "Fragen an den Graphen"),
    "read_from": ("Facts read from this source", "Fakten aus dieser Quelle"),
    "releases": ("releases", "Mitteilungen"),
    "results": ("Result", "Ergebnis"),
    "reviewed": ("reviewed by", "geprüft von"),
    "run": ("Run the query", "Abfrage ausführen"),
    "saved": ("Saved queries", "Gespeicherte Abfragen"),
    "search": ("Search by name", "Nach Namen suchen"),
    "shape_paths": ("About:", "Über:"),
    "shape_properties": ("Conditions:", "Bedingungen:"),
    "shape_targets": ("For:", "Für:"),
    "shapes": ("Shapes", "Shapes"),
    "skip": ("Skip to the content", "Zum Inhalt springen"),
    "some_rows": ("{} of {} are shown.", "{} von {} werden gezeigt."),
    "stated_in": ("in", "in"),
    "terms": ("Terms", "Begriffe"),
    "things": ("things", "Dinge"),
    "triples": ("triples", "Tripel"),
    "unknown": ("nothing here is known by this name", "unter diesem Namen ist hier nichts bekannt"),
    "unused": ("not used", "nicht verwendet"),
    "used": ("used {} times", "{}-mal verwendet"),
    "used_once": ("used once", "einmal verwendet"),
    "vocabularies": ("Vocabularies", "Vokabulare"),
    "what_now": (
        "Search for a name, or start at the first page.",
        "Suchen Sie nach einem Namen oder beginnen Sie auf der ersten Seite.",
    ),
    "whole_graph": ("The whole graph as data", "Der ganze Graph als Daten"),
    "yes": ("Yes", "Ja"),
}
_ERRORS = {
    400: ("This request does not make sense", "Diese Anfrage ergibt keinen Sinn"),
    403: ("This is not allowed", "Das ist nicht erlaubt"),
    404: ("Not found", "Nicht gefunden"),
    406: ("Not available in this form", "In dieser Form nicht verfügbar"),
    410: ("Gone", "Nicht mehr vorhanden"),
    413: ("Too large", "Zu groß"),
    503: ("Busy", "Überlastet"),
    504: ("This took too long", "Das hat zu lange gedauert"),
}
_WORDS_OF_OTHERS = {
    f"{RDF}type": ("kind", "Art"),
    f"{RDFS}label": ("label", "Bezeichnung"),
    f"{RDFS}comment": ("comment", "Anmerkung"),
    f"{RDFS}isDefinedBy": ("defined by", "definiert in"),
    f"{RDFS}subClassOf": ("narrower than", "enger als"),
    f"{RDFS}subPropertyOf": ("narrower than (property)", "enger als (Eigenschaft)"),
    f"{RDFS}domain": ("property of", "Eigenschaft von"),
    f"{RDFS}range": ("has values of kind", "hat Werte der Art"),
    f"{RDFS}seeAlso": ("see also", "siehe auch"),
    f"{OWL}Class": ("class", "Klasse"),
    f"{OWL}Ontology": ("ontology", "Ontologie"),
    f"{OWL}ObjectProperty": ("property", "Eigenschaft"),
    f"{OWL}DatatypeProperty": ("property with literal values", "Eigenschaft mit Literalwerten"),
    f"{OWL}AnnotationProperty": ("annotation", "Annotation"),
    f"{OWL}disjointWith": ("excludes", "schließt aus"),
    f"{OWL}inverseOf": ("inverse of", "Umkehrung von"),
    f"{OWL}equivalentClass": ("same as", "gleich"),
    f"{OWL}versionIRI": ("version", "Version"),
    f"{OWL}versionInfo": ("version number", "Versionsnummer"),
    f"{OWL}imports": ("imports", "importiert"),
    f"{SKOS}Concept": ("concept", "Begriff"),
    f"{SKOS}ConceptScheme": ("vocabulary", "Vokabular"),
    f"{OA}hasSource": ("from", "aus"),
    f"{OA}hasSelector": ("place", "Stelle"),
    f"{OA}start": ("from character", "von Zeichen"),
    f"{OA}end": ("to character", "bis Zeichen"),
    f"{PROV}wasDerivedFrom": ("read from", "gelesen in"),
    f"{PROV}Bundle": ("receipts", "Belege"),
}
"""What other vocabularies call things, where the profile gives them no label."""


def word_of_others(iri: str, language: str) -> str:
    """Return what a term of a common vocabulary is called; an empty text for others."""
    words = _WORDS_OF_OTHERS.get(iri)
    return words[list(LANGUAGES).index(language)] if words else ""


def messages(language: str) -> dict[str, Any]:
    """Return the words in a language, one of LANGUAGES; under `errors` the headings by status."""
    column = list(LANGUAGES).index(language)
    return {
        **{key: words[column] for key, words in _MESSAGES.items()},
        "errors": {status: words[column] for status, words in _ERRORS.items()},
    }
