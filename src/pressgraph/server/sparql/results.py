"""Read the beginning of a SPARQL JSON result (https://www.w3.org/TR/sparql11-results-json/)."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import Any

import pyoxigraph as ox

from pressgraph.rdf import XSD_STRING


def first_bindings(content: bytes, most: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the columns and the first rows, as JSON has them, of a result that may end anywhere.

    >>> first_bindings(b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"x:y"}},{"a', 5)
    (['a'], [{'a': {'type': 'uri', 'value': 'x:y'}}])
    """
    solutions = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - of booleans there is no beginning
    columns = [it.value for it in solutions.variables]
    bindings: list[dict[str, Any]] = []
    # what is missing of the result is not JSON
    with suppress(SyntaxError):
        for solution in islice(solutions, most):
            values = zip(columns, solution, strict=True)
            bindings.append({name: _binding(value) for name, value in values if value is not None})
    return columns, bindings


def _binding(value: Any) -> dict[str, str]:
    match value:
        case ox.NamedNode():
            return {"type": "uri", "value": value.value}
        case ox.BlankNode():
            return {"type": "bnode", "value": value.value}
        case ox.Literal(language=str(language)):
            return {"type": "literal", "value": value.value, "xml:lang": language}
        case ox.Literal() if value.datatype.value != XSD_STRING:
            return {"type": "literal", "value": value.value, "datatype": value.datatype.value}
        case ox.Literal():
            return {"type": "literal", "value": value.value}
    return {"type": "literal", "value": str(value)}
