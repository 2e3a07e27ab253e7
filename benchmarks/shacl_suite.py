"""Run the W3C SHACL test suite with both engines, and print the table of docs/validation.md.

    python benchmarks/shacl_suite.py [SUITE]

A case passes where the engine's report has exactly the expected results: focus node, path, value, component, severity
and source shape (blank nodes count as alike), or fails as the case wants.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from pressgraph.errors import ProfileError
from pressgraph.rdf import SH
from pressgraph.rdf.terms import term_text
from pressgraph.validation.shacl.engines import choose
from pressgraph.validation.shacl.results import read_report
from pressgraph.validation.shacl.shapes import make_shapes

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.suites import MISSING, suite_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.validation.report import Result

ENGINES = ("shacl", "pyshacl")
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"

# What an engine is known to get wrong, and why: case → engine → reason.
EXPECTED: dict[str, dict[str, str]] = {
    "core/property/uniqueLang-002": {"pyshacl": 'takes "1"^^xsd:boolean for true, where the case wants only "true"'},
    "sparql/node/prefixes-001": {
        "pyshacl": "takes prefixes from the ontology that sh:prefixes names, not from what that imports"
    },
    "sparql/pre-binding/shapesGraph-001": {"pyshacl": "does not support the variable $shapesGraph, which is optional"},
    "sparql/pre-binding/unsupported-sparql-004": {"shacl": "does not refuse a subquery that leaves out $this"},
}

SUITE = "shacl"


class Case(NamedTuple):
    """One case: its name, its graphs, and the report it expects (None: the engine must refuse the shapes)."""

    name: str
    data: list[ox.Triple]
    shapes: list[ox.Triple]
    expected: Counter[tuple[str | None, ...]] | None


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of a suite, by name."""
    for path in sorted(folder.rglob("*.ttl")):
        yield from _cases(path, path.relative_to(folder).with_suffix("").as_posix())


def _parse(path: Path) -> list[ox.Triple]:
    text = path.read_bytes()
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=path.resolve().as_uri())]


def _cases(path: Path, name: str) -> Iterator[Case]:
    triples = _parse(path)

    def values(subject: object, predicate: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        return [t.object for t in triples if t.subject == subject and t.predicate.value == predicate]

    for entry in [t.subject for t in triples if t.object == ox.NamedNode(f"{SHT}Validate")]:
        action = values(entry, f"{MF}action")[0]
        graphs = []
        for word in ("dataGraph", "shapesGraph"):
            other = Path(str(getattr(values(action, SHT + word)[0], "value", "")).removeprefix("file://"))
            graphs.append(triples if other == path.resolve() else _parse(other))
        result = values(entry, f"{MF}result")[0]
        expected = None
        if result != ox.NamedNode(f"{SHT}Failure"):
            expected = Counter(map(key, _expected(triples, result)))
        yield Case(name, graphs[0], graphs[1], expected)


def _expected(triples: list[ox.Triple], report: object) -> tuple[Result, ...]:
    """Read an expected report; the graph may describe other reports too."""
    mine = [t for t in triples if t.predicate.value != f"{SH}conforms" or t.subject == report]
    return read_report(mine)


def key(result: Result) -> tuple[str | None, ...]:
    """Return what two engines must agree on of a result."""
    triples = result.triples()
    shape = next((t.object for t in triples if t.predicate.value == f"{SH}sourceShape"), None)
    severity = next((t.object for t in triples if t.predicate.value == f"{SH}resultSeverity"), None)
    parts = (result.focus, result.path, result.value, result.component, term_text(severity), term_text(shape))
    return tuple("_:" if part is not None and part.startswith("_:") else part for part in parts)


def run(case: Case, engine: str) -> str:
    """Run a case; return `passed`, or what is different."""
    try:
        found = Counter(map(key, read_report(choose(engine, make_shapes(case.shapes)).run(case.data))))
    except ProfileError as error:
        return "passed" if case.expected is None else f"refused: {error.reason}"
    if case.expected is None:
        return "not refused"
    missing, surplus = case.expected - found, found - case.expected
    if not missing and not surplus:
        return "passed"
    return f"{missing.total()} missing, {surplus.total()} too many"


def table(folder: Path) -> str:
    """Return the table of all cases in Markdown, with the totals first."""
    rows = [(case.name, {engine: run(case, engine) for engine in ENGINES}) for case in cases(folder)]
    totals = {engine: sum(outcome[engine] == "passed" for _, outcome in rows) for engine in ENGINES}
    lines = [
        "| engine | passed | of |",
        "|---|---|---|",
        *(f"| {engine} | {totals[engine]} | {len(rows)} |" for engine in ENGINES),
        "",
        "| case | shacl | pyshacl |",
        "|---|---|---|",
        *(
            f"| {name} | {_shown(name, 'shacl', outcome)} | {_shown(name, 'pyshacl', outcome)} |"
            for name, outcome in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _shown(name: str, engine: str, outcome: dict[str, str]) -> str:
    if outcome[engine] == "passed":
        return "passed"
    return f"**failed**: {EXPECTED.get(name, {}).get(engine, outcome[engine])}"


if __name__ == "__main__":
    suite = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else suite_folder(SUITE)
    if not suite.is_dir():
        sys.exit(MISSING)
    print(table(suite), end="")
