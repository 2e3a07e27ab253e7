"""Functions from a table's rows to records, written for its columns.

What a column wants and where its values go is known for all rows: so it is decided once, and a row costs little more
than looking at its cells.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.facts.tables.sheet import Cell, Cells

_KEPT = 20_000


class _Kept(dict[str, Any]):
    """What a reader makes of texts: those with several values repeat."""

    def __init__(self, read: Callable[[Cell], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        if len(self) >= _KEPT:
            self.clear()
        value = self[text] = self._read(text)
        return value


class Target(NamedTuple):
    """Where a column's values go in a record, and what reads its cells."""

    cell: int
    path: tuple[str | int, ...]
    read: Callable[[Cell], Any]
    whole: bool
    """Whether bars do not part a cell into values."""
    textual: bool
    """Whether `read` takes what is no text, or has a backslash or parting bars in it, and only strips other cells."""


@lru_cache(maxsize=64)
def compile_rows(targets: tuple[Target, ...]) -> Callable[[Cells], dict[Any, Any]] | None:
    """Write the function that makes a record of a row; None where values of two columns can meet.

    The function raises whatever the readers do.
    """
    paths = {target.path for target in targets}
    if len(paths) < len(targets) or any(path[:end] in paths for path in paths for end in range(1, len(path))):
        return None
    names: dict[str, Any] = {}
    holders: dict[tuple[str | int, ...], str] = {(): "record"}
    for outer in sorted({path[:end] for path in paths for end in range(1, len(path))}, key=len):
        holders[outer] = f"node{len(holders)}"
    code = ["record = {}", *(f"{name} = None" for path, name in holders.items() if path)]
    for number, target in enumerate(targets):
        read, kept = f"read{number}", f"kept{number}"
        names[read], names[kept] = target.read, _Kept(target.read)
        code += [f"cell = cells[{target.cell}]", 'if cell is not None and cell != "":']
        if target.textual:
            special = r'"\\" in cell' if target.whole else r'"|" in cell or "\\" in cell'
            code += [
                f"    if cell.__class__ is not str: cell = {read}(cell)",
                f"    elif {special}: cell = {kept}[cell]",
                "    else: cell = cell.strip() or None",
            ]
        else:
            code.append(f"    cell = {read}(cell)")
        code.append("    if cell is not None:")
        for end in range(1, len(target.path)):
            holder, below = holders[target.path[: end - 1]], holders[target.path[:end]]
            code.append(f"        if {below} is None: {below} = {holder}[{target.path[end - 1]!r}] = {{}}")
        code.append(f"        {holders[target.path[:-1]]}[{target.path[-1]!r}] = cell")
    code.append("return record")
    source = "def rows(cells):\n" + "".join(f"    {line}\n" for line in code)
    exec(compile(source, "<columns>", "exec"), names)  # noqa: S102 - of the columns' keys, quoted by repr
    made: Callable[[Cells], dict[Any, Any]] = names["rows"]
    return made
