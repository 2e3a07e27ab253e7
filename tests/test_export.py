"""Export: the same triples in every serialization, the same bytes every time, and no personal data unasked."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pyld
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner

import pressgraph
from pressgraph.cli import main
from pressgraph.dataset import SERIALIZATIONS, Serialization

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RDFLIB = {
    "turtle": "turtle",
    "jsonld": "json-ld",
    "ntriples": "nt",
    "nquads": "nquads",
    "trig": "trig",
    "rdfxml": "xml",
}
PERSONAL = ("Herzog", "7965106", "marketing@biosaxony")

every_serialization = pytest.mark.parametrize("form", SERIALIZATIONS, ids=lambda form: form.name)


def export_of(folder: Path, *arguments: str) -> bytes:
    result = CliRunner().invoke(main, ["--project", str(folder), "export", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def refused(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--project", str(folder), "export", *arguments])
    assert result.stdout == ""
    return result.exit_code, result.stderr


def triples(data: bytes, form: Serialization) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(data, format=form.ox_format)}


def rdflib_triples(data: bytes, form: str) -> set[tuple[rdflib.term.Node, ...]]:
    if form in {"nquads", "trig"}:
        return {quad[:3] for quad in rdflib_quads(data, form)}
    return set(rdflib.Graph().parse(data=data, format=RDFLIB[form]))


def rdflib_quads(data: bytes, form: str) -> set[tuple[Any, ...]]:
    return set(rdflib.Dataset().parse(data=data, format=RDFLIB[form]).quads())


def no_network(url: str, _options: Any = None) -> Any:
    raise AssertionError(f"{url} was fetched")


def pyld_quads(data: bytes) -> set[ox.Quad]:
    """Read JSON-LD with the W3C's reference processor for Python."""
    options = {"format": "application/n-quads", "documentLoader": no_network}
    return set(ox.parse(pyld.jsonld.to_rdf(json.loads(data), options), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def turtle(built: Path) -> bytes:
    return export_of(built)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Build facts whose texts are tagged in one place and plain in another."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mixed.yaml").write_text("""
source: { id: document/mixed, type: NewsArticle, headline: { en: Mixed }, datePublished: 2026-01-01 }
facts:
  - { id: agent/a, type: Organization, name: Küste }
  - { id: agent/a, name: { de: [Küste, "Küste e. V."], en: Coast } }
  - { id: agent/b, type: Organization, name: [one, two], alternateName: { de: "Zeile 1\\nZeile \\"2\\"" } }
""")
    pressgraph.open(tmp_path).build()
    return tmp_path


# -- serializations


@every_serialization
def test_serialization_is_deterministic(built: Path, form: Serialization) -> None:
    assert export_of(built, "-f", form.name) == export_of(built, "-f", form.name)


@every_serialization
def test_serialization_is_the_same_from_another_build(
    built: Path, tmp_path: Path, form: Serialization, founding_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(founding_path, tmp_path / "data")
    pressgraph.open(tmp_path).build()
    assert export_of(built, "-f", form.name) == export_of(tmp_path, "-f", form.name)


@every_serialization
def test_serialization_holds_the_same_triples(built: Path, turtle: bytes, form: Serialization) -> None:
    data = export_of(built, "-f", form.name)
    assert triples(data, form) == triples(turtle, SERIALIZATIONS[0])
    assert rdflib_triples(data, form.name) == rdflib_triples(turtle, "turtle")


@every_serialization
def test_serialization_holds_mixed_texts(mixed: Path, form: Serialization) -> None:
    names = {
        quad.object
        for quad in ox.parse(export_of(mixed, "-f", form.name), format=form.ox_format)
        if quad.predicate.value == "http://schema.org/name"
    }
    assert names == {
        ox.Literal("Küste"),
        ox.Literal("Küste", language="de"),
        ox.Literal("Küste e. V.", language="de"),
        ox.Literal("Coast", language="en"),
        ox.Literal("one"),
        ox.Literal("two"),
    }


@every_serialization
@pytest.mark.parametrize("arguments", [[], ["--about", "agent/biosaxony"]], ids=["all", "about"])
def test_schema_org_is_never_https(built: Path, form: Serialization, arguments: list[str]) -> None:
    data = export_of(built, "-f", form.name, *arguments)
    assert b"https://schema.org" not in data
    assert b"http://schema.org/" in data


@every_serialization
def test_output_ends_with_a_newline(built: Path, form: Serialization) -> None:
    assert export_of(built, "-f", form.name).endswith(b"\n")


@every_serialization
def test_suffix_of_the_output_chooses_the_format(built: Path, tmp_path: Path, form: Serialization) -> None:
    path = tmp_path / f"graph{form.suffix}"
    assert export_of(built, "-o", str(path)) == b""
    assert path.read_bytes() == export_of(built, "-f", form.name)


@pytest.mark.parametrize("form", ["trig", "nquads"])
def test_named_graphs_are_facts(built: Path, form: str) -> None:
    data = export_of(built, "-f", form)
    graphs = {str(quad[3]) for quad in rdflib_quads(data, form)}
    assert len(graphs) > 100
    base = "https://w3id.org/pressgraph/id/"
    assert all(graph.startswith((f"{base}fact/", f"{base}derived/")) for graph in graphs)
    data = export_of(built, "-f", form, "--no-derived")
    assert all(str(quad[3]).startswith(f"{base}fact/") for quad in rdflib_quads(data, form))


def test_nothing_published_is_a_blank_node(built: Path) -> None:
    assert b"_:" not in export_of(built, "-f", "nquads", "--with-evidence")


def test_prefixes_are_sorted(turtle: bytes) -> None:
    prefixes = [line.split()[1] for line in turtle.decode().splitlines() if line.startswith("@prefix")]
    assert prefixes == sorted(prefixes)


def test_every_prefix_of_the_turtle_is_used(turtle: bytes) -> None:
    text = turtle.decode()
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@prefix"))
    for line in text.splitlines():
        if line.startswith("@prefix"):
            prefix = line.split()[1]
            assert prefix == "rdf:" or prefix in body


def test_vocabularies_and_ontology_are_not_exported(turtle: bytes) -> None:
    assert b"skos:" not in turtle
    assert b"owl:" not in turtle


def test_unknown_format_has_a_hint(built: Path) -> None:
    status, said = refused(built, "-f", "turtel")
    assert status == 2
    assert "did you mean 'turtle'?" in said


# -- JSON-LD


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--about", "agent/biosaxony"],
        ["--about", "label/biosaxony-ecei-silver-1", "--depth", "all"],
        ["--about", "lvl:silver", "--depth", "1"],
        ["--about", "document/biosaxony-silver-label", "--depth", "1"],
    ],
    ids=" ".join,
)
def test_json_ld_gives_the_triples_of_the_turtle(built: Path, arguments: list[str]) -> None:
    turtle = export_of(built, "-f", "turtle", *arguments)
    data = export_of(built, "-f", "jsonld", *arguments)
    assert {quad.triple for quad in pyld_quads(data)} == triples(turtle, SERIALIZATIONS[0])
    assert rdflib_triples(data, "jsonld") == rdflib_triples(turtle, "turtle")


