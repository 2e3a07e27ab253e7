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

from pressgraph.errors import ProjectError
from pressgraph.i18n import gettext
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
    if folder is not None and Path(folder) != Path():
        return Workspace(open_project(Path(folder)), on_warning)
    try:
        here = Path.cwd()
    except OSError as error:
        raise ProjectError(
            gettext("the working folder is not there any more"), hint=gettext("change to a folder that is there")
        ) from error
    return Workspace(open_project(find_project(here)), on_warning)


class Workspace(Facts, BuiltGraph, Pages, Questions, Editing):
    """A project with its profile: everything that the commands do is a method here."""
