"""The lines of a file that a finding is about, and what of them to underline."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.facts.compressed import COMPRESSED
from pressgraph.facts.tables.open import DELIMITED, WORKBOOKS, is_table
from pressgraph.facts.tree import LINE_END

if TYPE_CHECKING:
    from pressgraph.errors import Place
    from pressgraph.validation.formats.options import Options

_LARGE = 64 * 1024 * 1024
_LARGE_TABLE = 4 * 1024 * 1024
# what a value ends at where it stands without quotes: a comment, the end of a flow node, a key's colon
_PLAIN_END = re.compile(r"\s+#|\s*[,\]}](?=[\s,\]}]|$)|:(?=\s|$)|\s*$")
_TURTLES = (".ttl", ".trig", ".nt", ".nq")
# a term of Turtle that is not in quotes or brackets; the dot behind it ends the statement
_TURTLE_TERM = re.compile(r"(?:\\.|[^\s;,()\[\]{}<>\"'#^.]|#(?=\S)|\.(?=[^\s;,()\[\]{}<>\"'#]))+")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|<[^>\s]*>")


@lru_cache(maxsize=64)
def _lines(path: str, stamp: tuple[int, int]) -> list[str]:
    del stamp  # the key of the cache: a changed file is read anew
    return LINE_END.split(Path(path).read_text(encoding="utf-8-sig", errors="replace"))


def in_table(place: Place) -> bool:
    """Tell whether a place is a cell or a row: its line is the row then, and its column the table's."""
    return is_table(Path(place.file))


@lru_cache(maxsize=8)
def _cells(path: str, name: str, stamp: tuple[int, int]) -> dict[tuple[str, int], list[str]]:
    del stamp
    from pressgraph.facts.tables import open_sheets
    from pressgraph.facts.tables.sheet import cell_text

    sheets, _ = open_sheets(Path(path), name=name, root=Path(path).parent)
    return {
        (sheet.name, row): [cell_text(cell) or "" for cell in cells] for sheet in sheets for row, cells in sheet.rows
    }


def cell_at(place: Place, options: Options) -> str | None:
    """Return the text of a cell of a delimited file or a workbook, or None where it cannot be read."""
    path = options.find(place.file)
    if path.suffix.lower() not in (*DELIMITED, *WORKBOOKS) or not place.header:
        return None
    try:
        status = path.stat()
        if status.st_size > _LARGE_TABLE:
            return None
        row = _cells(str(path), place.file, (status.st_mtime_ns, status.st_size)).get((place.sheet, place.line), [])
    except OSError:
        return None
    return row[place.column - 1] if 0 < place.column <= len(row) else None


def line_at(place: Place, options: Options) -> str | None:
    """Return the line of a place in a text, or None where it cannot be read."""
    if not place.line or in_table(place) or place.file.lower().endswith(tuple(COMPRESSED)):
        return None
    if place.file in options.texts:
        lines = LINE_END.split(options.texts[place.file])
    else:
        path = options.find(place.file)
        try:
            status = path.stat()
            if status.st_size > _LARGE:
                return None
            lines = _lines(str(path), (status.st_mtime_ns, status.st_size))
        except OSError:
            return None
    return lines[place.line - 1] if place.line <= len(lines) else None


def extent(line: str, column: int, file: str = "") -> int:
    """Return how many characters of a line of a file, from a column on, are the value that stands there.

    >>> extent("    level: silvr  # checked", 12)
    5
    >>> extent('- { name: "a, b", type: City }', 11)
    6
    >>> extent("ex:a ex:height 5.5 ; ex:width 2 .", 16, "a.ttl")
    3
    """
    start = column - 1
    rest = line[start:]
    if not rest:
        return 1
    if (quoted := _QUOTED.match(rest)) is not None:
        return quoted.end()
    if rest[0] in "{[":
        return _bracket(rest)
    if file.lower().endswith(_TURTLES):
        term = _TURTLE_TERM.match(rest)
        return term.end() if term is not None else 1
    end = _PLAIN_END.search(rest)
    return max(1, end.start() if end is not None else len(rest))


def _bracket(text: str) -> int:
    """Return the length of a flow node, or of what of it stands on the line."""
    depth = 0
    position = 0
    while position < len(text):
        if text[position] in "\"'" and (quoted := _QUOTED.match(text, position)) is not None:
            position = quoted.end()
            continue
        if text[position] in "{[":
            depth += 1
        elif text[position] in "}]":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    return len(text.rstrip())
