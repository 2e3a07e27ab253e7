"""Validation: results come with places, words and hints; changes are validated like the whole."""

import contextlib
import json
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pyoxigraph as ox
import pytest
from benchmarks import generate
from click.testing import CliRunner, Result
from rich.cells import cell_len
from tests.browsers import MODULES, chromium

import pressgraph
from pressgraph.build import LiveCheck
from pressgraph.cli import main
from pressgraph.errors import DataError, ProfileError
from pressgraph.rdf.graph import Graph
from pressgraph.validation import Finding, Report
from pressgraph.validation.explain.hints import as_written, mend_phone
from pressgraph.validation.formats import Options, write_report
from pressgraph.validation.formats.frames import extent
from pressgraph.validation.shacl.engines import choose
from pressgraph.validation.shacl.results import read_report
from pressgraph.validation.shacl.shapes import make_shapes

ROOT = Path(__file__).resolve().parents[1]
MISTAKES = ROOT / "tests" / "mistakes"
SH = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .\n"
SOURCE = """source:
  id: document/x
  type: NewsArticle
  headline: { en: X }
  datePublished: 2024-05-17
  sourceOrganization: agent/x
facts:
  - id: agent/x
    type: [FormalOrganization, ClusterOrganisation]
    name: Xenon
"""


def project(folder: Path, **files: str) -> pressgraph.Workspace:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "data" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return pressgraph.open(folder)


def findings(report: Report) -> list[Finding]:
    return report.findings("en")


def only(report: Report, rule: str) -> Finding:
    (found,) = [it for it in findings(report) if it.rule == rule]
    return found


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(it) for it in arguments], env={"LC_ALL": "C", "COLUMNS": "80"})


@pytest.fixture
def mistakes(tmp_path: Path) -> Callable[[str], Path]:
    def copy(name: str) -> Path:
        (tmp_path / "data").mkdir()
        shutil.copy(MISTAKES / f"{name}.yaml", tmp_path / "data")
        return tmp_path

    return copy


# -- words and places


def test_a_file_that_lies_outside_its_project_is_shown_with_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "pressgraph.toml").write_text("")
    (tmp_path / "here" / "f.yaml").write_text(
        "source: { id: document/a, type: NewsArticle, headline: { en: H }, datePublished: 2026-01-01 }\n"
        "facts:\n  - { id: agent/a, type: Organisatoin, name: { en: A } }\n"
    )
    monkeypatch.chdir(tmp_path / "here")
    said = run("--project", "../there", "validate", "f.yaml")
    assert said.exit_code == 1
    assert "--> f.yaml:3:26\n" in said.stdout
    assert " 3 |   - { id: agent/a, type: Organisatoin, name: { en: A } }" in said.stdout


@pytest.mark.parametrize("name", ["twelve", "rules"])
def test_twelve_mistakes_are_found_each_at_its_own_place(name: str, mistakes: Callable[[str], Path]) -> None:
    folder = mistakes(name)
    found = findings(pressgraph.open(folder).validate())
    assert len(found) == 12
    assert len({it.rule for it in found}) == 12
    assert len({it.place for it in found}) == 12
    assert all(it.place is not None and it.place.column for it in found)
    text = (folder / "data" / f"{name}.yaml").read_text().splitlines()
    for it in found:
        assert it.place is not None
        line = text[it.place.line - 1]
        assert line[: it.place.column - 1].strip() == "" or line[it.place.column - 2] in ' ["'


@pytest.mark.parametrize("name", ["twelve", "rules"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "html"])
def test_report_is_as_blessed(
    name: str,
    language: str,
    form: str,
    mistakes: Callable[[str], Path],
    golden: Callable[[str, bytes], None],
) -> None:
    folder = mistakes(name)
    report = pressgraph.open(folder).validate()
    written = write_report(report, form, Options(language=language, root=folder))
    golden(f"validation/{name}.{language}.{form}", written.encode())


def test_phone_numbers_are_suggested_in_international_form() -> None:
    assert mend_phone("0049 (0)351 796 5106") == "write +49 351 7965106"
    assert "country" in mend_phone("0351 796 5106")


