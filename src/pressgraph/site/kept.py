"""What is kept of a site from one run to the next, in SQLite: its files, what each page has read, what things add.

    .pressgraph/site/NAME.kept

A run is one transaction: one that is stopped leaves what was kept before it. All of it can be made again, and a
database that is damaged, or of an earlier version, is begun anew.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from pressgraph.dataset.failures import DamagedError
from pressgraph.errors import StoreError
from pressgraph.feeds import Row, Told
from pressgraph.i18n import gettext
from pressgraph.site.drawing import Page
from pressgraph.site.published import FOLDER
from pressgraph.site.reads import Answers
from pressgraph.site.told import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pressgraph.project import Project

# Raise it when something else is kept than before.
_VERSION = 1
_NAME = 16
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NUMBERS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
"""What the system says of what SQLite says."""
HEADS = "heads"
"""Where it is noted what stands at the head of the files of which subjects are kept."""
_WHOLE = "whole"
"""The kind of parts that are groups of files about the graph as a whole."""
_TABLES = """
CREATE TABLE noted (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE part (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT, asked BLOB, reads BLOB,
    UNIQUE (kind, name)
);
CREATE TABLE file (name TEXT PRIMARY KEY, part INTEGER, digest BLOB NOT NULL, size INTEGER, time INTEGER) WITHOUT ROWID;
CREATE INDEX file_of_part ON file (part);
CREATE TABLE entry (
    iri TEXT PRIMARY KEY, page TEXT NOT NULL, called BLOB NOT NULL, rows BLOB, day TEXT, told BLOB NOT NULL, event BLOB
) WITHOUT ROWID;
CREATE TABLE subject (
    name TEXT PRIMARY KEY, node_name TEXT NOT NULL, turtle BLOB NOT NULL, node BLOB NOT NULL, lines BLOB NOT NULL
);
CREATE INDEX subject_of_node ON subject (node_name);
CREATE TABLE pack (
    file TEXT, digest BLOB, content BLOB NOT NULL, is_used INTEGER NOT NULL, PRIMARY KEY (file, digest)
) WITHOUT ROWID;
"""
_NO_ENTRY = (None,) * len(Entry._fields)
T = TypeVar("T")


class Standing(NamedTuple):
    """A file as it was written: its SHA-256, its size in bytes, and its time in nanoseconds."""

    digest: bytes
    size: int
    time: int


class Kept:
    """What is kept of a site, within the transaction of one run."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.renamed: set[str] = set()
        """Things whose pages call them otherwise than before."""
        self.is_changed = False
        """Whether there are other files than before, or other content in some."""
        self._marks = self.noted("marks", dict[str, int]) or dict.fromkeys(Entry._fields, 0)
        self._marked: set[str] = set()

    # -- what is noted of all

    def noted(self, name: str, kind: type[T]) -> T | None:
        """Return what is noted under a name."""
        found = self._database.execute("SELECT value FROM noted WHERE name = ?", (name,)).fetchone()
        return msgspec.msgpack.decode(found[0], type=kind) if found else None

    def note(self, name: str, value: object) -> None:
        """Note something under a name; None: nothing."""
        if value is None:
            self._database.execute("DELETE FROM noted WHERE name = ?", (name,))
        else:
            self._database.execute("INSERT OR REPLACE INTO noted VALUES (?, ?)", (name, msgspec.msgpack.encode(value)))

    def forget(self) -> None:
        """Forget all parts; which files are ours stays."""
        self._database.execute("UPDATE file SET part = NULL")
        for table in ("part", "entry", "subject", "pack"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self.note(HEADS, None)

    # -- pages, and groups of files about the graph as a whole: the parts of a site

    def pages(self) -> dict[Page, int]:
        """Return the pages, each with its number."""
        rows = self._database.execute("SELECT kind, name, id FROM part WHERE kind <> ?", (_WHOLE,))
        return {Page(kind, name): number for kind, name, number in rows}

    def reads(self) -> Iterator[tuple[int, bytes]]:
        """Yield what pages have read, by their numbers."""
        return self._database.execute("SELECT id, reads FROM part WHERE kind <> ?", (_WHOLE,))

    def asked(self) -> dict[int, Answers]:
        """Return what the pages of queries have asked, by their numbers."""
        rows = self._database.execute("SELECT id, asked FROM part WHERE asked IS NOT NULL")
        return {number: msgspec.msgpack.decode(it, type=Answers) for number, it in rows}

    def put(self, page: Page, files: Mapping[str, Standing], *, reads: bytes, asked: Answers | None = None) -> None:
        """Keep a page as it was written."""
        self._put(page, files, None, reads, None if asked is None else msgspec.msgpack.encode(asked))

    def group(self, name: str) -> tuple[int, str, bytes] | None:
        """Return the number of a group of files, its key, and what was read for it."""
        found: tuple[int, str, bytes] | None = self._database.execute(
            "SELECT id, key, reads FROM part WHERE kind = ? AND name = ?", (_WHOLE, name)
        ).fetchone()
        return found

    def put_group(self, name: str, files: Mapping[str, Standing], *, key: str, reads: bytes) -> None:
        """Keep a group of files as they were written."""
        self._put((_WHOLE, name), files, key, reads, None)

    def _put(
        self,
        part: tuple[str, str],
        files: Mapping[str, Standing],
        key: str | None,
        reads: bytes | None,
        asked: bytes | None,
    ) -> None:
        (number,) = self._database.execute(
            "INSERT INTO part (kind, name, key, asked, reads) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, name) "
            "DO UPDATE SET key = excluded.key, asked = excluded.asked, reads = excluded.reads RETURNING id",
            (*part, key, asked, reads),
        ).fetchone()
        before = dict(self._database.execute("SELECT name, digest FROM file WHERE part = ?", (number,)))
        if before != {name: it.digest for name, it in files.items()}:
            self.is_changed = True
            gone = ((name,) for name in before.keys() - files.keys())
            self._database.executemany("UPDATE file SET part = NULL WHERE name = ?", gone)
        self._database.executemany(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)",
            ((name, number, it.digest, it.size, it.time) for name, it in files.items()),
        )

    def drop(self, pages: Iterable[tuple[Page, int]]) -> None:
        """Forget pages that are no more; their files are nobody's then."""
        for page, number in pages:
            self._database.execute("UPDATE file SET part = NULL WHERE part = ?", (number,))
            self._database.execute("DELETE FROM part WHERE id = ?", (number,))
            if page.kind == "thing":
                self._note_entry(page.iri, None)

    # -- files

    def files(self) -> Iterator[tuple[str, bytes, int | None, int | None, int | None]]:
        """Yield all files that are ours: name, SHA-256, size, time, and the number of what they are part of, if any."""
        return self._database.execute("SELECT name, digest, size, time, part FROM file ORDER BY name")

    def note_times(self, times: Iterable[tuple[int, str]]) -> None:
        """Note when files were written that have the content of before."""
        self._database.executemany("UPDATE file SET time = ? WHERE name = ?", times)

    def is_ours(self, name: str) -> bool:
        """Tell whether a file is ours."""
        return self._database.execute("SELECT 1 FROM file WHERE name = ?", (name,)).fetchone() is not None

    def plan(self, names: Iterable[tuple[str, bytes]]) -> None:
        """Note files that are ours although no part has them, each with a digest."""
        self.is_changed = True
        rows = ((*it, None, None) for it in names)
        self._database.executemany("INSERT OR IGNORE INTO file (name, digest, size, time) VALUES (?, ?, ?, ?)", rows)

    def disown(self, names: Iterable[str]) -> None:
        """Note files that are not ours; what they were part of is to be made anew."""
        for name in names:
            self.is_changed = True
            found = self._database.execute("DELETE FROM file WHERE name = ? RETURNING part", (name,)).fetchone()
            if found is not None and found[0] is not None:
                self._database.execute("UPDATE file SET part = NULL WHERE part = ?", found)
                self._database.execute("DELETE FROM part WHERE id = ?", found)

    def take_unmade(self) -> list[str]:
        """Forget files that no part has; return their names, sorted."""
        gone = [name for (name,) in self._database.execute("SELECT name FROM file WHERE part IS NULL ORDER BY name")]
        if gone:
            self.is_changed = True
            self._database.execute("DELETE FROM file WHERE part IS NULL")
        return gone

    def number_of_files(self) -> int:
        """Return how many files there are."""
        (number,) = self._database.execute("SELECT count(*) FROM file").fetchone()
        return int(number)

    # -- entries

    def put_entry(self, iri: str, entry: Entry) -> None:
        """Keep what a thing adds to the files about all."""
        self._note_entry(
            iri,
            (
                entry.page,
                msgspec.msgpack.encode(entry.called),
                msgspec.msgpack.encode(entry.rows) if entry.rows else None,
                entry.day,
                msgspec.msgpack.encode(entry.told),
                msgspec.msgpack.encode(entry.event) if entry.event else None,
            ),
        )

    def _note_entry(self, iri: str, after: tuple[object, ...] | None) -> None:
        query = "SELECT page, called, rows, day, told, event FROM entry WHERE iri = ?"
        before = self._database.execute(query, (iri,)).fetchone() or _NO_ENTRY
        changed = {
            name
            for name, old, new in zip(Entry._fields, before, after or _NO_ENTRY, strict=True)
            if old != new or (name == "day" and (before[2] is None) != (after is None or after[2] is None))
        }
        if "called" in changed:
            self.renamed.add(iri)
        for name in changed - self._marked:
            self._marked.add(name)
            self._marks[name] += 1
        if after is None:
            self._database.execute("DELETE FROM entry WHERE iri = ?", (iri,))
        elif changed:
            self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", (iri, *after))

    def mark(self, *fields: str) -> str:
        """Return a mark that is another one where things add something else in some fields of their entries."""
        return " ".join(str(self._marks[it]) for it in fields)

    def called(self) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
        """Yield things with their pages and what these call them, by language, in the order of IRIs."""
        decoder = msgspec.msgpack.Decoder(list[tuple[str, str]])
        rows = self._database.execute("SELECT iri, page, called FROM entry ORDER BY iri")
        return ((iri, page, decoder.decode(it)) for iri, page, it in rows)

    def rows(self) -> Iterator[list[Row]]:
        """Yield what there is to find of each thing, by language, in the order of IRIs."""
        decoder = msgspec.msgpack.Decoder(list[Row])
        rows = self._database.execute("SELECT rows FROM entry WHERE rows IS NOT NULL ORDER BY iri")
        return (decoder.decode(it) for (it,) in rows)

    def days(self) -> Iterator[tuple[str, str | None]]:
        """Yield the things that are listed, each with the day of its newest source, in the order of IRIs."""
        return self._database.execute("SELECT iri, day FROM entry WHERE rows IS NOT NULL ORDER BY iri")

    @property
    def told(self) -> Mapping[str, Told]:
        """What things add to the schemamap."""
        return _Told(self._database)

    def events(self) -> dict[str, list[str]]:
        """Return the events of things in the calendar, in the order of IRIs."""
        decoder = msgspec.msgpack.Decoder(list[str])
        rows = self._database.execute("SELECT iri, event FROM entry WHERE event IS NOT NULL ORDER BY iri")
        return {iri: decoder.decode(it) for iri, it in rows}

    # -- subjects

    def forget_subjects(self) -> None:
        """Forget what is written of all subjects."""
        self._database.execute("DELETE FROM subject")

    def put_subject(self, name: str, node_name: str, turtle: bytes, node: bytes, lines: bytes) -> None:
        """Keep what is written of a subject in Turtle, JSON-LD and N-Triples; names are what these are sorted by."""
        self._database.execute(
            "INSERT OR REPLACE INTO subject VALUES (?, ?, ?, ?, ?)", (name, node_name, turtle, node, lines)
        )

    def drop_subject(self, name: str) -> None:
        """Forget what is written of a subject."""
        self._database.execute("DELETE FROM subject WHERE name = ?", (name,))

    def lines_of(self, name: str) -> bytes:
        """Return what is written of a subject in N-Triples; nothing where there is none."""
        found = self._database.execute("SELECT lines FROM subject WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found else b""

    def turtle(self) -> Iterator[bytes]:
        """Yield what is written of each subject in Turtle, in order."""
        return (it for (it,) in self._database.execute("SELECT turtle FROM subject ORDER BY name"))

    def nodes(self) -> Iterator[bytes]:
        """Yield what is written of each subject in JSON-LD, in order."""
        return (it for (it,) in self._database.execute("SELECT node FROM subject ORDER BY node_name"))

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Yield what is written of each subject in N-Triples, in order."""
        return self._database.execute("SELECT name, lines FROM subject ORDER BY name")

    def packed(self, file: str, content: bytes, pack: Callable[[bytes], bytes]) -> bytes:
        """Return a part of a file packed; what was packed before is kept."""
        key = (file, hashlib.sha256(content).digest())
        known = self._database.execute("SELECT content FROM pack WHERE file = ? AND digest = ?", key).fetchone()
        packed = bytes(known[0]) if known else pack(content)
        self._database.execute("INSERT OR REPLACE INTO pack VALUES (?, ?, ?, 1)", (*key, packed))
        return packed

    def sweep_packed(self, file: str) -> None:
        """Forget what parts of a file were packed to that it had before, and has no more."""
        self._database.execute("DELETE FROM pack WHERE file = ? AND NOT is_used", (file,))
        self._database.execute("UPDATE pack SET is_used = 0 WHERE file = ?", (file,))

    def end(self) -> None:
        """Keep all that was noted."""
        self.note("marks", self._marks)
        self._database.execute("COMMIT")


class _Told(Mapping[str, Told]):
    """What things add to the schemamap, each read when it is asked for."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._decoder = msgspec.msgpack.Decoder(Told)

    def __getitem__(self, iri: str) -> Told:
        found = self._database.execute("SELECT told FROM entry WHERE iri = ?", (iri,)).fetchone()
        if found is None:
            raise KeyError(iri)
        return self._decoder.decode(found[0])

    def __iter__(self) -> Iterator[str]:
        return (iri for (iri,) in self._database.execute("SELECT iri FROM entry ORDER BY iri"))

    def __len__(self) -> int:
        (number,) = self._database.execute("SELECT count(*) FROM entry").fetchone()
        return int(number)


@contextmanager
def kept_of(project: Project, out: Path, *, wait: float = 60) -> Iterator[Kept]:
    """Give what is kept of the site in a folder; what is noted is kept where the block ends without an error.

    Raises StoreError where another run writes the same site, DamagedError, after which it is begun anew, OSError.
    """
    name = hashlib.sha256(str(out.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:_NAME]
    path = project.state / FOLDER / f"{name}.kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _errors(path), closing(_opened(path, wait)) as database:
        kept = Kept(database)
        yield kept
        kept.end()


def _opened(path: Path, wait: float) -> sqlite3.Connection:
    """Open a database and begin its transaction."""
    database = sqlite3.connect(path, timeout=wait, isolation_level=None)
    try:
        # what is withheld from now on is not left where it was kept
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                database.execute(f"DROP TABLE {name}")
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Say what became of a database as everything else does that is kept."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            for file in (path, path.with_name(f"{path.name}-journal")):
                file.unlink(missing_ok=True)
            raise DamagedError(gettext("what is kept of the site is damaged: {file}", file=path)) from error
        if code == sqlite3.SQLITE_BUSY:
            raise StoreError(
                gettext("another run writes this site"), hint=gettext("wait for it, then try again")
            ) from error
        if code not in _NUMBERS:
            raise
        raise OSError(_NUMBERS[code], os.strerror(_NUMBERS[code]), str(path)) from error
