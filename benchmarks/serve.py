"""Measure `pressgraph serve` beside `oxigraph serve` and rdflib-endpoint: the same data, the same queries, one run.

    python benchmarks/serve.py [--write] [--only fairness] [--rounds 5] [--seconds 2] [--facts 2000] [--connections 16]

Needs wrk (Debian package wrk). All servers run all the time; each kind of work goes round them in turn, several times,
and the middle of the rates counts, so that a machine that is busy for a while is so for all. What endless queries cost
the others is measured with the default settings, over half a million triples (`benchmarks/fairness.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fairness import fairness
from benchmarks.peers import environment
from benchmarks.run import README, markdown, put
from tests.servers import free_port

from pressgraph.dataset import Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.run import Table

BASE = "https://data.example.org/"
SCHEMA, CLU = "http://schema.org/", "https://w3id.org/pressgraph/cluster#"
TINY = f"SELECT ?s WHERE {{ ?s a <{CLU}ClusterOrganisation> }} LIMIT 1"
SMALL = f"""SELECT ?p ?o ?name WHERE {{
  <{BASE}id/agent/c@> ?p ?o . OPTIONAL {{ ?o <{SCHEMA}name> ?name }} FILTER(@ >= 0) }}"""
HEAVY = f"""SELECT ?c (COUNT(*) AS ?n) (COUNT(DISTINCT ?o) AS ?d) WHERE {{
  ?s a ?c ; ?p ?o . OPTIONAL {{ ?s <{SCHEMA}name> ?name }} FILTER(@ >= 0) }} GROUP BY ?c ORDER BY DESC(?n)"""
HOSTILE = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(@ >= 0) }"
ACCEPT = "application/sparql-results+json"
FAIR_CONNECTIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that is measured."""

    name: str
    address: str


