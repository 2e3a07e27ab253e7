"""Write what ARCHITECTURE.md draws from the code: the layers, and which room imports which.

python .ci/write_architecture.py

The layers are those of the import contract in pyproject.toml; the arrows are the imports that are there, those for type
checkers included, without the ones that longer ways of arrows stand for.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "pressgraph"
TARGET = ROOT / "ARCHITECTURE.md"
_BEGIN, _END = "<!-- written by .ci/write_architecture.py -->", "<!-- end -->"
_EVERYWHERE = {"charsets", "errors", "extras", "i18n", "interrupts", "languages", "rdf", "spelling"}
"""Rooms at the bottom, which all others use: their arrows would hide the rest."""


def layers() -> list[list[str]]:
    """Return the rooms, highest layer first."""
    contracts: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    contract = next(it for it in contracts if it["containers"] == ["pressgraph"])
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def imports() -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    found: dict[str, set[str]] = {room: set() for layer in layers() for room in layer}
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room in found:
            found[room] |= {it for it in _imported(ast.parse(path.read_bytes())) if it in found and it != room}
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            names = [node.module] if node.module != "pressgraph" else [f"pressgraph.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("pressgraph."))


def _without_shortcuts(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return a graph without circles without the arrows that longer ways stand for."""
    below: dict[str, set[str]] = {}

    def reached(room: str) -> set[str]:
        if room not in below:
            below[room] = set().union(*({it} | reached(it) for it in graph[room]))
        return below[room]

    return {
        room: {it for it in to if not any(it in reached(other) for other in to - {it})} for room, to in graph.items()
    }


def drawing() -> str:
    """Return the part of the page: the layers in a line, and the picture."""
    line = " → ".join(" | ".join(layer) for layer in layers())
    graph = {room: to - _EVERYWHERE for room, to in imports().items() if room not in _EVERYWHERE}
    arrows = [f"  {room} --> {it}" for room, to in sorted(_without_shortcuts(graph).items()) for it in sorted(to)]
    return "\n".join([f"`{line}`", "", "```mermaid", "flowchart TD", *arrows, "```"])


def text(before: str) -> str:
    """Return the page with its drawn part as it is now."""
    head, rest = before.split(f"{_BEGIN}\n", 1)
    return f"{head}{_BEGIN}\n{drawing()}\n{_END}{rest.split(_END, 1)[1]}"


if __name__ == "__main__":
    TARGET.write_text(text(TARGET.read_text("utf-8")), "utf-8")
