"""Add what follows by the OWL 2 RL rules (OWL 2 Profiles, 4.3), with owlrl."""

from __future__ import annotations

import pyoxigraph as ox


def owl_rl_closure(store: ox.Store) -> ox.Store:
    """Return a copy of a store, in memory and in one graph, with its OWL 2 RL closure.

    The rules run in Python over every triple: seconds for thousands of triples, hours for millions.
    """
    import owlrl

    from pressgraph.dataset import rdflib_graph, to_ox, union

    graph = rdflib_graph(union.triples(store))
    # its own datatypes would stay in rdflib afterwards, for all that reads literals in this process
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, improved_datatypes=False).expand(graph)
    closure = ox.Store()
    closure.extend(
        ox.Quad(to_ox(subject), to_ox(predicate), to_ox(value))  # type: ignore[arg-type]
        for subject, predicate, value in graph
        # the rules conclude things about literals too, which RDF has no place for
        if not hasattr(subject, "datatype") and not hasattr(predicate, "datatype")
    )
    return closure
