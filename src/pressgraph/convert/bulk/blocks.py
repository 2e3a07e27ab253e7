"""Cut files of facts into blocks that can be converted apart from each other, and convert them.

Where a block ends depends on the files alone, so that the bytes are the same however many processes convert.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from pressgraph.convert.bulk.sources import names_source, passes_on, reviewed_sources
from pressgraph.convert.emitter import compile_emitter
from pressgraph.convert.inputs import (
    is_address,
    is_stream,
    known_size,
    open_bytes,
    open_stream,
    shown,
    size_of,
    texts_beside,
)
from pressgraph.convert.json_lines import JsonLines
from pressgraph.convert.records import convert_facts, in_chunks, left_out
from pressgraph.convert.table_rows import TableRows
from pressgraph.dataset.withholding import Gate, Rules, Withheld
from pressgraph.errors import DataError, Place, PressgraphError
from pressgraph.facts import is_json_lines, read_facts
from pressgraph.facts.compressed import decompressed, plain_name
from pressgraph.facts.rules import unreadable
from pressgraph.facts.tables import SheetRows, compile_columns, open_sheets
from pressgraph.facts.tables.open import DELIMITED, PARQUET, SQL
from pressgraph.facts.tables.sheet import report_bytes
from pressgraph.i18n import gettext
from pressgraph.profile.compile import compile_profile
from pressgraph.profile.sources import profile_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.convert.emitter import Emitter
    from pressgraph.errors import Problem
    from pressgraph.facts.tables import Columns
    from pressgraph.facts.tables.sheet import Cells
    from pressgraph.profile import Profile
    from pressgraph.profile.sources import ProfileSources
    from pressgraph.project import Project

_BYTES = 512 * 1024
"""At least so much JSON is a block; its N-Quads take about ten times as much."""

_ROWS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What converting a block needs beside the block; can be sent to another machine."""

    project: Project
    sources: ProfileSources
    rules: Rules = field(default_factory=lambda: Rules(personal=True))
    """What of the facts is withheld."""
    withheld: Withheld | None = None
    """What the rules withhold among all that is converted, where that is found out; blocks are then written without."""

    @classmethod
    def of(cls, project: Project, *, personal: bool | None = None) -> Context:
        """Return the context of a project; without a word on `personal` facts, its configuration decides."""
        rules = Rules.of(project)
        if personal is not None:
            rules = replace(rules, personal=personal)
        return cls(project=project, sources=profile_sources(project), rules=rules)

    @property
    def personal(self) -> bool:
        """Whether facts that are marked as personal are converted; the gate that withholds by name needs all."""
        return self.rules.personal or bool(self.rules.withhold)

    @property
    def profile(self) -> Profile:
        """The profile, compiled once in each process."""
        return compile_profile(self.sources)

    @property
    def emitter(self) -> Emitter:
        """The emitter, compiled once in each process."""
        return compile_emitter(
            self.profile, self.project.id_base, personal=self.personal, reviewed=self.project.require_reviewed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a file: bytes of JSON Lines, rows of a table, rows of a Parquet row group, or all of it."""

    path: str
    name: str
    """How messages call the file."""
    kind: str
    """`lines`, `rows`, `group`, `file` or `broken`."""
    start: int = 0
    """The first byte; of a row group, the first row."""
    size: int = 0
    first: int = 1
    """The number of the first line."""
    weight: int = 0
    """About how many bytes of the file it covers."""
    group: int = 0
    headers: tuple[str, ...] = ()
    header_row: int = 0
    rows: tuple[tuple[int, Cells], ...] = ()
    texts: bool = False
    """Whether all cells are texts."""
    reviewed: tuple[dict[str, Any], ...] = ()
    """Sources of earlier blocks whose review and text count for facts that name them."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a block. `rejects` are lines of JSON: the record, and what is wrong with it."""

    facts: int = 0
    withheld: int = 0
    quads: int = 0
    problems: list[Problem] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)


def input_name(path: str, context: Context) -> str:
    """Return how messages and manifests call an input."""
    return shown(path) if is_address(path) else context.project.name_of(Path(path))


def plan(paths: Iterable[str | Path], context: Context) -> Iterator[Block]:
    """Yield the blocks of files, in order; raises as `plan_file`."""
    for path in map(str, paths):
        yield from plan_file(path, input_name(path, context), context)


