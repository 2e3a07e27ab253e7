"""The triples of a profile's files, and where things stand in the files."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.errors import Place
from pressgraph.profile.sources import OWN
from pressgraph.rdf import SH
from pressgraph.rdf.graph import Graph
from pressgraph.rdf.prefixes import Converter
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from pressgraph.profile.sources import TurtleFile
    from pressgraph.rdf import Resource, Term


class ProfileGraph(Graph):
    """The profile's triples, each once: a project may hold a copy of what is shipped."""

    def __init__(self) -> None:
        super().__init__()
        self.subjects: dict[tuple[str, Term], list[Resource]] = defaultdict(list)
        """The subjects of a predicate and an object."""
        self.prefixes: dict[str, str] = {}
        self.shipped: set[str] = set()
        """The IRIs and texts that shipped files hold."""
        self.described: dict[bool, set[str]] = {False: set(), True: set()}
        """The IRIs that files describe: shipped ones, and the project's own."""
        self._files: dict[Resource, TurtleFile] = {}

    def read(self, file: TurtleFile) -> None:
        """Add what a file says.

        Raises ProfileError with the place of a mistake.
        """
        own = file.own
        described = self.described[own]
        for triple in file.triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                continue
            if isinstance(subject, ox.NamedNode):
                described.add(subject.value)
            if value in self.values(subject, predicate):
                continue
            self.add(triple)
            self.subjects[predicate, value].append(subject)
            self._files.setdefault(subject, file)
            if not own:
                self.shipped.update((subject.value, value.value))
        for prefix, iri in file.prefixes.items():
            self.prefixes.setdefault(prefix, iri)

    # -- for messages

    def name(self, shape: Resource) -> str:
        """Return what a shape is called: its short name, or that of the shape that it is a part of."""
        if isinstance(shape, ox.NamedNode):
            return self.short(shape.value)
        for parent in self.subjects.get((f"{SH}property", shape), []):
            path = next(iter(self.iris(shape, f"{SH}path")), "")
            return f"{self.name(parent)} {self.short(path)}".rstrip()
        return "a shape without a name"

    def short(self, iri: str) -> str:
        """Return an IRI as a CURIE under the files' prefixes, or in angle brackets."""
        return Converter(self.prefixes).compress(iri) or (f"<{iri}>" if iri else "")

    def place(self, node: Resource, iri: str = "") -> Place:
        """Return the file that first describes a node, and the line that first speaks of it, or of an IRI there."""
        file = self._files.get(node)
        if file is None:
            return Place(file="")
        name = file.name.removeprefix(OWN)
        text = file.content.decode("utf-8", errors="replace")
        wanted = [name for name in (node.value if isinstance(node, ox.NamedNode) else "", iri) if name]
        for one in wanted:
            local = re.escape(local_name(one))
            match = re.search(rf"^.*(?:<{re.escape(one)}>|[\w-]*:{local}(?![\w-])|<[#/]?{local}>)", text, re.MULTILINE)
            if match is not None:
                return Place(file=name, line=text.count("\n", 0, match.start()) + 1)
        return Place(file=name)
