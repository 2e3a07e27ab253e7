"""The graph as a whole in files. After a change, what is said of the things that it touches is replaced in them.

Each of the files says what is said of one subject in one place, between fixed marks: a few lines of N-Triples, a
paragraph of Turtle, an object of JSON-LD. Where prefixes or words at the head of a file may have become needless, or
where a file is not as it was written, all are written anew.
"""

from __future__ import annotations

import gzip
import hashlib
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pyoxigraph as ox

from pressgraph.convert.stored import restored, restorer
from pressgraph.dataset import serialization
from pressgraph.dataset.description import dataset_quads
from pressgraph.dataset.withholding import Rules
from pressgraph.dataset.writing import triple_order, used_prefixes, write_ordered
from pressgraph.export import exports, select
from pressgraph.export.jsonld import context_of, json_bytes, json_ld

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pressgraph.export.published import PublishedGraph
    from pressgraph.profile import Profile
    from pressgraph.project.publication import Publication
    from pressgraph.rdf import Term
    from pressgraph.validation import ValidatedDataset

SYNTAXES = {"graph.ttl": "turtle", "graph.jsonld": "jsonld", "graph.nt.gz": "ntriples"}
"""The files of the graph, with the names of their serializations."""
_FEWEST = 2
"""Subjects of a list: one stands alone in JSON-LD."""
_AT_ONCE = 1_000
"""Subjects whose triples are in memory at a time."""
_PREFIX = b"@prefix "
_NODES = b'\n  "@graph": [\n    {'
_BETWEEN_NODES = b",\n    {"
_END = b"\n  ]\n}\n"


class Earlier(NamedTuple):
    """The site of the run before: its folder, the SHA-256 of its files, and the quads that came or went since."""

    root: Path
    digests: Mapping[str, str]
    changed: Collection[ox.Quad]


