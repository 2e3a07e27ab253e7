"""Query: saved and ad-hoc SPARQL 1.1, here or on a remote endpoint."""

from typing import TYPE_CHECKING, Any

from pressgraph.query.local import query_store
from pressgraph.query.results import RESULT_FORMATS, Answer, write_answer
from pressgraph.query.saved import Parameter, SavedQuery, load_saved_queries
from pressgraph.query.terms import unknown_terms

if TYPE_CHECKING:
    from pressgraph.query.remote import query_endpoint

__all__ = [
    "RESULT_FORMATS",
    "Answer",
    "Parameter",
    "SavedQuery",
    "load_saved_queries",
    "query_endpoint",
    "query_store",
    "unknown_terms",
    "write_answer",
]


def __getattr__(name: str) -> Any:
    # what asks over HTTP takes longer to import than the rest, and most commands ask nobody
    if name == "query_endpoint":
        from pressgraph.query.remote import query_endpoint

        return query_endpoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
