"""Help that is followed leads to a file that passes, and proposes nothing that nobody has stated."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.facts import FactsFile, dangling_problems
from pressgraph.facts.ids import advise_unknown
from pressgraph.facts.rules import RULES
from pressgraph.profile.model import Kind
from pressgraph.rdf import CLU, XSD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pressgraph.errors import Problem
    from pressgraph.profile import Profile

SOURCE = {"id": "document/d", "type": "NewsArticle", "headline": {"en": "X"}, "datePublished": "2026-01-15"}
CONTACT = {"id": "thing/c", "type": "ContactPoint"}


PREFIXES = {
    "ex": "https://example.org/ns#", "size": "https://example.org/sizes/",
    "owl": "http://www.w3.org/2002/07/owl#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#", "skos": "http://www.w3.org/2004/02/skos/core#",
}  # fmt: skip
OWN = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://data.example.org/terms#> .
ex:Staff a sh:NodeShape ; sh:targetClass <http://schema.org/Organization> ; sh:property ex:Staff-number .
ex:Staff-number sh:path ex:staff ; sh:datatype xsd:integer ; sh:message "A whole number."@en .
"""


def findings(folder: Path, *facts: dict[str, Any], text: str | None = None) -> list[dict[str, Any]]:
    path = folder / "a.yaml"
    (folder / "shapes").mkdir(exist_ok=True)
    (folder / "shapes/own.ttl").write_text(OWN)
    path.write_text(text if text is not None else json.dumps({"source": SOURCE, "facts": facts}))
    result = CliRunner().invoke(main, ["--project", str(folder), "validate", str(path), "-f", "json"])
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def contact(**values: str) -> dict[str, Any]:
    return {
        "id": "agent/a", "type": "Organization", "name": "A", "personal": True, "contactPoint": {**CONTACT, **values}
    }  # fmt: skip


WRITTEN = (
    *("+1.408.606.5775", "0049 351 7965106", "+49 (0)351 7965106", "+44 (0) 20 7946 0958", "+41/44/668/1800"),
    *("+33.1.23.45.67.89", "+39.06.6982", "+351 (21) 0123456", "+1 (408) 606-5775", "+353 (0)1 123 4567"),
)


@pytest.mark.parametrize("number", WRITTEN)
def test_help_for_a_phone_number_is_a_number_that_passes(tmp_path: Path, number: str) -> None:
    (finding,) = findings(tmp_path, contact(telephone=number))
    mended = finding["hint"].removeprefix("write ")
    assert not findings(tmp_path, contact(telephone=mended)), mended


@pytest.mark.parametrize("number", ["+", "+x", "+49", "00"])
def test_help_for_what_is_no_phone_number_says_what_one_begins_with(tmp_path: Path, number: str) -> None:
    (finding,) = findings(tmp_path, contact(telephone=number))
    assert finding["hint"] == "start with + and the country's code, such as +49 351 7965106"


PASSING = ("+14086065775", "+1 408-606-5775", "+49 351 7965106", "+4915112345678", "+39 06 6982")


@pytest.mark.parametrize("number", PASSING)
def test_international_forms_of_phone_numbers_pass(tmp_path: Path, number: str) -> None:
    assert not findings(tmp_path, contact(telephone=number, faxNumber=number))


@pytest.mark.parametrize(
    ("written", "whole"), [("73.000", "73000"), ("1,234", "1234"), ("1.234.567", "1234567"), ("999.999", "999999")]
)
def test_grouped_digits_are_asked_about(tmp_path: Path, written: str, whole: str) -> None:
    fact = {"id": "agent/a", "type": "Organization", "name": "A", "staff": written}
    (finding,) = findings(tmp_path, fact)
    assert finding["hint"].startswith(f"is it {whole}, or {whole[: len(written) % 4 or 3]}")
    assert "write the digits alone" in finding["hint"]


MENDED = (
    *(("staff", it) for it in ("12.0", "1 000", "1e3")),
    *(("foundingDate", it) for it in ("31.1.2019", "January 1, 2019")),
)


