"""Check a tree of facts against the profile, and normalise it.

One pass over the tree finds every mistake and makes the body of every fact that has none. What is found here is what
the facts rules say (`rules.py`); what the shapes say is SHACL's.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from pressgraph.errors import Place, Problem
from pressgraph.facts.datatypes import datatype, hint_of
from pressgraph.facts.ids import Ids, suggest_id
from pressgraph.facts.mixed import datatype_named, looks_like_id, takes_languages, term_or_literal
from pressgraph.facts.mixed import wanted as mixed_wanted
from pressgraph.facts.model import (
    Allowance,
    Body,
    Fact,
    FactsFile,
    LanguageMap,
    Path,
    Receipt,
    Source,
    Span,
    ValueObject,
    canonical,
    nested_id,
)
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence, place_of
from pressgraph.i18n import Text, in_language
from pressgraph.languages import is_well_formed
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Key, Kind, Profile
from pressgraph.rdf import XSD_STRING
from pressgraph.spelling import did_you_mean, folded, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Controls that XML 1.0 cannot carry at all (2.2), so that no RDF/XML or web page could.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LANGUAGES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "englisch": "en",
    "french": "fr",
    "uk": "en-gb",
}


def check_facts(
    tree: Node | None,
    *,
    file: str,
    profile: Profile,
    id_base: str,
    known_types: dict[str, frozenset[str]] | None = None,
) -> FactsFile:
    """Check a document's tree.

    `known_types` are the class names of ids that other files describe. The result's problems are in the order of the
    file; facts with a problem are left out of its `facts`.
    """
    return _Checker(file, profile, Ids(profile, id_base), known_types or {}).document(tree)


class _Checker:
    def __init__(self, file: str, profile: Profile, ids: Ids, known_types: dict[str, frozenset[str]]) -> None:
        self.file = file
        self.profile = profile
        self.ids = ids
        self.known_types = known_types
        self.types: dict[str, set[str]] = defaultdict(set)
        self.problems: list[Problem] = []
        self.described: set[str] = set()
        self.references: dict[str, Place] = {}
        self.single: dict[tuple[str, str], tuple[str, Place]] = {}

    # -- the document

    def document(self, tree: Node | None) -> FactsFile:
        if tree is None or (isinstance(tree, Scalar) and not tree.text):
            self.report("empty-file", Place(file=self.file, line=1, column=1))
            return self.result(None, ())
        if not isinstance(tree, Mapping):
            self.report("not-a-mapping", place_of(self.file, tree), what=phrase("a-facts-file"))
            return self.result(None, ())
        source: Source | None = None
        facts: list[Fact] = []
        sections = {key.text: value for key, value in tree.items}
        for section in ("source", "facts"):
            if section in sections:
                self.collect_types(sections[section])
        for key, value in tree.items:
            if key.text == "source":
                source = self.source(value)
            elif key.text == "facts":
                facts = self.facts(value)
            else:
                left = [it for it in ("source", "facts") if tree.get(it) is None]
                hint = did_you_mean(key.text, left, otherwise=phrase("known", words="source, facts"))
                self.report("unknown-section", place_of(self.file, key), hint=hint, section=key.text)
        for section in ("source", "facts"):
            if section not in sections:
                self.report("missing-section", place_of(self.file, tree), section=section)
        return self.result(source, facts)

    def result(self, source: Source | None, facts: Collection[Fact]) -> FactsFile:
        return FactsFile(
            file=self.file,
            source=source,
            facts=tuple(facts),
            problems=tuple(sorted(self.problems, key=lambda it: it.place)),
            described=frozenset(self.described),
            references=self.references,
        )

    def report(self, rule: str, place: Place, *, hint: str | None = None, **values: object) -> None:
        self.problems.append(problem(rule, place, hint=hint, **values))

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
                        self.types[self.ids.normal(name.text)].add(item.text)
            for _, value in node.items:
                if not isinstance(value, Scalar):
                    self.collect_types(value)

    def types_of(self, name: str) -> set[str]:
        types = self.types.get(name, set()) | self.known_types.get(name, frozenset())
        if not types and (concept := self.profile.concept_of.get(self.ids.iri(name) or "")) is not None:
            types = {c.name for iri in concept.types if (c := self.profile.class_of.get(iri)) is not None}
        return types

    # -- source and facts

    def source(self, node: Node) -> Source | None:
        place = place_of(self.file, node)
        if not isinstance(node, Mapping):
            self.report("not-a-mapping", place, what="'source'")
            return None
        before = len(self.problems)
        places: dict[Path, Place] = {(): place}
        body = self.body(node, (), places, SOURCE_WORDS, parent=None)
        if body is not None and (key := self.personal_key(body)) is not None:
            hint = phrase("personal-source")
            self.report("personal-unmarked", places.get((key,), place), hint=hint, key=key)
        sha256 = self.scalar_text(node, "sha256")
        if sha256 is not None and not _SHA256.fullmatch(sha256):
            self.report("bad-hash", self.place_at(node, "sha256"), value=sha256)
        text_file = self.scalar_text(node, "file")
        reviewed_by, reviewed_on = self.review(node)
        self.word_places(node, places)
        if len(self.problems) > before or body is None:
            return None
        return Source(
            body=body,
            place=place,
            places=places,
            sha256=sha256,
            text_file=text_file,
            reviewed_by=reviewed_by,
            reviewed_on=reviewed_on,
        )

    def facts(self, node: Node) -> list[Fact]:
        if isinstance(node, Scalar) and node.plain and not node.text:
            return []
        if not isinstance(node, Sequence):
            self.report("not-a-list", place_of(self.file, node))
            return []
        facts: list[Fact] = []
        said: dict[str, int] = {}
        for item in node.items:
            fact = self.fact(item)
            if fact is None:
                continue
            same = said.setdefault(json.dumps(canonical(fact.body)), fact.place.line)
            if same != fact.place.line:
                self.report("same-fact-twice", fact.place, line=same)
            facts.append(fact)
        return facts

    def fact(self, node: Node) -> Fact | None:
        place = place_of(self.file, node)
        if not isinstance(node, Mapping):
            self.report("not-a-mapping", place, what=phrase("a-fact"))
            return None
        before = len(self.problems)
        places: dict[Path, Place] = {(): place}
        body = self.body(node, (), places, FACT_WORDS, parent=None)
        receipt = self.receipt(node)
        allow = tuple(self.allowances(node))
        self.word_places(node, places)
        # what it says may be what is wrong with it
        if body is not None and len(body) == 1 and len(self.problems) == before:
            self.report("empty-fact", place, id=body["id"])
        if body is not None and not receipt.personal and (key := self.personal_key(body)) is not None:
            self.report("personal-unmarked", places.get((key,), place), key=key)
        if len(self.problems) > before or body is None:
            return None
        return Fact(body=body, receipt=receipt, place=place, places=places, allow=allow)

    def personal_key(self, body: Body) -> str | None:
        """Return the first word of a body, nested ones included, that the profile marks as personal data."""
        for key, values in body.items():
            if key == "type":
                if any(self.profile.classes[name].personal for name in values):
                    return key
            elif key != "id":
                if self.profile.keys[key].personal:
                    return key
                for value in values:
                    if self.profile.keys[key].takes(Kind.LINK) and is_node(value) and self.personal_key(value):
                        return key
        return None

    # -- receipts

    def receipt(self, node: Mapping) -> Receipt:
        status = self.scalar_text(node, "status")
        scheme = self.profile.schemes.get("epistemic-status")
        if status is not None and scheme is not None and status not in scheme.concepts:
            self.report(
                "unknown-status",
                self.place_at(node, "status"),
                hint=did_you_mean(status, scheme.concepts, otherwise=phrase("known", words=", ".join(scheme.concepts))),
                status=status,
            )
        reviewed_by, reviewed_on = self.review(node)
        return Receipt(
            status=status or "stated",
            evidence=self.evidence(node.get("evidence")),
            personal=self.boolean(node, "personal"),
            reviewed_by=reviewed_by,
            reviewed_on=reviewed_on,
        )

    def review(self, node: Mapping) -> tuple[str | None, str | None]:
        reviewed_by: str | None = None
        reviewer = node.get("reviewedBy")
        if self.scalar_text(node, "reviewedBy") is not None and isinstance(reviewer, Scalar):
            place = place_of(self.file, reviewer)
            reviewed_by = self.good_id(reviewer, place)
            if reviewed_by is not None:
                self.reference(reviewed_by, place)
        reviewed_on = self.scalar_text(node, "reviewedOn")
        if reviewed_on is not None:
            self.lexical("http://www.w3.org/2001/XMLSchema#date", reviewed_on, self.place_at(node, "reviewedOn"))
        return reviewed_by, reviewed_on

    def boolean(self, node: Mapping, key: str) -> bool:
        text = self.scalar_text(node, key)
        if text is not None and text not in {"true", "false"}:
            self.report("not-boolean", self.place_at(node, key), key=key, value=text)
        return text == "true"

    def evidence(self, node: Node | None) -> tuple[Span, ...]:
        if node is None:
            return ()
        place = place_of(self.file, node)
        if not isinstance(node, Sequence) or not node.items:
            self.report("bad-evidence", place, reason=phrase("no-list"))
            return ()
        items: list[Node] = [node] if isinstance(node.items[0], Scalar) else node.items
        spans: list[Span] = []
        for item in items:
            span = self.span(item)
            if span is not None:
                spans.append(span)
        return tuple(sorted(set(spans)))

    def span(self, node: Node) -> Span | None:
        place = place_of(self.file, node)
        pair = 2
        if not isinstance(node, Sequence) or len(node.items) != pair:
            self.report("bad-evidence", place, reason=phrase("two-numbers"))
            return None
        numbers: list[int] = []
        for item in node.items:
            text = item.text if isinstance(item, Scalar) and item.plain else ""
            if not re.fullmatch(r"0|[1-9][0-9]{0,9}", text):
                self.report("bad-evidence", place_of(self.file, item), reason=phrase("an-offset"))
                return None
            numbers.append(int(text))
        if numbers[0] >= numbers[1]:
            self.report("bad-evidence", place, reason=phrase("not-before", start=numbers[0], end=numbers[1]))
            return None
        return numbers[0], numbers[1]

    def allowances(self, node: Mapping) -> Iterator[Allowance]:
        value = node.get("allow")
        if value is None:
            return
        items = value.items if isinstance(value, Sequence) else []
        if not items:
            self.report("bad-allow", place_of(self.file, value))
        for item in items:
            if isinstance(item, Mapping):
                for rule, reason in item.items:
                    if isinstance(reason, Scalar) and reason.text.strip():
                        yield Allowance(rule=rule.text, reason=reason.text, place=place_of(self.file, rule))
                    else:
                        self.report("bad-allow", place_of(self.file, reason))
            else:
                self.report("bad-allow", place_of(self.file, item))

    # -- nodes

    def body(
        self, node: Mapping, path: Path, places: dict[Path, Place], words: Collection[str], parent: str | None
    ) -> Body | None:
        """Check a node and return its body; None where it has no usable id and needs one."""
        name = self.node_id(node, parent)
        types = self.node_types(node, path, places)
        known = set(types) | (self.types_of(name) if name is not None else set())
        uses = self.profile.uses_of(sorted(known)) if known else None
        body: Body = {}
        if types:
            body["type"] = types
        for key, value in node.items:
            if key.text in {"id", "type"} or key.text in words:
                continue
            found = self.profile.keys.get(key.text)
            if found is None:
                self.unknown_key(key, words)
                continue
            if uses is not None and key.text not in uses:
                self.misplaced_key(key, known)
                continue
            key_path = (*path, key.text)
            places[key_path] = place_of(self.file, key)
            values = self.values(found, key, value, key_path, places, name)
            if values:
                body[key.text] = values
            single = bool(uses and uses[key.text].single)
            if single and name is not None and not takes_languages(found):
                self.single_value(name, found, values, place_of(self.file, value))
        if name is None:
            return {"id": "", **body} if parent is not None else None
        if len(body) > 0:
            self.described.add(name)
        return {"id": name, **body}

    def node_id(self, node: Mapping, parent: str | None) -> str | None:
        value = node.get("id")
        if value is None:
            if parent is None:
                self.report("missing-id", place_of(self.file, node))
            return None
        place = place_of(self.file, value)
        if not isinstance(value, Scalar) or not value.text.strip():
            self.report("missing-id", place)
            return None
        return self.good_id(value, place)

    def good_id(self, value: Scalar, place: Place) -> str | None:
        text = value.text
        if self.ids.iri(text) is not None:
            return self.ids.normal(text)
        prefix = self.ids.unknown_prefix(text)
        if prefix is not None:
            hint = did_you_mean(prefix, self.ids.prefixes, otherwise=phrase("ids-look-like"))
            self.report("unknown-prefix", place, hint=hint, prefix=prefix, id=text)
            return None
        suggestion = suggest_id(text) if "://" not in text else None
        hint = phrase("write", value=f"'{suggestion}'") if suggestion else phrase("id-form")
        self.report("bad-id", place, hint=hint, id=text)
        return None

    def node_types(self, node: Mapping, path: Path, places: dict[Path, Place]) -> list[str]:
        value = node.get("type")
        if value is None:
            return []
        places[(*path, "type")] = place_of(self.file, value)
        types: list[str] = []
        for item in value.items if isinstance(value, Sequence) else (value,):
            place = place_of(self.file, item)
            if not isinstance(item, Scalar):
                self.report("not-text", place, key="type", wanted=phrase("a-class"), found=phrase("a-node"))
            elif not item.text:
                self.report("no-value", place, key="type")
            elif item.text in self.profile.classes:
                places[(*path, "type", len(types))] = place
                if item.text not in types:
                    types.append(item.text)
            else:
                by_label = self.by_label(item.text)
                hint = suggestion(by_label) if by_label else did_you_mean(item.text, self.profile.classes)
                self.report("unknown-type", place, hint=hint, type=item.text)
        return types

    def by_label(self, text: str) -> str | None:
        """Return the class whose label, in any language, is the text."""
        wanted = folded(text)
        for name, term in self.profile.classes.items():
            if wanted in {folded(label) for label in term.labels.values()}:
                return name
        return None

    def unknown_key(self, key: Scalar, words: Collection[str]) -> None:
        place = place_of(self.file, key)
        if key.text in FACT_WORDS or key.text in SOURCE_WORDS:
            if words:
                self.report("unknown-key", place, hint=phrase("elsewhere"), key=key.text)
            else:
                self.report("receipt-inside", place, key=key.text)
            return
        known = [*self.profile.keys, *(words or ("id", "type"))]
        labelled = next(
            (
                k.name
                for k in self.profile.keys.values()
                if folded(key.text) in {folded(label) for label in k.labels.values()}
            ),
            None,
        )
        hint = suggestion(labelled) if labelled else did_you_mean(key.text, known)
        self.report("unknown-key", place, hint=hint or phrase("list-keys"), key=key.text)

    def misplaced_key(self, key: Scalar, types: Collection[str]) -> None:
        homes = [term.name for term in self.profile.homes(key.text)]
        hint = phrase("belongs-to", classes=listing(homes)) if homes else None
        self.report("misplaced-key", place_of(self.file, key), hint=hint, key=key.text, types=listing(sorted(types)))

    # -- values

    def values(
        self, key: Key, word: Scalar, node: Node, path: Path, places: dict[Path, Place], parent: str | None
    ) -> list[object]:
        """Check the values of a key; a value with a mistake is left out."""
        if _is_empty(node):
            self.report("no-value", place_of(self.file, word), key=key.name)
            return []
        if key.kind is Kind.TEXT and isinstance(node, Mapping):
            return self.language_map(key, node, path, places)
        values: list[object] = []
        for item in node.items if isinstance(node, Sequence) else (node,):
            if _is_empty(item):
                self.report("no-value", place_of(self.file, item), key=key.name)
                continue
            value_path = (*path, len(values))
            places[value_path] = place_of(self.file, item)
            if key.kind is Kind.MIXED and isinstance(item, Mapping) and self.is_language_map(key, item):
                self.tagged(key, item, path, places, values)
                continue
            value = self.value(key, item, value_path, places, parent)
            if value is not None and value not in values:
                values.append(value)
        return values

    def value(self, key: Key, node: Node, path: Path, places: dict[Path, Place], parent: str | None) -> object | None:
        place = place_of(self.file, node)
        if key.kind is Kind.MIXED and isinstance(node, Mapping) and node.get("@value") is not None:
            return self.value_object(key, node, place)
        if key.takes(Kind.LINK) and isinstance(node, Mapping):
            return self.nested(key, node, path, places, parent)
        if not isinstance(node, Scalar):
            found = phrase("a-node" if isinstance(node, Mapping) else "list-in-list")
            self.report("not-text", place, key=key.name, wanted=_wanted(key), found=found)
            return None
        match key.kind:
            case Kind.TERM:
                return self.term(key, node, place)
            case Kind.LITERAL:
                return self.lexical(key.datatype, node.text, place) if self.publishable(key, node, place) else None
            case Kind.LINK:
                if (name := self.good_id(node, place)) is None or not self.unambiguous(node, place):
                    return None
                self.reference(name, place)
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
        found = term_or_literal(key, node.text, quoted=quoted)
        if found is not None:
            return found
        if key.takes(Kind.LINK) and (looks_like_id(node.text) or not key.takes(Kind.TEXT)):
            before = len(self.problems)
            name = self.good_id(node, place) if key.takes(Kind.TEXT) or self.unambiguous(node, place) else None
            if name is None:
                if key.takes(Kind.TEXT) and len(self.problems) > before:
                    as_text = phrase("meant-as-text", value=json.dumps(node.text, ensure_ascii=False))
                    self.problems[-1] = replace(self.problems[-1], hint=_both(self.problems[-1].hint, as_text))
                return None
            self.reference(name, place)
            return {"id": name}
        if key.takes(Kind.TEXT):
            return self.plain_text(key, node, place)
        hint = hint_of(key.datatypes, node.text)
        self.report("bad-literal", place, hint=hint, value=node.text, wanted=mixed_wanted(key))
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
            self.report(
                "not-text", place, key=key.name, wanted=mixed_wanted(key), found=phrase("a-node"),
                hint=phrase("value-object"),
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
            self.report(
                "not-text", place, key=key.name, wanted=mixed_wanted(key), found=phrase("a-node"),
                hint=phrase("value-object"),
            )  # fmt: skip
            return None
        if kind == XSD_STRING:
            if given.text.strip():
                return given.text
            self.report("no-value", place, key=key.name)
            return None
        # without doubt: the form that is stored
        if datatype(kind).valid(given.text):
            return ValueObject({"@value": given.text, "@type": kind})
        lexical = self.lexical(kind, given.text, place)
        return None if lexical is None else ValueObject({"@value": lexical, "@type": kind})

    def is_language_map(self, key: Key, node: Mapping) -> bool:
        """Tell whether a mapping under a key of several kinds is texts by language, and no node."""
        words = {word.text for word, _ in node.items}
        if not takes_languages(key) or "@value" in words:
            return False
        return not key.takes(Kind.LINK) or words.isdisjoint({"id", "type", *self.profile.keys})

    def tagged(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place], values: list[object]) -> None:
        """Add texts by language to values, as value objects."""
        inner: dict[Path, Place] = {}
        for texts in self.language_map(key, node, (), inner):
            for tag, written in texts.items() if isinstance(texts, LanguageMap) else ():
                for number, text in enumerate(written):
                    value = ValueObject({"@value": text, "@language": tag})
                    if value not in values:
                        places[(*path, len(values))] = inner.get((0, tag, number), place_of(self.file, node))
                        values.append(value)

    def nested(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place], parent: str | None) -> Body | None:
        before = len(self.problems)
        body = self.body(node, path, places, (), parent=parent or "")
        if body is None or len(self.problems) > before:
            return None
        if not body["id"]:
            if len(body) == 1:
                self.report("no-value", places[path], key=key.name)
                return None
            if parent is not None:
                self.mint_ids(body, parent, key.name)
        elif len(body) == 1:
            self.reference(body["id"], places[path])
        return body

    def mint_ids(self, body: Body, parent: str, key: str) -> None:
        """Name a nested node that has no id, and those within it, which wait for its name."""
        body["id"] = nested_id(parent, key, {word: values for word, values in body.items() if word != "id"})
        self.described.add(body["id"])
        for word, values in body.items():
            if word in self.profile.keys and self.profile.keys[word].takes(Kind.LINK):
                for value in values:
                    if is_node(value) and not value["id"]:
                        self.mint_ids(value, body["id"], word)

    def reference(self, name: str, place: Place) -> None:
        name = self.ids.normal(name)
        if self.ids.is_relative(name):
            self.references.setdefault(name, place)

    def term(self, key: Key, node: Scalar, place: Place) -> str | None:
        scheme = key.scheme
        if scheme is None:
            return None
        if node.text in scheme.concepts:
            return node.text if self.unambiguous(node, place) else None
        wanted = folded(node.text)
        labelled = next(
            (
                c.name
                for c in scheme.concepts.values()
                if wanted in {folded(label) for label in (*c.labels.values(), *c.alternatives)}
            ),
            None,
        )
        most = 12
        known = ", ".join(list(scheme.concepts)[:most]) + (", …" if len(scheme.concepts) > most else "")
        hint = (
            suggestion(labelled)
            if labelled
            else did_you_mean(node.text, scheme.concepts, otherwise=phrase("known", words=known))
        )
        self.report("unknown-term", place, hint=hint, term=node.text, scheme=scheme.name)
        return None

    def lexical(self, iri: str | None, text: str, place: Place) -> str | None:
        """Return the lexical form of a text, or None where it has none: that is reported."""
        known = datatype(iri)
        if (lexical := known.lexical(text)) is None:
            self.report("bad-literal", place, hint=known.mend(text), value=text, wanted=known.wanted)
        return lexical

    def unambiguous(self, node: Scalar, place: Place) -> bool:
        """Refuse a plain scalar that some YAML reader would not take as text."""
        kind = node.reads_as()
        if kind in {"str", "value", "merge"}:
            return True
        words = {
            "bool": phrase("true-or-false-as"),
            "int": phrase("a-number"),
            "float": phrase("a-number"),
            "timestamp": phrase("a-date-as"),
            "null": phrase("nothing-as"),
        }
        if place.sheet or place.header:
            self.report("cell-not-text", place, text=node.text, kind=words.get(kind, kind))
            return False
        quoted = '"' + node.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        self.report(
            "ambiguous-text",
            place,
            hint=phrase("write-quoted", value=quoted),
            text=node.text,
            kind=words.get(kind, kind),
        )
        return False

    def publishable(self, key: Key, node: Scalar, place: Place) -> bool:
        bad = _CONTROL.search(node.text)
        if bad:
            self.report("control-character", place, key=key.name, character=f"U+{ord(bad.group()):04X}")
        return not bad

    def good_text(self, key: Key, node: Scalar, place: Place) -> bool:
        if not self.publishable(key, node, place):
            return False
        if not node.text.strip():
            self.report("no-value", place, key=key.name)
            return False
        return self.unambiguous(node, place)

    def plain_text(self, key: Key, node: Scalar, place: Place) -> str | None:
        if not self.good_text(key, node, place):
            return None
        if key.language_required:
            if place.sheet or place.header:
                form = phrase("column-language", key=key.name)
            else:
                # as JSON, which YAML reads: a comma or a colon in it would end it
                form = phrase("write-language", text=json.dumps(node.text, ensure_ascii=False))
            self.report("language-missing", place, hint=form, key=key.name)
            return None
        if key.listed and node.text not in key.listed:
            hint = did_you_mean(node.text, key.listed, otherwise=phrase("known", words=", ".join(key.listed)))
            self.report("not-listed", place, hint=hint, value=node.text, key=key.name)
            return None
        return node.text

    def language_map(self, key: Key, node: Mapping, path: Path, places: dict[Path, Place]) -> list[object]:
        if key.plain_required:
            self.report("language-unwanted", place_of(self.file, node), key=key.name)
            return []
        texts = LanguageMap()
        for word, value in node.items:
            tag = self.language(key, word)
            if tag is None:
                continue
            for item in value.items if isinstance(value, Sequence) else (value,):
                place = place_of(self.file, item)
                if not isinstance(item, Scalar):
                    self.report(
                        "not-text", place, key=f"{key.name}.{word.text}", wanted=phrase("text"), found=phrase("a-node")
                    )
                elif _is_empty(item):
                    self.report("no-value", place, key=f"{key.name}.{word.text}")
                elif self.good_text(key, item, place):
                    written = texts.setdefault(tag, [])
                    places[(*path, 0, tag, len(written))] = place
                    if item.text not in written:
                        written.append(item.text)
        places[(*path, 0)] = place_of(self.file, node)
        return [texts] if texts else []

    def language(self, key: Key, word: Scalar) -> str | None:
        place = place_of(self.file, word)
        if not self.unambiguous(word, place):
            return None
        # RDF 1.1 compares tags without case; Oxigraph stores them in lower case.
        tag = word.text.lower()
        if not good_language(tag):
            self.report("bad-language", place, hint=_language_hint(word.text), tag=word.text)
            return None
        if key.languages and not any(tag == ok.lower() or tag.startswith(f"{ok.lower()}-") for ok in key.languages):
            hint = phrase("known", words=", ".join(key.languages))
            self.report("language-not-allowed", place, hint=hint, key=key.name, tag=word.text)
            return None
        return tag

    def single_value(self, name: str, key: Key, values: list[object], place: Place) -> None:
        if len(values) > 1:
            self.report("single-value", place, key=key.name, count=len(values))
            return
        for value in values:
            shown = _shown(value)
            other, first = self.single.setdefault((name, key.name), (shown, place))
            if other != shown:
                self.report("contradiction", place, key=key.name, id=name, value=shown, other=other, line=first.line)

    # -- small things

    def scalar_text(self, node: Mapping, key: str) -> str | None:
        """Return the text of a receipt's word; report a value that is no text."""
        value = node.get(key)
        if value is None:
            return None
        if isinstance(value, Scalar) and value.text:
            return value.text
        if _is_empty(value):
            self.report("no-value", self.place_at(node, key), key=key)
        else:
            self.report(
                "not-text", place_of(self.file, value), key=key, wanted=phrase("one-word"), found=phrase("a-node")
            )
        return None

    def word_places(self, node: Mapping, places: dict[Path, Place]) -> None:
        """Keep the places of the words that say something about the fact or the source."""
        for key, value in node.items:
            if key.text in FACT_WORDS or key.text in SOURCE_WORDS:
                places.setdefault((key.text,), place_of(self.file, value))

    def place_at(self, node: Mapping, key: str) -> Place:
        value = node.get(key)
        return place_of(self.file, value if value is not None else node)


