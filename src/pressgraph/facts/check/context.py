"""What is known while a document is checked, and what was found in it so far."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pressgraph.facts.datatypes import datatype
from pressgraph.facts.ids import Ids, suggest_id
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence, place_of
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.errors import Place, Problem
    from pressgraph.profile import Profile


class CheckContext:
    """One document: the profile that it is checked against, its ids, and its problems so far."""

    def __init__(
        self,
        file: str,
        profile: Profile,
        ids: Ids,
        known_types: dict[str, frozenset[str]],
        language: str | None = None,
    ) -> None:
        self.file = file
        self.profile = profile
        self.ids = ids
        self.known_types = known_types
        """The class names of ids that other files describe."""
        self.language = language
        """That of the source, for running text that does not say its own."""
        self.warnings: list[Problem] = []
        """Words that are still read, and have newer ones."""
        self.problems: list[Problem] = []
        self.described: set[str] = set()
        """The ids that the document says something about."""
        self.references: dict[str, Place] = {}
        """The ids that it links to, each with its first place."""
        self.described_by_proposals: set[str] = set()
        self.references_of_proposals: dict[str, Place] = {}
        self.single: dict[tuple[str, str], tuple[str, Place]] = {}
        """The values of keys that have one, by id and key, each with its first place."""
        self._types: dict[str, set[str]] = defaultdict(set)

    def place(self, node: Node) -> Place:
        """Return the place of a node."""
        return place_of(self.file, node)

    def report(self, rule: str, place: Place, *, hint: str | None = None, **values: object) -> None:
        """Note a problem."""
        self.problems.append(problem(rule, place, hint=hint, **values))

    def place_at(self, node: Mapping, key: str) -> Place:
        """Return the place of what a key says, else of the node."""
        value = node.get(key)
        return self.place(value if value is not None else node)

    def scalar_text(self, node: Mapping, key: str) -> str | None:
        """Return the text of a receipt's word; report a value that is no text."""
        value = node.get(key)
        if value is None:
            return None
        if isinstance(value, Scalar) and value.text:
            return value.text
        if is_empty(value):
            self.report("no-value", self.place_at(node, key), key=key)
        else:
            self.report("not-text", self.place(value), key=key, wanted=phrase("one word"), found=phrase("a node"))
        return None

    def collect_types(self, node: Node) -> None:
        """Learn which classes each id has, anywhere in the file."""
        if isinstance(node, Sequence):
            for item in node.items:
                self.collect_types(item)
        elif isinstance(node, Mapping):
            name, types = node.get("id"), node.get("type")
            if isinstance(name, Scalar) and types is not None:
                for item in types.items if isinstance(types, Sequence) else (types,):
                    if isinstance(item, Scalar) and item.text in self.profile.classes:
                        self._types[self.ids.normal(name.text)].add(item.text)
            for _, value in node.items:
                if not isinstance(value, Scalar):
                    self.collect_types(value)

    def types_of(self, name: str) -> set[str]:
        """Return the class names of an id: those that files state, else those of a concept of the profile."""
        types = self._types.get(name, set()) | self.known_types.get(name, frozenset())
        if not types and (concept := self.profile.concept_of.get(self.ids.iri(name) or "")) is not None:
            types = {c.name for iri in concept.types if (c := self.profile.class_of.get(iri)) is not None}
        return types

    def good_id(self, value: Scalar, place: Place) -> str | None:
        """Return an id in its normal form; report what is none."""
        text = value.text
        if self.ids.iri(text) is not None:
            return self.ids.normal(text)
        prefix = self.ids.unknown_prefix(text)
        if prefix is not None:
            hint = did_you_mean(prefix, self.ids.prefixes, otherwise=phrase("ids look like agent/example-cluster"))
            self.report("unknown-prefix", place, hint=hint, prefix=prefix, id=text)
            return None
        if "://" in text or text.startswith("www."):
            hint = phrase("an address begins with https:// and has no spaces")
        elif suggestion := suggest_id(text):
            hint = phrase("write {value}", value=f"'{suggestion}'")
        else:
            hint = phrase("an id is a kind and a name, such as agent/example-cluster")
        self.report("bad-id", place, hint=hint, id=text)
        return None

    def lexical(self, iri: str | None, text: str, place: Place) -> str | None:
        """Return the lexical form of a text, or None where it has none: that is reported."""
        definition = datatype(iri)
        if (lexical := definition.lexical(text)) is None:
            self.report("bad-literal", place, hint=definition.mend(text), value=text, wanted=definition.wanted)
        return lexical

    @contextmanager
    def proposal(self) -> Iterator[None]:
        """Note what is described and linked to in here as a proposal's."""
        outer = self.described, self.references
        self.described, self.references = self.described_by_proposals, self.references_of_proposals
        try:
            yield
        finally:
            self.described, self.references = outer

    def reference(self, name: str, place: Place) -> None:
        """Note that the document links to an id."""
        name = self.ids.normal(name)
        if self.ids.is_relative(name):
            self.references.setdefault(name, place)


def is_empty(node: Node) -> bool:
    """Tell whether a node says nothing: null, or a list or mapping without items."""
    return (isinstance(node, Scalar) and node.plain and node.reads_as() == "null") or (
        isinstance(node, Sequence | Mapping) and not node.items
    )
