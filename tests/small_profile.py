"""A profile of two classes, for tests of what is done with facts of any kind: the shipped one is much larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ONTOLOGY = """
@prefix rdfs:   <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .

schema:NewsArticle a rdfs:Class ; rdfs:label "article"@en .
schema:Organization a rdfs:Class ; rdfs:label "organisation"@en .
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
"""


def write_small_profile(folder: Path) -> None:
    """Make a folder a project whose profile knows articles and organisations, and nothing else."""
    for name, text in (("ontology", _ONTOLOGY), ("shapes", _SHAPES)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "small.ttl").write_text(text, encoding="utf-8")
    (folder / "pressgraph.toml").write_text("[profile]\nreplace = true\n", encoding="utf-8")
