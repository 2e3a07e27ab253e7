"""Figures and amounts in facts files: one way to say them in YAML, JSON Lines and tables, exactly as far as known."""

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from pressgraph.cli import main
from pressgraph.convert import compile_emitter, convert_facts
from pressgraph.convert.json_lines import JsonLines
from pressgraph.facts import FactsFile, read_facts_bytes
from pressgraph.profile import Profile

BASE = "https://data.example.org/id/"
SCHEMA, CLU, VOCAB = "http://schema.org/", "https://w3id.org/pressgraph/cluster#", "https://w3id.org/pressgraph/vocab/"
SOURCE = (
    "source: { id: document/a, type: NewsArticle, headline: A, datePublished: 2026-01-15, inLanguage: de }\nfacts:\n"
)


def read(fact: str, profile: Profile) -> FactsFile:
    return read_facts_bytes((SOURCE + fact).encode(), profile, id_base=BASE, name="a.yaml")


def triples(fact: str, profile: Profile) -> set[tuple[str, str, str]]:
    found = read(fact, profile)
    assert [str(it) for it in found.problems] == []
    return parsed(b"".join(convert_facts(found, compile_emitter(profile, BASE))))


def parsed(quads: bytes) -> set[tuple[str, str, str]]:
    return {
        (it.subject.value, it.predicate.value, it.object.value)
        for it in ox.parse(quads, format=ox.RdfFormat.N_QUADS)
        if isinstance(it.subject, ox.NamedNode)
        and isinstance(it.object, ox.NamedNode | ox.Literal)
        and "/fact/document" not in it.subject.value
        and "/id/fact/" in getattr(it.graph_name, "value", "")
        and not getattr(it.graph_name, "value", "").endswith("/source")
    }


def figures(found: set[tuple[str, str, str]], thing: str) -> list[dict[str, str]]:
    nodes = [s for s, p, o in found if p == f"{SCHEMA}observationAbout" and o == thing]
    return [{p.removeprefix(SCHEMA).removeprefix(CLU): o for s, p, o in found if s == node} for node in sorted(nodes)]


def said(fact: str, profile: Profile) -> dict[str, str]:
    """Return what the one figure of agent/a says, but for what every figure says."""
    (figure,) = figures(triples(fact, profile), f"{BASE}agent/a")
    return {k: v.removeprefix(VOCAB) for k, v in figure.items() if k in {*PARTS, "variableMeasured"}}


PARTS = ("value", "minValue", "maxValue", "precision", "unit", "currency", "outOf", "period", "statistic", "sector")


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ("members: 350", "measure/members value=350"),
        ('members: "about 350"', "measure/members value=350 precision=precision/about"),
        ("employees: more than 180", "measure/employees minValue=180 precision=precision/more-than"),
        ("turnover: 16 Mrd EUR", "measure/turnover value=16000000000 currency=EUR"),
        (
            "employees: { statistic: growth, value: 4 to 6 %, period: 2020/2022 }",
            "measure/employees minValue=4 maxValue=6 unit=unit/percent period=2020/2022 statistic=statistic/growth",
        ),
        ("employees: { value: 32550, sector: software }", "measure/employees value=32550 sector=sector/software"),
        ("companies: 100 of 2500", "measure/companies value=100 outOf=2500"),
    ],
)
def test_figure_key_makes_a_figure_of_its_thing(fact: str, says: str, profile: Profile) -> None:
    measure, *parts = says.split()
    expected = {"variableMeasured": measure} | dict(it.split("=") for it in parts)
    assert said(f"  - {{ id: agent/a, type: Organization, name: A, {fact} }}\n", profile) == expected


def test_several_figures_stand_in_a_list_and_equal_ones_are_one(profile: Profile) -> None:
    found = triples(
        "  - { id: agent/a, employees: [73000, { value: 32550, sector: software }] }\n"
        "  - { id: agent/a, employees: 73000, members: 5 }\n",
        profile,
    )
    assert sorted(it["value"] for it in figures(found, f"{BASE}agent/a")) == ["32550", "5", "73000"]


def test_figure_of_a_term_is_named_in_the_projects_own_space(profile: Profile) -> None:
    found = triples("  - { id: lvl:gold, holders: about 100 of 2500 }\n", profile)
    (node,) = {s for s, p, _ in found if p == f"{SCHEMA}value"}
    assert node.startswith(f"{BASE}figure/gold-holders-")
    assert (node, f"{SCHEMA}observationAbout", f"{VOCAB}label-level/gold") in found