@pytest.mark.parametrize(("key", "written"), MENDED)
def test_what_help_says_to_write_passes(tmp_path: Path, key: str, written: str) -> None:
    fact = {"id": "agent/a", "type": "Organization", "name": "A"}
    (finding,) = findings(tmp_path, {**fact, key: written})
    said = re.fullmatch("write (.*)", finding["hint"])
    assert said is not None, finding
    node = f"id: agent/a\n    type: Organization\n    name: A\n    {key}: {said[1]}\n"
    text = f"source: {json.dumps(SOURCE)}\nfacts:\n  - {node}"
    assert not findings(tmp_path, text=text)


def test_help_for_what_is_missing_names_forms_and_terms_and_no_value(tmp_path: Path) -> None:
    label = {"id": "label/x-1", "type": "AwardedLabel"}
    hints = {finding["rule"]: finding.get("hint", "") for finding in findings(tmp_path, label)}
    assert hints["AwardedLabel-heldBy-minCount"].startswith("add 'heldBy: …' to 'label/x-1'")
    text = "source: { id: document/d, type: NewsArticle }\nfacts: [{ id: agent/a, type: Organization, name: A }]\n"
    hints = {finding["rule"]: finding["hint"] for finding in findings(tmp_path, text=text)}
    assert hints["Article-datePublished-minCount"] == "add 'datePublished: …' to 'document/d': as year-month-day"
    assert not any(re.search(r"add '[^']*: [^…']", hint) for hint in hints.values()), hints


def test_an_unknown_id_is_not_taken_for_another_thing(tmp_path: Path) -> None:
    known: list[dict[str, Any]] = [
        {"id": "agent/ceec", "type": "Organization", "name": "Ceec"},
        {"id": "agent/kuestenlicht-e-v", "type": "Organization", "name": "Küstenlicht e. V."},
        {"id": "place/esslingen", "type": "City", "name": {"de": "Esslingen"}},
    ]

    def hint(reference: str) -> str:
        fact = {"id": "agent/x", "type": "Organization", "name": "X"}
        key = "location" if reference.startswith("place") else "memberOf"
        found = findings(tmp_path, *known, {**fact, key: reference})
        return next(str(it["hint"]) for it in found if it["rule"] == "dangling-id")

    # a name tells what an id does not
    known.append({"id": "agent/org-17", "type": "Organization", "name": "Bund der Förderer", "alternateName": "BdF"})
    assert hint("agent/bund-der-foerderer") == hint("agent/bdf") == "did you mean 'agent/org-17'?"
    assert hint("agent/kuestenlicht") == hint("agent/kuestenlihct-e-v") == "did you mean 'agent/kuestenlicht-e-v'?"
    assert hint("agent/eucles").startswith("nothing is described under that id: add '- id: agent/eucles', or use one")
    assert "did you mean" not in hint("place/dresden")
    assert "place/esslingen" in hint("place/dresden")


def test_help_for_an_id_that_nothing_describes_shows_five_of_its_kind() -> None:
    known: dict[str, tuple[str, ...]] = dict.fromkeys((*(f"agent/{it}" for it in "fedcba"), "place/g"), ())
    shown = "such as agent/a, agent/b, agent/c, agent/d, agent/e"
    assert advise_unknown("agent/xyzzy", known).endswith(f"{shown}, …")
    assert advise_unknown("agent/xyzzy", {it: () for it in known if it != "agent/f"}).endswith(shown)
    assert advise_unknown("label/xyzzy", known) == "add a fact about it: '- id: label/xyzzy'"
    # a wrong id is no help for itself
    assert advise_unknown("place/g", known) == "add a fact about it: '- id: place/g'"


