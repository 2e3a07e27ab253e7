"""CURIEs: IRIs as a prefix and a local part (CURIE Syntax 1.0), in the words of the library `curies`.

The library itself would cost every command more than twice its start-up: it is built on pydantic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What Turtle and SPARQL read without escapes as the local part of a prefixed name (SPARQL 1.1, 19.8, PN_LOCAL).
PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


class Converter:
    """Namespaces by prefix. The empty prefix abbreviates nothing: who reads `:x` sees no CURIE.

    >>> converter = Converter({"ex": "https://example.org/", "lvl": "https://example.org/level/"})
    >>> converter.compress("https://example.org/level/silver"), converter.expand("ex:agent")
    ('lvl:silver', 'https://example.org/agent')
    """

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self.namespaces = namespaces
        named = ((prefix, namespace) for prefix, namespace in namespaces.items() if prefix)
        self._longest_first = sorted(named, key=lambda item: -len(item[1]))

    def compress(self, iri: str, *, local: re.Pattern[str] = PLAIN_LOCAL) -> str | None:
        """Return an IRI as a CURIE under its longest namespace, or None; `local` is what local parts look like."""
        for prefix, namespace in self._longest_first:
            if iri.startswith(namespace) and local.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return None

    def expand(self, curie: str, *, local: re.Pattern[str] = PLAIN_LOCAL) -> str | None:
        """Return the IRI of a CURIE, or None; `local` is what local parts look like."""
        prefix, colon, name = curie.partition(":")
        namespace = self.namespaces.get(prefix) if colon else None
        return namespace + name if namespace is not None and local.fullmatch(name) else None
