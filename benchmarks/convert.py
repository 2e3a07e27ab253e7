"""Measure bulk conversion against its peers on one generated table, in one run.

    python benchmarks/convert.py                    # 10,000 to 5,000,000 facts; peers as far as they come
    python benchmarks/convert.py --quick            # few facts, some seconds: does it all run, is it the same graph?
    python benchmarks/convert.py --write            # put the tables into benchmarks/README.md
    python benchmarks/convert.py --sizes 1000000 --only pressgraph maplib    # a part of it

Peers whose dependencies exclude ours get an environment of their own below build/bench. What has been measured is kept
there, so that a long run can be made of several.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
# These are scripts, no installed package.
sys.path.insert(0, str(ROOT))

from benchmarks.generate import FACTS_PER_RELEASE, fact_lines, iter_releases  # noqa: E402
from benchmarks.peers import environment  # noqa: E402
from benchmarks.run import (  # noqa: E402
    COMMAND,
    TRIPLES_PER_FACT,
    Table,
    by_json_ld,
    by_rdflib,
    facts_of,
    machine,
    markdown,
    write_sections,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BUILD = ROOT / "build" / "bench"
PEERS = ("maplib==0.20.26", "morph-kgc==2.8.1", "pyarrow==23.0.1")
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
SAMPLE = 10 * FACTS_PER_RELEASE
# A peer that would take longer, or more of the memory, for a size is not asked to.
LONGEST = 200
MOST_MEMORY = 0.7
_RELEASES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Whoever converts: a command for an input and an output."""

    name: str
    source: str
    """`facts.jsonl`, `facts.parquet` or `table.parquet`."""
    command: Callable[[Path, Path], list[str]]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a conversion took: seconds, and the most memory that its processes had at once, in MB."""

    seconds: float
    memory: float
    statements: int


def ours(source: str, jobs: int) -> Contender:
    """Return pressgraph with its processes."""

    def command(facts: Path, output: Path) -> list[str]:
        shards = ["--jobs", str(jobs), "--shards", str(jobs), "--compress", "zstd"]
        return [*COMMAND, "--quiet", "convert", str(facts), *shards, "-o", str(output)]

    kind = "JSON Lines" if source.endswith("jsonl") else "Parquet"
    return Contender(
        name=f"pressgraph, {kind}, {jobs} process{'es' if jobs > 1 else ''}", source=source, command=command, ours=True
    )


def peer(name: str) -> Contender:
    """Return a peer that runs in its own environment."""
    script = str(Path(__file__).with_name("mappers.py"))

    def command(table: Path, output: Path) -> list[str]:
        return [str(environment("mappers", *PEERS)), script, name, str(table), str(output)]

    return Contender(name=name, source="table.parquet", command=command)


def own(name: str, key: str) -> Contender:
    """Return a peer that runs in our environment."""
    return Contender(
        name=name,
        source="facts.jsonl",
        command=lambda facts, output: [sys.executable, __file__, "--contender", key, str(facts), str(output)],
    )


CONTENDERS = (
    ours("facts.jsonl", 1),
    ours("facts.jsonl", 2),
    ours("facts.parquet", 1),
    ours("facts.parquet", 2),
    peer("maplib"),
    peer("morph-kgc"),
    own("pyoxigraph's JSON-LD parser", "json-ld"),
    own("rdflib, hand-written", "rdflib"),
)


def run_contender(key: str, facts: Path, output: Path) -> None:
    """Convert with a peer of this environment."""
    import pressgraph
    from pressgraph.profile import json_ld_context

    workspace = pressgraph.open(ROOT)
    base = workspace.project.id_base
    if key == "rdflib":
        by_rdflib(base, facts, output)
    else:
        by_json_ld({**json_ld_context(workspace.profile), "@base": base}, facts, output)


# -- what is converted


def _lines(first: int, count: int) -> str:
    return "".join(fact_lines(iter_releases(count, first=first, triples_per_fact=TRIPLES_PER_FACT)))


def _batches(parts: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for first in range(0, len(parts), size):
        yield parts[first : first + size]


def make_inputs(facts: int) -> Path:
    """Write the facts as JSON Lines and Parquet, and as the table that peers map; return their folder.

    Its name says which generator wrote them: a later one may make other facts.
    """
    code = (Path(__file__).with_name(name) for name in ("generate.py", "news.py", "words.py", "convert.py"))
    written_by = sha256(b"".join(path.read_bytes() for path in code))
    folder = BUILD / f"{facts}-{written_by.hexdigest()[:8]}"
    if (folder / "table.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    releases = -(-facts // FACTS_PER_RELEASE)
    lines = folder / "facts.jsonl"
    parts = [(first, min(_RELEASES, releases - first)) for first in range(0, releases, _RELEASES)]
    with Pool() as pool, lines.open("w", encoding="utf-8", newline="\n") as file:
        for running in _batches(parts, 100):
            file.writelines(pool.starmap(_lines, running))
    _write_tables(lines, folder)
    return folder


def _write_tables(lines: Path, folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    import pressgraph

    workspace = pressgraph.open(ROOT)
    base = workspace.project.id_base
    vocabulary = "https://w3id.org/pressgraph/vocab/"
    flat: dict[str, list[Any]] = {}
    wide: dict[str, list[Any]] = {}
    writers: dict[str, Any] = {}

    def flush() -> None:
        for name, columns in (("facts.parquet", flat), ("table.parquet", wide)):
            table = pa.table(columns)
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / (name + ".part"), table.schema)
            writers[name].write_table(table)
            columns.clear()

    with lines.open("rb") as file:
        for line in file:
            fact = json.loads(line)
            if "id" not in fact:
                continue
            first, second = fact["sector"]
            region = fact["areaServed"]
            flat_row = {
                "source": fact["source"],
                "id": fact["id"],
                "type": " | ".join(fact["type"]),
                "name.de": fact["name"]["de"],
                "name.en": fact["name"]["en"],
                "legalName.de": fact["legalName"]["de"],
                "legalForm": fact["legalForm"],
                "sector": f"{first} | {second}",
                "foundingDate": fact["foundingDate"],
                "areaServed.id": region["id"],
                "areaServed.type": region["type"],
                "areaServed.name.de": region["name"]["de"],
                "areaServed.name.en": region["name"]["en"],
                "url": fact["url"],
                "logo": fact["logo"],
                "status": fact["status"],
                "evidence": "{}-{}".format(*fact["evidence"]),
            }
            wide_row = {
                "id": base + fact["id"],
                "name_de": fact["name"]["de"],
                "name_en": fact["name"]["en"],
                "legal_name_de": fact["legalName"]["de"],
                "legal_form": f"{vocabulary}legal-form/{fact['legalForm']}",
                "sector_1": f"{vocabulary}sector/{first}",
                "sector_2": f"{vocabulary}sector/{second}",
                "founding_date": fact["foundingDate"],
                "region": base + region["id"],
                "region_de": region["name"]["de"],
                "region_en": region["name"]["en"],
                "url": fact["url"],
                "logo": fact["logo"],
            }
            for columns, row in ((flat, flat_row), (wide, wide_row)):
                for key, value in row.items():
                    columns.setdefault(key, []).append(value)
            if len(wide["id"]) == 100_000:  # noqa: PLR2004 - rows of a group
                flush()
    if wide:
        flush()
    for name, writer in writers.items():
        writer.close()
        (folder / (name + ".part")).replace(folder / name)


# -- measuring


def measure(contender: Contender, folder: Path, output: Path) -> Measured | None:
    """Run a conversion; return None for a peer that takes too long."""
    _remove(output)
    start = time.perf_counter()
    with subprocess.Popen(contender.command(folder / contender.source, output)) as process:
        peak = 0
        ended = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not ended.wait(0.2):
                peak = max(peak, _memory(process.pid))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            status = process.wait(None if contender.ours else LONGEST)
        except subprocess.TimeoutExpired:
            for one in (*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)):
                one.kill()
            return None
        finally:
            seconds = time.perf_counter() - start
            ended.set()
            watching.join()
    if status:
        raise RuntimeError(f"{contender.name} failed")
    statements = _statements(output)
    _remove(output)
    return Measured(seconds=seconds, memory=peak / 1e6, statements=statements)


def _memory(pid: int) -> int:
    """Return what a process and its children have in memory; what they share counts once."""
    total = 0
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in processes:
        try:
            full = one.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(full, "pss", 0) or full.uss
    return total


def _plain(output: Path) -> list[Path]:
    """Return a conversion's files, decompressed."""
    import zstandard

    if not output.is_dir():
        return [output]
    for shard in output.glob("shard-*.zst"):
        with shard.open("rb") as packed, shard.with_suffix("").open("wb") as plain:
            shutil.copyfileobj(zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True), plain)
    return sorted(output.glob("shard-*.nq"))


