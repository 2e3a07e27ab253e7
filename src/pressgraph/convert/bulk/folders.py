"""The folder that a cluster writes into: a path that all its machines see, or an address that fsspec opens.

A file appears under its name when it is complete: at a path it is renamed, to an object store it is sent whole.
"""

from __future__ import annotations

import tempfile
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pressgraph.convert.inputs import is_address, shown, worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def open_folder(where: str) -> LocalFolder | RemoteFolder:
    """Return the folder at a path or an address; it is made if it is missing, but a bucket is not.

    Raises OSError for a path, PressgraphError for an address.
    """
    if where.startswith("file://"):
        from fsspec.implementations.local import LocalFileSystem

        return LocalFolder(LocalFileSystem._strip_protocol(where))  # noqa: SLF001 - public by fsspec's documentation
    return RemoteFolder(where) if is_address(where) else LocalFolder(str(Path(where).resolve()))


class LocalFolder:
    """A folder at a path."""

    def __init__(self, where: str) -> None:
        self.path = Path(where)
        self.path.mkdir(parents=True, exist_ok=True)

    def __str__(self) -> str:
        return str(self.path)

    def sizes(self) -> dict[str, int]:
        """Return the sizes of the files by name."""
        sizes = {}
        for path in self.path.iterdir():
            # others may be writing
            with suppress(FileNotFoundError):
                sizes[path.name] = path.stat().st_size
        return sizes

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what is in files, by name."""
        return {name: (self.path / name).read_bytes() for name in names}

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file that appears when it is complete."""
        beside = self.path / f".{name}.{uuid.uuid4().hex}"
        try:
            with beside.open("wb") as file:
                yield file
            beside.replace(self.path / name)
        finally:
            beside.unlink(missing_ok=True)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what workers that died had begun to write."""
        for pattern in (".shard-*", ".progress-*"):
            for beside in self.path.glob(pattern):
                beside.unlink(missing_ok=True)


class RemoteFolder:
    """A folder at an address."""

    def __init__(self, where: str) -> None:
        self.where = where.rstrip("/")
        with worded(self.where):
            import fsspec

            self._files, self._path = fsspec.url_to_fs(self.where)
            if "/" in self._path:
                # no parents: a bucket whose name is misspelt is not to be made
                with suppress(FileExistsError):
                    self._files.mkdir(self._path, create_parents=False)

    def __str__(self) -> str:
        return shown(self.where)

    def sizes(self) -> dict[str, int]:
        """Return the sizes of the files by name."""
        with worded(self.where):
            self._files.invalidate_cache()
            try:
                listed = self._files.ls(self._path, detail=True)
            except FileNotFoundError:
                return {}
        return {_name(entry["name"]): entry["size"] for entry in listed if entry["type"] == "file"}

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what is in files, by name."""
        paths = self._paths(names)
        with worded(self.where):
            contents: dict[str, bytes] = self._files.cat(paths) if paths else {}
        return {_name(path): data for path, data in contents.items()}

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file that appears when it is complete."""
        with tempfile.NamedTemporaryFile(prefix="pressgraph-") as file:
            yield file
            file.flush()
            with worded(f"{self.where}/{name}"):
                self._files.put_file(file.name, f"{self._path}/{name}")

    def remove(self, names: Iterable[str]) -> None:
        """Remove files."""
        with worded(self.where):
            if paths := self._paths(names):
                self._files.rm(paths)

    def sweep(self) -> None:
        """Abort what workers that died had begun to send: S3 keeps parts, and wants money for them, until then."""
        if "s3" not in self._files.protocol:
            return
        bucket, _, prefix = self._path.partition("/")
        prefix = f"{prefix}/shard-".lstrip("/")
        # who may write may not be allowed to list
        with suppress(OSError):
            uploads = self._files.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix)
            for upload in uploads.get("Uploads", ()):
                self._files.abort_mpu(bucket, upload["Key"], upload["UploadId"])

    def _paths(self, names: Iterable[str]) -> list[str]:
        return [f"{self._path}/{name}" for name in names]


def _name(path: Any) -> str:
    return str(path).rpartition("/")[2]