def test_json_ld_of_mixed_texts_gives_the_triples_of_the_turtle(mixed: Path) -> None:
    data, turtle = export_of(mixed, "-f", "jsonld"), export_of(mixed)
    assert {quad.triple for quad in pyld_quads(data)} == triples(turtle, SERIALIZATIONS[0])
    assert rdflib_triples(data, "jsonld") == rdflib_triples(turtle, "turtle")


@pytest.mark.parametrize("arguments", [[], ["--about", "agent/biosaxony"]], ids=["all", "about"])
def test_json_ld_with_evidence_gives_the_quads_of_the_trig(built: Path, arguments: list[str]) -> None:
    trig = export_of(built, "--with-evidence", *arguments)
    data = export_of(built, "--with-evidence", "-f", "jsonld", *arguments)
    assert pyld_quads(data) == set(ox.parse(trig, format=ox.RdfFormat.TRIG))
    assert rdflib_quads(data, "jsonld") == rdflib_quads(trig, "trig")


def test_json_ld_with_evidence_keeps_the_receipts_of_facts_without_spans(mixed: Path) -> None:
    trig = export_of(mixed, "--with-evidence")
    assert b"wasDerivedFrom" in trig
    assert b"oa:start" not in trig
    assert pyld_quads(export_of(mixed, "--with-evidence", "-f", "jsonld")) == set(
        ox.parse(trig, format=ox.RdfFormat.TRIG)
    )


