"""Inspect a store: shapes and checks over its graph, and everything that makes their results readable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.validation.allow import apply_permissions, rule_names
from pressgraph.validation.engines import profile_shapes
from pressgraph.validation.explain import Explainer
from pressgraph.validation.reads import KnownReads
from pressgraph.validation.report import Report, Result
from pressgraph.validation.shacl import read_report
from pressgraph.validation.suggest import Adviser
from pressgraph.validation.words import component_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pressgraph.profile import Profile
    from pressgraph.validation.allow import Permission
    from pressgraph.validation.checks import Check
    from pressgraph.validation.engines import Engine

DEFAULT = ox.DefaultGraph()


class Inspector:
    """Validate the default graph of a store, which is the union of its graphs."""

    def __init__(
        self,
        store: ox.Store,
        profile: Profile,
        id_base: str,
        *,
        engine: Engine,
        checks: Sequence[Check] = (),
        reads: KnownReads | None = None,
    ) -> None:
        self.store = store
        self.profile = profile
        self.id_base = id_base
        self.engine = engine
        self.checks = tuple(checks)
        self.reads = reads or KnownReads()

    def triples(self) -> list[ox.Triple]:
        """Return the triples of the default graph."""
        return [quad.triple for quad in self.store.quads_for_pattern(None, None, None, DEFAULT)]

    def shapes(self, triples: Iterable[ox.Triple]) -> tuple[Result, ...]:
        """Run the shapes over triples."""
        return read_report(self.engine.run(triples))

    def rows(self) -> list[Result]:
        """Run the checks over the store."""
        return [result for check in self.checks for result in check.run(self.store, self.profile, self.id_base)]

    def full(self) -> tuple[list[Result], int]:
        """Run everything over everything; return the results, and how many triples there are."""
        triples = self.triples()
        return [*self.shapes(triples), *self.rows()], len(triples)

    def finish(
        self,
        results: Iterable[Result],
        *,
        locate: Callable[[Result], Result],
        permitted: Iterable[Permission] = (),
        ready: Iterable[Result] = (),
        triples: int = 0,
    ) -> Report:
        """Bring results to their places, and add what helps: hints, explanations, what facts allow.

        `ready` are results that have all this from before.
        """
        shapes = profile_shapes(self.profile)
        adviser = Adviser(self.store, self.profile, shapes, self.id_base)
        explainer = Explainer(self.store, self.profile, shapes, self.id_base)
        found = [explainer.explain(adviser.advise(locate(result))) for result in results]
        # the nearest id may be another one by now
        ready = [
            adviser.advise(replace(it, hint=None)) if component_name(it.component) == "Class" else it for it in ready
        ]
        permitted = list(permitted)
        known = rule_names(self.profile, (check.name for check in self.checks)) if permitted else ()
        marked = apply_permissions([*found, *ready], permitted, known)
        report = Report(triples=triples, engine=f"{self.engine.name}: {self.engine.reason}", id_base=self.id_base)
        return report.with_results(marked)