@pytest.mark.parametrize(("count", "more"), [(1, []), (12, []), (13, ["…"])])
def test_of_a_list_in_shapes_the_first_twelve_items_are_shown(count: int, more: list[str]) -> None:
    turtle = f"<x:shape> <x:in> ( {' '.join(map(str, range(count)))} ) ."
    shapes = Graph(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    listed = shapes.value(ox.NamedNode("x:shape"), "x:in")
    assert listed is not None
    assert list(as_written(listed, shapes, str)) == [*map(str, range(min(count, 12))), *more]


def test_value_of_another_class_brings_what_it_is_and_ids_that_mean_the_same(tmp_path: Path) -> None:
    label = "  - { id: label/a, type: AwardedLabel, level: silver, heldBy: agent/y }\n"
    other = "  - { id: agent/y, type: City, name: Y }\n"
    it = only(project(tmp_path, a=SOURCE + label + other).validate(), "AwardedLabel-heldBy-class")
    assert it.hint == "'agent/y' is: City"
    assert [str(place) for place, _ in it.related] == ["data/a.yaml:12:11"]
    other = "  - { id: agent/sample-town, type: City, name: Y }\n"
    other += "  - { id: agent/z, name: Sample Town e. V., type: ClusterOrganisation }\n"
    label = label.replace("agent/y", "agent/sample-town")
    it = only(project(tmp_path, a=SOURCE + label + other).validate(), "AwardedLabel-heldBy-class")
    assert it.hint == "did you mean 'agent/z'?"


def test_result_inside_a_nested_node_is_at_its_value(tmp_path: Path) -> None:
    nested = """  - id: label/a
    type: AwardedLabel
    level: silver
    heldBy: agent/x
    hasValidity:
      - type: ValidityPeriod
        basis: stated
        validFrom: 2024-05-17
        validUntil: 2020-01-01
"""
    it = only(project(tmp_path, a=SOURCE + nested).validate(), "ValidityPeriod-validFrom-lessThan")
    assert str(it.place) == "data/a.yaml:18:20"


def test_result_on_json_lines_has_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    lines = [
        {"source": {"id": "document/x", "type": "NewsArticle", "headline": {"en": "X"}, "datePublished": "2024-05-17"}},
        {"id": "agent/x", "type": "Organization"},
    ]
    (tmp_path / "data" / "x.jsonl").write_text("".join(json.dumps(it) + "\n" for it in lines), encoding="utf-8")
    it = only(pressgraph.open(tmp_path).validate(), "Named-name-minCount")
    assert str(it.place) == "data/x.jsonl:2:8"


ROW = {
    "source": "document/x",
    "id": "label/a",
    "type": "AwardedLabel",
    "level": "silver",
    "heldBy": "agent/y",
    "hasValidity.id": "validity/a",
    "hasValidity.type": "ValidityPeriod",
    "hasValidity.basis": "stated",
    "hasValidity.validFrom": "2024-05-17",
    "hasValidity.validUntil": "2020-01-01",
}


def table(path: Path) -> None:
    if path.suffix == ".xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Labels")
            sheet.write_row(0, 0, ROW.keys())
            sheet.write_row(1, 0, ROW.values())
    else:
        mark = {".csv": ";", ".tsv": "\t"}[path.suffix]
        path.write_text(f"{mark.join(ROW)}\n{mark.join(ROW.values())}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("suffix", "holder", "start"),
    [
        (".csv", "data/t.csv:2:heldBy", "data/t.csv:2:hasValidity.validFrom"),
        (".tsv", "data/t.tsv:2:heldBy", "data/t.tsv:2:hasValidity.validFrom"),
        (".xlsx", "data/t.xlsx:Labels!E2", "data/t.xlsx:Labels!I2"),
    ],
)
def test_result_in_a_table_shows_its_cell(suffix: str, holder: str, start: str, tmp_path: Path) -> None:
    project(tmp_path, a=SOURCE + "  - { id: agent/y, type: City, name: Y }\n")
    table(tmp_path / "data" / f"t{suffix}")
    text = run("--project", tmp_path, "validate").stdout
    assert f"--> {holder}\n   | heldBy\n 2 | agent/y\n   | ^^^^^^^\n  = help: 'agent/y' is: City" in text
    assert f"--> {start}\n   | hasValidity.validFrom\n 2 | 2024-05-17\n   | ^^^^^^^^^^\n" in text
    page = run("--project", tmp_path, "validate", "-f", "html").stdout
    assert "hasValidity.validFrom: <mark>2024-05-17</mark>" in page
    found = json.loads(run("--project", tmp_path, "validate", "-f", "json").stdout)["findings"]
    places = {it["rule"]: it["place"] for it in found}
    assert places["ValidityPeriod-validFrom-lessThan"]["header"] == "hasValidity.validFrom"
    assert (places["AwardedLabel-heldBy-class"]["line"], places["AwardedLabel-heldBy-class"]["column"]) == (2, 5)
    (log,) = json.loads(run("--project", tmp_path, "validate", "-f", "sarif").stdout)["runs"]
    (location,) = next(it for it in log["results"] if it["ruleId"] == "AwardedLabel-heldBy-class")["locations"]
    assert location["logicalLocations"][-1] == {"fullyQualifiedName": holder, "kind": "cell"}
    # a column of a table is no column of a line
    assert "startColumn" not in location["physicalLocation"].get("region", {})


@pytest.mark.parametrize(
    ("suffix", "where"), [(".ttl", "4:33"), (".trig", "4:33"), (".nt", "3:1"), (".rdf", "5"), (".jsonld", "")]
)
def test_result_on_foreign_rdf_has_its_line(suffix: str, where: str, tmp_path: Path) -> None:
    turtle = """@prefix schema: <http://schema.org/> .
<http://example.org/a> a schema:ContactPoint ; # a comment with "quotes"
  schema:name "A" ;
  schema:email "a@example.org", "nobody" .
"""
    graph = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    triples = [quad.triple for quad in graph]
    path = tmp_path / f"foreign{suffix}"
    match suffix:
        case ".ttl" | ".trig":
            path.write_text(turtle, encoding="utf-8")
        case ".nt":
            order = [triples[0], triples[1], triples[3], triples[2]]
            ox.serialize(order, str(path), format=ox.RdfFormat.N_TRIPLES)
        case ".jsonld":
            ox.serialize(triples, str(path), format=ox.RdfFormat.JSON_LD)
        case _:
            path.write_text(
                '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns:schema="http://schema.org/">\n<schema:ContactPoint rdf:about="http://example.org/a">\n'
                "<schema:email>a@example.org</schema:email>\n<schema:email>nobody</schema:email>\n"
                "</schema:ContactPoint>\n</rdf:RDF>\n",
                encoding="utf-8",
            )
    it = only(project(tmp_path).validate([path]), "ContactPoint-email-pattern")
    # JSON-LD is read as a whole, so that no line can be told
    assert str(it.place) == f"{path.name}:{where}".rstrip(":")


def test_alternatives_are_explained(tmp_path: Path) -> None:
    shapes = f"""{SH}
ex:S a sh:NodeShape ; sh:targetClass <http://schema.org/City> ; sh:property ex:near .
ex:near sh:path <http://schema.org/containedInPlace> ; sh:xone ( ex:A ex:B ) .
ex:A a sh:NodeShape ; sh:property [ sh:path <http://schema.org/name> ; sh:minCount 1 ;
    sh:message "it needs a name"@en ] , [ sh:path <http://schema.org/url> ; sh:minCount 1 ] .
ex:B a sh:NodeShape ; sh:class <http://schema.org/Country> ;
    sh:property [ sh:path <http://schema.org/telephone> ; sh:minCount 1 ] ,
      [ sh:path <http://schema.org/url> ; sh:minCount 1 ] .
"""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "own.ttl").write_text(shapes, encoding="utf-8")
    facts = (
        "  - { id: place/a, type: City, name: A, containedInPlace: place/b }\n"
        "  - { id: place/b, type: City, name: B }\n"
    )
    it = next(it for it in findings(project(tmp_path, a=SOURCE + facts).validate()) if it.result and "near" in it.rule)
    assert any(note.startswith("closest is 1") and "url" in note for note in it.notes), it.notes


