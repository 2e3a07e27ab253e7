"""Run the W3C SPARQL 1.0 and 1.1 query evaluation suites, and print the table of docs/queries.md.

    python benchmarks/sparql_suite.py [SUITE]

A case passes where the answer is the expected one: the same rows as often, up to the names of blank nodes and the
spelling of numbers, the same graph, or the same boolean. `pressgraph query` is asked here, in each format; tests ask
`pressgraph serve` the same.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import PressgraphError
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.query import query_store, write_answer

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.suites import MISSING, suite_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.rdf import Term

BASE = "http://suite.example/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
KINDS = {f"{MF}QueryEvaluationTest", f"{MF}CSVResultFormatTest"}
ROW_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}
# of other protocols than a query's
_LEFT_OUT = {"entailment", "service"}

# What goes wrong, and whose it is: case → reason. All of these fail in pyoxigraph by itself too.
EXPECTED: dict[str, str] = {
    name: f"engine: {reason}"
    for reason, names in {
        "numbers and dates are kept by value, so spellings of one value are one term": (
            "sparql10/distinct/distinct-1",
            "sparql10/distinct/distinct-9",
            "sparql10/expr-builtin/dawg-str-1",
            "sparql10/expr-builtin/dawg-str-2",
            "sparql10/expr-builtin/sameTerm-simple",
            "sparql10/expr-builtin/sameTerm-eq",
            "sparql10/expr-builtin/sameTerm-not-eq",
            "sparql10/expr-equals/eq-graph-1",
            "sparql10/expr-equals/eq-graph-2",
            "sparql10/reduced/reduced-1",
            "sparql10/reduced/reduced-2",
            "sparql11/csv-tsv-res/csv03",
            "sparql10/open-world/open-eq-01",
        ),
        "TRUE and FALSE are words in lower case alone": ("sparql10/expr-builtin/case-insensitive-booleans",),
        "the variable of GRAPH is joined to what stands in its braces, not bound afterwards": (
            "sparql10/graph/graph-variable-scope",
            "sparql10/graph/graph-optional",
            "sparql11/bindings/graph",
            "sparql11/negation/graph-minus",
            "sparql11/aggregates/agg-empty-group-count-graph",
        ),
        "dates with and without a time zone are unequal, where the case has an error": ("sparql10/open-world/date-2",),
        "a filter in a group of its own in OPTIONAL does not see a variable from outside": (
            "sparql10/optional-filter/dawg-optional-filter-005-simplified",
        ),
        "GROUP_CONCAT loses a common language": (
            "sparql11/aggregates/agg-groupconcat-04",
            "sparql11/aggregates/agg-groupconcat-06",
        ),
        "BNODE(text) is one node for all solutions": ("sparql11/functions/bnode01",),
        "a path of no length does not end at a term that the graph has not": (
            "sparql11/property-path/zero_or_more_set_start",
            "sparql11/property-path/zero_or_more_set_end",
            "sparql11/property-path/zero_or_one_set_start",
            "sparql11/property-path/zero_or_one_set_end",
        ),
    }.items()
    for name in names
}
SKIPPED = "FROM names files to fetch, and nothing is fetched"

SUITE = "sparql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case: its query, the graphs that it is asked of, and the file with the expected answer."""

    name: str
    query: Path
    default: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path

    def text(self, folder: Path) -> str:
        """Return the query with the address that its relative IRIs go by."""
        text = self.query.read_text(encoding="utf-8")
        return text if re.search(r"^\s*BASE\b", text, re.MULTILINE) else f"BASE <{iri(self.query, folder)}>\n{text}"

    @property
    def has_dataset(self) -> bool:
        """Whether the query names its dataset itself."""
        text = re.sub(r"#[^\n<>]*$", "", self.query.read_text(encoding="utf-8"), flags=re.MULTILINE)
        return re.search(r"\bFROM\s+(NAMED\s*)?<", text) is not None


def iri(path: Path, folder: Path) -> str:
    """Return the name of a file's graph."""
    return f"{BASE}{path.relative_to(folder).as_posix()}"


