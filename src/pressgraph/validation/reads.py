"""Keep what shapes and checks read in a file: to tell it from SPARQL takes a parser that takes longer than a check."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pressgraph.project import sealed, unsealed, write_atomically
from pressgraph.validation.engines import profile_shapes
from pressgraph.validation.scope import Read, Reads, Step, Unclear, query_reads, shape_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pressgraph.profile import Profile

# Raise it when the same shapes or the same query are read differently than before.
_VERSION = 2


class KnownReads:
    """What shapes and checks read, found out once; with a path, once for many processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept: dict[str, Any] = {}
        self._used: dict[str, Reads] = {}
        if path is not None:
            try:
                kept = unsealed(path.read_bytes())
            except (OSError, ValueError):
                kept = {}
            if kept.get("version") == _VERSION:
                self._kept = kept["reads"]

    def of_shapes(self, profile: Profile) -> Reads:
        """Return what the profile's shapes read."""
        return self._look_up(f"shapes {profile.digest}", lambda: shape_reads(profile_shapes(profile)))

    def of_query(self, text: str, prefixes: Mapping[str, str]) -> Reads:
        """Return what a query reads."""
        digest = hashlib.sha256(json.dumps([text, sorted(prefixes.items())]).encode()).hexdigest()
        return self._look_up(f"query {digest}", lambda: query_reads(text, prefixes))

    def save(self) -> None:
        """Write down what was found out since the file was read; what was not asked for is forgotten."""
        if self._path is None or self._used.keys() <= self._kept.keys():
            return
        reads = {key: _to_json(found) for key, found in self._used.items()}
        with write_atomically(self._path, durable=False) as file:
            file.write(sealed({"version": _VERSION, "reads": reads}))

    def _look_up(self, key: str, find: Callable[[], Reads]) -> Reads:
        if key not in self._used:
            self._used[key] = _from_json(self._kept[key]) if key in self._kept else find()
        return self._used[key]


def _to_json(reads: Reads) -> Any:
    if isinstance(reads, Unclear):
        properties = sorted(it for it in reads.properties if it is not None)
        return {
            "unclear": reads.reason,
            "properties": properties,
            "any": None in reads.properties,
            "graphs": reads.graphs,
        }
    return [[[[sorted(step.edges, key=repr), step.closure] for step in read.chain], read.edge] for read in reads]


def _from_json(kept: Any) -> Reads:
    if isinstance(kept, dict):
        properties = frozenset([*kept["properties"], *([None] if kept["any"] else [])])
        return Unclear(reason=kept["unclear"], properties=properties, graphs=kept["graphs"])
    return frozenset(
        Read(
            tuple(Step(frozenset((name, inverse) for name, inverse in edges), closure) for edges, closure in chain),
            (edge[0], edge[1]),
        )
        for chain, edge in kept
    )
