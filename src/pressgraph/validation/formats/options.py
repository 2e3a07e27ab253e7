"""What all forms of a report may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to write a report.

    `root` is where relative file names lie, so that their lines can be shown; `texts` are files that are not on disk.
    """

    language: str = "en"
    root: Path = field(default_factory=Path.cwd)
    width: int = 80
    color: bool = False
    technical: bool = False
    """Whether to show shape, path, component and IRIs."""
    every: bool = False
    """Whether to show each place of a problem that stands in many."""
    texts: Mapping[str, str] = field(default_factory=dict)
    version: str = ""

    def find(self, name: str) -> Path:
        """Return the file that a place calls so: below the root, else where the user named it from."""
        path = self.root / name
        return path if path.exists() else Path(name)
