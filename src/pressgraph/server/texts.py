"""The words of the pages, in the languages that the shipped profile speaks."""

from __future__ import annotations

LANGUAGES = ("en", "de")

# key: English, German
_TEXTS = {
    "about_things": ("What is known", "Was bekannt ist"),
    "all_rows": ("rows in all; shown are", "Zeilen insgesamt; gezeigt werden"),
    "answer": ("Answer", "Antwort"),
    "ask": ("Ask", "Fragen"),
    "characters": ("characters", "Zeichen"),
    "common_kinds": ("Kinds of things", "Arten von Dingen"),
    "definition": ("Definition", "Definition"),
    "download": ("Download as", "Herunterladen als"),
    "facts": ("facts", "Fakten"),
    "formats": ("Also as", "Auch als"),
    "gone": ("this was published here once, and is not any more", "dies war hier veröffentlicht und ist es nicht mehr"),
    "graph_of": (
        "The facts of press releases, as linked data",
        "Die Fakten von Pressemitteilungen als verknüpfte Daten",
    ),
    "home": ("Home", "Start"),
    "intro": (
        "Every thing and every fact here has an address. Facts say where they were read: which source, which characters of it.",
        "Jedes Ding und jeder Fakt hat hier eine Adresse. Fakten sagen, wo sie gelesen wurden: in welcher Quelle, in welchen Zeichen.",
    ),
    "language": ("Language", "Sprache"),
    "links_here": ("What points here", "Was hierher zeigt"),
    "more_links": ("There are more; ask for them on the query page.", "Es gibt mehr; fragen Sie auf der Abfrageseite."),
    "newest": ("Newest releases", "Neueste Mitteilungen"),
    "no": ("no", "nein"),
    "nothing_found": ("Nothing has a name with this text.", "Nichts trägt einen Namen mit diesem Text."),
    "optional": ("may stay empty", "darf leer bleiben"),
    "parameters": ("What is asked", "Wonach gefragt wird"),
    "query": ("Query", "Abfrage"),
    "query_problem": ("This could not be answered", "Das ließ sich nicht beantworten"),
    "receipt": ("Source", "Beleg"),
    "results": ("Result", "Ergebnis"),
    "reviewed": ("reviewed by", "geprüft von"),
    "run": ("Run the query", "Abfrage ausführen"),
    "saved": ("Saved queries", "Gespeicherte Abfragen"),
    "search": ("Search by name", "Nach Namen suchen"),
    "skip": ("Skip to the content", "Zum Inhalt springen"),
    "stated_in": ("read in", "gelesen in"),
    "terms": ("Terms", "Begriffe"),
    "things": ("things", "Dinge"),
    "triples": ("triples", "Tripel"),
    "releases": ("releases", "Mitteilungen"),
    "unknown": ("nothing here is known by this name", "unter diesem Namen ist hier nichts bekannt"),
    "used": ("used", "verwendet"),
    "times": ("times", "mal"),
    "what_now": (
        "Search for a name, or start at the first page.",
        "Suchen Sie nach einem Namen oder beginnen Sie auf der ersten Seite.",
    ),
    "yes": ("yes", "ja"),
}


def texts(language: str) -> dict[str, str]:
    """Return the words in a language, one of LANGUAGES."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {key: words[column] for key, words in _TEXTS.items()}
