"""What the parameters of shapes take (SHACL 1.0, sections 2 to 5).

Engines pass over what a parameter does not take, or have it fail all data: facts would be blamed for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.i18n import Text, gettext
from pressgraph.rdf import RDF, SH
from pressgraph.rdf.graph import Graph
from pressgraph.validation.shacl.refused import place_of, place_of_second

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term

    Takes: TypeAlias = Callable[[Term, Graph], bool]

_NODE_KINDS = {
    ox.NamedNode(SH + name)
    for name in ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
}
_REST, _NIL = f"{RDF}rest", ox.NamedNode(f"{RDF}nil")


def _is_iri(value: Term, _graph: Graph) -> bool:
    return isinstance(value, ox.NamedNode)


def _is_node(value: Term, _graph: Graph) -> bool:
    return isinstance(value, ox.NamedNode | ox.BlankNode)


def _is_literal(value: Term, _graph: Graph) -> bool:
    return isinstance(value, ox.Literal)


def _is_count(value: Term, _graph: Graph) -> bool:
    return isinstance(value, ox.Literal) and re.fullmatch(r"\+?[0-9]+", value.value) is not None


def _is_boolean(value: Term, _graph: Graph) -> bool:
    return isinstance(value, ox.Literal) and value.value in {"true", "false", "1", "0"}


def _is_node_kind(value: Term, _graph: Graph) -> bool:
    return value in _NODE_KINDS


def _is_list(value: Term, graph: Graph) -> bool:
    """Tell whether a value is a list that ends; what has a name may be described elsewhere."""
    seen: set[Term] = set()
    node: Term | None = value
    while isinstance(node, ox.BlankNode) and node not in seen:
        seen.add(node)
        if graph.value(node, f"{RDF}first") is None:
            return False
        node = graph.value(node, _REST)
    return node == _NIL or (isinstance(node, ox.NamedNode) and not seen)


def _is_list_of_nodes(value: Term, graph: Graph) -> bool:
    return _is_list(value, graph) and all(_is_node(it, graph) for it in graph.items(value))


NUMBER = gettext("it takes one whole number, such as 1")
IRI = gettext("it takes an IRI, such as xsd:date or schema:Organization")
_LIST = gettext("it takes a list in parentheses, such as ( ex:a ex:b )")
_SHAPES = gettext("it takes a list of shapes in parentheses, such as ( [ sh:class ex:A ] [ sh:class ex:B ] )")
_SHAPE = gettext("it takes a shape: its IRI, or what it asks for in square brackets, such as [ sh:class ex:A ]")
_PATH = gettext("it takes the IRI of a property, or a path such as [ sh:inversePath ex:a ]")
_TEXT = gettext('it takes texts, such as "…"@en')
_BOOLEAN = gettext("it takes true or false")
_VALUE = gettext("it takes a number, a date or another literal, such as 0")
_NODE_KIND = gettext("known: sh:IRI, sh:Literal, sh:BlankNode, and two of them together, such as sh:IRIOrLiteral")
_SEVERITY = gettext("known: sh:Violation, sh:Warning, sh:Info")

_KINDS: tuple[tuple[tuple[str, ...], Takes, Text], ...] = (
    (("minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"), _is_count, NUMBER),
    (("datatype", "class", "equals", "disjoint", "lessThan", "lessThanOrEquals", "targetClass"), _is_iri, IRI),
    (("targetSubjectsOf", "targetObjectsOf"), _is_iri, IRI),
    (("in", "languageIn", "ignoredProperties"), _is_list, _LIST),
    (("and", "or", "xone"), _is_list_of_nodes, _SHAPES),
    (("property", "node", "not", "qualifiedValueShape", "sparql"), _is_node, _SHAPE),
    (("path",), _is_node, _PATH),
    (("message", "name", "description", "pattern", "flags", "select", "ask"), _is_literal, _TEXT),
    (("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"), _is_literal, _VALUE),
    (("deactivated", "closed", "uniqueLang", "qualifiedValueShapesDisjoint"), _is_boolean, _BOOLEAN),
    (("nodeKind",), _is_node_kind, _NODE_KIND),
    (("severity",), _is_iri, _SEVERITY),
)  # fmt: skip
_TAKES = {SH + name: takes for names, takes, _ in _KINDS for name in names}
_ONCE = {
    SH + name
    for name in (
        "path", "datatype", "nodeKind", "minCount", "maxCount", "minInclusive", "maxInclusive", "minExclusive",
        "maxExclusive", "minLength", "maxLength", "flags", "in", "languageIn", "uniqueLang", "closed",
        "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "severity", "deactivated",
    )
}  # fmt: skip
"""Parameters of which a shape has one value: engines take one of several, or ask for them all."""
WANTED = {name: words for names, _, words in _KINDS for name in names}
"""What a parameter takes, in words, by its name."""


def refuse_wrong_values(profile: Profile) -> None:
    """See that each parameter in the project's own shapes has values that it takes, and no more than it takes.

    Raises ProfileError with the place of the first value that is wrong.
    """
    own = [file for file in profile.shapes if file.own]
    graph = Graph(triple for file in own for triple in file.triples)
    for _, parameter, values in graph:
        takes = _TAKES.get(parameter)
        if takes is None:
            continue
        name = parameter.removeprefix(SH)
        for value in values:
            if not takes(value, graph):
                raise ProfileError(
                    gettext("sh:{name} does not take {value}", name=name, value=_shown(value, profile)),
                    place=place_of(parameter, profile, takes),
                    hint=WANTED[name],
                )
        if parameter in _ONCE and len(set(values)) > 1:
            shown = ", ".join(_shown(value, profile) for value in values)
            raise ProfileError(
                gettext("a shape has sh:{name} more than once: {values}", name=name, values=shown),
                place=place_of_second(parameter, profile),
                hint=gettext("leave one of them"),
            )


def _shown(value: Term, profile: Profile) -> str:
    match value:
        case ox.NamedNode():
            return profile.curie(value.value) or str(value)
        case ox.BlankNode():
            return "[ … ]"
    return str(value)
