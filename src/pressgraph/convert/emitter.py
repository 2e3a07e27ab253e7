"""The emitter: from fact bodies to N-Quads, by plans that the profile was compiled into.

A plan maps the keys that a class may use to functions that append triples; all that can be looked up is looked up
when the plan is made, and what repeats in the data (ids, dates, language tags) is looked up once and kept. The emitter
accepts exactly what `pressgraph.facts.check` accepts. It does not say what is wrong: at the first doubt it raises
`Unsure`, and the caller asks the checker, which finds every mistake or normalises what was merely written unusually.

Each fact becomes one named graph, its receipt some quads of the source's provenance graph. A graph is named by the
hash of its triples, so that facts can move within a file, and come from other formats, without changing a byte.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.facts.check import good_language
from pressgraph.facts.datatypes import datatype
from pressgraph.facts.ids import Ids, slug
from pressgraph.facts.model import LanguageMap
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Key, Kind, Profile
from pressgraph.rdf import CLU, OA, PROV, RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pressgraph.facts.model import Body, Fact, Source, Span

    Emit: TypeAlias = Callable[[str, Any, list[str]], None]
    Plan: TypeAlias = dict[str, Emit]


# Look-ups are kept while they are few; a stream of ever new ids must not fill the memory.
_CACHE_LIMIT = 100_000

# What N-Quads must escape (N-Triples 1.1, 2.4), and what facts may not hold at all.
_SPECIAL = re.compile('["\\\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Unsure(Exception):  # noqa: N818 - no error: a request for the checker's opinion
    """The emitter does not know this construct; the checker will say what is wrong, or write it plainly."""


class _Lookup(dict[Any, str]):
    """A bounded table that fills itself by a function, which may raise Unsure."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> str:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        value = self[key] = self._make(key)
        return value


def quote(text: str) -> str:
    """Return a text as the quoted string of a literal.

    Raises Unsure for what facts may not hold.
    """
    if _SPECIAL.search(text) is not None:
        if _FORBIDDEN.search(text) is not None:
            raise Unsure
        text = text.translate(_ESCAPES)
    if not text or text.isspace():
        raise Unsure
    return f'"{text}"'


def _ignore(_subject: str, _value: Any, _out: list[str]) -> None:
    """Emit nothing: the word says something about the fact."""


class Emitter:
    """Emit N-Quads for the facts of one source after another.

    Made by `compile_emitter`. Not thread-safe: it keeps look-up tables and the spans seen of the current source.
    """

    def __init__(self, profile: Profile, id_base: str) -> None:
        self.profile = profile
        self.id_base = id_base
        resolver = Ids(profile, id_base)

        def iri(text: Any) -> str:
            found = resolver.iri(text) if isinstance(text, str) else None
            if found is None:
                raise Unsure
            return f"<{found}>"

        self._iris = _Lookup(iri)
        self.normal_id = resolver.normal
        # Personal keys are missing from the plans of facts that are not marked: the checker then complains.
        self._planner = {personal: _Planner(self, personal=personal) for personal in (False, True)}
        scheme = profile.schemes.get("epistemic-status")
        self.statuses = {
            name: f" <{CLU}epistemicStatus> <{concept.iri}>"
            for name, concept in (scheme.concepts.items() if scheme else ())
        }

    def iri(self, name: str) -> str:
        """Return the IRI of an id, in angle brackets.

        Raises Unsure.
        """
        return self._iris[name]

    def source(self, source: Source) -> SourceEmitter:
        """Start the facts of a source: its own description is the first to be emitted."""
        return SourceEmitter(
            self,
            source.body,
            sha256=source.sha256,
            reviewed_by=source.reviewed_by,
            reviewed_on=source.reviewed_on,
            checked=True,
        )

    def triples(
        self, node: Mapping[str, Any], *, personal: bool = False, source: bool = False, checked: bool = False
    ) -> list[str]:
        """Return the triples of a node and its nested nodes, as `s p o` in N-Triples, sorted.

        Of a node that the checker has not seen (`checked`), what takes more than one look is left to it.

        Raises Unsure.
        """
        out: list[str] = []
        planner = self._planner[personal]
        planner.seen = None if checked else set()
        try:
            planner.node(node, out, _SOURCE if source else _FACT)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise Unsure from error
        return sorted(set(out))


