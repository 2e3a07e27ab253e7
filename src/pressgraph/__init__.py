"""pressgraph: publish the facts of press releases about industry clusters as linked data.

import pressgraph

workspace = pressgraph.open("my-project")
workspace.build()
rows = workspace.query("labels-valid-on", date="2020-06-01")
graph = workspace.graph()          # an rdflib Dataset over the same store
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.version import __version__

if TYPE_CHECKING:
    from pressgraph.errors import PressgraphError
    from pressgraph.workspace import Workspace
    from pressgraph.workspace import open_workspace as open  # noqa: A004 - as in `tarfile.open`: used qualified

__all__ = ["PressgraphError", "Workspace", "__version__", "open"]


def __getattr__(name: str) -> object:
    # imported when asked for: a program that starts has its say about Ctrl-C first
    match name:
        case "PressgraphError":
            from pressgraph import errors

            return errors.PressgraphError
        case "Workspace":
            from pressgraph import workspace

            return workspace.Workspace
        case "open":
            from pressgraph import workspace

            return workspace.open_workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
