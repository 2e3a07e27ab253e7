"""The profile: what ontology and shapes let facts say, and the context and schema made from it."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner
from pyld import jsonld
from tests.small_profile import write_small_profile

from pressgraph.cli import main
from pressgraph.errors import ProfileError
from pressgraph.profile import (
    ClassTerm,
    Concept,
    Key,
    Kind,
    Profile,
    ProfileSources,
    TurtleFile,
    compile_profile,
    context_document,
    facts_json_schema,
    load_profile,
)
from pressgraph.profile.kept import keep, read_kept
from pressgraph.profile.sources import profile_sources
from pressgraph.project import open_project, sealed, unsealed
from pressgraph.rdf import PG
from pressgraph.validation.own_queries import check_queries
from pressgraph.validation.shacl.shapes import profile_shapes
from pressgraph.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[1]
XSD = "http://www.w3.org/2001/XMLSchema#"
CLU = "https://w3id.org/pressgraph/cluster#"
SCHEMA = "http://schema.org/"
VOC = "https://w3id.org/pressgraph/vocab/"


# -- what the shipped profile says


def test_keys_have_the_kind_that_the_shapes_give_them(profile: Profile) -> None:
    keys = profile.keys
    assert (keys["level"].kind, keys["level"].scheme) == (Kind.TERM, profile.schemes["label-level"])
    assert (keys["validUntil"].kind, keys["validUntil"].datatype) == (Kind.LITERAL, f"{XSD}date")
    # a date of any precision
    assert (keys["startDate"].kind, keys["startDate"].coercion) == (Kind.MIXED, f"{XSD}date")
    assert (keys["members"].kind, keys["members"].measure) == (Kind.LINK, f"{VOC}measure/members")
    assert keys["heldBy"].kind is Kind.LINK
    assert keys["headline"].kind is Kind.TEXT
    assert not keys["headline"].language_required
    assert not keys["headline"].plain_required
    assert keys["inLanguage"].plain_required
    assert keys["prefLabel"].language_required


def test_vocabularies_hold_their_terms_by_short_name(profile: Profile) -> None:
    level = profile.schemes["label-level"]
    assert level.iri == f"{VOC}label-level"
    assert {name: concept.iri for name, concept in level.concepts.items()} == {
        name: f"{VOC}label-level/{name}" for name in ("bronze", "gold", "silver")
    }
    assert level.concepts["silver"].labels == {"de": "Silber-Label", "en": "Silver Label"}
    assert set(profile.schemes["epistemic-status"].concepts) == {"stated", "implied", "normalised", "assumed"}
    # properties may be terms too
    assert profile.schemes["claim-predicate"].concepts["enabled"].iri == f"{CLU}enabled"


def test_classes_use_keys_once_or_often_and_inherit_them(profile: Profile) -> None:
    label = profile.classes["AwardedLabel"].uses
    assert label["level"].single
    assert label["heldBy"].required
    assert not label["hasValidity"].single
    assert profile.classes["Organization"].uses.keys() < profile.classes["ClusterOrganisation"].uses.keys()
    assert not profile.uses_of(["AwardedLabel"])["name"].single


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("partOf", "http://purl.org/dc/terms/isPartOf"),
        ("isPartOf", f"{SCHEMA}isPartOf"),
        ("duration", "http://www.w3.org/2006/time#hasXSDDuration"),
        ("spokenByCharacter", f"{SCHEMA}spokenByCharacter"),
        ("Claim", f"{CLU}Claim"),
        ("schema:Claim", f"{SCHEMA}Claim"),
        ("Organization", f"{SCHEMA}Organization"),
        ("org:Organization", "http://www.w3.org/ns/org#Organization"),
    ],
)
def test_short_names_are_settled(profile: Profile, name: str, iri: str) -> None:
    term = profile.keys.get(name) or profile.classes[name]
    assert term.iri == iri


def test_personal_data_is_what_reaches_a_person(profile: Profile) -> None:
    personal = {name for name, key in profile.keys.items() if key.personal}
    assert personal == {"contactPoint", "email", "faxNumber", "telephone"}
    assert [name for name, term in profile.classes.items() if term.personal] == ["ContactPoint"]


def test_every_key_class_and_term_has_an_english_and_a_german_label(profile: Profile) -> None:
    terms: list[Key | ClassTerm | Concept] = [
        *profile.keys.values(),
        *profile.classes.values(),
        *profile.concept_of.values(),
    ]
    assert [term.name for term in terms if not {"en", "de"} <= term.labels.keys()] == []


def test_equal_sources_compile_to_one_profile(profile: Profile, root: Path) -> None:
    assert load_profile(open_project(root)) is profile


# -- the JSON-LD context


def test_what_is_kept_of_a_profile_is_the_profile(profile: Profile, root: Path, tmp_path: Path) -> None:
    sources = replace(profile_sources(open_project(root)), cache=tmp_path / "state" / "cache")
    keep(profile, sources)
    assert not list(tmp_path.iterdir()), "where nothing is built, nothing is kept"
    (tmp_path / "state").mkdir()
    keep(profile, sources)
    read = read_kept(sources)
    assert read is not None
    assert read.cache == sources.cache
    read = replace(read, cache=profile.cache)
    for it in fields(profile):
        # with the order of everything that has one
        assert _ordered(getattr(read, it.name)) == _ordered(getattr(profile, it.name)), it.name
    assert read.keys["role"].scheme is read.schemes["role"]


def test_what_is_kept_is_believed_of_its_own_sources_alone_and_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    path = tmp_path / "state" / "cache" / "profile.json"
    text = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:secret ; sh:datatype xsd:date ] . "
    text += f"ex:secret <{PG}personal> true ."
    sources = replace(_sources(text), cache=path.parent)
    assert compile_profile(sources).keys["secret"].personal
    kept = path.read_bytes()
    assert read_kept(sources) is not None
    # spoilt anywhere, cut off, empty, of another kind, or sealed well with something else inside
    spoilt = kept.replace(b'"personal":true', b'"personal":false', 1)
    assert spoilt != kept
    for data in (spoilt, b"", kept[:-1], b"[]", sealed({"a": 1})):
        path.write_bytes(data)
        assert read_kept(sources) is None
        assert compile_profile.__wrapped__(sources).keys["secret"].personal
        assert path.read_bytes() != data, "it is kept anew"
    other = replace(sources, prefixes=(("own", "https://own.example/"),))
    assert read_kept(other) is None
    assert compile_profile(other).prefixes["own"] == "https://own.example/"
    assert read_kept(sources) is None
    # it is put into the words of who reads it
    warned = replace(_sources(f"{text} ex:S sh:property [ sh:path ex:empty ] ."), cache=path.parent)
    assert compile_profile(warned).warnings
    assert read_kept(warned) is None


def test_what_is_kept_of_shapes_is_the_shapes(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    path = tmp_path / "state" / "cache" / "shapes.json"
    text = 'ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:in ("a"@en "b") ; sh:minCount 1 ] .'
    profile = compile_profile(replace(_sources(text), cache=path.parent))
    made = profile_shapes.__wrapped__(profile)
    kept = path.read_bytes()
    read = profile_shapes.__wrapped__(profile)
    assert (read.triples, read.left_out) == (made.triples, made.left_out)
    assert path.read_bytes() == kept
    # it is the file that was read
    path.write_bytes(sealed({**unsealed(kept, dict[str, Any]), "left_out": ["x"]}))
    assert profile_shapes.__wrapped__(profile).left_out == ("x",)
    # spoilt, empty, or of other shapes
    for data in (kept.replace(b'minCount> \\"1', b'minCount> \\"2'), b"", kept[:-1]):
        assert data != kept
        path.write_bytes(data)
        assert profile_shapes.__wrapped__(profile).triples == made.triples
        assert path.read_bytes() == kept
    other = compile_profile(replace(_sources(text.replace("ex:p ", "ex:q ")), cache=path.parent))
    assert profile_shapes.__wrapped__(other).triples != made.triples


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _ordered(it)) for key, it in value.items()]
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if is_dataclass(value) and not isinstance(value, TurtleFile):
        return [_ordered(getattr(value, it.name)) for it in fields(value)]
    return value


def test_pyld_expands_every_key_and_class_by_the_context(profile: Profile) -> None:
    document = {
        **context_document(profile),
        "id": "https://example.org/x",
        "type": list(profile.classes),
        **dict.fromkeys(profile.keys, "https://example.org/y"),
    }
    (node,) = jsonld.expand(document, options={"processingMode": "json-ld-1.1"})
    assert set(node.pop("@type")) == {term.iri for term in profile.classes.values()}
    # figures are about their thing, not it about them
    assert node.pop("@reverse").keys() == {f"{SCHEMA}observationAbout"}
    assert node.keys() - {"@id"} == {key.iri for key in profile.keys.values() if key.measure is None}


def test_pyld_expands_every_term_of_a_vocabulary_by_the_context(profile: Profile) -> None:
    for key in profile.keys.values():
        if key.kind is Kind.TERM and key.scheme is not None:
            (node,) = jsonld.expand({**context_document(profile), key.name: list(key.scheme.concepts)})
            assert [value["@id"] for value in node[key.iri]] == [c.iri for c in key.scheme.concepts.values()]


@pytest.mark.parametrize("name", ["ontology/context.jsonld", "data/facts.schema.json"])
def test_the_published_files_are_current(profile: Profile, root: Path, name: str) -> None:
    made = context_document(profile) if name.endswith(".jsonld") else facts_json_schema(profile)
    committed = json.loads((root / name).read_text(encoding="utf-8"))
    assert committed == made, f"'make profile' writes {name} anew"


# -- the JSON Schema


class Loader(yaml.SafeLoader):
    """Read YAML as editors do, dates as text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own table, without one row
        first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":timestamp")]
        for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def refusals(profile: Profile, facts: Any) -> list[str]:
    schema = facts_json_schema(profile)
    jsonschema.Draft7Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(facts)]