def test_json_ld_about_a_thing_is_nested_from_it(built: Path) -> None:
    document = json.loads(export_of(built, "-f", "jsonld", "--about", "agent/biosaxony"))
    root = document if "@graph" not in document else document["@graph"][0]
    assert root["id"] == "agent/biosaxony"
    assert root["areaServed"]["name"] == {"en": "Saxony"}
    # a thing stands where it is met first; elsewhere it is named
    assert root["holdsLabel"] == ["label/biosaxony-ecei-bronze-1", "label/biosaxony-ecei-silver-1"]
    certificates = {it if isinstance(it, str) else it["id"] for it in root["hasCertification"]}
    assert certificates == {"label/biosaxony-ecei-bronze-1", "label/biosaxony-ecei-silver-1"}
    assert [it["level"] for it in root["hasCertification"] if isinstance(it, dict)] != []


def test_json_ld_context_is_cut_down_to_what_is_used(built: Path) -> None:
    context = json.loads(export_of(built, "-f", "jsonld", "--about", "place/saxony"))["@context"]
    assert "areaServed" not in context
    assert "containedInPlace" in context


# -- about


def test_depth_says_how_far_links_are_followed(built: Path) -> None:
    def about(depth: str) -> set[str]:
        data = export_of(built, "-f", "nt", "--about", "agent/biosaxony", "--depth", depth)
        return {
            triple.subject.value
            for triple in triples(data, SERIALIZATIONS[2])
            if not isinstance(triple.subject, ox.Triple)
        }

    base = "https://w3id.org/pressgraph/id/"
    assert about("0") == {f"{base}agent/biosaxony"}
    assert f"{base}place/saxony" in about("1")
    assert f"{base}place/germany" not in about("1")
    assert f"{base}place/germany" in about("2")
    assert about("0") < about("1") < about("2") <= about("all")


def test_default_depth_is_two(built: Path) -> None:
    about = ["--about", "agent/biosaxony"]
    assert export_of(built, *about) == export_of(built, *about, "--depth", "2")


@pytest.mark.parametrize("depth", ["-1", "two", "²", ""])
def test_depth_that_is_no_number_is_refused(built: Path, depth: str) -> None:
    status, said = refused(built, "--about", "agent/biosaxony", "--depth", depth)
    assert status == 2
    assert "a number of links, or 'all'" in said


@pytest.mark.parametrize(
    "name", ["agent/biosaxony", "agent:biosaxony", "https://w3id.org/pressgraph/id/agent/biosaxony"]
)
def test_about_takes_an_id_a_curie_or_an_iri(built: Path, name: str) -> None:
    assert export_of(built, "--about", name) == export_of(built, "--about", "agent/biosaxony")


def test_unknown_id_has_a_hint(built: Path) -> None:
    status, said = refused(built, "--about", "agent/biosaxonia")
    assert status == 1
    assert "no fact describes 'agent/biosaxonia'" in said
    assert "did you mean 'agent/biosaxony'?" in said


@pytest.mark.parametrize("name", ["<>", "no id", "agent/ö x", "", "nothing/like-this-at-all", "x:y"])
def test_nonsense_is_no_id(built: Path, name: str) -> None:
    status, said = refused(built, "--about", name)
    assert status == 1
    assert "unexpected" not in said


@pytest.mark.parametrize("form", ["turtle", "ntriples", "rdfxml"])
def test_evidence_needs_named_graphs(built: Path, form: str) -> None:
    status, said = refused(built, "--with-evidence", "-f", form)
    assert status == 2
    assert "trig" in said


def test_evidence_says_source_characters_and_status(built: Path) -> None:
    trig = export_of(built, "--with-evidence", "--about", "label/biosaxony-ecei-silver-1", "--depth", "0").decode()
    for part in ("wasDerivedFrom", "oa:start", "oa:end", "epistemicStatus", "sha256"):
        assert part in trig


# -- personal data


def no_personal_data_in(text: str) -> None:
    assert [word for word in PERSONAL if word in text] == []
    assert "personalData" not in text


@every_serialization
@pytest.mark.parametrize("arguments", [[], ["--about", "agent/biosaxony", "--depth", "all"]], ids=["all", "about"])
def test_personal_data_is_withheld(built: Path, form: Serialization, arguments: list[str]) -> None:
    no_personal_data_in(export_of(built, "-f", form.name, *arguments).decode())


@pytest.mark.parametrize("form", [form.name for form in SERIALIZATIONS if form.keeps_graphs])
@pytest.mark.parametrize("arguments", [[], ["--about", "agent/biosaxony", "--depth", "all"]], ids=["all", "about"])
def test_personal_data_is_withheld_from_receipts(built: Path, form: str, arguments: list[str]) -> None:
    no_personal_data_in(export_of(built, "--with-evidence", "-f", form, *arguments).decode())


