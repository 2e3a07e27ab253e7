"""Tables as facts: one row, one fact; the headers are the profile's keys, several values are joined by |."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.facts.tables.open import TABLE_SUFFIXES, is_table, open_sheets

if TYPE_CHECKING:
    from pressgraph.facts.tables.columns import Columns
    from pressgraph.facts.tables.delimited import guess_encoding
    from pressgraph.facts.tables.headers import compile_columns
    from pressgraph.facts.tables.sheet import SheetRows

__all__ = [
    "TABLE_SUFFIXES",
    "Columns",
    "SheetRows",
    "compile_columns",
    "guess_encoding",
    "is_table",
    "open_sheets",
]

_MODULES = {"Columns": "columns", "SheetRows": "sheet", "compile_columns": "headers", "guess_encoding": "delimited"}


def __getattr__(name: str) -> Any:
    # most commands ask only whether a file is a table
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
