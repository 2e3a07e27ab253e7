"""The text of a release, where its source lets it be published, as a build keeps it for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import source_name
from pressgraph.dataset.shown_text import text_quads
from pressgraph.text.mentions import Mentions, family_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph as ox

    from pressgraph.dataset.graphs import GraphNames
    from pressgraph.facts import FactsFile

_LONGEST_NAME = 80


def release_text(file: FactsFile, graphs: GraphNames, document: str, *, reviewed: bool) -> Iterator[ox.Quad]:
    """Yield the text of a facts file's source; `reviewed` says whether only reviewed facts are published.

    Words are left out that personal facts rest on which nobody has reviewed: these are not in the dataset, and no gate
    that comes later knows of them. So are those that any other fact rests on which is not published, unless one that is
    rests on them too.
    """
    source = file.source
    if source is None or source.published_text is None:
        return
    unread = reviewed and source.reviewed_by is None
    facts = [it for it in file.facts if not unread or it.receipt.reviewed_by is not None]
    kept = set(map(id, facts))
    others = [it for it in (*file.facts, *file.proposals) if id(it) not in kept]
    evidence = {span for fact in facts if not fact.receipt.personal for span in fact.receipt.evidence}
    text = source.published_text.text
    unknown = [it for it in others if it.receipt.personal]
    hidden = {span for fact in unknown for span in fact.receipt.evidence}
    hidden.update(Mentions(it for fact in unknown for it in _names(fact.body)).spans(text))
    hidden.update(span for fact in others for span in fact.receipt.evidence if span not in evidence)
    yield from text_quads(
        graphs,
        source_name(source.id),
        document,
        text,
        evidence=evidence,
        personal={span for fact in facts if fact.receipt.personal for span in fact.receipt.evidence},
        hidden=hidden,
        names={it for fact in facts for it in _names(fact.body)},
    )


def _names(value: Any) -> Iterator[str]:
    """Yield the short texts of a fact, and of those of several words the last: names are among them."""
    if isinstance(value, str):
        if len(value) <= _LONGEST_NAME:
            yield value
            yield family_name(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _names(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _names(one)
