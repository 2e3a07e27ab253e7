"""Measure the editor: open a file and save a fact, on the founding release and on one of 2,000 facts.

`make bench-edit`. What is measured is the library and the page around it, without a network; medians of several runs.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pressgraph
from pressgraph.edit.web.answers import Asked
from pressgraph.edit.web.desk import Desk
from pressgraph.edit.web.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

FOUNDING = Path(__file__).parents[1] / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"
RUNS = 7


def timed(run: Callable[[int], object], runs: int = RUNS) -> str:
    """Return the median of some runs in milliseconds, and that of what the processor took."""
    took = []
    for number in range(runs):
        began, used = time.perf_counter(), time.thread_time()
        run(number)
        took.append((time.perf_counter() - began, time.thread_time() - used))
    wall, cpu = (statistics.median(it) * 1000 for it in zip(*took, strict=True))
    return f"{wall:5.0f} ms (CPU {cpu:4.0f})"


def large(path: Path, facts: int) -> None:
    """Write a release of many facts about many things that have to do with each other."""
    lines = [
        "source: { id: document/large, type: NewsArticle, headline: { en: Large }, datePublished: 2026-01-15 }",
        "facts:",
    ]
    for number in range(facts // 2):
        lines += [
            f"  - id: agent/n{number}",
            "    type: Organization",
            f"    name: Organisation {number}",
            f"  - id: label/n{number}",
            f"    type: AwardedLabel  # of {number}",
            f"    heldBy: agent/n{number}",
            "    level: silver",
            "    validFrom: 2026-01-01",
            "    validThrough: 2027-12-31",
        ]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def measure(path: Path, name: str) -> None:
    """Print how long one file takes."""
    workspace = pressgraph.open(path.parents[2])
    views = Views(Desk(root=path.parents[2], session=workspace.editing))
    editor = workspace.edit(path)

    def see(_: int) -> None:
        views.file(Asked(query={"name": editor.name}))

    def save(number: int) -> None:
        editor.say({"id": f"agent/new-{number}", "type": "Organization", "name": f"New {number}"})

    def save_and_see(number: int) -> None:
        save(RUNS + number)
        see(number)

    print(f"{name:<28} first open {timed(see, 1)}", end="   ")
    # a large file is shown before shapes and checks have been asked about it
    asked = timed(lambda _: editor.open(), 1)
    print(f"all checks {asked}   open {timed(see)}   save {timed(save)}   save and see {timed(save_and_see)}")


def main() -> None:
    """Measure both files."""
    for name, facts in (("founding release, 124 facts", 0), ("2,000 facts", 2000)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data" / "releases" / "release.yaml"
            path.parent.mkdir(parents=True)
            if facts:
                large(path, facts)
            else:
                shutil.copy(FOUNDING, path)
            # the profile, rules and shapes are read once in a session, while the browser starts
            pressgraph.open(folder).editing.prepare()
            measure(path, name)


if __name__ == "__main__":
    main()
