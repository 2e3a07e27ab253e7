"""Measure `pressgraph serve` beside `oxigraph serve` and rdflib-endpoint: the same data, the same queries, one run.

    python benchmarks/serve.py [--seconds 5] [--facts 2000] [--connections 16] [--rdflib-endpoint PYTHON]

Needs wrk. rdflib-endpoint is measured where an interpreter that has it is named.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
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

from pressgraph.dataset import Snapshots

BASE = "https://data.example.org/"
SCHEMA, CLU = "http://schema.org/", "https://w3id.org/pressgraph/cluster#"
TINY = f"SELECT ?s WHERE {{ ?s a <{CLU}ClusterOrganisation> }} LIMIT 1"
SMALL = f"""SELECT ?p ?o ?name WHERE {{
  <{BASE}id/agent/c@> ?p ?o . OPTIONAL {{ ?o <{SCHEMA}name> ?name }} FILTER(@ >= 0) }}"""
HEAVY = f"""SELECT ?c (COUNT(*) AS ?n) (COUNT(DISTINCT ?o) AS ?d) WHERE {{
  ?s a ?c ; ?p ?o . OPTIONAL {{ ?s <{SCHEMA}name> ?name }} FILTER(@ >= 0) }} GROUP BY ?c ORDER BY DESC(?n)"""
HOSTILE = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(@ >= 0) }"
ACCEPT = "application/sparql-results+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that is measured."""

    name: str
    address: str


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


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
        f"local n = {os.getpid() % 1000 * 1000 if fresh else 0}\n"
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


def alternate(address: str, arguments: argparse.Namespace) -> dict[str, tuple[float, float, int]]:
    """Measure one server."""
    results = {}
    for name, query, fresh in (
        ("tiny, repeated", TINY, False),
        ("tiny, first time", TINY.replace("}", "FILTER(@ >= 0) }"), True),
        ("small, repeated", SMALL.replace("c@", "c1"), False),
        ("small, first time", SMALL.replace("c@", "c1"), True),
    ):
        results[name] = wrk(address, query if fresh else query.replace("@", "1"), arguments, fresh=fresh)
    times = []
    for number in range(7):
        started = time.perf_counter()
        ask(address, HEAVY.replace("@", str(number + time.time_ns() % 1000 * 1000)))
        times.append(time.perf_counter() - started)
    results["heavy (1/s)"] = (1 / statistics.median(times), max(times) * 1000, 0)
    return results


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


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--facts", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--mixed-seconds", type=int, default=30)
    parser.add_argument("--rdflib-endpoint", metavar="PYTHON", help="an interpreter that has rdflib-endpoint")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("needs wrk (Debian package wrk)")
    oxigraph = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if oxigraph is None:
        sys.exit("needs oxigraph (PyPI package oxigraph)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = make_project(folder / "project", arguments.facts)
        built = Snapshots(project / ".pressgraph").current()
        assert built is not None  # noqa: S101 - it was just built
        store = built.open()
        dump, copy = folder / "dump.nt", folder / "oxigraph"
        store.backup(str(copy))
        import pyoxigraph as ox

        with dump.open("wb") as file:
            store.dump(file, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        triples = sum(1 for _ in dump.open(encoding="utf-8"))
        print(
            f"{triples} triples in the default graph; {arguments.connections} connections, {arguments.seconds} s each"
        )
        ports = [free_port() for _ in range(3)]
        pressgraph = [sys.executable, "-m", "pressgraph", "--project", str(project), "serve", "--port", str(ports[0])]
        peers = [
            (Peer(name="oxigraph serve", address=f"http://127.0.0.1:{ports[1]}/query"),
             [oxigraph, "serve-read-only", "-l", str(copy), "-b", f"127.0.0.1:{ports[1]}"]),
            (Peer(name="pressgraph serve", address=f"http://127.0.0.1:{ports[0]}/sparql"), pressgraph),
        ]  # fmt: skip
        if arguments.rdflib_endpoint:
            command = [arguments.rdflib_endpoint, "-m", "rdflib_endpoint", "serve", str(dump), "--port", str(ports[2])]
            peers.append((Peer(name="rdflib-endpoint", address=f"http://127.0.0.1:{ports[2]}/"), command))
        table: dict[str, dict[str, tuple[float, float, int]]] = {}
        for peer, command in peers:
            with running(command, peer.address, folder / f"{peer.name}.log"):
                table[peer.name] = alternate(peer.address, arguments)
        reference = table["oxigraph serve"]
        print(f"{'':20}" + "".join(f"{name:>34}" for name in table))
        for work in reference:
            cells = []
            for found in table.values():
                rate, p99, failed = found[work]
                ratio = rate / reference[work][0] if reference[work][0] else float("nan")
                cells.append(f"{rate:10.1f}/s {ratio:5.2f} x p99 {p99:7.1f} ms{f' !{failed}' if failed else '':>2}")
            print(f"{work:20}" + "".join(f"{cell:>34}" for cell in cells))
        if arguments.mixed_seconds:
            peer, command = peers[1]
            with running(command, peer.address, folder / "mixed.log"):
                honest, failed, hostile, p99 = mixed_load(peer.address, arguments.mixed_seconds)
            print(
                f"mixed load, {arguments.mixed_seconds} s: {honest} honest answered, {failed} failed, "
                f"{hostile} hostile, honest p99 {p99:.0f} ms"
            )


if __name__ == "__main__":
    main()