COMPOSED = f"""{SH}
@prefix schema: <http://schema.org/> .
ex:City sh:targetClass schema:City ;
  sh:property ex:node , ex:and , ex:or , ex:two , ex:none , ex:least , ex:most .
ex:node sh:path schema:containedInPlace ; sh:node ex:Land .
ex:and sh:path schema:containedInPlace ; sh:and ( ex:Named ex:Land ) .
ex:or sh:path schema:containedInPlace ; sh:or ( ex:Closed [ sh:class schema:City ; sh:property ex:LandUrl ] ) .
ex:two sh:path schema:containedInPlace ; sh:xone ( ex:Named [ sh:class schema:Country ] ) .
ex:none sh:path schema:url ; sh:xone ( [ sh:pattern "^https:" ] [ sh:pattern "^ftp:" ] ) .
ex:least sh:path schema:sameAs ; sh:qualifiedMinCount 1 ;
  sh:qualifiedValueShape [ sh:pattern "^https://www.wikidata.org/" ] .
ex:most sh:path schema:url ; sh:qualifiedMaxCount 0 ; sh:qualifiedValueShape [ sh:pattern "^http:" ] .
ex:Named a sh:NodeShape ; sh:property [ sh:path schema:name ; sh:minCount 1 ] .
ex:Closed a sh:NodeShape ; sh:class schema:Country ; sh:property ex:LandUrl .
ex:Land a sh:NodeShape ; sh:property ex:LandUrl , ex:LandName .
ex:LandUrl sh:path schema:url ; sh:minCount 1 ;
  sh:message "a country needs its address"@en , "ein Land braucht seine Adresse"@de .
ex:LandName sh:path schema:name ; sh:pattern "^[A-Z]" ;
  sh:message "its name starts with a capital letter"@en , "sein Name beginnt groß"@de .
"""
COMPOSED_FACTS = """  - id: place/a
    type: City
    name: A
    containedInPlace: place/b
    sameAs: [https://example.org/a, https://example.org/b]
    url: http://example.org/
  - { id: place/b, type: Country, name: sachsen }
"""
NOTES = {
    ("node", "en"): ["because 'name: sachsen': its name starts with a capital letter"],
    ("node", "de"): ["denn: 'url': ein Land braucht seine Adresse"],
    ("and", "en"): ["because 'url': a country needs its address"],
    ("and", "de"): ["denn: 'name: sachsen': sein Name beginnt groß"],
    ("or", "en"): ["closest is 1, of type Country, with a good 'url': 'url': a country needs its address"],
    ("or", "de"): ["am nächsten kommt 1, vom Typ Country, mit passendem 'url': 'url': ein Land braucht seine Adresse"],
    ("two", "en"): ["more than one alternative fits: with a good 'name' and of type Country"],
    ("two", "de"): ["mehr als eine Möglichkeit passt: mit passendem 'name' und vom Typ Country"],
    ("none", "en"): ["allowed: of the form ^https:; or of the form ^ftp:"],
    ("none", "de"): ["erlaubt: von der Form ^https:; oder von der Form ^ftp:"],
    ("least", "en"): [
        "asked for: of the form ^https://www.wikidata.org/",
        "not 'https://example.org/a': the text does not have the form ^https://www.wikidata.org/",
    ],
    ("least", "de"): ["nicht 'https://example.org/b': der Text hat nicht die Form ^https://www.wikidata.org/"],
    ("most", "en"): ["counted are values of the form ^http:", "these are so: 'http://example.org/'"],
    ("most", "de"): ["gezählt werden Werte von der Form ^http:", "so sind: 'http://example.org/'"],
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_composed_shapes_say_which_part_is_missed_and_why(language: str, tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "own.ttl").write_text(COMPOSED, encoding="utf-8")
    project(tmp_path, a=SOURCE + COMPOSED_FACTS)
    found = json.loads(run("--project", tmp_path, "validate", "-f", "json", "--lang", language).stdout)["findings"]
    notes = {it["rule"]: it.get("notes", []) for it in found}
    text = " ".join(run("--project", tmp_path, "validate", "--lang", language).stdout.split())
    for (rule, tag), expected in NOTES.items():
        if tag == language:
            assert set(expected) <= set(notes[rule]), notes[rule]
            assert all(note in text for note in expected)


# -- checks


def test_contradicting_releases_are_reported_at_both_places(tmp_path: Path) -> None:
    other = SOURCE.replace("document/x", "document/y").replace("Xenon", "Xenon Gas")
    report = project(tmp_path, a=SOURCE, b=other).validate()
    found = [it for it in findings(report) if it.rule == "contradicting-names"]
    assert [str(it.place) for it in found] == ["data/a.yaml:10:11", "data/b.yaml:10:11"]
    assert "“Xenon Gas” in 'document/y'" in found[0].message
    assert report.conforms
    assert not report.passes(found[0].severity)


def test_every_shipped_check_has_messages_in_english_and_german(tmp_path: Path) -> None:
    from pressgraph.validation import load_checks

    checks = load_checks(project(tmp_path).project)
    assert len(checks) == 15
    assert all(set(check.messages) == {"de", "en"} for check in checks)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("SELECT ?thing { ?thing a ?t }", "eine Prüfung wählt ?this aus"),
        ("# @suspects { ?value\nSELECT ?this ?value { ?this a ?value }", "kein gültiges SPARQL 1.1"),
    ],
)
def test_a_check_that_cannot_be_asked_is_an_error_in_the_readers_language(
    tmp_path: Path, lines: str, said: str
) -> None:
    """Checks are asked in threads, which begin without a language and may keep nothing of the engine."""
    project(tmp_path, a=SOURCE)
    path = tmp_path / "queries" / "checks" / "own-violation.rq"
    path.parent.mkdir(parents=True)
    path.write_text(f"# Own\n#\n# @message en x\n{lines}\n", encoding="utf-8")
    result = run("--project", tmp_path, "validate", "--lang", "de")
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_only_what_suspects_match_is_asked_about(tmp_path: Path) -> None:
    project(tmp_path, a=SOURCE)
    path = tmp_path / "queries" / "checks" / "own-violation.rq"
    path.parent.mkdir(parents=True)
    suspects = "# @suspects ?it a ?value FILTER(?value = schema:Organization)"
    path.write_text(
        f"# Own\n#\n# @message en Of {{value}}\n{suspects}\nSELECT ?this ?value {{ ?this a ?value }}\n",
        encoding="utf-8",
    )
    report = pressgraph.open(tmp_path).validate()
    assert {it.message for it in findings(report) if it.rule == "own"} == {"Of Organization"}


