"""The ontology: consistent under OWL 2 RL with the founding release, labelled, defined, described, and clean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import owlrl
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Namespace, URIRef

import pressgraph

if TYPE_CHECKING:
    from rdflib.term import Node

    from pressgraph.profile import Profile

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = URIRef("https://w3id.org/pressgraph/cluster")
CLU = "https://w3id.org/pressgraph/cluster#"
VOCABULARIES = "https://w3id.org/pressgraph/vocab/"
VANN = Namespace("http://purl.org/vocab/vann/")
ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def cluster() -> Graph:
    return Graph().parse(ROOT / "ontology" / "cluster.ttl")


def own_terms(graph: Graph) -> list[URIRef]:
    return sorted({term for term in graph.subjects() if isinstance(term, URIRef) and term.startswith(CLU)})


def inconsistencies(graph: Graph) -> list[str]:
    # its own datatypes would stay in rdflib, for the tests that come after
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, improved_datatypes=False).expand(graph)
    messages: list[str] = []
    for error in graph.subjects(RDF.type, URIRef(f"{ERRORS}ErrorMessage")):
        messages.extend(str(text) for text in graph.objects(error, URIRef(f"{ERRORS}error")))
    return messages


def founding_graph(built: Path, ontology: Graph) -> Graph:
    graph = Graph()
    graph += ontology
    workspace = pressgraph.open(built)
    return graph.parse(data=workspace.export("ntriples"), format="nt")


def test_ontology_and_founding_release_are_consistent(built: Path, ontology: Graph) -> None:
    assert inconsistencies(founding_graph(built, ontology)) == []


def test_inconsistency_would_be_found(built: Path, ontology: Graph) -> None:
    graph = founding_graph(built, ontology)
    disjoint = next((one, other) for one, other in graph.subject_objects(OWL.disjointWith) if isinstance(other, URIRef))
    for name in disjoint:
        graph.add((URIRef("https://data.example.org/both"), RDF.type, name))
    assert inconsistencies(graph)


def languages(graph: Graph, term: Node, predicate: URIRef) -> set[str | None]:
    return {text.language for text in graph.objects(term, predicate) if isinstance(text, Literal)}


def test_every_term_is_labelled_and_defined_in_english_and_german(cluster: Graph) -> None:
    terms = own_terms(cluster)
    assert len(terms) > 20
    for term in terms:
        assert languages(cluster, term, RDFS.label) >= {"en", "de"}, term
        assert languages(cluster, term, SKOS.definition) >= {"en", "de"}, term


def test_every_concept_is_labelled_and_defined_in_english_and_german(ontology: Graph) -> None:
    concepts = [term for term in ontology.subjects(RDF.type, SKOS.Concept) if str(term).startswith(VOCABULARIES)]
    assert len(concepts) > 50
    for concept in concepts:
        assert languages(ontology, concept, SKOS.prefLabel) >= {"en", "de"}, concept
        assert languages(ontology, concept, SKOS.definition) >= {"en", "de"}, concept
        for language in ("en", "de"):
            labels = [
                o
                for o in ontology.objects(concept, SKOS.prefLabel)
                if isinstance(o, Literal) and o.language == language
            ]
            assert len(labels) == 1, concept


def test_every_concept_is_in_a_scheme_that_is_described(ontology: Graph) -> None:
    for concept in ontology.subjects(RDF.type, SKOS.Concept):
        for scheme in ontology.objects(concept, SKOS.inScheme):
            assert (scheme, RDF.type, SKOS.ConceptScheme) in ontology
    for scheme in ontology.subjects(RDF.type, SKOS.ConceptScheme):
        assert languages(ontology, scheme, RDFS.label) | languages(ontology, scheme, SKOS.prefLabel) >= {"en", "de"}
        assert any(ontology.subjects(SKOS.inScheme, scheme)), scheme


def test_every_term_is_a_class_or_a_property(cluster: Graph) -> None:
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    for term in own_terms(cluster):
        assert set(cluster.objects(term, RDF.type)) & kinds, term
        assert (term, RDFS.isDefinedBy, ONTOLOGY) in cluster, term


def test_domains_and_ranges_are_single_classes(ontology: Graph) -> None:
    for predicate in (RDFS.domain, RDFS.range):
        for term, value in ontology.subject_objects(predicate):
            assert isinstance(value, URIRef), term
            assert len(set(ontology.objects(term, predicate))) == 1, term
    assert not list(ontology.subject_objects(OWL.unionOf))


def test_ontology_is_described_as_fair_practice_asks(cluster: Graph) -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in cluster
    needed = [
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.creator,
        DCTERMS.created,
        DCTERMS.license,
        OWL.versionIRI,
        OWL.versionInfo,
        VANN.preferredNamespacePrefix,
        VANN.preferredNamespaceUri,
    ]
    assert [str(it) for it in needed if (ONTOLOGY, it, None) not in cluster] == []
    assert languages(cluster, ONTOLOGY, DCTERMS.title) >= {"en", "de"}
    assert str(cluster.value(ONTOLOGY, VANN.preferredNamespaceUri)) == CLU


def test_version_has_an_iri_of_its_own(cluster: Graph) -> None:
    version = cluster.value(ONTOLOGY, OWL.versionIRI)
    assert isinstance(version, URIRef)
    assert version != ONTOLOGY
    assert str(cluster.value(ONTOLOGY, OWL.versionInfo)) in version


def test_nothing_is_a_blank_node(ontology: Graph) -> None:
    assert [triple for triple in ontology if any(isinstance(term, BNode) for term in triple)] == []


def test_no_iri_holds_a_date(ontology: Graph) -> None:
    ours = {str(t) for triple in ontology for t in triple if isinstance(t, URIRef) and "w3id.org/pressgraph" in t}
    assert [iri for iri in ours if re.search(r"(19|20)\d\d-\d\d", iri)] == []


# Where https://schema.org stands to be recognised and refused, it may stand.
RECOGNISES = {
    "src/pressgraph/query/terms.py",
    # web pages state schema.org's context in https, as its consumers document
    "src/pressgraph/embed/__init__.py",
    "src/pressgraph/embed/data.py",
    # what people are told to write there; and where the terms come from
    "src/pressgraph/dataset/json_ld.py",
    "src/pressgraph/dataset/schema_org.json",
}


def sources() -> list[Path]:
    return sorted(
        path
        for folder in ("src", "ontology", "shapes", "queries", "data")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".ttl", ".rq", ".yaml", ".json", ".jsonld", ".toml", ".typed"}
    )


def test_schema_org_is_http_everywhere() -> None:
    named = {path.relative_to(ROOT).as_posix() for path in sources() if b"https://schema.org" in path.read_bytes()}
    assert named - RECOGNISES == set()


def test_namespace_of_rdflib_for_schema_org_is_not_used() -> None:
    for path in sources():
        if path.suffix == ".py":
            assert not re.search(r"\bSDO\b", path.read_text(encoding="utf-8")), path


def test_nothing_shipped_names_an_id_of_a_project() -> None:
    for folder in ("ontology", "shapes"):
        for path in (ROOT / folder).rglob("*.ttl"):
            named = set(re.findall(r"<https://w3id\.org/pressgraph/id/[^>]*>", path.read_text(encoding="utf-8")))
            assert named == set(), path


def test_reference_data_is_named_licensed_and_within_its_own_space(ontology: Graph) -> None:
    names = URIRef("http://schema.org/name")
    things = {it for it in ontology.subjects(names) if "w3id.org/pressgraph/ref/" in str(it)}
    assert len(things) > 15
    for thing in things:
        assert languages(ontology, thing, names) >= {"en", "de"}, thing
        assert (thing, DCTERMS.license, None) in ontology, thing
    used = {o for o in ontology.objects() if isinstance(o, URIRef) and "w3id.org/pressgraph/ref/" in o}
    assert used - set(ontology.objects(None, OWL.versionIRI)) <= things


def test_former_keys_and_what_they_are_called_now(profile: Profile) -> None:
    assert profile.former_keys == {
        "wasAttributedTo": "saidBy",
        "spatial": "within",
        "classification": "legalForm",
        "certificationIdentification": "certificateNumber",
    }


# -- pitfalls of ontologies, and what OWL 2 DL asks

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
HIERARCHIES = (RDFS.subClassOf, RDFS.subPropertyOf)


def declared(graph: Graph) -> dict[Node, set[Node]]:
    found: dict[Node, set[Node]] = {}
    for kind in KINDS:
        for term in graph.subjects(RDF.type, kind):
            found.setdefault(term, set()).add(kind)
    return found


def test_a_term_is_of_one_kind(ontology: Graph) -> None:
    assert {term: kinds for term, kinds in declared(ontology).items() if len(kinds) > 1} == {}


def test_every_property_that_the_ontology_states_is_declared(ontology: Graph) -> None:
    known = declared(ontology)
    built_in = (str(RDF), str(RDFS), str(OWL))
    assert {p for p in ontology.predicates() if p not in known and not str(p).startswith(built_in)} == set()


def test_hierarchies_stay_within_a_kind_and_have_no_circles(ontology: Graph) -> None:
    known = declared(ontology)
    for predicate in HIERARCHIES:
        for below, above in ontology.subject_objects(predicate):
            assert known.get(below) == known.get(above), (below, above)
            assert below not in set(ontology.transitive_objects(above, predicate)), (below, above)


def test_inverses_are_two_object_properties(ontology: Graph) -> None:
    known = declared(ontology)
    for one, other in ontology.subject_objects(OWL.inverseOf):
        assert known[one] == known[other] == {OWL.ObjectProperty}
        assert one != other


def test_domains_that_conclude_name_classes_of_our_own(ontology: Graph) -> None:
    """What others may use with more classes says where it is used without concluding it (schema:domainIncludes)."""
    for term, domain in ontology.subject_objects(RDFS.domain):
        assert str(term).startswith(CLU), term
        assert (domain, RDF.type, OWL.Class) in ontology, term


def test_every_vocabulary_says_who_made_it_under_which_licence(ontology: Graph) -> None:
    documents = {*ontology.subjects(RDF.type, SKOS.ConceptScheme), *ontology.subjects(RDF.type, OWL.Ontology)}
    ours = [it for it in documents if "w3id.org/pressgraph" in str(it)]
    assert len(ours) > 25
    needed = [DCTERMS.title, DCTERMS.creator, DCTERMS.publisher, DCTERMS.created, DCTERMS.license, OWL.versionInfo]
    assert {(it, p) for it in ours for p in needed if (it, p, None) not in ontology} == set()
    (pressgraph_itself,) = {o for it in ours for o in ontology.objects(it, DCTERMS.creator)}
    assert languages(ontology, pressgraph_itself, URIRef("http://schema.org/name")) >= {"en", "de"}


def test_levels_outcomes_statuses_and_states_are_apart(ontology: Graph) -> None:
    for name in ("label-level", "outcome", "epistemic-status", "state"):
        terms = list(ontology.subjects(SKOS.inScheme, URIRef(VOCABULARIES + name)))
        assert len(terms) > 2
        for one in terms:
            for other in terms:
                apart = {(one, OWL.differentFrom, other), (other, OWL.differentFrom, one)}
                assert one == other or any(triple in ontology for triple in apart), (one, other)


def test_german_names_of_roles_are_those_of_offices_or_of_both_sexes(ontology: Graph) -> None:
    for role in ontology.subjects(SKOS.inScheme, URIRef(f"{VOCABULARIES}role")):
        names = {str(it) for it in ontology.objects(role, SKOS.prefLabel) if getattr(it, "language", "") == "de"}
        others = {str(it) for it in ontology.objects(role, SKOS.altLabel) if getattr(it, "language", "") == "de"}
        forms = others | names
        for name in names:
            # of a woman and of a man alike: neither form alone
            assert f"{name}in" not in forms, name
            assert name.removesuffix("in") == name or name.removesuffix("in") not in forms, name
        english = next(str(it) for it in ontology.objects(role, SKOS.prefLabel) if getattr(it, "language", "") == "en")
        assert english == english.lower()


def test_a_project_with_its_own_base_takes_the_founding_facts_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for path in (ROOT / "data" / "releases").glob("*.yaml"):
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    workspace = pressgraph.open(tmp_path)
    report = workspace.validate()
    assert (report.conforms, report.results) == (True, ())
    assert workspace.build().facts == 124