def plan_file(path: str, name: str, context: Context) -> Iterator[Block]:
    """Yield the blocks of a file, in order.

    What cannot be read, or not to its end, is a block of kind `broken`, with its problem. Raises PressgraphError for an
    address whose facts cannot be read from one, and DataError for an address of what is no Parquet file.
    """
    suffix = Path(path).suffix.lower()
    if is_json_lines(Path(path)):
        try:
            yield from _json_blocks(path, name)
        except (DataError, OSError) as error:
            yield _broken(path, name, [unreadable(error, name)])
    elif suffix in PARQUET:
        yield from _parquet_blocks(path, name)
    elif is_address(path):
        hint = gettext("make one of these of it first: pressgraph facts convert FACTS -o facts.parquet")
        raise PressgraphError(
            gettext("{address}: only JSON Lines and Parquet are read from addresses", address=name), hint=hint
        )
    elif suffix in {*DELIMITED, *SQL}:
        yield from _row_blocks(Path(path), name, context)
    else:
        yield Block(path=path, name=name, kind="file", weight=size_of(path))


def _broken(path: str, name: str, problems: list[Problem]) -> Block:
    return Block(path=path, name=name, kind="broken", rows=((0, [problems]),))


def _json_blocks(path: str, name: str) -> Iterator[Block]:
    reviewed: dict[str, dict[str, Any]] = {}
    start, first, position = 0, 1, 0
    following = b""
    with open_bytes(path) as raw, decompressed(raw, name) as file:
        while True:
            data = following
            if len(data) <= _BYTES:
                data += file.read(_BYTES - len(data)) + file.readline()
            if not data:
                return
            following = file.readline()
            while following and not names_source(following):
                data += following
                following = file.readline()
            end = raw.tell() if raw is not file else start + len(data)
            yield Block(
                path=path,
                name=name,
                kind="lines",
                start=start,
                size=len(data),
                first=first,
                weight=end - position,
                reviewed=tuple(reviewed.values()),
            )
            if passes_on(data):
                reviewed.update(reviewed_sources(data))
            start, first, position = start + len(data), first + data.count(b"\n"), end


def _parquet_blocks(path: str, name: str) -> Iterator[Block]:
    from pressgraph.facts.tables.parquet import open_parquet

    first = 1
    size = size_of(path)
    try:
        with open_bytes(path) as raw, open_parquet(raw) as file:
            counts = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    except (OSError, ValueError) as error:
        if is_address(path):
            reason = str(error).partition("\n")[0]
            raise DataError(
                gettext("the table cannot be read: {reason}", reason=reason), place=Place(file=name)
            ) from error
        # reading it will say what is wrong
        yield Block(path=path, name=name, kind="file", weight=size)
        return
    total = sum(counts)
    for group, count in enumerate(counts):
        for start in range(0, count, _ROWS):
            rows = min(_ROWS, count - start)
            weight = size * (first - 1 + rows) // total - size * (first - 1) // total
            yield Block(
                path=path, name=name, kind="group", group=group, start=start, size=rows, first=first, weight=weight
            )
            first += rows


def _row_blocks(path: Path, name: str, context: Context) -> Iterator[Block]:
    project = context.project
    settings = project.tables_of(path)
    sheets, problems = open_sheets(path, name=name, settings=settings, root=project.root)
    sheet = sheets[0] if sheets and not problems else None
    columns = compile_columns(sheet, context.profile, settings) if sheet is not None else None
    if sheet is None or columns is None or sheet.problems or columns.stateful or _passes_on(columns):
        yield Block(path=str(path), name=name, kind="file", weight=known_size([str(path)]))
        return
    headers = tuple(sheet.headers)
    rows = iter(sheet.rows)
    position = 0
    while taken := tuple(islice(rows, _ROWS)):
        # nobody knows the bytes of a query's answer
        end = sheet.read() if sheet.read is not None else 0
        yield Block(
            path=str(path),
            name=name,
            kind="rows",
            headers=headers,
            header_row=sheet.header_row,
            rows=taken,
            texts=sheet.texts,
            weight=end - position,
        )
        position = end
    if sheet.problems:
        # what stopped the reading stands in the last block
        yield _broken(str(path), name, sheet.problems)


