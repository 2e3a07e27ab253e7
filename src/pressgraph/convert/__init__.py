"""Convert facts to RDF: facts in, quads out; no store, no clock."""

from pressgraph.convert.emitter import Emitter, compile_emitter
from pressgraph.convert.inputs import is_stream, open_stream, texts_beside
from pressgraph.convert.json_lines import JsonLines, checked_lines
from pressgraph.convert.records import convert_facts, left_out, quads

__all__ = [
    "Emitter",
    "JsonLines",
    "checked_lines",
    "compile_emitter",
    "convert_facts",
    "is_stream",
    "left_out",
    "open_stream",
    "quads",
    "texts_beside",
]
