"""The library: open a project, and do with one call what each command does.

>>> import pressgraph
>>> workspace = pressgraph.open(".")                               # doctest: +SKIP
>>> workspace.build()                                              # doctest: +SKIP
>>> for row in workspace.query("labels-valid-on", date="2020-06-01"):  # doctest: +SKIP
...     print(row["labelLabel"])
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.project import find_project, open_project
from pressgraph.workspace.editing import Editing
from pressgraph.workspace.facts import Facts
from pressgraph.workspace.graph import BuiltGraph
from pressgraph.workspace.pages import Pages
from pressgraph.workspace.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.errors import Problem

__all__ = ["Workspace", "open_workspace"]


def open_workspace(
    folder: str | Path | None = None, *, on_warning: Callable[[Problem], None] | None = None
) -> Workspace:
    """Open the project in a folder; without one, or in '.', the project that the working directory is in.

    Raises ProjectError.
    """
    root = Path(folder) if folder is not None and Path(folder) != Path() else find_project(Path.cwd())
    return Workspace(open_project(root), on_warning)


class Workspace(Facts, BuiltGraph, Pages, Questions, Editing):
    """A project with its profile: everything that the commands do is a method here."""
