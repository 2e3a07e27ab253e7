"""Measure what one triple costs to write, by the graph store and by SPARQL Update, against the size of the store.

    python benchmarks/updates.py [--write] [--releases 300 3000 30000] [--rounds 5]

The middle of the rounds counts, which follow each other at once; each is a request on a running server, with the
snapshot that it publishes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import generate
from benchmarks.run import README, markdown, put
from benchmarks.serve import ACCEPT, ask, running
from tests.servers import free_port

from pressgraph.dataset import Snapshots, union
from pressgraph.dataset.counts import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.run import Table

TOKEN = "a-token-for-measuring-alone"  # noqa: S105 - of a server on loopback that ends with the program
_CHUNK = 64 * 1024 * 1024


def measure_updates(sizes: list[int], rounds: int) -> Table:
    """Return a row for each number of releases: triples, and seconds for one triple by each way of writing."""
    table: Table = [("triples", "PUT", "INSERT DATA", "DELETE WHERE", "update / PUT")]
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            table.append(_row(Path(folder), size, rounds))
    return table


def _row(folder: Path, size: int, rounds: int) -> tuple[str, ...]:
    _publish(folder, size)
    command = [sys.executable, "-m", "pressgraph", "--project", str(folder)]
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    os.environ["PRESSGRAPH_SERVE_TOKEN"] = TOKEN
    with running([*command, "serve", "--writable", "--port", str(port)], f"{address}/sparql", folder / "log"):
        counted = json.loads(ask(f"{address}/sparql", "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"))
        triples = int(counted["results"]["bindings"][0]["n"]["value"])
        ways: dict[str, Callable[[int], None]] = {
            "PUT": lambda n: _send("PUT", f"{address}/store/g{n}", f"<x:s{n}> <x:p> {n} .", "text/turtle"),
            "INSERT DATA": lambda n: _update(address, f"INSERT DATA {{ <x:a> <x:b> {n} }}"),
            "DELETE WHERE": lambda n: _update(address, f"DELETE WHERE {{ <x:a> ?p {n} }}"),
        }
        seconds = {name: _middle(way, rounds) for name, way in ways.items()}
    return (
        f"{triples:,}",
        *(f"{it:.2f} s" for it in seconds.values()),
        f"{seconds['INSERT DATA'] / seconds['PUT']:.1f}",
    )


def _publish(folder: Path, size: int) -> None:
    """Publish releases as a build does, but for its checks: of a million facts they take an hour."""
    base = "https://data.example.org/"
    facts, quads = folder / "facts.jsonl", folder / "facts.nq"
    (folder / "pressgraph.toml").write_text(f'[project]\nbase = "{base}"\n', encoding="utf-8")
    generate.main([str(size), "-o", str(facts)])
    command = [sys.executable, "-m", "pressgraph", "--project", str(folder), "-q"]
    subprocess.run([*command, "convert", str(facts), "-j", "2", "-o", str(quads)], check=True)
    snapshots = Snapshots(folder / ".pressgraph")
    with snapshots.building(), snapshots.candidate(fresh=True) as candidate:
        store = candidate.open_store()
        with quads.open("rb") as lines:
            union.load(store, iter(lambda: b"".join(lines.readlines(_CHUNK)), b""))
        store.flush()
        count(store, f"{base}id/").save(candidate.path)
        del store
        candidate.publish({})
    facts.unlink()
    quads.unlink()


def _middle(way: Callable[[int], None], rounds: int) -> float:
    taken = []
    for number in range(rounds):
        begun = time.perf_counter()
        way(number)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _update(address: str, text: str) -> None:
    _send("POST", f"{address}/sparql", urllib.parse.urlencode({"update": text}), "application/x-www-form-urlencoded")


def _send(method: str, url: str, content: str, kind: str) -> None:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {TOKEN}", "Accept": ACCEPT}
    request = urllib.request.Request(url, data=content.encode(), method=method, headers=headers)  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=300):  # noqa: S310 - ours
        pass


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--releases", type=int, nargs="+", default=[300, 3000, 30000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    arguments = parser.parse_args()
    table = markdown(measure_updates(arguments.releases, arguments.rounds))
    print(table)
    if arguments.write:
        README.write_text(put(README.read_text(encoding="utf-8"), "updates", table), encoding="utf-8")


if __name__ == "__main__":
    main()
