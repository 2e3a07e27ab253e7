"""The limit on rows counts rows, in every format and whatever their values hold."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressgraph.server.workers.rows import RowCounter

FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
VALUES = st.text(st.sampled_from(list('a"\r\n,{}[]:<>&\\')) | st.characters(codec="utf-8", exclude_characters="\x00"))


@pytest.mark.parametrize("name", FORMATS)
@given(values=st.lists(VALUES, max_size=6), size=st.integers(1, 40))
def test_rows_are_counted_as_they_are(name: str, values: list[str], size: int) -> None:
    store = ox.Store()
    for number, value in enumerate(values):
        store.add(ox.Quad(ox.NamedNode(f"x:{number}"), ox.NamedNode("x:p"), ox.Literal(value)))
    solutions = store.query("SELECT ?s ?o { ?s ?p ?o }")
    assert isinstance(solutions, ox.QuerySolutions)
    content: bytes = solutions.serialize(format=FORMATS[name]) or b""
    counter = RowCounter(name)
    counted = sum([counter.feed(content[at : at + size]) for at in range(0, len(content), size)])
    assert counted == len(values)


def test_what_looks_like_the_end_of_a_row_in_a_value_is_none() -> None:
    for name, value in (("json", '}},{"'), ("json", ':[{"'), ("csv", "\r\n\r\n"), ("tsv", "\n"), ("xml", "<result>")):
        solutions = ox.Store().query(
            "SELECT ?a ?b { VALUES ?b { 1 2 3 } }", substitutions={ox.Variable("a"): ox.Literal(value)}
        )
        assert isinstance(solutions, ox.QuerySolutions)
        assert RowCounter(name).feed(solutions.serialize(format=FORMATS[name]) or b"") == 3, name
