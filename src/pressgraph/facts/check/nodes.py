"""Check nodes: a thing's id, its classes, its keys, and the nodes nested in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pressgraph.facts.check.context import is_empty
from pressgraph.facts.check.quantities import QuantityChecker
from pressgraph.facts.check.values import ValueChecker
from pressgraph.facts.figures import figure_id
from pressgraph.facts.mixed import takes_languages
from pressgraph.facts.model import is_node, nested_id
from pressgraph.facts.rules import both_hints, listing, phrase, problem
from pressgraph.facts.tree import Mapping, Scalar, Sequence
from pressgraph.facts.words import words_of
from pressgraph.profile.model import FACT_WORDS, REVIEW_WORDS, SOURCE_WORDS, Key, Kind
from pressgraph.spelling import nearest, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

    from pressgraph.errors import Place
    from pressgraph.facts.check.context import CheckContext
    from pressgraph.facts.model import Body, Path


class NodeChecker:
    """Check the nodes of one document."""

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self._values = ValueChecker(context, self.nested, self.quantity)
        self._quantities = QuantityChecker(context)

    def body(
        self,
        node: Mapping,
        path: Path,
        places: dict[Path, Place],
        words: Collection[str],
        parent: str | None,
        implied: str | None = None,
    ) -> Body | None:
        """Check a node and return its body; None where it has no usable id and needs one.

        `implied` is the class of a node that states none.
        """
        name = self.node_id(node, parent)
        types = self.node_types(node, path, places)
        if not types and implied is not None and node.get("type") is None:
            types = [implied]
        classes = set(types) | (self.context.types_of(name) if name is not None else set())
        uses = self.context.profile.uses_of(sorted(classes)) if classes else None
        body: Body = {}
        if types:
            body["type"] = types
        for written, value in node.items:
            if written.text in {"id", "type"} or written.text in words:
                continue
            key = self.current_key(written, node)
            if key is None:
                continue
            definition = self.context.profile.keys.get(key.text)
            if definition is None:
                self.unknown_key(key, words, classes)
                continue
            if uses is not None and key.text not in uses:
                self.misplaced_key(key, classes)
                continue
            key_path = (*path, key.text)
            places[key_path] = self.context.place(key)
            if self._quantities.figures.is_number(definition) and isinstance(value, Scalar) and not is_empty(value):
                values = self._quantities.number(definition, node, value, body, path, places)
            else:
                values = self._values.values(definition, key, value, key_path, places, name)
            if values:
                body[key.text] = values
            single = bool(uses and uses[key.text].single)
            if single and name is not None and not takes_languages(definition):
                self._values.single_value(name, definition, values, self.context.place(value))
        if name is None:
            return {"id": "", **body} if parent is not None else None
        if len(body) > 0:
            self.context.described.add(name)
        return {"id": name, **body}

    def current_key(self, key: Scalar, node: Mapping) -> Scalar | None:
        """Return a key as it is called now; None where what it is called now stands beside it."""
        now = self.context.profile.former_keys.get(key.text)
        if now is None:
            return key
        self.context.warnings.append(problem("former-key", self.context.place(key), key=key.text, now=now))
        if node.get(now) is not None:
            self.context.report("said-twice", self.context.place(key), value=key.text, key=now)
            return None
        return replace(key, text=now)

    def node_id(self, node: Mapping, parent: str | None) -> str | None:
        """Return the id of a node; report a node without a usable one, unless it is nested."""
        value = node.get("id")
        if value is None:
            if parent is None:
                self.context.report("missing-id", self.context.place(node))
            return None
        place = self.context.place(value)
        if not isinstance(value, Scalar) or not value.text.strip():
            self.context.report("missing-id", place)
            return None
        return self.context.good_id(value, place)

    def node_types(self, node: Mapping, path: Path, places: dict[Path, Place]) -> list[str]:
        """Return the class names that a node states."""
        value = node.get("type")
        if value is None:
            return []
        places[(*path, "type")] = self.context.place(value)
        types: list[str] = []
        for item in value.items if isinstance(value, Sequence) else (value,):
            place = self.context.place(item)
            if not isinstance(item, Scalar):
                self.context.report("not-text", place, key="type", wanted=phrase("a class"), found=phrase("a node"))
            elif not item.text:
                self.context.report("no-value", place, key="type")
            elif item.text in self.context.profile.classes:
                places[(*path, "type", len(types))] = place
                if item.text not in types:
                    types.append(item.text)
            else:
                meant = words_of(self.context.profile).class_of(item.text)
                hint = suggestion(meant) if meant else phrase("'pressgraph profile classes' lists them")
                self.context.report("unknown-type", place, hint=hint, type=item.text)
        return types

    def unknown_key(self, key: Scalar, words: Collection[str], types: Collection[str]) -> None:
        """Report a key that the profile does not have."""
        place = self.context.place(key)
        if key.text in (*FACT_WORDS, *SOURCE_WORDS, *REVIEW_WORDS):
            if words:
                self.context.report("unknown-key", place, hint=phrase("it belongs elsewhere in the file"), key=key.text)
            else:
                self.context.report("receipt-inside", place, key=key.text)
            return
        hint = words_of(self.context.profile).hint(key.text, types, words or ("id", "type"))
        self.context.report("unknown-key", place, hint=hint, key=key.text)

    def misplaced_key(self, key: Scalar, types: Collection[str]) -> None:
        """Report a key that no class of its thing has."""
        homes = [term.name for term in self.context.profile.homes(key.text)]
        hint: str = phrase("it belongs to {classes}", classes=listing(homes)) if homes else ""
        words = words_of(self.context.profile)
        own = self.context.profile.uses_of(sorted(types))
        meant = words.meant(key.text, types) or nearest(key.text, own, cutoff=0.85)
        if meant is not None:
            hint = both_hints(suggestion(meant), hint)
        elif others := {it: names for it, names in words.elsewhere(key.text, types).items() if it != key.text}:
            alternatives = ", ".join(f"'{it}' ({', '.join(names)})" for it, names in others.items())
            hint = both_hints(
                hint, phrase("is one of these meant, each in a thing of its own? {keys}", keys=alternatives)
            )
        self.context.report(
            "misplaced-key", self.context.place(key), hint=hint or None, key=key.text, types=listing(sorted(types))
        )

    def nested(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place], parent: str | None) -> Body | None:
        """Return a node that is a value, named after its parent where it has no id."""
        before = len(self.context.problems)
        implied = self.context.profile.class_of.get(key.quantity or "")
        body = self.body(node, path, places, (), parent=parent or "", implied=implied.name if implied else None)
        if body is None or len(self.context.problems) > before:
            return None
        if key.quantity is not None and len(body) > 1:
            body = self._quantities.figures.completed(key, body)
        if not body["id"]:
            if len(body) == 1:
                self.context.report("no-value", places[path], key=key.name)
                return None
            if parent is not None:
                self.mint_ids(body, parent, key.name)
        elif len(body) == 1:
            self.context.reference(body["id"], places[path])
        return body

    def quantity(self, key: Key, value: Scalar, place: Place, parent: str | None) -> Body | None:
        """Return the figure, or the amount of money, that a scalar says."""
        body = self._quantities.node(key, value, place)
        if body is not None and parent is not None:
            self.mint_ids(body, parent, key.name)
        return body

    def mint_ids(self, body: Body, parent: str, key: str) -> None:
        """Name a nested node that has no id, and those within it, which wait for its name."""
        content = {word: values for word, values in body.items() if word != "id"}
        measured = self.context.profile.keys[key].measure is not None
        body["id"] = figure_id(parent, key, content) if measured else nested_id(parent, key, content)
        self.context.described.add(body["id"])
        for word, values in body.items():
            if word in self.context.profile.keys and self.context.profile.keys[word].takes(Kind.LINK):
                for value in values:
                    if is_node(value) and not value["id"]:
                        self.mint_ids(value, body["id"], word)

    def personal_key(self, body: Body) -> str | None:
        """Return the first word of a body, nested ones included, that the profile marks as personal data."""
        types = {*body.get("type", ()), *(self.context.types_of(body["id"]) if "id" in body else ())}
        uses = self.context.profile.uses_of(sorted(types))
        for key, values in body.items():
            if key == "type":
                if any(self.context.profile.classes[name].personal for name in values):
                    return key
            elif key != "id":
                if self.context.profile.keys[key].personal or (key in uses and uses[key].personal):
                    return key
                for value in values:
                    if self.context.profile.keys[key].takes(Kind.LINK) and is_node(value) and self.personal_key(value):
                        return key
        return None

    def word_places(self, node: Mapping, places: dict[Path, Place]) -> None:
        """Keep the places of the words that say something about the fact or the source."""
        for key, value in node.items:
            if key.text in (*FACT_WORDS, *SOURCE_WORDS, *REVIEW_WORDS):
                places.setdefault((key.text,), self.context.place(value))
