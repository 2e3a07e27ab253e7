"""The texts of sources that may be published, as a dataset keeps them for pages: in pieces, in a graph of its own each.

A piece is named by the characters of the text from which and to which it goes, so that the gate can take away those
that say what is withheld. Where contact data stands in a text, and where nothing of it may be published, no words are
kept. These graphs are no data: they are in no export and no part of the default graph.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from pressgraph.rdf import PG, SCHEMA
from pressgraph.text.contacts import MARK, contacts
from pressgraph.text.mentions import Mentions
from pressgraph.text.paragraphs import paragraphs, sentences
from pressgraph.text.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pressgraph.dataset.graphs import GraphNames
    from pressgraph.text.fold import Span

# terms of no vocabulary that pages tell of
TEXT_OF, _SHOWN = ox.NamedNode(f"{PG}textOf"), ox.NamedNode(f"{PG}shownText")
"""Leads from the graph of a text to what it is the text of."""
NAMING = frozenset(
    f"{SCHEMA}{it}"
    for it in ("name", "alternateName", "legalName", "familyName", "email", "telephone", "faxNumber", "headline")
)
"""What says how something is called, or reached: where that is withheld, it is to stand in no text."""
_PLACE = re.compile(r"/([0-9]+)-([0-9]+)\Z")
_BLOCK = 600
"""Characters: a longer paragraph is no block of contacts."""
_LONGEST_NAME = 60
_GAP = "\n\0\n"
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that RDF files may not hold, or that show as nothing."""


class Piece(NamedTuple):
    """Characters of a text, and what is shown of them."""

    start: int
    end: int
    text: str


def text_quads(
    graphs: GraphNames,
    source: str,
    document: str,
    text: str,
    *,
    evidence: Collection[Span],
    personal: Collection[Span],
    hidden: Collection[Span],
    names: Collection[str],
) -> Iterator[ox.Quad]:
    """Yield the graph of a source's text; `document` is the IRI of what it is the text of.

    `evidence` is where facts rest on it, `personal` where those do that hold personal data, `names` are those of things
    that facts speak of: the text is cut there, so that each can be taken away by itself. Nothing is kept of what is
    `hidden`.
    """
    graph = ox.NamedNode(graphs.texts + source)
    yield ox.Quad(graph, TEXT_OF, ox.NamedNode(document), graph)
    for piece in pieces(text, evidence, cuts=personal, hidden=hidden, names=names):
        node = ox.NamedNode(f"{graph.value}/{piece.start}-{piece.end}")
        yield ox.Quad(node, _SHOWN, ox.Literal(piece.text), graph)


def pieces(
    text: str,
    evidence: Collection[Span] = (),
    *,
    cuts: Collection[Span] = (),
    hidden: Collection[Span] = (),
    names: Collection[str] = (),
) -> Iterator[Piece]:
    r"""Yield what may be shown of a text, in its order, cut where stretches and names begin and end.

    Contact data is a mark; a short paragraph that has some and that no fact rests on is one as a whole: it says whom to
    ask.

    >>> [it.text for it in pieces("Gold. Call 030 7654329.\n\nPress\nIda Berg\nida@netz.example", [(0, 4)])]
    ['Gold', '.', ' ', 'Call ', '[…]', '.', '\n\n', '[…]']
    """
    marks = list(contacts(text))
    rests, said = Spans(evidence), Spans(marks)
    in_paragraphs = list(paragraphs(text))
    blocks = (it for it in in_paragraphs if it[1] - it[0] <= _BLOCK and said.meets(it) and not rests.meets(it))
    marks = _joined([*marks, *blocks])
    marked, gone = Spans(marks), Spans(hidden)
    inner = (
        *(*evidence, *cuts, *hidden, *Mentions(names).spans(text), *in_paragraphs),
        *(it for paragraph in in_paragraphs for it in sentences(text, paragraph)),
    )
    bounds = {at for span in inner for at in span if 0 < at < len(text) and not marked.meets((at - 1, at + 1))}
    bounds.update((0, len(text)), *marks)
    whole = set(marks)
    for start, end in pairwise(sorted(bounds)):
        if not gone.meets((start, end)):
            yield Piece(start, end, MARK if (start, end) in whole else _NOT_TEXT.sub(" ", text[start:end]))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return stretches without overlaps."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def read_pieces(store: ox.Store, graph: ox.NamedNode) -> list[Piece]:
    """Return the pieces that a graph holds, in their order."""
    found = []
    # the pattern of the graph alone: who notes what is read then knows of which text it is
    for quad in store.quads_for_pattern(None, None, None, graph):
        place = _PLACE.search(quad.subject.value) if isinstance(quad.subject, ox.NamedNode) else None
        if place is not None and isinstance(quad.object, ox.Literal):
            found.append(Piece(int(place[1]), int(place[2]), quad.object.value))
    return sorted(found)


def text_graphs(store: ox.Store) -> Iterator[ox.NamedNode]:
    """Yield the graphs of texts in a store."""
    for quad in store.quads_for_pattern(None, TEXT_OF, None, None):
        if isinstance(quad.graph_name, ox.NamedNode):
            yield quad.graph_name


class TextGate:
    """Finds the pieces of texts that say what is withheld: words that withheld facts rest on, and names."""

    def __init__(self, names: Iterable[str], near: Iterable[str]) -> None:
        """Take the names that may stand in no text.

        Those that are `near` may stand in no text that has something of what is withheld; in another one they are
        somebody else's, such as a family name.
        """
        self._names, self._near = Mentions(names), Mentions(near)

    def hidden(self, store: ox.Store, graph: ox.NamedNode, spans: Collection[Span]) -> Iterator[ox.NamedNode]:
        """Yield the pieces of a text that are not published; `spans` are what withheld facts rest on."""
        found = read_pieces(store, graph)
        text, places = _assembled(found)
        said = list(self._names.spans(text))
        if said or spans:
            # what withheld facts rest on may be said again
            again = {text[start:end] for start, end in _within(found, places, spans) if end - start <= _LONGEST_NAME}
            said += (*self._near.spans(text), *Mentions(again).spans(text))
        gone, mentioned = Spans(spans), Spans(said)
        for place, piece in zip(places, found, strict=True):
            if gone.meets((piece.start, piece.end)) or mentioned.meets((place, place + len(piece.text))):
                yield ox.NamedNode(f"{graph.value}/{piece.start}-{piece.end}")


def _assembled(found: Iterable[Piece]) -> tuple[str, list[int]]:
    """Return a text of pieces, with a mark where some are missing, and where each of them begins in it."""
    parts: list[str] = []
    places: list[int] = []
    length = last = 0
    for piece in found:
        if piece.start != last:
            parts.append(_GAP)
            length += len(_GAP)
        places.append(length)
        parts.append(piece.text)
        length += len(piece.text)
        last = piece.end
    return "".join(parts), places


def _within(found: Iterable[Piece], places: Iterable[int], spans: Iterable[Span]) -> Iterator[Span]:
    """Yield stretches of the source as stretches of the assembled text, as far as whole pieces of it say them."""
    starts, ends = {}, {}
    for place, piece in zip(places, found, strict=True):
        starts[piece.start], ends[piece.end] = place, place + len(piece.text)
    for start, end in spans:
        if start in starts and end in ends:
            yield starts[start], ends[end]