def test_the_schema_accepts_the_founding_release(profile: Profile, founding_path: Path) -> None:
    facts = yaml.load(founding_path.read_bytes(), Loader=Loader)  # noqa: S506 - a safe loader
    assert refusals(profile, facts) == []


SEEDED = [
    "facts: [{ id: agent/a, xyzzy: A }]",
    "facts: [{ id: agent/a, type: Organisation }]",
    "facts: [{ id: agent/a, type: [] }]",
    "facts: [{ id: agent/a, sector: biotec }]",
    "facts: [{ id: agent/a, sector: [biotechnology, 5] }]",
    "facts: [{ id: agent/a, foundingDate: 1.1.2019 }]",
    "facts: [{ id: agent/a, name: 5 }]",
    "facts: [{ id: agent/a, name: no }]",
    "facts: [{ id: agent/a, name: { german_: A } }]",
    "facts: [{ id: agent/a, name: { en: [] } }]",
    "facts: [{ id: role/r, prefLabel: A }]",
    "facts: [{ id: agent/a, telephone: { en: A } }]",
    "facts: [{ id: agent/Müller, name: A }]",
    "facts: [{ id: agent/a, memberOf: 5 }]",
    "facts: [{ id: agent/a, memberOf: { id: agent/b, status: stated } }]",
    "facts: [{ name: A }]",
    "facts: [{ id: agent/a, name: A, status: state }]",
    "facts: [{ id: agent/a, name: A, evidence: [5] }]",
    "facts: [{ id: agent/a, name: A, evidence: [[5, 9], 7] }]",
    "facts: [{ id: agent/a, name: A, personal: 'yes' }]",
    "facts: [{ id: agent/a, name: A, reviewedOn: 22.11.2026 }]",
    "facts: { id: agent/a }",
    "fact: []",
    "facts: []\nsource: {}",
    "facts: []\nsource: { id: document/d, sha256: de21 }",
    "facts: []\nsource: { id: document/d, status: stated }",
]


