"""From headers to keys, once for a table; then from each row to a fact.

A row becomes a record for the emitter, by functions that are made for each column. Where the emitter has a doubt, the
same row becomes a tree whose nodes know their cells, for the checker.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.errors import Place
from pressgraph.facts.ids import slug
from pressgraph.facts.mixed import takes_languages
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tables.sheet import Cell, Cells, SheetRows, cell_text, split_values
from pressgraph.facts.tables.workbook import is_source_sheet
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Kind, Profile
from pressgraph.spelling import composed, did_you_mean, folded, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Sequence as Several

    from pressgraph.errors import Problem
    from pressgraph.project.config import TableSettings

Path: TypeAlias = "tuple[str | int, ...]"
Record: TypeAlias = "dict[Any, Any]"

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_SPAN = re.compile(r"\s*(\d+)\s*(?:[-–]|\.\.)\s*(\d+)\s*")
_ID = re.compile(r"[A-Za-z0-9_~.-]+(?:/[A-Za-z0-9_~.-]+)+")


class UnclearError(Exception):
    """A row needs the checker's opinion."""


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
    templates: list[_Template] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    width: int = 0
    """How many cells a prepared row has: those of the headers, and those that are filled in."""
    setters: list[tuple[int, Callable[[Record, Cell], None]]] = field(init=False)
    indexed: bool = field(init=False)

    def __post_init__(self) -> None:
        self.setters = [(column.index, _setter(column)) for column in self.columns]
        self.indexed = any(isinstance(part, int) for column in self.columns for part in column.path)

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

    def record(self, cells: Cells) -> Record:
        """Return a prepared row as a record; of a fact, `source` holds what the row says of its source.

        Raises UnclearError where a cell is not plainly what its column wants.
        """
        record: Record = {}
        try:
            for index, put in self.setters:
                cell = cells[index]
                if cell is not None and cell != "":
                    put(record, cell)
        except (TypeError, AttributeError, ValueError) as error:
            raise UnclearError from error
        if self.indexed:
            record = _listed(record)
        return record

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
                    below = holder[part] = {0: below}
                holder = below
            last = column.path[-1]
            if isinstance(holder.get(last), dict):
                holder[last][0] = node
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
            spans = [_span(part) for part in split_values(cell)]
            items = [node(span) if span else Scalar(text=cell.strip(), plain=False, **at) for span in spans]
            return Sequence(items=items, **at)
        if column.kind in {"single", "boolean"}:
            text = cell.strip()
            return Scalar(text=text.lower() if column.kind == "boolean" else text, plain=False, **at)
        values = split_values(cell)
        if len(values) == 1:
            return Scalar(text=values[0], plain=False, **at)
        return Sequence(items=[Scalar(text=value, plain=False, **at) for value in values], **at)


@dataclass(slots=True, kw_only=True)
class _Template:
    """A text with `{column}` in it, and the slugs that it has made."""

    text: str
    index: int
    """The cell that it fills."""
    parts: list[tuple[str, int]]
    """Each placeholder with its column; `{n}` has -1."""
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    made: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)

    def render(self, number: int, row: Several[Cell], sheet: SheetRows) -> str | None:
        raw: list[str] = []
        rendered = self.text
        for name, index in self.parts:
            if index < 0:
                continue
            text = cell_text(row[index])
            if text is None:
                place = sheet.place(number, index + 1)
                sheet.problems.append(problem("template-gap", place, template=self.text, name=name))
                return None
            raw.append(text)
            # of an id, its last segment
            short = text.rpartition("/")[2] if _ID.fullmatch(text) else text
            rendered = rendered.replace(f"{{{name}}}", slug(short))
        values = tuple(raw)
        known, row_of = self.made.setdefault(rendered, (values, number))
        if known != values:
            other = " / ".join(known)
            index = next(index for _, index in self.parts if index >= 0)
            sheet.problems.append(
                problem(
                    "slug-collision",
                    sheet.place(number, index + 1),
                    value=" / ".join(raw),
                    other=other,
                    line=row_of,
                    id=rendered,
                )
            )
            return None
        self.counts[rendered] += 1
        return rendered.replace("{n}", str(self.counts[rendered]))


def _no_column(sheet: SheetRows, header: str) -> Problem:
    hint = did_you_mean(header, [h for h in sheet.headers if h])
    return problem(
        "no-column", Place(file=sheet.file, sheet=sheet.name, line=sheet.header_row), hint=hint, header=header
    )


