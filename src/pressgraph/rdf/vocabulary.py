"""The namespaces that code names."""

from __future__ import annotations

CLU = "https://w3id.org/pressgraph/cluster#"
PG = "https://w3id.org/pressgraph/profile#"
DCTERMS = "http://purl.org/dc/terms/"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
"""The datatype of dates in the Extended Date/Time Format; not a namespace."""
OA = "http://www.w3.org/ns/oa#"
OWL = "http://www.w3.org/2002/07/owl#"
ORG = "http://www.w3.org/ns/org#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "http://schema.org/"
SD = "http://www.w3.org/ns/sparql-service-description#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TIME = "http://www.w3.org/2006/time#"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"

RDF_TYPE = f"{RDF}type"
RELEASE = f"{SCHEMA}NewsArticle"
"""The class of releases: what is counted, listed and told of as such. A study that one names is none."""
XSD_STRING = f"{XSD}string"

LABELS = (f"{CLU}AwardedLabel", f"{SCHEMA}Certification")
"""The classes of labels that somebody holds."""

STATUSES = ("stated", "normalised", "implied", "assumed")
"""How sure a fact is, surest first; what follows from several is as sure as the least sure of them."""
STATUS_BASE = "https://w3id.org/pressgraph/vocab/epistemic-status/"
"""What the IRIs of statuses begin with, whatever the profile of a project describes."""
