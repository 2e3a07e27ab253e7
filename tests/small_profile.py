"""A profile of four classes, for tests of what is done with facts of any kind: the shipped one is much larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ONTOLOGY = """
@prefix rdfs:   <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .

schema:NewsArticle a rdfs:Class ; rdfs:label "article"@en .
schema:Organization a rdfs:Class ; rdfs:label "organisation"@en .
schema:City a rdfs:Class ; rdfs:label "city"@en .
schema:Country a rdfs:Class ; rdfs:label "country"@en .
"""
_SHAPES = """
@prefix rdf:    <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <http://schema.org/> .
@prefix sh:     <http://www.w3.org/ns/shacl#> .
@prefix xsd:    <http://www.w3.org/2001/XMLSchema#> .

schema:NewsArticle-shape a sh:NodeShape ;
    sh:targetClass schema:NewsArticle ;
    sh:property [ sh:path schema:headline ; sh:datatype rdf:langString ; sh:minCount 1 ] ,
                [ sh:path schema:datePublished ; sh:datatype xsd:date ] ,
                [ sh:path schema:sourceOrganization ; sh:class schema:Organization ] .

schema:Organization-shape a sh:NodeShape ;
    sh:targetClass schema:Organization ;
    sh:property [ sh:path schema:name ; sh:datatype rdf:langString ; sh:minCount 1 ] ,
                [ sh:path schema:alternateName ; sh:datatype rdf:langString ] .

schema:City-shape a sh:NodeShape ;
    sh:targetClass schema:City ;
    sh:property [ sh:path schema:name ; sh:datatype rdf:langString ] ,
                [ sh:path schema:containedInPlace ; sh:class schema:Country ] .

schema:Country-shape a sh:NodeShape ;
    sh:targetClass schema:Country ;
    sh:property [ sh:path schema:name ; sh:datatype rdf:langString ] .
"""


def write_small_profile(folder: Path) -> None:
    """Make a folder a project whose profile knows articles, organisations and places, and nothing else."""
    for name, text in (("ontology", _ONTOLOGY), ("shapes", _SHAPES)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "small.ttl").write_text(text, encoding="utf-8")
    with (folder / "pressgraph.toml").open("a", encoding="utf-8") as file:
        file.write("[profile]\nreplace = true\n")
