"""Find the resource folders that ship with pressgraph.

An installed wheel carries them packed as `pressgraph/_resources/`. In a checkout (an editable install)
they are the root's own folders, so that an edit takes effect at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pressgraph.errors import PressgraphError

ResourceFolder = Literal["ontology", "shapes", "queries", "data"]


def resource_folder(name: ResourceFolder) -> Path:
    """Return the folder of shipped `ontology`, `shapes`, `queries` or `data`."""
    package = Path(__file__).resolve().parent.parent
    for home in (package / "_resources", package.parent.parent):
        if (home / name).is_dir():
            return home / name
    raise PressgraphError(
        f"the shipped folder '{name}' is missing beside {package}",
        hint="install pressgraph again, or run it from a complete checkout",
    )