@pytest.mark.parametrize("text", SEEDED)
def test_the_schema_refuses_a_mistake(profile: Profile, text: str) -> None:
    facts = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
    assert refusals(profile, {"source": {"id": "document/d"}, "facts": [], **facts})


# -- profiles that cannot be compiled

PREFIXES = """\
@prefix ex: <https://example.org/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def _sources(text: str) -> ProfileSources:
    return ProfileSources(ontology=(), shapes=(TurtleFile("shapes/ex.ttl", (PREFIXES + text).encode()),))


def compile_shapes(text: str) -> Profile:
    return compile_profile(_sources(text))


def test_a_property_that_no_shape_gives_a_meaning_is_left_out_with_its_place() -> None:
    profile = compile_shapes("""
        ex:S sh:targetClass ex:C ;
            sh:property [ sh:path ex:amount ; sh:maxCount 1 ] , [ sh:path ex:day ; sh:datatype xsd:date ] .
    """)
    assert profile.keys.keys() == {"day"}
    assert profile.classes["C"].uses.keys() == {"day"}
    (warning,) = profile.warnings
    assert (warning.place.file, warning.place.line) == ("shapes/ex.ttl", 6)
    assert "ex:S ex:amount: no shape says what the values of <https://example.org/ns#amount> are" in warning.message


def test_shapes_that_ask_for_nothing_make_no_keys_and_hide_none() -> None:
    profile = compile_shapes("""
        ex:N sh:property [ sh:path ex:untargeted ; sh:datatype xsd:date ] .
        ex:S sh:targetClass ex:C ;
            sh:property "text" , [ sh:path ex:off ; sh:datatype xsd:date ; sh:deactivated true ] ,
                [ sh:path <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:nodeKind sh:IRI ] ,
                [ sh:path ex:absent ; sh:datatype xsd:date ; sh:maxCount 0 ] ,
                [ sh:path ex:asked ; sh:datatype xsd:date ; sh:minCount 1 ; sh:severity sh:Warning ] ,
                [ sh:path ex:free ; sh:datatype xsd:date ; sh:minCount 0 ; sh:maxCount 2 ] ,
                [ sh:path ex:needed ; sh:datatype xsd:date ; sh:minCount 1 ; sh:maxCount 1 ] .
    """)
    uses = {name: (use.required, use.single) for name, use in profile.classes["C"].uses.items()}
    assert profile.keys.keys() == uses.keys()
    assert uses == {"asked": (False, False), "free": (False, False), "needed": (True, True)}


def test_two_shapes_must_not_disagree_about_a_key() -> None:
    with pytest.raises(ProfileError, match=r"disagree about the values of 'amount'.*integer in ex:A-.*link in ex:B-"):
        compile_shapes("""
            ex:A sh:targetClass ex:C ; sh:property ex:A-amount .
            ex:A-amount sh:path ex:amount ; sh:datatype xsd:integer .
            ex:B sh:targetClass ex:D ; sh:property ex:B-amount .
            ex:B-amount sh:path ex:amount ; sh:nodeKind sh:IRI .
        """)


def test_two_shapes_must_not_ask_for_two_datatypes() -> None:
    with pytest.raises(ProfileError, match=r"the values of 'amount'.*xsd:integer in ex:A .*; xsd:date in ex:B "):
        compile_shapes("""
            ex:A sh:targetClass ex:C ; sh:property [ sh:path ex:amount ; sh:datatype xsd:integer ] .
            ex:B sh:targetClass ex:D ; sh:property [ sh:path ex:amount ; sh:datatype xsd:date ] .
        """)


def test_broken_turtle_is_reported_in_its_place() -> None:
    with pytest.raises(ProfileError, match="not valid Turtle") as raised:
        compile_shapes("ex:S sh:targetClass ex:C ;;; .\nex:T a nope:Class .\n")
    place = raised.value.place
    assert place is not None
    assert (place.file, place.line) == ("shapes/ex.ttl", 5)


# -- a project of its own

ONTOLOGY = """\
@prefix ex: <https://example.org/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

