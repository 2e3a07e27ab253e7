"""The terms of schema.org: classes, properties with their domains and ranges, and its JSON-LD context.

They lie in `schema_org.json`, which `.ci/write_schema_org.py` writes; a test compares it with the vocabulary. The
file is schema.org's, under CC BY-SA 3.0, and holds no descriptions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.rdf import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class SchemaOrg:
    """The vocabulary, by local names."""

    version: str
    prefixes: Mapping[str, str]
    classes: Mapping[str, tuple[str, ...]]
    """Each class with its superclasses, nearest first."""
    domains: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, tuple[str, ...]]
    superseded: Mapping[str, str]
    """Each superseded term with the one to use, itself not superseded."""

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The properties whose strings are IRIs: those that expect a URL and no text (schema.org's own context)."""
        return frozenset(name for name, classes in self.ranges.items() if "URL" in classes and "Text" not in classes)

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """What schema.org's JSON-LD context says of these terms; dates stay plain strings."""
        return {
            **self.prefixes,
            "@vocab": SCHEMA,
            "id": "@id",
            "type": "@type",
            "HTML": {"@id": "rdf:HTML"},
            **{name: {"@id": SCHEMA + name, "@type": "@id"} for name in sorted(self.addresses)},
        }

    def below(self, name: str) -> frozenset[str]:
        """Return a class and all its subclasses."""
        return frozenset({name, *(one for one, above in self.classes.items() if name in above)})


@cache
def schema_org() -> SchemaOrg:
    """Return the vocabulary; it is read when it is first asked for."""
    content = json.loads(Path(__file__).with_suffix(".json").read_bytes())
    parents: dict[str, list[str]] = content["classes"]
    superseded: dict[str, str] = content["superseded"]
    return SchemaOrg(
        version=content["version"],
        prefixes=content["prefixes"],
        classes={name: _above(name, parents) for name in parents},
        domains={name: tuple(it["domains"]) for name, it in content["properties"].items()},
        ranges={name: tuple(it["ranges"]) for name, it in content["properties"].items()},
        superseded={name: _last(name, superseded) for name in superseded},
    )


def _above(name: str, parents: Mapping[str, list[str]]) -> tuple[str, ...]:
    superclasses: dict[str, None] = {}
    level = parents.get(name, [])
    while level:
        superclasses.update(dict.fromkeys(level))
        level = [above for one in level for above in parents.get(one, []) if above not in superclasses]
    return tuple(superclasses)


def _last(name: str, superseded: Mapping[str, str]) -> str:
    while name in superseded:
        name = superseded[name]
    return name
