"""The columns of one sheet, and what they make of its rows.

A row becomes a record for the emitter. Where the emitter has a doubt, the same row becomes a tree whose nodes know
their cells, for the checker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pressgraph.facts.rules import problem
from pressgraph.facts.tables.cells import RowReader, span
from pressgraph.facts.tables.sheet import Cell, Cells, SheetRows, cell_text, split_values
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.facts.model import Path
    from pressgraph.facts.tables.cells import Record
    from pressgraph.facts.tables.id_templates import IdTemplate


_IDS = -1
"""Where the values of a column stand among nodes under the same key, which headers number: before all of them."""


@dataclass(slots=True, kw_only=True)
class Column:
    """One column: where its values go. `index` is that of its cell, from 0."""

    index: int
    header: str
    path: Path
    kind: str
    """`text`, `values`, `evidence`, `boolean` or `single`."""


@dataclass(slots=True)
class Columns:
    """The compiled columns of one sheet."""

    sheet: SheetRows
    columns: list[Column]
    of_sources: bool
    """Whether the rows are sources instead of facts."""
    constants: list[tuple[int, Cell]] = field(default_factory=list)
    templates: list[IdTemplate] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    width: int = 0
    """How many cells a prepared row has: those of the headers, and those that are filled in."""
    record: Callable[[Cells], Record] = field(init=False)
    """Makes a record of a prepared row; of a fact, `source` holds what the row says of its source.

    Raises NeedsCheck where a cell is not plainly what its column wants.
    """

    def __post_init__(self) -> None:
        texts = self.sheet.texts and all(value for _, value in self.constants)
        columns = [(column.index, column.path, column.kind) for column in self.columns]
        self.record = RowReader(columns, self.width, texts=texts).record

    @property
    def stateful(self) -> bool:
        """Whether a row depends on the rows before it: templates count, and watch for collisions."""
        return bool(self.templates)

    def prepare(self, number: int, cells: Cells) -> Cells | None:
        """Return a row's cells with constants and templates filled in; None where that fails, which is reported."""
        if len(cells) == self.width and not self.constants and not self.templates and not self.unnamed:
            return cells
        row = list(cells)
        for index in (*self.unnamed, *range(len(self.sheet.headers), len(row))):
            if index < len(cells) and cell_text(cells[index]) is not None:
                self.sheet.problems.append(problem("cell-outside", self.sheet.place(number, index + 1)))
                return None
        if not any(cell_text(cell) for cell in row):
            return None
        row = row[: self.width] + [None] * (self.width - len(row))
        for index, value in self.constants:
            if cell_text(row[index]) is None:
                row[index] = value
        for template in self.templates:
            if cell_text(row[template.index]) is None:
                rendered = template.render(number, row, self.sheet)
                if rendered is None:
                    return None
                row[template.index] = rendered
        return row

    def tree(self, number: int, cells: Cells) -> tuple[Mapping | None, Mapping]:
        """Return a prepared row's source, where it names one, and its fact, as trees that know their cells."""
        grown: Record = {}
        for column in self.columns:
            cell = cells[column.index]
            if cell_text(cell) is None:
                continue
            node = self._node(column, number, cell)
            holder = grown
            for part in column.path[:-1]:
                below = holder.setdefault(part, {})
                if not isinstance(below, dict):
                    # a cell with ids, and columns of a nested node beside it
                    below = holder[part] = {_IDS: below}
                holder = below
            last = column.path[-1]
            if isinstance(holder.get(last), dict):
                holder[last][_IDS] = node
            else:
                holder[last] = node
        first = self.sheet.place(number, 1)
        tree = self._grow(grown, Scalar(text="", plain=False, line=number, column=1, sheet=first.sheet, header=""))
        if not isinstance(tree, Mapping):
            tree = Mapping(line=number, column=1, sheet=first.sheet, header=first.header)
        tree.line, tree.column, tree.header = number, 1, first.header
        if self.of_sources:
            return tree, Mapping(line=number, column=1, sheet=first.sheet, header=first.header)
        source = tree.get("source")
        tree.items = [(key, value) for key, value in tree.items if key.text != "source"]
        allow = tree.get("allow")
        if isinstance(allow, Mapping):
            each = [Mapping(items=[item], line=number, column=allow.column, sheet=allow.sheet) for item in allow.items]
            listed = Sequence(items=list(each), line=number, column=allow.column, sheet=allow.sheet)
            tree.items = [(key, listed if key.text == "allow" else value) for key, value in tree.items]
        return (source if isinstance(source, Mapping) else None), tree

    def _grow(self, value: Any, fallback: Scalar) -> Node:
        if not isinstance(value, dict):
            node: Node = value
            return node
        children = {key: self._grow(item, fallback) for key, item in value.items()}
        first = next(iter(children.values()), fallback)
        at: dict[str, Any] = {
            "line": first.line,
            "column": first.column,
            "sheet": first.sheet,
            "header": first.header,
        }
        numbered = [key for key in children if isinstance(key, int)]
        named = [
            (
                Scalar(text=key, plain=False, line=node.line, column=node.column, sheet=node.sheet, header=node.header),
                node,
            )
            for key, node in children.items()
            if isinstance(key, str)
        ]
        mapping = Mapping(items=named, **at)
        if not numbered:
            return mapping
        items: list[Node] = []
        for key in sorted(numbered):
            node = children[key]
            items.extend(node.items if isinstance(node, Sequence) else [node])
        return Sequence(items=items + ([mapping] if named else []), **at)

    def _node(self, column: Column, number: int, cell: Cell) -> Node:
        place = self.sheet.place(number, column.index + 1)
        at: dict[str, Any] = {
            "line": number,
            "column": column.index + 1,
            "sheet": self.sheet.name,
            "header": place.header or column.header,
        }

        def node(value: Any) -> Node:
            if isinstance(value, dict):
                items = [
                    (Scalar(text=str(key), plain=False, **at), node(item))
                    for key, item in value.items()
                    if item is not None
                ]
                return Mapping(items=items, **at)
            if isinstance(value, list | tuple):
                return Sequence(items=[node(item) for item in value], **at)
            return Scalar(text=cell_text(value) or "", plain=not isinstance(value, str), **at)

        if not isinstance(cell, str):
            return node(cell)
        if column.kind == "evidence":
            # what is no span is words of the text
            items = [node(span(part) or part) for part in split_values(cell)]
            return Sequence(items=items, **at)
        if column.kind in {"single", "boolean"}:
            text = cell.strip()
            return Scalar(text=text.lower() if column.kind == "boolean" else text, plain=False, **at)
        values = split_values(cell)
        if len(values) == 1:
            return Scalar(text=values[0], plain=False, **at)
        return Sequence(items=[Scalar(text=value, plain=False, **at) for value in values], **at)
