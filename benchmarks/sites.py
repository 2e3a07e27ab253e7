"""Measure how long a site takes to be written: all of it, again without a change, and after one edit.

    python benchmarks/sites.py [--releases 10 100 1000]

A release brings about ten things, each drawn in two languages. Each row is a process of its own. Memory is that of the
process that writes, and of the largest of those that draw; CPU is of all of them. Between the rows, all that pages say
in schema.org's terms is compared with the vocabulary (`benchmarks/places.py`).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import iter_releases, write_yaml
from benchmarks.places import of_site

SITE = """
import contextlib, datetime, pathlib, re, threading, time
import pressgraph

drawing = 0

def peak(process):
    return int(re.search("VmHWM:\\s*(\\d+)", pathlib.Path("/proc", process, "status").read_text())[1])

def watch():
    # what a process is said to have taken as a child counts what its parent had when it began
    global drawing
    while True:
        with contextlib.suppress(OSError, TypeError):
            for task in pathlib.Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    drawing = max(drawing, peak(child))
        time.sleep(0.2)

threading.Thread(target=watch, daemon=True).start()
made = pressgraph.open({root!r}).site({out!r}, url="https://data.example.org/", day=datetime.date(2026, 11, 26))
print(made.pages, made.files, made.drawn, made.written, peak("self"), drawing)
"""


def measure(releases: int, folder: Path, triples: list[str]) -> None:
    """Print the rows of so many releases; note how many triples have their place in schema.org."""
    import pressgraph

    (folder / "data").mkdir(parents=True)
    write_yaml(iter_releases(releases), folder / "data")
    (folder / "pressgraph.toml").write_text('[project]\nbase = "https://data.example.org/"\n', encoding="utf-8")
    workspace = pressgraph.open(folder)
    workspace.build()
    things = len(workspace.ids())
    code = SITE.format(root=str(folder), out=str(folder / "out"))
    _row(f"{things:,} things", code)
    counts, wrong = of_site(folder / "out")
    if wrong:
        raise SystemExit("\n".join(wrong[:20]))
    triples.append(f"{counts['triples']:,} triples on {counts['pages']:,} pages of {things:,} things")
    _row("again", code)
    path = sorted((folder / "data").glob("*.yaml"))[releases // 2]
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(datePublished: '?)\d{4}", r"\g<1>2031", text, count=1), encoding="utf-8")
    pressgraph.open(folder).build()
    _row("one date edited", code)


def _row(what: str, code: str) -> None:
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        said = process.stdout.read().decode().split() if process.stdout is not None else []
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{what}: the site failed")
    took = time.perf_counter() - start
    pages, files, drawn, written, own, drawing = map(int, said)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"| {what} | {pages:,} | {files:,} | {drawn:,} | {written:,} | {took:.1f} | {cpu:.1f} |"
        f" {own / 1024:,.0f} MiB | {drawing / 1024:,.0f} MiB |",
        flush=True,
    )


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, nargs="+", default=[10, 100, 1000])
    arguments = parser.parse_args()
    print("| site | pages | files | drawn | written | seconds | CPU seconds | memory | memory of a drawing process |")
    print("|---|---|---|---|---|---|---|---|---|")
    triples: list[str] = []
    for releases in arguments.releases:
        with tempfile.TemporaryDirectory() as folder:
            measure(releases, Path(folder) / "project", triples)
    print(f"\nWhat pages say in schema.org's terms has its place there: {'; '.join(triples)}.")


if __name__ == "__main__":
    main()
