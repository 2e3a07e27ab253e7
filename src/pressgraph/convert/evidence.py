"""Facts beside the words that say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.convert.emitter import compile_emitter, graph_name, source_name
from pressgraph.convert.rewrite import read_documents
from pressgraph.dataset.graphs import GraphNames
from pressgraph.facts.model import is_node
from pressgraph.facts.tables.write import sayings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pressgraph.errors import Place
    from pressgraph.facts.model import Body
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span that is evidence; `line` and `words` are None where the text is not at hand."""

    span: Span
    line: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactWithEvidence:
    """A fact: what it is about and says, as headers and cells of a table, and the passages that it was read from."""

    source: str
    graph: str
    """The IRI of the named graph that holds it in a dataset."""
    place: Place
    id: str
    says: tuple[tuple[str, str], ...]
    status: str
    personal: bool
    passages: tuple[Passage, ...]


def facts_with_evidence(
    paths: Sequence[Path], project: Project, profile: Profile, *, about: str | None = None
) -> Iterator[FactWithEvidence]:
    """Yield the facts of files (none named: the project's), of all or `about` one thing, in the order of the files.

    Raises FactsError with every problem of all files.
    """
    emitter = compile_emitter(profile, project.id_base)
    prefix = GraphNames(id_base=project.id_base).facts
    for document in read_documents(list(paths), project, profile):
        text = document.source.text
        for fact in document.facts:
            if about is not None and about not in _ids(fact.body):
                continue
            spans = fact.receipt.evidence
            triples = emitter.lines(fact.body, personal=fact.receipt.personal, checked=True)
            yield FactWithEvidence(
                source=document.source.id,
                graph=f"{prefix}{source_name(document.source.id)}/{graph_name(triples.encode())}",
                place=fact.place,
                id=str(fact.body["id"]),
                says=sayings(fact.body, profile),
                status=fact.receipt.status,
                personal=fact.receipt.personal,
                passages=tuple(
                    Passage(span=span, line=text.line(span[0]), words=text.slice(span))
                    if text is not None
                    else Passage(span=span)
                    for span in spans
                ),
            )


def _ids(body: Body) -> Iterator[str]:
    """Yield the ids of a fact's thing and of the nodes inside of it, those that it only links to not."""
    yield str(body["id"])
    for values in body.values():
        for value in values if isinstance(values, list) else ():
            if is_node(value) and len(value) > 1:
                yield from _ids(value)
