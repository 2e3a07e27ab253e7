"""What a profile has deprecated is rewritten in people's files, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from xlsxwriter import Workbook

from pressgraph.cli import main
from pressgraph.facts.migrate import Renames
from pressgraph.profile.model import Kind
from pressgraph.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

EX = "https://example.org/ns#"
ONTOLOGY = """\
@prefix ex: <https://example.org/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:booth a owl:DatatypeProperty ; owl:deprecated true ; dcterms:isReplacedBy ex:pitch ; rdfs:label "booth"@en .
ex:pitch a owl:DatatypeProperty ; rdfs:label "pitch"@en .
ex:vanished a owl:DatatypeProperty ; owl:deprecated true ; rdfs:label "vanished"@en .
ex:near a owl:ObjectProperty ; rdfs:label "near"@en .
ex:Fayre a owl:Class ; owl:deprecated true ; dcterms:isReplacedBy ex:Market ; rdfs:label "fayre"@en .
ex:Market a owl:Class ; rdfs:label "market"@en .
ex:size a owl:ObjectProperty ; rdfs:label "size"@en .
<https://example.org/sizes> a skos:ConceptScheme ; skos:prefLabel "sizes"@en .
<https://example.org/sizes/huge> a skos:Concept ; skos:inScheme <https://example.org/sizes> ;
    skos:prefLabel "huge"@en ; owl:deprecated true ; dcterms:isReplacedBy <https://example.org/sizes/large> .
<https://example.org/sizes/large> a skos:Concept ; skos:inScheme <https://example.org/sizes> ;
    skos:prefLabel "large"@en .
"""
SHAPES = """\
@prefix ex: <https://example.org/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:SizeTerm a sh:NodeShape ; sh:property [ sh:path skos:inScheme ; sh:hasValue <https://example.org/sizes> ] .
ex:MarketShape a sh:NodeShape ; sh:targetClass ex:Market, ex:Fayre ;
    sh:property [ sh:path ex:booth ; sh:datatype xsd:string ] , [ sh:path ex:pitch ; sh:datatype xsd:string ] ,
        [ sh:path ex:vanished ; sh:datatype xsd:string ] , [ sh:path ex:near ; sh:class ex:Market ] ,
        [ sh:path ex:size ; sh:node ex:SizeTerm ] .
"""
FACTS = """\
source: { id: document/spring-fair }
# who stands where
facts:
  - id: event/spring
    type: Fayre          # the old word
    booth: "B2"   # as printed: booth
    size: huge
    near: { id: event/autumn, type: [Fayre], booth: 'booth' }
"""
MIGRATED = """\
source: { id: document/spring-fair }
# who stands where
facts:
  - id: event/spring
    type: Market          # the old word
    pitch: "B2"   # as printed: booth
    size: large
    near: { id: event/autumn, type: [Market], pitch: 'booth' }
