"""Put what passed the gate into facts, in the order of the text."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pressgraph.drafting.admitted import DraftedFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pressgraph.drafting.judge import Standing
    from pressgraph.text import Span

_MOST_PLACES = 100


def in_order(facts: list[DraftedFact], used: Mapping[str, Span], standing: Standing, *, by: str) -> list[DraftedFact]:
    """Return facts in the order of the text: what the same words say of a thing is one fact, its class included."""
    first: list[DraftedFact] = []
    named = {fact.id for fact in facts if "name" in fact.body}
    described: set[str] = set()
    for ref, thing in standing.things.items():
        if thing.is_known or ref not in used or thing.id in described or thing.span is None:
            continue
        described.add(thing.id)
        body: dict[str, Any] = {"id": thing.id, "type": thing.classes[0]}
        name = standing.profile.uses_of(thing.classes).get("name")
        if thing.named and name is not None and thing.id not in named:
            body["name"] = standing.text(standing.profile.keys["name"], thing.name)
        # where a fact's words hold the name, they say what it is, too
        own = [it for it in facts if it.id == thing.id and not it.personal]
        places = list(islice(standing.context.text.places(thing.words), _MOST_PLACES)) or [thing.span]
        holder = next((it for it in own if any(it.span[0] <= a and b <= it.span[1] for a, b in places)), None)
        span, status = (holder.span, holder.status) if holder is not None else (thing.span, "stated")
        personal = thing.personal or (bool(facts) and not own and any(it.id == thing.id for it in facts))
        first.append(DraftedFact(body=body, span=span, status=status, personal=personal, by=by))
    merged: dict[tuple[Any, ...], DraftedFact] = {}
    for fact in (*first, *facts):
        same = merged.setdefault((fact.id, fact.span, fact.status, fact.personal), fact)
        if same is not fact:
            for key, value in fact.body.items():
                same.body[key] = _both(same.body[key], value) if key in same.body else value
    # a thing is described before others say something of it
    return _joined_facts(sorted(merged.values(), key=lambda it: (it.span[0], "type" not in it.body)))


def _both(one: Any, other: Any) -> Any:
    ones = one if isinstance(one, list) else [one]
    return one if other in ones else [*ones, other]


def _joined_facts(facts: Iterable[DraftedFact]) -> list[DraftedFact]:
    """Return facts, those of one thing as one whose words lie within each other's."""
    kept: list[DraftedFact] = []
    last: dict[tuple[str, str, bool], DraftedFact] = {}
    for fact in facts:
        alike = (fact.id, fact.status, fact.personal)
        before = last.get(alike)
        if before is not None and _within_each_other(before, fact):
            before.body |= fact.body
            before.span = min(before.span[0], fact.span[0]), max(before.span[1], fact.span[1])
        else:
            kept.append(fact)
            last[alike] = fact
    return kept


def _within_each_other(one: DraftedFact, other: DraftedFact) -> bool:
    (a, b), (c, d) = one.span, other.span
    within = (a <= c and d <= b) or (c <= a and b <= d)
    return within and len(one.body.keys() & other.body.keys()) == 1