def compile_columns(sheet: SheetRows, profile: Profile, settings: Several[TableSettings] = ()) -> Columns | None:
    """Compile a sheet's headers; None, with problems in the sheet, where one is not understood."""
    own = next((one for one in settings if one.sheet in {None, sheet.name}), None)
    of_sources = is_source_sheet(sheet.name)
    # a list that came from macOS has its umlauts in two characters
    sheet.headers = [composed(header) for header in sheet.headers]
    names = {composed(header): key for header, key in own.columns.items()} if own else {}
    compiler = _Compiler(sheet, profile, of_sources=of_sources)
    if not any(names.get(header, compiler.path(header)) for header in sheet.headers if header):
        place = sheet.place(sheet.header_row, 1)
        shown = next((header for header in sheet.headers if header), "")
        sheet.problems.append(problem("unmapped-header", place, hint=phrase("title-row"), header=shown))
        return None
    for header in names:
        # a section of no one sheet is about all of them
        elsewhere = sheet.elsewhere if own is None or own.sheet is None else ()
        known = {*sheet.headers, *map(composed, elsewhere)}
        if header not in known:
            sheet.problems.append(_no_column(sheet, header))
    for index, header in enumerate(sheet.headers):
        key = names.get(header, header)
        if header and key:
            compiler.column(index, header, key)
        elif not header:
            compiler.unnamed.append(index)
        else:
            sheet.skipped.add(index + 1)
    constants: list[tuple[int, Cell]] = []
    templates: list[_Template] = []
    fixed: dict[str, str] = {}
    if (kind := _class_of_sheet(sheet.name, profile)) is not None and not of_sources:
        fixed["type"] = kind
    fixed.update(own.constants if own else {})
    for key, value in fixed.items():
        constants.append((compiler.fill(key), value))
    # a template's placeholders may be columns, constants, or other templates' keys
    for key, text in (own.templates if own else {}).items():
        index = compiler.fill(key)
        parts: list[tuple[str, int]] = []
        for name in dict.fromkeys(_PLACEHOLDER.findall(composed(text))):
            found = -1 if name == "n" and "n" not in sheet.headers else compiler.find(name)
            if found is None:
                sheet.problems.append(_no_column(sheet, name))
                return None
            parts.append((name, found))
        templates.append(_Template(text=composed(text), index=index, parts=parts))
    if sheet.problems:
        return None
    return Columns(sheet, compiler.columns, of_sources, constants, templates, compiler.unnamed, compiler.next)


class _Compiler:
    def __init__(self, sheet: SheetRows, profile: Profile, *, of_sources: bool) -> None:
        self.sheet = sheet
        self.profile = profile
        self.of_sources = of_sources
        self.columns: list[Column] = []
        self.unnamed: list[int] = []
        self.next = len(sheet.headers)
        self._paths: dict[Path, Column] = {}

    def column(self, index: int, header: str, key: str) -> None:
        place = self.sheet.place(self.sheet.header_row, index + 1)
        found = self.path(key)
        if found is None:
            first = key.removeprefix("source.").split(".")[0]
            known = [*self.profile.keys, *FACT_WORDS, "source"]
            labelled = next(
                (
                    one.name
                    for one in self.profile.keys.values()
                    if folded(first) in {folded(label) for label in one.labels.values()}
                ),
                None,
            )
            hint = suggestion(labelled) if labelled else did_you_mean(first, known)
            hint = hint or "name its key, or '' to skip it, under columns in a [tables] section of pressgraph.toml"
            self.sheet.problems.append(problem("unmapped-header", place, hint=hint, header=header))
            return
        path, kind = found
        if path in self._paths:
            first_letter = str(self._paths[path].index + 1)
            self.sheet.problems.append(problem("repeated-header", place, header=header, first=first_letter))
            return
        self._paths[path] = column = Column(index=index, header=header, path=path, kind=kind)
        self.columns.append(column)

    def fill(self, key: str) -> int:
        """Return the cell of a key that is filled in: its column's, or a new one."""
        found = self.path(key)
        if found is not None and found[0] in self._paths:
            return self._paths[found[0]].index
        index, self.next = self.next, self.next + 1
        self.column(index, key, key)
        return index

    def find(self, name: str) -> int | None:
        """Return the cell of a header, or of a key."""
        if name in self.sheet.headers:
            return self.sheet.headers.index(name)
        found = self.path(name)
        column = self._paths.get(found[0]) if found else None
        return column.index if column else None

    def path(self, key: str) -> tuple[Path, str] | None:
        """Return where a header's values go, and how its cells are read; None where it is no key."""
        parts = key.split(".")
        if self.of_sources:
            return self.node_path(parts, SOURCE_WORDS)
        if parts[0] != "source":
            return self.node_path(parts, FACT_WORDS)
        found = self.node_path(parts[1:] or ["id"], SOURCE_WORDS)
        return (("source", *found[0]), found[1]) if found else None

    def node_path(self, parts: list[str], words: tuple[str, ...]) -> tuple[Path, str] | None:
        first, rest = parts[0], parts[1:]
        if first in words:
            kinds = {"evidence": "evidence", "personal": "boolean", "type": "values"}
            if first == "allow" and len(rest) == 1:
                return (first, rest[0]), "single"
            return ((first,), kinds.get(first, "single")) if not rest and first != "allow" else None
        key = self.profile.keys.get(first)
        if key is None:
            return None
        if not rest:
            return (first,), "text" if key.kind is Kind.TEXT else "values"
        if key.kind is Kind.TEXT:
            return ((first, rest[0]), "text") if len(rest) == 1 else None
        if key.kind not in {Kind.LINK, Kind.MIXED}:
            return None
        head: Path = (first,)
        if rest[0].isdigit():
            head, rest = (first, int(rest[0])), rest[1:]
        if not rest:
            return head, "values"
        if key.kind is Kind.MIXED and len(rest) == 1:
            of_nodes = {"id", "type", *self.profile.keys} if key.takes(Kind.LINK) else set()
            if rest[0] in {"@value", "@type"} or (takes_languages(key) and rest[0] not in of_nodes):
                return (*head, rest[0]), "values"
        if not key.takes(Kind.LINK):
            return None
        below = self.node_path(rest, ("id", "type"))
        return ((*head, *below[0]), below[1]) if below else None


