"""Validate a store: shapes and checks over its graph, and everything that makes their results readable."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from traceback import clear_frames
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.convert.stored import restorer
from pressgraph.dataset import GraphNames, union
from pressgraph.processes import processors
from pressgraph.rdf.terms import named, term_text
from pressgraph.validation.checks.check import CheckedGraph
from pressgraph.validation.checks.comparands import Comparands
from pressgraph.validation.checks.compare import compare, find_candidates
from pressgraph.validation.checks.misplaced import misplaced_keys, misplaced_keys_of
from pressgraph.validation.explain.alternatives import Explainer
from pressgraph.validation.explain.hints import Adviser
from pressgraph.validation.locate.facts import above
from pressgraph.validation.report import Report, Result
from pressgraph.validation.shacl.components import component_name
from pressgraph.validation.shacl.results import read_report
from pressgraph.validation.shacl.shapes import profile_shapes
from pressgraph.validation.suppressions import rule_names, suppress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.rdf import Term
    from pressgraph.validation.checks.check import Check
    from pressgraph.validation.shacl.engines import Data, Engine
    from pressgraph.validation.suppressions import Suppression


def _in_thread(
    task: Callable[[], Iterable[Result]], tell: Callable[[Result], object], ended: threading.Event
) -> list[Result]:
    """Do a task in this thread; the engine's objects have to end in it, and frames that raise an error keep them."""
    try:
        results = list(task())
        for result in results:
            if ended.is_set():
                break
            tell(result)
    except Exception as error:
        clear_frames(error.__traceback__)
        raise
    return results


