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
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pressgraph.convert.shapes import DOUBTS, FACT, NESTED, SOURCE, Shapes, Unsure, count_strings, quote
from pressgraph.facts.check import good_language
from pressgraph.facts.datatypes import INTEGERS, datatype, fitting
from pressgraph.facts.ids import Ids, slug
from pressgraph.facts.mixed import is_typed_only, nquads_literal, takes_languages
from pressgraph.facts.model import LanguageMap, ValueObject
from pressgraph.profile.model import FACT_WORDS, SOURCE_WORDS, Key, Kind, Profile
from pressgraph.rdf import CLU, OA, PROV, RDF_TYPE, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pressgraph.facts.model import Body, Fact, Source, Span

    Emit: TypeAlias = Callable[[str, Any, list[str]], None]
    Plan: TypeAlias = dict[str, Emit]
    Values: TypeAlias = Callable[[Any], list[Any]]


# Look-ups are kept while they are few; a stream of ever new ids must not fill the memory.
_CACHE_LIMIT = 20_000
_PLANS_KEPT = 1_000

T = TypeVar("T")

# Stands for a fact's graph in the template of its receipt.
_GRAPH = b"\0"


class _Lookup(dict[Any, T]):
    """A bounded table that fills itself by a function, which may raise Unsure."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> T:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        value = self[key] = self._make(key)
        return value


class _Iris(dict[Any, str]):
    """A bounded table of the IRIs of ids, in angle brackets."""

    def __init__(self, ids: Ids) -> None:
        super().__init__()
        self._iri = ids.iri

    def __missing__(self, name: Any) -> str:
        iri = self._iri(name) if name.__class__ is str else None
        if iri is None:
            raise Unsure
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        found = self[name] = f"<{iri}>"
        return found


def _ignore(_subject: str, _value: Any, _out: list[str]) -> None:
    """Emit nothing: the word says something about the fact."""


class Emitter:
    """Emit N-Quads for the facts of one source after another.

    Made by `compile_emitter`. Not thread-safe: it keeps look-up tables and the spans seen of the current source.
    """

    def __init__(self, profile: Profile, id_base: str, *, personal: bool = True) -> None:
        self.profile = profile
        self.id_base = id_base
        self.personal = personal
        """Whether facts that are marked as personal are emitted; they are looked at in either case."""
        resolver = Ids(profile, id_base)
        self.iris = _Iris(resolver)
        self.normal_id = resolver.normal
        # Personal keys are missing from the plans of facts that are not marked: the checker then complains.
        self._planner = {personal: Planner(self, personal=personal) for personal in (False, True)}
        scheme = profile.schemes.get("epistemic-status")
        self.statuses = {
            name: f"<{CLU}epistemicStatus> <{concept.iri}>"
            for name, concept in (scheme.concepts.items() if scheme else ())
        }

    def iri(self, name: str) -> str:
        """Return the IRI of an id, in angle brackets.

        Raises Unsure.
        """
        return self.iris[name]

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

    def lines(
        self, fact: Mapping[str, Any], *, personal: bool, checked: bool, plain: bool = False, strings: int | None = None
    ) -> str:
        """Return the triples of a fact, a line each, without its end; '' where there are none.

        `plain` says that no text needs an escape; `strings` how many strings a fact that no checker has seen must have,
        keys and nested ones included.

        Raises Unsure.
        """
        if not checked:
            lines = self._planner[personal].shapes[plain].lines(fact, strings)
            if lines is not None:
                return lines
            if strings is not None and count_strings(fact) != strings:
                raise Unsure
        return "\n".join(self.triples(fact, personal=personal, checked=checked))

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
            planner.node(node, out, SOURCE if source else FACT)
        except DOUBTS as error:
            raise Unsure from error
        return sorted(set(out))


class Planner:
    """Make plans as types turn up, and run them."""

    def __init__(self, emitter: Emitter, *, personal: bool) -> None:
        self.emitter = emitter
        self.personal = personal
        profile = emitter.profile
        self.iris = emitter.iris
        self.tables: dict[str, dict[str, str]] = {}
        """By key, what its terms and literals add to a subject."""
        keys = {name: key for name, key in profile.keys.items() if personal or not key.personal}
        self.emits: Plan = {name: self.key(key, _several) for name, key in keys.items()}
        self.emits_one: Plan = {name: self.key(key, _one) for name, key in keys.items()}
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
        self.plans: dict[str | tuple[str, ...], tuple[list[str], tuple[Plan, ...]]] = {}
        self.untyped = tuple({**self.emits, **words} for words in self.words)
        # A concept has its classes from the vocabulary.
        self.concepts = {
            f"<{concept.iri}>": types
            for concept in profile.concept_of.values()
            if (types := tuple(profile.class_of[iri].name for iri in concept.types if iri in profile.class_of))
        }
        self.shapes = (Shapes(self, plain=False), Shapes(self, plain=True))
        self._lists: dict[tuple[str, bool], dict[Any, list[str]]] = {}
        self.seen: set[str] | None = None
        """The nodes of the fact at hand, unless it has been checked."""

    def plan(self, types: str | tuple[str, ...]) -> tuple[list[str], tuple[Plan, ...]]:
        """Return how nodes say these classes, and their plans: for facts, sources and nested nodes."""
        names = (types,) if isinstance(types, str) else types
        said = [self.types[name] for name in names]
        uses = self.emitter.profile.uses_of(names)
        keys = {
            name: (self.emits_one if use.single else self.emits)[name]
            for name, use in uses.items()
            if name in self.emits
        }
        if len(self.plans) >= _PLANS_KEPT:
            self.plans.clear()
        made = self.plans[types] = (said, tuple({**keys, **words} for words in self.words))
        return made

    def node(self, node: Mapping[str, Any], out: list[str], where: int) -> str:
        """Append the triples of a node; return its IRI."""
        subject = self.iris[node["id"]]
        types = node.get("type")
        plans = self.untyped
        if types is not None or "type" in node:
            names = types if types.__class__ is str else tuple(_several(types))
            said, plans = self.plans.get(names) or self.plan(names)
            out.extend([subject + one for one in said])
        if self.seen is not None:
            # What one part of a fact says of a node may forbid what another says.
            if subject in self.seen:
                raise Unsure
            self.seen.add(subject)
            if types is None and subject in self.concepts:
                plans = self.plan(self.concepts[subject])[1]
        plan = plans[where]
        for key, value in node.items():
            plan[key](subject, value, out)
        return subject

    def key(self, key: Key, values: Values) -> Emit:
        """Compile one key; `values` lets the lists pass that may be its values."""
        match key.kind:
            case Kind.TERM:
                return self.terms(key, values)
            case Kind.LITERAL:
                return self.literals(key, values)
            case Kind.LINK:
                return self.links(key, values)
            case Kind.TEXT:
                # Texts may come once for each language; the shapes count them.
                return self.texts(key, values if key.plain_required else _several)
            case Kind.MIXED:
                return self.mixed(key, _several if takes_languages(key) else values)

    def terms(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are terms."""
        concepts = key.scheme.concepts if key.scheme else {}
        table = {name: f" <{key.iri}> <{concept.iri}>" for name, concept in concepts.items()}
        self.tables[key.name] = table

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            else:
                out.extend([subject + table[item] for item in values(value)])

        return emit

    def literals(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are typed literals."""
        known = datatype(key.datatype)

        def make(text: str) -> str:
            if not known.valid(text):
                raise Unsure
            return f" <{key.iri}> {quote(text)}^^<{key.datatype}>"

        table = self.tables.setdefault(key.name, _Lookup(make))
        lexical = self.lexical(key)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(subject + table[value])
            elif value.__class__ is list:
                out.extend([subject + table[lexical(item)] for item in values(value)])
            else:
                out.append(subject + table[lexical(value)])

        return emit

    def lexical(self, key: Key) -> Callable[[Any], str]:
        """Return what gives the lexical form of a key's values."""
        numeric = key.datatype in INTEGERS
        boolean = key.datatype == f"{XSD}boolean"

        def lexical(value: Any) -> str:
            if value.__class__ is str:
                return str(value)
            if numeric and value.__class__ is int:
                return str(value)
            if boolean and value.__class__ is bool:
                return "true" if value else "false"
            raise Unsure

        return lexical

    def lists(self, key: Key, *, single: bool) -> dict[Any, list[str]]:
        """Return, by tuples of a key's terms, what they add to a subject, sorted."""
        table = self.tables[key.name]
        values = _one if single else _several

        def make(names: tuple[str, ...]) -> list[str]:
            return sorted({table[name] for name in values(list(names))})

        return self._lists.setdefault((key.name, single), _Lookup(make))

    def mixed(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are of several kinds; the checker says which kind each of them is."""
        predicate = f" <{key.iri}> "
        link = self.link(key)

        def make(text: str) -> str:
            found = fitting(key.datatypes, text)
            if found is None:
                raise Unsure
            return f"{predicate}{quote(text)}^^<{found}>"

        table = self.tables.setdefault(key.name, _Lookup(make))
        typed_only = is_typed_only(key)

        def one(subject: str, value: Any, out: list[str]) -> None:
            if self.seen is not None:
                if value.__class__ is not str or not typed_only:
                    raise Unsure
                out.append(subject + table[value])
            elif value.__class__ is ValueObject:
                out.append(f"{subject}{predicate}{nquads_literal(value, quote(value['@value']))}")
            elif value.__class__ is str:
                out.append(f"{subject}{predicate}{quote(value)}")
            else:
                link(subject, value, out)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            for item in values(value) if value.__class__ is list else (value,):
                one(subject, item, out)

        return emit

    def link(self, key: Key) -> Emit:
        """Compile what one linked thing adds to a subject."""
        iris = self.iris
        predicate = f" <{key.iri}> "
        node = self.node

        def one(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                out.append(f"{subject}{predicate}{iris[value]}")
            elif value.__class__ is dict and len(value) > 1:
                out.append(f"{subject}{predicate}{node(value, out, NESTED)}")
            elif value.__class__ is dict:
                out.append(f"{subject}{predicate}{iris[value['id']]}")
            else:
                raise Unsure

        return one

    def links(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are other things."""
        one = self.link(key)

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is list:
                for item in values(value):
                    one(subject, item, out)
            else:
                one(subject, value, out)

        return emit

    def tag_suffix(self, key: Key, tag: str) -> str:
        """Return what follows a key's texts in a language."""
        tag = tag.lower()
        allowed = [ok.lower() for ok in key.languages]
        fits = not allowed or any(tag == ok or tag.startswith(f"{ok}-") for ok in allowed)
        if not fits or not good_language(tag):
            raise Unsure
        return f"@{tag}"

    def texts(self, key: Key, values: Values) -> Emit:
        """Compile a key whose values are texts."""
        predicate = f" <{key.iri}> "
        listed = frozenset(key.listed)
        tags = _Lookup(lambda tag: self.tag_suffix(key, tag))

        def plain(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is not str or key.language_required or (listed and value not in listed):
                raise Unsure
            out.append(f"{subject}{predicate}{quote(value)}")

        def by_language(subject: str, value: dict[str, Any], out: list[str]) -> None:
            if key.plain_required or not value:
                raise Unsure
            for tag, texts in value.items():
                suffix = tags[tag]
                if texts.__class__ is str:
                    out.append(f"{subject}{predicate}{quote(texts)}{suffix}")
                else:
                    out.extend([f"{subject}{predicate}{quote(text)}{suffix}" for text in _several(texts)])

        def emit(subject: str, value: Any, out: list[str]) -> None:
            if value.__class__ is str:
                plain(subject, value, out)
            elif value.__class__ is dict:
                by_language(subject, value, out)
            else:
                for item in values(value):
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


def _one(value: Any) -> list[Any]:
    """Let only a list with one thing in it pass."""
    if not isinstance(value, list) or len(value) != 1:
        raise Unsure
    return value


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
        self._evidence = f" <{CLU}evidence> {self._evidence_prefix}".encode()
        self._quad_end = f" {self.provenance} .\n"
        self._evidence_end = f">{self._quad_end}".encode()
        self._receipt_end = self._quad_end.encode()
        self._receipts: dict[str, bytes] = {}
        self.quads = 0
        """How many the last fact became."""
        self._spans: set[Span] = set()
        """Those that are described already."""

    @cached_property
    def _evidence_lines(self) -> tuple[list[bytes], list[bytes], bytes]:
        """What describes a span: until its start, until its stop, and the rest; in pieces, between which it stands."""
        node, end = f"{self._evidence_prefix}\0", self._quad_end
        # oa: wants xsd:nonNegativeInteger; stores that canonicalise numbers keep only xsd:integer
        until_start = (
            f"{node}> <{RDF_TYPE}> <{CLU}Evidence>{end}"
            f"{node}> <{OA}hasSource> {self.document}{end}"
            f"{node}> <{OA}hasSelector> {node}/selector>{end}"
            f"{node}/selector> <{RDF_TYPE}> <{OA}TextPositionSelector>{end}"
            f'{node}/selector> <{OA}start> "'
        )
        rest = f'"^^<{XSD}integer>{end}'
        until_stop = f'{rest}{node}/selector> <{OA}end> "'
        return until_start.encode().split(b"\0"), until_stop.encode().split(b"\0"), rest.encode()

    def description(self) -> bytes:
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
            lines.append(f"{graph} <{PROV}wasDerivedFrom> {doc}")
            own_end = f" {graph} .\n"
            return f"{end.join(sorted(lines))}{end}{own_end.join(triples)}{own_end}".encode()
        return f"{end.join(sorted(lines))}{end}".encode()

    def fact(self, fact: Fact) -> bytes:
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
        spans: Collection[Span],
        *,
        personal: bool,
        reviewed_by: str | None,
        reviewed_on: str | None,
        checked: bool = False,
        plain: bool = False,
        strings: int | None = None,
    ) -> bytes:
        """Return the quads of a body and of a receipt given in its parts; `plain` and `strings` as in `Emitter.lines`.

        Raises Unsure.
        """
        # Encoded once, for the hash and the output alike.
        lines = self.emitter.lines(body, personal=personal, checked=checked, plain=plain, strings=strings).encode()
        if not lines:
            raise Unsure
        if personal and not self.emitter.personal:
            self.quads = 0
            return b""
        graph = f"{self._graph_prefix}{graph_name(lines)}>".encode()
        end = b" %b .\n" % graph
        quads = lines.replace(b"\n", end)
        # each line feed became an end; a receipt says three things at least
        self.quads = (len(quads) - len(lines)) // (len(end) - 1) + 1 + 3 + len(spans)
        parts = [
            quads,
            end,
            (self._receipts.get(status) or self._receipt(status)).replace(_GRAPH, graph),
        ]
        described: list[bytes] = []
        for span in spans:
            start, stop = b"%d" % span[0], b"%d" % span[1]
            written = b"%b-%b" % (start, stop)
            parts += (graph, self._evidence, written, self._evidence_end)
            if span not in self._spans:
                if len(self._spans) >= _CACHE_LIMIT:
                    self._spans.clear()
                self._spans.add(span)
                described.append(self._described(start, stop, written))
        self.quads += 6 * len(described)
        if personal:
            self.quads += 1
            parts.append(self._said(graph, f'<{CLU}personalData> "true"^^<{XSD}boolean>'))
        if reviewer := reviewed_by or self.reviewed_by:
            self.quads += 1
            parts.append(self._said(graph, f"<{CLU}reviewedBy> {self.emitter.iri(reviewer)}"))
        if day := reviewed_on or self.reviewed_on:
            self.quads += 1
            parts.append(self._said(graph, f'<{CLU}reviewedOn> "{day}"^^<{XSD}date>'))
        return b"".join(parts + described)

    def _receipt(self, status: str) -> bytes:
        """Return what every receipt of a status says, for `_GRAPH` to be replaced."""
        said = (
            f"<{RDF_TYPE}> <{CLU}FactGraph>",
            f"<{PROV}wasDerivedFrom> {self.document}",
            self.emitter.statuses[status],
        )
        made = self._receipts[status] = b"".join([self._said(_GRAPH, one) for one in said])
        return made

    def _said(self, graph: bytes, said: str) -> bytes:
        return b"%b %b%b" % (graph, said.encode(), self._receipt_end)

    def _described(self, start: bytes, stop: bytes, span: bytes) -> bytes:
        """Return the quads of a span's evidence node, which stand once."""
        until_start, until_stop, rest = self._evidence_lines
        return b"".join((span.join(until_start), start, span.join(until_stop), stop, rest))


def graph_name(lines: bytes) -> str:
    """Return the last segment of a fact's graph: a hash of its triples, sorted and one a line."""
    return hashlib.sha256(lines).hexdigest()[:20]


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
def compile_emitter(profile: Profile, id_base: str, *, personal: bool = True) -> Emitter:
    """Compile the emitter of a profile and an id base; without `personal` it withholds facts marked as that."""
    return Emitter(profile, id_base, personal=personal)
