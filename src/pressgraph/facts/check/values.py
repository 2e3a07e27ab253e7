"""Check the values of keys, by what the profile lets them be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pressgraph.facts.check.context import is_empty
from pressgraph.facts.datatypes import datatype, hint_of
from pressgraph.facts.language_tags import good_language, language_hint
from pressgraph.facts.mixed import datatype_named, looks_like_id, takes_languages, term_or_literal
from pressgraph.facts.mixed import wanted as mixed_wanted
from pressgraph.facts.model import LanguageMap, ValueObject, is_node
from pressgraph.facts.rules import both_hints, phrase
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence
from pressgraph.facts.words import form, keyword_hint
from pressgraph.i18n import pgettext
from pressgraph.profile.model import Key, Kind
from pressgraph.rdf import XSD_STRING
from pressgraph.spelling import did_you_mean, folded, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.errors import Place
    from pressgraph.facts.check.context import CheckContext
    from pressgraph.facts.model import Body, Path

# Controls that XML 1.0 cannot carry at all (2.2), so that no RDF/XML or web page could.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")


class ValueChecker:
    """Check the values of one document.

    `nested` checks a node that is a value, `quantity` a scalar that says one.
    """

    def __init__(
        self,
        context: CheckContext,
        nested: Callable[[Key, Mapping, Path, dict[Path, Place], str | None], Body | None],
        quantity: Callable[[Key, Scalar, Place, str | None], Body | None],
    ) -> None:
        self.context = context
        self._nested = nested
        self._quantity = quantity

    def values(
        self, key: Key, word: Scalar, node: Node, path: Path, places: dict[Path, Place], parent: str | None
    ) -> list[object]:
        """Check the values of a key; a value with a mistake is left out."""
        if is_empty(node):
            self.context.report("no-value", self.context.place(word), key=key.name)
            return []
        if key.kind is Kind.TEXT and isinstance(node, Mapping):
            return self.language_map(key, node, path, places)
        if key.prose and self.context.language is not None and not _holds_mapping(node):
            # as if its language stood there
            tag = Scalar(text=self.context.language, plain=False, line=node.line, column=node.column, sheet=node.sheet)
            tagged = Mapping(items=[(tag, node)], line=node.line, column=node.column, sheet=node.sheet)
            return self.language_map(key, tagged, path, places)
        values: list[object] = []
        for item in node.items if isinstance(node, Sequence) else (node,):
            if is_empty(item):
                self.context.report("no-value", self.context.place(item), key=key.name)
                continue
            value_path = (*path, len(values))
            places[value_path] = self.context.place(item)
            if key.kind is Kind.MIXED and isinstance(item, Mapping) and self.is_language_map(key, item):
                self.tagged(key, item, path, places, values)
                continue
            value = self.value(key, item, value_path, places, parent)
            if value is not None and value not in values:
                values.append(value)
        return values

    def value(self, key: Key, node: Node, path: Path, places: dict[Path, Place], parent: str | None) -> object | None:
        """Return one value; None where it has a mistake."""
        place = self.context.place(node)
        if key.kind is Kind.MIXED and isinstance(node, Mapping) and node.get("@value") is not None:
            return self.value_object(key, node, place)
        if key.takes(Kind.LINK) and isinstance(node, Mapping):
            return self._nested(key, node, path, places, parent)
        if not isinstance(node, Scalar):
            kind = phrase("a node") if isinstance(node, Mapping) else phrase("a list in a list")
            self.context.report("not-text", place, key=key.name, wanted=_wanted(key), found=kind)
            return None
        match key.kind:
            case Kind.TERM:
                return self.term(key, node, place)
            case Kind.LITERAL:
                publishable = self.publishable(key, node, place)
                return self.context.lexical(key.datatype, node.text, place) if publishable else None
            case Kind.LINK if key.quantity is not None and (key.measure or not looks_like_id(node.text)):
                return self._quantity(key, node, place, parent) if self.publishable(key, node, place) else None
            case Kind.LINK:
                if (name := self.context.good_id(node, place)) is None or not self.unambiguous(node, place):
                    return None
                self.context.reference(name, place)
                return name
            case Kind.TEXT:
                return self.plain_text(key, node, place)
            case Kind.MIXED:
                return self.mixed(key, node, place)

    # -- values of several kinds

    def mixed(self, key: Key, node: Scalar, place: Place) -> object | None:
        """Return what a scalar is by its form; see `pressgraph.facts.mixed`."""
        if not self.publishable(key, node, place):
            return None
        # cells have no quotes
        quoted = not node.plain and not node.header
        literal = term_or_literal(key, node.text, quoted=quoted)
        if literal is not None:
            return literal
        if key.takes(Kind.LINK) and (looks_like_id(node.text) or not key.takes(Kind.TEXT)):
            before = len(self.context.problems)
            name = self.context.good_id(node, place) if key.takes(Kind.TEXT) or self.unambiguous(node, place) else None
            if name is None:
                if key.takes(Kind.TEXT) and len(self.context.problems) > before:
                    as_text = phrase(
                        'if it is meant as text, write {{ "@value": {value} }}',
                        value=json.dumps(node.text, ensure_ascii=False),
                    )
                    last = self.context.problems[-1]
                    self.context.problems[-1] = replace(last, hint=both_hints(last.hint, as_text))
                return None
            self.context.reference(name, place)
            return {"id": name}
        if key.takes(Kind.TEXT):
            return self.plain_text(key, node, place)
        hint = hint_of(key.datatypes, node.text)
        self.context.report("bad-literal", place, hint=hint, value=node.text, wanted=mixed_wanted(key))
        return None

    def value_object(self, key: Key, node: Mapping, place: Place) -> object | None:
        """Return the literal that a JSON-LD value object says (JSON-LD 1.1, 9.5)."""
        words = {word.text: value for word, value in node.items}
        given = words.get("@value")
        if (
            words.keys() - {"@value", "@type", "@language"}
            or {"@type", "@language"} <= words.keys()
            or not isinstance(given, Scalar)
            or not all(isinstance(it, Scalar) for it in words.values())
        ):
            self.context.report(
                "not-text", place, key=key.name, wanted=mixed_wanted(key), found=phrase("a node"),
                hint=phrase('a value object has "@value", and "@type" or "@language"'),
            )  # fmt: skip
            return None
        if not self.publishable(key, given, place):
            return None
        if (tagged := words.get("@language")) is not None and takes_languages(key):
            tag = self.language(key, tagged) if isinstance(tagged, Scalar) else None
            good = tag is not None and self.good_text(key, given, place)
            return ValueObject({"@value": given.text, "@language": tag}) if good and tag is not None else None
        named = words.get("@type")
        kind = datatype_named(key, named.text if isinstance(named, Scalar) else "string")
        if kind is None or tagged is not None:
            self.context.report(
                "not-text", place, key=key.name, wanted=mixed_wanted(key), found=phrase("a node"),
                hint=phrase('a value object has "@value", and "@type" or "@language"'),
            )  # fmt: skip
            return None
        if kind == XSD_STRING:
            if given.text.strip():
                return given.text
            self.context.report("no-value", place, key=key.name)
            return None
        # without doubt: the form that is stored
        if datatype(kind).valid(given.text):
            return ValueObject({"@value": given.text, "@type": kind})
        lexical = self.context.lexical(kind, given.text, place)
        return None if lexical is None else ValueObject({"@value": lexical, "@type": kind})

    def is_language_map(self, key: Key, node: Mapping) -> bool:
        """Tell whether a mapping under a key of several kinds is texts by language, and no node."""
        words = {word.text for word, _ in node.items}
        if not takes_languages(key) or "@value" in words:
            return False
        return not key.takes(Kind.LINK) or words.isdisjoint({"id", "type", *self.context.profile.keys})

    def tagged(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place], values: list[object]) -> None:
        """Add texts by language to values, as value objects."""
        inner: dict[Path, Place] = {}
        for texts in self.language_map(key, node, (), inner):
            for tag, written in texts.items() if isinstance(texts, LanguageMap) else ():
                for number, text in enumerate(written):
                    value = ValueObject({"@value": text, "@language": tag})
                    if value not in values:
                        places[(*path, len(values))] = inner.get((0, tag, number), self.context.place(node))
                        values.append(value)

    # -- terms, literals and texts

    def term(self, key: Key, node: Scalar, place: Place) -> str | None:
        """Return a term of the key's vocabulary."""
        scheme = key.scheme
        if scheme is None:
            return None
        if node.text in scheme.concepts:
            return node.text if self.unambiguous(node, place) else None
        # a sign, such as that of a currency, has no letters to compare
        same = form if form(node.text) else folded
        wanted = same(node.text)
        labelled = next(
            (
                c.name
                for c in scheme.concepts.values()
                if wanted in {same(label) for label in (*c.labels.values(), *c.alternatives)}
            ),
            None,
        )
        most = 12
        terms = ", ".join(list(scheme.concepts)[:most]) + (", …" if len(scheme.concepts) > most else "")
        hint = (
            suggestion(labelled)
            if labelled
            else did_you_mean(node.text, scheme.concepts, otherwise=phrase("known: {words}", words=terms))
        )
        self.context.report("unknown-term", place, hint=hint, term=node.text, scheme=scheme.name)
        return None

    def unambiguous(self, node: Scalar, place: Place) -> bool:
        """Refuse a plain scalar that some YAML reader would not take as text."""
        kind = node.reads_as()
        if kind in {"str", "value", "merge"}:
            return True
        words = {
            "bool": pgettext("YAML reads it as", "true or false"),
            "int": pgettext("YAML reads it as", "a number"),
            "float": pgettext("YAML reads it as", "a number"),
            "timestamp": pgettext("YAML reads it as", "a date"),
            "null": pgettext("YAML reads it as", "nothing"),
        }
        if place.sheet or place.header:
            self.context.report("cell-not-text", place, text=node.text, kind=words.get(kind, kind))
            return False
        quoted = '"' + node.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        self.context.report(
            "ambiguous-text",
            place,
            hint=phrase("write it in quotes: {value}", value=quoted),
            text=node.text,
            kind=words.get(kind, kind),
        )
        return False

    def publishable(self, key: Key, node: Scalar, place: Place) -> bool:
        """Tell whether all formats can carry a text; report a control character."""
        bad = _CONTROL.search(node.text)
        if bad:
            self.context.report("control-character", place, key=key.name, character=f"U+{ord(bad.group()):04X}")
        return not bad

    def good_text(self, key: Key, node: Scalar, place: Place) -> bool:
        """Tell whether a scalar is text that can be published."""
        if not self.publishable(key, node, place):
            return False
        if not node.text.strip():
            self.context.report("no-value", place, key=key.name)
            return False
        return self.unambiguous(node, place)

    def plain_text(self, key: Key, node: Scalar, place: Place) -> str | None:
        """Return a text without a language."""
        if not self.good_text(key, node, place):
            return None
        if key.language_required:
            if place.sheet or place.header:
                form = phrase("name the column by the language of its texts: {key}.en or {key}.de", key=key.name)
            else:
                # as JSON, which YAML reads: a comma or a colon in it would end it
                form = phrase(
                    "write it with its language: {{ en: {text} }} if that is English",
                    text=json.dumps(node.text, ensure_ascii=False),
                )
            self.context.report("language-missing", place, hint=form, key=key.name)
            return None
        if key.listed and node.text not in key.listed:
            hint = did_you_mean(node.text, key.listed, otherwise=phrase("known: {words}", words=", ".join(key.listed)))
            self.context.report("not-listed", place, hint=hint, value=node.text, key=key.name)
            return None
        return node.text

    def language_map(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place]) -> list[object]:
        """Return texts by language as the only value of a key."""
        if key.plain_required:
            self.context.report("language-unwanted", self.context.place(node), key=key.name)
            return []
        texts = LanguageMap()
        for word, value in node.items:
            tag = self.language(key, word)
            if tag is None:
                continue
            for item in value.items if isinstance(value, Sequence) else (value,):
                place = self.context.place(item)
                if not isinstance(item, Scalar):
                    self.context.report(
                        "not-text", place, key=f"{key.name}.{word.text}", wanted=phrase("text"), found=phrase("a node")
                    )
                elif is_empty(item):
                    self.context.report("no-value", place, key=f"{key.name}.{word.text}")
                elif self.good_text(key, item, place):
                    written = texts.setdefault(tag, [])
                    places[(*path, 0, tag, len(written))] = place
                    if item.text not in written:
                        written.append(item.text)
        places[(*path, 0)] = self.context.place(node)
        return [texts] if texts else []

    def language(self, key: Key, word: Scalar) -> str | None:
        """Return a language tag in lower case; report what is none, and one that the key does not take."""
        place = self.context.place(word)
        if not self.unambiguous(word, place):
            return None
        # RDF 1.1 compares tags without case; Oxigraph stores them in lower case.
        tag = word.text.lower()
        if not good_language(tag):
            hint = keyword_hint(word.text) if word.text.startswith("@") else language_hint(word.text)
            self.context.report("bad-language", place, hint=hint, tag=word.text)
            return None
        if key.languages and not any(tag == ok.lower() or tag.startswith(f"{ok.lower()}-") for ok in key.languages):
            hint = phrase("known: {words}", words=", ".join(key.languages))
            self.context.report("language-not-allowed", place, hint=hint, key=key.name, tag=word.text)
            return None
        return tag

    def single_value(self, name: str, key: Key, values: list[object], place: Place) -> None:
        """Report a second value of a key that has one, whichever fact states it."""
        if len(values) > 1:
            self.context.report("single-value", place, key=key.name, count=len(values))
            return
        for value in values:
            shown = _shown(value)
            other, first = self.context.single.setdefault((name, key.name), (shown, place))
            if other != shown:
                self.context.report(
                    "contradiction", place, key=key.name, id=name, value=shown, other=other, line=first.line
                )


def _holds_mapping(node: Node) -> bool:
    return isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items)


def _shown(value: object) -> str:
    if isinstance(value, ValueObject):
        return value["@value"]
    return str(value["id"]) if is_node(value) else str(value)


def _wanted(key: Key) -> str:
    match key.kind:
        case Kind.TERM:
            return phrase("a term of the vocabulary '{scheme}'", scheme=key.scheme.name if key.scheme else "")
        case Kind.LITERAL:
            return datatype(key.datatype).wanted
        case Kind.LINK:
            return phrase("an id or a node")
        case Kind.TEXT:
            return phrase("text")
        case Kind.MIXED:
            return mixed_wanted(key)
