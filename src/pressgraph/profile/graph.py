"""The triples of a profile's files, with the look-ups that compiling needs, and where things stand in the files."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from pressgraph.errors import Place, ProfileError
from pressgraph.profile.model import local_name
from pressgraph.rdf import RDF, SH

if TYPE_CHECKING:
    from pressgraph.rdf import Term

# Files of this name prefix are the project's own: their terms never take a short name from a shipped term.
OWN = "project/"

Node: TypeAlias = ox.NamedNode | ox.BlankNode


class Graph:
    """The profile's triples."""

    def __init__(self) -> None:
        self.forward: dict[tuple[Node, str], list[Term]] = defaultdict(list)
        self.subjects: dict[tuple[str, Term], list[Node]] = defaultdict(list)
        self.prefixes: dict[str, str] = {}
        self.shipped: set[str] = set()
        self.described: dict[bool, set[str]] = {False: set(), True: set()}
        """The IRIs that files describe: shipped ones, and the project's own."""
        self._files: dict[Node, str] = {}
        self._contents: dict[str, bytes] = {}

    def read(self, name: str, content: bytes, *, own: bool) -> None:
        """Read a Turtle file; `own` where it is the project's.

        Raises ProfileError with the place of a mistake.
        """
        self._contents[name] = content
        parser = ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        try:
            for quad in parser:
                subject, predicate, value = quad.subject, quad.predicate.value, quad.object
                if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                    continue
                if isinstance(subject, ox.NamedNode):
                    self.described[own].add(subject.value)
                if value in self.forward[subject, predicate]:
                    # a project may hold a copy of what is shipped
                    continue
                self.forward[subject, predicate].append(value)
                self.subjects[predicate, value].append(subject)
                self._files.setdefault(subject, name)
                if not own:
                    self.shipped.update((subject.value, value.value))
        except SyntaxError as error:
            raise ProfileError(
                f"not valid Turtle: {error.msg}",
                place=Place(file=name.removeprefix(OWN), line=error.lineno or 0, column=error.offset or 0),
            ) from error
        for prefix, iri in parser.prefixes.items():
            self.prefixes.setdefault(prefix, iri)

    def values(self, subject: Node, predicate: str) -> list[Term]:
        """Return the objects of a subject and a predicate."""
        return self.forward.get((subject, predicate), [])

    def nodes(self, subject: Node, predicate: str) -> list[Node]:
        """Return those objects that are IRIs or blank nodes."""
        return [value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode | ox.BlankNode)]

    def iris(self, subject: Node, predicate: str) -> list[str]:
        """Return those objects that are IRIs."""
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.NamedNode)]

    def literals(self, subject: Node, predicate: str) -> list[str]:
        """Return the lexical forms of those objects that are literals."""
        return [value.value for value in self.values(subject, predicate) if isinstance(value, ox.Literal)]

    def by_language(self, subject: Node, *predicates: str) -> dict[str, str]:
        """Return the first text of each language, of earlier predicates first."""
        texts: dict[str, str] = {}
        for predicate in predicates:
            for value in self.values(subject, predicate):
                if isinstance(value, ox.Literal):
                    texts.setdefault(value.language or "", value.value)
        return dict(sorted(texts.items()))

    def is_true(self, subject: Node, predicate: str) -> bool:
        """Tell whether a subject has a property with the value true."""
        return not {"true", "1"}.isdisjoint(self.literals(subject, predicate))

    def members(self, head: Node) -> list[Term]:
        """Return the members of an RDF list."""
        found: list[Term] = []
        seen: set[Node] = set()
        while head.value != f"{RDF}nil" and head not in seen:
            seen.add(head)
            found.extend(self.values(head, f"{RDF}first")[:1])
            head = next(iter(self.nodes(head, f"{RDF}rest")), ox.NamedNode(f"{RDF}nil"))
        return found

    # -- for messages

    def name(self, shape: Node) -> str:
        """Return what a shape is called: its short name, or that of the shape that it is a part of."""
        if isinstance(shape, ox.NamedNode):
            return self.short(shape.value)
        for parent in self.subjects.get((f"{SH}property", shape), []):
            path = next(iter(self.iris(shape, f"{SH}path")), "")
            return f"{self.name(parent)} {self.short(path)}".rstrip()
        return "a shape without a name"

    def short(self, iri: str) -> str:
        """Return an IRI as a CURIE under the files' prefixes, or in angle brackets."""
        local = local_name(iri)
        for prefix, namespace in self.prefixes.items():
            if prefix and iri == namespace + local:
                return f"{prefix}:{local}"
        return f"<{iri}>" if iri else ""

    def place(self, node: Node, iri: str = "") -> Place:
        """Return the file that first describes a node, and the line that first speaks of it, or of an IRI there."""
        name = self._files.get(node)
        if name is None:
            return Place(file="")
        text = self._contents[name].decode("utf-8", errors="replace")
        wanted = [it for it in (node.value if isinstance(node, ox.NamedNode) else "", iri) if it]
        for one in wanted:
            local = re.escape(local_name(one))
            match = re.search(rf"^.*(?:<{re.escape(one)}>|[\w-]*:{local}(?![\w-])|<[#/]?{local}>)", text, re.MULTILINE)
            if match is not None:
                return Place(file=name.removeprefix(OWN), line=text.count("\n", 0, match.start()) + 1)
        return Place(file=name.removeprefix(OWN))
