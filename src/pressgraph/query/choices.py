"""What the graph that is asked offers for the ids of a saved query.

The id in a query's file is an example. It is asked about where the graph describes it, and where it does not, somebody
has to choose: an answer about a thing of other people would look like one about one's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.facts.ids import Ids
from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from pressgraph.profile import Profile
    from pressgraph.query.saved import Parameter

MOST_CHOICES = 200
"""Of more things nobody finds one in a list."""


def example(parameter: Parameter, profile: Profile, id_base: str) -> str | None:
    """Return the IRI that a query asks about unless told; None where it asks about no thing, or about any."""
    if not parameter.is_id or parameter.optional:
        return None
    return Ids(profile, id_base).iri_in_query(parameter.default.strip("<>"))


def is_described(iri: str) -> str:
    """Return the SPARQL that tells whether a graph describes a thing."""
    return f"ASK {{ <{iri}> ?property ?value }}"


def choices(parameter: Parameter, profile: Profile, id_base: str) -> str:
    """Return the SPARQL for the things that a parameter may be given, with their names; one more than can be shown."""
    kind = profile.classes.get(parameter.type.partition(":")[2])
    if kind is None:
        pattern = f"?thing <{SCHEMA}name>|<{SCHEMA}headline> ?called ."
    else:
        kinds = [kind.iri, *(it.iri for it in profile.classes.values() if kind.iri in it.superclasses)]
        pattern = f"VALUES ?kind {{ {' '.join(f'<{it}>' for it in dict.fromkeys(kinds))} }} ?thing a ?kind ."
    own = f'FILTER(STRSTARTS(STR(?thing), "{id_base}"))'
    return f"SELECT DISTINCT ?thing ?thingLabel WHERE {{ {pattern} {own} }} LIMIT {MOST_CHOICES + 1}"