ex:Funding a owl:Class ; rdfs:subClassOf schema:Thing ; rdfs:label "funding"@en , "Förderung"@de .
ex:sum a owl:DatatypeProperty ; rdfs:label "sum"@en , "Betrag"@de .
ex:fundingKind a owl:ObjectProperty ; rdfs:label "kind of funding"@en , "Art der Förderung"@de .

<https://example.org/kind> a skos:ConceptScheme .
<https://example.org/kind/grant> skos:inScheme <https://example.org/kind> ; skos:prefLabel "grant"@en , "Zuschuss"@de .
<https://example.org/kind/loan> skos:inScheme <https://example.org/kind> ; skos:prefLabel "loan"@en , "Darlehen"@de .
<https://example.org/kind/prize> skos:inScheme <https://example.org/kind> ; skos:prefLabel "prize"@en , "Preis"@de .

# names that the shipped profile has
ex:Person a owl:Class .
ex:level a owl:DatatypeProperty .
"""
SHAPES = """\
@prefix ex: <https://example.org/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:FundingShape a sh:NodeShape ;
  sh:targetClass ex:Funding ;
  sh:property ex:Funding-sum , ex:Funding-sum-maxCount , ex:Funding-kind , ex:Funding-level .
ex:Funding-sum sh:path ex:sum ; sh:datatype xsd:integer .
ex:Funding-sum-maxCount sh:path ex:sum ; sh:maxCount 1 .
ex:Funding-kind sh:path ex:fundingKind ; sh:node ex:In-kind .
ex:Funding-level sh:path ex:level ; sh:datatype xsd:string .
ex:In-kind a sh:NodeShape ;
  sh:property [ sh:path skos:inScheme ; sh:hasValue <https://example.org/kind> ] .
"""
FACTS = """\
source:
  id: document/news
  type: NewsArticle
facts:
  - id: document/news
    type: NewsArticle
    headline: { en: A grant for biotechnology }
    datePublished: 2026-01-15
    about: thing/grant
    evidence: [0, 5]
  - id: thing/grant
    type: Funding
    name: { en: A grant }
    sum: 500000
    fundingKind: grant
    ex:level: regional
    evidence: [2, 7]
"""


@pytest.fixture
def extended(tmp_path: Path) -> Path:
    for name, text in {
        "pressgraph.toml": '[project]\nbase = "https://data.example.org/"\n',
        "ontology/ex.ttl": ONTOLOGY,
        "shapes/ex.ttl": SHAPES,
        "data/news.yaml": FACTS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def pressgraph(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pressgraph", "--project", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_project_adds_classes_keys_and_vocabularies(extended: Path, profile: Profile) -> None:
    own = load_profile(open_project(extended))
    assert own.keys.keys() - profile.keys.keys() == {"sum", "fundingKind", "ex:level"}
    assert own.classes.keys() - profile.classes.keys() == {"Funding", "ex:Person"}
    assert own.schemes.keys() - profile.schemes.keys() == {"kind"}
    funding = own.classes["Funding"].uses
    assert funding["sum"].single
    assert not funding["fundingKind"].single
    assert "name" in funding, "what the superclass uses"


def test_a_projects_terms_take_no_short_name_from_a_shipped_one(extended: Path, profile: Profile) -> None:
    own = load_profile(open_project(extended))
    assert {name: own.keys[name].iri for name in profile.keys} == {key.name: key.iri for key in profile.keys.values()}
    assert {name: own.classes[name].iri for name in profile.classes} == {
        term.name: term.iri for term in profile.classes.values()
    }


def test_facts_of_a_projects_own_kind_are_converted(extended: Path) -> None:
    done = pressgraph(extended, "convert")
    assert (done.returncode, done.stderr) == (0, "")
    grant, ex = ox.NamedNode("https://data.example.org/id/thing/grant"), "https://example.org/ns#"
    found = {
        (quad.predicate.value, str(quad.object))
        for quad in ox.parse(done.stdout.encode(), format=ox.RdfFormat.N_QUADS)
        if quad.subject == grant
    }
    assert found == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{ex}Funding>"),
        (f"{SCHEMA}name", '"A grant"@en'),
        (f"{ex}sum", f'"500000"^^<{XSD}integer>'),
        (f"{ex}fundingKind", "<https://example.org/kind/grant>"),
        (f"{ex}level", '"regional"'),
    }


def test_facts_of_a_projects_own_kind_are_validated(extended: Path) -> None:
    done = pressgraph(extended, "validate")
    assert done.returncode == 0, done.stdout + done.stderr
    facts = extended / "data" / "news.yaml"
    facts.write_text(FACTS.replace("grant\n    ex", "grand\n    ex"), encoding="utf-8")
    done = pressgraph(extended, "validate")
    assert done.returncode == 1
    assert "data/news.yaml:15:18" in done.stdout + done.stderr
    assert "did you mean 'grant'?" in done.stdout + done.stderr


def test_the_schema_and_context_of_a_project_offer_its_own_keys(extended: Path) -> None:
    own = load_profile(open_project(extended))
    facts = yaml.load(FACTS, Loader=Loader)  # noqa: S506 - a safe loader
    assert refusals(own, facts) == []
    facts["facts"][1]["fundingKind"] = "gift"
    assert refusals(own, facts)
    schema = json.loads(pressgraph(extended, "profile", "schema").stdout)
    offered = schema["definitions"]["node"]["properties"]
    assert {"sum", "fundingKind", "ex:level"} <= offered.keys()
    context = json.loads(pressgraph(extended, "profile", "context").stdout)["@context"]
    assert context["sum"] == {"@id": "https://example.org/ns#sum", "@type": f"{XSD}integer"}


def test_a_projects_profile_may_replace_the_shipped_one(extended: Path) -> None:
    with (extended / "pressgraph.toml").open("a", encoding="utf-8") as file:
        file.write("[profile]\nreplace = true\n")
    own = load_profile(open_project(extended))
    # nothing shipped takes a name any more
    assert own.keys.keys() == {"sum", "fundingKind", "level"}
    assert own.classes.keys() == {"Funding", "Person"}
    assert own.schemes.keys() == {"kind"}


def test_a_profile_without_shipped_vocabularies_knows_how_sure_facts_are(tmp_path: Path) -> None:
    write_small_profile(tmp_path)
    (tmp_path / "data").mkdir()
    facts = tmp_path / "data" / "a.yaml"
    facts.write_text(
        "source: { id: document/a, type: NewsArticle, headline: { en: A } }\nfacts:\n"
        "  - { id: agent/a, type: Organization, name: { en: A } }\n"
        "  - { id: agent/a, alternateName: { en: B }, status: assumed }\n"
    )
    workspace = open_workspace(tmp_path)
    assert workspace.build().facts == 2
    statuses = {
        quad.object.value.rpartition("/")[2]
        for quad in workspace.dataset().store.quads_for_pattern(None, ox.NamedNode(f"{CLU}epistemicStatus"), None)
        if isinstance(quad.object, ox.NamedNode)
    }
    assert statuses == {"stated", "assumed"}
    facts.write_text(facts.read_text().replace("assumed", "derived"))
    refused = pressgraph(tmp_path, "validate")
    assert refused.returncode == 1
    assert "known: stated, normalised, implied, assumed" in refused.stderr + refused.stdout
    jsonschema.Draft7Validator.check_schema(json.loads(pressgraph(tmp_path, "profile", "schema").stdout))


def test_broken_turtle_of_a_project_is_one_line_that_says_where(extended: Path) -> None:
    (extended / "shapes" / "ex.ttl").write_text(SHAPES + "ex:broken\n", encoding="utf-8")
    done = pressgraph(extended, "convert")
    assert (done.returncode, done.stdout) == (2, "")
    assert "shapes/ex.ttl:16" in done.stderr
    assert "not valid Turtle" in done.stderr
    assert "Traceback" not in done.stderr


def test_each_file_of_the_profile_is_parsed_once_for_a_command(extended: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[bytes] = Counter()
    parse = ox.parse

    def counted(data: Any = None, *arguments: Any, **options: Any) -> Any:
        if isinstance(data, bytes):
            parsed[data] += 1
        return parse(data, *arguments, **options)

    # another test may have compiled the same files in this process
    compile_profile.cache_clear()
    monkeypatch.setattr(ox, "parse", counted)
    workspace = open_workspace(extended)
    workspace.build()
    assert workspace.validate().conforms
    assert workspace.validate_changed().conforms
    files = (*workspace.profile.ontology, *workspace.profile.shapes)
    assert {file.name: parsed[file.content] for file in files} == dict.fromkeys((file.name for file in files), 1)


# -- the project's own shapes, by themselves


OWN = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/shapes#> .
@prefix schema: <http://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Firm a sh:NodeShape ; sh:targetClass schema:Organization ; sh:property ex:Firm-slogan ;
  sh:property [ sh:path schema:name ; %s ] .
ex:Firm-slogan sh:path schema:slogan ; sh:datatype xsd:string ; sh:message "Say the slogan."@en .
"""


@pytest.mark.parametrize(
    ("constraint", "column", "message", "hint"),
    [
        ('sh:minCount "one"', 51, "'sh:minCount': it is not written as its datatype asks", "whole number"),
        ("sh:minCount 1 , 2", 55, "'sh:minCount': there are too many values", "whole number"),
        ('sh:class "Person"', 48, "'sh:class': it is not the kind of value that is asked for", "an IRI"),
        ("sh:nodeKind sh:Thing", 51, "'sh:nodeKind': the value is not one of those listed", "sh:IRIOrLiteral"),
        ('sh:in "a"', 45, "'sh:in': it does not meet what is asked of it", "a list in parentheses"),
        ('sh:severity "Warning"', 51, "'sh:severity': it is not the kind of value that is asked for", "sh:Warning"),
    ],
)
def test_shapes_are_checked_by_shapes_for_shapes(
    constraint: str, column: int, message: str, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "own.ttl").write_text(OWN % constraint, encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "profile", "check", "-f", "json"])
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["rule"], found["message"], result.exit_code) == ("ill-formed-shape", message, 1)
    assert found["place"] == {"file": "shapes/own.ttl", "line": 4, "column": column}
    assert hint in found["hint"]


