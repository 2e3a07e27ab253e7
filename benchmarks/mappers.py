"""Convert the benchmark's table with maplib or morph-kgc, in an environment that has them.

    python benchmarks/mappers.py maplib table.parquet facts.nt
    python benchmarks/mappers.py morph-kgc table.parquet facts.nt

`benchmarks/convert.py` makes the environment and the table, whose IRIs are written out: what the peers need not do.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SCHEMA = "http://schema.org/"
ORG = "http://www.w3.org/ns/org#"
CLU = "https://w3id.org/pressgraph/cluster#"
XSD = "http://www.w3.org/2001/XMLSchema#"

CLASSES = (f"{SCHEMA}Organization", f"{ORG}FormalOrganization", f"{CLU}ClusterOrganisation")
# column, predicate, language
TEXTS = (
    ("name_de", f"{SCHEMA}name", "de"),
    ("name_en", f"{SCHEMA}name", "en"),
    ("legal_name_de", f"{SCHEMA}legalName", "de"),
)
REGION_TEXTS = (("region_de", f"{SCHEMA}name", "de"), ("region_en", f"{SCHEMA}name", "en"))
LINKS = (
    ("legal_form", f"{CLU}legalForm"),
    ("sector_1", f"{CLU}sector"),
    ("sector_2", f"{CLU}sector"),
    ("region", f"{SCHEMA}areaServed"),
    ("url", f"{SCHEMA}url"),
    ("logo", f"{SCHEMA}logo"),
)
DATE = ("founding_date", f"{SCHEMA}foundingDate")
AREA = f"{SCHEMA}AdministrativeArea"


def by_maplib(table: Path, output: Path) -> None:
    """Map the table by one template."""
    import maplib
    import polars as pl

    texts = [column for column, *_ in (*TEXTS, *REGION_TEXTS)]
    links = [column for column, _ in LINKS]
    triples = [
        *(f"ottr:Triple(?id, <{RDF}type>, <{iri}>)" for iri in CLASSES),
        *(f"ottr:Triple(?id, <{predicate}>, ?{column})" for column, predicate in (*LINKS, DATE)),
        *(f"ottr:Triple(?id, <{predicate}>, ?{column})" for column, predicate, _ in TEXTS),
        f"ottr:Triple(?region, <{RDF}type>, <{AREA}>)",
        *(f"ottr:Triple(?region, <{predicate}>, ?{column})" for column, predicate, _ in REGION_TEXTS),
    ]
    parameters = [
        *(f"ottr:IRI ?{column}" for column in ("id", *links)),
        *(f"<{RDF}langString> ?{column}" for column in texts),
        f"<{XSD}date> ?{DATE[0]}",
    ]
    model = maplib.Model()
    model.add_template(f"<urn:bench:Fact> [{', '.join(parameters)}] :: {{ {', '.join(triples)} }} .")
    tagged = [
        pl.struct(pl.col(column).alias(f"<{RDF}langString>"), pl.lit(language).alias("l")).alias(column)
        for column, _, language in (*TEXTS, *REGION_TEXTS)
    ]
    frame = pl.read_parquet(table).with_columns(*tagged, pl.col(DATE[0]).str.to_date())
    types = dict.fromkeys(("id", *links), maplib.RDFType.IRI)
    types |= {column: maplib.RDFType.Literal(f"{RDF}langString") for column in texts}
    types[DATE[0]] = maplib.RDFType.Literal(f"{XSD}date")
    model.map("urn:bench:Fact", maplib.SolutionMappings(frame, types))
    model.write(str(output), format="ntriples")


def by_morph_kgc(table: Path, output: Path) -> None:
    """Map the table by RML, with morph-kgc's own settings: as many processes as it likes."""

    def about(name: str, subject: str, classes: tuple[str, ...], objects: list[str]) -> str:
        said = "".join(f" rr:predicateObjectMap [ {one} ] ;" for one in objects)
        types = "".join(f" rr:class <{iri}> ;" for iri in classes)
        return (
            f'<#{name}> rml:logicalSource [ rml:source "{table}"; rml:referenceFormulation ql:CSV ] ; '
            f'rr:subjectMap [ rml:reference "{subject}"; rr:termType rr:IRI ;{types} ] ;{said} a rr:TriplesMap .\n'
        )

    def text(column: str, predicate: str, language: str) -> str:
        return f'rr:predicate <{predicate}>; rr:objectMap [ rml:reference "{column}"; rr:language "{language}" ]'

    links = [
        f'rr:predicate <{predicate}>; rr:objectMap [ rml:reference "{column}"; rr:termType rr:IRI ]'
        for column, predicate in LINKS
    ]
    date = f'rr:predicate <{DATE[1]}>; rr:objectMap [ rml:reference "{DATE[0]}"; rr:datatype <{XSD}date> ]'
    mapping = (
        "@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> . "
        "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n"
        + about("fact", "id", CLASSES, [*links, date, *(text(*one) for one in TEXTS)])
        + about("region", "region", (AREA,), [text(*one) for one in REGION_TEXTS])
    )
    with tempfile.TemporaryDirectory() as folder:
        rml, config = Path(folder, "mapping.ttl"), Path(folder, "config.ini")
        rml.write_text(mapping, encoding="utf-8")
        config.write_text(
            f"[CONFIGURATION]\noutput_file={output}\noutput_format=N-TRIPLES\nlogging_level=WARNING\n"
            f"[table]\nmappings={rml}\nfile_path={table}\n",
            encoding="utf-8",
        )
        subprocess.run([sys.executable, "-m", "morph_kgc", str(config)], check=True, cwd=folder)


if __name__ == "__main__":
    {"maplib": by_maplib, "morph-kgc": by_morph_kgc}[sys.argv[1]](
        Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    )