# a mistake below HEAD → its rule; every rule whose help names what to write or to add, or asks whether it was meant
FOLLOWED = [
    ("- id: agent/a\n  name: No", "ambiguous-text"),
    ("- id: agent/a\n  name: 2019-01-01", "ambiguous-text"),
    ("- id: document/d\n  datePublished: 3 März 2019", "bad-literal"),
    ("- id: document/d\n  datePublished: 20190131", "bad-literal"),
    ("- id: validity/v\n  duration: 2 Jahre", "bad-literal"),
    ("- id: validity/v\n  duration: 18 months", "bad-literal"),
    ("- id: lvl:silver\n  levelRank: 1_000", "bad-literal"),
    ("- id: lvl:silver\n  levelRank: +3", "bad-literal"),
    ("- id: agent/a\n  name: A\n  reviewedOn: 1.1.2019", "bad-literal"),
    ("- id: document/d\n  headlin: A", "unknown-key"),
    ("- id: document/d\n  Überschrift: A", "unknown-key"),
    ("- id: document/d\n  type: NewsArtikel", "unknown-type"),
    ("- id: agent/a\n  type: Stadt", "unknown-type"),
    ("- id: label/l\n  level: sliver", "unknown-term"),
    ("- id: label/l\n  level: Silber", "unknown-term"),
    ("- id: agent/a\n  name: { german: A }", "bad-language"),
    ("- id: agent/a\n  name: { en_GB: A }", "bad-language"),
    ("- id: role/r\n  prefLabel: Head, of [all]", "language-missing"),
    ('- id: role/r\n  prefLabel: "[first], \\"second\\": third"', "language-missing"),
    ("- name: A", "missing-id"),
    ("- id: agent/Müller & Söhne\n  name: A", "bad-id"),
    ("- id: agent/../b\n  name: A", "bad-id"),
    ("- id: agent/a\n  memberOf: agent/b c", "bad-id"),
    ("- id: lvll:silver\n  levelRank: 1", "unknown-prefix"),
    ("- id: agent/a\n  name: A\n  status: state", "unknown-status"),
    ("- id: agent/a\n  telephone: '+49 351 1'", "personal-unmarked"),
    ("- id: agent/a\n  name: A\n  memberOf: agent/b\n- id: agent/bund\n  name: B", "dangling-id"),
    ("- id: agent/a\n  name: A\n  memberOf: place/x", "dangling-id"),
]
_FORMS = [
    (r"write it with its language: (?P<value>.*) if that is English", None),
    (r"write it in quotes: (?P<value>.*)", None),
    (r"write '(?P<value>.*)'", None),
    (r"write (?P<value>.*)", None),
    (r"did you mean '(?P<value>.*)'\?", r"[^\s:,}\]]+"),
    (r"add 'id: kind/name', such as '(?P<add>.*)'", None),
    (r"add '(?P<add>personal: true)' to the fact.*", None),
    (r"(?:add a fact about it|nothing is described under that id): (?:add )?'(?P<fact>- id: [^']*)'.*", None),
]


def follow(lines: list[str], line: int, column: int, hint: str) -> None:
    """Do to the lines of a file what a hint says, and nothing else."""
    form, match, replaced = next((f, m, r) for f, r in _FORMS if (m := re.fullmatch(f, hint)))
    found = match.groupdict()
    text = lines[line - 1]
    if "value" in found:
        before, after = text[: column - 1], text[column - 1 :]
        # a key, or the value up to the end of its line
        wrong = replaced or (r"[^\s:]+" if re.match(r"[^\s:]+:(\s|$)", after) and "quotes" in form else r".*")
        lines[line - 1] = before + re.sub(rf"^{wrong}", lambda _: found["value"], after)
    elif "add" in found:
        if text.startswith("- ") and found["add"].startswith("id:"):
            lines[line - 1 : line] = [f"- {found['add']}", f"  {text[2:]}"]
        else:
            lines.insert(line, f"  {found['add']}")
    else:
        lines += [found["fact"], "  name: N"]


@pytest.mark.parametrize(("facts", "rule"), FOLLOWED, ids=[f"{rule}-{n}" for n, (_, rule) in enumerate(FOLLOWED)])
def test_help_that_is_followed_mends_the_file(read: Callable[[str | bytes], FactsFile], facts: str, rule: str) -> None:
    lines = ["source: { id: document/d }", "facts:", *facts.splitlines()]

    def problems() -> list[Problem]:
        found = read("\n".join(lines) + "\n")
        return [*found.problems, *(dangling_problems(found) if rule == "dangling-id" else [])]

    (found,) = problems()
    assert found.rule == rule
    assert found.hint is not None
    follow(lines, found.place.line or 0, found.place.column or 0, found.hint)
    assert [str(it) for it in problems()] == [], lines


