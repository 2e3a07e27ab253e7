"""What is withheld from publishing: one rule for every way out of the project (served copy, export, page data, push).

A fact is withheld for a reason. With it goes its receipt, the evidence that no other fact shares, and every name that
only withheld facts describe: whoever reviewed a fact is named by its receipt, and an id can be a person's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.rdf import CLU

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.project import Project

_PERSONAL = ox.NamedNode(f"{CLU}personalData")
_EVIDENCE = ox.NamedNode(f"{CLU}evidence")
_TRUE = {"true", "1"}
_DEFAULT = ox.DefaultGraph()
# Raise it when the same rules withhold other quads than before: every served copy is then made anew.
_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All of a project's configuration that decides what is published: a new reason is a field here."""

    personal: bool = False
    """Whether facts that are marked as personal data are published."""

    @classmethod
    def of(cls, project: Project) -> Rules:
        """Return the rules that a project's configuration states."""
        return cls(personal=project.include_personal_data)

    def withhold_more_than(self, other: Rules) -> bool:
        """Tell whether something that the other rules publish is withheld by these."""
        return other.personal and not self.personal

    def to_json(self) -> dict[str, Any]:
        """Return what tells these rules from others, as JSON."""
        return {"version": _VERSION, "personal": self.personal}

    def reasons(self, store: ox.Store) -> Iterator[ox.NamedNode]:
        """Yield the graphs of the facts that are withheld."""
        if not self.personal:
            for quad in store.quads_for_pattern(None, _PERSONAL, None, None):
                value = quad.object
                if isinstance(quad.subject, ox.NamedNode) and isinstance(value, ox.Literal) and value.value in _TRUE:
                    yield quad.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What is withheld of a dataset."""

    facts: frozenset[ox.NamedNode] = frozenset()
    """The graphs of the facts."""
    nodes: frozenset[ox.NamedNode] = frozenset()
    """These graphs, their evidence, and the names that only they describe."""

    @classmethod
    def of(cls, store: ox.Store, rules: Rules) -> Withheld:
        """Find out what of a built dataset is withheld."""
        facts = frozenset(rules.reasons(store))
        nodes = set(facts)
        for fact in facts:
            for quad in store.quads_for_pattern(fact, _EVIDENCE, None, None):
                if isinstance(quad.object, ox.NamedNode):
                    nodes |= _own_evidence(store, quad.object, facts)
            for quad in store.quads_for_pattern(None, None, None, fact):
                if isinstance(quad.subject, ox.NamedNode) and _only_in(store, quad.subject, facts):
                    nodes.add(quad.subject)
        return cls(facts=facts, nodes=frozenset(nodes))

    def hides(self, quad: ox.Quad) -> bool:
        """Tell whether a quad of the dataset is withheld."""
        nodes = self.nodes
        return bool(nodes) and (quad.graph_name in nodes or quad.subject in nodes or quad.object in nodes)


def _own_evidence(store: ox.Store, node: ox.NamedNode, facts: frozenset[ox.NamedNode]) -> set[ox.NamedNode]:
    """Return an evidence node and what lies below it, or nothing where a fact that is published has the same span."""
    if any(quad.subject not in facts for quad in store.quads_for_pattern(None, _EVIDENCE, node, None)):
        return set()
    below = {
        quad.object
        for quad in store.quads_for_pattern(node, None, None, None)
        if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(f"{node.value}/")
    }
    return {node, *below}


def _only_in(store: ox.Store, name: ox.NamedNode, facts: frozenset[ox.NamedNode]) -> bool:
    return all(
        quad.graph_name in facts or quad.graph_name == _DEFAULT
        for quad in store.quads_for_pattern(name, None, None, None)
    )
