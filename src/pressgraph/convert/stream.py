"""Convert whole files: checked YAML, or JSON Lines in constant memory."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import Emitter, SourceEmitter, Unsure
from pressgraph.errors import Place, Problem
from pressgraph.facts.check import check_facts
from pressgraph.facts.datatypes import DATATYPES
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tree import MAX_DEPTH, Mapping, Node, Scalar, Sequence, place_of, read_tree
from pressgraph.rdf import XSD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pyoxigraph as ox

    from pressgraph.facts.model import FactsFile, Span

_CHUNK = 1 << 18
"""Bytes per chunk of output: enough to make writing cheap, few enough to stay small."""

_SOURCES_KEPT = 10_000

_SHA256 = re.compile("[0-9a-f]{64}")
_STRING = re.compile(rb'"([^"\\]+)"')
_is_date = DATATYPES[f"{XSD}date"].valid


def convert_facts(found: FactsFile, emitter: Emitter) -> Iterator[bytes]:
    """Yield the N-Quads of a checked file in chunks.

    Facts that have a problem are not in a checked file: whoever must not lose any looks at its problems first.
    """
    if found.source is None:
        return
    source = emitter.source(found.source)
    yield from _chunks(itertools.chain((source.description(),), map(source.fact, found.facts)))


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join pieces to chunks."""
    chunk: list[bytes] = []
    size = 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(chunk)
            chunk.clear()
            size = 0
    yield b"".join(chunk)


def quads(chunks: Iterable[bytes]) -> Iterator[ox.Quad]:
    """Parse chunks of N-Quads, each of whole lines, into quads."""
    import pyoxigraph as ox

    for chunk in chunks:
        yield from ox.parse(chunk, format=ox.RdfFormat.N_QUADS)