LISTED = [
    ("agent/a", "members", "73.000", 2), ("agent/a", "turnover", "1,234", 2), ("agent/a", "members", "viele", 6),
    ("agent/a", "members", "3 oder 4", 6), ("agent/a", "foundingDate", "sometime", 9),
    ("agent/a", "foundingDate", "12/13", 9), ("validity/v", "duration", "lange", 2),
]  # fmt: skip


@pytest.mark.parametrize(("thing", "key", "written", "count"), LISTED)
def test_each_of_several_forms_that_help_names_passes(
    read: Callable[[str | bytes], FactsFile], thing: str, key: str, written: str, count: int
) -> None:
    def problems(value: str) -> list[Problem]:
        return list(read(f"source: {{ id: document/d }}\nfacts:\n- id: {thing}\n  {key}: {value}\n").problems)

    (found,) = problems(written)
    assert found.hint is not None
    said = re.sub(
        r"^write(, for example,| a number, such as)? | if that is meant$| for (two years|eighteen months)",
        "",
        found.hint,
    )
    forms = re.split(r", or | or |, ", said)
    assert len(forms) == count, forms
    assert {form: problems(form) for form in forms} == {form: [] for form in forms}


def test_help_for_an_unknown_term_names_twelve_of_the_known_ones_at_most(
    read: Callable[[str | bytes], FactsFile], profile: Profile
) -> None:
    sizes = set()
    for key in profile.keys.values():
        if key.scheme is not None and key.kind is Kind.TERM:
            text = f"source: {{ id: document/d }}\nfacts:\n  - id: agent/a\n    {key.name}: xyzzyxyzzy\n"
            hint = next(it.hint for it in read(text).problems if it.rule == "unknown-term")
            names = list(key.scheme.concepts)
            more = ["…"] if len(names) > 12 else []
            assert (hint or "").removeprefix("known: ").split(", ") == [*names[:12], *more]
            sizes.add(len(names) > 12)
    assert sizes == {True, False}


ROLES = {
    "Sprecher": "spokesperson", "Sprecherin": "spokesperson", "Pressesprecher": "press-spokesperson",
    "Pressesprecherin": "press-spokesperson", "Vice President": "vice-president", "Vizepräsident": "vice-president",
    "Vizepräsidentin": "vice-president", "stellvertretende Vorsitzende": "deputy-chairperson",
    "stellvertretender Vorsitzender": "deputy-chairperson", "chairwoman": "chairperson", "CEO": "managing-director",
    "Geschäftsführerin": "managing-director", "Geschäftsführer": "managing-director",
    "Geschaeftsfuehrerin": "managing-director",
}  # fmt: skip


def test_a_title_in_either_gender_leads_to_its_role_and_to_no_other(
    read: Callable[[str | bytes], FactsFile], profile: Profile
) -> None:
    found = {}
    for title in ROLES:
        text = f"source: {{ id: document/d }}\nfacts:\n  - {{ id: membership/m, type: Membership, role: {title} }}\n"
        found[title] = next(it.hint for it in read(text).problems if it.rule == "unknown-term")
    assert found == {title: f"did you mean '{role}'?" for title, role in ROLES.items()}
    # what a person is called is not masculine alone
    german = {it.name: it.labels["de"] for it in profile.schemes["role"].concepts.values()}
    endings = re.compile("(sprecher|präsident|führer|leiter|gründer)$", re.IGNORECASE)
    masculine = {name for name, label in german.items() if endings.search(label)}
    assert {name for name in masculine if "in oder " not in german[name]} == set()
    assert german["vice-president"] != german["deputy-chairperson"]


def test_every_rule_whose_help_can_be_followed_is_followed() -> None:
    followed = {rule for _, rule in FOLLOWED}
    standing = {name for name, rule in RULES.items() if rule.hint and re.match("(write|add) ['0-9a-z]*'", rule.hint)}
    asked_elsewhere = {"not-a-mapping", "unmarked"}
    assert standing - asked_elsewhere <= followed, standing - followed