def _passes_on(columns: Columns) -> bool:
    """Tell whether rows that describe a source say something that counts for the rows that only name it."""
    words = {("source", word) for word in ("reviewedBy", "reviewedOn", "file", "publishText")}
    return any(column.path in words for column in columns.columns)


def convert_block(block: Block, context: Context, reader: Reader, write: Callable[[bytes], object]) -> Outcome:
    """Convert a block; `write` takes the N-Quads in chunks of whole lines."""
    outcome = Outcome()
    gate = Gate(context.withheld) if context.withheld is not None else None
    put = write if gate is None else lambda chunk: write(gate(chunk))
    match block.kind:
        case "lines":
            try:
                data = reader.lines(block)
            except (DataError, OSError) as error:
                # what decompresses it reads ahead, and another way here than when the file was cut into blocks
                block = _broken(block.path, block.name, [unreadable(error, block.name)])
                return convert_block(block, context, reader, write)
            _convert_lines(block, data, context, outcome, put)
        case "rows" | "group":
            _convert_rows(block, context, reader, outcome, put)
        case "broken":
            outcome.problems.extend(block.rows[0][1][0])
            outcome.rejects.append(_reject(outcome.problems, None))
        case _:
            _convert_file(block, context, outcome, put)
    if gate is not None:
        outcome.quads -= gate.quads
        outcome.facts -= len(gate.facts)
        outcome.withheld += len(gate.facts)
    return outcome


def _convert_lines(
    block: Block, data: bytes, context: Context, outcome: Outcome, put: Callable[[bytes], object]
) -> None:
    records = JsonLines((), context.emitter, name=block.name, texts=texts_beside(block.path))
    records.review(block.reviewed)
    problems = records.problems

    def pieces() -> Iterator[bytes]:
        for number, line in enumerate(_lines(data), block.first):
            before = len(problems)
            yield records.convert((number, line))
            if len(problems) > before:
                outcome.rejects.append(_reject(problems[before:], line.decode("utf-8", "replace")))
        yield records.rest()

    for chunk in in_chunks(pieces()):
        put(chunk)
    outcome.facts += records.facts - records.withheld
    outcome.withheld += records.withheld
    outcome.quads += records.quads
    outcome.problems.extend(records.problems)


def _lines(data: bytes) -> list[bytes]:
    """Split at line feeds only, as files are read."""
    return data.removesuffix(b"\n").split(b"\n")


def _convert_rows(
    block: Block, context: Context, reader: Reader, outcome: Outcome, put: Callable[[bytes], object]
) -> None:
    name = block.name
    settings = () if is_address(block.path) else context.project.tables_of(Path(block.path))
    plain = False
    if block.kind == "group":
        try:
            headers, rows, plain = reader.rows(block)
        except (OSError, ValueError) as error:
            from pressgraph.facts.tables.parquet import damaged

            outcome.problems.append(damaged(Place(file=name, line=block.first), error))
            outcome.rejects.append(_reject(outcome.problems[-1:], None))
            return
        sheet = SheetRows(file=name, headers=headers, header_row=0, rows=rows)
    else:
        sheet = SheetRows(
            file=name,
            headers=list(block.headers),
            header_row=block.header_row,
            rows=block.rows,
            texts=block.texts,
        )
    columns = compile_columns(sheet, context.profile, settings)
    tables = TableRows((), context.emitter, name=name, settings=settings, texts=texts_beside(block.path))

    def pieces() -> Iterator[bytes]:
        if columns is None:
            return
        for number, cells in sheet.rows:
            before = len(tables.problems) + len(sheet.problems)
            if plain or block.kind != "group" or not report_bytes(sheet, number, cells):
                yield tables.row(columns, number, cells, plain=plain)
            if len(tables.problems) + len(sheet.problems) > before:
                tables.problems.extend(sheet.problems)
                sheet.problems.clear()
                record = {
                    header: cell if isinstance(cell, str | int | float | bool) else str(cell)
                    for header, cell in zip(sheet.headers, cells, strict=False)
                    if cell is not None and cell != ""
                }
                outcome.rejects.append(_reject(tables.problems[before:], record))
        yield tables.rest()

    for chunk in in_chunks(pieces()):
        put(chunk)
    if sheet.problems and (block.kind != "group" or (block.group, block.start) == (0, 0)):
        tables.problems.extend(sheet.problems)
        outcome.rejects.append(_reject(sheet.problems, None))
    outcome.facts += tables.facts - tables.withheld
    outcome.withheld += tables.withheld
    outcome.quads += tables.quads
    outcome.problems.extend(tables.problems)


