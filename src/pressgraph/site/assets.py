"""The files that pages of a site need: sheet, icon, scripts; each is named by its content, so that it can be kept."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pressgraph.pages.assets import page_assets

if TYPE_CHECKING:
    from pressgraph.pages.assets import Asset
    from pressgraph.project.publication import Publication

_OWN = Path(__file__).parent / "static"
_BUILT = Path(__file__).parent / "built"
"""What 'make assets' makes with npm: the SPARQL engine for browsers, with its licence."""


class Assets:
    """The files at `assets/`."""

    def __init__(self, publication: Publication) -> None:
        self._files = page_assets(publication, _OWN, _BUILT, address=_name)

    @property
    def has_engine(self) -> bool:
        """Whether SPARQL can be answered in the browser: whether the program was built with Node."""
        return "oxigraph.js" in self._files and "oxigraph.wasm" in self._files

    def name(self, name: str) -> str:
        """Return the name of a file in the site; empty where there is none."""
        return f"assets/{_name(self._files[name])}" if name in self._files else ""

    @property
    def digest(self) -> str:
        """What changes with any of the files."""
        return hashlib.sha256(repr(sorted((it.name, it.digest) for it in self._files.values())).encode()).hexdigest()

    def files(self) -> dict[str, bytes]:
        """Return the files, by their names in the site."""
        return {f"assets/{_name(it)}": it.content for it in self._files.values()}


def _name(asset: Asset) -> str:
    path = PurePath(asset.name)
    return f"{path.stem}.{asset.digest[:12]}{path.suffix}"
