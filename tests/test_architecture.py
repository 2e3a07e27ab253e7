"""What is said of the structure of the code, held against the code."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "pressgraph"
LONGEST_COMMAND = 40
"""Lines of a command, without its options and its help: it parses, makes a call, prints."""


def test_the_picture_of_the_rooms_is_up_to_date() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / ".ci" / "write_architecture.py"))["text"](page) == page, "run 'make architecture'"


def test_rooms_import_in_no_circle() -> None:
    drawn = runpy.run_path(str(ROOT / ".ci" / "write_architecture.py"))
    order = {room: number for number, layer in enumerate(drawn["layers"]()) for room in layer}
    found = drawn["imports"]()
    assert set(found) == {
        path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    } - {"__init__", "__main__"}
    assert [(room, it) for room, to in found.items() for it in to if order[room] >= order[it]] == []


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((SOURCE / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.stem}.{node.name}", node


def length(function: ast.FunctionDef) -> int:
    """Count the lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_command_line_is_a_skin() -> None:
    lengths = {name: length(function) for name, function in functions()}
    assert "convert.command" in lengths
    assert {name: count for name, count in lengths.items() if count > LONGEST_COMMAND} == {}
