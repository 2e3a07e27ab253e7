"""Measure what deriving and reading in processes cost a build of many YAML files, and an edit of one.

    python benchmarks/derive.py [--releases 10000]

Each row is a process of its own; all are measured in one run, so that rows can be compared. CPU is of all processes.
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

ALONE = "from pressgraph.build import reading; reading.processors = lambda: 1; "
BUILD = "import pressgraph; result = pressgraph.open({root!r}).build(full={full}); print(result.triples)"


def measure(releases: int, folder: Path) -> None:
    """Print a table."""
    (folder / "data").mkdir(parents=True)
    write_yaml(iter_releases(releases), folder / "data")
    configuration = folder / "pressgraph.toml"
    project = '[project]\nbase = "https://data.example.org/"\n'
    names = [path.stem for path in (Path(__file__).parents[1] / "queries" / "derive").glob("*.rq")]
    left = ", ".join(f'"{it}"' for it in (*sorted(names), "bounds", "superproperties", "inverses", "superclasses"))
    print(f"| {releases:,} releases | triples | seconds | CPU seconds | memory |")
    print("|---|---|---|---|---|")
    configuration.write_text(f"{project}[derive]\nwithout = [{left}]\n", encoding="utf-8")
    _row("read by one process, nothing derived", ALONE + BUILD.format(root=str(folder), full=True))
    _row("nothing derived", BUILD.format(root=str(folder), full=True))
    configuration.write_text(project, encoding="utf-8")
    _row("all", BUILD.format(root=str(folder), full=True))
    path = sorted((folder / "data").glob("*.yaml"))[releases // 2]
    for what, found, put in (
        ("one date edited", r"(datePublished: '?)\d{4}", r"\g<1>2031"),
        ("one name edited", r"(\n    name: ).*", r"\g<1>Another Name"),
    ):
        path.write_text(re.sub(found, put, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
        _row(what, BUILD.format(root=str(folder), full=False))


def _row(what: str, code: str) -> None:
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        triples = process.stdout.read().decode().strip() if process.stdout is not None else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{what}: the build failed")
    took = time.perf_counter() - start
    memory = f"{used.ru_maxrss / 1024:,.0f} MiB"
    print(f"| {what} | {int(triples):,} | {took:.1f} | {used.ru_utime + used.ru_stime:.1f} | {memory} |", flush=True)


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments.releases, Path(folder) / "project")


if __name__ == "__main__":
    main()
