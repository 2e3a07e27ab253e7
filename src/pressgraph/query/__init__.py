"""Query: saved and ad-hoc SPARQL 1.1, here or on a remote endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "RESULT_FORMATS": "results",
    "Answer": "results",
    "Parameter": "saved",
    "SavedQuery": "saved",
    "load_saved_queries": "saved",
    "portable": "projection",
    "query_store": "local",
    "read_names": "projection",
    "unknown_terms": "terms",
    "write_answer": "results",
}


def __getattr__(name: str) -> Any:
    # rules and checks only read their comments and tokens: what answers queries takes longer to import than they to run
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