def test_help_for_texts_that_share_a_language_shows_the_first_four(tmp_path: Path) -> None:
    names = [{"id": "agent/a", "type": "Organization", "legalName": {"de": "X", "en": name}} for name in "EDCBA"]
    (found,) = (it for it in findings(tmp_path, *names) if it["rule"].endswith("uniqueLang"))
    assert found["hint"] == "in 'en': “A”, “B”, “C”, “D”; keep one"


def test_help_for_too_many_values_shows_the_first_four(tmp_path: Path) -> None:
    days = [", ".join(f'"20{it}-01-01"^^xsd:date' for it in years) for years in ((16, 11, 15, 13, 12), range(21, 25))]
    data = "\n".join(f"<urn:x{it[1:5]}> a clu:AwardedLabel ; clu:validFrom {it} ." for it in days)
    (tmp_path / "a.ttl").write_text(f"@prefix clu: <{CLU}> . @prefix xsd: <{XSD}> . {data}")
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "validate", str(tmp_path / "a.ttl"), "-f", "json"])
    found = [it["hint"] for it in json.loads(result.stdout)["findings"] if it["rule"].endswith("maxCount")]
    shown = [", ".join(f"20{year}-01-01" for year in years) for years in ((11, 12, 13, 15), range(21, 25))]
    assert found == [f"keep one of: {shown[0]}, …", f"keep one of: {shown[1]}"]


def test_help_for_a_thing_of_other_classes_names_the_first_four(tmp_path: Path) -> None:
    label = {"id": "label/x", "type": "AwardedLabel", "level": "gold", "heldBy": "agent/x"}
    types = ["City", "Country", "Event", "Person", "Place", "CreativeWork"]
    found = findings(tmp_path, label, {"id": "agent/x", "type": types, "name": "X"})
    hints = [it["hint"] for it in found if it["rule"] == "AwardedLabel-heldBy-class"]
    assert hints == ["'agent/x' is: City, Country, CreativeWork, Event"]


def test_help_for_a_thing_of_another_class_is_the_nearest_of_the_class_that_is_asked_for(tmp_path: Path) -> None:
    label = {"id": "label/x", "type": "AwardedLabel", "level": "gold", "heldBy": "agent/kuestenlihct"}
    held = {"id": "agent/kuestenlihct", "type": "City", "name": "X"}
    for kind, hint in (
        ("Event", "'agent/kuestenlihct' is: City"),
        ("ClusterOrganisation", "did you mean 'agent/kuestenlicht'?"),
    ):
        found = findings(tmp_path, label, held, {"id": "agent/kuestenlicht", "type": kind, "name": "Y"})
        assert [it["hint"] for it in found if it["rule"] == "AwardedLabel-heldBy-class"] == [hint]


def test_help_for_a_value_that_is_not_listed_is_the_nearest_term(tmp_path: Path) -> None:
    for folder, text in (
        (
            "ontology",
            """ex:Hall a owl:Class ; rdfs:label "hall"@en . ex:size a owl:ObjectProperty ; rdfs:label "size"@en .
            ex:sizes a skos:ConceptScheme ; skos:prefLabel "sizes"@en .
            size:large a skos:Concept ; skos:inScheme ex:sizes ; skos:prefLabel "large"@en .
            size:small a skos:Concept ; skos:inScheme ex:sizes ; skos:prefLabel "small"@en .""",
        ),
        ("shapes", ("ex:HallShape a sh:NodeShape ; sh:targetClass ex:Hall ; sh:property ex:Hall-size ."
                   "ex:Hall-size sh:path ex:size ; sh:in ( size:large size:small ) .")),
        ("data", "ex:hall a ex:Hall ; ex:size size:larje ."),
    ):  # fmt: skip
        (tmp_path / folder).mkdir()
        prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        (tmp_path / folder / "halls.ttl").write_text(prefixes + text, encoding="utf-8")
    call = ["--project", str(tmp_path), "validate", str(tmp_path / "data/halls.ttl"), "-f", "json"]
    (found,) = json.loads(CliRunner().invoke(main, call).stdout)["findings"]
    assert (found["rule"], found["hint"]) == ("Hall-size", "did you mean 'large'?")
