"""Why a store could not be opened or written, and what helps: engines say it in words, systems by number."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from pressgraph.errors import StoreError
from pressgraph.i18n import gettext, pgettext

if TYPE_CHECKING:
    from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = ("No space left on device", "Disk quota exceeded", "File too large", "not enough space on the disk")
_FILES = {errno.EMFILE, errno.ENFILE}
_FILES_WORDS = ("file descriptors", "Too many open files")
_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
_RIGHTS_WORDS = ("Permission denied", "Read-only file system", "Operation not permitted")


class NoRoomError(StoreError):
    """The disk is full, or the user's part of it."""


class DamagedError(StoreError):
    """A store is there and is not whole."""


_CALLED = {"built": pgettext("store", "built"), "served": pgettext("store", "served")}


def no_room(error: BaseException) -> bool:
    """Tell whether an error says that the disk is full."""
    return _says(error, _FULL, _FULL_WORDS)


def store_error(store: Path, error: Exception, *, name: str = "built") -> StoreError:
    """Return the error for a store that could not be opened, copied or written, with what helps in its case."""
    if isinstance(error, StoreError):
        return error
    if no_room(error):
        return NoRoomError(
            gettext("the disk has no room left for {store}", store=store),
            hint=gettext("make room; what was published is whole"),
        )
    if _says(error, _FILES, _FILES_WORDS):
        return StoreError(
            gettext(
                "the {name} store {store} needs more open files than this process may have: {error}",
                name=_CALLED[name],
                store=store,
                error=error,
            ),
            hint=gettext("allow more: 'ulimit -n 1024', or LimitNOFILE= in a systemd unit"),
        )
    if _says(error, _RIGHTS, _RIGHTS_WORDS):
        return StoreError(
            gettext(
                "the {name} store {store} is not open to this user: {error}",
                name=_CALLED[name],
                store=store,
                error=error,
            ),
            hint=gettext("see who owns it"),
        )
    return damaged(
        gettext("the {name} store {store} cannot be opened: {error}", name=_CALLED[name], store=store, error=error),
        name=name,
    )


def damaged(reason: str, *, name: str = "built") -> DamagedError:
    """Return the error for a store that is not whole."""
    if name == "built":
        hint = gettext("run 'pressgraph build --full', which makes it anew")
    else:
        hint = gettext("what was written over HTTP lies there alone: put a backup of the folder in its place")
    return DamagedError(reason, hint=hint)


def _says(error: BaseException, numbers: set[int], words: tuple[str, ...]) -> bool:
    text = str(error)
    return getattr(error, "errno", None) in numbers or any(it in text for it in words)


def reason_of(error: Exception) -> str:
    """Return what an error says, without the place that the sentence around it names."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