class JsonLines:
    """Convert JSON Lines: each line a source (`{"source": {…}}`), a fact, or a whole release (`source` and `facts`).

    A fact belongs to the source whose id it names (`"source": "document/x"`), else to the source of the lines above.
    Iterating yields N-Quads; mistakes are gathered in `problems`, and a line that has one yields nothing.
    """

    def __init__(self, lines: Iterable[bytes], emitter: Emitter, *, name: str) -> None:
        self.lines = lines
        self.emitter = emitter
        self.name = name
        self.problems: list[Problem] = []
        self.facts = 0
        self._source: SourceEmitter | None = None
        self._sources: dict[str, SourceEmitter] = {}
        self._pending = b""
        """The description of a source that no fact of it has been emitted yet."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield chunks of N-Quads, each of whole lines."""
        yield from _chunks(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        for number, line in enumerate(self.lines, start=1):
            try:
                yield self._fast(line)
            except Unsure:
                yield self._slow(line, number)
        yield self._pending
        self._pending = b""

    # -- as the emitter understands it

    def _fast(self, line: bytes) -> bytes:
        """Convert a line; raises Unsure where the emitter does not know what it means."""
        try:
            # Faster than json.loads, which looks for UTF-16 and makes a decoder each time.
            record = _decode(line.decode())
        except (ValueError, RecursionError) as error:
            if not line.strip():
                return b""
            raise Unsure from error
        if record.__class__ is not dict:
            raise Unsure
        if "source" in record:
            if record["source"].__class__ is dict:
                return self._release(record)
            self._switch(record.pop("source"))
        if self._source is None or "facts" in record:
            raise Unsure
        output = self._fact(self._source, record)
        self.facts += 1
        if self._pending:
            output, self._pending = self._pending + output, b""
        return output

    def _release(self, record: dict[str, Any]) -> bytes:
        facts = record.get("facts", [])
        if facts.__class__ is not list or not {"source", "facts"}.issuperset(record):
            raise Unsure
        described = record["source"]
        name = _text(described, "id")
        if name is None:
            raise Unsure
        sha256 = _text(described, "sha256")
        if "file" in described or (sha256 is not None and not _SHA256.fullmatch(sha256)):
            raise Unsure
        source = SourceEmitter(
            self.emitter,
            described,
            sha256=sha256,
            reviewed_by=self._reviewer(described),
            reviewed_on=_day(described),
        )
        output = source.description() + b"".join([self._fact(source, fact) for fact in facts])
        self.facts += len(facts)
        self._become(name, source)
        return output

    def _fact(self, source: SourceEmitter, record: dict[str, Any]) -> bytes:
        if record.__class__ is not dict or "allow" in record:
            raise Unsure
        personal = record.get("personal", False)
        if personal.__class__ is not bool:
            raise Unsure
        status = record.get("status", "stated")
        if status.__class__ is not str or status not in self.emitter.statuses:
            raise Unsure
        reviewed = "reviewedBy" in record or "reviewedOn" in record
        return source.raw(
            record,
            status,
            _spans(record["evidence"]) if "evidence" in record else (),
            personal=personal,
            reviewed_by=self._reviewer(record) if reviewed else None,
            reviewed_on=_day(record) if reviewed else None,
        )

    def _reviewer(self, record: dict[str, Any]) -> str | None:
        reviewer = _text(record, "reviewedBy")
        if reviewer is not None:
            self.emitter.iri(reviewer)
        return reviewer

    def _become(self, name: str, source: SourceEmitter) -> None:
        if len(self._sources) >= _SOURCES_KEPT:
            self._sources.clear()
        self._sources[name] = self._source = source

    def _switch(self, name: Any) -> None:
        """Go on with the source that a fact names; the first time, describe it as far as it is known."""
        if name.__class__ is not str:
            raise Unsure
        known = self._sources.get(name)
        if known is None:
            known = SourceEmitter(self.emitter, {"id": name})
            self._pending += known.description()
            self._become(name, known)
        self._source = known

    # -- as the checker explains it

    def _slow(self, line: bytes, number: int) -> bytes:
        """Have a line checked: report its problems, or convert what the checker made of it."""
        place = Place(file=self.name, line=number, column=1)
        repeated: list[str] = []

        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            record: dict[str, Any] = {}
            for key, value in items:
                if key in record:
                    repeated.append(key)
                record.setdefault(key, value)
            return record

        try:
            record = json.loads(line, object_pairs_hook=pairs, parse_constant=_no_constant)
        except RecursionError:
            self.problems.append(problem("too-deep", place, limit=MAX_DEPTH))
            return b""
        except ValueError as error:
            self.problems.append(problem("not-json", place, reason=str(error)))
            return b""
        if not isinstance(record, dict):
            self.problems.append(problem("not-a-mapping", place, what=phrase("a-line")))
            return b""
        before = len(self.problems)
        try:
            return self._checked(line, number, record, repeated)
        except RecursionError:
            self.problems[before:] = [problem("too-deep", place, limit=MAX_DEPTH)]
            return b""

    def _checked(self, line: bytes, number: int, record: dict[str, Any], repeated: list[str]) -> bytes:
        place = Place(file=self.name, line=number, column=1)
        before = len(self.problems)
        tree = self._tree(line, number, record)
        if repeated and len(self.problems) == before:
            self.problems.append(problem("duplicate-key", place, key=repeated[0], line=number))
        source = tree.get("source")
        if "facts" not in record and source is not None and not isinstance(source, Mapping):
            tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
            try:
                self._switch(source.text if isinstance(source, Scalar) else None)
            except Unsure:
                named = problem("bad-id", place_of(self.name, source), id=record["source"])
                self.problems.append(named)
        elif source is None and self._source is None:
            hint = phrase("name-source")
            self.problems.append(problem("missing-section", place, hint=hint, section="source"))
        found = check_facts(_document(tree), file=self.name, profile=self.emitter.profile, id_base=self.emitter.id_base)
        # Unlike a file, a line may be a source alone, or facts of a source named above.
        self.problems.extend(p for p in found.problems if p.rule != "missing-section")
        if len(self.problems) > before:
            return b""
        output, self._pending = self._pending, b""
        if found.source is not None:
            source_emitter = self.emitter.source(found.source)
            self._become(found.source.id, source_emitter)
            output += source_emitter.description()
        if self._source is not None:
            output += b"".join(map(self._source.fact, found.facts))
            self.facts += len(found.facts)
        return output

    def _tree(self, line: bytes, number: int, record: dict[str, Any]) -> Mapping:
        """Return a line's tree, with columns where the YAML reader, whose superset JSON nearly is, reads the same."""
        stripped = line.strip()
        tree, problems = read_tree(stripped, self.name)
        right = line.index(stripped)
        duplicates = [p for p in problems if p.rule == "duplicate-key"]
        for found in duplicates:
            place = Place(file=self.name, line=number, column=found.place.column + right)
            self.problems.append(Problem(rule=found.rule, place=place, message=found.message, hint=found.hint))
        if not isinstance(tree, Mapping) or len(duplicates) < len(problems) or not _same(tree, record):
            made = _unmarked(record, number)
            assert isinstance(made, Mapping)  # noqa: S101 - made from a dict
            return made
        _shift(tree, number - 1, right)
        return tree


def convert_json_lines(lines: Iterable[bytes], emitter: Emitter, *, name: str) -> JsonLines:
    """Convert JSON Lines; see `JsonLines`."""
    return JsonLines(lines, emitter, name=name)


def checked_lines(
    lines: Iterable[bytes], emitter: Emitter, *, name: str, wanted: Collection[str]
) -> Iterator[FactsFile]:
    """Yield the lines in which some of the wanted ids stand, checked, with the places of all they say."""
    reader = JsonLines((), emitter, name=name)
    ids = {one.encode() for one in wanted}
    for number, line in enumerate(lines, start=1):
        if ids.isdisjoint(_STRING.findall(line)):
            continue
        record = json.loads(line)
        tree = reader._tree(line, number, record)  # noqa: SLF001 - the same module
        if not isinstance(record.get("source"), dict):
            tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
        yield check_facts(_document(tree), file=name, profile=emitter.profile, id_base=emitter.id_base)


def _document(tree: Mapping) -> Mapping:
    """Make a facts document of a line: a source or a release is one, a fact becomes one."""
    if any(key.text in {"source", "facts"} for key, _ in tree.items):
        return tree
    key = Scalar(text="facts", plain=False, line=tree.line, column=tree.column)
    facts = Sequence(items=[tree], line=tree.line, column=tree.column)
    return Mapping(items=[(key, facts)], line=tree.line, column=tree.column)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise Unsure
    return record


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant).decode


def _text(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None and key not in record:
        return None
    if value.__class__ is not str or not value:
        raise Unsure
    return str(value)


def _day(record: dict[str, Any]) -> str | None:
    day = _text(record, "reviewedOn")
    if day is not None and not _is_date(day):
        raise Unsure
    return day


def _spans(value: Any) -> list[Span]:
    if value.__class__ is not list or not value:
        raise Unsure
    found: list[Span] = []
    for span in [value] if value[0].__class__ is int else value:
        if span.__class__ is not list or len(span) != 2:  # noqa: PLR2004 - start and end
            raise Unsure
        start, end = span
        if start.__class__ is not int or end.__class__ is not int or not 0 <= start < end < 10**10:
            raise Unsure
        found.append((start, end))
    return sorted(set(found)) if len(found) > 1 else found


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
