"""Keep the footprints of shapes and checks in a file: to tell them from SPARQL takes longer than to run a check."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pressgraph.project import sealed, unsealed, write_atomically
from pressgraph.validation.incremental.footprint import Footprint, Read, Step, Unknown
from pressgraph.validation.incremental.queries import query_footprint
from pressgraph.validation.incremental.shapes import shape_footprint
from pressgraph.validation.shacl.shapes import profile_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pressgraph.profile import Profile
    from pressgraph.validation.checks.check import Check, CheckedGraph

# Raise it when the same shapes or the same query have another footprint than before.
_VERSION = 4


class FootprintCache:
    """The footprints of shapes and checks, found out once; with a path, once for many processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stored: dict[str, Any] = {}
        self._used: dict[str, Footprint] = {}
        if path is not None:
            try:
                stored = unsealed(path.read_bytes(), dict[str, Any])
            except (OSError, ValueError):
                stored = {}
            if stored.get("version") == _VERSION:
                self._stored = stored["reads"]

    def of_shapes(self, profile: Profile) -> Footprint:
        """Return what the profile's shapes read."""
        return self._look_up(f"shapes {profile.digest}", lambda: shape_footprint(profile_shapes(profile)))

    def of_check(self, check: Check, graph: CheckedGraph) -> Footprint:
        """Return what a row of a check depends on."""
        return self._of_query(check.query(graph), graph.prefixes)

    def of_links(self, check: Check, graph: CheckedGraph) -> Footprint:
        """Return what the links depend on that a check's `@unless` speaks of."""
        return self._of_query(check.link_query, graph.prefixes)

    def learn(self, checks: Iterable[Check], graph: CheckedGraph) -> None:
        """Find out all footprints of checks and of a profile's shapes, for the next validation.

        They depend on nothing that is in the graph.
        """
        self.of_shapes(graph.profile)
        for check in checks:
            self.of_check(check, graph)
            if check.unless is not None:
                self.of_links(check, graph)

    def save(self) -> None:
        """Write down what was found out since the file was read; what was not asked for is forgotten."""
        if self._path is None or self._used.keys() <= self._stored.keys():
            return
        reads = {key: _to_json(footprint) for key, footprint in self._used.items()}
        with write_atomically(self._path, durable=False) as file:
            file.write(sealed({"version": _VERSION, "reads": reads}))

    def _of_query(self, text: str, prefixes: Mapping[str, str]) -> Footprint:
        digest = hashlib.sha256(json.dumps([text, sorted(prefixes.items())]).encode()).hexdigest()
        return self._look_up(f"query {digest}", lambda: query_footprint(text, prefixes))

    def _look_up(self, key: str, tell: Callable[[], Footprint]) -> Footprint:
        if key not in self._used:
            self._used[key] = _from_json(self._stored[key]) if key in self._stored else tell()
        return self._used[key]


def _to_json(footprint: Footprint) -> Any:
    if isinstance(footprint, Unknown):
        return {
            "unclear": footprint.reason,
            "properties": sorted(name for name in footprint.properties if name is not None),
            "any": None in footprint.properties,
            "graphs": footprint.graphs,
        }
    return [
        [[[sorted(step.edges, key=repr), step.closure] for step in read.chain], read.edge, read.value]
        for read in footprint
    ]


def _from_json(stored: Any) -> Footprint:
    if isinstance(stored, dict):
        properties = frozenset([*stored["properties"], *([None] if stored["any"] else [])])
        return Unknown(reason=stored["unclear"], properties=properties, graphs=stored["graphs"])
    return frozenset(
        Read(
            tuple(Step(frozenset((name, inverse) for name, inverse in edges), closure) for edges, closure in chain),
            (edge[0], edge[1]),
            value,
        )
        for chain, edge, value in stored
    )
