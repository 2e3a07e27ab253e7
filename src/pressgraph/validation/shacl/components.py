"""Words for constraints that have no message of their own, by constraint component (SHACL 1.0, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.i18n import Text, gettext, joined
from pressgraph.i18n import gettext_noop as N_  # noqa: N812 - gettext's usual name for it
from pressgraph.rdf import SH

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMPONENTS = {
    "Class": gettext("it is not of the class that is asked for"),
    "Datatype": gettext("it is not written as its datatype asks"),
    "NodeKind": gettext("it is not the kind of value that is asked for"),
    "MinCount": gettext("a value is missing"),
    "MaxCount": gettext("there are too many values"),
    "MinExclusive": gettext("the value is too small"),
    "MinInclusive": gettext("the value is too small"),
    "MaxExclusive": gettext("the value is too large"),
    "MaxInclusive": gettext("the value is too large"),
    "MinLength": gettext("the text is too short"),
    "MaxLength": gettext("the text is too long"),
    "Pattern": gettext("the text does not have the form that is asked for"),
    "LanguageIn": gettext("the text is in a language that is not asked for"),
    "UniqueLang": gettext("there are two texts in one language"),
    "Equals": gettext("the value does not agree with its counterpart"),
    "Disjoint": gettext("the value may not stand in both places"),
    "LessThan": gettext("the value is not less than its counterpart"),
    "LessThanOrEquals": gettext("the value is greater than its counterpart"),
    "Not": gettext("it is what it may not be"),
    "And": gettext("it does not meet all of what is asked for"),
    "Or": gettext("it meets none of the alternatives"),
    "Xone": gettext("it does not meet exactly one of the alternatives"),
    "Node": gettext("it does not meet what is asked of it"),
    "QualifiedMinCount": gettext("too few of the values are as asked for"),
    "QualifiedMaxCount": gettext("too many of the values are so"),
    "Closed": gettext("this property is not allowed here"),
    "HasValue": gettext("a value that must be there is missing"),
    "In": gettext("the value is not one of those listed"),
    "SPARQL": gettext("it breaks a rule"),
}
# the same with what the shape asks for, where that is known: component → parameter and message
_WITH_PARAMETER = {
    "Class": ("class", N_("it is not of the class {asked}")),
    "Datatype": ("datatype", N_("it is not written as {asked} asks")),
    "NodeKind": ("nodeKind", N_("it is not {asked}")),
    "MinExclusive": ("minExclusive", N_("the value is not above {asked}")),
    "MinInclusive": ("minInclusive", N_("the value is below {asked}")),
    "MaxExclusive": ("maxExclusive", N_("the value is not below {asked}")),
    "MaxInclusive": ("maxInclusive", N_("the value is above {asked}")),
    "MinLength": ("minLength", N_("the text is shorter than {asked} characters")),
    "MaxLength": ("maxLength", N_("the text is longer than {asked} characters")),
    "Pattern": ("pattern", N_("the text does not have the form {asked}")),
    "LanguageIn": ("languageIn", N_("the text is in none of the languages {asked}")),
    "Equals": ("equals", N_("the values differ from those of '{asked}'")),
    "Disjoint": ("disjoint", N_("the value is one of '{asked}' too")),
    "LessThan": ("lessThan", N_("the value is not less than that of '{asked}'")),
    "LessThanOrEquals": ("lessThanOrEquals", N_("the value is greater than that of '{asked}'")),
    "Node": ("node", N_("it does not meet what {asked} asks")),
    "HasValue": ("hasValue", N_("the value {asked} is missing")),
    "In": ("in", N_("the value is none of: {asked}")),
}
_COUNTED = {
    "MinCount": ("minCount", N_("there are fewer than {asked} values")),
    "MaxCount": ("maxCount", N_("there are more than {asked} values")),
    "QualifiedMinCount": ("qualifiedMinCount", N_("fewer than {asked} of the values are as asked for")),
    "QualifiedMaxCount": ("qualifiedMaxCount", N_("more than {asked} of the values are so")),
}
_OTHER = gettext("it does not conform")


def component_name(component: str) -> str:
    """Return the short name of a constraint component: `MinCount`."""
    return component.removeprefix(SH).removesuffix("ConstraintComponent")


def default_text(component: str) -> Text:
    """Return what is wrong with a value, or with the thing, where a constraint of a component is not met."""
    return _COMPONENTS.get(component_name(component), _OTHER)


def parameter_of(component: str) -> str | None:
    """Return the name of the parameter that a component's message shows, or None."""
    parameters = _WITH_PARAMETER | _COUNTED
    parameter = parameters.get(component_name(component))
    return parameter[0] if parameter is not None else None


def component_of(parameter: str) -> str | None:
    """Return the component whose messages show a parameter, as an IRI, or None.

    >>> component_of("minCount")
    'http://www.w3.org/ns/shacl#MinCountConstraintComponent'
    """
    parameters = _WITH_PARAMETER | _COUNTED
    name = next((name for name, of_parameter in parameters.items() if of_parameter[0] == parameter), None)
    return f"{SH}{name}ConstraintComponent" if name is not None else None


def text_about(component: str, values: Sequence[str], *, key: str | None) -> Text:
    """Return a component's message with what the shape asks for; `key` is the property's name.

    >>> text_about("http://www.w3.org/ns/shacl#MaxLengthConstraintComponent", ["5"], key="name")
    "'name': the text is longer than 5 characters"
    """
    name = component_name(component)
    text = default_text(component)
    if values and name in _WITH_PARAMETER:
        text = gettext(_WITH_PARAMETER[name][1], asked=joined(", ", values))
    elif values and name in _COUNTED and (values[0] != "1" or name.startswith("Qualified")):
        text = gettext(_COUNTED[name][1], asked=values[0])
    return joined(": ", (f"'{key}'", text)) if key is not None else text
