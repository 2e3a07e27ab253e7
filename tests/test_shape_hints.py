"""Help for results of shapes, and what their messages propose, is followed in each example that violates one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox
import pytest

import pressgraph
from pressgraph.facts.datatypes import fitting
from pressgraph.profile.model import Kind
from pressgraph.rdf import EDTF, RDF_TYPE, SH, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pressgraph.rdf import Term
    from pressgraph.validation.report import Finding, Result

ROOT = Path(__file__).resolve().parents[1]
HERE = pressgraph.open(ROOT)
PROFILE, ID_BASE = HERE.profile, HERE.project.id_base
EXAMPLES = Path(__file__).parent / "shapes"
KNOWN = {triple.subject for triple in PROFILE.ontology_triples}

Triples: TypeAlias = set[ox.Triple]


def asked() -> dict[str, ox.NamedNode]:
    """The datatype that shapes ask of each property."""
    shapes = [quad.triple for path in sorted((ROOT / "shapes").glob("*.ttl")) for quad in ox.parse(path=str(path))]
    paths = {it.subject: it.object for it in shapes if it.predicate.value == f"{SH}path"}
    return {
        paths[it.subject].value: it.object
        for it in shapes
        if it.predicate.value == f"{SH}datatype" and it.subject in paths and isinstance(it.object, ox.NamedNode)
    }


ASKED = asked()
PREFIXES = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in {
        "clu": "https://w3id.org/pressgraph/cluster#", "schema": "http://schema.org/", "xsd": XSD,
        "lvl": "https://w3id.org/pressgraph/vocab/label-level/", "agent": f"{ID_BASE}agent/",
        "doc": f"{ID_BASE}document/", "label": f"{ID_BASE}label/", "thing": f"{ID_BASE}thing/",
    }.items()
)  # fmt: skip
ORGANISATION = 'agent:nordlicht a clu:ClusterOrganisation ; schema:name "Nordlicht"'
ARTICLE = 'doc:d a schema:NewsArticle ; schema:headline "D"@en ; schema:datePublished'
MORE = (
    # a rule, and what people write that breaks it, beside the examples of shapes
    *(
        ("Article-datePublished-node", f'{ARTICLE} "{date}"{kind}')
        for date in (
            *("31.1.2019", "January 1, 2019", "2019/01/31", "20190131", "3. März 2019", "in March"),
            *("January 2019", "Mitte 2019", "spring 2019", "2. Quartal 2019"),
        )
        for kind in ("", "^^xsd:date", "@en")
    ),
    *(
        ("ContactPoint-telephone-pattern", f'thing:c a schema:ContactPoint ; schema:telephone "{number}"')
        for number in ("+1.408.606.5775", "0049 351 7965106")
    ),
    *(
        ("ContactPoint-email-pattern", f'thing:c a schema:ContactPoint ; schema:email "{address}"')
        for address in ("a (at) example.org", "mailto:a[at]example.org")
    ),
    (
        "AwardedLabel-heldBy-class",
        f"label:l a clu:AwardedLabel ; clu:level lvl:gold ; clu:heldBy agent:nordlciht . {ORGANISATION}",
    ),
    (
        "AwardedLabel-level-node",
        f"label:l a clu:AwardedLabel ; clu:level lvl:sliver ; clu:heldBy agent:nordlicht . {ORGANISATION}",
    ),
)


def examples() -> dict[str, tuple[str, Triples]]:
    """Each example's rule and triples; the things that it describes get names of their own."""
    texts = [(path.name.split(".")[0], path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.violating.ttl"))]
    texts += [(rule, f"{PREFIXES}{text} .") for rule, text in MORE]
    found = [(rule, {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)}) for rule, text in texts]
    named = {}
    for number, (rule, triples) in enumerate(found):
        own = {it.subject for it in triples if isinstance(it.subject, ox.NamedNode)} - KNOWN

        def mine(term: Any, *, own: set[ox.NamedNode] = own, number: int = number) -> Any:
            return ox.NamedNode(f"{term.value}-{number}") if term in own else term

        named[f"{rule}-{number}"] = (rule, {ox.Triple(mine(s), p, mine(o)) for s, p, o in triples})
    return named


def validated(triples: Triples, folder: Path) -> list[Finding]:
    folder.mkdir()
    path = folder / "data.nt"
    ox.serialize(triples, path, format=ox.RdfFormat.N_TRIPLES)
    return pressgraph.open(folder).validate([path]).findings("en")


def typed(value: str, result: Result) -> Term:
    """A value as the property's shape wants it: the term of a vocabulary, a thing, a literal."""
    key = PROFILE.key_of.get(result.path or "")
    if key is not None and key.scheme is not None and value in key.scheme.concepts:
        return ox.NamedNode(key.scheme.concepts[value].iri)
    if key is not None and EDTF in key.datatypes:
        iri, form = fitting((it for it in key.datatypes if it != EDTF), value) or (EDTF, value)
        return ox.Literal(form, datatype=ox.NamedNode(iri))
    if result.path in ASKED:
        return ox.Literal(value, datatype=ASKED[result.path])
    if re.match(r"https?:", value):
        return ox.NamedNode(value)
    if key is not None and key.kind is Kind.LINK:
        return ox.NamedNode(f"{ID_BASE}{value}")
    return ox.Literal(value)


def at(result: Result, triples: Triples) -> Iterator[ox.Triple]:
    """The statements that a result is about: of its path and its value, or of all where it names none."""
    for it in triples:
        if str(getattr(it.subject, "value", "")) == result.focus and result.path in {None, it.predicate.value}:
            value = it.object.value if isinstance(it.object, ox.NamedNode) else str(it.object)
            if result.value is None or value == result.value:
                yield it


def replaced(result: Result, triples: Triples, value: Term) -> Triples:
    (wrong,) = at(result, triples)
    return (triples - {wrong}) | {ox.Triple(wrong.subject, wrong.predicate, value)}


def added(result: Result, triples: Triples, value: Term) -> Triples:
    return triples | {ox.Triple(ox.NamedNode(result.focus), ox.NamedNode(result.path or ""), value)}


def write(match: re.Match[str], result: Result, triples: Triples) -> Triples:
    return replaced(result, triples, typed(match["value"], result))


def keep_one(match: re.Match[str], result: Result, triples: Triples) -> Triples:
    tag = match.groupdict().get("tag")
    alike = sorted(
        (it for it in at(result, triples) if tag is None or getattr(it.object, "language", "") == tag), key=str
    )
    assert len(alike) > 1
    return triples - set(alike[1:])


FORMS = {
    "as year-month-day": "2026-01-31", "such as P…Y for years or P…M for months": "P2Y", "a whole number": "2",
    "true or false": "true", "a year of four digits": "2026",
}  # fmt: skip


def add(match: re.Match[str], result: Result, triples: Triples) -> Triples:
    key = PROFILE.keys.get(match["key"])
    prefix, _, name = match["key"].partition(":")
    assert (key.iri if key is not None else f"{PROFILE.prefixes[prefix]}{name}") == result.path
    form = match["form"] or ""
    if form.startswith("text with its language"):
        return added(result, triples, ox.Literal("Text", language="en"))
    if form:
        return added(result, triples, typed(FORMS.get(form, form.split(", ")[0]), result))
    return triples


def such_as(match: re.Match[str], result: Result, triples: Triples) -> Triples:
    first = re.split(r" or | oder |, ", match["value"])[0]
    if re.fullmatch(r"[+-]\d\d:\d\d", first):
        # the zone of a time, which belongs to its end
        (wrong,) = at(result, triples)
        assert isinstance(wrong.object, ox.Literal)
        return replaced(result, triples, ox.Literal(f"{wrong.object.value}{first}", datatype=wrong.object.datatype))
    change = added if result.component == f"{SH}MinCountConstraintComponent" else replaced
    return change(result, triples, typed(first, result))


FOLLOWED: tuple[tuple[str, Callable[[re.Match[str], Result, Triples], Triples]], ...] = (
    (r"write, for example, (?P<value>\S+) for .+", write),
    (r"write [a-z-]+, such as (?P<value>\S+)", write),
    (r"write (?P<value>.+)", write),
    (r"did you mean '(?P<value>.+)'\?", write),
    (r"keep one of: .+", keep_one),
    (r"in '(?P<tag>[a-z-]+)': .+; keep one", keep_one),
    (r"add (?P<key>\S+?) to \S+?(?:: (?P<form>.+))?", add),
)
TOLD = (
    *(r"nothing says what '.+' is", r"'.+' is:? .+", r"known: .+", r"start with \+ and the country's code, .+"),
    *("the latest day that the end can be .+", "where the level is right, leave 'scheme' out: .+"),
)
"""Hints that say how things are, and leave to people what is right."""
PROPOSED = r".* (?:such as|like|etwa|wie) (?P<value>\S+(?: \d+)*(?:,? (?:or|oder) \S+|, \S+)*?)(?: sein)?\."


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Finding, Triples]]:
    """What breaks its rule in each example, with the example."""
    named = examples()
    findings = validated(set().union(*(triples for _, triples in named.values())), tmp_path_factory.mktemp("x") / "all")
    told = []
    for name, (rule, triples) in named.items():
        subjects = {str(getattr(it.subject, "value", "")) for it in triples}
        own = [it for it in findings if it.rule == rule and it.result is not None and it.result.focus in subjects]
        assert own, name
        told += [(name, it, triples) for it in own]
    return told


