"""The folder that a site is written into: what in it is ours, and files that are written only where they differ.

Which files are ours stands in `.pressgraph-site`, in the form of sha256sum. A file that does not stand there is never
written over and never removed. The list is written before the first file with all that is going to be made, so that a
run which is stopped leaves nothing that the next one would take for somebody else's.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

LIST = ".pressgraph-site"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_UNWRITTEN = "0" * 64
_TEMPORARY = ".pressgraph-new"


class Folder:
    """A site's folder. Names are paths below it with slashes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ours: dict[str, str] = {}
        """The files that were made the last time, or were going to be, each with its SHA-256."""
        self.foreign: set[str] = set()
        """Files that others put where one of ours belongs; they stay."""
        self._noted: dict[str, str] = {}

    def open(self) -> None:
        """Read which files are ours; make the folder where there is none.

        Raises PressgraphError for what is no folder that can be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f"{LIST}{_TEMPORARY}"
            probe.write_bytes(b"")
            probe.unlink()
        except (FileExistsError, NotADirectoryError) as error:
            raise PressgraphError(
                gettext("{folder} is a file; a site is a folder", folder=self.path), hint=gettext("name another one")
            ) from error
        with suppress(FileNotFoundError):
            for line in (self.path / LIST).read_text(encoding="utf-8", errors="surrogateescape").splitlines():
                if (found := _LINE.fullmatch(line)) and _is_below(found[2]):
                    self.ours[found[2]] = found[1]
        self._noted = self.ours

    def begin(self, names: Iterable[str]) -> None:
        """Take note of files that are going to be made; those of others are found now."""
        planned = {name for name in names if name not in self._noted and name not in self.foreign}
        self.foreign |= (foreign := {name for name in planned if os.path.lexists(self.path / name)})
        if fresh := planned - foreign:
            self._noted = {**dict.fromkeys(fresh, _UNWRITTEN), **self._noted}
            self._save(self._noted)

    def finish(self, made: Mapping[str, str]) -> list[str]:
        """Remove the files of before that were not made this time; return their names."""
        gone = sorted(self.ours.keys() - made.keys())
        for name in gone:
            path = self.path / name
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
            for parent in path.parents:
                if parent == self.path:
                    break
                try:
                    parent.rmdir()
                except OSError:
                    # somebody else's file is in it, or one of ours
                    break
        self._save(made)
        self.ours = dict(made)
        return gone

    def _save(self, made: Mapping[str, str]) -> None:
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(made.items()))
        content = lines.encode("utf-8", "surrogateescape")
        path = self.path / LIST
        if not path.is_file() or path.read_bytes() != content:
            with write_atomically(path) as file:
                file.write(content)


def write(root: Path, name: str, content: bytes) -> bool:
    """Write a file of a site beside its place and rename it; one that has this content already is left alone.

    Returns whether it was written. Raises OSError, which names the file.
    """
    path = root / name
    with suppress(OSError):
        if os.stat(path, follow_symlinks=False).st_size == len(content) and path.read_bytes() == content:  # noqa: PTH116 - a link is no file of ours
            return False
    beside = path.with_name(f"{path.name}{_TEMPORARY}")
    try:
        try:
            beside.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        if error.filename is None or str(error.filename).endswith(_TEMPORARY):
            error.filename, error.filename2 = str(path), None
        raise
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return True


def unchanged_stats(
    root: Path, made: Mapping[str, str], stats: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """Return the sizes and times of the files that are as they were written, by name.

    A file with the size and the time of before is taken for unchanged, as builds do; else its bytes are compared.
    """
    unchanged: dict[str, tuple[int, int]] = {}
    for name, digest in made.items():
        found = _stat(root, name)
        if found is not None and (stats.get(name) == found or _has_content(root / name, digest)):
            unchanged[name] = found
    return unchanged


def _has_content(path: Path, digest: str) -> bool:
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    return False


def stats_of(root: Path, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the sizes and times of files that are there."""
    return {name: found for name in names if (found := _stat(root, name)) is not None}


def _stat(root: Path, name: str) -> tuple[int, int] | None:
    """Return the size and the time of a file; None where there is none."""
    try:
        # a Path takes ten times as long, and a site has very many files
        found = os.lstat(f"{root}/{name}")
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_below(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")
