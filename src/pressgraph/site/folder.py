"""The folder that a site is written into: what in it is ours, and files that are written only where they differ.

Which files are ours stands in `.pressgraph-site`, in the form of sha256sum. A file that does not stand there is never
written over and never removed. The list is written before the first file with all that is going to be made, so that a
run which is stopped leaves nothing that the next one would take for somebody else's.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically
from pressgraph.site.kept import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pressgraph.site.kept import Kept

LIST = ".pressgraph-site"
_LINE = re.compile(rb"([0-9a-f]{64})  (.+)")
_UNWRITTEN = bytes(32)
_TEMPORARY = ".pressgraph-new"
_TOGETHER = 10_000
"""Lines of the list that are written together."""


class Folder:
    """A site's folder. Names are paths below it with slashes."""

    def __init__(self, path: Path, kept: Kept) -> None:
        self.path = path
        self.foreign: set[str] = set()
        """Files that others put where one of ours belongs; they stay."""
        self._kept = kept

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
        if self._is_as_noted():
            return
        ours = dict[str, bytes]()
        with suppress(FileNotFoundError):
            for line in (self.path / LIST).read_bytes().splitlines():
                # no name of ours is another than UTF-8
                if (found := _LINE.fullmatch(line)) and _is_below(name := found[2].decode(errors="replace")):
                    ours[name] = bytes.fromhex(found[1].decode())
        self._kept.disown([it for it, *_ in self._kept.files() if it not in ours])
        self._kept.plan(ours.items())

    def begin(self, names: Iterable[str]) -> None:
        """Take note of files that are going to be made; those of others are found now."""
        names = iter(names)
        while some := list(islice(names, _TOGETHER)):
            planned = [name for name in some if name not in self.foreign and not self._kept.is_ours(name)]
            self.foreign |= (foreign := {name for name in planned if os.path.lexists(self.path / name)})
            if fresh := [name for name in planned if name not in foreign]:
                self._kept.plan((name, _UNWRITTEN) for name in fresh)
                # a line that is not whole, after a run that was killed, spoils none of these
                lines = b"\n" + b"".join(_line(name, _UNWRITTEN) for name in fresh)
                with (self.path / LIST).open("ab") as file:
                    file.write(lines)
                    file.flush()
                    os.fsync(file.fileno())

    def finish(self) -> list[str]:
        """Remove the files of before that were not made this time; return their names."""
        gone = self._kept.take_unmade()
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
        if not self._kept.is_changed and self._is_as_noted():
            return gone
        lines = (_line(name, digest) for name, digest, *_ in self._kept.files())
        with write_atomically(self.path / LIST) as file:
            while some := b"".join(islice(lines, _TOGETHER)):
                file.write(some)
        self._kept.note(LIST, _stat(self.path, LIST))
        return gone

    def _is_as_noted(self) -> bool:
        """Tell whether the list of files is the one of the files that are kept, by its size and time."""
        return self._kept.noted(LIST, tuple[int, int]) == _stat(self.path, LIST)


def _line(name: str, digest: bytes) -> bytes:
    return b"%s  %s\n" % (digest.hex().encode(), name.encode())


def write(root: Path, name: str, content: bytes | Iterable[bytes]) -> tuple[bool, Standing]:
    """Write a file of a site beside its place and rename it; one that has this content already is left alone.

    `content` may come in parts. Returns whether it was written, and the file as it stands. Raises OSError, which names
    the file.
    """
    path = root / name
    parts = [content] if isinstance(content, bytes) else content
    if isinstance(content, bytes):
        with suppress(OSError):
            if (found := _stat(root, name)) and found[0] == len(content) and path.read_bytes() == content:
                return False, Standing(hashlib.sha256(content).digest(), *found)
    beside = path.with_name(f"{path.name}{_TEMPORARY}")
    digest = hashlib.sha256()
    try:
        try:
            file = beside.open("wb")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = beside.open("wb")
        with file:
            for part in parts:
                digest.update(part)
                file.write(part)
        found = None if isinstance(content, bytes) else _stat(root, name)
        if found is not None and found[0] == beside.stat().st_size and filecmp.cmp(path, beside, shallow=False):
            beside.unlink()
            return False, Standing(digest.digest(), *found)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        if error.filename is None or str(error.filename).endswith(_TEMPORARY):
            error.filename, error.filename2 = str(path), None
        raise
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    found = _stat(root, name)
    return True, Standing(digest.digest(), *(found or (0, 0)))


def changed_parts(root: Path, kept: Kept) -> set[int]:
    """Return what has files that are not as they were written, by the numbers that are kept.

    A file with the size and the time of before is taken for unchanged, as builds do; else its bytes are compared.
    """
    changed: set[int] = set()
    times: list[tuple[int, str]] = []
    for name, digest, size, time, part in kept.files():
        if part is None or part in changed:
            continue
        found = _stat(root, name)
        if found == (size, time):
            continue
        if found is not None and _has_content(root / name, digest):
            times.append((found[1], name))
        else:
            changed.add(part)
    kept.note_times(times)
    return changed


def _has_content(path: Path, digest: bytes) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == digest
    return False


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