LABEL = "  - {{ id: label/{0}, type: AwardedLabel, level: silver, heldBy: agent/x, hasValidity: validity/{0} }}\n"
VALIDITY = "  - {{ id: validity/{0}, type: ValidityPeriod, basis: stated, {1} }}\n"
OLD = LABEL.format("old") + VALIDITY.format("old", "validUntil: 2020-01-01")
NEW = LABEL.format("new") + VALIDITY.format("new", "validFrom: 2023-01-01")
CHECKED = {
    "replacement-gap": OLD + NEW + "  - { id: label/new, replaces: label/old }\n",
    "expired-label-current": OLD + "  - { id: agent/x, holdsLabel: label/old }\n",
    "near-duplicate-organisations": "  - { id: agent/z, type: Organization, name: XENON GmbH }\n",
    "near-duplicate-persons": "".join(
        f"  - {{ id: agent/p{number}, type: Person, name: '{name}' }}\n"
        for number, name in enumerate(("Dr. Ida Müller", "Ida Mueller"))
    ),
    "near-duplicate-places": "".join(
        f"  - {{ id: place/{name}, type: City, name: {{ de: Küste }} }}\n" for name in ("kueste", "kuste")
    ),
    "near-duplicate-events": "".join(
        f"  - {{ id: event/{number}, type: BusinessEvent, name: {{ de: '{name}' }}, startDate: 2026-05-0{day} }}\n"
        for number, (name, day) in enumerate((("Clustertag", 1), ("Cluster-Tag", 1), ("Clustertag", 2)))
    ),
    "contact-in-text": "  - { id: agent/x, description: { en: 'Contact: ida@netz.example' } }\n",
    "replacement-undescribed": NEW + "  - { id: label/new, replaces: agent/x }\n",
}


@pytest.mark.parametrize(("rule", "facts"), CHECKED.items())
def test_check_finds_what_it_is_for(rule: str, facts: str, tmp_path: Path) -> None:
    assert only(project(tmp_path, a=SOURCE + facts).validate(), rule).place is not None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Kontakt: ida.beispiel@netz.example", True),
        ("call +49 371 123456", True),
        ("Tel. 0371 123456", True),
        ("Telefon: (0371) 12 34 56", True),
        ("0049 351/7965106", True),
        ("@netz on 12.05.2026, 10-12 o'clock", False),
        ("grew by +12 % to 1,000,000 in 2019-2020", False),
        ("the number 0012345 and DE 123456789", False),
    ],
)
def test_contact_data_in_texts_is_told_from_other_numbers(tmp_path: Path, text: str, *, holds: bool) -> None:
    fact = f"  - {{ id: agent/x, description: {{ en: {json.dumps(text)} }} }}\n"
    report = project(tmp_path, a=SOURCE + fact).validate()
    found = [it for it in findings(report) if it.rule == "contact-in-text"]
    assert bool(found) is holds
    assert all(it.place is not None for it in found)
    assert report.conforms


FIGURES = {
    # what two sources of one day say of one thing's members: whether they disagree
    "a": ("350", "340", True),
    "b": ("350", "350", False),
    "c": ("about 350", "340", False),
    "d": ("more than 350", "340", True),
    "e": ("more than 350", "400", False),
    "f": ("at least 350", "up to 340", True),
    "g": ("350", "{ value: 340, asOf: 2020 }", False),
    "h": ("{ value: 350, asOf: 2020 }", "{ value: 340, asOf: 2020 }", True),
    "i": ("350", "{ value: 340, sector: photonics }", False),
    "j": ("350", "{ value: 340, qualifier: target, asOf: 2026-01-01 }", False),
    "l": ("{ value: 350, sector: [photonics, software] }", "{ value: 340, sector: photonics }", False),
    "m": ("{ value: 350, sector: [photonics, software] }", "{ value: 340, sector: [software, photonics] }", True),
    "k": ("{ value: 350, within: ref:saxony }", "{ value: 340, within: ref:saxony }", True),
}


# how many there are → whether that cannot be
NEGATIVE = {
    "members: -5": True,
    "employees: about -3": True,
    "companies: -9 to -4": True,
    "startups: -3 to 4": True,
    "employees: less than -1": True,
    "members: { value: -2, asOf: 2020 }": True,
    "members: 0": False,
    "employees: { statistic: growth, value: -4 }": False,
    "employees: { statistic: growth, value: -4 % }": False,
    "turnover: -3": False,
    "turnover: -3 EUR": False,
}


def test_figures_disagree_where_both_cannot_be_so_and_counts_are_not_negative(tmp_path: Path) -> None:
    sources = []
    for side in (0, 1):
        head = SOURCE.replace("document/", f"document/{side}-")
        sources.append(
            head
            + "".join(
                f"  - {{ id: agent/{name}, type: Organization, name: Firma {name}, members: {said[side]} }}\n"
                for name, said in FIGURES.items()
            )
        )
    report = project(tmp_path, a=sources[0], b=sources[1]).validate()
    found = [it for it in findings(report) if it.rule == "figures-that-disagree"]
    # the same, said by one source
    facts = "".join(
        it for it in sources[1].splitlines(keepends=True)[len(SOURCE.splitlines()) :] if it not in sources[0]
    )
    (tmp_path / "data" / "b.yaml").unlink()
    negative = "".join(
        f"  - {{ id: agent/of-{number}, type: Organization, name: Of {number}, {said} }}\n"
        for number, said in enumerate(NEGATIVE)
    )
    alone = project(tmp_path, a=sources[0] + facts + negative).validate()
    again = [it for it in findings(alone) if it.rule == "figures-that-disagree"]
    assert [it.message for it in again] == [it.message for it in found]
    first = len((sources[0] + facts).splitlines()) + 1
    lines = [it.place.line for it in findings(alone) if it.rule == "negative-counts" and it.place is not None]
    assert sorted(lines) == [first + n for n, wrong in enumerate(NEGATIVE.values()) if wrong]
    lines = sorted(it.place.line for it in found if it.place is not None and it.place.file == "data/a.yaml")
    first = len(SOURCE.splitlines()) + 1
    assert lines == [first + n for n, (_, _, disagree) in enumerate(FIGURES.values()) if disagree]
    assert len(found) == len(lines)


@pytest.mark.parametrize(
    ("role", "one", "other", "found"),
    [
        ("chairperson", "startDate: 2018-01-01, endDate: 2026-03-01", "startDate: 2025-01-01, endDate: 2028-01-01", 1),
        # the day of the handover is of both
        ("chairperson", "startDate: 2018-01-01, endDate: 2025-01-01", "startDate: 2025-01-01, endDate: 2028-01-01", 0),
        ("managing-director", "startDate: 2018, endDate: 2025", "startDate: 2025, endDate: 2028", 0),
        ("managing-director", "startDate: 2018, endDate: 2025", "startDate: 2023, endDate: 2028", 1),
        ("board-member", "startDate: 2018, endDate: 2025", "startDate: 2023, endDate: 2028", 0),
    ],
)
def test_two_who_surely_hold_one_office_at_once_are_warned_of(
    tmp_path: Path, role: str, one: str, other: str, found: int
) -> None:
    facts = "".join(
        f"  - {{ id: agent/{name}, type: Person, name: {name} Lind, personal: true }}\n"
        f"  - {{ id: membership/{name}, type: Membership, member: agent/{name}, organization: agent/x, role: {role}, "
        f"{dates}, personal: true }}\n"
        for name, dates in (("ada", one), ("bea", other))
    )
    report = project(tmp_path, a=SOURCE + facts).validate()
    assert [it.rule for it in findings(report) if it.rule == "two-in-one-office"] == ["two-in-one-office"] * found