def test_receipts_of_withheld_facts_are_withheld(built: Path) -> None:
    workspace = pressgraph.open(built)
    personal = {str(row["g"]) for row in workspace.query("SELECT ?g { ?g clu:personalData true }")}
    assert len(personal) > 2
    text = export_of(built, "--with-evidence", "-f", "nquads").decode()
    assert [graph for graph in personal if graph in text] == []


@pytest.mark.parametrize("name", ["agent/thekla-herzog", "thing/biosaxony-contact"])
def test_about_a_contact_is_refused(built: Path, name: str) -> None:
    status, said = refused(built, "--about", name)
    assert status == 1
    assert "personal data" in said
    assert "personal_data = true" in said


def test_about_a_contact_does_not_offer_other_contacts(built: Path) -> None:
    _, said = refused(built, "--about", "agent/thekla-herzo")
    assert "thekla-herzog'" not in said


def test_withheld_facts_are_counted(built: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--project", str(built), "export", "-o", str(tmp_path / "graph.ttl")])
    assert "withheld" in result.stderr
    assert "with personal data" in result.stderr


def test_personal_data_is_included_where_the_config_says_so(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    shutil.copytree(built, folder)
    (folder / "pressgraph.toml").write_text("[publish]\npersonal_data = true\n")
    text = export_of(folder, "-f", "nquads", "--with-evidence").decode()
    assert all(word in text for word in PERSONAL)
    assert b"Herzog" in export_of(folder, "--about", "agent/thekla-herzog")


# -- golden files


def test_turtle_of_the_founding_release_is_golden(turtle: bytes, golden: Callable[[str, bytes], None]) -> None:
    golden("founding.ttl", turtle)


def test_json_ld_about_biosaxony_is_golden(built: Path, golden: Callable[[str, bytes], None]) -> None:
    golden("agent-biosaxony.jsonld", export_of(built, "-f", "jsonld", "--about", "agent/biosaxony"))


# -- what is said of the dataset as a whole

PUBLISHED = """
[publish]
licence = "CC-BY-4.0"
publisher = "agent/x"
contact = "mailto:data@example.org"
title = "Cluster an der Küste"
description = "Was Meldungen sagen."
"""
SAID = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<https://data.example.org/#dataset> a dcat:Dataset ; dcterms:title "Cluster an der Küste"@de ;
    dcterms:description "Was Meldungen sagen."@de ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    dcterms:publisher <https://data.example.org/id/agent/x> ;
    dcat:contactPoint <https://data.example.org/#contact> .
<https://data.example.org/#contact> a vcard:Kind ; vcard:hasEmail <mailto:data@example.org> .
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("described")
    settings = f'[project]\nbase = "https://data.example.org/"\nlanguage = "de"\n{PUBLISHED}'
    (folder / "pressgraph.toml").write_text(settings, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "a.yaml").write_text(
        "source: { id: document/a, type: NewsArticle, headline: { de: A }, datePublished: 2026-01-01 }\n"
        "facts:\n  - { id: agent/x, type: Organization, name: X }\n",
        encoding="utf-8",
    )
    pressgraph.open(folder).build()
    return folder


@pytest.mark.parametrize("form", SERIALIZATIONS, ids=lambda it: it.name)
def test_each_dataset_written_says_its_licence_and_publisher(described: Path, form: Serialization) -> None:
    said = set(ox.parse(SAID, format=ox.RdfFormat.TURTLE))
    written = triples(export_of(described, "-f", form.name), form)
    assert {quad.triple for quad in said} <= written
    converted = CliRunner().invoke(main, ["--project", str(described), "convert", "-f", form.name]).stdout_bytes
    assert {quad.triple for quad in said} <= triples(converted, form)
    # so does a part of it: who has that alone must know under which terms
    for part in (["--about", "agent/x"], ["--no-derived"]):
        assert {quad.triple for quad in said} <= triples(export_of(described, "-f", form.name, *part), form)


def test_the_description_of_the_dataset_has_a_graph_of_its_own(described: Path) -> None:
    graphs = {
        quad.graph_name.value
        for quad in ox.parse(export_of(described, "-f", "nquads"), format=ox.RdfFormat.N_QUADS)
        if isinstance(quad.graph_name, ox.NamedNode) and "#" in str(quad.subject)
    }
    assert graphs == {"https://data.example.org/#dataset"}


def test_of_a_dataset_without_a_licence_nothing_is_said(turtle: bytes) -> None:
    assert b"#dataset" not in turtle
    assert b"dcat#" not in turtle