def make_project(folder: Path, facts: int) -> Path:
    """Write and build a project of this many organisations."""
    (folder / "data").mkdir(parents=True)
    settings = f'[project]\nbase = "{BASE}"\n[serve]\ntimeout = 10.0\nqueue = 256\nlog = true\n'
    (folder / "pressgraph.toml").write_text(settings, encoding="utf-8")
    lines = [
        "source:",
        "  id: document/bench",
        "  type: NewsArticle",
        "  headline: { en: Bench }",
        "  datePublished: 2026-01-01",
    ]
    lines += ["  sourceOrganization: agent/c0", "facts:"]
    for number in range(facts):
        lines += [f"  - id: agent/c{number}", "    type: ClusterOrganisation", f"    name: {{ en: Cluster {number} }}"]
        lines += [f"    alternateName: {{ de: Verbund {number} }}", "    sector: biotechnology"]
    (folder / "data" / "bench.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "pressgraph", "--project", str(folder), "-q", "build"], check=True)
    return folder


@contextlib.contextmanager
def running(command: list[str], address: str, log: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a context
    """Run a server until the block ends; it answers when the block begins."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                ask(address, "ASK {}")
                break
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def ask(address: str, query: str, timeout: float = 60) -> bytes:
    """Ask once."""
    url = f"{address}?{urllib.parse.urlencode({'query': query})}"
    request = urllib.request.Request(url, headers={"Accept": ACCEPT})  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - our own address
        content: bytes = answer.read()
        return content


def wrk(address: str, query: str, arguments: argparse.Namespace, *, fresh: bool) -> tuple[float, float, int]:
    """Return requests per second, the 99th percentile in milliseconds, and how many failed."""
    chunks = [f"'{urllib.parse.quote(part, safe='')}'" for part in query.split("@")]
    count = " .. tostring(n % LIMIT) .. ".join(chunks)
    path = urllib.parse.urlsplit(address).path
    script = (
        # no run asks what another one has asked
        f"local n = {time.time_ns() // 1000 % 10**9 if fresh else 0}\n"
        "local LIMIT = 1000000000\n"
        f"request = function() {'n = n + 1' if fresh else ''} return wrk.format('GET', '{path}?query=' .. {count}, "
        f"{{['Accept'] = '{ACCEPT}'}}) end\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as file:
        file.write(script)
    host = address.removesuffix(path)
    connections = str(arguments.connections)
    found = subprocess.run(
        [
            "wrk",
            "-t1",
            "-c",
            connections,
            f"-d{arguments.seconds}s",
            "--latency",
            "--timeout",
            "60s",
            "-s",
            file.name,
            host,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    Path(file.name).unlink()
    rate = re.search(r"Requests/sec:\s+([\d.]+)", found)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", found)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", found)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    p99 = float(late[1]) * scale[late[2]] if late else float("nan")
    return float(rate[1]) if rate else 0.0, p99, int(failed[1]) if failed else 0


def heavy(address: str) -> tuple[float, float, int]:
    """Ask for an aggregation over all data, once; return how many a second that makes, and milliseconds."""
    started = time.perf_counter()
    ask(address, HEAVY.replace("@", str(time.time_ns() % 10**9)))
    took = time.perf_counter() - started
    return 1 / took, took * 1000, 0


WORKS: dict[str, Callable[[str, argparse.Namespace], tuple[float, float, int]]] = {
    "small, repeated": lambda address, arguments: wrk(address, SMALL.replace("@", "1"), arguments, fresh=False),
    "small, first time": lambda address, arguments: wrk(address, SMALL.replace("c@", "c1"), arguments, fresh=True),
    "tiny, repeated": lambda address, arguments: wrk(address, TINY, arguments, fresh=False),
    "tiny, first time": lambda address, arguments: wrk(
        address, TINY.replace("}", "FILTER(@ >= 0) }"), arguments, fresh=True
    ),
    "heavy aggregation": lambda address, _arguments: heavy(address),
}


def measure(peers: Sequence[Peer], arguments: argparse.Namespace) -> Table:
    """Let each kind of work go round the servers; return the table: rates, ratios and the 99th percentile."""
    table: Table = [
        ("work", *(f"{peer.name}, 1/s" for peer in peers), "ratio", *(f"{peer.name}, p99 ms" for peer in peers))
    ]
    for work, once in WORKS.items():
        found: dict[str, list[tuple[float, float, int]]] = {peer.name: [] for peer in peers}
        for round_ in range(arguments.rounds + 1):
            for peer in peers:
                result = once(peer.address, arguments)
                if result[2]:
                    sys.exit(f"{peer.name}, {work}: {result[2]} requests failed")
                if round_:  # the first warms up
                    found[peer.name].append(result)
        rates = {name: statistics.median(it[0] for it in results) for name, results in found.items()}
        late = {name: statistics.median(it[1] for it in results) for name, results in found.items()}
        ratio = f"{rates['pressgraph'] / rates['oxigraph serve']:.2f}"
        table.append((work, *(f"{it:,.1f}" for it in rates.values()), ratio, *(f"{it:.1f}" for it in late.values())))
        print(" | ".join(table[-1]), file=sys.stderr, flush=True)
    return table


def mixed_load(address: str, seconds: float) -> tuple[int, int, int, float]:
    """Ask honest and (one in ten) hostile queries; return honest, failed honest, hostile, and the honest p99 in ms."""
    until = time.monotonic() + seconds
    lock = threading.Lock()
    honest: list[float] = []
    failed, hostile = [0], [0]

    def client(number: int) -> None:
        count = 0
        while time.monotonic() < until:
            count += 1
            unique = str(number * 1_000_000 + count)
            bad = count % 10 == number % 10
            started = time.monotonic()
            try:
                ask(address, (HOSTILE if bad else SMALL.replace("c@", "c1")).replace("@", unique))
                good = True
            except (urllib.error.URLError, OSError):
                good = False
            with lock:
                if bad:
                    hostile[0] += 1
                elif good:
                    honest.append(time.monotonic() - started)
                else:
                    failed[0] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    honest.sort()
    p99 = honest[int(len(honest) * 0.99)] * 1000 if honest else float("nan")
    return len(honest), failed[0], hostile[0], p99


def beside_peers(folder: Path, arguments: argparse.Namespace) -> dict[str, str]:
    """Measure beside other servers; return the sections of the README."""
    oxigraph = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if oxigraph is None:
        sys.exit("needs oxigraph (PyPI package oxigraph)")
    endpoint = environment("rdflib-endpoint", "rdflib-endpoint[cli]==0.6.3")
    with contextlib.ExitStack() as stack:
        project = make_project(folder / "project", arguments.facts)
        built = Snapshots(project / ".pressgraph").current()
        assert built is not None  # noqa: S101 - it was just built
        store, quads, triples = built.open(), folder / "dump.nq", folder / "dump.nt"
        store.dump(str(quads), ox.RdfFormat.N_QUADS)
        store.dump(str(triples), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        count = sum(1 for _ in triples.open(encoding="utf-8"))
        del store
        loaded = str(folder / "oxigraph")
        subprocess.run([oxigraph, "load", "-l", loaded, "-f", str(quads)], check=True, stderr=subprocess.DEVNULL)
        ports = [free_port() for _ in range(3)]
        ours = Peer(name="pressgraph", address=f"http://127.0.0.1:{ports[0]}/sparql")
        serve_graph = ["-m", "rdflib_endpoint", "serve", str(triples), "--host", "127.0.0.1", "--port", str(ports[2])]
        peers = {
            Peer(name="oxigraph serve", address=f"http://127.0.0.1:{ports[1]}/query"):
                [oxigraph, "serve-read-only", "-l", loaded, "-b", f"127.0.0.1:{ports[1]}"],
            ours: [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", str(ports[0])],
            Peer(name="rdflib-endpoint", address=f"http://127.0.0.1:{ports[2]}/"):
                [str(endpoint), *serve_graph],
        }  # fmt: skip
        for peer, command in peers.items():
            stack.enter_context(running(command, peer.address, folder / f"{peer.name}.log"))
        print(f"{count:,} triples, {arguments.connections} connections", file=sys.stderr)
        sections = {"serving": markdown(measure(list(peers), arguments))}
        if arguments.mixed_seconds:
            honest, failed, hostile, p99 = mixed_load(ours.address, arguments.mixed_seconds)
            sections["mixed"] = (
                f"{arguments.mixed_seconds} s of mixed load: {honest:,} honest queries answered, {failed} failed, "
                f"beside {hostile} hostile; the 99th percentile of the honest is {p99:.0f} ms."
            )
    return sections


def beside_endless(folder: Path, arguments: argparse.Namespace) -> str:
    """Measure beside clients that ask endless queries; return the section of the README."""
    project = folder / "fairness"
    (project / "data").mkdir(parents=True)
    (project / "pressgraph.toml").write_text(f'[project]\nbase = "{BASE}"\n', encoding="utf-8")
    generate = [sys.executable, str(Path(__file__).with_name("generate.py")), str(arguments.releases)]
    subprocess.run([*generate, "-o", str(project / "data" / "bulk.jsonl")], check=True)
    subprocess.run([sys.executable, "-m", "pressgraph", "--project", str(project), "-q", "build"], check=True)
    port = free_port()
    serve = [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", str(port)]
    with running(serve, f"http://127.0.0.1:{port}/sparql", folder / "fairness.log"):
        return markdown(
            fairness(
                port, folder, rounds=arguments.fair_rounds, seconds=arguments.fair_seconds, connections=FAIR_CONNECTIONS
            )
        )


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="how long each load lasts")
    parser.add_argument("--facts", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--mixed-seconds", type=int, default=30)
    parser.add_argument("--only", choices=("peers", "fairness"), help="measure only this")
    parser.add_argument("--releases", type=int, default=3000, help="how many releases endless queries go through")
    parser.add_argument("--fair-rounds", type=int, default=3)
    parser.add_argument("--fair-seconds", type=int, default=6)
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("needs wrk (Debian package wrk)")
    sections: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if arguments.only != "fairness":
            sections |= beside_peers(folder, arguments)
        if arguments.only != "peers":
            sections["fairness"] = beside_endless(folder, arguments)
    for content in sections.values():
        print("\n" + content)
    if arguments.write:
        text = README.read_text(encoding="utf-8")
        for name, content in sections.items():
            text = put(text, name, content)
        README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