def cases(folder: Path) -> Iterator[Case]:
    """Yield the evaluation cases of both suites."""
    for manifest in sorted(folder.rglob("manifest.ttl")):
        if _LEFT_OUT & set(manifest.relative_to(folder).parts):
            continue
        graph = _Graph(_parse(manifest, manifest.as_uri()))
        for entry, kinds in graph.typed.items():
            if kinds & KINDS:
                yield _case(entry, graph, f"{manifest.parent.relative_to(folder).as_posix()}/")


def _case(entry: Term, graph: _Graph, prefix: str) -> Case:
    action = graph.values(entry, f"{MF}action")[0]
    queries = graph.paths(action, f"{QT}query")
    named = graph.paths(action, f"{QT}graphData")
    # some say of a named graph what it is called, too
    for node in graph.values(action, f"{QT}graphData"):
        named += graph.paths(node, f"{QT}graph")
    local = re.split(r"[#/]", getattr(entry, "value", ""))[-1]
    return Case(
        name=prefix + local,
        query=queries[0],
        default=tuple(graph.paths(action, f"{QT}data")),
        named=tuple(named),
        result=graph.paths(entry, f"{MF}result")[0],
    )


class _Graph:
    def __init__(self, triples: list[ox.Triple]) -> None:
        self.about: dict[tuple[Term, str], list[Term]] = {}
        self.typed: dict[Term, set[str]] = {}
        for triple in triples:
            self.about.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)
            if triple.predicate.value == f"{RDF}type" and isinstance(triple.object, ox.NamedNode):
                self.typed.setdefault(triple.subject, set()).add(triple.object.value)

    def values(self, subject: Term, predicate: str) -> list[Term]:
        return self.about.get((subject, predicate), [])

    def paths(self, subject: Term, predicate: str) -> list[Path]:
        found = [it.value for it in self.values(subject, predicate) if isinstance(it, ox.NamedNode)]
        return [Path.from_uri(it) if hasattr(Path, "from_uri") else Path(it.removeprefix("file://")) for it in found]


def _parse(path: Path, base: str) -> list[ox.Triple]:
    form = ox.RdfFormat.RDF_XML if path.suffix == ".rdf" else ox.RdfFormat.TURTLE
    return [quad.triple for quad in ox.parse(path.read_bytes(), format=form, base_iri=base, rename_blank_nodes=True)]


def graph_of(path: Path, folder: Path) -> list[ox.Triple]:
    """Return a file's triples; relative IRIs go by the name of its graph."""
    return _parse(path, iri(path, folder))


# -- answers, as values that can be compared


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of terms, each as often as it is there, up to the names of blank nodes."""

    plain: frozenset[tuple[object, int]]
    blank: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[dict[str, Term]]) -> Rows:
        """Make comparable what rows say."""
        plain: Counter[object] = Counter()
        dataset = ox.Dataset()
        for number, row in enumerate(rows):
            terms = {name: _by_value(term) for name, term in row.items()}
            if not any(isinstance(term, ox.BlankNode) for term in terms.values()):
                plain[frozenset((name, str(term)) for name, term in terms.items())] += 1
                continue
            node = ox.BlankNode(f"row{number}")
            for name, term in terms.items():
                dataset.add(ox.Quad(node, ox.NamedNode(f"urn:var:{name}"), term))
        return cls(frozenset(plain.items()), _canonical(dataset))


def graph_value(triples: Iterable[ox.Triple]) -> frozenset[str]:
    """Make comparable what a graph says."""
    return _canonical(
        ox.Dataset([ox.Quad(t.subject, t.predicate, _by_value(t.object), ox.DefaultGraph()) for t in triples])
    )


def _canonical(dataset: ox.Dataset) -> frozenset[str]:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def _by_value(term: Term) -> Term:
    """Return a term as Oxigraph keeps it: numbers by their value."""
    if not isinstance(term, ox.Literal):
        return term
    store = ox.Store()
    store.add(ox.Quad(ox.BlankNode("a"), ox.NamedNode("urn:a"), term))
    kept: Term = next(iter(store)).object
    return kept


def expected(case: Case, folder: Path) -> object:
    """Read the expected answer: a boolean, Rows, the value of a graph, or the text of a CSV file."""
    path = case.result
    match path.suffix:
        case ".csv":
            return path.read_text(encoding="utf-8").replace("\r\n", "\n")
        case ".srx" | ".srj" | ".tsv":
            form = {".srx": "xml", ".srj": "json", ".tsv": "tsv"}[path.suffix]
            return result_value(path.read_bytes(), form)
    triples = _parse(path, iri(path, folder))
    graph = _Graph(triples)
    for node, kinds in graph.typed.items():
        if f"{RS}ResultSet" in kinds:
            booleans = graph.values(node, f"{RS}boolean")
            if booleans:
                return getattr(booleans[0], "value", "") == "true"
            solutions = graph.values(node, f"{RS}solution")
            return Rows.of(dict(_binding(graph, it) for it in graph.values(s, f"{RS}binding")) for s in solutions)
    return graph_value(triples)


def _binding(graph: _Graph, node: Term) -> tuple[str, Term]:
    name = graph.values(node, f"{RS}variable")[0]
    return getattr(name, "value", ""), graph.values(node, f"{RS}value")[0]


def result_value(data: bytes, form: str) -> object:
    """Read a result in one of the W3C's formats."""
    found = ox.parse_query_results(data, format=ROW_FORMATS[form])
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    assert isinstance(found, ox.QuerySolutions)  # noqa: S101 - the two kinds there are
    names = [it.value for it in found.variables]
    return Rows.of({n: row[n] for n in names if row[n] is not None} for row in found)