def test_amount_of_money_is_a_node_of_its_grant(profile: Profile) -> None:
    found = triples("  - { id: grant/g, type: Grant, funder: agent/m, amount: up to 200000 EUR }\n"
                    "  - { id: agent/m, type: Organization, name: M }\n", profile)  # fmt: skip
    (amount,) = {o for s, p, o in found if p == f"{SCHEMA}amount"}
    assert {(p, o) for s, p, o in found if s == amount} == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{SCHEMA}MonetaryAmount"),
        (f"{SCHEMA}maxValue", "200000"),
        (f"{SCHEMA}currency", "EUR"),
        (f"{CLU}precision", f"{VOCAB}precision/up-to"),
    }


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("73.000", "write 73000, or 73.0 if that is meant"),
        ("rund 350", "write 'about 350'"),
        ("5 billion EUR", "billion"),
        ("viele", "write a number"),
        ("{ value: 73.000 }", "write 73000, or 73.0 if that is meant"),
        ("{ minValue: 1.293 }", "write 1293, or 1.2930 if that is meant"),
        ("{ value: 4 to 6, minValue: 3 }", "say it once"),
        ("agent/b", "'members' says how many; the things themselves go under 'hasMember'"),
        ("[agent/b, agent/c]", "the things themselves go under 'hasMember'"),
        ("{ value: 5, period: lately }", "such as 2020/2022"),
        ("{ value: 5, asOf: Mitte September 2017 }", "write 'mid 2017-09'"),
        ("{ value: 5, asOf: 31.02.2025 }", "there is no such day"),
        ("{ value: 5, asOf: 1/2/2025 }", "write 2025-02-01, or 2025-01-02 if that is meant"),
        ("{ value: 5, asOf: 500 v. Chr. }", "years have four digits here"),
        ("{ value: 5, period: 2022/2020 }", "it ends before it begins"),
    ],
)
def test_what_is_no_quantity_is_refused_with_what_to_write(value: str, hint: str, profile: Profile) -> None:
    found = read(f"  - {{ id: agent/a, type: Organization, members: {value} }}\n", profile)
    assert found.problems
    assert any(hint in str(it) for it in found.problems), [str(it) for it in found.problems]
    assert all(it.place.line == 3 for it in found.problems)
    assert found.facts == ()


@pytest.mark.parametrize("number", ["73000", '"73000"', '"about 350"', '{"value": "4 to 6 %", "statistic": "growth"}'])
def test_a_line_of_json_says_the_same_as_yaml(number: str, profile: Profile) -> None:
    emitter = compile_emitter(profile, BASE)
    record = {"id": "agent/a", "type": "Organization", "name": "A", "employees": json.loads(number)}
    release = {"source": {"id": "document/a", "type": "NewsArticle", "headline": "A", "datePublished": "2026-01-15",
                          "inLanguage": "de"}, "facts": [record]}  # fmt: skip
    lines = JsonLines([json.dumps(release).encode()], emitter, name="a.jsonl")
    output = b"".join(lines)
    assert [str(it) for it in lines.problems] == []
    assert parsed(output) == triples(
        f"  - {{ id: agent/a, type: Organization, name: A, employees: {number} }}\n", profile
    )


@pytest.mark.parametrize(
    ("written", "lexical", "datatype"),
    [
        ("2017-09", "2017-09", "http://www.w3.org/2001/XMLSchema#gYearMonth"),
        ("mid 2017-09", "[2017-09-11..2017-09-20]", "http://id.loc.gov/datatypes/edtf/EDTF"),
        ("2025-06-12T18:00+02:00", "2025-06-12T18:00:00+02:00", "http://www.w3.org/2001/XMLSchema#dateTime"),
        ("2018-11-27", "2018-11-27", "http://www.w3.org/2001/XMLSchema#date"),
    ],
)
def test_date_of_any_precision_is_one_literal_in_every_format(
    written: str, lexical: str, datatype: str, profile: Profile
) -> None:
    emitter = compile_emitter(profile, BASE)
    fact = {"id": "event/a", "type": "Event", "name": "A", "startDate": written}
    lines = JsonLines([json.dumps({"source": {"id": "document/a"}, "facts": [fact]}).encode()], emitter, name="a.jsonl")
    expected = f'<{SCHEMA}startDate> "{lexical}"^^<{datatype}>'
    assert expected in b"".join(lines).decode()
    found = read(f"  - {{ id: event/a, type: Event, name: A, startDate: {written} }}\n", profile)
    assert expected in b"".join(convert_facts(found, emitter)).decode()


