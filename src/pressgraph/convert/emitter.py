"""The emitter: from facts to N-Quads, by two routes.

Checked facts go through the plans that the profile was compiled into; records that no checker has seen go through
functions written for their shape, which raise NeedsCheck at the first doubt. Both give the same bytes.

Each fact becomes one named graph, its receipt some quads of the source's provenance graph. A graph is named by the
hash of its triples, so that facts can move within a file, and come from other formats, without changing a byte.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pressgraph.convert.accelerate import Accelerator
from pressgraph.convert.literals import LOOKUPS_KEPT, NEEDS_CHECK, Lookup, quote
from pressgraph.convert.plans import FACT, SOURCE, Iris, Plans
from pressgraph.facts.ids import Ids, slug
from pressgraph.facts.language_tags import good_language
from pressgraph.facts.model import NeedsCheck
from pressgraph.rdf import CLU, OA, PROV, RDF_TYPE, SCHEMA, STATUS_BASE, STATUSES, XSD
from pressgraph.text.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pressgraph.facts.model import Body, Fact, Source
    from pressgraph.profile import Profile
    from pressgraph.text import SourceText, Span

# Stands for a fact's graph in the template of its receipt.
_GRAPH = b"\0"


class Emitter:
    """Emit N-Quads for facts.

    Made by `compile_emitter`, and shared: it keeps what follows from the profile, and nothing of a call. What belongs
    to a call is in the SourceEmitter that `source` begins.
    """

    def __init__(self, profile: Profile, id_base: str, *, personal: bool = True, reviewed: bool = False) -> None:
        self.profile = profile
        self.id_base = id_base
        self.reviewed = reviewed
        """Whether only facts that were reviewed, or whose source was, are emitted."""
        self.personal = personal
        """Whether facts that are marked as personal are emitted; they are looked at in either case."""
        resolver = Ids(profile, id_base)
        self.iris = Iris(resolver)
        self.normal_id = resolver.normal
        # Personal keys are missing from the plans of facts that are not marked: the checker then complains.
        self._plans = {personal: Plans(profile, self.iris, personal=personal) for personal in (False, True)}
        self._accelerators: Lookup[Accelerator] = Lookup(self._accelerator)
        self._languages = {key.name for key in profile.keys.values() if key.iri == f"{SCHEMA}inLanguage"}
        self.statuses = {name: f"<{CLU}epistemicStatus> <{STATUS_BASE}{name}>" for name in STATUSES}

    def iri(self, name: str) -> str:
        """Return the IRI of an id, in angle brackets.

        Raises NeedsCheck.
        """
        return self.iris[name]

    def source(self, source: Source, facts: Iterable[Fact] = ()) -> SourceEmitter:
        """Begin the facts of a checked source: its own description is the first to be emitted.

        No words are emitted that personal ones of these facts rest on, where such are withheld.
        """
        emitter = SourceEmitter(
            self,
            source.body,
            sha256=source.sha256,
            reviewed_by=source.reviewed_by,
            reviewed_on=source.reviewed_on,
            text=source.published_text,
            checked=True,
        )
        for fact in facts:
            if fact.receipt.personal:
                emitter.withhold(fact.receipt.evidence)
        return emitter

    def _accelerator(self, wanted: tuple[bool, bool, int, str | None]) -> Accelerator:
        personal, plain, where, language = wanted
        plans = self._plans[personal]
        if language is not None:
            plans = Plans(self.profile, self.iris, personal=personal, language=language)
        return Accelerator(plans, plain=plain, where=where)

    def language(self, source: Mapping[str, Any]) -> str | None:
        """Return the language that the description of a source says, if it says one, and a good one."""
        for name in self._languages & source.keys():
            value = source[name]
            one = value[0] if value.__class__ is list and len(value) == 1 else value
            if one.__class__ is str and good_language(one.lower()):
                return str(one.lower())
        return None

    def lines(
        self,
        fact: Mapping[str, Any],
        *,
        personal: bool,
        checked: bool,
        plain: bool = False,
        strings: int | None = None,
        language: str | None = None,
    ) -> str:
        """Return the triples of a fact, sorted, a line each, without its end; '' where there are none.

        `plain` says that no text needs an escape; `strings` how many strings a fact that no checker has seen must have,
        keys and nested ones included; `language` is that of running text which does not say its own.

        Raises NeedsCheck.
        """
        if checked:
            return "\n".join(self.triples(fact, personal=personal))
        return self._accelerators[personal, plain, FACT, language].lines(fact, strings)

    def source_lines(self, body: Mapping[str, Any], *, checked: bool) -> str:
        """Return the triples that describe a source, as `lines`."""
        if checked or body.keys() == {"id"}:
            return "\n".join(self.triples(body, source=True))
        return self._accelerators[False, False, SOURCE, self.language(body)].lines(body)

    def triples(self, node: Mapping[str, Any], *, personal: bool = False, source: bool = False) -> list[str]:
        """Return the triples of a checked node and its nested nodes, as `s p o` in N-Triples, sorted.

        Raises NeedsCheck.
        """
        out: list[str] = []
        try:
            self._plans[personal].node(node, out, SOURCE if source else FACT)
        except NEEDS_CHECK as error:
            raise NeedsCheck from error
        return sorted(set(out))


class SourceEmitter:
    """Emit the facts of one source, and their receipts into its provenance graph.

    Belongs to one call, and one thread: it knows which spans are described.
    """

    def __init__(
        self,
        emitter: Emitter,
        body: Body,
        *,
        sha256: str | None = None,
        reviewed_by: str | None = None,
        reviewed_on: str | None = None,
        text: SourceText | None = None,
        checked: bool = False,
    ) -> None:
        """Take what describes the source; `text` where words of it may be published."""
        self.emitter = emitter
        self.text = text
        self.checked = checked
        self.body = body
        self.language = emitter.language(body)
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
        self._withheld = Spans()

    def withhold(self, spans: Iterable[Span]) -> None:
        """Emit from now on no words of the text that a withheld fact rests on."""
        if not self.emitter.personal:
            for span in spans:
                self._withheld.add(span)

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
        own = self.emitter.source_lines(self.body, checked=self.checked)
        if own:
            graph = f"{self._graph_prefix}source>"
            lines.append(f"{graph} <{PROV}wasDerivedFrom> {doc}")
            own_end = f" {graph} .\n"
            own_quads = own.replace("\n", own_end)
            return f"{end.join(sorted(lines))}{end}{own_quads}{own_end}".encode()
        return f"{end.join(sorted(lines))}{end}".encode()

    def fact(self, fact: Fact) -> bytes:
        """Return the quads of a checked fact and its receipt."""
        receipt = fact.receipt
        return self.write(
            self.emitter.lines(fact.body, personal=receipt.personal, checked=True),
            receipt.status,
            receipt.evidence,
            personal=receipt.personal,
            reviewed_by=receipt.reviewed_by,
            reviewed_on=receipt.reviewed_on,
        )

    def write(
        self,
        triples: str,
        status: str,
        spans: Collection[Span],
        *,
        personal: bool,
        reviewed_by: str | None,
        reviewed_on: str | None,
    ) -> bytes:
        """Return the quads of a fact's triples, as `Emitter.lines` gives them, and of a receipt given in its parts.

        Raises NeedsCheck.
        """
        if not triples:
            raise NeedsCheck
        reviewer = reviewed_by or self.reviewed_by
        if (personal and not self.emitter.personal) or (self.emitter.reviewed and not reviewer):
            if personal:
                self.withhold(spans)
            self.quads = 0
            return b""
        # Encoded once, for the hash and the output alike.
        lines = triples.encode()
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
                if len(self._spans) >= LOOKUPS_KEPT:
                    self._spans.clear()
                self._spans.add(span)
                described.append(self._described(start, stop, written))
        self.quads += 6 * len(described) if self.text is None else sum(it.count(b"\n") for it in described)
        if personal:
            self.quads += 1
            parts.append(self._said(graph, f'<{CLU}personalData> "true"^^<{XSD}boolean>'))
        if reviewer:
            self.quads += 1
            parts.append(self._said(graph, f"<{CLU}reviewedBy> {self.emitter.iri(reviewer)}"))
        if day := reviewed_on or self.reviewed_on:
            self.quads += 1
            parts.append(self._said(graph, f'<{CLU}reviewedOn> "{day}"^^<{XSD}date>'))
        return b"".join(parts + described)

    def _receipt(self, status: str) -> bytes:
        """Return what every receipt of a status says, for `_GRAPH` to be replaced."""
        receipt = (
            f"<{RDF_TYPE}> <{CLU}FactGraph>",
            f"<{PROV}wasDerivedFrom> {self.document}",
            self.emitter.statuses[status],
        )
        made = self._receipts[status] = b"".join([self._said(_GRAPH, one) for one in receipt])
        return made

    def _said(self, graph: bytes, statements: str) -> bytes:
        return b"%b %b%b" % (graph, statements.encode(), self._receipt_end)

    def _described(self, start: bytes, stop: bytes, span: bytes) -> bytes:
        """Return the quads of a span's evidence node, which stand once."""
        until_start, until_stop, rest = self._evidence_lines
        lines = b"".join((span.join(until_start), start, span.join(until_stop), stop, rest))
        return lines + self._quoted(span, int(start), int(stop)) if self.text is not None else lines

    def _quoted(self, span: bytes, start: int, stop: int) -> bytes:
        """Return the quads of the words of a span (Web Annotation Data Model, 4.2.4)."""
        if self._withheld.meets((start, stop)):
            return b""
        try:
            words = quote(self.text.slice((start, stop)) if self.text is not None else "")
        except NeedsCheck:
            # characters that facts may not hold, such as form feeds
            return b""
        node, end = f"{self._evidence_prefix}{span.decode()}", self._quad_end
        return (
            f"{node}> <{OA}hasSelector> {node}/words>{end}"
            f"{node}/words> <{RDF_TYPE}> <{OA}TextQuoteSelector>{end}"
            f"{node}/words> <{OA}exact> {words}{end}"
        ).encode()


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
def compile_emitter(profile: Profile, id_base: str, *, personal: bool = True, reviewed: bool = False) -> Emitter:
    """Compile the emitter of a profile and an id base.

    Without `personal` it withholds facts marked as that, with `reviewed` those that nobody has reviewed.

    Equal arguments give one emitter, which threads share.
    """
    return Emitter(profile, id_base, personal=personal, reviewed=reviewed)
