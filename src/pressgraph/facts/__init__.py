"""Read facts: every key and value keeps its place, every mistake is reported."""

from pressgraph.facts.check import check_facts
from pressgraph.facts.model import Fact, FactsFile, Source
from pressgraph.facts.read import (
    dangling_problems,
    is_json_lines,
    names_in,
    open_json_lines,
    read_facts,
    read_facts_bytes,
)

__all__ = [
    "Fact",
    "FactsFile",
    "Source",
    "check_facts",
    "dangling_problems",
    "is_json_lines",
    "names_in",
    "open_json_lines",
    "read_facts",
    "read_facts_bytes",
]
