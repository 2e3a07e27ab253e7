"""JSON Lines: each line a source (`{"source": {…}}`), a fact, or a whole release (`source` and `facts`)."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from pressgraph.convert.records import Records, document
from pressgraph.errors import DataError, Place, Problem
from pressgraph.facts.check import check_facts
from pressgraph.facts.model import NeedsCheck
from pressgraph.facts.rules import phrase, problem, unreadable
from pressgraph.facts.tree import MAX_DEPTH, Mapping, Node, Scalar, Sequence, decoded, read_tree
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pressgraph.convert.emitter import Emitter
    from pressgraph.convert.records import Listener, Raw
    from pressgraph.facts.model import FactsFile
    from pressgraph.text import Texts

Line: TypeAlias = tuple[int, bytes]
"""The number of a line, from 1, and its bytes."""

_STRING = re.compile(rb'"([^"\\]+)"')


class JsonLines(Records[Line]):
    """Convert JSON Lines."""

    def __init__(
        self,
        lines: Iterable[bytes],
        emitter: Emitter,
        *,
        name: str,
        listen: Listener | None = None,
        texts: Texts | None = None,
    ) -> None:
        super().__init__(emitter, name=name, listen=listen, texts=texts)
        self.lines = lines

    def _pieces(self) -> Iterator[bytes]:
        yield from map(self.convert, enumerate(self._readable(), start=1))
        yield self.rest()

    def _readable(self) -> Iterator[bytes]:
        """Yield lines as far as they can be read: a file that is damaged costs itself, and no other."""
        try:
            yield from self.lines
        except (DataError, OSError) as error:
            self.problems.append(unreadable(error, self.name))

    def record(self, item: Line) -> Raw:
        """Read a line as a record; see `Records.record`."""
        _, line = item
        bare = b"\\" not in line
        try:
            if bare or b"\\\\" not in line:
                record = orjson.loads(line)
                # orjson lets a key stand twice, but then the line has more strings than the record
                strings = (line.count(b'"') - (0 if bare else line.count(b'\\"'))) // 2
            else:
                record = _decode(line.decode())
                strings = None
        except (ValueError, RecursionError) as error:
            raise NeedsCheck from error
        if record.__class__ is not dict:
            raise NeedsCheck
        return record, bare and b"\x7f" not in line and b"\xef" not in line, strings

    def place(self, item: Line) -> Mapping | None:
        """Read a line as a tree; see `Records.place`."""
        number, line = item
        if not line.strip():
            return None
        at = Place(file=self.name, line=number, column=1)
        repeated: list[str] = []

        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            record: dict[str, Any] = {}
            for key, value in items:
                if key in record:
                    repeated.append(key)
                record.setdefault(key, value)
            return record

        text, undecoded = decoded(line, self.name, line=number)
        if text is None:
            self.problems.extend(undecoded)
            return None
        try:
            record = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
            if not isinstance(record, dict):
                self.problems.append(problem("not-a-mapping", at, what=phrase("a line")))
                return None
            tree, duplicates = _tree(line, number, record, self.name)
        except RecursionError:
            self.problems.append(problem("too-deep", at, limit=MAX_DEPTH))
            return None
        except ValueError as error:
            self.problems.append(problem("not-json", at, reason=_reason(error)))
            return None
        if repeated and not duplicates:
            duplicates.append(problem("duplicate-key", at, key=repeated[0], line=number))
        self.problems.extend(duplicates)
        return tree


def checked_lines(
    lines: Iterable[bytes], emitter: Emitter, *, name: str, wanted: Collection[str], texts: Texts | None = None
) -> Iterator[FactsFile]:
    """Yield the lines in which some of the wanted ids stand, checked, with the places of all they say.

    Evidence in words is found where the line itself names the text.
    """
    ids = {one.encode() for one in wanted}
    for number, line in enumerate(lines, start=1):
        if ids.isdisjoint(_STRING.findall(line)):
            continue
        try:
            record = json.loads(line)
        except ValueError:
            # who reads the whole file reports it
            continue
        if not isinstance(record, dict):
            continue
        tree, _ = _tree(line, number, record, name)
        if not isinstance(record.get("source"), dict):
            tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
        yield check_facts(document(tree), file=name, profile=emitter.profile, id_base=emitter.id_base, texts=texts)


def _tree(line: bytes, number: int, record: dict[str, Any], name: str) -> tuple[Mapping, list[Problem]]:
    """Return a line's tree, with columns where the YAML reader, whose superset JSON nearly is, reads the same.

    Return also the keys that stand twice, as far as their columns are known.
    """
    stripped = line.strip()
    tree, problems = read_tree(stripped, name)
    right = line.index(stripped)
    duplicates = [
        Problem(
            rule=mistake.rule,
            place=Place(file=name, line=number, column=mistake.place.column + right),
            message=mistake.message,
            hint=mistake.hint,
        )
        for mistake in problems
        if mistake.rule == "duplicate-key"
    ]
    if not isinstance(tree, Mapping) or len(duplicates) < len(problems) or not _same(tree, record):
        made = _unmarked(record, number)
        assert isinstance(made, Mapping)  # noqa: S101 - made from a dict
        return made, duplicates
    _shift(tree, number - 1, right)
    return tree, duplicates


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise NeedsCheck
    return record


def _no_constant(name: str) -> Any:
    raise ValueError(gettext("{word} is not JSON", word=name))


def _reason(error: ValueError) -> str:
    """Return why a text is no JSON."""
    if isinstance(error, json.JSONDecodeError) or not str(error).startswith("Exceeds the limit"):
        return str(error.args[0]) if error.args else str(error)
    # what Python says is about Python's settings
    return phrase("a number has more than {count} digits", count=sys.get_int_max_str_digits())


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant).decode


def _unmarked(value: Any, line: int) -> Node:
    """Return a JSON value as a tree in which everything stands at the start of its line."""
    match value:
        case dict():
            items = [
                (Scalar(text=key, plain=False, line=line, column=1), _unmarked(item, line))
                for key, item in value.items()
            ]
            return Mapping(items=items, line=line, column=1)
        case list():
            return Sequence(items=[_unmarked(item, line) for item in value], line=line, column=1)
        case str():
            return Scalar(text=value, plain=False, line=line, column=1)
    return Scalar(text=json.dumps(value), plain=True, line=line, column=1)


def _same(tree: Node, value: Any) -> bool:
    match tree:
        case Mapping():
            return isinstance(value, dict) and all(
                key.text in value and _same(item, value[key.text]) for key, item in tree.items
            )
        case Sequence():
            return isinstance(value, list) and len(value) == len(tree.items) and all(map(_same, tree.items, value))
    return tree.text == (value if isinstance(value, str) else json.dumps(value))


def _shift(tree: Node, lines: int, columns: int) -> None:
    """Move a tree read from one line to where that line stands in its file."""
    tree.line += lines
    tree.column += columns
    if isinstance(tree, Mapping):
        for key, value in tree.items:
            _shift(key, lines, columns)
            _shift(value, lines, columns)
    elif isinstance(tree, Sequence):
        for value in tree.items:
            _shift(value, lines, columns)