def test_running_text_is_in_the_language_of_its_source_and_names_are_in_none(profile: Profile) -> None:
    found = b"".join(
        convert_facts(
            read("  - { id: event/a, type: Event, name: Lichtfest, motto: Licht für alle }\n", profile),
            compile_emitter(profile, BASE),
        )
    ).decode()
    assert f'<{CLU}motto> "Licht für alle"@de' in found
    assert f'<{SCHEMA}name> "Lichtfest" ' in found
    assert f'<{SCHEMA}headline> "A"@de' in found


def test_a_former_key_is_read_as_the_one_that_took_its_place(profile: Profile) -> None:
    found = read("  - { id: agent/a, type: Organization, classification: registered-association }\n", profile)
    assert [str(it) for it in found.problems] == []
    assert found.facts[0].body["legalForm"] == ["registered-association"]
    assert [it.rule for it in found.warnings] == ["former-key"]
    twice = read(
        "  - { id: agent/a, legalForm: registered-association, classification: registered-association, nam: A }\n",
        profile,
    )
    assert [it.rule for it in twice.problems] == ["said-twice", "unknown-key"]


@pytest.mark.parametrize("key", ["attendanceMode: online", "eventStatus: cancelled"])
def test_a_term_of_schema_org_has_a_word_of_its_own(key: str, profile: Profile) -> None:
    found = triples(f"  - {{ id: event/a, type: Event, {key} }}\n", profile)
    assert any(o in {f"{SCHEMA}OnlineEventAttendanceMode", f"{SCHEMA}EventCancelled"} for _, _, o in found)


def test_a_measure_of_a_project_is_a_key_as_the_documentation_says(root: Path, tmp_path: Path) -> None:
    text = (root / "docs" / "profile.md").read_text(encoding="utf-8").partition("## A new measure")[2]
    turtle, facts = re.findall(r"```(?:turtle|yaml)\n(.*?)```", text.partition("\n## ")[0], flags=re.DOTALL)
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    for name, content in {
        "ontology/measures.ttl": turtle,
        "data/a.yaml": SOURCE + facts,
        "word.yaml": "source: document/b\nfacts:\n  - { id: agent/torfwerk, Lehrlinge: 20 }\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    runner = CliRunner()
    built = runner.invoke(main, ["--project", str(tmp_path), "build"])
    assert built.exit_code == 0, built.output
    call = ["query", "figures", "-p", "measure=apprentices", "-f", "csv"]
    rows = list(csv.DictReader(io.StringIO(runner.invoke(main, ["--project", str(tmp_path), *call]).stdout)))
    assert {(row["value"], row["precisionLabel"], row["asOf"], row["qualifierLabel"]) for row in rows} == {
        ("20", "about", "", ""),
        ("30", "", "2030", "target"),
    }
    refused = runner.invoke(main, ["--project", str(tmp_path), "validate", str(tmp_path / "word.yaml")])
    assert "apprentices" in refused.output


def test_only_the_nodes_of_quantities_get_a_class_and_a_measure_from_their_key(profile: Profile) -> None:
    found = read(
        "  - { id: agent/a, type: Organization, location: { name: Dresden },"
        " members: [{ id: figure/f }, { id: figure/g, value: 5 }] }\n"
        "  - { id: grant/g, type: Grant, amount: { value: 5, currency: EUR } }\n",
        profile,
    )
    assert [str(it) for it in found.problems] == []
    one, two = (it.body for it in found.facts)
    assert one["location"] == [{"id": one["location"][0]["id"], "name": ["Dresden"]}]
    figure = {"type": ["Figure"], "measure": ["members"]}
    assert one["members"] == [{"id": "figure/f", **figure}, {"id": "figure/g", **figure, "value": ["5"]}]
    (amount,) = two["amount"]
    assert amount == {"id": amount["id"], "type": ["Amount"], "value": ["5"], "currency": ["EUR"]}
    assert {"figure/f", "figure/g", amount["id"]} <= found.described
