"""Words for constraints that have no message of their own, by constraint component (SHACL 1.0, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.i18n import Text
from pressgraph.rdf import SH

if TYPE_CHECKING:
    from collections.abc import Sequence

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
# the same with what the shape asks for, where that is known: {} stands for it
_WITH_PARAMETER: dict[str, tuple[str, str, str]] = {
    "Class": ("class", "it is not of the class {}", "es hat nicht die Klasse {}"),
    "Datatype": ("datatype", "it is not written as {} asks", "es ist nicht so geschrieben, wie {} verlangt"),
    "NodeKind": ("nodeKind", "it is not {}", "es ist nicht {}"),
    "MinExclusive": ("minExclusive", "the value is not above {}", "der Wert liegt nicht über {}"),
    "MinInclusive": ("minInclusive", "the value is below {}", "der Wert liegt unter {}"),
    "MaxExclusive": ("maxExclusive", "the value is not below {}", "der Wert liegt nicht unter {}"),
    "MaxInclusive": ("maxInclusive", "the value is above {}", "der Wert liegt über {}"),
    "MinLength": (
        "minLength",
        "the text is shorter than {} characters",
        "der Text ist kürzer als {} Zeichen",
    ),
    "MaxLength": ("maxLength", "the text is longer than {} characters", "der Text ist länger als {} Zeichen"),
    "Pattern": ("pattern", "the text does not have the form {}", "der Text hat nicht die Form {}"),
    "LanguageIn": (
        "languageIn",
        "the text is in none of the languages {}",
        "der Text ist in keiner der Sprachen {}",
    ),
    "Equals": ("equals", "the values differ from those of '{}'", "die Werte sind andere als die von '{}'"),
    "Disjoint": ("disjoint", "the value is one of '{}' too", "der Wert steht auch bei '{}'"),
    "LessThan": ("lessThan", "the value is not less than that of '{}'", "der Wert ist nicht kleiner als der von '{}'"),
    "LessThanOrEquals": (
        "lessThanOrEquals",
        "the value is greater than that of '{}'",
        "der Wert ist größer als der von '{}'",
    ),
    "Node": ("node", "it does not meet what {} asks", "es erfüllt nicht, was {} verlangt"),
    "HasValue": ("hasValue", "the value {} is missing", "der Wert {} fehlt"),
    "In": ("in", "the value is none of: {}", "der Wert ist nichts von: {}"),
}
_COUNTED: dict[str, tuple[str, str, str]] = {
    "MinCount": ("minCount", "there are fewer than {} values", "es gibt weniger als {} Werte"),
    "MaxCount": ("maxCount", "there are more than {} values", "es gibt mehr als {} Werte"),
    "QualifiedMinCount": (
        "qualifiedMinCount",
        "fewer than {} of the values are as asked for",
        "weniger als {} der Werte sind wie verlangt",
    ),
    "QualifiedMaxCount": ("qualifiedMaxCount", "more than {} of the values are so", "mehr als {} der Werte sind so"),
}
_OTHER = ("it does not conform", "es entspricht nicht den Regeln")


def component_name(component: str) -> str:
    """Return the short name of a constraint component: `MinCount`."""
    return component.removeprefix(SH).removesuffix("ConstraintComponent")


def default_messages(component: str) -> dict[str, str]:
    """Return messages by language for a component."""
    english, german = _COMPONENTS.get(component_name(component), _OTHER)
    return {"de": german, "en": english}


def parameter_of(component: str) -> str | None:
    """Return the name of the parameter that a component's message shows, or None."""
    known = _WITH_PARAMETER | _COUNTED
    found = known.get(component_name(component))
    return found[0] if found is not None else None


def component_of(parameter: str) -> str | None:
    """Return the component whose messages show a parameter, as an IRI, or None.

    >>> component_of("minCount")
    'http://www.w3.org/ns/shacl#MinCountConstraintComponent'
    """
    known = _WITH_PARAMETER | _COUNTED
    name = next((name for name, told in known.items() if told[0] == parameter), None)
    return f"{SH}{name}ConstraintComponent" if name is not None else None


def messages_about(component: str, asked: Sequence[str], *, key: str | None) -> dict[str, str]:
    """Return messages by language for a component, with what the shape asks for; `key` is the property's name.

    >>> messages_about("http://www.w3.org/ns/shacl#MaxLengthConstraintComponent", ["5"], key="name")["en"]
    "'name': the text is longer than 5 characters"
    """
    name = component_name(component)
    messages = default_messages(component)
    if asked and name in _WITH_PARAMETER:
        _, english, german = _WITH_PARAMETER[name]
        messages = {"de": german.format(", ".join(asked)), "en": english.format(", ".join(asked))}
    elif asked and name in _COUNTED:
        _, english, german = _COUNTED[name]
        if asked[0] != "1" or name.startswith("Qualified"):
            messages = {"de": german.format(asked[0]), "en": english.format(asked[0])}
    return {tag: f"'{key}': {text}" for tag, text in messages.items()} if key is not None else messages


def default_text(component: str) -> Text:
    """Return what a component's default message says."""
    english, german = _COMPONENTS.get(component_name(component), _OTHER)
    return Text(english, de=german)
