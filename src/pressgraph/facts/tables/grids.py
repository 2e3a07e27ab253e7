"""What readers of workbooks hand on: sheets as grids of cells, with the marks that some cells have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence

Range: TypeAlias = "tuple[tuple[int, int], tuple[int, int]]"
"""The first and the last cell of a merged range, each row and column from 0."""


@dataclass(slots=True, kw_only=True)
class Marks:
    """What a sheet says of its cells besides their values; rows and columns count from 1.

    `errors` are what cells show instead of a value, `formulas` those that no program has computed yet.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Grid:
    """A visible sheet as cells; rows need not be of one length."""

    name: str
    rows: list[list[Any]]
    marks: Marks


def parse_xml(archive: zipfile.ZipFile, part: str, wanted: Sequence[str]) -> Iterator[ET.Element]:
    """Yield the elements of a workbook's part that have one of some local names, each emptied when it has been seen."""
    with archive.open(part) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 - expat limits what entities grow to
            if local(element.tag) in wanted:
                yield element
                element.clear()


def local(tag: str) -> str:
    """Return a name without its namespace: files of the strict standard and of the usual one differ in that alone."""
    return tag.rpartition("}")[2]