def test_id_that_nothing_describes_is_found_in_rdf(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    base = "https://w3id.org/pressgraph/id/"
    path.write_text(f"<{base}agent/a> <http://schema.org/location> <{base}place/lost> .", encoding="utf-8")
    assert only(project(tmp_path).validate([path]), "undescribed-id").value == "place/lost"


def test_blank_nodes_are_compared_by_name_unless_they_are_linked(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    text = "@prefix s: <http://schema.org/> . _:a a s:Organization ; s:name 'Küste GmbH' . _:b a s:Organization ; "
    for link, count in (("", 1), ("_:a s:sameAs _:b .", 0), ("_:b s:sameAs _:a .", 0)):
        path.write_text(f"{text} s:name 'Kueste' . {link}", encoding="utf-8")
        found = [it for it in findings(project(tmp_path).validate([path])) if it.rule == "near-duplicate-organisations"]
        assert len(found) == count, link


def test_check_that_asks_elsewhere_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "queries" / "checks"
    folder.mkdir(parents=True)
    query = "# @message en x\nSELECT ?this WHERE { SERVICE <http://127.0.0.1:9/> { ?this ?p ?o } }"
    (folder / "bad-violation.rq").write_text(query, encoding="utf-8")
    with pytest.raises(ProfileError, match="SERVICE"):
        project(tmp_path, a=SOURCE).validate()


# -- suppressions


def test_allowed_result_is_reported_with_its_reason_and_counts_no_more(tmp_path: Path) -> None:
    allowed = "  - { id: agent/y, type: Organization, allow: [ { Named-name-minCount: not published yet } ] }\n"
    report = project(tmp_path, a=SOURCE + allowed).validate()
    assert report.conforms
    assert [it.allowed for it in report.allowed] == ["not published yet"]
    assert report.summary().endswith("1 allowed")


def test_lines_and_rows_are_allowed_what_facts_are(tmp_path: Path) -> None:
    project(tmp_path, a=SOURCE)
    lines = [
        {"source": {"id": "document/l", "type": "NewsArticle", "headline": {"en": "L"}, "datePublished": "2024-05-17"}},
        {"id": "agent/y", "type": "Organization", "allow": [{"Named-name-minCount": "1"}]},
    ]
    (tmp_path / "data" / "l.jsonl").write_text("".join(json.dumps(it) + "\n" for it in lines), encoding="utf-8")
    (tmp_path / "data" / "t.csv").write_text(
        "source,id,type,allow.Named-name-minCount,name\n"
        "document/t,agent/z,Organization,2,\ndocument/t,agent/w,Organization,3,W\n",
        encoding="utf-8",
    )
    workspace = pressgraph.open(tmp_path)
    report = workspace.validate([tmp_path / "data" / "l.jsonl", tmp_path / "data" / "t.csv"])
    assert sorted(it.allowed or "" for it in report.allowed) == ["1", "2"]
    assert str(only(report, "unused-allowance").place) == "data/t.csv:3:allow.Named-name-minCount"


def test_unused_and_misspelt_allowances_are_flagged(tmp_path: Path) -> None:
    allowed = "  - { id: agent/y, type: Organization, name: Y, allow: [ { Named-name-minCont: why } ] }\n"
    it = only(project(tmp_path, a=SOURCE + allowed).validate(), "unused-allowance")
    assert str(it.place) == "data/a.yaml:11:60"
    assert it.hint == "did you mean 'Named-name-minCount'?"


# -- engines and guards


def shapes(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(SH + turtle, format=ox.RdfFormat.TURTLE)]


def test_auto_takes_the_fast_engine_unless_the_shapes_need_the_reference() -> None:
    assert choose("auto", make_shapes(shapes("ex:S sh:targetClass ex:C ."))).name == "shacl"
    advanced = choose("auto", make_shapes(shapes("ex:f a sh:SPARQLFunction .")))
    assert advanced.name == "pyshacl"
    assert "SPARQL function" in advanced.reason


@pytest.mark.parametrize(
    ("turtle", "words"),
    [
        ("ex:S sh:sparql [ sh:select 'SELECT $this { SERVICE <http://127.0.0.1:9/> { $this ?p ?o } }' ] .", "SERVICE"),
        ("ex:S sh:property [ sh:path ex:p ; sh:pattern '^(a+)+$' ] .", "repetition"),
        ("ex:S sh:property [ sh:path ex:p ; sh:pattern '(x|[a-z]*)*y' ] .", "repetition"),
        ("ex:S sh:property [ sh:path ex:p ; sh:pattern '(-a+|-[a-z]+)*' ] .", "repetition"),
        ("ex:S sh:property [ sh:path ex:p ; sh:pattern '(b{1,3}[ab]{2,})+' ] .", "repetition"),
        ("ex:S sh:sparql [ sh:select 'SELECT $this { $this ex:p ?v FILTER REGEX(?v, \"(a*)*\") }' ] .", "repetition"),
        ("ex:S sh:js [ sh:jsFunctionName 'f' ] .", "JavaScript"),
    ],
)
def test_dangerous_shapes_are_refused(turtle: str, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        make_shapes(shapes(turtle))


@pytest.mark.parametrize(
    "pattern",
    [r"^\\+[0-9]+( [0-9]+)*$", r"[a-z]+(?:\\.[a-z]+)*", r"(-a+|,[a-z]+)*", r"\\p{L}+( \\p{L}+)*", "(a+){1,3}"],
)
def test_harmless_repetition_is_let_through(pattern: str) -> None:
    make_shapes(shapes(f"ex:S sh:property [ sh:path ex:p ; sh:pattern '{pattern}' ] ."))


def test_imports_are_not_followed_and_that_is_known() -> None:
    made = make_shapes(shapes("<http://x/> <http://www.w3.org/2002/07/owl#imports> <file:///etc/passwd> ."))
    assert made.left_out == ("owl:imports file:///etc/passwd is not followed: nothing is fetched",)


def test_imports_that_are_not_followed_are_told_once_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    ontology = """
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        <http://example.org/o> owl:imports <http://127.0.0.1:9/other> , <https://w3id.org/pressgraph/cluster#> .
    """
    (tmp_path / "shapes" / "own.ttl").write_text(ontology, encoding="utf-8")
    project(tmp_path, a=SOURCE)
    said = run("--project", tmp_path, "validate").stderr
    assert said.count("owl:imports") == 1
    assert "shapes/own.ttl:3: warning: owl:imports <http://127.0.0.1:9/other> is not followed" in said
    assert "owl:imports" not in run("--project", tmp_path, "-q", "validate").stderr


def test_blank_nodes_keep_their_names_in_the_compiled_engine() -> None:
    data = [
        ox.Triple(ox.BlankNode(f"n{i}"), ox.NamedNode("http://example.org/p"), ox.BlankNode(f"n{i + 1}"))
        for i in range(300)
    ]
    made = make_shapes(shapes("ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] ."))
    found = read_report(choose("shacl", made).run(data))
    assert {(it.focus, it.value) for it in found} == {(f"_:n{i}", f"_:n{i + 1}") for i in range(300)}


def test_both_engines_give_the_same_results_on_generated_data(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text("".join(generate.release_lines(generate.iter_releases(40, errors=0.5))), encoding="utf-8")
    workspace = project(tmp_path)
    fast, reference = (workspace.validate([path], engine=name) for name in ("shacl", "pyshacl"))
    assert fast.results
    assert fast.results == reference.results


# -- changes


# what a file's text may be changed to
EDITS = (
    ("level: silver", "level: gold"),
    ("level: bronze", "level: gold"),
    ("  name:", "  alternateName:"),
    ("type: ClusterOrganisation", "type: Organization"),
    ("validThrough: '20", "validThrough: '19"),
    ("members: ", "founders: "),
    ("employees:", "companies:"),
    ("startDate: '20", "endDate: '19"),
    ("predecessor: agent/", "predecessor: place/"),
    ("validFrom: '201", "validFrom: '203"),
    ("datePublished: '20", "datePublished: '19"),
    ("  replaces:", "  replacedBy:"),
    ("outcome: positive", "outcome: negative"),
    ("  givenName:", "  alternateName:"),
    ("heldBy: agent/", "heldBy: place/"),
    ("id: label/", "id: label/renamed-"),
    ("id: membership/", "id: membership/renamed-"),
    ("type: Cluster\n", "type: City\n"),
    ("  location:", "  locaton:"),
    ("e. V.", "GmbH"),
)
# facts that may be added to a file; {n} is the file's number, {other} an organisation of another file
FACTS = (
    "- { id: agent/extra-{n}, type: Organization }",
    "- { id: agent/extra-{n}, type: Organization, allow: [ { Named-name-minCount: not known yet } ] }",
    "- { id: agent/extra-{n}, type: Organization, name: Verbund Süd, allow: [ { Named-name-minCount: why } ] }",
    "- { id: agent/extra-{n}, legalName: { de: Verbund Sued e. V. } }",
    "- { id: agent/extra-{n}, name: { de: VERBUND-SÜD } }",
    "- { id: agent/extra-{n}, type: FormalOrganization, sameAs: https://example.org/{n} }",
    "- { id: agent/extra-{n}, parentOrganization: agent/extra-0 }",
    "- { id: agent/extra-0, type: Organization, name: { en: Verbund Süd } }",
    "- { id: {other}, name: { de: Ganz anders } }",
    "- { id: {other}, foundingDate: 199{n}-01-01 }",
    "- { id: {other}, holdsLabel: label/old-{n} }",
    "- { id: label/old-{n}, type: AwardedLabel, level: gold, heldBy: {other} }",
    "- { id: label/old-{n}, hasValidity: validity/old-{n} }",
    "- { id: validity/old-{n}, type: ValidityPeriod, basis: stated, validUntil: 2001-01-01 }",
    "- { id: label/new-{n}, type: AwardedLabel, level: gold, heldBy: {other}, replaces: label/old-{n} }",
    "- { id: label/new-{n}, hasValidity: validity/new-{n} }",
    "- { id: validity/new-{n}, type: ValidityPeriod, basis: stated, validFrom: 2010-01-01 }",
    "- { id: thing/contact-{n}, type: ContactPoint, telephone: 0351 1234, personal: true }",
    "- { id: thing/contact-0, type: ContactPoint, email: nobody, personal: true }",
)
LINES = (
    {"id": "agent/extra-0", "type": "Organization", "name": {"en": "Verbund Süd"}},
    {"id": "agent/extra-7", "type": "Organization"},
    {"id": "agent/extra-7", "name": {"de": "Verbund Sued GmbH"}},
    {"id": "agent/extra-7", "location": "place/nowhere"},
    {"id": "place/nowhere", "type": "City", "name": "Nowhere"},
    {"id": "label/old-1", "type": "AwardedLabel", "level": "bronze", "heldBy": "agent/extra-7"},
)


class Edited:
    """A project of generated releases and a file of JSON Lines, to which anything happens."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - which edits are tried
        self.folder = folder
        # of two organisations, news of several kinds
        generate.write_yaml(islice(generate.iter_releases(24, seed=seed), 0, None, 4), folder / "data")
        self.paths = sorted((folder / "data").glob("*.yaml"))
        self.texts = {path: path.read_text(encoding="utf-8") for path in self.paths}
        self.organisations = [re.findall(r"publisher: (\S+)", self.texts[path])[0] for path in self.paths]
        self.applied: dict[Path, set[int]] = {path: set() for path in self.paths}
        self.added: dict[Path, list[int]] = {path: [] for path in self.paths}
        self.lines: list[int] = []

    def step(self) -> None:
        """Change something, or delete a file, or bring one back."""
        number = self.rng.randrange(len(self.paths))
        path = self.paths[number]
        match self.rng.randrange(8):
            case 0:
                path.unlink(missing_ok=True)
                return
            case 1:
                self.applied[path], self.added[path] = set(), []
            case 2 | 3:
                self.applied[path] ^= {self.rng.randrange(len(EDITS))}
            case 4:
                self.lines = self.rng.sample(range(len(LINES)), self.rng.randrange(len(LINES)))
            case _:
                self.added[path] = self.rng.sample(range(len(FACTS)), self.rng.randrange(5))
        text = self.texts[path]
        for it in sorted(self.applied[path]):
            text = text.replace(*EDITS[it])
        other = self.organisations[number - 1]
        facts = [FACTS[it].replace("{n}", str(number)).replace("{other}", other) for it in self.added[path]]
        path.write_text(text + "".join(f"{it}\n" for it in facts), encoding="utf-8")
        source = {"source": {"id": "document/lines", "type": "NewsArticle", "headline": {"en": "L"}}}
        source["source"]["datePublished"] = "2024-05-17"
        lines = [source, *(LINES[it] for it in self.lines)]
        (self.folder / "data" / "lines.jsonl").write_text("".join(json.dumps(it) + "\n" for it in lines))


def same(changed: Report, whole: Report) -> bool:
    """Compare reports; where a link leads nowhere, the nearest id is told from what is at hand."""
    found, expected = ([(it.rule, it.place, it.message) for it in one.problems] for one in (changed, whole))
    assert found == expected
    assert changed.results == whole.results
    assert (changed.files, changed.facts, changed.counts) == (whole.files, whole.facts, whole.counts)
    return bool(whole.results or whole.problems)


GAP = """\
source: { id: document/d, type: NewsArticle, headline: { en: D }, datePublished: 2024-05-17, inLanguage: en }
facts:
  - { id: agent/a, type: ClusterOrganisation, name: A }
  - { id: label/old, type: AwardedLabel, level: bronze, heldBy: agent/a, validFrom: 2020, validThrough: 2021-12-31 }
  - id: label/new
    type: AwardedLabel
    level: silver
    heldBy: agent/a
    replaces: label/old
    validThrough: 2026-12-31
    validFrom: 2024-01-01
"""


def test_what_is_wrong_with_a_conclusion_is_said_and_allowed_where_it_was_typed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "gap.yaml"
    path.write_text(GAP, encoding="utf-8")
    workspace = pressgraph.open(tmp_path)
    for report in (workspace.validate(), workspace.validate([path]), workspace.build().report):
        (result,) = (it for it in report.results if it.rule == "replacement-gap")
        assert result.place is not None
        assert (result.place.line, result.place.column) == (11, 16)
    path.write_text(f"{GAP}    allow: [replacement-gap: the years between are not told]\n", encoding="utf-8")
    for report in (workspace.validate(), workspace.validate_changed(), workspace.build().report):
        assert [it.rule for it in report.results if it.rule == "replacement-gap" and it.allowed is None] == []
    # what is allowed no longer is found again, where it is kept from the build
    path.write_text(GAP, encoding="utf-8")
    for report in (workspace.validate_changed(), workspace.build().report):
        assert [it.allowed for it in report.results if it.rule == "replacement-gap"] == [None]


@pytest.mark.parametrize(
    "seed", [0, 1, pytest.param(2, marks=pytest.mark.further), pytest.param(3, marks=pytest.mark.further)]
)
def test_change_is_validated_like_the_whole(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressgraph.validation.incremental.neighbours._MANY", seed % 3)
    edited = Edited(tmp_path, seed)
    workspace = pressgraph.open(tmp_path)
    live = LiveCheck(workspace.project, workspace.profile)
    live.check()
    compared = 0
    for _ in range(10):
        edited.step()
        compared += same(live.check(), workspace.validate())
    assert compared


@pytest.mark.parametrize("seed", [4, pytest.param(5, marks=pytest.mark.further)])
def test_changes_since_a_build_are_validated_like_the_whole(seed: int, tmp_path: Path) -> None:
    edited = Edited(tmp_path, seed)
    workspace = pressgraph.open(tmp_path)
    workspace.build()
    compared = 0
    for _ in range(6):
        edited.step()
        compared += same(workspace.validate_changed(), workspace.validate())
        if edited.rng.random() < 0.5:
            with contextlib.suppress(DataError):
                workspace.build()
                assert workspace.validate_changed() == workspace.validate()
    assert compared


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Watch a project; what this gives waits until the command says something, and returns all it said."""
    folder = tmp_path / "Ein Ordner mit Ä"
    project(folder, a=SOURCE)
    command = [sys.executable, "-c", "from pressgraph.cli import main; main()", "validate", "--watch", "-o", "out.html"]
    said: list[str] = []
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None

        def until(words: str) -> str:
            said.clear()
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line)
                if "Ctrl+C" in line and words in "".join(said):
                    return (folder / "out.html").read_text(encoding="utf-8")
            raise AssertionError("".join(said))

        yield until
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 130
        assert "Traceback" not in rest


def test_watch_checks_again_whatever_happens_to_the_files(watched: Callable[[str], str], tmp_path: Path) -> None:
    folder = tmp_path / "Ein Ordner mit Ä"
    path = folder / "data" / "a.yaml"
    watched("1 file, 1 fact: all conform")
    path.write_text(SOURCE.replace("name:", "nmae:"), encoding="utf-8")
    assert "nmae" in watched("1 error")
    # as editors do: write beside the file, then rename
    beside = folder / "data" / ".a.yaml.swp"
    beside.write_text(SOURCE.replace("    name: Xenon\n", ""), encoding="utf-8")
    beside.replace(path)
    assert "Named-name-minCount" in watched("1 error")
    path.write_text("facts: [\n", encoding="utf-8")
    assert "yaml-syntax" in watched("1 error")
    path.write_text(SOURCE, encoding="utf-8")
    watched("1 file, 1 fact: all conform")
    (folder / "data" / "neu ß.yaml").write_text(SOURCE.replace("document/x", "document/y"), encoding="utf-8")
    watched("2 files, 2 facts: all conform")
    (folder / "data" / "neu ß.yaml").unlink()
    watched("1 file, 1 fact: all conform")
    (folder / "pressgraph.toml").write_text("[projekt]\n", encoding="utf-8")
    watched("unknown section: 'projekt'")
    (folder / "pressgraph.toml").write_text("[project]\n", encoding="utf-8")
    watched("1 file, 1 fact: all conform")
    (folder / "shapes").mkdir()
    (folder / "shapes" / "own.ttl").write_text(
        f"{SH}ex:S sh:targetClass <http://www.w3.org/ns/org#FormalOrganization> ; sh:property ex:one ."
        "ex:one sh:path <http://schema.org/url> ; sh:minCount 1 ; sh:message 'no address'@en .",
        encoding="utf-8",
    )
    assert "no address" in watched("1 error")


# -- the command


def test_exit_status_follows_fail_on(tmp_path: Path) -> None:
    other = SOURCE.replace("document/x", "document/y").replace("Xenon", "Xenon Gas")
    project(tmp_path, a=SOURCE, b=other)
    assert run("--project", tmp_path, "validate").exit_code == 0
    assert run("--project", tmp_path, "validate", "--fail-on", "warning").exit_code == 1


def test_language_is_the_locales(tmp_path: Path) -> None:
    project(tmp_path, a=SOURCE + "  - { id: agent/y, type: Organization }\n")
    german = CliRunner().invoke(main, ["--project", str(tmp_path), "validate"], env={"LC_ALL": "de_DE.UTF-8"})
    assert "Fehler:" in german.stdout
    assert "error:" in run("--project", tmp_path, "validate").stdout


def test_text_fits_80_columns_and_has_no_colour_in_a_pipe(mistakes: Callable[[str], Path]) -> None:
    result = run("--project", mistakes("twelve"), "validate")
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("color", [True, False])
def test_controls_of_a_file_reach_no_terminal(color: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    workspace = project(tmp_path, a=SOURCE + '  - { id: label/a, type: AwardedLabel, level: "\\e[2Jsilver" }\n')
    written = write_report(workspace.validate(), "text", Options(root=tmp_path, color=color))
    assert "'�[2Jsilver' is not a term" in written
    assert ("\x1b[1;31merror\x1b[0m: " if color else "error: ") in written
    assert "\x1b[2J" not in written


def test_wide_characters_fit_the_width_and_are_underlined_as_wide(tmp_path: Path) -> None:
    name = "東京クラスター協会"
    workspace = project(tmp_path, a=SOURCE + f"  - {{ id: label/a, type: AwardedLabel, level: {name} }}\n")
    written = write_report(workspace.validate(), "text", Options(root=tmp_path, width=72))
    assert max(map(cell_len, written.splitlines())) <= 72
    assert "^" * cell_len(name) in written


def test_same_problem_in_many_places_is_folded(tmp_path: Path) -> None:
    many = "".join(f"  - {{ id: agent/y{i}, type: Organization }}\n" for i in range(100))
    project(tmp_path, a=SOURCE + many)
    result = run("--project", tmp_path, "validate")
    assert result.stdout.count("Named-name-minCount") == 1
    assert "99 more places" in result.stdout
    assert run("--project", tmp_path, "validate", "--all").stdout.count("Named-name-minCount") == 100


def test_technical_detail_is_one_flag_away(tmp_path: Path) -> None:
    project(tmp_path, a=SOURCE + "  - { id: agent/y, type: Organization }\n")
    assert "http" not in run("--project", tmp_path, "validate").stdout
    assert "shapes#Named-name-minCount" in run("--project", tmp_path, "validate", "--technical").stdout


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(
        '<http://example.org/a> a <http://schema.org/ContactPoint> ;\n <http://schema.org/email> "\x9b31m" .'
    )
    assert "\x9b" not in run("--project", tmp_path, "validate", path).stdout


def test_output_suffix_chooses_the_form(mistakes: Callable[[str], Path], tmp_path: Path) -> None:
    run("--project", mistakes("twelve"), "validate", "-o", tmp_path / "report.sarif")
    assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize("name", ["twelve", "rules"])
def test_json_report_follows_its_schema(name: str, mistakes: Callable[[str], Path]) -> None:
    schema = json.loads((ROOT / "docs" / "validation-report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    report = pressgraph.open(mistakes(name)).validate()
    jsonschema.validate(json.loads(write_report(report, "json", Options())), schema)


def sarif_schema() -> Path | None:
    for folder in (ROOT / "node_modules", ROOT / "tests" / "node_modules"):
        found = folder / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
        if found.is_file():
            return found
    return None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sarif_follows_its_schema(mistakes: Callable[[str], Path]) -> None:
    path = sarif_schema()
    if path is None:
        pytest.skip("SARIF's schema is in the npm package @microsoft/jest-sarif: npm install --prefix tests")
    folder = mistakes("twelve")
    written = json.loads(write_report(pressgraph.open(folder).validate(), "sarif", Options(root=folder)))
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(written)


def test_turtle_report_is_a_shacl_report(mistakes: Callable[[str], Path]) -> None:
    report = pressgraph.open(mistakes("twelve")).validate()
    written = write_report(report, "turtle", Options())
    again = read_report(quad.triple for quad in ox.parse(written, format=ox.RdfFormat.TURTLE))
    assert {(it.focus, it.path, it.value, it.component) for it in again} == {
        (it.focus, it.path, it.value, it.component) for it in report.results
    }


def test_html_report_is_accessible(mistakes: Callable[[str], Path], tmp_path: Path) -> None:
    axe = MODULES / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("needs axe-core: npm install --prefix tests")
    folder = mistakes("twelve")
    page = write_report(pressgraph.open(folder).validate(), "html", Options(root=folder))
    script = (
        f"<script>{axe.read_text(encoding='utf-8')}</script><script>axe.run().then(r => {{ document.title = "
        "'violations:' + JSON.stringify(r.violations.map(v => v.id)) + ':end'; })</script></body>"
    )
    path = tmp_path / "report.html"
    path.write_text(page.replace("</body>", script), encoding="utf-8")
    shown = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--virtual-time-budget=20000", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "violations:[]:end" in shown.stdout


@pytest.mark.parametrize(
    ("line", "column", "file", "length"),
    [
        ("    level: silver  # checked", 12, "a.yaml", 6),
        ('- { name: "a, b", type: City }', 11, "a.yaml", 6),
        ("evidence: [1, 2]", 11, "a.yaml", 6),
        ("  a: [b, c]", 10, "a.yaml", 1),
        ("", 1, "a.yaml", 1),
        ("ex:a ex:b 5 ; ex:c 6 .", 11, "a.ttl", 1),
        ("ex:a ex:b -5.5e3, 6 .", 11, "A.TTL", 6),
        ("ex:a ex:b true.", 11, "a.trig", 4),
        ("ex:a ex:b (1 2) .", 12, "a.ttl", 1),
        (r"ex:a.b a ex:c\,d .", 1, "a.ttl", 6),
        (r"ex:a a ex:c\,d.", 8, "a.ttl", 7),
        ("_:b1 <urn:b> 5 .", 1, "a.nt", 4),
    ],
)
def test_underline_is_as_long_as_the_value(line: str, column: int, file: str, length: int) -> None:
    assert extent(line, column, file) == length
