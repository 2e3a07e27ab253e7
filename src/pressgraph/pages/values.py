"""What pages are made of: names with links, values, facts with their receipts, statements."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from pressgraph.rdf.terms import local_name

_NUMBERS = {"integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger", "int", "long"}
_DAYS = {"date", "dateTime", "gYear", "gYearMonth"}
_LONG = 40


class Name(Struct, frozen=True, kw_only=True, gc=False):
    """An IRI as people see it. `href` is empty where a link would not be safe, or lead nowhere."""

    label: str
    language: str
    iri: str
    href: str
    external: bool


class Value(Struct, frozen=True, kw_only=True, gc=False):
    """A literal, an IRI (`name`), a list (`items`), or a node without a name: what is said of it (`properties`)."""

    text: str = ""
    language: str = ""
    datatype: str = ""
    name: Name | None = None
    items: tuple[Value, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def look(self) -> str:
        """How it is set in a table: 'number' and 'day' stay on their line, 'long' gets room; else nothing."""
        return _look(self.datatype) or ("long" if len(self.text) > _LONG else "")


@lru_cache
def _look(datatype: str) -> str:
    local = local_name(datatype.replace(":", "/"))
    return "number" if local in _NUMBERS else "day" if local in _DAYS else ""


class Receipt(Struct, frozen=True, kw_only=True, gc=False):
    """Where a fact comes from. `fact` is its graph, which has an address of its own."""

    fact: Name
    source: Name | None
    status: Name | None
    spans: tuple[tuple[int, int], ...]
    reviewer: Name | None
    reviewed: str


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """A value of a property, with its receipts."""

    value: Value
    receipts: tuple[Receipt, ...]


class Property(Struct, frozen=True, kw_only=True, gc=False):
    """A property with its values."""

    name: Name
    facts: tuple[Fact, ...]


class Statements(Struct, frozen=True, kw_only=True, gc=False):
    """What is said of one thing: the thing, and properties with values."""

    subject: Name
    properties: tuple[Property, ...]
