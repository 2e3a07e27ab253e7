"""The text of a release as HTML: sentences as links, cut where what is known of them changes.

Written here rather than in a template: a text of two megabytes has sixty thousand sentences.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pressgraph.edit.marks import Piece, Sentence
    from pressgraph.edit.source import OpenSource
    from pressgraph.text import Span


def as_text(text: str) -> Markup:
    """Return characters of a text as they are: a parser of HTML would make a line feed of a carriage return."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped


def drawn(source: OpenSource, paragraph: Sequence[Sentence], chosen: Sequence[Span], said: Mapping[str, Any]) -> Markup:
    """Return a paragraph: its sentences, each a link to what is known of it, and what stands between them.

    Of `chosen` characters it is shown that they are.
    """
    return Markup("".join(_paragraph(source, paragraph, chosen, said)))  # noqa: S704 - each part is escaped


def _paragraph(
    source: OpenSource, paragraph: Sequence[Sentence], chosen: Sequence[Span], said: Mapping[str, Any]
) -> Iterator[str]:
    assert source.text is not None  # noqa: S101 - narrows the type
    text = source.text.text
    address = f"/file?name={quote_plus(source.name)}&amp;at="
    for number, one in enumerate(paragraph):
        here = [it for it in chosen if one.start < it[1] and it[0] < one.end]
        current = ' aria-current="true"' if here else ""
        at = f'data-at="{one.start}" data-to="{one.end}"'
        yield f'<a class="s" href="{address}{one.start}-{one.end}#here"{current} {at}>'
        within = False
        for piece, is_chosen in _cut(one.pieces, here):
            if is_chosen != within:
                yield '<span class="chosen">' if is_chosen else "</span>"
            within = is_chosen
            yield _piece(piece, text)
        if within:
            yield "</span>"
        for word in ("to_review", "wrong", "personal"):
            if any(getattr(it, word) for it in one.pieces):
                yield f'<span class="hidden">{escape(said[_HEARD[word]])}</span>'
        yield "</a>"
        if number + 1 < len(paragraph):
            yield as_text(text[one.end : paragraph[number + 1].start])


_HEARD = {"to_review": "said_todo", "wrong": "said_bad", "personal": "said_personal"}
"""What is heard of a mark, which others see."""


def _cut(pieces: Sequence[Piece], chosen: Sequence[Span]) -> Iterator[tuple[Piece, bool]]:
    """Yield pieces cut where chosen characters begin and end, and whether they are chosen."""
    bounds = sorted({at for span in chosen for at in span})
    for piece in pieces:
        cuts = [piece.start, *(it for it in bounds if piece.start < it < piece.end), piece.end]
        for start, end in pairwise(cuts):
            yield replace(piece, start=start, end=end), any(a <= start and end <= b for a, b in chosen)


def _piece(piece: Piece, text: str) -> str:
    inner = as_text(text[piece.start : piece.end])
    if not piece.facts:
        checked = ' class="checked"' if piece.checked else ""
        return f'<span data-at="{piece.start}"{checked}>{inner}</span>'
    todo = "todo" if piece.to_review else "bad" if piece.wrong else "personal" if piece.personal else ""
    sure = piece.status if piece.status in {"normalised", "implied", "assumed"} else ""
    return f'<mark class="{" ".join(filter(None, (todo, sure)))}" data-at="{piece.start}">{inner}</mark>'
