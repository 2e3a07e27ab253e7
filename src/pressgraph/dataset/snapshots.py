"""The built dataset on disk, as snapshots that never change once published.

    .pressgraph/
      current             the name of the published snapshot, replaced by renaming
      snapshots/000007/
        store/            an Oxigraph store
        unnamed/          of what is served, and where there is any: what was written without a graph, a store too
        build.json        what it was built from
        validation.json   of what is built: what its validation found
        compared/         and what each check compared
        altered.json      of what went on from another snapshot: from which, and the graphs that it may have changed
      cache/              what only saves time: which files are as they were, what shapes and checks read, the profile
      lock                held while building

A build works on a candidate, a copy of the published snapshot that shares its files by hard links, and publishes it
by renaming one small file. Readers open a published snapshot read-only; nobody writes it. A build that dies at any
moment leaves the published snapshot as it was and a candidate that the next build removes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pyoxigraph as ox

from pressgraph.dataset.failures import damaged, no_room, reason_of, store_error
from pressgraph.errors import StoreError
from pressgraph.i18n import gettext
from pressgraph.project import link_file, sealed, unsealed, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from pressgraph.project.typed_json import Struct

UNNAMED = "unnamed"
"""The folder beside a store that holds what was written to a served dataset without a graph."""
EARLIER = "earlier version"
"""What the manifest of a build says that an earlier version of the program made; it says nothing else."""
_ALTERED = "altered.json"
_SWEEPS = (0.01, 0.05, 0.2, 0.5, 0)
"""Seconds to wait after each try to remove a candidate's folder."""
_KEPT = 2
"""Published snapshots that stay: the current one, and the one before for those who still read it."""
_LONGEST_NAME = 20
"""Digits of a snapshot's name: file systems refuse to look for names that are much longer."""
_MOST_COMPACTED = 64 * 1024 * 1024
"""The size in bytes up to which a store is written anew, compact: about half a second. Larger ones mostly are."""
_PART = 240 * 60_000
"""Bytes of N-Quads that are written at a time, 60,000 or so: four times as many take as long, and more memory."""


class Altered(NamedTuple):
    """How a snapshot differs from the one that it went on from."""

    before: str
    """The identity of that one."""
    graphs: list[str]
    """The graphs that may hold something else than there, or are not in one of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A published, unchanging state of the dataset."""

    path: Path
    kind: str = "built"
    """What it is called in errors: 'built', or 'served'."""

    @property
    def name(self) -> str:
        """The snapshot's name; a new publication has a new one."""
        return self.path.name

    def open(self) -> ox.Store:
        """Open the store for reading.

        Raises StoreError.
        """
        try:
            return ox.Store.read_only(str(self.path / "store"))
        except (OSError, RuntimeError) as error:
            raise store_error(self.path, error, name=self.kind) from error

    def identity(self) -> str:
        """Return what tells the snapshot from all others of its folder, also of those whose name was used again.

        Raises StoreError.
        """
        try:
            return f"{self.name}-{(self.path / 'build.json').stat().st_mtime_ns}"
        except OSError as error:
            raise store_error(self.path, error, name=self.kind) from error

    def altered(self) -> Altered | None:
        """Return how the snapshot differs from the one before; None where it began anew, or nothing tells it."""
        with suppress(OSError, ValueError):
            return unsealed((self.path / _ALTERED).read_bytes(), Altered)
        return None

    def manifest(self) -> dict[str, Any]:
        """Return what the snapshot was built from; of an earlier version of the program, what is of use still.

        Raises StoreError.
        """
        try:
            data = (self.path / "build.json").read_bytes()
            try:
                manifest = unsealed(data, dict[str, Any])
            except ValueError:
                earlier = _of_earlier_version(data, self.kind)
                if earlier is None:
                    raise
                return earlier
        except (OSError, ValueError) as error:
            reason = gettext(
                "the {name} store {path} has no readable build.json: {reason}",
                name=self.kind,
                path=self.path,
                reason=reason_of(error),
            )
            raise damaged(reason, name=self.kind) from error
        return manifest

    def manifest_as(self, kind: type[Struct]) -> Struct | None:
        """Return what the snapshot was built from, as a type; None where another version of the program noted it.

        Raises StoreError.
        """
        with suppress(OSError, ValueError):
            return unsealed((self.path / "build.json").read_bytes(), kind)
        # whether it is of another version, or damaged
        self.manifest()
        return None


