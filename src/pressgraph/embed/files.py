"""Pages on disk: which ones a path means, and how they are written."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import PageError, Place, PressgraphError
from pressgraph.i18n import gettext
from pressgraph.project import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = (".html", ".htm", ".xhtml")
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """A page's file; `named` where the user named it, not a folder or pattern that it is in."""

    path: Path
    named: bool


def find_pages(paths: Iterable[str | Path]) -> list[PageFile]:
    """Return the pages that paths mean: files, every page in folders, and what patterns with `*` match.

    In folders, hidden ones are left out, and symbolic links are followed to files of the same folder only. A file is
    one page, however often it is meant.

    Raises PressgraphError for a path that is nothing.
    """
    files: dict[Path, PageFile] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            pages = [PageFile(path=it, named=False) for it in _pages_in(path)]
        elif path.exists():
            pages = [PageFile(path=path, named=True)]
        elif path.is_symlink():
            raise PressgraphError(gettext("the link points to nothing"), place=Place(file=str(path)))
        elif any(character in str(given) for character in "*?["):
            pages = [PageFile(path=it, named=False) for it in _matching(str(given))]
            if not pages:
                raise PressgraphError(gettext("no page matches '{given}'", given=given))
        else:
            raise PressgraphError(gettext("there is no such file or folder"), place=Place(file=str(path)))
        for page in pages:
            page_file = files.get(page.path.resolve())
            if page_file is None or (page.named and not page_file.named):
                files[page.path.resolve()] = page
    return list(files.values())


def _pages_in(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES or not path.is_file():
                continue
            if not path.is_symlink() or path.resolve().is_relative_to(root):
                yield path


def _matching(pattern: str) -> list[Path]:
    import glob

    return sorted(Path(it) for it in glob.glob(pattern, recursive=True) if Path(it).is_file())  # noqa: PTH207 - absolute patterns


def read_page(path: Path) -> bytes:
    """Return a page's bytes.

    Raises PageError for what is no page: too large, or no file.
    """
    information = path.stat()
    if not stat.S_ISREG(information.st_mode):
        raise PageError(gettext("not a file"))
    if information.st_size > _LARGEST:
        raise PageError(
            gettext(
                "the file has {size} MB; pages have at most {most}",
                size=information.st_size // 2**20,
                most=_LARGEST // 2**20,
            )
        )
    return path.read_bytes()


def write_page(path: Path, before: bytes, after: bytes) -> None:
    """Write a page in one step, with the mode and owner that it has; through a symbolic link to what it points to.

    A file with several names (hard links) is written where it lies, so that it stays one file.

    Raises PageError where mode or owner would not stay, or the file has changed since it was read.
    """
    information = path.stat()
    if not information.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PageError(gettext("the file is read-only"), hint=gettext("make it writable first"))
    if information.st_nlink > 1:
        _write_in_place(path, before, after)
        return
    user = os.geteuid() if hasattr(os, "geteuid") else information.st_uid
    if user not in {0, information.st_uid}:
        raise PageError(
            gettext("the file belongs to another user, and would not any more"), hint=gettext("run this as its owner")
        )
    if path.read_bytes() != before:
        raise PageError(gettext("the file has changed while we read it"), hint=gettext("run this again"))
    with write_atomically(path) as file:
        file.write(after)


def _write_in_place(path: Path, before: bytes, after: bytes) -> None:
    """Write a page over itself; what goes wrong midway, a full disk too, leaves it as it was."""
    with path.open("r+b") as file:
        if file.read() != before:
            raise PageError(gettext("the file has changed while we read it"), hint=gettext("run this again"))
        try:
            # what is longer comes first: a full disk says so before anything is overwritten
            file.seek(len(before))
            file.write(after[len(before) :])
            file.flush()
            file.seek(0)
            file.write(after[: len(before)])
            file.truncate(len(after))
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            file.seek(0)
            file.write(before)
            file.truncate(len(before))
            raise
