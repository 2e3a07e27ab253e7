"""Tell whether facts files have changed, reading only those that can have."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from pressgraph.facts.tables.open import SQL, open_sheets
from pressgraph.project import sealed, unsealed, write_atomically

if TYPE_CHECKING:
    from pressgraph.project import Project

_FILE = "fingerprints.json"
_VERSION = 1
# A file that was written this short a time ago can be written again without its times telling of it.
_SETTLED = 2_000_000_000
# To read so few files again takes less time than to write down what is known of thousands.
_FEW = 50

_Print: TypeAlias = tuple[int, int, int, int, str]
"""Size, time of change of content and of status in nanoseconds, inode; SHA-256."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the cache holds."""

    version: int
    files: dict[str, _Print]


class Fingerprints:
    """The fingerprints of a project's files; those whose size and times stand as they were are not read again.

    In the project's cache lies what was known last; without it every file is read.
    """

    def __init__(self, project: Project, *, trust: bool = True) -> None:
        """Start from what was known last, or (`trust` is false) from nothing."""
        self._project = project
        self._root = f"{project.root}{os.sep}"
        self._path = project.cache / _FILE
        self._known: dict[str, _Print] = {}
        self._new: dict[str, _Print] = {}
        if trust:
            # of another version, or spoilt: all is read again
            with suppress(OSError, ValueError):
                stored = unsealed(self._path.read_bytes(), _Kept)
                if stored.version == _VERSION:
                    self._known = stored.files

    def of(self, name: str) -> str:
        """Return what changes with what a facts file says.

        That is the SHA-256 of its bytes, and of tables also of their settings and of the rows that a query gives.
        """
        try:
            digest = self._of_bytes(f"{self._root}{name}", name)
        except OSError as error:
            # whoever reads it says so, beside what is wrong with the others
            return f"unreadable: {error.strerror}"
        if self._project.require_reviewed:
            # then it says less
            digest = hashlib.sha256(f"{digest} reviewed".encode()).hexdigest()
        asks = name.lower().endswith(SQL)
        if not self._project.tables and not asks:
            return digest
        path = self._project.root / name
        settings = self._project.tables_of(path)
        if not settings and not asks:
            return digest
        more = hashlib.sha256(f"{digest} {settings!r}".encode())
        if asks:
            sheets, _ = open_sheets(path, name=path.name, settings=settings, root=self._project.root)
            for sheet in sheets:
                for row in sheet.rows:
                    more.update(repr(row).encode())
        return more.hexdigest()

    def of_text(self, path: Path) -> str:
        """Return what changes with the text that a file's evidence is checked against."""
        try:
            return self._of_bytes(str(path), f"text {path}")
        except OSError as error:
            return str(error.strerror)

    def _of_bytes(self, path: str, name: str) -> str:
        # of ten thousand files: plain calls, no objects for paths
        status = os.stat(path)  # noqa: PTH116
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        entry = self._known.get(name)
        if entry is not None and entry[:-1] == stamp:
            self._new[name] = entry
            return entry[-1]
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if max(status.st_mtime_ns, status.st_ctime_ns) < time.time_ns() - _SETTLED:
            self._new[name] = (*stamp, digest)
        return digest

    def save(self) -> None:
        """Keep what is known of the files, unless it is little more than before; that it is lost costs only time."""
        known = self._known
        learned = sum(known.get(name) is not entry for name, entry in self._new.items())
        if learned <= min(_FEW, len(known) // 10):
            return
        with write_atomically(self._path, durable=False) as file:
            file.write(sealed(_Kept(version=_VERSION, files=self._new), sort=False))
