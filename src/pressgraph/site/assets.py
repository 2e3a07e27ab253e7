"""The files that pages of a site need: sheet, icon, scripts; each is named by its content, so that it can be kept."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from pressgraph.pages.templates import STATIC

_OWN = Path(__file__).parent / "static"
_BUILT = Path(__file__).parent / "built"
"""What 'make assets' makes with npm: the SPARQL engine for browsers, with its licence."""
_SUFFIXES = (".css", ".js", ".svg", ".woff2", ".wasm")


class Assets:
    """The files at `assets/`."""

    def __init__(self) -> None:
        self._files = {
            path.name: path
            for folder in (STATIC, _OWN, _BUILT)
            if folder.is_dir()
            for path in sorted(folder.iterdir())
            if path.suffix in _SUFFIXES
        }

    @property
    def has_engine(self) -> bool:
        """Whether SPARQL can be answered in the browser: whether the program was built with Node."""
        return "oxigraph.js" in self._files and "oxigraph.wasm" in self._files

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {}
        for name, path in self._files.items():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            names[name] = f"assets/{path.stem}.{digest}{path.suffix}"
        return names

    def name(self, name: str) -> str:
        """Return the name of a file in the site."""
        return self._names[name]

    @property
    def digest(self) -> str:
        """What changes with any of the files."""
        return hashlib.sha256(repr(sorted(self._names.items())).encode()).hexdigest()

    def files(self) -> dict[str, bytes]:
        """Return the files, by their names in the site."""
        return {self._names[name]: path.read_bytes() for name, path in self._files.items()}
