"""The result of a query as a table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pressgraph.pages.messages import messages
from pressgraph.pages.values import Value
from pressgraph.pages.view.days import dated, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pressgraph.pages.names import Names
    from pressgraph.pages.values import Name

_LITERALS = frozenset(("literal", "typed-literal"))
HOW_SURE, SURE = "how", ("surely", "perhaps")
"""The column in which saved queries say how sure a row is, and what they say, for programs."""


def result_table(
    variables: Sequence[str],
    bindings: Sequence[Mapping[str, Any]],
    total: int | None,
    names: Names,
    things: Mapping[str, str],
) -> dict[str, Any]:
    """Return the table of a SPARQL JSON result. `total` is the number of all rows where it is known.

    `things` are the columns of things by the columns of their names: both are one column, the name with a link.
    Columns without a value in any row are told apart: they would push others off the page.
    """

    @cache
    def literal(text: str, language: str, datatype: str) -> Value:
        written = ("text", text, language, datatype)
        date = dated(written)
        return names.value(written) if date is None else Value(text=day(date, names.language).text)

    @cache
    def named(thing: Name, label: str, language: str) -> Value:
        return Value(name=replace(thing, label=label, language=language))

    things_of = cache(lambda iri: names.value(("iri", iri)))

    def value(binding: Mapping[str, Any] | None) -> Value | None:
        if binding is None:
            return None
        kind = binding.get("type")
        if kind == "uri":
            return things_of(binding["value"])
        if kind in _LITERALS:
            return literal(binding["value"], binding.get("xml:lang", ""), binding.get("datatype", ""))
        if kind == "bnode":
            return names.value(("node", binding["value"]))
        return Value(text=str(binding.get("value", "")))

    def cell(binding: Mapping[str, Any], column: str) -> Value | None:
        thing = value(binding.get(things.get(column, column)))
        name = binding.get(column) if column in things else None
        if name is None or thing is None or thing.name is None:
            return thing or value(binding.get(column))
        return named(thing.name, name["value"], name.get("xml:lang", ""))

    words = messages(names.language)

    def sure(binding: Mapping[str, Any]) -> Value | None:
        said = str(binding.get(HOW_SURE, {}).get("value", ""))
        return Value(text=str(words[said])) if said in SURE else cell(binding, HOW_SURE)

    def headings(columns: Iterable[str]) -> list[str]:
        return [names.heading(things.get(it, it)) for it in columns]

    every = [it for it in variables if it not in things.values()]
    said = set[str]().union(*bindings)
    shown = [it for it in every if it in said or things.get(it) in said] or every
    return {
        "kind": "rows",
        "variables": [things.get(it, it) for it in shown],
        "headings": headings(shown),
        "empty": headings(it for it in every if it not in shown),
        "rows": [[sure(one) if it == HOW_SURE else cell(one, it) for it in shown] for one in bindings],
        "total": total,
    }


def nodes_of(triples: Iterable[Sequence[Sequence[Any]]]) -> list[str]:
    """Return the IRIs that a graph is about or leads to, each once."""
    return list(dict.fromkeys(it[1] for subject, _, value in triples for it in (subject, value) if it[0] == "iri"))


def things_in_rows(bindings: Iterable[Mapping[str, Any]], things: Mapping[str, str]) -> list[str]:
    """Return the IRIs in the rows of a SPARQL JSON result that stand without a name beside them, each once.

    `things` are those of `result_table`.
    """
    named = {*things, *things.values()}
    cells = (it for row in bindings for column, it in row.items() if column not in named)
    return list(dict.fromkeys(it["value"] for it in cells if it["type"] == "uri"))


def graph_table(triples: Sequence[Sequence[Sequence[Any]]], total: int | None, names: Names) -> dict[str, Any]:
    """Return the table of a graph: a row for each triple, whose terms travel as those of lookups do."""
    rows = [[names.value(it) for it in triple] for triple in triples]
    return {"kind": "graph", "variables": ("subject", "predicate", "object"), "rows": rows, "empty": [], "total": total}