def _convert_file(block: Block, context: Context, outcome: Outcome, put: Callable[[bytes], object]) -> None:
    path = Path(block.path)
    project = context.project
    if is_stream(path):
        with open_stream(path, project, context.emitter) as stream:
            for chunk in stream:
                put(chunk)
        outcome.facts += stream.facts - stream.withheld
        outcome.withheld += stream.withheld
        outcome.quads += stream.quads
        outcome.problems.extend(stream.problems)
        outcome.rejects.extend(_reject([one], None) for one in stream.problems)
        return
    facts_file = read_facts(path, context.profile, id_base=project.id_base, name=project.name_of(path))
    outcome.problems.extend(facts_file.problems)
    if facts_file.problems:
        outcome.rejects.append(_reject(list(facts_file.problems), None))
        return
    for chunk in convert_facts(facts_file, context.emitter):
        outcome.quads += chunk.count(b"\n")
        put(chunk)
    withheld = left_out(facts_file, context.emitter)
    outcome.facts += len(facts_file.facts) - withheld
    outcome.withheld += withheld


def _reject(problems: list[Problem], record: Any) -> bytes:
    reasons = [
        {"place": str(one.place), "rule": one.rule, "message": one.message, **({"hint": one.hint} if one.hint else {})}
        for one in problems
    ]
    entry = {"place": str(problems[0].place), "problems": reasons, "record": record}
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


class Reader:
    """Read what blocks stand for, one after another: files stay open, and are not decompressed anew for each."""

    def __init__(self) -> None:
        self._path = ""
        self._raw: IO[bytes] | None = None
        self._file: IO[bytes] | None = None
        self._position = 0
        self._group: tuple[str, int] | None = None
        self._parquet: Any = None
        self._batches: Iterator[Any] = iter(())
        self._row = 0

    def lines(self, block: Block) -> bytes:
        """Return a block of JSON Lines."""
        if plain_name(block.path) == block.path:
            with open_bytes(block.path) as file:
                file.seek(block.start)
                return file.read(block.size)
        if self._file is None or block.path != self._path or block.start < self._position:
            self.close()
            self._raw = open_bytes(block.path)
            self._file = decompressed(self._raw, block.name)
            self._path, self._position = block.path, 0
        while skipped := self._file.read(min(_BYTES, block.start - self._position)):
            self._position += len(skipped)
        data = self._file.read(block.size)
        self._position += len(data)
        return data

    def rows(self, block: Block) -> tuple[list[str], Iterable[tuple[int, Cells]], bool]:
        """Return the headers and rows of a block of Parquet, and whether no text in them needs an escape."""
        import pyarrow as pa

        from pressgraph.facts.tables.parquet import needs_no_escapes, open_parquet

        if self._group != (block.path, block.group) or block.start < self._row:
            self.close()
            self._raw = open_bytes(block.path)
            self._parquet = open_parquet(self._raw)
            self._batches = self._parquet.iter_batches(batch_size=_ROWS, row_groups=[block.group], use_threads=False)
            self._group, self._row = (block.path, block.group), 0
        batch = None
        while self._row <= block.start:
            batch = next(self._batches, None)
            self._row += _ROWS
        if batch is None or batch.num_rows != block.size:
            # the file's pages do not follow our blocks: slow, and right
            batch = self._parquet.read_row_group(block.group, use_threads=False).slice(block.start, block.size)
        columns = [column.to_pylist() for column in batch.columns]
        plain = isinstance(batch, pa.RecordBatch) and all(map(needs_no_escapes, batch.columns))
        return list(batch.schema.names), list(enumerate(zip(*columns, strict=True), start=block.first)), plain

    def close(self) -> None:
        """Close the files that are open."""
        for file in (self._file, self._parquet, self._raw):
            if file is not None:
                file.close()
        self._file = self._raw = self._parquet = self._group = None
        self._batches = iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
