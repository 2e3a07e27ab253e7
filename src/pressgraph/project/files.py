"""Write files so that a reader never meets half of one."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def write_atomically(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a file beside `path` for writing, and rename it to `path` when the block ends without an error.

    An existing file keeps its owner, where the system lets us, and its permissions; a new one gets those that the
    umask gives. A symbolic link stays, and what it points to is replaced. A file that has several names, is mounted by
    itself, or lies in a folder in which nothing can be made is written over when all of it is there; a device or a pipe
    is written as it comes. What can be made again need not be `durable`: waiting for the disk can take a second.

    Raises OSError, which names `path`.
    """
    target = Path(os.path.realpath(path))
    try:
        special = _special(path)
        if special is not None:
            with special as file:
                yield file
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with _beside(target) as (file, beside):
            yield file
            file.flush()
            if beside is None or (target.exists() and target.stat().st_nlink > 1):
                _write_over(target, file)
                return
            if durable:
                os.fsync(file.fileno())
            try:
                beside.replace(target)
            except OSError as error:
                if error.errno not in {errno.EBUSY, errno.EXDEV}:
                    raise
                _write_over(target, file)
    except OSError as error:
        # what lies beside it is none of the user's business, and a full disk names no file at all
        named = str(error.filename or "").startswith(_prefix(target))
        if named or (error.filename is None and error.errno is not None):
            error.filename, error.filename2 = str(path), None
        raise


def link_file(path: Path, to: Path) -> None:
    """Give a file that nobody changes another name; where the file system knows no links, copy it.

    Raises OSError.
    """
    try:
        to.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, to)


def _prefix(target: Path) -> str:
    return str(target.with_name(f".{target.name[:40]}."))


_GIVEN = re.compile(r"/dev/(?:fd/(\d+)|(stdin|stdout|stderr))|/proc/self/fd/(\d+)")


def is_stream(path: Path) -> bool:
    """Tell whether what a path names can only be written to: a device, a pipe, or a descriptor that we were given."""
    return _GIVEN.fullmatch(str(path)) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def _special(path: Path) -> IO[bytes] | None:
    """Open what is no file that could be replaced: a device, a pipe, or a descriptor that we were given."""
    given = _GIVEN.fullmatch(str(path))
    if given is not None:
        number = given[1] or given[3] or ("stdin", "stdout", "stderr").index(given[2])
        # opened by its name it would be cut to nothing first
        return os.fdopen(os.dup(int(number)), "wb")
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else path.open("wb")


@contextmanager
def _beside(target: Path) -> Iterator[tuple[IO[bytes], Path | None]]:
    """Open a new file beside one; where none can be made there but the file can be written, one without a name."""
    beside = Path(f"{_prefix(target)}{secrets.token_hex(6)}")
    before = target.stat() if target.exists() else None
    # the system takes the umask from what a new file may; an old one's secrets are not shown for a moment either
    mode = before.st_mode & 0o777 if before is not None else 0o666
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except PermissionError:
        if before is None or not os.access(target, os.W_OK):
            raise
        with tempfile.TemporaryFile() as file:
            yield file, None
        return
    try:
        with os.fdopen(handle, "w+b") as file:
            if before is not None:
                # not ours to give away, or an owner whom this user namespace does not know
                with suppress(OSError):
                    os.chown(beside, before.st_uid, before.st_gid)
                beside.chmod(before.st_mode & 0o7777)
            yield file, beside
    finally:
        beside.unlink(missing_ok=True)


def _write_over(target: Path, file: IO[bytes]) -> None:
    """Write a file that stays where it is; room is taken first, so that a full disk leaves it as it was."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    with target.open("r+b") as into:
        before = os.fstat(into.fileno()).st_size
        if size > before and hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(into.fileno(), before, size - before)
            except OSError as error:
                into.truncate(before)
                if error.errno == errno.ENOSPC:
                    raise
        shutil.copyfileobj(file, into, 1024 * 1024)
        into.truncate(size)
        into.flush()
        os.fsync(into.fileno())
