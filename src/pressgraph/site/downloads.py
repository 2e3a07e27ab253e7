"""The graph as a whole in files. After a change, what is said of the things that it touches is replaced in them.

Each of the files says what is said of one subject in one place, between fixed marks: a few lines of N-Triples, a
paragraph of Turtle, an object of JSON-LD. These are kept from one run to the next. Where prefixes or words at the head
of a file may have become needless, all are written anew.
"""

from __future__ import annotations

import struct
import zlib
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
from pressgraph.site.kept import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pressgraph.export.published import PublishedGraph
    from pressgraph.profile import Profile
    from pressgraph.project.publication import Publication
    from pressgraph.rdf import Term
    from pressgraph.site.kept import Kept
    from pressgraph.validation import ValidatedDataset

SYNTAXES = {"graph.ttl": "turtle", "graph.jsonld": "jsonld", "graph.nt.gz": "ntriples"}
"""The files of the graph, with the names of their serializations."""
_FEWEST = 2
"""Subjects of a list: one stands alone in JSON-LD."""
_AT_ONCE = 250
"""Subjects whose triples are in memory at a time."""
_OF_BLOCK = 256
"""About so many things are compressed together."""
_N_TRIPLES = ox.RdfFormat.N_TRIPLES
_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""The header of a file of gzip without a time and a name, compressed as well as it can be (RFC 1952, 2.3)."""
_LAST_BLOCK = b"\x03\x00"
"""An empty block, which says that it is the last one (RFC 1951, 3.2.3)."""
_NODES = b'\n  "@graph": [\n    {'
_BETWEEN_NODES = b",\n    {"
_END = b"\n  ]\n}\n"


class _Heads(NamedTuple):
    """What stands at the head of the files."""

    prefixes: dict[str, str]
    context: bytes


def graph_files(
    dataset: ValidatedDataset,
    graph: PublishedGraph,
    published: Publication,
    kept: Kept,
    changed: Collection[ox.Quad] | None,
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the files of a graph, in parts: what of a dataset is published, all of which the store has.

    `changed` are the quads that came or went since the files of the graph that is kept; None where nobody knows.
    """
    heads = None if changed is None else _replaced(dataset.profile, graph, kept, changed)
    if heads is None:
        kept.forget_subjects()
        heads = _by_subject(dataset.profile, graph, dataset_quads(graph.graphs.base, published), kept)
    kept.note(HEADS, heads)
    if heads is not None:
        yield from _files(heads, kept)
        return
    # nothing that is withheld is in the copy
    selection = select(dataset, rules=Rules(personal=True), published=published)
    for name, content in zip(SYNTAXES, exports(selection, map(serialization, SYNTAXES.values())), strict=True):
        lines = ((it.partition(b" ")[0].decode(), it) for it in content.splitlines(keepends=True))
        yield name, packed(name, lines, kept) if name.endswith(".gz") else [content]


