"""The rows of tables; see `pressgraph.facts.tables`.

Rows must say which source they come from, unless a sheet describes exactly one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.convert.records import Records
from pressgraph.facts.model import NeedsCheck
from pressgraph.facts.rules import problem
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as Seq

    from pressgraph.convert.emitter import Emitter, SourceEmitter
    from pressgraph.convert.records import Listener, Raw
    from pressgraph.facts.tables import Columns, SheetRows
    from pressgraph.facts.tables.sheet import Cells
    from pressgraph.project.model import TableSettings
    from pressgraph.text import Texts


class Row(NamedTuple):
    """A row of a sheet, its cells prepared."""

    columns: Columns
    number: int
    cells: Cells
    plain: bool
    """Whether no text in it needs an escape."""


class TableRows(Records[Row]):
    """Convert the rows of tables."""

    def __init__(
        self,
        sheets: Iterable[SheetRows],
        emitter: Emitter,
        *,
        name: str,
        settings: Seq[TableSettings] = (),
        listen: Listener | None = None,
        texts: Texts | None = None,
    ) -> None:
        super().__init__(emitter, name=name, listen=listen, texts=texts)
        self.sheets = sheets
        self.settings = settings
        self._only: str | None = None
        """The source of rows that name none."""
        self._above: tuple[Any, SourceEmitter | None] = (None, None)
        """What the row above said of its source, and what that became."""
        self._says: Any = None
        """What the row at hand says of its source."""

    def _pieces(self) -> Iterator[bytes]:
        from pressgraph.facts.tables import compile_columns

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
        """Convert one row; `plain` says that no text in it needs an escape."""
        prepared = columns.prepare(number, cells)
        if prepared is None:
            return b""
        before = len(self.problems)
        self._says = None
        output = self.convert(Row(columns, number, prepared, plain))
        if columns.sheet.problems:
            # what a row says may stand under a header that is wrong
            self.problems[before:] = [it for it in self.problems[before:] if it.rule != "empty-fact"]
        if len(self.problems) == before:
            self._above = self._says, self._source
        return output

    @property
    def _says_as_above(self) -> bool:
        description, became = self._above
        return self._says is not None and self._says == description and self._source is became

    def record(self, item: Row) -> Raw:
        """Read a row as a record; see `Records.record`."""
        record = item.columns.record(item.cells)
        if item.columns.of_sources:
            return {"source": record}, False, None
        source = self._says = record.pop("source", None)
        if source is None:
            if self._only is None:
                raise NeedsCheck
            record["source"] = self._only
        elif self._says_as_above:
            pass
        elif source.keys() == {"id"}:
            record["source"] = source["id"]
        else:
            # a source may have no facts
            record = {"source": source, "facts": [record] if record else []}
        return record, item.plain, None

    def place(self, item: Row) -> Mapping | None:
        """Read a row as a tree; see `Records.place`."""
        source, fact = item.columns.tree(item.number, item.cells)
        if item.columns.of_sources:
            assert source is not None  # noqa: S101 - the row is one
            return _with_source(source, source) if source.items else None
        if source is None:
            if not fact.items:
                return None
            if self._only is None:
                self.problems.append(problem("no-source", place_of(self.name, fact)))
                return None
            only = Scalar(
                text=self._only,
                plain=False,
                line=fact.line,
                column=fact.column,
                sheet=fact.sheet,
                header=fact.header,
            )
            return _with_source(only, fact)
        if self._says_as_above:
            return fact
        name = source.get("id")
        if len(source.items) == 1 and isinstance(name, Scalar):
            return _with_source(name, fact)
        return _with_source(source, source, fact if fact.items else None)


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
