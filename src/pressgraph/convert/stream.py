"""Convert whole files: checked YAML, or JSON Lines in constant memory."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from pressgraph.convert.emitter import Emitter, SourceEmitter
from pressgraph.convert.shapes import Unsure, count_strings
from pressgraph.errors import Place, Problem
from pressgraph.facts.check import check_facts
from pressgraph.facts.datatypes import DATATYPES
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables import compile_columns
from pressgraph.facts.tables.columns import UnclearError
from pressgraph.facts.tree import MAX_DEPTH, Mapping, Node, Scalar, Sequence, place_of, read_tree
from pressgraph.rdf import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from collections.abc import Sequence as Seq

    import pyoxigraph as ox

    from pressgraph.facts.model import FactsFile, Span
    from pressgraph.facts.tables import Columns, SheetRows
    from pressgraph.facts.tables.sheet import Cells
    from pressgraph.project.config import TableSettings

    Listener: TypeAlias = Callable[[FactsFile, SourceEmitter | None], None]

_CHUNK = 1 << 18
"""Bytes per chunk of output: enough to make writing cheap, few enough to stay in the processor's cache."""

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
    yield from in_chunks(itertools.chain((source.description(),), map(source.fact, found.facts)))


def personal_facts(found: FactsFile) -> int:
    """Return how many facts of a file are marked as personal."""
    return sum(fact.receipt.personal for fact in found.facts)


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
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


class Records:
    """Convert records, one after another: sources, facts, and whole releases (`source` and `facts`).

    A fact belongs to the source whose id it names, else to the one described last. Mistakes are gathered in
    `problems`, and a record that has one yields nothing. `listen` hears what the checker made of each record instead:
    nothing is then emitted.
    """

    def __init__(self, emitter: Emitter, *, name: str, listen: Listener | None = None) -> None:
        self.emitter = emitter
        self.name = name
        self.problems: list[Problem] = []
        self.facts = 0
        self.withheld = 0
        """How many of the facts are personal, and were left out."""
        self.quads = 0
        """How many have been returned."""
        self.listen = listen
        self.allowing: list[FactsFile] = []
        """The records whose facts are allowed to break a rule."""
        self._source: SourceEmitter | None = None
        self._sources: dict[str, SourceEmitter] = {}
        self._reviewed: dict[str, tuple[str | None, str | None]] = {}
        self._pending = b""
        """The description of a source that no fact of it has been emitted yet."""
        self._known = 0
        """How many quads a record has become, where that need not be counted."""

    def review(self, sources: Iterable[dict[str, Any]]) -> None:
        """Say which sources, described elsewhere, have been reviewed; facts that name one take its review over."""
        for source in sources:
            try:
                self._reviewed[source["id"]] = (self._reviewer(source), _day(source))
            except Unsure:
                continue

    def rest(self) -> bytes:
        """Return what is still to be emitted when there are no more records."""
        output, self._pending = self._pending, b""
        self.quads += output.count(b"\n")
        return output

    # -- as the emitter understands it

    def record(self, record: dict[str, Any], *, plain: bool = False, strings: int | None = None) -> bytes:
        """Convert a record; raises Unsure where the emitter does not know what it means.

        `plain` and `strings` as in `Emitter.lines`.
        """
        if "source" in record:
            if record["source"].__class__ is dict:
                if strings is not None and count_strings(record) != strings:
                    raise Unsure
                return self._release(record)
            self._switch(record.pop("source"))
            if strings is not None:
                # the word and the name
                strings -= 2
        return self._one(record, plain=plain, strings=strings)

    def _one(self, record: dict[str, Any], *, plain: bool = False, strings: int | None = None) -> bytes:
        if self._source is None or "facts" in record or self.listen is not None:
            raise Unsure
        output = self._fact(self._source, record, plain=plain, strings=strings)
        self.facts += 1
        self._known = self._source.quads
        if self._pending:
            output, self._pending, self._known = self._pending + output, b"", 0
        return output

    def _release(self, record: dict[str, Any]) -> bytes:
        if self.listen is not None:
            raise Unsure
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

    def _fact(
        self, source: SourceEmitter, record: dict[str, Any], *, plain: bool = False, strings: int | None = None
    ) -> bytes:
        if record.__class__ is not dict or "allow" in record:
            raise Unsure
        personal = record.get("personal", False)
        if personal.__class__ is not bool:
            raise Unsure
        status = record.get("status", "stated")
        if status.__class__ is not str or status not in self.emitter.statuses:
            raise Unsure
        reviewed = "reviewedBy" in record or "reviewedOn" in record
        output = source.raw(
            record,
            status,
            _spans(record["evidence"]) if "evidence" in record else (),
            personal=personal,
            reviewed_by=self._reviewer(record) if reviewed else None,
            reviewed_on=_day(record) if reviewed else None,
            plain=plain,
            strings=strings,
        )
        self.withheld += not output
        return output

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
            by, on = self._reviewed.get(name, (None, None))
            known = SourceEmitter(self.emitter, {"id": name}, reviewed_by=by, reviewed_on=on)
            self._pending += known.description()
            self._become(name, known)
        self._source = known

    # -- as the checker explains it

    def checked(self, tree: Mapping) -> bytes:
        """Have a record's tree checked: report its problems, or convert what the checker made of it."""
        place = place_of(self.name, tree)
        before = len(self.problems)
        source = tree.get("source")
        if source is not None and not isinstance(source, Mapping) and tree.get("facts") is None:
            tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
            try:
                self._switch(source.text if isinstance(source, Scalar) else None)
            except Unsure:
                written = source.text if isinstance(source, Scalar) else "a list"
                self.problems.append(problem("bad-id", place_of(self.name, source), id=written))
        elif source is None and self._source is None:
            self.problems.append(self._no_source(place))
        found = check_facts(_document(tree), file=self.name, profile=self.emitter.profile, id_base=self.emitter.id_base)
        # Unlike a file, a record may be a source alone, or facts of a source named above.
        self.problems.extend(p for p in found.problems if p.rule != "missing-section")
        if len(self.problems) > before:
            return b""
        if any(fact.allow for fact in found.facts):
            self.allowing.append(found)
        output, self._pending = self._pending, b""
        if found.source is not None:
            source_emitter = self.emitter.source(found.source)
            self._become(found.source.id, source_emitter)
            output += source_emitter.description()
        if self.listen is not None:
            self.facts += len(found.facts)
            self.listen(found, self._source)
            return b""
        if self._source is not None:
            pieces = [self._source.fact(fact) for fact in found.facts]
            output += b"".join(pieces)
            self.facts += len(found.facts)
            self.withheld += pieces.count(b"")
        return output

    def _no_source(self, place: Place) -> Problem:
        return problem("missing-section", place, hint=phrase("name-source"), section="source")


