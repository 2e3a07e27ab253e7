"""Query: saved and ad-hoc SPARQL 1.1, here or on a remote endpoint."""

from pressgraph.query.local import query_store
from pressgraph.query.projection import portable, read_names
from pressgraph.query.results import RESULT_FORMATS, Answer, write_answer
from pressgraph.query.saved import Parameter, SavedQuery, load_saved_queries
from pressgraph.query.terms import unknown_terms

__all__ = [
    "RESULT_FORMATS",
    "Answer",
    "Parameter",
    "SavedQuery",
    "load_saved_queries",
    "portable",
    "query_store",
    "read_names",
    "unknown_terms",
    "write_answer",
]
