"""Check a document: its sections, its source and its facts."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pressgraph.errors import Place
from pressgraph.facts.check.context import CheckContext
from pressgraph.facts.check.evidence import EvidenceChecker
from pressgraph.facts.check.nodes import NodeChecker
from pressgraph.facts.check.receipts import ReceiptChecker
from pressgraph.facts.ids import Ids
from pressgraph.facts.language_tags import good_language
from pressgraph.facts.model import Fact, FactsFile, Source, canonical
from pressgraph.facts.quotations import quotation_problems
from pressgraph.facts.rules import phrase, problem
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence, cause_in
from pressgraph.facts.words import keyword_hint
from pressgraph.profile.model import FACT_WORDS, REVIEW_WORDS, SOURCE_WORDS
from pressgraph.rdf import SCHEMA
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pressgraph.facts.model import Path
    from pressgraph.profile import Profile
    from pressgraph.text import Texts

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_facts(
    tree: Node | None,
    *,
    file: str,
    profile: Profile,
    id_base: str,
    known_types: dict[str, frozenset[str]] | None = None,
    language: str | None = None,
    texts: Texts | None = None,
    text_file: str | None = None,
) -> FactsFile:
    """Check a document's tree.

    `texts` are where the text of its source lies. `language` and `text_file` are those of a source which the document
    does not describe. `known_types` are the class names of ids that
    other files describe. The result's problems are in the order of the file; facts with a problem are left out of its
    `facts`.
    """
    ids = Ids(profile, id_base)
    context = CheckContext(file, profile, ids, known_types or {}, language)
    return _DocumentChecker(context, EvidenceChecker(context, texts, text_file)).document(tree)


def _language_of(source: Mapping, profile: Profile) -> str | None:
    """Return the one language that the description of a source says, if it is a good one."""
    key = profile.key_of.get(f"{SCHEMA}inLanguage")
    value = source.get(key.name) if key is not None else None
    return value.text.lower() if isinstance(value, Scalar) and good_language(value.text.lower()) else None


def _said(section: Node) -> Node:
    """Return a section without what a review found not so."""
    if not isinstance(section, Mapping) or all(section.get(word) is None for word in REVIEW_WORDS):
        return section
    return replace(section, items=[(key, value) for key, value in section.items if key.text not in REVIEW_WORDS])


def _plain(node: Node) -> Any:
    """Return texts, lists and mappings."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [_plain(it) for it in node.items]
    return {key.text: _plain(value) for key, value in node.items}