# -- runs


def compare(case: Case, folder: Path, ask: Callable[[str], bytes]) -> str:
    """Compare what `ask` gives in each format with the expected; return `passed`, or what is different."""
    wanted = expected(case, folder)
    try:
        if isinstance(wanted, frozenset):
            found = [quad.triple for quad in ox.parse(ask("ntriples"), format=ox.RdfFormat.N_TRIPLES)]
            return "passed" if graph_value(found) == wanted else "another graph"
        if isinstance(wanted, str):
            got = ask("csv").decode().replace("\r\n", "\n")
            return "passed" if _lines(got) == _lines(wanted) else "other lines"
        forms = ["json", "xml"] if isinstance(wanted, bool) else list(ROW_FORMATS)
        different = [form for form in forms if result_value(ask(form), form) != wanted]
    except (PressgraphError, SyntaxError, ValueError) as error:
        return f"refused: {error}"
    return f"other rows in {', '.join(different)}" if different else "passed"


def _lines(text: str) -> tuple[str, Counter[str]]:
    head, _, rest = text.partition("\n")
    return head, Counter(re.sub(r"_:\w+", "_:", rest).splitlines())


def run(case: Case, folder: Path) -> str:
    """Run a case with `pressgraph query`; return `passed`, or what is different."""
    project = open_project(Path(__file__).resolve().parents[1])
    profile = load_profile(project)
    store = ox.Store()
    for path in case.default:
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in graph_of(path, folder))
    for path in case.named:
        graph = ox.NamedNode(iri(path, folder))
        store.add_graph(graph)
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in graph_of(path, folder))
    text = case.text(folder)

    def ask(form: str) -> bytes:
        return write_answer(query_store(text, store, profile, id_base=project.id_base), form, profile, id_base="x")

    return compare(case, folder, ask)


def table(folder: Path) -> str:
    """Return the totals, and the cases that fail, in Markdown."""
    totals: Counter[str] = Counter()
    failures = []
    for case in cases(folder):
        if case.has_dataset:
            totals["skipped"] += 1
            continue
        outcome = run(case, folder)
        totals["passed" if outcome == "passed" else "failed"] += 1
        if outcome != "passed":
            failures.append(f"| {case.name} | {EXPECTED.get(case.name, outcome)} |")
    lines = [
        f"{totals['passed']} of {sum(totals.values())} cases pass; {totals['skipped']} are skipped, because {SKIPPED}.",
        "",
        "| case that fails | why |",
        "|---|---|",
        *failures,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    suite = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else suite_folder(SUITE)
    if not suite.is_dir():
        sys.exit(MISSING)
    print(table(suite), end="")
