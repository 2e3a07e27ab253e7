"""Find out what shapes and checks read, in a process beside the build: it takes seconds, and needs no facts."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.processes import ProcessEndedError, Processes
from pressgraph.profile import load_profile
from pressgraph.validation import load_checks
from pressgraph.validation.checks.check import CheckedGraph
from pressgraph.validation.incremental import FootprintCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pressgraph.project import Project

_YIELDING = 10
"""How much the process leaves to the build's others: only its end is waited for."""


@contextmanager
def learning(project: Project, path: Path) -> Iterator[None]:
    """Keep in a file what shapes and checks read, so that the first change is checked as fast as every other.

    Where the process ends before it is done, who needs it finds it out.
    """
    with Processes(1, _learning, project) as processes:
        _, learned = next(processes.answers([path], ahead=1))
        yield
        with suppress(ProcessEndedError):
            learned.result()


@contextmanager
def _learning(project: Project) -> Iterator[Callable[[Path], None]]:
    if hasattr(os, "nice"):
        os.nice(_YIELDING)
    graph = CheckedGraph(store=ox.Store(), profile=load_profile(project), id_base=project.id_base)

    def learn(path: Path) -> None:
        footprints = FootprintCache(path)
        footprints.learn(load_checks(project), graph)
        footprints.save()

    yield learn
