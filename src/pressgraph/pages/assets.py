"""The files that every page needs: the sheet, the serif, the icon, the logos. Each has an address of its own.

The address changes with the file, so that a file that was fetched once is never asked for again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.project.colours import accent_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pressgraph.project.publication import Publication

STATIC = Path(__file__).parent / "static"
SHEET = "pressgraph.css"
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
_FACE = re.compile(r"@font-face \{[^}]*\}\n?")
_URL = re.compile(r"url\(([\w.-]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of the pages."""

    name: str
    content: bytes
    content_type: str
    digest: str

    @property
    def address(self) -> str:
        """Its name with its fingerprint, as a reference from a file beside it."""
        return f"{self.name}?v={self.digest}"


def page_assets(
    publication: Publication, *folders: Path, address: Callable[[Asset], str] = lambda it: it.address
) -> dict[str, Asset]:
    """Return the files of the pages by name, those of more folders among them.

    The sheet has the project's accent, and names the files that are there by their addresses.
    """
    found = {
        path.name: _asset(path.name, path.read_bytes())
        for folder in (STATIC, *folders)
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix in _CONTENT_TYPES and path.name != SHEET
    }
    if publication.logo is not None:
        name = f"logo{publication.logo.suffix}"
        found[name] = _asset(name, publication.logo.content)
    found.update((it.name, _asset(it.name, it.content)) for it in publication.logos.values())
    text = _named((STATIC / SHEET).read_text(encoding="utf-8"), found, address) + accent_rules(publication.accent)
    found[SHEET] = _asset(SHEET, text.encode())
    return found


def _asset(name: str, content: bytes) -> Asset:
    return Asset(
        name=name,
        content=content,
        content_type=_CONTENT_TYPES[Path(name).suffix],
        digest=hashlib.sha256(content).hexdigest()[:20],
    )


def _named(sheet: str, found: Mapping[str, Asset], address: Callable[[Asset], str]) -> str:
    """Name files in a sheet by their addresses; faces of the serif go where its files are not there."""

    def face(match: re.Match[str]) -> str:
        return match[0] if all(name in found for name in _URL.findall(match[0])) else ""

    return _URL.sub(lambda match: f"url({address(found[match[1]])})", _FACE.sub(face, sheet))