# Where a node stands decides which words beside keys it may have.
_FACT, _SOURCE, _NESTED = range(3)


class _Planner:
    """Make plans as types turn up, and run them."""

    def __init__(self, emitter: Emitter, *, personal: bool) -> None:
        self.emitter = emitter
        self.personal = personal
        profile = emitter.profile
        self.emits: Plan = {name: self.key(key) for name, key in profile.keys.items() if personal or not key.personal}
        self.types = {
            name: f" <{RDF_TYPE}> <{term.iri}>"
            for name, term in profile.classes.items()
            if personal or not term.personal
        }
        self.words: tuple[Plan, ...] = (
            dict.fromkeys(FACT_WORDS, _ignore),
            dict.fromkeys(SOURCE_WORDS, _ignore),
            {"id": _ignore, "type": _ignore},
        )
        self.plans: dict[tuple[str, ...], tuple[Plan, ...]] = {}
        self.untyped = tuple({**self.emits, **words} for words in self.words)
        # A concept has its classes from the vocabulary.
        self.concepts = {
            f"<{concept.iri}>": types
            for concept in profile.concept_of.values()
            if (types := tuple(profile.class_of[iri].name for iri in concept.types if iri in profile.class_of))
        }
        self.seen: set[str] | None = None
        """The nodes of the fact at hand, unless it has been checked."""

    def plan(self, types: tuple[str, ...]) -> tuple[Plan, ...]:
        """Return the plans of nodes with these classes: for facts, sources and nested nodes."""
        found = self.plans.get(types)
        if found is None:
            profile = self.emitter.profile
            uses = profile.uses_of(types)

            def counted(name: str) -> bool:
                # Texts may come once for each language; the shapes count them.
                key = profile.keys[name]
                return key.kind is not Kind.TEXT or key.plain_required

            keys = {
                name: _at_most_one(emit) if uses[name].single and counted(name) else emit
                for name, emit in self.emits.items()
                if name in uses
            }
            found = self.plans[types] = tuple({**keys, **words} for words in self.words)
        return found

    def node(self, node: Mapping[str, Any], out: list[str], where: int) -> str:
        subject = self.emitter._iris[node["id"]]  # noqa: SLF001 - the innermost loop
        types = node.get("type")
        plans = self.untyped
        if types.__class__ is str:
            out.append(subject + self.types[types])
            plans = self.plans.get((types,)) or self.plan((types,))
        elif types is not None or "type" in node:
            names = tuple(_several(types))
            out.extend([subject + self.types[name] for name in names])
            plans = self.plans.get(names) or self.plan(names)
        if self.seen is not None:
            # What one part of a fact says of a node may forbid what another says.
            if subject in self.seen:
                raise Unsure
            self.seen.add(subject)
            if types is None and subject in self.concepts:
                plans = self.plan(self.concepts[subject])
        plan = plans[where]
        for key, value in node.items():
            plan[key](subject, value, out)
        return subject

    def key(self, key: Key) -> Emit:
        """Compile one key."""
        match key.kind:
            case Kind.TERM:
                return self.terms(key)
            case Kind.LITERAL:
                return self.literals(key)
            case Kind.LINK:
                return self.links(key)
            case Kind.TEXT:
                return self.texts(key)

    def terms(self, key: Key) -> Emit:
        concepts = key.scheme.concepts if key.scheme else {}
        table = {name: f" <{key.iri}> <{concept.iri}>" for name, concept in concepts.items()}

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            else:
                _several(value)
                out.extend([subject + table[item] for item in value])

        return emit

    def literals(self, key: Key) -> Emit:
        known = datatype(key.datatype)
        numeric = key.datatype in {f"{XSD}{name}" for name in ("integer", "nonNegativeInteger", "positiveInteger")}
        boolean = key.datatype == f"{XSD}boolean"

        def make(text: str) -> str:
            if not known.valid(text):
                raise Unsure
            return f" <{key.iri}> {quote(text)}^^<{key.datatype}>"

        table = _Lookup(make)

        def lexical(value: Any) -> str:
            if value.__class__ is str:
                return str(value)
            if numeric and value.__class__ is int:
                return str(value)
            if boolean and value.__class__ is bool:
                return "true" if value else "false"
            raise Unsure

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            elif value.__class__ is list:
                _several(value)
                out.extend([subject + table[lexical(item)] for item in value])
            else:
                out.append(subject + table[lexical(value)])

        return emit

    def links(self, key: Key) -> Emit:
        iris = self.emitter._iris  # noqa: SLF001 - one table for all keys
        predicate = f" <{key.iri}> "
        node = self.node

        def one(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + predicate + iris[value])
            elif value.__class__ is dict and len(value) > 1:
                out.append(subject + predicate + node(value, out, _NESTED))
            elif value.__class__ is dict:
                out.append(subject + predicate + iris[value["id"]])
            else:
                raise Unsure

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is list:
                _several(value)
                for item in value:
                    one(subject, item, out)
            else:
                one(subject, value, out)

        return emit

    def texts(self, key: Key) -> Emit:
        predicate = f" <{key.iri}> "
        listed = frozenset(key.listed)
        allowed = tuple(tag.lower() for tag in key.languages)

        def tag_suffix(tag: str) -> str:
            tag = tag.lower()
            fits = not allowed or any(tag == ok or tag.startswith(f"{ok}-") for ok in allowed)
            if not fits or not good_language(tag):
                raise Unsure
            return f"@{tag}"

        tags = _Lookup(tag_suffix)

        def plain(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is not str or key.language_required or (listed and value not in listed):
                raise Unsure
            out.append(subject + predicate + quote(value))

        def by_language(subject: str, value: dict[str, Any], out: list[str]) -> None:
            if key.plain_required or not value:
                raise Unsure
            for tag, texts in value.items():
                suffix = tags[tag]
                if texts.__class__ is str:
                    out.append(subject + predicate + quote(texts) + suffix)
                else:
                    _several(texts)
                    out.extend([subject + predicate + quote(text) + suffix for text in texts])

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                plain(subject, value, out)
            elif value.__class__ is dict:
                by_language(subject, value, out)
            else:
                _several(value)
                for item in value:
                    if item.__class__ is LanguageMap:
                        by_language(subject, item, out)
                    else:
                        plain(subject, item, out)

        return emit


def _several(value: Any) -> list[Any]:
    """Let only a list with something in it pass."""
    if not isinstance(value, list) or not value:
        raise Unsure
    return value


def _at_most_one(emit: Emit) -> Emit:
    def emit_one(subject: str, value: Any, out: list[str]) -> None:
        if value.__class__ is list and len(value) > 1:
            raise Unsure
        emit(subject, value, out)

    return emit_one


class SourceEmitter:
    """Emit the facts of one source, and their receipts into its provenance graph."""

    def __init__(
        self,
        emitter: Emitter,
        body: Body,
        *,
        sha256: str | None = None,
        reviewed_by: str | None = None,
        reviewed_on: str | None = None,
        checked: bool = False,
    ) -> None:
        self.emitter = emitter
        self.checked = checked
        self.body = body
        self.sha256 = sha256
        self.reviewed_by = reviewed_by
        self.reviewed_on = reviewed_on
        self.document = emitter.iri(body["id"])
        self.name = source_name(emitter.normal_id(body["id"]))
        base = emitter.id_base
        self.provenance = f"<{base}provenance/{self.name}>"
        self._graph_prefix = f"<{base}fact/{self.name}/"
        self._evidence_prefix = f"<{base}evidence/{self.name}/"
        self._quad_end = f" {self.provenance} .\n"
        self._receipt_start = f" <{RDF_TYPE}> <{CLU}FactGraph>"
        self._derived = f" <{PROV}wasDerivedFrom> {self.document}"
        self._spans: dict[Span, str] = {}

    def description(self) -> str:
        """Return the quads that describe the source itself."""
        doc, end = self.document, self._quad_end
        lines = [f"{self.provenance} <{RDF_TYPE}> <{PROV}Bundle>", f"{doc} <{RDF_TYPE}> <{PROV}Entity>"]
        lines.append(f"{self.provenance} <{SCHEMA}about> {doc}")
        if self.sha256:
            text = f"{doc[:-1]}/text>"
            lines += [
                f"{doc} <{SCHEMA}encoding> {text}",
                f"{text} <{RDF_TYPE}> <{SCHEMA}MediaObject>",
                f'{text} <{SCHEMA}sha256> "{self.sha256}"',
            ]
        triples = self.emitter.triples(self.body, source=True, checked=self.checked)
        if triples:
            graph = f"{self._graph_prefix}source>"
            lines.append(f"{graph}{self._derived}")
            own_end = f" {graph} .\n"
            return end.join(sorted(lines)) + end + own_end.join(triples) + own_end
        return end.join(sorted(lines)) + end

    def fact(self, fact: Fact) -> str:
        """Return the quads of a checked fact and its receipt."""
        receipt = fact.receipt
        return self.raw(
            fact.body,
            receipt.status,
            receipt.evidence,
            personal=receipt.personal,
            reviewed_by=receipt.reviewed_by,
            reviewed_on=receipt.reviewed_on,
            checked=True,
        )

    def raw(
        self,
        body: Mapping[str, Any],
        status: str,
        spans: Iterable[Span],
        *,
        personal: bool,
        reviewed_by: str | None,
        reviewed_on: str | None,
        checked: bool = False,
    ) -> str:
        """Return the quads of a body and of a receipt given in its parts.

        Raises Unsure.
        """
        triples = self.emitter.triples(body, personal=personal, checked=checked)
        if not triples:
            raise Unsure
        graph = f"{self._graph_prefix}{graph_name(triples)}>"
        end = f" {graph} .\n"
        return (
            end.join(triples)
            + end
            + self._receipt(graph, status, spans, personal=personal, reviewed_by=reviewed_by, reviewed_on=reviewed_on)
        )

    def _receipt(
        self,
        graph: str,
        status: str,
        spans: Iterable[Span],
        *,
        personal: bool,
        reviewed_by: str | None,
        reviewed_on: str | None,
    ) -> str:
        emitter, end = self.emitter, self._quad_end
        lines = [graph + self._receipt_start, graph + self._derived, graph + emitter.statuses[status]]
        evidence = ""
        for span in spans:
            found = self._spans.get(span)
            if found is None:
                found, described = self._span(span)
                evidence += described
            lines.append(graph + found)
        if personal:
            lines.append(f'{graph} <{CLU}personalData> "true"^^<{XSD}boolean>')
        reviewer = reviewed_by or self.reviewed_by
        if reviewer:
            lines.append(f"{graph} <{CLU}reviewedBy> {emitter.iri(reviewer)}")
        day = reviewed_on or self.reviewed_on
        if day:
            lines.append(f'{graph} <{CLU}reviewedOn> "{day}"^^<{XSD}date>')
        return end.join(lines) + end + evidence

    def _span(self, span: Span) -> tuple[str, str]:
        """Return the link to a span's evidence node, and that node's quads; each is described once."""
        if len(self._spans) >= _CACHE_LIMIT:
            self._spans.clear()
        start, stop = span
        node = f"{self._evidence_prefix}{start}-{stop}>"
        selector = f"{node[:-1]}/selector>"
        link = self._spans[span] = f" <{CLU}evidence> {node}"
        triples = (
            f"{node} <{RDF_TYPE}> <{CLU}Evidence>",
            f"{node} <{OA}hasSource> {self.document}",
            f"{node} <{OA}hasSelector> {selector}",
            f"{selector} <{RDF_TYPE}> <{OA}TextPositionSelector>",
            # oa: wants xsd:nonNegativeInteger; stores that canonicalise numbers keep only xsd:integer
            f'{selector} <{OA}start> "{start}"^^<{XSD}integer>',
            f'{selector} <{OA}end> "{stop}"^^<{XSD}integer>',
        )
        return link, self._quad_end.join(triples) + self._quad_end


def graph_name(triples: Sequence[str]) -> str:
    """Return the last segment of a fact's graph: a hash of its triples, which must be sorted."""
    return hashlib.sha256("\n".join(triples).encode()).hexdigest()[:20]


def source_name(document_id: str) -> str:
    """Return the segment that the graphs of a source share.

    >>> source_name("document/silver-label")
    'silver-label'
    >>> source_name("https://example.org/news/42?lang=de")
    'example-org-news-42-lang-de-2f61ce34'
    """
    if ":" not in document_id:
        return document_id.removeprefix("document/")
    readable = slug(document_id.partition(":")[2])[:60].strip("-")
    return f"{readable}-{hashlib.sha256(document_id.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=4)
def compile_emitter(profile: Profile, id_base: str) -> Emitter:
    """Compile the emitter of a profile and an id base."""
    return Emitter(profile, id_base)
