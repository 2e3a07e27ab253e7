"""Find the resource folders that ship with pressgraph.

An installed wheel carries them packed as `pressgraph/_resources/`. In a checkout (an editable install)
they are the root's own folders, so that an edit takes effect at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext

ResourceFolder = Literal["ontology", "shapes", "queries", "data", "examples"]
# what lies elsewhere in a checkout: the constraints' examples are tests there
_IN_CHECKOUT = {"examples": "tests/shapes"}


def resource_folder(name: ResourceFolder) -> Path:
    """Return the folder of shipped `ontology`, `shapes`, `queries`, `data`, or `examples` of constraints."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_resources" / name, package.parent.parent / _IN_CHECKOUT.get(name, name)):
        if folder.is_dir():
            return folder
    raise PressgraphError(
        gettext("the shipped folder '{name}' is missing beside {package}", name=name, package=package),
        hint=gettext("install pressgraph again, or run it from a complete checkout"),
    )
