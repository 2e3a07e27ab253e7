"""Write `shapes/forms.ttl` anew: what forms show for each property shape, from the ontology's labels and the shapes.

Form generators read `sh:name`, `sh:order` and `sh:group` from property shapes and know no ontology (SHACL 1.0, 2.3.2).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import pressgraph
from pressgraph.profile.graph import ProfileGraph
from pressgraph.profile.model import Kind
from pressgraph.rdf import EDTF, SH, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.profile import Key, Profile

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "shapes" / "forms.ttl"
SHP = "https://w3id.org/pressgraph/shapes#"
HEAD = """\
# What forms show: the name of each key, its place and its group. Written by 'make profile' from the ontology and the
# other shapes; these shapes ask nothing more.
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix shp:  <https://w3id.org/pressgraph/shapes#> .
"""
GROUPS = {
    "names": ("Names", "Namen"),
    "terms": ("Kind", "Einordnung"),
    "times": ("Times", "Zeiten"),
    "numbers": ("Numbers", "Zahlen"),
    "texts": ("Texts", "Texte"),
    "links": ("Related things", "Verbundene Dinge"),
    "contact": ("Contact and addresses", "Kontakt und Adressen"),
}
_NUMBERS = {f"{XSD}{it}" for it in ("decimal", "integer", "boolean", "double", "nonNegativeInteger")}
_TIMES = {f"{XSD}{it}" for it in ("date", "dateTime", "gYear", "gYearMonth", "duration", "time")} | {EDTF}


def group(key: Key) -> str:
    """Return the group of a key: by what its values are."""
    datatypes = {*key.datatypes, *([key.datatype] if key.datatype else [])}
    if key.personal or key.iri.endswith(("/address", "/contactPoint", "#registration", "/url")):
        return "contact"
    if "name" in key.name.lower() or key.name in {"headline", "alternativeHeadline"}:
        return "names"
    if datatypes & _TIMES:
        return "times"
    if key.quantity is not None or datatypes & _NUMBERS:
        return "numbers"
    if key.takes(Kind.TERM):
        return "terms"
    return "links" if key.takes(Kind.LINK) else "texts"


def property_shapes(profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield the name of each property shape of a class, and the key that it is about, in the order of the files."""
    graph = ProfileGraph()
    files = [file for file in profile.shapes if not file.name.endswith("forms.ttl")]
    for file in files:
        graph.read(file)
    hung = {
        shape
        for node, predicate, shapes in graph
        if predicate == f"{SH}property" and graph.iris(node, f"{SH}targetClass")
        for shape in shapes
    }
    seen: set[str] = set()
    for file in files:
        for triple in file.triples:
            node = triple.subject
            if triple.predicate.value != f"{SH}path" or node not in hung or not isinstance(node, ox.NamedNode):
                continue
            # words for keys ask nothing, and what must be absent is no key
            if graph.literals(node, f"{SKOS}altLabel") or graph.literals(node, f"{SH}maxCount") == ["0"]:
                continue
            for path in graph.iris(node, f"{SH}path"):
                if path in profile.key_of and node.value not in seen:
                    seen.add(node.value)
                    yield node.value, path


def document(profile: Profile) -> str:
    """Return the document."""
    found = list(property_shapes(profile))
    order = {path: number for number, path in enumerate(dict.fromkeys(path for _, path in found), start=1)}
    parts = [HEAD]
    for number, (name, (english, german)) in enumerate(GROUPS.items(), start=1):
        parts.append(
            f'shp:group-{name} a sh:PropertyGroup ;\n    rdfs:label "{english}"@en , "{german}"@de ;\n'
            f"    sh:order {number} .\n"
        )
    for shape, path in found:
        key = profile.key_of[path]
        names = " , ".join(f"{ox.Literal(key.labels[tag], language=tag)}" for tag in ("en", "de"))
        parts.append(
            f"shp:{shape.removeprefix(SHP)}\n    sh:name {names} ;\n    sh:order {order[path]} ;\n"
            f"    sh:group shp:group-{group(key)} .\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(document(pressgraph.open(ROOT).profile), encoding="utf-8")
