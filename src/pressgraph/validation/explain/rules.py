"""What each rule says, with a wrong and a right example: rules of facts files, constraints of shapes, checks.

Reports name rules by these ids, `pressgraph rule` explains one, and the documentation has a page for each.
"""

from __future__ import annotations

import re
import string
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import PressgraphError
from pressgraph.facts.rules import RULES
from pressgraph.i18n import Text, gettext
from pressgraph.profile.sources import consumer_shapes
from pressgraph.project import resource_folder
from pressgraph.query.comments import read_header
from pressgraph.rdf import SH
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.terms import local_name
from pressgraph.spelling import did_you_mean
from pressgraph.validation.checks.check import load_checks
from pressgraph.validation.explain.hints import as_written
from pressgraph.validation.report import Severity, rule_of
from pressgraph.validation.shacl.components import component_of, text_about
from pressgraph.validation.shacl.naming import NAMED_HERE
from pressgraph.validation.shacl.shapes import profile_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project

PAGES = "https://w3id.org/pressgraph/rules/"
"""Where the pages of shipped rules are found once the namespace is registered."""

_SHAPES = "https://w3id.org/pressgraph/shapes"
_SEVERITIES = {f"{SH}Violation": Severity.VIOLATION, f"{SH}Warning": Severity.WARNING, f"{SH}Info": Severity.INFO}
_FACTS = gettext("a rule of facts files")
_SHAPE = gettext("a constraint of the shapes")
_CHECK = gettext("a check of the graph")
_OF_PROFILE = gettext("a rule of ontologies and shapes")
# what reports say of the profile itself, and of terms in RDF files that their ontology does not have
_PROFILE: dict[str, tuple[Severity, Text, Text | None]] = {
    "ill-formed-shape": (
        Severity.VIOLATION,
        gettext("a shape says something that SHACL does not know so, such as a text where a number belongs"),
        None,
    ),
    "ill-formed-query": (
        Severity.VIOLATION,
        gettext("a query, a check or a rule of the project cannot be run"),
        None,
    ),
    "property-without-values": (
        Severity.WARNING,
        gettext("no shape says what the values of a property are, so facts have no key for it"),
        gettext("give the property shape sh:datatype, sh:class, sh:nodeKind, sh:in or sh:or"),
    ),
    "import-not-followed": (
        Severity.WARNING,
        gettext("owl:imports is not followed: nothing is fetched, so what it asks for is not checked"),
        gettext("put the file into shapes/ or ontology/, or remove the import"),
    ),
    "undefined-term": (
        Severity.WARNING,
        gettext("the ontology of a property or class in an RDF file has no such term"),
        None,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Data that breaks a rule, and the same data put right; `syntax` is yaml, csv, json, jsonl or turtle."""

    syntax: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a rule says; messages and hints by language tag, with names in capitals for what a report fills in."""

    id: str
    kind: Text
    severity: Severity
    messages: Mapping[str, str]
    hints: Mapping[str, str]
    about: str = ""
    """What a check finds, in English: the first paragraph of its query."""
    path: str = ""
    """The key that a constraint is about."""
    shipped: bool = True
    example: Example | None = None


def explanations(project: Project, profile: Profile) -> dict[str, Explanation]:
    """Return the rules that reports of a project can name, by id.

    Raises ProfileError for a check that cannot be read.
    """
    examples = _examples()
    rules: dict[str, Explanation] = {}
    for each in (
        *_of_facts(examples),
        *_of_profile(examples),
        *_of_checks(project, examples),
        *_of_shapes(project, profile),
    ):
        rules.setdefault(each.id, each)
    return rules


def explain(name: str, project: Project, profile: Profile) -> Explanation:
    """Return what a rule says.

    Raises PressgraphError for a name that no rule has, with the nearest.
    """
    rules = explanations(project, profile)
    if name not in rules:
        hint = did_you_mean(name, rules, otherwise=gettext("'pressgraph rule' lists them"))
        raise PressgraphError(gettext("there is no rule '{name}'", name=name), hint=hint)
    return rules[name]


def page_of(rule: str, shape: str | None = None) -> str | None:
    """Return the address of a rule's page; `shape` is what reported it, None for a rule of facts files.

    A project's own shapes and checks have none.

    >>> page_of("unknown-key")
    'https://w3id.org/pressgraph/rules/unknown-key'
    >>> page_of("Talk-title", "https://data.example.org/shapes#Talk-title")
    """
    if shape is None:
        return PAGES + rule if rule in RULES else None
    if shape.startswith(_SHAPES) or (shape.startswith(NAMED_HERE) and rule in {*RULES, *_PROFILE}):
        return PAGES + rule
    return PAGES + rule if (resource_folder("queries") / "checks" / f"{rule}-violation.rq").is_file() else None


def _examples() -> dict[str, Example]:
    text = files("pressgraph.validation.explain").joinpath("rule_examples.toml").read_text(encoding="utf-8")
    return {
        name: Example(syntax=it.get("syntax", "yaml"), wrong=it["wrong"], right=it["right"])
        for name, it in tomllib.loads(text).items()
    }


def _in_capitals(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), text)


def _templates(message: str) -> dict[str, str]:
    """Return a message in each language, what is filled in named in capitals."""
    names = {name for _, name, _, _ in string.Formatter().parse(message) if name}
    return gettext(message, **{name: name.upper() for name in names}).by_language()


def _of_facts(examples: Mapping[str, Example]) -> Iterator[Explanation]:
    for name, rule in RULES.items():
        yield Explanation(
            id=name,
            kind=_FACTS,
            severity=Severity.WARNING if rule.warns else Severity.VIOLATION,
            messages=_templates(rule.message),
            hints=_templates(rule.hint) if rule.hint else {},
            example=examples.get(name),
        )


def _of_profile(examples: Mapping[str, Example]) -> Iterator[Explanation]:
    for name, (severity, message, hint) in _PROFILE.items():
        yield Explanation(
            id=name,
            kind=_OF_PROFILE,
            severity=severity,
            messages=message.by_language(),
            hints=hint.by_language() if hint is not None else {},
            example=examples.get(name),
        )


def _of_checks(project: Project, examples: Mapping[str, Example]) -> Iterator[Explanation]:
    shipped = resource_folder("queries")
    for check in load_checks(project):
        is_shipped = check.path.is_relative_to(shipped)
        yield Explanation(
            id=check.name,
            kind=_CHECK,
            severity=check.severity,
            messages={tag: _in_capitals(text) for tag, text in check.messages.items()},
            hints={},
            about=read_header(check.text).summary,
            shipped=is_shipped,
            example=examples.get(check.name) if is_shipped else None,
        )


def _of_shapes(project: Project, profile: Profile) -> Iterator[Explanation]:
    """Explain the constraints of shapes by the names that results give them; those of search engines too."""
    consumers = (triple for file in consumer_shapes() for triple in file.triples)
    graph = Graph((*profile_shapes(profile).triples, *consumers))
    shapes = {
        shape.value: shape
        for shape, predicate, _ in graph
        if predicate in {f"{SH}message", f"{SH}path"} and isinstance(shape, ox.NamedNode)
    }
    for iri, shape in sorted(shapes.items()):
        paths = graph.iris(shape, f"{SH}path")
        key = profile.shrink(paths[0], project.id_base) if paths else ""
        messages = _messages(graph, shape, key, profile, project.id_base)
        if not messages:
            # a property shape that only says what its values are called
            continue
        shipped = iri.startswith(_SHAPES)
        severities = graph.iris(shape, f"{SH}severity")
        yield Explanation(
            id=rule_of(iri),
            kind=_SHAPE,
            severity=_SEVERITIES.get(severities[0], Severity.VIOLATION) if severities else Severity.VIOLATION,
            messages=messages,
            hints={},
            path=key,
            shipped=shipped,
            example=_of_turtle(local_name(iri)) if shipped else None,
        )


def _messages(graph: Graph, shape: ox.NamedNode, key: str, profile: Profile, id_base: str) -> dict[str, str]:
    """Return the messages of a shape by language tag: its own, else those of what it asks for."""
    own = graph.texts(shape, f"{SH}message")
    if own:
        return {
            tag or "en": re.sub(r"\{[?$]?(\w+)\}", lambda match: match[1].upper(), text) for tag, text in own.items()
        }
    templates: dict[str, list[str]] = {}
    for triple in graph.triples(shape):
        component = component_of(triple.predicate.value.removeprefix(SH))
        if component is not None:
            wanted = list(as_written(triple.object, graph, lambda iri: profile.shrink(iri, id_base)))
            for tag, text in text_about(component, wanted, key=key or None).by_language().items():
                templates.setdefault(tag, []).append(text)
    return {tag: "; ".join(texts) for tag, texts in templates.items()}


def _of_turtle(name: str) -> Example | None:
    """Return the example of a shipped constraint, without its prefixes."""
    texts = []
    for word in ("violating", "conforming"):
        path = resource_folder("examples") / f"{name}.{word}.ttl"
        if not path.is_file():
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
        texts.append("\n".join(it for it in lines if not it.startswith(("@prefix", "#"))).strip() + "\n")
    return Example(syntax="turtle", wrong=texts[0], right=texts[1])