class _DocumentChecker:
    def __init__(self, context: CheckContext, evidence: EvidenceChecker) -> None:
        self.context = context
        self.nodes = NodeChecker(context)
        self.evidence = evidence
        self.receipts = ReceiptChecker(context, evidence)

    def document(self, tree: Node | None) -> FactsFile:
        if tree is None or (isinstance(tree, Scalar) and not tree.text):
            self.context.report("empty-file", Place(file=self.context.file, line=1, column=1))
            return self.result(None, ())
        if not isinstance(tree, Mapping):
            self.context.report("not-a-mapping", self.context.place(tree), what=phrase("a facts file"))
            return self.result(None, ())
        source: Source | None = None
        facts: list[Fact] = []
        sections = {key.text: value for key, value in tree.items}
        for section in ("source", "facts"):
            if section in sections:
                self.context.collect_types(_said(sections[section]))
        described = sections.get("source")
        if isinstance(described, Mapping):
            self.context.language = _language_of(described, self.context.profile) or self.context.language
        self.evidence.open(described if isinstance(described, Mapping) else None)
        for key, value in tree.items:
            if key.text == "source":
                source = self.source(value)
            elif key.text == "facts":
                facts = self.facts(value)
            else:
                left = [it for it in ("source", "facts") if tree.get(it) is None]
                otherwise = cause_in(f"{key.text}: ") or phrase("known: {words}", words="source, facts")
                hint = (
                    keyword_hint(key.text)
                    if key.text.startswith("@")
                    else did_you_mean(key.text, left, otherwise=otherwise)
                )
                self.context.report("unknown-section", self.context.place(key), hint=hint, section=key.text)
        for section in ("source", "facts"):
            if section not in sections:
                self.context.report("missing-section", self.context.place(tree), section=section)
        facts = self.evidence.compare(facts)
        if (text := self.evidence.text) is not None:
            profile, language = self.context.profile, self.context.language
            found = quotation_problems(facts, text.text, self.evidence.name, profile, language=language)
            self.context.problems.extend(found)
        sha256 = self.evidence.finish(source)
        return self.result(replace(source, sha256=sha256) if source is not None else None, facts)

    def result(self, source: Source | None, facts: Collection[Fact]) -> FactsFile:
        return FactsFile(
            file=self.context.file,
            source=source,
            facts=tuple(it for it in facts if not it.receipt.is_proposal),
            proposals=tuple(it for it in facts if it.receipt.is_proposal),
            described_by_proposals=frozenset(self.context.described_by_proposals),
            references_of_proposals=self.context.references_of_proposals,
            problems=tuple(sorted(self.context.problems, key=lambda it: it.place)),
            described=frozenset(self.context.described),
            references=self.context.references,
            warnings=tuple(self.context.warnings),
        )

    def source(self, node: Node) -> Source | None:
        place = self.context.place(node)
        if not isinstance(node, Mapping):
            self.context.report("not-a-mapping", place, what="'source'")
            return None
        before = len(self.context.problems)
        places: dict[Path, Place] = {(): place}
        body = self.nodes.body(node, (), places, (*SOURCE_WORDS, *REVIEW_WORDS), parent=None)
        if body is not None and (key := self.nodes.personal_key(body)) is not None:
            hint = phrase("say it in a fact with 'personal: true', not of the source")
            self.context.report("personal-unmarked", places.get((key,), place), hint=hint, key=key)
        sha256 = self.context.scalar_text(node, "sha256")
        if sha256 is not None and not _SHA256.fullmatch(sha256):
            self.context.report("bad-hash", self.context.place_at(node, "sha256"), value=sha256)
        text_file = self.context.scalar_text(node, "file")
        publish_text = self.receipts.boolean(node, "publishText")
        reviewed_by, reviewed_on = self.receipts.review(node)
        checked, _ = self.evidence.evidence(node.get("checked"))
        rejected = tuple(self.rejected(node.get("rejected")))
        self.nodes.word_places(node, places)
        if len(self.context.problems) > before or body is None:
            return None
        return Source(
            body=body,
            place=place,
            places=places,
            sha256=sha256,
            text_file=text_file,
            text=self.evidence.text,
            publish_text=publish_text,
            reviewed_by=reviewed_by,
            reviewed_on=reviewed_on,
            checked=checked,
            rejected=rejected,
        )

    def rejected(self, node: Node | None) -> Iterator[dict[str, Any]]:
        """Yield the facts that a review found not so, as they are written: they may be wrong in any way."""
        if node is None:
            return
        if not isinstance(node, Sequence):
            self.context.report("bad-rejected", self.context.place(node))
            return
        for item in node.items:
            if isinstance(item, Mapping) and item.get("id") is not None:
                yield {key.text: _plain(value) for key, value in item.items}
            else:
                self.context.report("bad-rejected", self.context.place(item))

    def facts(self, node: Node) -> list[Fact]:
        if isinstance(node, Scalar) and node.plain and not node.text:
            return []
        if not isinstance(node, Sequence):
            self.context.report("not-a-list", self.context.place(node))
            return []
        facts: list[Fact] = []
        first_lines: dict[str, int] = {}
        for item in node.items:
            with self.context.proposal() if self.receipts.is_proposal(item) else nullcontext():
                fact = self.fact(item)
            if fact is None:
                continue
            if fact.receipt.is_proposal:
                place = fact.places.get(("proposedBy",), fact.place)
                self.context.warnings.append(problem("unreviewed-proposal", place, by=fact.receipt.proposed_by))
            same = first_lines.setdefault(json.dumps(canonical(fact.body)), fact.place.line)
            if same != fact.place.line:
                self.context.report("same-fact-twice", fact.place, line=same)
            facts.append(fact)
        return facts

    def fact(self, node: Node) -> Fact | None:
        place = self.context.place(node)
        if not isinstance(node, Mapping):
            self.context.report("not-a-mapping", place, what=phrase("a fact"))
            return None
        before = len(self.context.problems)
        places: dict[Path, Place] = {(): place}
        body = self.nodes.body(node, (), places, FACT_WORDS, parent=None)
        receipt = self.receipts.receipt(node)
        allow = tuple(self.receipts.allowances(node))
        self.nodes.word_places(node, places)
        # what it says may be what is wrong with it
        if body is not None and len(body) == 1 and len(self.context.problems) == before:
            self.context.report("empty-fact", place, id=body["id"])
        if body is not None and not receipt.personal and (key := self.nodes.personal_key(body)) is not None:
            self.context.report("personal-unmarked", places.get((key,), place), key=key)
        if len(self.context.problems) > before or body is None:
            return None
        return Fact(body=body, receipt=receipt, place=place, places=places, allow=allow)
