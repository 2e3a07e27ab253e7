"""Words for constraints that have no message of their own, by constraint component (SHACL 1.0, section 4)."""

from __future__ import annotations

from pressgraph.errors import Text
from pressgraph.rdf import SH

# component → what is wrong with a value, or with the thing, in English and German
_COMPONENTS: dict[str, tuple[str, str]] = {
    "Class": ("it is not of the class that is asked for", "es hat nicht die verlangte Klasse"),
    "Datatype": ("it is not written as its datatype asks", "es ist nicht so geschrieben, wie der Datentyp verlangt"),
    "NodeKind": ("it is not the kind of value that is asked for", "es ist nicht die verlangte Art von Wert"),
    "MinCount": ("a value is missing", "ein Wert fehlt"),
    "MaxCount": ("there are too many values", "es gibt zu viele Werte"),
    "MinExclusive": ("the value is too small", "der Wert ist zu klein"),
    "MinInclusive": ("the value is too small", "der Wert ist zu klein"),
    "MaxExclusive": ("the value is too large", "der Wert ist zu groß"),
    "MaxInclusive": ("the value is too large", "der Wert ist zu groß"),
    "MinLength": ("the text is too short", "der Text ist zu kurz"),
    "MaxLength": ("the text is too long", "der Text ist zu lang"),
    "Pattern": ("the text does not have the form that is asked for", "der Text hat nicht die verlangte Form"),
    "LanguageIn": ("the text is in a language that is not asked for", "der Text ist in einer nicht verlangten Sprache"),
    "UniqueLang": ("there are two texts in one language", "es gibt zwei Texte in einer Sprache"),
    "Equals": ("the value does not agree with its counterpart", "der Wert stimmt nicht mit seinem Gegenstück überein"),
    "Disjoint": ("the value may not stand in both places", "der Wert darf nicht an beiden Stellen stehen"),
    "LessThan": ("the value is not less than its counterpart", "der Wert ist nicht kleiner als sein Gegenstück"),
    "LessThanOrEquals": (
        "the value is greater than its counterpart",
        "der Wert ist größer als sein Gegenstück",
    ),
    "Not": ("it is what it may not be", "es ist, was es nicht sein darf"),
    "And": ("it does not meet all of what is asked for", "es erfüllt nicht alles, was verlangt ist"),
    "Or": ("it meets none of the alternatives", "es erfüllt keine der Möglichkeiten"),
    "Xone": ("it does not meet exactly one of the alternatives", "es erfüllt nicht genau eine der Möglichkeiten"),
    "Node": ("it does not meet what is asked of it", "es erfüllt nicht, was von ihm verlangt ist"),
    "QualifiedMinCount": ("too few of the values are as asked for", "zu wenige der Werte sind wie verlangt"),
    "QualifiedMaxCount": ("too many of the values are so", "zu viele der Werte sind so"),
    "Closed": ("this property is not allowed here", "diese Eigenschaft ist hier nicht erlaubt"),
    "HasValue": ("a value that must be there is missing", "ein Wert, der da sein muss, fehlt"),
    "In": ("the value is not one of those listed", "der Wert ist keiner der aufgezählten"),
    "SPARQL": ("it breaks a rule", "es verletzt eine Regel"),
}
_OTHER = ("it does not conform", "es entspricht nicht den Regeln")


def component_name(component: str) -> str:
    """Return the short name of a constraint component: `MinCount`."""
    return component.removeprefix(SH).removesuffix("ConstraintComponent")


def default_messages(component: str) -> dict[str, str]:
    """Return messages by language for a component."""
    english, german = _COMPONENTS.get(component_name(component), _OTHER)
    return {"de": german, "en": english}


def default_text(component: str) -> Text:
    """Return what a component's default message says."""
    english, german = _COMPONENTS.get(component_name(component), _OTHER)
    return Text(english, de=german)
