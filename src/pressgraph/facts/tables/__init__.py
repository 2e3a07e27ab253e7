"""Tables as facts: one row, one fact; the headers are the profile's keys, several values are joined by |."""

from pressgraph.facts.tables.columns import Columns
from pressgraph.facts.tables.delimited import guess_encoding
from pressgraph.facts.tables.headers import compile_columns
from pressgraph.facts.tables.open import TABLE_SUFFIXES, is_table, open_sheets
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