"""
LINE = '{"source": "document/l", "id": "event/l", "type": ["Fayre"], "booth": "h\\u00e4 booth", "size":"huge"}\r\n'
TABLE = (
    '\ufeffsource,id,type,"booth",near.booth,near.id,size\r\n'
    'document/t,event/t,Fayre | Fayre,"booth, Fayre",C1,event/u,\r\n'
    'document/t,event/u,"Fayre","a ""huge""\r\nFayre",,,huge\r\n'
)
NEW_TABLE = (
    '\ufeffsource,id,type,"pitch",near.pitch,near.id,size\r\n'
    'document/t,event/t,Market | Market,"booth, Fayre",C1,event/u,\r\n'
    'document/t,event/u,"Market","a ""huge""\r\nFayre",,,large\r\n'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder, name, text in (("ontology", "fairs.ttl", ONTOLOGY), ("shapes", "fairs.ttl", SHAPES)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "pressgraph.toml").write_text(
        '[project]\nbase = "https://example.org/"\nfacts = ["facts/*"]\n'
        '[profile]\nontology = ["ontology"]\nshapes = ["shapes"]\n',
        encoding="utf-8",
    )
    (tmp_path / "facts").mkdir()
    return tmp_path


def write(project: Path, name: str, text: str) -> Path:
    path = project / "facts" / name
    path.write_bytes(text.encode())
    return path


def run(project: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["--project", str(project), "facts", "migrate", *arguments])
    return result.exit_code, result.stdout, result.stderr


def triples(project: Path, path: Path) -> set[str]:
    quads = ox.parse(b"".join(open_workspace(project).convert([path])), format=ox.RdfFormat.N_QUADS)
    return {str(quad.triple) for quad in quads if "/fact/" in str(quad.graph_name)}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("fair.yaml", FACTS, MIGRATED),
        ("windows.yaml", "\ufeff" + FACTS.replace("\n", "\r\n"), "\ufeff" + MIGRATED.replace("\n", "\r\n")),
        ("fair.jsonl", LINE, LINE.replace("Fayre", "Market").replace('"booth":', '"pitch":').replace("huge", "large")),
        ("fair.csv", TABLE, NEW_TABLE),
    ],
)
def test_deprecated_words_are_rewritten_and_the_graph_is_the_same_but_for_them(
    project: Path, name: str, before: str, after: str
) -> None:
    path = write(project, name, before)
    old = triples(project, path)
    status, _, said = run(project, str(path))
    assert (status, path.read_bytes().decode()) == (0, after), said
    renamed = {
        triple.replace(f"<{EX}booth>", f"<{EX}pitch>")
        .replace(f"<{EX}Fayre>", f"<{EX}Market>")
        .replace("/sizes/huge>", "/sizes/large>")
        for triple in old
    }
    assert triples(project, path) == renamed != old
    # a second time there is nothing to do
    assert run(project, "--check", str(path))[0] == 0


def test_check_and_dry_run_write_nothing(project: Path) -> None:
    path = write(project, "fair.yaml", FACTS)
    assert run(project, "--check")[0] == 1
    status, diff, _ = run(project, "--dry-run")
    assert status == 0
    assert '-    booth: "B2"   # as printed: booth\n' in diff
    assert '+    pitch: "B2"   # as printed: booth\n' in diff
    assert "+++ b/facts/fair.yaml\n" in diff
    assert path.read_text(encoding="utf-8") == FACTS


def test_what_has_no_replacement_stays_and_validate_warns_of_it(project: Path) -> None:
    text = FACTS.replace('booth: "B2"', "vanished: old")
    path = write(project, "fair.yaml", text)
    run(project)
    assert "vanished: old" in path.read_text(encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(project), "validate"])
    assert "'vanished' is deprecated" in result.output


def test_a_key_whose_replacement_stands_beside_it_is_refused_and_the_file_is_as_it_was(project: Path) -> None:
    bad = write(project, "a.yaml", FACTS.replace("    size: huge\n", "    pitch: C1\n"))
    good = write(project, "b.yaml", FACTS.replace("document/spring-fair", "document/other"))
    before = bad.read_bytes()
    status, _, said = run(project)
    assert status == 1
    assert "a.yaml:6:5: error: 'booth' cannot be renamed: 'pitch' stands beside it" in said
    assert bad.read_bytes() == before
    assert b"pitch:" in good.read_bytes()


def test_of_a_workbook_it_is_listed_what_to_change(project: Path) -> None:
    path = project / "facts" / "fair.xlsx"

    def write_sheets(sheets: dict[str, list[list[str]]]) -> None:
        with Workbook(path) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)

    head = ["source", "id", "type", "booth"]
    rows = [["document/t", "event/t", "Fayre | Market", "B3"], ["document/t", "event/u", "Fayre", "Fayre"]]
    write_sheets(
        {"Spring": [head, *rows], "Sizes": [["source", "id", "near.booth", "size"], ["document/t", "a", "", "huge"]]}
    )
    before = path.read_bytes()
    status, _, said = run(project, str(path))
    said = " ".join(said.split())
    assert (status, path.read_bytes()) == (1, before)
    for line in (
        "sheet 'Spring', column 'booth': write 'pitch'",
        "sheet 'Spring', column 'type', from row 2 on, 2 times: 'Fayre', write 'Market'",
        "sheet 'Sizes', column 'near.booth': write 'near.pitch'",
        "sheet 'Sizes', column 'size', row 2: 'huge', write 'large'",
    ):
        assert line in said
    assert "'Fayre', write" in said.partition("sheet 'Sizes'")[0]
    german = CliRunner().invoke(main, ["--project", str(project), "facts", "migrate", "--lang", "de", str(path)])
    assert "Blatt 'Spring', Spalte 'booth': 'pitch' schreiben" in " ".join(german.stderr.split())
    # nothing in it is deprecated
    write_sheets({"Spring": [["source", "id", "type", "pitch"], ["document/t", "event/t", "Market", "booth"]]})
    assert run(project, str(path))[0] == 0
    path.write_bytes(b"PK")
    status, _, said = run(project, str(path))
    assert status == 1
    assert "it is no workbook" in said


def test_a_key_with_a_new_name_is_a_warning_until_files_are_rewritten(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "pressgraph.toml").write_text('[project]\nfacts = ["facts/*"]\n', encoding="utf-8")
    source = "source: { id: document/a, type: NewsArticle, headline: { en: A }, datePublished: 2026-01-01 }\n"
    yaml = f"{source}facts:\n  - {{ id: agent/a, name: Alder, classification: registered-association }}\n"
    line = '{{"source": {0}, "id": "agent/{1}", "name": "{1}", "classification": "registered-association"}}\n'
    described = '{"id": "document/l", "type": "NewsArticle", "headline": "L", "datePublished": "2026-01-01"}'
    lines = f'{{"source": {described}}}\n' + line.format('"document/l"', "Linde") + line.format('"document/l"', "Larix")
    row = "document/t,NewsArticle,T,2026-01-01,{},registered-association,{}\n"
    head = "source,source.type,source.headline,source.datePublished,id,classification,name\n"
    table = head + row.format("agent/t", "Tanne") + row.format("agent/u", "Ulme")
    for name, text in (("a.yaml", yaml), ("l.jsonl", lines), ("t.csv", table)):
        write(tmp_path, name, text)

    def pressgraph(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(main, ["--project", str(tmp_path), *arguments])
        return result.exit_code, result.stdout, result.stderr

    said = (
        "warning: 'classification' is now called 'legalForm' ('pressgraph facts migrate' rewrites files) [former-key]"
    )
    # of a table and of JSON Lines, the first place alone: all the rows of a column are one
    expected = [f"facts/a.yaml:3:33: {said}", f"facts/l.jsonl:2:64: {said}", f"facts/t.csv:2:classification: {said}"]

    def warnings(text: str) -> list[str]:
        return [line for line in text.splitlines() if "former-key" in line]

    status, report, summary = pressgraph("validate", "-f", "json")
    assert (status, "3 warnings" in summary) == (0, True)
    found = [it for it in json.loads(report)["findings"] if it["rule"] == "former-key"]
    assert [(it["severity"], it["place"]["line"]) for it in found] == [("warning", 3), ("warning", 2), ("warning", 2)]
    assert pressgraph("validate", "--fail-on", "warning")[0] == 1
    status, _, built = pressgraph("build")
    assert (status, warnings(built)) == (0, expected)
    # a build that converts another file says how many there are, and a check of what has changed reports the whole
    write(tmp_path, "b.yaml", source.replace("document/a", "document/b") + "facts: [{ id: agent/a, name: Alder }]\n")
    built = pressgraph("build")[2]
    assert (warnings(built), "3 earlier warnings and infos still stand" in built) == ([], True)
    write(tmp_path, "b.yaml", source.replace("document/a", "document/b") + "facts: [{ id: agent/b, name: Birke }]\n")
    assert pressgraph("validate", "--changed", "--lang", "de")[1].count("'classification' heißt jetzt") == 3
    assert run(tmp_path)[0] == 0
    assert warnings(pressgraph("build")[2]) == []


def test_every_deprecated_key_that_is_shipped_migrates_to_the_same_graph(tmp_path: Path) -> None:
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://example.org/"\n', encoding="utf-8")
    profile = open_workspace(tmp_path).profile
    renames = Renames.of(profile)
    assert {"spatial", "wasAttributedTo"} <= renames.keys.keys()
    # a class or a term that is deprecated needs a case of its own here
    assert not renames.classes
    assert not renames.terms
    for number, (old, new) in enumerate(renames.keys.items()):
        key = profile.keys[new]
        user = next(term.name for term in profile.classes.values() if new in term.uses)
        value = next(iter(key.scheme.concepts)) if key.scheme else "ref:saxony" if key.takes(Kind.LINK) else "N-1"
        head = (
            f"source: {{ id: document/d{number}, type: NewsArticle, headline: A, datePublished: 2025-01-01 }}\nfacts:\n"
        )
        fact = f"  - {{ id: thing/t{number}, type: {user}, {old}: {value} }}   # {old} as it was\n"
        path = tmp_path / f"{number}.yaml"
        path.write_text(head + fact, encoding="utf-8")
        before = {
            it.replace(profile.keys[old].iri, key.iri) if old in profile.keys else it for it in triples(tmp_path, path)
        }
        status, _, said = run(tmp_path, str(path))
        assert status == 0, said
        assert path.read_text(encoding="utf-8") == head + fact.replace(f", {old}:", f", {new}:")
        assert triples(tmp_path, path) == before
        assert any(f"<{key.iri}>" in triple for triple in before)
