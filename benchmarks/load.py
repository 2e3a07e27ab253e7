"""Measure how long stores take to load shards, how large they become, and how long queries take then.

    python benchmarks/load.py                       # 100,000 and 1,000,000 facts into Oxigraph and Virtuoso
    python benchmarks/load.py --facts 1200          # few facts: does it all run?
    python benchmarks/load.py --facts 100000 --write    # put the table into benchmarks/README.md

Virtuoso is measured where it is installed (Debian: virtuoso-opensource-7).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

ROOT = Path(__file__).resolve().parents[1]
# These are scripts, no installed package.
sys.path.insert(0, str(ROOT))

from benchmarks.convert import BUILD, make_inputs  # noqa: E402
from benchmarks.run import COMMAND, Table, markdown, write_sections  # noqa: E402
from tests.servers import free_port, wait_for  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMA, CLU = "http://schema.org/", "https://w3id.org/pressgraph/cluster#"
# one thing with what is said of it; and all of them, joined and counted
LOOKUP = f"SELECT ?p ?o WHERE {{ ?s <{SCHEMA}foundingDate> ?day ; ?p ?o }} LIMIT 20"
COUNT = f"""SELECT ?region (COUNT(DISTINCT ?s) AS ?n) WHERE {{
  ?s a <{CLU}ClusterOrganisation> ; <{SCHEMA}areaServed> ?region }} GROUP BY ?region ORDER BY ?region"""
_SHARDS = 4
_BUFFERS_PER_GB = 85_000


@contextmanager
def _running(call: list[str], port: int, folder: Path) -> Iterator[None]:
    with (
        (folder / "out.log").open("wb") as log,
        subprocess.Popen(call, stdout=log, stderr=log, cwd=folder) as process,
    ):
        try:
            wait_for(port)
            yield
        finally:
            process.terminate()
            process.wait()


def _ask(address: str, query: str) -> tuple[float, bytes]:
    """Return the seconds of the second run of a query, and its answer."""
    url = f"{address}?{urllib.parse.urlencode({'query': query})}"
    request = urllib.request.Request(url, headers={"Accept": "text/csv"})  # noqa: S310 - on the loopback
    seconds, answer = 0.0, b""
    for _ in range(2):
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as response:  # noqa: S310 - as above
            answer = response.read()
        seconds = time.perf_counter() - start
    return seconds, answer


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def into_oxigraph(shards: list[Path], folder: Path) -> tuple[float, int, list[tuple[float, bytes]]]:
    """Load shards into Oxigraph; return seconds, bytes of disk, and the queries' seconds and answers."""
    program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    store = folder / "store"
    start = time.perf_counter()
    files = [text for shard in shards for text in ("--file", str(shard))]
    subprocess.run([program, "load", "--location", str(store), *files], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    size = _size(store)
    port = free_port()
    serve = [program, "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{port}", "--union-default-graph"]
    with _running(serve, port, folder):
        return seconds, size, [_ask(f"http://127.0.0.1:{port}/query", query) for query in (LOOKUP, COUNT)]


def into_virtuoso(shards: list[Path], folder: Path) -> tuple[float, int, list[tuple[float, bytes]]]:
    """Load shards into Virtuoso by its bulk loader; return as `into_oxigraph`."""
    store = folder / "store"
    store.mkdir()
    sql, http = free_port(), free_port()
    buffers = int(psutil.virtual_memory().total / 2**30 / 3) * _BUFFERS_PER_GB
    names = {"DatabaseFile": "db", "ErrorLogFile": "log", "LockFile": "lck", "TransactionFile": "trx"}
    config = folder / "virtuoso.ini"
    config.write_text(
        "[Database]\n"
        + "".join(f"{key} = {store}/virtuoso.{suffix}\n" for key, suffix in names.items())
        + f"xa_persistent_file = {store}/virtuoso.pxa\nFileExtend = 200\nTempStorage = TempDatabase\n"
        f"[TempDatabase]\nDatabaseFile = {folder}/temporary.db\nTransactionFile = {folder}/temporary.trx\n"
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nServerThreads = 10\nCheckpointInterval = 0\n"
        f"NumberOfBuffers = {buffers}\nMaxDirtyBuffers = {buffers * 3 // 4}\nDirsAllowed = {shards[0].parent}\n"
        f"[HTTPServer]\nServerPort = 127.0.0.1:{http}\nServerThreads = 8\n[SPARQL]\nResultSetMaxRows = 10000\n"
    )

    def command(text: str) -> list[str]:
        return ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={text}"]

    with _running(["virtuoso-t", "+configfile", str(config), "+foreground"], sql, folder):
        wait_for(http)
        start = time.perf_counter()
        pattern = f"*{shards[0].suffix}"
        subprocess.run(
            command(f"ld_dir('{shards[0].parent}', '{pattern}', 'urn:bench:none');"), check=True, capture_output=True
        )
        subprocess.run(command("rdf_loader_run();"), check=True, capture_output=True)
        subprocess.run(command("checkpoint;"), check=True, capture_output=True)
        seconds = time.perf_counter() - start
        # a file that it gives up on is no failure to the loader
        failed = command("select ll_file, ll_error from DB.DBA.load_list where ll_error is not null or ll_state <> 2;")
        errors = subprocess.run(failed, check=True, capture_output=True, text=True).stdout
        if "0 Rows" not in errors:
            raise RuntimeError(f"Virtuoso did not load everything: {errors}")
        size = _size(store)
        return seconds, size, [_ask(f"http://127.0.0.1:{http}/sparql", query) for query in (LOOKUP, COUNT)]


def measure(facts: int, kept: dict[str, list[str]]) -> None:
    """Load so many facts into each store."""
    facts_file = make_inputs(facts) / "facts.jsonl"
    engines: list[tuple[str, Callable[[list[Path], Path], tuple[float, int, list[tuple[float, bytes]]]]]] = [
        ("Oxigraph", into_oxigraph)
    ]
    if shutil.which("virtuoso-t") and shutil.which("isql-vt"):
        engines.append(("Virtuoso 7", into_virtuoso))
    output = BUILD / f"shards-{facts}"
    if not (output / "manifest.json").exists():
        call = [*COMMAND, "--quiet", "convert", str(facts_file), "--jobs", "2", "--shards", str(_SHARDS)]
        subprocess.run([*call, "-o", str(output)], check=True)
    quads = json.loads((output / "manifest.json").read_bytes())["quads"]
    counted = set()
    for name, load in engines:
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            seconds, size, ((lookup, _), (count, answer)) = load(sorted(output.glob("shard-*")), Path(folder))
        # servers quote and name columns in their own ways
        counted.add(tuple(sorted(line.replace(b'"', b"") for line in answer.splitlines()[1:])))
        kept[f"{name} {facts}"] = [
            f"{name}, {facts:,} facts",
            f"{quads:,}",
            f"{seconds:.0f}",
            f"{quads / seconds / 1e6:.3f}",
            f"{size / quads:.0f}",
            f"{lookup * 1000:.1f}",
            f"{count:.2f}",
        ]
        print(*kept[f"{name} {facts}"], flush=True)
    if len(counted) != 1 or not next(iter(counted)):
        raise AssertionError(f"the stores count differently: {counted}")
    shutil.rmtree(output)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--facts", type=int, nargs="+", metavar="N", default=[100_000, 1_000_000])
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    results = BUILD / "load.json"
    kept: dict[str, list[str]] = json.loads(results.read_bytes()) if results.exists() else {}
    for facts in options.facts:
        measure(facts, kept)
        results.write_text(json.dumps(kept))
    heading = ("shards into a store", "quads", "s", "M quads/s", "bytes/quad", "lookup, ms", "count, s")
    rows = sorted(kept.values(), key=lambda row: (row[0].partition(",")[0], int(row[1].replace(",", ""))))
    table: Table = [heading, *map(tuple, rows)]
    print("\n" + markdown(table))
    if options.write:
        write_sections({"load": markdown(table)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