def _by_subject(profile: Profile, graph: PublishedGraph, more: Collection[ox.Quad], kept: Kept) -> _Heads | None:
    """Keep what is published, and `more`, of some subjects at a time: as triples it takes the most of all memory.

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
    words: set[str] = set()
    in_order = iter(sorted(subjects, key=str))
    while some := set(islice(in_order, _AT_ONCE)):
        quads = {quad for it in some for quad in graph.quads(it)}
        quads.update(it for it in more if it.subject in some)
        words |= _put(_stated(quads, profile), prefixes, profile, id_base, kept)
    document = json_bytes({"@context": context_of(words, profile, id_base), "@graph": [{"id": ""}]})
    return _Heads(prefixes, document.partition(_NODES)[0])


def _stated(quads: Collection[ox.Quad], profile: Profile) -> list[ox.Triple]:
    return sorted({it.triple for it in restored(quads, profile)}, key=triple_order)


def _replaced(profile: Profile, graph: PublishedGraph, kept: Kept, quads: Collection[ox.Quad]) -> _Heads | None:
    """Replace what is kept of some subjects; return the heads of the files, None where others may be right."""
    heads = kept.noted(HEADS, _Heads)
    changed = {it.subject for it in quads if isinstance(it.graph_name, ox.NamedNode) and graph.has(it)}
    # a node without a name is called something else each time
    if heads is None or not all(isinstance(it, ox.NamedNode) for it in changed):
        return None
    old = [it.triple for it in ox.parse(b"".join(map(kept.lines_of, map(str, changed))), format=_N_TRIPLES)]
    new = _stated({quad for it in changed for quad in graph.quads(it)}, profile)
    for subject in changed - {it.subject for it in new}:
        kept.drop_subject(str(subject))
    id_base = graph.graphs.id_base
    after_words = _put(new, heads.prefixes, profile, id_base, kept)
    prefixes = profile.query_prefixes(id_base)
    before, after = used_prefixes(old, prefixes).keys(), used_prefixes(new, prefixes).keys()
    words = set(json_ld(old, profile, id_base=id_base)["@context"])
    declared = msgspec.json.decode(heads.context.removesuffix(b",") + b"}")["@context"]
    stays = before <= after <= heads.prefixes.keys() and words <= after_words <= set(declared)
    return heads if stays else None


def _put(said: list[ox.Triple], prefixes: Mapping[str, str], profile: Profile, id_base: str, kept: Kept) -> set[str]:
    """Keep all that is said of some subjects, sorted; return the words of JSON-LD that it uses."""
    subjects = list(dict.fromkeys(str(it.subject) for it in said))
    document = json_ld(said, profile, id_base=id_base)
    context = document.pop("@context")
    tree: list[dict[str, Any]] = document.get("@graph", [document] if document else [])
    nodes = dict(zip(_in_order_of_nodes(subjects), map(_indented, tree), strict=True))
    written = ox.serialize(said, format=_N_TRIPLES) or b""
    by_subject = groupby(written.splitlines(keepends=True), key=lambda it: it.partition(b" ")[0])
    # with all prefixes of the file, so that names are abbreviated as they are there
    _, *blocks = write_ordered(said, serialization("turtle"), {}, used=prefixes).removesuffix(b"\n").split(b"\n\n")
    for subject, block, (_, lines) in zip(subjects, blocks, by_subject, strict=True):
        kept.put_subject(subject, subject[1:-1], block, nodes[subject], b"".join(lines))
    return set(context)


def _files(heads: _Heads, kept: Kept) -> Iterator[tuple[str, Iterable[bytes]]]:
    head = b"\n".join(sorted(f"@prefix {prefix}: <{iri}> .".encode() for prefix, iri in heads.prefixes.items()))
    turtle = (b"\n\n" + it for it in kept.turtle())
    yield "graph.ttl", chain((head,), turtle, (b"\n",))
    first = chain((heads.context + _NODES,), islice(nodes := kept.nodes(), 1))
    yield "graph.jsonld", chain(first, (_BETWEEN_NODES + it for it in nodes), (_END,))
    yield "graph.nt.gz", packed("graph.nt.gz", kept.lines(), kept)


def packed(file: str, said: Iterable[tuple[str, bytes]], kept: Kept) -> Iterator[bytes]:
    """Compress what is said of things, as one member of gzip (RFC 1952).

    It consists of blocks that nothing before them tells of, each of some things; which of these begins one stands in
    its name. What blocks of a file were compressed to is kept, so a change costs those that it touches.
    """
    crc = size = 0
    yield _GZIP
    for _, block in groupby(said, key=_numbered_block()):
        content = b"".join(it for _, it in block)
        crc, size = zlib.crc32(content, crc), size + len(content)
        yield kept.packed(file, content, _deflated)
    kept.sweep_packed(file)
    yield _LAST_BLOCK + struct.pack("<LL", crc, size & 0xFFFFFFFF)


def _numbered_block() -> Callable[[tuple[str, bytes]], int]:
    """Return what tells the number of the block of a thing, when asked for one after the other."""
    number, last = 0, ""

    def of(said: tuple[str, bytes]) -> int:
        nonlocal number, last
        if said[0] != last:
            last = said[0]
            number += zlib.crc32(last.encode()) % _OF_BLOCK == 0
        return number

    return of


def _deflated(content: bytes) -> bytes:
    # without a header, and without references to what comes before (RFC 1951)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


def _in_order_of_nodes(subjects: Iterable[str]) -> list[str]:
    """Return subjects as JSON-LD has them: without the brackets around IRIs, another order may be right."""
    return sorted(subjects, key=lambda it: it[1:-1])


def _indented(node: dict[str, Any]) -> bytes:
    """Return a node as it stands in the list of all, after its first brace."""
    written = msgspec.json.format(msgspec.json.encode(node), indent=2)
    return written.removeprefix(b"{").replace(b"\n", b"\n    ")
