"""Read facts: every key and value keeps its place, every mistake is reported."""

from pressgraph.facts.check import check_facts
from pressgraph.facts.model import Fact, FactsFile, Source
from pressgraph.facts.read import dangling_problems, read_facts, read_facts_bytes

__all__ = [
    "Fact",
    "FactsFile",
    "Source",
    "check_facts",
    "dangling_problems",
    "read_facts",
    "read_facts_bytes",
]
