"""pressgraph: publish the facts of press releases about industry clusters as linked data.

import pressgraph

workspace = pressgraph.open("my-project")
workspace.build()
rows = workspace.query("labels-valid-on", date="2020-06-01")
graph = workspace.graph()          # an rdflib Dataset over the same store
"""

from __future__ import annotations

from pressgraph.errors import PressgraphError
from pressgraph.workspace import Workspace
from pressgraph.workspace import open_workspace as open  # noqa: A004 - as in `tarfile.open`: used qualified

__all__ = ["PressgraphError", "Workspace", "__version__", "open"]


def __getattr__(name: str) -> str:
    # reading a package's metadata takes longer than most imports
    if name == "__version__":
        from importlib.metadata import version

        return version("pressgraph")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
