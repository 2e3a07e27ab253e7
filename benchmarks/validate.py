"""Measure validation: both engines on the same generated data with seeded errors, and how time and memory grow.

    python benchmarks/validate.py [--sizes 50 150 500 1000 2500] [--reference-up-to 150]
    python benchmarks/validate.py --edit 10000 [--folder DIR]

The second builds so many releases, a file each, edits one, and measures `pressgraph validate --changed`; building ten
thousand takes some minutes, so `--folder` keeps them for another time. Each run is a process of its own, so that its
peak memory is its own. Ratios are of one run on one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import iter_releases, release_lines, write_yaml

ERRORS = 0.0002
"""The share of releases with a seeded error is what makes about 0.02 % of the facts wrong."""


def measure(releases: int, engine: str) -> None:
    """Validate generated releases with one engine, and print what it took as JSON."""
    import pyoxigraph as ox

    import pressgraph
    from pressgraph.convert import JsonLines, compile_emitter
    from pressgraph.dataset import union
    from pressgraph.validation.shacl.engines import choose
    from pressgraph.validation.shacl.results import read_report
    from pressgraph.validation.shacl.shapes import profile_shapes

    with tempfile.TemporaryDirectory() as folder:
        workspace = pressgraph.open(folder)
        lines = (
            line.encode() for line in release_lines(iter_releases(releases, errors=max(ERRORS * 12, 2 / releases)))
        )
        store = ox.Store()
        union.load(store, JsonLines(lines, compile_emitter(workspace.profile, workspace.project.id_base), name="-"))
        union.add(store, workspace.profile.ontology_triples, f"{workspace.project.id_base}profile")
        triples = union.size(store)
        chosen = choose(engine, profile_shapes(workspace.profile))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # CPU time of all threads: other work on the machine counts little
        start = time.process_time()
        results = read_report(chosen.run(store))
        took = time.process_time() - start
    found = sorted(
        (it.focus, it.path or "", it.value or "", it.component, int(it.severity), it.shape) for it in results
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"triples": triples, "seconds": took, "mib": (peak - before) / 1024, "results": found}))


def run(releases: int, engine: str) -> dict[str, object]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", str(releases), engine]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, object] = json.loads(done.stdout)
    return measured


EDITS = {
    "a date": ("attestedOn: '20", "attestedOn: '19"),
    "a name": ("legalName:", "alternateName:"),
    "a misspelt id": ("concerns: agent/", "concerns: agent/x"),
}


def measure_edits(releases: int, folder: Path) -> None:
    """Print how long it takes to validate one edit of many files, and to build it."""
    command = [sys.executable, "-m", "pressgraph", "--project", str(folder)]
    if not (folder / "data").is_dir():
        (folder / "data").mkdir(parents=True)
        write_yaml(iter_releases(releases), folder / "data")
    subprocess.run([*command, "-q", "build"], check=True)
    path = sorted((folder / "data").glob("*.yaml"))[releases // 2]
    text = path.read_text(encoding="utf-8")
    print("| edited | command | seconds | memory |")
    print("|---|---|---|---|")

    def timed(what: str, *arguments: str) -> None:
        start = time.perf_counter()
        with subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - start
        print(f"| {what} | `{' '.join(arguments)}` | {took:.2f} | {used.ru_maxrss / 1024:.0f} MiB |", flush=True)

    timed("nothing", "validate", "--changed")
    for what, (old, new) in EDITS.items():
        path.write_text(text.replace(old, new), encoding="utf-8")
        timed(what, "validate", "--changed")
    path.unlink()
    timed("the file deleted", "validate", "--changed")
    path.write_text(text.replace(*EDITS["a date"]), encoding="utf-8")
    timed("a date", "build")
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 150, 500, 1000, 2500])
    parser.add_argument("--reference-up-to", type=int, default=150)
    parser.add_argument("--measure", nargs=2, metavar=("RELEASES", "ENGINE"), help=argparse.SUPPRESS)
    parser.add_argument("--edit", type=int, metavar="N", help="measure one edit among N files, instead")
    parser.add_argument("--folder", type=Path, help="where these files are kept (default: nowhere)")
    arguments = parser.parse_args()
    if arguments.edit:
        with tempfile.TemporaryDirectory() as temporary:
            measure_edits(arguments.edit, arguments.folder or Path(temporary))
        return
    if arguments.measure:
        measure(int(arguments.measure[0]), arguments.measure[1])
        return
    print("| releases | triples | shacl | more memory | pySHACL | more memory | times as fast | same results |")
    print("|---|---|---|---|---|---|---|---|")
    for size in arguments.sizes:
        fast = run(size, "shacl")
        row = [str(size), f"{fast['triples']:,}", f"{fast['seconds']:.2f} s", f"{fast['mib']:.0f} MiB"]
        if size <= arguments.reference_up_to:
            slow = run(size, "pyshacl")
            ratio = float(str(slow["seconds"])) / float(str(fast["seconds"]))
            same = f"yes, {len(list(fast['results']))}" if fast["results"] == slow["results"] else "NO"  # type: ignore[call-overload]
            row += [f"{slow['seconds']:.1f} s", f"{slow['mib']:.0f} MiB", f"{ratio:.0f}", same]
        else:
            row += ["–", "–", "–", f"{len(list(fast['results']))} found"]  # type: ignore[call-overload]
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