def _class_of_sheet(name: str, profile: Profile) -> str | None:
    return name if name in profile.classes else None


def _span(text: str) -> list[int] | None:
    match = _SPAN.fullmatch(text)
    return [int(match[1]), int(match[2])] if match else None


def _setter(column: Column) -> Callable[[Record, Cell], None]:
    read = _READERS[column.kind]
    path = column.path
    last = path[-1]
    if len(path) == 1:

        def put(record: Record, cell: Cell) -> None:
            value = read(cell)
            if value is not None:
                record[last] = value

        return put
    outer = path[:-1]

    def put_below(record: Record, cell: Cell) -> None:
        value = read(cell)
        if value is None:
            return
        for part in outer:
            below = record.get(part)
            if below is None:
                below = record[part] = {}
            elif below.__class__ is not dict:
                raise UnclearError
            record = below
        if last in record:
            raise UnclearError
        record[last] = value

    return put_below


def _values(cell: Cell) -> Any:
    if cell.__class__ is str:
        if "|" in cell or "\\" in cell:
            values = split_values(cell)
            return values if len(values) > 1 else values[0] if values else None
        return cell.strip() or None
    if isinstance(cell, dict | list | tuple):
        return _native(cell)
    return cell_text(cell)


def _text(cell: Cell) -> Any:
    if cell.__class__ is not str and not isinstance(cell, dict | list | tuple):
        raise UnclearError
    return _values(cell)


def _native(value: Any) -> Any:
    """Return nested values of Parquet without what is missing."""
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items() if item is not None} or None
    if isinstance(value, list | tuple):
        # Parquet's maps are lists of pairs
        if value and all(isinstance(item, tuple) for item in value):
            return _native(dict(value))
        return [_native(item) for item in value if item is not None] or None
    return value if value.__class__ in {str, int, bool} else cell_text(value)


def _evidence(cell: Cell) -> Any:
    if isinstance(cell, list):
        return cell
    if cell.__class__ is not str:
        raise UnclearError
    match = _SPAN.fullmatch(cell)
    if match is not None:
        return [int(match[1]), int(match[2])]
    spans = [_span(part) for part in split_values(cell)]
    if not spans or None in spans:
        raise UnclearError
    return spans


def _boolean(cell: Cell) -> bool:
    if cell.__class__ is bool:
        return bool(cell)
    text = cell.strip().lower()
    if text not in {"true", "false"}:
        raise UnclearError
    return bool(text == "true")


def _single(cell: Cell) -> str | None:
    return cell_text(cell)


_READERS: dict[str, Callable[[Cell], Any]] = {
    "text": _text,
    "values": _values,
    "evidence": _evidence,
    "boolean": _boolean,
    "single": _single,
}


def _listed(value: Any) -> Any:
    """Turn mappings from number to value into lists."""
    if not isinstance(value, dict):
        return value
    numbers = [key for key in value if isinstance(key, int)]
    if not numbers:
        return {key: _listed(item) for key, item in value.items()}
    if len(numbers) < len(value):
        raise UnclearError
    return list(_flat(_listed(value[key]) for key in sorted(numbers)))


def _flat(values: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value