def _statements(output: Path) -> int:
    manifest = output / "manifest.json"
    if manifest.exists():
        return int(json.loads(manifest.read_bytes())["quads"])
    with output.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _remove(output: Path) -> None:
    if output.is_dir():
        shutil.rmtree(output)
    output.unlink(missing_ok=True)


def check_sample(contenders: Sequence[Contender]) -> None:
    """Raise where contenders differ in what they say of a sample."""
    import pressgraph

    folder = make_inputs(SAMPLE)
    base = pressgraph.open(ROOT).project.id_base
    output = BUILD / "sample.nt"
    said: dict[str, set[Any]] = {}
    for contender in contenders:
        _remove(output)
        subprocess.run(contender.command(folder / contender.source, output), check=True)
        said[contender.name] = set().union(*(facts_of(path, base) for path in _plain(output)))
    _remove(output)
    expected = next(iter(said.values()))
    different = [name for name, triples in said.items() if triples != expected]
    if different or len(expected) < TRIPLES_PER_FACT:
        raise AssertionError(f"other triples than pressgraph's: {', '.join(different)}")


def too_much(size: int, before: tuple[int, Measured | None] | None) -> bool:
    """Tell from a smaller size whether a size would take too long, or too much memory."""
    if before is None:
        return False
    smaller, measured = before
    if measured is None:
        return True
    ratio = size / smaller
    memory = psutil.virtual_memory().total / 1e6
    return measured.seconds * ratio > LONGEST or measured.memory * ratio > memory * MOST_MEMORY


