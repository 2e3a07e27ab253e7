"""Measure pushes of generated releases to real stores: the first, one with nothing to do, one where 100 are others.

    python benchmarks/push.py --releases 10000 oxigraph virtuoso

Every push is checked: the store's triples are counted, and `--check` reads all of them back.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.dataset.withholding import Rules
from pressgraph.remote.push import plan_push, push
from pressgraph.remote.store import Addresses, RemoteStore
from pressgraph.workspace import Workspace, open_workspace

# a script finds its own folder's modules, not the root's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import iter_releases, release_lines
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRON = {"PRESSGRAPH_ENDPOINT_USER": "dba", "PRESSGRAPH_ENDPOINT_PASSWORD": "dba"}
CHANGED = 0.01
"""The part of the releases that are others the third time."""


def project(folder: Path, releases: int, *, seed: int) -> Workspace:
    """Build a project of generated releases, the last of which are of a seed of their own, if it is not there."""
    if (folder / ".pressgraph").exists():
        return open_workspace(folder)
    (folder / "data").mkdir(parents=True)
    kept = releases - max(1, round(releases * CHANGED))
    with (folder / "data" / "releases.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(islice(release_lines(iter_releases(releases)), kept))
        file.writelines(islice(release_lines(iter_releases(releases, seed=seed)), kept, None))
    workspace = open_workspace(folder)
    workspace.build()
    return workspace


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Do something, and print how long it took."""
    started, used = time.perf_counter(), time.process_time()
    found = work()
    seconds, own = time.perf_counter() - started, time.process_time() - used
    sent = len(found.uploaded) + len(found.replaced)
    rate = f"{sent / seconds:8.0f} sources/s" if sent else ""
    print(f"  {label:<22} {seconds:8.1f} s (own CPU {own:6.1f} s)  {sent:6} sent {found.triples:9} triples {rate}")
    sys.stdout.flush()
    return found


def measure(kind: str, first: Workspace, second: Workspace, folder: Path, jobs: int) -> None:
    """Push to a store of a kind."""
    with getattr(servers, kind)(folder / "store") as address:
        target = RemoteStore(Addresses.of(address), environ=ENVIRON, connections=jobs, timeout=600)
        print(kind)

        def send(workspace: Workspace) -> Any:
            return push(workspace.dataset(), target, rules=Rules(), jobs=jobs)

        sent = timed("first push", lambda: send(first))
        rows = target.select(
            "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), '/id/')) }"
        )
        notes = target.count(f"{first.project.id_base}push")
        if int(rows[0]["n"].value) - notes != sent.triples:
            sys.exit(f"{kind} has {rows[0]['n'].value} triples, and {sent.triples} were sent")
        if timed("nothing to do", lambda: send(first)).changes:
            sys.exit("the second push sent something")
        timed("1 in 100 others", lambda: send(second))
        if timed("read back (--check)", lambda: plan_push(second.dataset(), target, rules=Rules(), check=True)).changes:
            sys.exit("what is there is not what was sent")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", nargs="*", default=["oxigraph", "virtuoso"], metavar="STORE")
    parser.add_argument("--releases", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--projects", type=Path, metavar="DIR", help="keep the built projects here, for another run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        projects = options.projects or folder
        first = project(projects / f"{options.releases}-first", options.releases, seed=1)
        second = project(projects / f"{options.releases}-second", options.releases, seed=2)
        print(f"{options.releases} releases, {options.jobs} jobs")
        for kind in options.stores:
            (folder / kind).mkdir()
            measure(kind, first, second, folder / kind, options.jobs)


if __name__ == "__main__":
    main()
