"""Measure pressgraph against its peers, in one run, on this machine.

    python benchmarks/run.py               # the tables, some minutes
    python benchmarks/run.py --quick       # the same on few facts, some seconds: does it all run?
    python benchmarks/run.py --write       # put the tables into benchmarks/README.md

Compare ratios within a run, not seconds across machines.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

import pressgraph
from pressgraph.profile import json_ld_context

ROOT = Path(__file__).resolve().parents[1]
# These are scripts, no installed package.
sys.path.insert(0, str(ROOT))

from benchmarks.generate import FACTS_PER_RELEASE, fact_lines, iter_releases  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

README = Path(__file__).with_name("README.md")
FOUNDING = ROOT / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"
TRIPLES_PER_FACT = 16
COMMAND = [sys.executable, "-m", "pressgraph", "--project", str(ROOT)]

Table = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much to measure."""

    facts: int
    slow_facts: int
    """For peers that are slower by an order of magnitude; their speed does not depend on the amount."""
    memory: tuple[int, ...]
    repeats: int


def write_facts(path: Path, facts: int) -> None:
    """Write at least so many wide facts as JSON Lines."""
    releases = iter_releases(-(-facts // FACTS_PER_RELEASE), triples_per_fact=TRIPLES_PER_FACT)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(fact_lines(releases))


def best_of(repeats: int, work: Callable[[], Any]) -> float:
    """Return the seconds of the fastest run."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


# -- the contenders: each writes the N-Quads of a file of facts


def by_library(workspace: pressgraph.Workspace, facts: Path, output: Path) -> None:
    """Convert by pressgraph's Python API."""
    with output.open("wb") as file:
        file.writelines(workspace.convert([facts]))


def by_command(facts: Path, output: Path) -> None:
    """Convert by pressgraph's command line, start-up included."""
    subprocess.run([*COMMAND, "convert", str(facts), "-o", str(output)], check=True)


def by_json_ld(context: dict[str, Any], facts: Path, output: Path) -> None:
    """Parse the same node objects by pyoxigraph's JSON-LD parser, a thousand in a document."""
    # What is said of a fact is no term of the context, and dropped as JSON-LD wants it.
    head = b'{"@context":' + json.dumps(context).encode() + b',"@graph":['
    with facts.open("rb") as lines, output.open("wb") as file:
        for batch in _batches((line for line in lines if not line.startswith(b'{"source":{')), 1000):
            quads = ox.parse(head + b",".join(batch) + b"]}", format=ox.RdfFormat.JSON_LD)
            ox.serialize(quads, file, format=ox.RdfFormat.N_QUADS)


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def by_rdflib(base: str, facts: Path, output: Path) -> None:
    """Add the same triples to an rdflib graph, by code written for these very facts."""
    from rdflib import RDF, XSD, Dataset, Literal, Namespace, URIRef

    clu, org = Namespace("https://w3id.org/pressgraph/cluster#"), Namespace("http://www.w3.org/ns/org#")
    # not rdflib's SDO, which is https
    schema = Namespace("http://schema.org/")
    vocabulary = "https://w3id.org/pressgraph/vocab/"
    classes = {
        "Organization": schema.Organization,
        "AdministrativeArea": schema.AdministrativeArea,
        "FormalOrganization": org.FormalOrganization,
        "ClusterOrganisation": clu.ClusterOrganisation,
    }
    dataset = Dataset()

    def describe(node: dict[str, Any], graph: Any) -> URIRef:
        subject = URIRef(base + node["id"])
        types = node["type"] if isinstance(node["type"], list) else [node["type"]]
        for name in types:
            graph.add((subject, RDF.type, classes[name]))
        for key in ("name", "legalName"):
            for language, text in node.get(key, {}).items():
                graph.add((subject, schema[key], Literal(text, lang=language)))
        if "legalForm" in node:
            form = URIRef(f"{vocabulary}legal-form/{node['legalForm']}")
            graph.add((subject, clu.legalForm, form))
        for sector in node.get("sector", ()):
            graph.add((subject, clu.sector, URIRef(f"{vocabulary}sector/{sector}")))
        if "foundingDate" in node:
            founded = Literal(node["foundingDate"], datatype=XSD.date)
            graph.add((subject, schema.foundingDate, founded))
        for key in ("url", "logo"):
            if key in node:
                graph.add((subject, schema[key], URIRef(node[key])))
        if "areaServed" in node:
            graph.add((subject, schema.areaServed, describe(node["areaServed"], graph)))
        return subject

    with facts.open("rb") as lines:
        for number, line in enumerate(lines):
            record = json.loads(line)
            if "id" in record:
                describe(record, dataset.graph(URIRef(f"{base}fact/{number}")))
    dataset.serialize(destination=str(output), format="nquads", encoding="utf-8")


def throughput(effort: Effort, folder: Path) -> Table:
    """Measure facts to N-Quads; raise where the contenders differ in what they say."""
    workspace = pressgraph.open(ROOT)
    base = workspace.project.id_base
    context = {**json_ld_context(workspace.profile), "@base": base}
    contenders: tuple[tuple[str, int, Callable[[Path, Path], None]], ...] = (
        ("pressgraph, Python", effort.facts, lambda i, o: by_library(workspace, i, o)),
        ("pressgraph, command line", effort.facts, by_command),
        ("pyoxigraph's JSON-LD parser", effort.facts, lambda i, o: by_json_ld(context, i, o)),
        ("rdflib, hand-written", effort.slow_facts, lambda i, o: by_rdflib(base, i, o)),
    )
    output = folder / "out.nq"

    sample = folder / "sample.jsonl"
    write_facts(sample, 10 * FACTS_PER_RELEASE)
    said: dict[str, set[ox.Triple]] = {}
    for name, _, convert in contenders:
        convert(sample, output)
        said[name] = facts_of(output, base)
    expected = said[contenders[0][0]]
    different = [name for name, triples in said.items() if triples != expected]
    if different or len(expected) < TRIPLES_PER_FACT:
        raise AssertionError(f"other triples than pressgraph's: {', '.join(different)}")

    table: Table = [("facts (JSONL) to N-Quads", "facts", "quads", "s", "M quads/s", "input MB/s", "facts/s", "ratio")]
    first = 0.0
    for name, count, convert in contenders:
        facts = folder / f"facts-{count}.jsonl"
        if not facts.exists():
            write_facts(facts, count)
        seconds = best_of(effort.repeats, lambda: convert(facts, output))  # noqa: B023 - used at once
        quads = _lines(output)
        speed = quads / seconds / 1e6
        rate = count / seconds
        first = first or rate
        size = facts.stat().st_size / seconds / 1e6
        row = (
            f"{count:,}",
            f"{quads:,}",
            f"{seconds:.2f}",
            f"{speed:.3f}",
            f"{size:.1f}",
            f"{rate:,.0f}",
            f"{rate / first:.2f}",
        )
        table.append((name, *row))
    return table


def facts_of(path: Path, base: str) -> set[ox.Triple]:
    """Return the triples that facts say, without receipts and the sources' own descriptions."""
    triples = set()
    for quad in ox.parse(path=path, format=ox.RdfFormat.N_QUADS):
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode) and not graph.value.startswith(f"{base}fact/"):
            continue
        if isinstance(graph, ox.DefaultGraph) or not graph.value.endswith("/source"):
            triples.add(quad.triple)
    return triples


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


# A process starts with the peak of the one that started it: hence a small one in between.
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def memory(effort: Effort, folder: Path) -> Table:
    """Measure the peak memory of `pressgraph convert` over ever more facts."""
    table: Table = [("facts", "input MB", "peak memory, MB")]
    for count in effort.memory:
        facts = folder / "memory.jsonl"
        write_facts(facts, count)
        command = [sys.executable, "-c", _PEAK, *COMMAND, "convert", str(facts)]
        peak = int(subprocess.run(command, check=True, capture_output=True).stdout)
        # Linux counts in KiB, macOS in bytes
        unit = 1 if sys.platform == "darwin" else 1024
        size = facts.stat().st_size / 1e6
        table.append((f"{count:,}", f"{size:.1f}", f"{peak * unit / 1e6:.0f}"))
        facts.unlink()
    return table


def start_up(effort: Effort, folder: Path) -> Table:
    """Measure whole processes, from start to exit."""
    project = folder / "project"
    # The profile is the shipped one: these are the founding release's facts alone.
    shutil.copytree(FOUNDING.parent, project / "data")

    def run(*arguments: str) -> Callable[[], None]:
        return lambda: _run(*arguments)

    def cold_build() -> None:
        shutil.rmtree(project / ".pressgraph", ignore_errors=True)
        _run("-m", "pressgraph", "--project", str(project), "--quiet", "build")

    founding = ("convert", str(FOUNDING), "-o", str(folder / "founding.nq"))
    work: tuple[tuple[str, Callable[[], None]], ...] = (
        ("python, nothing else", run("-c", "pass")),
        ("pressgraph --help", run("-m", "pressgraph", "--help")),
        ("pressgraph convert, founding release", run(*COMMAND[1:], *founding)),
        ("pressgraph build, founding release, cold", cold_build),
        ("import rdflib", run("-c", "import rdflib")),
        ("import pyshacl", run("-c", "import pyshacl")),
    )
    repeats = effort.repeats if effort.repeats == 1 else 3 * effort.repeats
    return [("start to exit", "s"), *((name, f"{best_of(repeats, one):.3f}") for name, one in work)]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


# -- what is printed


def machine() -> str:
    """Describe the machine and the versions in a sentence."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (found := re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())):
        model = found[1].strip()
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "rdflib", "pyshacl"))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {ram:.0f} GiB RAM, {platform.system()}, {python}; {packages}."


def markdown(table: Table) -> str:
    """Draw a Markdown table, whose numbers are to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    aligned = [
        "| "
        + " | ".join(_align(cell, width, i) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        + " |"
        for row in table
    ]
    rule = "|" + "|".join("-" * (width + 2) if i == 0 else "-" * (width + 1) + ":" for i, width in enumerate(widths))
    return "\n".join([aligned[0], rule + "|", *aligned[1:]])


def _align(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column == 0 else cell.rjust(width)


def put(text: str, name: str, content: str) -> str:
    """Replace what stands between the markers `<!-- name -->` and `<!-- /name -->`."""
    pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    replaced, count = pattern.subn(lambda found: f"{found[1]}{content}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"no markers for '{name}'")
    return replaced


def write_sections(sections: dict[str, str]) -> None:
    """Put what was measured into the README, each section between its markers."""
    text = README.read_text(encoding="utf-8")
    for name, content in sections.items():
        text = put(text, name, content)
    README.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few facts, once: does it all run?")
    parser.add_argument("--facts", type=int, metavar="N", help="facts to convert (default: 100000)")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    options = parser.parse_args(arguments)
    if options.quick:
        facts = options.facts or 1200
        effort = Effort(facts=facts, slow_facts=min(facts, 600), memory=(600,), repeats=1)
    else:
        facts = options.facts or 100_000
        effort = Effort(facts=facts, slow_facts=min(facts, 10_000), memory=(10_000, 100_000, 1_000_000), repeats=3)
    sections = {"machine": machine()}
    print(sections["machine"], flush=True)
    for section in (throughput, memory, start_up):
        with tempfile.TemporaryDirectory() as folder:
            sections[section.__name__] = markdown(section(effort, Path(folder)))
        print("\n" + sections[section.__name__], flush=True)
    if options.write:
        write_sections(sections)
    return 0


if __name__ == "__main__":
    sys.exit(main())