# ISO 639-1, all of which are registered
_TWO_LETTERS = frozenset(
    re.findall(
        "..",
        "aaabaeafakamanarasavayazbabebgbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgn"
        "gugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkml"
        "mnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtate"
        "tgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu",
    )
)


_LONGEST_TAG = 100


def good_language(tag: str) -> bool:
    """Tell whether a language tag is well-formed and registered (BCP 47, RFC 5646 2.2.9)."""
    if tag in _TWO_LETTERS:
        return True
    # the parser of tags calls itself for each part
    if len(tag) > _LONGEST_TAG or not is_well_formed(tag):
        return False
    if tag.startswith("x-"):
        return True
    # its tables take longer to load than a facts file to read
    import langcodes

    return bool(langcodes.tag_is_valid(tag))


def _language_hint(tag: str) -> str:
    import langcodes

    meant = _LANGUAGES.get(tag.lower())
    if meant is None:
        try:
            standard = langcodes.standardize_tag(tag.replace("_", "-"))
        except ValueError:
            standard = ""
        meant = standard if standard != tag and good_language(standard.lower()) else None
    return suggestion(meant) if meant else phrase("language-form")


def is_node(value: object) -> TypeGuard[Body]:
    """Tell whether a value of a body is a node: nested, or an id by itself."""
    return isinstance(value, dict) and not isinstance(value, LanguageMap | ValueObject)


def _shown(value: object) -> str:
    if isinstance(value, ValueObject):
        return value["@value"]
    return str(value["id"]) if is_node(value) else str(value)


def _both(hint: str | None, other: Text) -> Text:
    if not hint:
        return other
    return Text(f"{hint}; {other}", de=f"{in_language(hint, 'de')}; {other.to('de')}")


def _is_empty(node: Node) -> bool:
    return (isinstance(node, Scalar) and node.plain and node.reads_as() == "null") or (
        isinstance(node, Sequence | Mapping) and not node.items
    )


def _wanted(key: Key) -> str:
    match key.kind:
        case Kind.TERM:
            return phrase("a-term", scheme=key.scheme.name if key.scheme else "")
        case Kind.LITERAL:
            return datatype(key.datatype).wanted
        case Kind.LINK:
            return phrase("an-id-or-node")
        case Kind.TEXT:
            return phrase("text")
        case Kind.MIXED:
            return mixed_wanted(key)


def listing(names: list[str]) -> str:
    """Return some names in a line."""
    most = 4
    shown = ", ".join(names[:most])
    return phrase("and-more", names=shown, count=len(names) - most) if len(names) > most else shown
