"""Write files so that a reader never meets half of one."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def write_atomically(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a file beside `path` for writing, and rename it to `path` when the block ends without an error.

    An existing file keeps its owner, where the system lets us, and its permissions; a new one gets those that the
    umask gives. A symbolic link stays, and what it points to is replaced. What can be made again need not be
    `durable`: waiting for the disk can take a second.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if target.exists():
            before, now = target.stat(), Path(beside).stat()
            if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
                with suppress(PermissionError):
                    os.chown(beside, before.st_uid, before.st_gid)
            mode = before.st_mode & 0o7777
        else:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        Path(beside).chmod(mode)
        Path(beside).replace(target)
    except BaseException as error:
        Path(beside).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            # a full disk does not say which file it has no room for
            error.filename = str(path)
        raise


_SEAL = '{{"sha256": "{}", "kept": '


def sealed(value: Any) -> bytes:
    """Return what the program keeps for itself as JSON that says its own SHA-256.

    >>> unsealed(sealed({"a": [1]}))
    {'a': [1]}
    """
    # in ASCII: names of files need not be UTF-8
    data = json.dumps(value, sort_keys=True).encode() + b"}"
    return _SEAL.format(hashlib.sha256(data).hexdigest()).encode() + data


def unsealed(data: bytes) -> Any:
    """Return what was sealed; where a byte of it is another, nothing in it can be trusted.

    Raises ValueError.
    """
    length = len(_SEAL.format("0" * 64))
    digest = hashlib.sha256(data[length:]).hexdigest()
    if data[:length] != _SEAL.format(digest).encode():
        raise ValueError("it is not as it was written")
    return json.loads(data)["kept"]