def check(changed: dict[str, tuple[str, Triples]], folder: Path) -> None:
    """See that no rule is broken any more for which help was followed; help may name what other examples describe."""
    findings = validated(set().union(*(triples for _, triples in ({**examples(), **changed}).values())), folder)
    broken = {(it.rule, it.result.focus) for it in findings if it.result is not None}
    for name, (rule, triples) in changed.items():
        subjects = {str(getattr(it.subject, "value", "")) for it in triples if it.predicate.value != RDF_TYPE}
        assert not {(rule, subject) for subject in subjects} & broken, (name, triples)


def test_help_that_is_followed_mends_what_a_shape_refuses(
    found: list[tuple[str, Finding, Triples]], tmp_path: Path
) -> None:
    changed: dict[str, tuple[str, Triples]] = {}
    followed: Counter[str] = Counter()
    for name, finding, triples in found:
        assert finding.result is not None
        for form, follow in FOLLOWED:
            match = re.fullmatch(form, finding.hint or "")
            if match is not None:
                mended = follow(match, finding.result, changed.get(name, ("", triples))[1])
                if mended != triples:
                    changed[name] = (finding.rule, mended)
                    followed[form] += 1
                break
        else:
            assert finding.hint is None or any(re.fullmatch(it, finding.hint) for it in TOLD), finding.hint
    assert set(followed) == {form for form, _ in FOLLOWED}, followed
    check(changed, tmp_path / "mended")


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.further)])
def test_what_a_message_proposes_passes(
    language: str, found: list[tuple[str, Finding, Triples]], tmp_path: Path
) -> None:
    changed: dict[str, tuple[str, Triples]] = {}
    for name, finding, triples in found:
        assert finding.result is not None
        match = re.fullmatch(PROPOSED, finding.result.message(language))
        if match is not None:
            changed[name] = (finding.rule, such_as(match, finding.result, triples))
    assert len(changed) > 20
    check(changed, tmp_path / "mended")