class JsonLines(Records):
    """Convert JSON Lines: each line a source (`{"source": {…}}`), a fact, or a whole release (`source` and `facts`).

    Iterating yields N-Quads.
    """

    def __init__(self, lines: Iterable[bytes], emitter: Emitter, *, name: str, listen: Listener | None = None) -> None:
        super().__init__(emitter, name=name, listen=listen)
        self.lines = lines

    def __iter__(self) -> Iterator[bytes]:
        """Yield chunks of N-Quads, each of whole lines."""
        yield from in_chunks(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        for number, line in enumerate(self.lines, start=1):
            yield self.line(line, number)
        yield self.rest()

    def line(self, line: bytes, number: int) -> bytes:
        """Convert one line."""
        self._known = 0
        output = self._line(line, number)
        self.quads += self._known or output.count(b"\n")
        return output

    def _line(self, line: bytes, number: int) -> bytes:
        try:
            bare = b"\\" not in line
            if bare or b"\\\\" not in line:
                record = orjson.loads(line)
                # orjson lets a key stand twice, but then the line has more strings than the record
                strings = (line.count(b'"') - (0 if bare else line.count(b'\\"'))) // 2
            else:
                record = _decode(line.decode())
                strings = None
            if record.__class__ is not dict:
                raise Unsure
            return self.record(record, plain=bare and b"\x7f" not in line and b"\xef" not in line, strings=strings)
        except (ValueError, RecursionError):
            return self._slow(line, number) if line.strip() else b""
        except Unsure:
            return self._slow(line, number)

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
        output = self.checked(tree)
        return output if len(self.problems) == before else b""

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


class Tables(Records):
    """Convert the rows of tables; see `pressgraph.facts.tables`.

    Rows must say which source they come from, unless a sheet describes exactly one. Iterating yields N-Quads.
    """

    def __init__(
        self,
        sheets: Iterable[SheetRows],
        emitter: Emitter,
        *,
        name: str,
        settings: Seq[TableSettings] = (),
        listen: Listener | None = None,
    ) -> None:
        super().__init__(emitter, name=name, listen=listen)
        self.sheets = sheets
        self.settings = settings
        self._only: str | None = None
        """The source of rows that name none."""
        self._said: dict[Any, Any] | None = None
        """What the rows above said of their source."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield chunks of N-Quads, each of whole lines."""
        yield from in_chunks(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        for sheet in self.sheets:
            columns = compile_columns(sheet, self.emitter.profile, self.settings)
            if columns is not None:
                yield from self._sheet(columns)
            self.problems.extend(sheet.problems)
        yield self.rest()

    def _sheet(self, columns: Columns) -> Iterator[bytes]:
        for number, cells in columns.sheet.rows:
            yield self.row(columns, number, cells)
        if columns.of_sources and len(self._sources) == 1:
            self._only = next(iter(self._sources))

    def row(self, columns: Columns, number: int, cells: Cells, *, plain: bool = False) -> bytes:
        """Convert one row. `plain` as in `Emitter.lines`."""
        self._known = 0
        output = self._row(columns, number, cells, plain=plain)
        self.quads += self._known or output.count(b"\n")
        return output

    def _row(self, columns: Columns, number: int, cells: Cells, *, plain: bool) -> bytes:
        prepared = columns.prepare(number, cells)
        if prepared is None:
            return b""
        known = False
        try:
            source, fact = columns.record(prepared)
            known = source is not None and source == self._said
            if fact is None:
                return self._release({"source": source}) if source else b""
            if not known:
                self._say(source)
                self._said, known = source, source is not None
            output = self._one(fact, plain=plain)
        except (UnclearError, Unsure):
            return self._slow(columns, number, prepared, known=known)
        return output

    def _say(self, source: dict[Any, Any] | None) -> None:
        if source is None:
            if self._only is None:
                raise Unsure
            self._switch(self._only)
        elif source.keys() == {"id"}:
            self._switch(source["id"])
        else:
            if self.listen is not None:
                raise Unsure
            self._pending += self._release({"source": source})

    def _slow(self, columns: Columns, number: int, cells: Cells, *, known: bool) -> bytes:
        source, fact = columns.tree(number, cells)
        if columns.of_sources:
            assert source is not None  # noqa: S101 - the row is one
            return self.checked(_with_source(source, source))
        if not fact.items and source is None:
            return b""
        if source is None and self._only is not None:
            self._switch(self._only)
        elif source is None:
            self.problems.append(problem("no-source", place_of(self.name, fact)))
            return b""
        elif not known:
            name = source.get("id")
            if not fact.items:
                return self.checked(_with_source(source, source))
            if len(source.items) > 1 or not isinstance(name, Scalar):
                return self.checked(_with_source(source, source, fact))
            return self.checked(_with_source(name, fact))
        return self.checked(fact)


def convert_json_lines(lines: Iterable[bytes], emitter: Emitter, *, name: str) -> JsonLines:
    """Convert JSON Lines; see `JsonLines`."""
    return JsonLines(lines, emitter, name=name)


def _with_source(source: Node, at: Mapping, fact: Mapping | None = None) -> Mapping:
    """Make a record of a source and a fact: of a named source, the fact's own items follow."""
    key = Scalar(text="source", plain=False, line=at.line, column=at.column, sheet=at.sheet, header=at.header)
    if isinstance(source, Scalar):
        return Mapping(
            items=[(key, source), *at.items], line=at.line, column=at.column, sheet=at.sheet, header=at.header
        )
    items: list[tuple[Scalar, Node]] = [(key, source)]
    if fact is not None:
        facts = Sequence(items=[fact], line=fact.line, column=fact.column, sheet=fact.sheet, header=fact.header)
        word = Scalar(text="facts", plain=False, line=fact.line, column=1, sheet=fact.sheet, header=fact.header)
        items.append((word, facts))
    return Mapping(items=items, line=at.line, column=at.column, sheet=at.sheet, header=at.header)


def checked_lines(
    lines: Iterable[bytes], emitter: Emitter, *, name: str, wanted: Collection[str]
) -> Iterator[FactsFile]:
    """Yield the lines in which some of the wanted ids stand, checked, with the places of all they say."""
    reader = JsonLines((), emitter, name=name)
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