def _of_earlier_version(data: bytes, kind: str) -> dict[str, Any] | None:
    """Return what a version noted that wrote no seal, as far as it is of use; None where it noted something else.

    Of a build nothing is: whoever builds begins anew. What was written over HTTP lies in the served store alone.
    """
    try:
        stored = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(stored, dict):
        return None
    if kind == "built":
        return {EARLIER: True} if {"basis", "facts", "files"} <= stored.keys() else None
    match stored:
        case {"built": str() | None as built, "written": bool() as written, "id": str() as name}:
            gone = stored.get("gone", [])
            if isinstance(gone, list) and all(isinstance(it, str) for it in gone):
                return {"built": built, "written": written, "id": name, "gone": gone}
    return None


class Snapshots:
    """The snapshots below a project's state folder, or below the folder of what is served."""

    def __init__(self, state: Path, *, kind: str = "built", keep: Collection[str] = ()) -> None:
        """Take the folder; `keep` names older snapshots that stay for those who still read them."""
        self.state = state
        self.kind = kind
        self._keep = keep
        self._folder = state / "snapshots"
        self._pointer = state / "current"

    def current(self) -> Snapshot | None:
        """Return the published snapshot, or None before the first build."""
        try:
            name = self._pointer.read_bytes().decode("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise store_error(self._pointer, error, name=self.kind) from error
        path = self._folder / name
        if not name.isdecimal() or len(name) > _LONGEST_NAME or not path.is_dir():
            raise damaged(
                gettext("{pointer} names a snapshot that is not there", pointer=self._pointer), name=self.kind
            )
        return Snapshot(path=path, kind=self.kind)

    def touch(self) -> None:
        """Say that what is published was looked at and is current: who follows the pointer looks again."""
        try:
            os.utime(self._pointer)
        except OSError as error:
            raise store_error(self._pointer, error, name=self.kind) from error

    def looked(self) -> int:
        """Return when it was last published, or said that it is current, in nanoseconds."""
        return self._pointer.stat().st_mtime_ns

    @contextmanager
    def building(self, *, wait: float = 0) -> Iterator[None]:
        """Hold the lock that lets one build at a time write.

        Raises StoreError when another build holds it for longer than `wait` seconds.
        """
        import filelock

        try:
            self.state.mkdir(parents=True, exist_ok=True)
            ignore = self.state / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="ascii")
        except OSError as error:
            raise store_error(self.state, error, name=self.kind) from error
        lock = filelock.FileLock(self.state / "lock", timeout=wait)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise StoreError(
                gettext("another build is running in this project"), hint=gettext("wait for it, then try again")
            ) from error
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def candidate(self, *, fresh: bool = False, of: Snapshot | None = None) -> Candidate:
        """Start a candidate from the published snapshot, from another one, or from nothing. The lock must be held."""
        number = max((int(path.name) for path in self._published()), default=0) + 1
        published = of if of is not None or fresh else self.current()
        # A name of its own for each: a store that some traceback still holds open keeps its path locked.
        path = self._folder / f"{number:06d}.{secrets.token_hex(4)}.candidate"
        try:
            path.mkdir(parents=True)
            if published is not None:
                _link(published.path / "store", path / "store")
                if (published.path / UNNAMED).exists():
                    _link(published.path / UNNAMED, path / UNNAMED)
        except OSError as error:
            shutil.rmtree(path, ignore_errors=True)
            raise store_error(published.path if published is not None else path, error, name=self.kind) from error
        return Candidate(self, path, f"{number:06d}", published)

    def publish(self, path: Path, name: str) -> Snapshot:
        """Make a closed candidate the published snapshot; older ones go.

        Where that fails, what was published before stays published, and the candidate is gone.
        """
        target = self._folder / name
        try:
            path.rename(target)
            with write_atomically(self._pointer) as file:
                file.write(f"{name}\n".encode("ascii"))
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            raise store_error(target, error, name=self.kind) from error
        self._prune()
        return Snapshot(path=target, kind=self.kind)

    def _published(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*") if path.name.isdecimal())

    def _prune(self) -> None:
        for old in self._published()[:-_KEPT]:
            if old.name not in self._keep:
                shutil.rmtree(old, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what killed builds left: candidates, snapshots that were never published or never pruned."""
        try:
            current = self.current()
        except StoreError:
            # whoever needs what is published says so; a build that begins anew does not
            return
        for path in self._folder.glob("*"):
            if current is None or path.name > current.name or not path.name.isdecimal():
                shutil.rmtree(path, ignore_errors=True)
        for path in (*self.state.glob(f".{self._pointer.name}.*"), *(self.state / "cache").glob(".*")):
            path.unlink(missing_ok=True)
        self._prune()


def _parts_of(path: Path) -> Iterator[bytes]:
    """Yield a file of lines in parts, and remove it."""
    with path.open("rb") as file:
        while part := file.read(_PART):
            yield part + file.readline()
    path.unlink()


def _link(store: Path, to: Path) -> None:
    """Copy a store that nobody writes: tables of RocksDB never change and are linked, what it appends to is copied.

    As a backup does, without opening the store first.
    """
    to.mkdir()
    for path in store.iterdir():
        if path.name == "LOCK" or path.name.startswith("LOG"):
            continue
        if path.suffix == ".sst":
            link_file(path, to / path.name)
        else:
            shutil.copyfile(path, to / path.name)


class Candidate:
    """A store being built: within `with` it becomes a snapshot by `publish`, or it disappears.

    What a full disk or an engine makes of it is a StoreError there.
    """

    def __init__(self, snapshots: Snapshots, path: Path, name: str, before: Snapshot | None) -> None:
        self._snapshots = snapshots
        self._path = path
        self._name = name
        self._before = before

    def __enter__(self) -> Self:
        """Begin to work on the candidate."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Drop what was not published."""
        for pause in _SWEEPS:
            shutil.rmtree(self._path, ignore_errors=True)
            if not self._path.exists():
                break
            # an engine that some traceback still holds writes a last file into it
            time.sleep(pause)
        if isinstance(error, OSError) and no_room(error):
            raise store_error(self._snapshots.state, error, name=self._snapshots.kind) from error

    @property
    def path(self) -> Path:
        """The candidate's folder."""
        return self._path

    def open_store(self) -> ox.Store:
        """Open the candidate's store for writing; drop every reference to it before publishing."""
        try:
            return ox.Store(str(self._path / "store"))
        except (OSError, RuntimeError) as error:
            raise store_error(self._path, error, name=self._snapshots.kind) from error

    @contextmanager
    def writing(self, store: ox.Store) -> Iterator[Callable[[Iterable[bytes]], None]]:
        """Write a store in memory to the candidate's, in a thread beside what is done within.

        What is done within may add to the store, and hands that to the function, once, as N-Quads in parts of whole
        lines. The engine is given N-Quads, not objects: while it takes these and writes them, no other thread can run
        Python, for a quarter of the whole build.
        """
        dumped, added = self._path / "store.nq", self._path / "added.nq"
        added.touch()
        complete, stop = threading.Event(), threading.Event()

        def take(parts: Iterable[bytes]) -> None:
            with added.open("wb") as file:
                file.writelines(parts)
            complete.set()

        def parts() -> Iterator[bytes]:
            store.dump(dumped, ox.RdfFormat.N_QUADS)
            yield from _parts_of(dumped)
            complete.wait()
            yield from _parts_of(added)

        def write() -> None:
            written = self.open_store()
            for part in parts():
                if stop.is_set():
                    raise InterruptedError
                if b"_:" in part:
                    # of N-Quads, the engine gives blank nodes other names, in each part
                    written.bulk_extend(ox.parse(part, format=ox.RdfFormat.N_QUADS))
                else:
                    # an engine has written it, so that it need not be looked at for mistakes
                    written.bulk_load(part, ox.RdfFormat.N_QUADS, lenient=True)
            written.flush()
            # the parts overlap: whoever opens them next would begin to put them in order, and end before that is done
            written.optimize()

        with ThreadPoolExecutor(1) as thread:
            writing = thread.submit(write)
            try:
                yield take
            except BaseException:
                stop.set()
                raise
            finally:
                complete.set()
            writing.result()

    def note_altered(self, graphs: Iterable[str]) -> None:
        """Write how the snapshot is going to differ from the one that it goes on from, where it does from one."""
        if self._before is not None:
            (self._path / _ALTERED).write_bytes(sealed(Altered(self._before.identity(), sorted(graphs))))

    def settle(self, store: ox.Store) -> None:
        """Write out what the store holds, a small store compact: scans of that take two thirds of the time."""
        store.flush()
        size = 0
        for path in (self._path / "store").iterdir():
            with suppress(FileNotFoundError):  # the store drops files of its own accord
                size += path.stat().st_size
        if size <= _MOST_COMPACTED:
            store.optimize()

    def publish(self, manifest: object) -> Snapshot:
        """Write the manifest, a struct or what JSON can say, and publish the closed store.

        Raises StoreError.
        """
        try:
            with write_atomically(self._path / "build.json") as file:
                file.write(sealed(manifest, sort=False))
        except OSError as error:
            raise store_error(self._path, error, name=self._snapshots.kind) from error
        return self._snapshots.publish(self._path, self._name)