def graph_files(
    dataset: ValidatedDataset, graph: PublishedGraph, published: Publication, earlier: Earlier | None
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a graph: what of a dataset is published, all of which the store has."""
    written = None if earlier is None else _replaced(dataset.profile, graph, earlier)
    if written is None:
        written = _by_subject(dataset.profile, graph, dataset_quads(graph.graphs.base, published))
    if written is not None:
        yield from written.files().items()
        return
    # nothing that is withheld is in the copy
    selection = select(dataset, rules=Rules(personal=True), published=published)
    for name, content in zip(SYNTAXES, exports(selection, map(serialization, SYNTAXES.values())), strict=True):
        yield name, gzip.compress(content, mtime=0) if name.endswith(".gz") else content


def _by_subject(profile: Profile, graph: PublishedGraph, more: Collection[ox.Quad]) -> _Written | None:
    """Return all that is published, and `more`, of some subjects at a time: as triples it takes the most of all memory.

    None where nodes have no names, or where there are too few subjects for a list.
    """
    id_base = graph.graphs.id_base
    subjects: set[Term] = set()

    def stated() -> Iterator[ox.Triple]:
        restore = restorer(profile)
        for quad in chain(graph.quads(), more):
            subjects.add(quad.subject)
            yield quad.triple if restore is None else restore(quad.triple)

    prefixes = used_prefixes(stated(), profile.query_prefixes(id_base))
    if not prefixes or len(subjects) < _FEWEST or not all(isinstance(it, ox.NamedNode) for it in subjects):
        return None
    head = b"\n".join(sorted(f"@prefix {prefix}: <{iri}> .".encode() for prefix, iri in prefixes.items()))
    written = _Written(prefixes, head, b"", {}, {}, {})
    words: set[str] = set()
    in_order = iter(sorted(subjects, key=str))
    while some := set(islice(in_order, _AT_ONCE)):
        quads = {quad for it in some for quad in graph.quads(it)}
        quads.update(it for it in more if it.subject in some)
        words |= written.put(_stated(quads, profile), profile, id_base)
    document = json_bytes({"@context": context_of(words, profile, id_base), "@graph": [{"id": ""}]})
    return written._replace(context=document.partition(_NODES)[0])


def _stated(quads: Collection[ox.Quad], profile: Profile) -> list[ox.Triple]:
    return sorted({it.triple for it in restored(quads, profile)}, key=triple_order)


def _replaced(profile: Profile, graph: PublishedGraph, earlier: Earlier) -> _Written | None:
    """Return what was written before with what is said of some subjects replaced; None where that cannot be done."""
    files = _read(earlier)
    if files is None:
        return None
    turtle, tree, triples = files
    lines = gzip.decompress(triples).splitlines(keepends=True)
    said = {subject.decode(): b"".join(it) for subject, it in groupby(lines, key=lambda it: it.partition(b" ")[0])}
    changed = {it.subject for it in earlier.changed if isinstance(it.graph_name, ox.NamedNode) and graph.has(it)}
    if not all(isinstance(it, ox.NamedNode) for it in changed) or any(it.startswith("_:") for it in said):
        # a node without a name is called something else each time
        return None
    old = list(ox.parse(b"".join(said.get(str(it), b"") for it in changed), format=ox.RdfFormat.N_TRIPLES))
    quads = {quad for it in changed for quad in graph.quads(it)}
    new = _stated(quads, profile)
    gone = {str(it) for it in changed} - {str(it.subject) for it in new}
    written = _Written.of(turtle, tree, said)
    if written is None or not written.replace([it.triple for it in old], new, gone, profile, graph.graphs.id_base):
        return None
    return written


def _read(earlier: Earlier) -> list[bytes] | None:
    """Return the files as they were written; None where they are others now."""
    try:
        found = {name: (earlier.root / name).read_bytes() for name in SYNTAXES}
    except OSError:
        return None
    if any(hashlib.sha256(it).hexdigest() != earlier.digests.get(name) for name, it in found.items()):
        return None
    return list(found.values())


class _Written(NamedTuple):
    """What is written of each subject in each of the files, with the heads of those that have one."""

    prefixes: dict[str, str]
    head: bytes
    context: bytes
    turtle: dict[str, bytes]
    nodes: dict[str, bytes]
    lines: dict[str, bytes]

    @classmethod
    def of(cls, turtle: bytes, tree: bytes, lines: dict[str, bytes]) -> _Written | None:
        head, *blocks = turtle.removesuffix(b"\n").split(b"\n\n")
        context, _, body = tree.partition(_NODES)
        nodes = body.removesuffix(_END).split(_BETWEEN_NODES)
        if not (head.startswith(_PREFIX) and len(blocks) == len(nodes) == len(lines)):
            return None
        declared = (line.removeprefix(_PREFIX).decode().partition(": <") for line in head.splitlines())
        return cls(
            prefixes={prefix: namespace.removesuffix("> .") for prefix, _, namespace in declared},
            head=head,
            context=context,
            turtle=dict(zip(lines, blocks, strict=True)),
            nodes=dict(zip(_in_order_of_nodes(lines), nodes, strict=True)),
            lines=lines,
        )

    def replace(
        self,
        old: list[ox.Triple],
        new: list[ox.Triple],
        gone: Iterable[str],
        profile: Profile,
        id_base: str,
    ) -> bool:
        """Replace what is said of some subjects; tell whether the heads of the files stay as they are."""
        for subject in gone:
            for said in (self.turtle, self.nodes, self.lines):
                said.pop(subject, None)
        after_words = self.put(new, profile, id_base)
        prefixes = profile.query_prefixes(id_base)
        before, after = used_prefixes(old, prefixes).keys(), used_prefixes(new, prefixes).keys()
        words = set(json_ld(old, profile, id_base=id_base)["@context"])
        declared = msgspec.json.decode(self.context.removesuffix(b",") + b"}")["@context"]
        return before <= after <= self.prefixes.keys() and words <= after_words <= set(declared)

    def put(self, said: list[ox.Triple], profile: Profile, id_base: str) -> set[str]:
        """Write all that is said of some subjects, sorted; return the words of JSON-LD that it uses."""
        subjects = list(dict.fromkeys(str(it.subject) for it in said))
        document = json_ld(said, profile, id_base=id_base)
        context = document.pop("@context")
        nodes: list[dict[str, Any]] = document.get("@graph", [document] if document else [])
        self.nodes.update(zip(_in_order_of_nodes(subjects), map(_indented, nodes), strict=True))
        written = ox.serialize(said, format=ox.RdfFormat.N_TRIPLES) or b""
        by_subject = groupby(written.splitlines(keepends=True), key=lambda it: it.partition(b" ")[0])
        self.lines.update((subject.decode(), b"".join(it)) for subject, it in by_subject)
        # with all prefixes of the file, so that names are abbreviated as they are there
        _, *blocks = (
            write_ordered(said, serialization("turtle"), {}, used=self.prefixes).removesuffix(b"\n").split(b"\n\n")
        )
        self.turtle.update(zip(subjects, blocks, strict=True))
        return set(context)

    def files(self) -> dict[str, bytes]:
        subjects = sorted(self.lines)
        turtle = b"\n\n".join((self.head, *(self.turtle[it] for it in subjects)))
        nodes = _BETWEEN_NODES.join(self.nodes[it] for it in _in_order_of_nodes(subjects))
        lines = b"".join(self.lines[it] for it in subjects)
        return {
            "graph.ttl": turtle + b"\n",
            "graph.jsonld": self.context + _NODES + nodes + _END,
            "graph.nt.gz": gzip.compress(lines, mtime=0),
        }


def _in_order_of_nodes(subjects: Iterable[str]) -> list[str]:
    """Return subjects as JSON-LD has them: without the brackets around IRIs, another order may be right."""
    return sorted(subjects, key=lambda it: it[1:-1])


def _indented(node: dict[str, Any]) -> bytes:
    """Return a node as it stands in the list of all, after its first brace."""
    written = msgspec.json.format(msgspec.json.encode(node), indent=2)
    return written.removeprefix(b"{").replace(b"\n", b"\n    ")
