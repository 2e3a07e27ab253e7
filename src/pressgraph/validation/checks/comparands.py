"""What a check compares, looked up by thing and by key: of the tens of thousands there are, a change concerns few."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TABLE = """
    CREATE TABLE comparand (this, key, path, value, least, most, thing INTEGER, alike INTEGER);
    CREATE INDEX by_thing ON comparand (thing);
    CREATE INDEX by_key ON comparand (alike);
"""
_INSERT = "INSERT INTO comparand VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_DELETE = """
    DELETE FROM comparand
    WHERE this = ? AND key = ? AND path = ? AND value = ? AND least = ? AND most = ? AND thing = ? AND alike = ?"""
_ALL = "SELECT this, key, path, value, least, most FROM comparand"
_ABOUT = "SELECT this, key, path, value, least, most FROM comparand WHERE thing = ? AND this = ?"
_WITH_KEY = "SELECT this, key, path, value, least, most FROM comparand WHERE alike = ? AND key = ?"


class Comparand(NamedTuple):
    """What a query says of a thing that is to be compared: terms in N-Triples syntax."""

    this: str
    key: str
    path: str
    value: str
    least: str = ""
    """The least number that the value can be, and the greatest; empty where there is none."""
    most: str = ""


class Comparands:
    """What a check compares, in a database: `data` is what `dump` returned."""

    def __init__(self, comparands: Iterable[Comparand] = (), *, data: bytes = b"") -> None:
        import sqlite3

        # one thread after the other uses it
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        if data:
            self._database.deserialize(data)
        else:
            self._database.executescript(_TABLE)
        self.replace((), comparands)

    def __iter__(self) -> Iterator[Comparand]:
        """Yield all."""
        return map(Comparand._make, self._database.execute(_ALL))

    def about(self, things: Iterable[str]) -> set[Comparand]:
        """Return what is compared of things, in N-Triples syntax."""
        return self._found(_ABOUT, things)

    def with_keys(self, keys: Iterable[str]) -> set[Comparand]:
        """Return what is compared under keys."""
        return self._found(_WITH_KEY, keys)

    def replace(self, gone: Iterable[Comparand], found: Iterable[Comparand]) -> None:
        """Put some in the place of others."""
        self._database.execute("BEGIN")
        for command, comparands in ((_DELETE, gone), (_INSERT, found)):
            rows = ((*it, _number(it.this), _number(it.key)) for it in comparands)
            self._database.executemany(command, rows)
        self._database.execute("COMMIT")

    @property
    def is_changed(self) -> bool:
        """Whether they are others than in the data that they were read from."""
        return self._database.total_changes > 0

    def dump(self) -> bytes:
        """Return the database."""
        return self._database.serialize()

    def _found(self, query: str, names: Iterable[str]) -> set[Comparand]:
        rows = (row for name in names for row in self._database.execute(query, (_number(name), name)))
        return set(map(Comparand._make, rows))


def _number(text: str) -> int:
    """Return a number for a text: an index of texts would be as large as they are."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