class Validator:
    """Validate the default graph of a store, which is the union of its graphs."""

    def __init__(
        self,
        store: ox.Store,
        profile: Profile,
        id_base: str,
        *,
        engine: Engine,
        checks: Sequence[Check] = (),
        stated: list[ox.Triple] | None = None,
    ) -> None:
        self.store = store
        self.profile = profile
        self.id_base = id_base
        self.engine = engine
        self.checks = tuple(checks)
        self.graph = CheckedGraph(store=store, profile=profile, id_base=id_base)
        self.compared: dict[str, Comparands | Path] = {}
        """What checks compared, or the file in which a build kept it."""
        self.restore = restorer(profile)
        self.stated = stated
        """The whole graph as its files write it, where that is known."""

    def shapes(self, data: Data | None = None) -> tuple[Result, ...]:
        """Run the shapes over triples of the store, or over the whole graph.

        What they find of the shipped vocabularies, which no project can mend, is left out.
        """
        graph = self.stated if self.stated is not None and data is None else self._as_stated(data)
        return tuple(result for result in read_report(self.engine.run(graph)) if not self._is_shipped(result.focus))

    def _as_stated(self, data: Data | None) -> Data:
        """Return triples of the store with the datatypes that the keys have."""
        source = self.store if data is None else data
        if self.restore is None:
            return source
        triples = union.triples(source) if isinstance(source, ox.Store) else source
        return [self.restore(triple) for triple in triples]

    def _is_shipped(self, focus: str, path: str | None = None) -> bool:
        """Tell whether only shipped files describe a node, or say what it has for a property.

        Facts and the project's files may describe it too.
        """
        if focus not in self.profile.shipped:
            return False
        of_profile = (union.DEFAULT, ox.NamedNode(GraphNames(id_base=self.id_base).profile))
        predicate = ox.NamedNode(path) if path is not None else None
        quads = self.store.quads_for_pattern(ox.NamedNode(focus), predicate, None, None)
        return all(quad.graph_name in of_profile for quad in quads)

    def check(self, check: Check) -> list[Result]:
        """Run a check over the store; what it compared is then in `compared`."""
        if not check.compares:
            return check.results(check.rows(self.graph), self.graph)
        candidates = find_candidates(check, self.graph)
        self.compared[check.name] = Comparands(candidates)
        return compare(check, self.graph, candidates)

    def full(self, tell: Callable[[Result], object] = lambda _: None) -> list[Result]:
        """Run everything over everything: shapes here, checks in threads beside them: no engine computes in Python.

        `tell` is told each result in the thread that found it, while others still run.
        """
        tasks: list[Callable[[], Iterable[Result]]] = [self.misplaced]
        tasks += (partial(self.check, check) for check in self.checks)
        ended = threading.Event()
        # the shapes take longest, and have a processor for themselves where there are several
        with ThreadPoolExecutor(max(processors() - 1, 1)) as threads:
            # a thread begins without the language that this one speaks
            asked = [threads.submit(partial(copy_context().run, _in_thread, task, tell, ended)) for task in tasks]
            try:
                shaped = self.shapes()
                for result in shaped:
                    tell(result)
                return [*shaped, *(result for it in asked for result in it.result())]
            finally:
                ended.set()
                for it in asked:
                    it.cancel()

    def misplaced(self, things: Collection[Term] | None = None) -> tuple[Result, ...]:
        """Find keys that no class of their thing has, in the whole graph or of some things.

        The shapes of a project may know other keys for a class than what is shipped uses: that is left out.
        """
        derived = GraphNames(id_base=self.id_base).derived
        results = (
            misplaced_keys(self.store, self.profile, derived)
            if things is None
            else misplaced_keys_of(self.store, self.profile, things, derived)
        )
        return tuple(result for result in results if not self._is_shipped(result.focus, result.path))

    def finish(
        self,
        results: Iterable[Result],
        *,
        locate: Callable[[Result], Result],
        suppressions: Iterable[Suppression] = (),
        ready: Iterable[Result] = (),
        triples: int = 0,
    ) -> Report:
        """Bring results to their places, and add what helps: hints, explanations, what facts suppress.

        `ready` are results that have all this from before.
        """
        shapes = profile_shapes(self.profile)
        adviser = Adviser(self.store, self.profile, shapes, self.id_base)
        explainer = Explainer(self.store, self.profile, self.engine.shapes, self.id_base, restore=self.restore)
        explained = [
            explainer.explain(adviser.advise(adviser.word(self._located(result, locate)))) for result in results
        ]
        # the nearest id may be another one by now
        ready = [
            adviser.advise(replace(result, hint=None)) if component_name(result.component) == "Class" else result
            for result in ready
        ]
        marked = suppress(self._said_once([*explained, *ready]), suppressions, self._rules, self.thing_of)
        engine = "; ".join((f"{self.engine.name}: {self.engine.reason}", *self.engine.shapes.left_out))
        return Report(triples=triples, engine=engine, id_base=self.id_base).with_results(marked)

    def thing_of(self, focus: str) -> str:
        """Return what a result is about: of a node that nobody states and rules conclude, what it is named after."""
        node = named(focus)
        if node is None:
            return focus
        derived = GraphNames(id_base=self.id_base).derived
        quads = self.store.quads_for_pattern(node, None, None, None)
        graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
        return above(focus) if graphs and all(graph.startswith(derived) for graph in graphs) else focus

    def _located(self, result: Result, locate: Callable[[Result], Result]) -> Result:
        """Bring a result to its place, else to that of the thing that it is about."""
        located = locate(result)
        thing = self.thing_of(result.focus) if located.place is None else result.focus
        return located if thing == result.focus else replace(locate(replace(result, focus=thing)), focus=result.focus)

    def _said_once(self, results: Sequence[Result]) -> list[Result]:
        """Return results without those on a conclusion that repeat what is said of the triple it follows from.

        A value under `awardedBy` stands under `wasAssociatedWith` too: what is wrong is said where it was typed.
        """
        alike = Counter(_of(it) for it in results)
        concluded = {id(it) for it in results if alike[_of(it)] > 1 and self._is_concluded(it)}
        stated = {_of(it) for it in results if id(it) not in concluded}
        return [it for it in results if id(it) not in concluded or _of(it) not in stated]

    def _is_concluded(self, result: Result) -> bool:
        """Tell whether the triple that a result is about follows from others, and nobody states it."""
        subject = named(result.focus)
        if result.value is None or result.steps != (result.path,) or subject is None:
            return False
        predicate = ox.NamedNode(result.path or "")
        derived = GraphNames(id_base=self.id_base).derived
        return all(term_text(it.object) != result.value for it in union.stated(self.store, subject, predicate, derived))

    def _rules(self) -> set[str]:
        return rule_names(self.profile, (check.name for check in self.checks))


def _of(result: Result) -> tuple[str, str | None, str]:
    """Return what a result is about: the thing, the value, and what is asked of it."""
    return result.focus, result.value, result.component
