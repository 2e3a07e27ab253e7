"""What a draft does not say again: what people typed, reviewed or refused in the same file, and what the graph says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from pressgraph.convert import compile_emitter, convert_facts
from pressgraph.convert.emitter import source_name
from pressgraph.dataset import GraphNames, Snapshots
from pressgraph.drafting.compose import without_comments
from pressgraph.errors import FactsError, PressgraphError
from pressgraph.facts import read_facts_bytes
from pressgraph.facts.ids import Ids
from pressgraph.facts.spans import place_in, yaml_spans
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pressgraph.drafting.admitted import DraftedFact
    from pressgraph.facts import FactsFile
    from pressgraph.facts.model import Fact
    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.text import SourceText, Span

_WORDS = frozenset({"id", "type", "@type", "@language"})


@dataclass(frozen=True, slots=True)
class _Said:
    """A key of a thing, with what it says and where that was read."""

    id: str
    key: str
    leaves: frozenset[str]
    spans: tuple[Span, ...]


class Repeats:
    """What is said already."""

    def __init__(
        self,
        before: bytes | None,
        path: Path,
        project: Project,
        profile: Profile,
        *,
        text: SourceText,
        source: dict[str, Any],
    ) -> None:
        """Take the facts file as it is, if it is there, and the text and the source block of the draft.

        Raises FactsError for a facts file with mistakes, PressgraphError for one about another text.
        """
        self.before, self.path, self.project, self.profile = before, path, project, profile
        self.source_id = str(source["id"])
        self.described: frozenset[str] = frozenset()
        self._said = _sayings(source, ())
        self._rejected: list[_Said] = []
        self._checked: tuple[Span, ...] = ()
        self._file: FactsFile | None = None
        if before is not None:
            self._read(before, text)

    def _read(self, before: bytes, text: SourceText) -> None:
        name = self.project.name_of(self.path)
        file = read_facts_bytes(before, self.profile, id_base=self.project.id_base, name=name, folder=self.path.parent)
        if file.problems or file.source is None:
            raise FactsError(file.problems)
        if file.source.text is None or file.source.text.text != text.text:
            raise PressgraphError(
                gettext("{path} is there already, with another text", path=name), hint=gettext("give another --name")
            )
        self._file = file
        self.source_id = file.source.id
        self.described = file.described
        self._checked = file.source.checked
        self._said = [*_sayings(file.source.body, ()), *(it for fact in file.facts for it in _of_fact(fact))]
        for rejected in file.source.rejected:
            spans = tuple(_spans(rejected.get("evidence"), text))
            self._rejected += _sayings(
                {key: it for key, it in rejected.items() if key in self.profile.keys or key in {"id", "type"}}, spans
            )

    def without(self, facts: Iterable[DraftedFact]) -> tuple[list[DraftedFact], int]:
        """Return facts without what the file says or refuses already, and how many statements that were."""
        fresh: list[DraftedFact] = []
        count = 0
        for fact in facts:
            body = {"id": fact.id}
            for key, value in fact.body.items():
                if key != "id":
                    if self._is_said(_Said(fact.id, key, _leaves(value), (fact.span,))):
                        # what a release says of itself, its source block says
                        count += fact.id != self.source_id
                    else:
                        body[key] = value
            if len(body) > 1:
                fresh.append(replace(fact, body=body))
        return fresh, count

    def _is_said(self, one: _Said) -> bool:
        start, end = one.spans[0]
        if any(a <= start and end <= b for a, b in self._checked):
            return True
        for other in self._said:
            # whoever reviewed these words has decided what they say
            if (
                other.key == one.key
                and _overlap(other.spans, one.spans)
                and (other.id == one.id or other.leaves == one.leaves)
            ):
                return True
            if (other.id, other.key) == (one.id, one.key) and one.leaves <= other.leaves:
                return True
        return any(
            other.key == one.key
            and other.leaves == one.leaves
            and (other.id == one.id or _overlap(other.spans, one.spans))
            for other in self._rejected
        )

    def known_to_graph(self, file: FactsFile) -> set[tuple[int, str]]:
        """Return which facts of a draft, by their numbers, have keys whose values the built graph has already."""
        snapshot = Snapshots(self.project.state).current()
        if snapshot is None:
            return set()
        store = snapshot.open()
        emitter = compile_emitter(self.profile, self.project.id_base)
        ids = Ids(self.profile, self.project.id_base)
        prefix = GraphNames(id_base=self.project.id_base).facts
        own = f"{prefix}{source_name(self.source_id)}/"
        known: set[tuple[int, str]] = set()
        for index, fact in enumerate(file.facts):
            node = ox.NamedNode(str(ids.iri(fact.body["id"])))
            if next(store.quads_for_pattern(node, None, None, None), None) is None:
                continue
            for key, value in fact.body.items():
                if key == "id":
                    continue
                alone = replace(file, facts=(replace(fact, body={"id": fact.body["id"], key: value}),))
                quads = ox.parse(b"".join(convert_facts(alone, emitter)), format=ox.RdfFormat.N_QUADS)
                said = [
                    it
                    for it in quads
                    if str(getattr(it.graph_name, "value", "")).startswith(prefix)
                    and not it.graph_name.value.endswith("/source")
                ]
                if said and all(self._has(store, it, own) for it in said):
                    known.add((index, key))
        return known

    @staticmethod
    def _has(store: ox.Store, quad: ox.Quad, own: str) -> bool:
        """Tell whether a store has a triple from another source."""
        quads = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return any(isinstance(it.graph_name, ox.NamedNode) and not it.graph_name.value.startswith(own) for it in quads)

    def merged(self, text: str, facts: Sequence[dict[str, Any]], tail: str) -> bytes:
        """Return the facts file of a draft: anew, or as it was, with other proposals in the place of the old ones."""
        if self.before is None or self._file is None:
            return (text + tail).encode()
        from pressgraph.facts.edit import Add, Remove, decode, edit_yaml

        name = self.project.name_of(self.path)
        was = without_comments(decode(self.before, name))
        if not self._file.facts:
            at = next(key.start for key, _ in yaml_spans(was, name).items if key is not None and key.text == "facts")
            return (was[:at] + text[text.index("\nfacts:") + 1 :] + tail).encode()
        old = {(it.place.line, it.place.column) for it in self._file.proposals}
        listed = yaml_spans(was, name).get("facts")
        removed = []
        for index, (_, node) in enumerate(listed.items if listed is not None else ()):
            place = place_in(was, node.start, name)
            if (place.line, place.column) in old:
                removed.append(Remove(("facts", index)))
        data = edit_yaml(was.encode(), removed, file=name)
        data = edit_yaml(data, [Add(("facts",), dict(fact)) for fact in facts], file=name)
        return data.rstrip(b"\n") + b"\n" + tail.encode()


def _of_fact(fact: Fact) -> Iterable[_Said]:
    return _sayings(fact.body, fact.receipt.evidence)


def _sayings(body: Any, spans: tuple[Span, ...]) -> list[_Said]:
    return [_Said(str(body.get("id")), key, _leaves(value), spans) for key, value in body.items() if key != "id"]


def _leaves(value: Any) -> frozenset[str]:
    """Return the values in a value, however it is written."""
    if isinstance(value, dict):
        if value.keys() == {"id"}:
            return frozenset({str(value["id"])})
        return frozenset(leaf for key, it in value.items() if key not in _WORDS for leaf in _leaves(it))
    if isinstance(value, list | tuple):
        return frozenset(leaf for it in value for leaf in _leaves(it))
    return frozenset({str(value)})


def _overlap(one: Iterable[Span], other: Iterable[Span]) -> bool:
    others = tuple(other)
    return any(a < d and c < b for a, b in one for c, d in others)


def _spans(evidence: Any, text: SourceText) -> Iterable[Span]:
    """Yield where the evidence of a fact that was refused stands, as far as that can be told."""
    match evidence:
        case str():
            yield from text.places(evidence)
        case {"words": str(words)}:
            yield from text.places(words)
        case [start, end] if str(start).isdigit() and str(end).isdigit():
            yield int(start), int(end)
        case list():
            for one in evidence:
                yield from _spans(one, text)
