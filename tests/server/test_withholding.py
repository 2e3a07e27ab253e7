"""What is withheld from serving, and what that must not take along."""

from __future__ import annotations

import pyoxigraph as ox

from pressgraph.dataset import GraphNames, union
from pressgraph.dataset.published import withhold
from pressgraph.dataset.withholding import Rules

CLU = "https://w3id.org/pressgraph/cluster#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OA = "http://www.w3.org/ns/oa#"
DATA = f"""
<http://e.org/a> <http://schema.org/name> "A" <http://e.org/fact/public> .
<http://e.org/a> <http://schema.org/email> "a@e.org" <http://e.org/fact/private> .
<http://e.org/fact/public> <{CLU}evidence> <http://e.org/ev> <http://e.org/provenance> .
<http://e.org/fact/private> <{CLU}evidence> <http://e.org/ev> <http://e.org/provenance> .
<http://e.org/fact/private> <{CLU}evidence> <http://e.org/own> <http://e.org/provenance> .
<http://e.org/fact/private> <{CLU}personalData> "true"^^<{XSD}boolean> <http://e.org/provenance> .
<http://e.org/ev> <{OA}hasSource> <http://e.org/document> <http://e.org/provenance> .
<http://e.org/own> <{OA}hasSource> <http://e.org/document> <http://e.org/provenance> .
"""


def test_evidence_shared_with_a_public_fact_stays() -> None:
    store = ox.Store()
    union.load(store, [DATA.encode()])
    taken, touched = withhold(store, Rules(), lambda _name: True, GraphNames(id_base="http://e.org/"))
    assert taken.graphs == touched.graphs
    assert {it.value for it in taken.graphs} == {"http://e.org/fact/private", "http://e.org/provenance"}
    left = {str(quad.triple) for quad in store}
    assert f"<http://e.org/ev> <{OA}hasSource> <http://e.org/document>" in left
    assert not [triple for triple in left if "a@e.org" in triple or "/own>" in triple or "private" in triple]
