"""Run SPARQL over a local store, whose default graph is the union of its graphs (`pressgraph.dataset.union`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.errors import QueryError
from pressgraph.query.guard import check_query
from pressgraph.query.results import Answer

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pressgraph.profile import Profile


def query_store(text: str, store: ox.Store, profile: Profile, *, id_base: str) -> Answer:
    """Answer a query; the profile's prefixes need no declaring.

    Raises QueryError for a query that is not valid, and for what `pressgraph.query.guard` refuses.
    """
    check_query(text)
    try:
        found = store.query(text, prefixes=profile.query_prefixes(id_base))
    except SyntaxError as error:
        raise QueryError(f"not valid SPARQL 1.1: {error.msg or error}") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error
    return Answer(found)