def run(
    sizes: list[int], contenders: Sequence[Contender], results: dict[str, dict[str, Any]], kept: Path | None
) -> None:
    """Measure the sizes, and keep what was measured."""
    output = BUILD / "out.nt"
    for size in sizes:
        folder = make_inputs(size)
        for contender in contenders:
            done = results.setdefault(contender.name, {})
            smaller = [(int(key), value and Measured(**value)) for key, value in done.items() if int(key) < size]
            if not contender.ours and too_much(size, max(smaller, default=None, key=lambda one: one[0])):
                done.pop(str(size), None)
                continue
            measured = measure(contender, folder, output)
            done[str(size)] = measured and asdict(measured)
            took = f"{measured.seconds:.1f} s, {measured.memory:,.0f} MB" if measured else f"more than {LONGEST} s"
            print(f"{contender.name}, {size:,}: {took}", flush=True)
            if kept is not None:
                kept.write_text(json.dumps(results, indent=1))


def tables(results: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the tables: one size in detail, and how it grows."""
    sizes = sorted({int(size) for done in results.values() for size in done})
    largest = max(size for size in sizes if size <= 100_000)  # noqa: PLR2004 - as far as all peers come
    detail: Table = [
        (f"{largest:,} facts to N-Quads", "statements", "s", "M statements/s", "facts/s", "ratio", "memory, MB")
    ]
    growth: Table = [("seconds, and MB of memory", *(f"{size:,} facts" for size in sizes))]
    first = 0.0
    for contender in CONTENDERS:
        done = {int(size): Measured(**one) for size, one in results.get(contender.name, {}).items() if one}
        if largest in done:
            one = done[largest]
            rate = largest / one.seconds
            first = first or rate
            row = (
                f"{one.statements:,}",
                f"{one.seconds:.2f}",
                f"{one.statements / one.seconds / 1e6:.3f}",
                f"{rate:,.0f}",
                f"{rate / first:.2f}",
                f"{one.memory:,.0f}",
            )
            detail.append((contender.name, *row))
        cells = (f"{done[size].seconds:.1f} · {done[size].memory:,.0f}" if size in done else "–" for size in sizes)
        growth.append((contender.name, *cells))
    return {"convert": markdown(detail), "growth": markdown(growth)}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few facts: does it all run, is it the same graph?")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", default=list(SIZES), help="how many facts")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="only contenders with one of these in their names")
    parser.add_argument("--inputs", action="store_true", help="only make what is to be converted")
    parser.add_argument("--contender", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.contender:
        key, facts, output = options.contender
        run_contender(key, Path(facts), Path(output))
        return 0
    BUILD.mkdir(parents=True, exist_ok=True)
    if options.inputs:
        for size in options.sizes:
            make_inputs(size)
        return 0
    contenders = [one for one in CONTENDERS if not options.only or any(word in one.name for word in options.only)]
    check_sample(contenders)
    print("all say the same of a sample", flush=True)
    kept = BUILD / "results.json"
    results: dict[str, dict[str, Any]] = {}
    if options.quick:
        run([1200], contenders, results, None)
    else:
        results = json.loads(kept.read_bytes()) if kept.exists() else {}
        run(sorted(options.sizes), contenders, results, kept)
    found = {"convert_machine": machine(), **tables(results)}
    print("\n" + "\n\n".join(found.values()))
    if options.write and not options.quick:
        write_sections(found)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    sys.exit(main())