def test_own_shapes_may_refer_to_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    shipped = "https://w3id.org/pressgraph/shapes#"
    refers = f"ex:Firm sh:node <{shipped}Named> ; sh:property <{shipped}Named-name-minCount> .\n"
    (tmp_path / "shapes" / "own.ttl").write_text(OWN % "sh:minCount 1" + refers, encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "profile", "check"])
    assert (result.exit_code, result.stdout) == (0, ""), result.stdout


def test_shipped_shapes_are_well_formed() -> None:
    """A project without shapes of its own is checked by the shipped ones."""
    result = CliRunner().invoke(main, ["--project", str(ROOT), "profile", "check"])
    assert (result.exit_code, result.stdout) == (0, ""), result.stdout


def test_well_formed_shapes_pass_and_what_has_no_effect_is_told(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    imports = (
        "<https://data.example.org/shapes> <http://www.w3.org/2002/07/owl#imports> <https://data.example.org/x> .\n"
    )
    (tmp_path / "shapes" / "own.ttl").write_text(OWN % "sh:minCount 1" + imports, encoding="utf-8")
    result = CliRunner().invoke(main, ["--project", str(tmp_path), "profile", "check", "--lang", "de"])
    assert result.exit_code == 0
    assert "Warnung: owl:imports <https://data.example.org/x> wird nicht gefolgt" in " ".join(result.stdout.split())
    assert "[import-not-followed]" in result.stdout
    assert result.output.count("owl:imports") == 1


# -- the project's own queries, by themselves


def test_queries_that_cannot_be_run_and_terms_that_there_are_not_are_told(tmp_path: Path) -> None:
    texts = {
        "derive/unsafe.rq": "# R\nCONSTRUCT { ?a clu:partner ?z }\nWHERE { ?a clu:partner ?b }",
        "derive/path.rq": "# R\nCONSTRUCT { ?a clu:partner ?b }\nWHERE {\n ?a clu:partner/clu:partner ?b }",
        "derive/typo.rq": "# R\nCONSTRUCT { ?a clu:partnr ?b }\nWHERE { ?a clu:partnr ?b ; a clu:Stannd }",
        "checks/own-violation.rq": "# A row\nSELECT ?thing { ?thing clu:state state:ended }",
        "cut.rq": "# What?\nSELECT ?a { ?a clu:partner",
        "fine.rq": (
            "# What?\nPREFIX own: <https://own.example/>\n"
            "SELECT ?a ?aLabel { ?a schema:eventStatus schema:EventCancelled ; own:any 'clu:nothing' ; rdfs:label ?l }"
        ),
        "terms.rq": "# What?\nSELECT ?a { ?a clu:state state:endd ;\n schema:nmae ?n, <https://schema.org/nmae> }",
        "sorted.rq": "# What?\nSELECT ?aLabel { ?a a clu:Stand } ORDER BY ?aLabel STRLEN(STR(?a))",
    }
    for name, text in texts.items():
        path = tmp_path / "queries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")

    def told() -> list[tuple[str, int, int, str, str]]:
        project = open_project(tmp_path)
        places = [(it, it.place) for it in check_queries(project, load_profile(project)) if it.place is not None]
        return sorted(
            (place.file.removeprefix("queries/"), place.line, place.column, it.messages["en"], str(it.hint or ""))
            for it, place in places
        )

    found = told()
    no_term = "its ontology has no term "
    assert [(*it[:3], it[4]) for it in found if it[3].startswith(no_term)] == [
        ("derive/typo.rq", 2, 16, "did you mean clu:partner?"),
        ("derive/typo.rq", 3, 30, "did you mean clu:Stand?"),
        ("terms.rq", 2, 26, "did you mean state:ended?"),
        ("terms.rq", 3, 2, "did you mean schema:name?"),
        ("terms.rq", 3, 18, "did you mean schema:name?"),
    ]
    wrong = {(name, line): (message, hint) for name, line, _, message, hint in found if not message.startswith(no_term)}
    assert wrong.pop(("derive/unsafe.rq", 2)) == ("nothing gives ?z a value", "")
    assert wrong.pop(("derive/path.rq", 4))[0] == "a rule has no property paths"
    assert wrong.pop(("checks/own-violation.rq", 1))[0].startswith("a check needs a message")
    assert wrong.pop(("cut.rq", 2))[0].startswith("not valid SPARQL 1.1")
    assert [name for name, _ in wrong] == ["sorted.rq"]
    # what each rule says by itself is right, and not in which order they go
    shutil.rmtree(tmp_path / "queries")
    rules = tmp_path / "queries" / "derive"
    rules.mkdir(parents=True)
    (rules / "one.rq").write_text("# R\n# @after two\nCONSTRUCT { ?a clu:partner ?b } WHERE { ?b clu:signatory ?a }")
    (rules / "two.rq").write_text(
        "# R\n# @after one\nCONSTRUCT { ?a clu:signatory ?b }\n"
        "WHERE { ?a clu:party ?b FILTER NOT EXISTS { ?a clu:partner ?b } }"
    )
    ((_, _, _, message, _),) = told()
    assert message == "its @after leads back to itself"


@pytest.mark.parametrize(("text", "needs"), [("rdf:langString", (True, False)), ("xsd:string", (False, True))])
def test_a_text_has_a_language_or_none_whatever_else_its_key_takes(text: str, needs: tuple[bool, bool]) -> None:
    key = compile_shapes(f"""
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        ex:S sh:targetClass ex:C ; sh:property [
            sh:path ex:a ; sh:or ( [ sh:datatype {text} ] [ sh:datatype xsd:date ] ) ] .
    """).keys["a"]
    assert (key.language_required, key.plain_required) == needs
