"""Convert facts to RDF: facts in, quads out; no store, no clock."""

from pressgraph.convert.emitter import Emitter, compile_emitter
from pressgraph.convert.inputs import is_stream, open_stream
from pressgraph.convert.stream import checked_lines, convert_facts, convert_json_lines, personal_facts, quads

__all__ = [
    "Emitter",
    "checked_lines",
    "compile_emitter",
    "convert_facts",
    "convert_json_lines",
    "is_stream",
    "open_stream",
    "personal_facts",
    "quads",
]