def test_a_constraint_in_sparql_says_what_to_do_in_both_languages(tmp_path: Path) -> None:
    said = (
        "source: { id: document/s, type: NewsArticle, headline: S, datePublished: 2026-05-12, inLanguage: en }\n"
        "facts:\n"
        "  - { id: agent/a, type: ClusterOrganisation, name: A }\n"
        "  - { id: label/l, type: AwardedLabel, heldBy: agent/a, scheme: ref:bw-cluster-excellence, level: gold }\n"
        "  - { id: event/e, type: Event, name: E, startDate: 2025-05, endDate: 2025-04 }\n"
        "  - { id: event/f, type: Event, name: F, startDate: 2026-05-02, endDate: 2026-05-01 }\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "s.yaml").write_text(said, encoding="utf-8")
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    report = pressgraph.open(tmp_path).validate()
    rules = {"Granted-scheme": 4, "Bounded-order": 5}
    for language, words in (
        ("en", ("leave 'scheme' out", "correct the start, the end")),
        ("de", ("'scheme' weglassen", "Beginn, Ende oder die Dauer berichtigen")),
    ):
        findings = report.findings(language)
        # two shapes compare days: one says it
        assert [it.rule for it in findings if it.place is not None and it.place.line == 6] == ["Bounded-order"]
        found = {it.rule: it for it in reversed(findings)}
        assert {rule: it.place.line for rule in rules if (it := found[rule]).place is not None} == rules
        assert all(word in (found[rule].hint or "") for rule, word in zip(rules, words, strict=True))
