"""The page of a label: whether it is valid, its level, what it replaced, how it was awarded, what was said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.names import capital
from pressgraph.pages.view.common import cite_part, facts_part, know_part, quotes_part, releases_part, rest_part, values
from pressgraph.pages.view.days import dated, day
from pressgraph.pages.view.drawing import Axis
from pressgraph.pages.view.parts import (
    Bar,
    Bars,
    Chain,
    ChainLink,
    Event,
    Facts,
    Link,
    Page,
    Part,
    Row,
    Step,
    Steps,
    Tag,
    Text,
    Way,
    Words,
)
from pressgraph.pages.view.validity import axis_days, basis_words, days_left, from_to, state_words, validity_of
from pressgraph.rdf import CLU, DCTERMS, PROV, SCHEMA, SKOS

if TYPE_CHECKING:
    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Sentence
    from pressgraph.pages.view.validity import Period, Validity

_AWARD = (
    (f"{CLU}awardedBy", True),
    (f"{CLU}recognises", True),
    (f"{CLU}confirms", True),
)
_OF_PERIODS = ("validFrom", "validUntil", "validThrough")
_LONGEST_CHAIN = 12


def label_page(graph: Graph, iri: str) -> Page:
    """Return the page of a label."""
    words = graph.words
    level = graph.level(iri)
    issuers = [it.iri for it in graph.look(iri, f"{CLU}scheme", f"{SCHEMA}issuedBy") if it.iri]
    lead = _lead(graph, iri)
    validity, known = _validity(graph, iri)
    parts = [
        validity,
        _levels(graph, iri),
        _chain(graph, iri),
        _award(graph, iri),
        _assessed(graph, iri),
        quotes_part(graph, iri, words["said_about"]),
        releases_part(graph, iri, heading="named_in"),
        rest_part(graph, iri),
        know_part(graph, iri),
        cite_part(graph, iri),
    ]
    name = graph.name(iri)
    state = "".join(it if isinstance(it, str) else getattr(it, "text", "") for it in state_words(graph, known))
    return Page(
        kind="label",
        iri=iri,
        name=name,
        kicker=(words["awarded_label"], *((" · ", graph.names.name(issuers[0]).label) if issuers else ())),
        lead=lead,
        description=f"{name.label}. {state}".strip(),
        level=level if level.of else None,
        badge="" if level.of else "★",
        parts=tuple(it for it in parts if it is not None),
        section="/labels",
    )


def _lead(graph: Graph, iri: str) -> Sentence:
    words = graph.words
    graph.out(
        iri,
        f"{SCHEMA}name",
        f"{CLU}scheme",
        *(f"{CLU}{it}" for it in _OF_PERIODS if graph.look(iri, f"{CLU}hasValidity")),
    )
    holder = next((it.iri for it in graph.look(iri, f"{CLU}heldBy")), "")
    level = graph.level(iri)
    said: Sentence = ()
    if level.of:
        said = (words["level_of_levels"](rank=level.rank, of=level.of), " ")
    if not holder:
        return said
    earlier = next((it.iri for it in graph.look(iri, f"{CLU}replaces") if it.iri), "")
    if earlier:
        return (*said, *words["held_by_in_place"](graph.link(holder), Link(name=graph.name(earlier))))
    return (*said, *words["held_by"](graph.link(holder)))


def _validity(graph: Graph, iri: str) -> tuple[Part, Validity]:
    words = graph.words
    graph.record()
    known = validity_of(graph, iri)
    metal = graph.level(iri).metal
    blocks: list[Bars | Words] = []
    if known.periods:
        axis = Axis.of(axis_days(known.periods), graph.today)
        rows = tuple(
            Bar(
                who=(words["says_release"] if it.basis == "stated" else basis_words(graph, it),),
                note=_length(graph, it),
                drawing=axis.bar([it.span(metal)]),
                until=from_to(graph, it),
                small=(Tag(status="assumed"),)
                if it.assumed
                else (words["stated"] if it.basis == "stated" else words["by_rule"],),
            )
            for it in known.periods
        )
        blocks.append(Bars(axis=axis.draw(words["today"]), rows=rows, legend=False, metal=metal))
    state = state_words(graph, known)
    left = days_left(graph, known)
    later = graph.look(iri, f"{CLU}replacedBy") or graph.look_into(iri, f"{CLU}replaces")
    tail: Sentence = (" ", left) if left is not None else ()
    if not later and known.valid is not True:
        tail = (*tail, " ", words["no_later_label"])
    blocks.append(Words(words=(*state, *tail)))
    return Part(key="validity", heading=words["validity"], blocks=tuple(blocks), know=graph.know(opened=True)), known


def _length(graph: Graph, period: Period) -> Sentence:
    words = graph.words
    said: Sentence = ()
    if period.length is not None:
        said = (graph.length(period.length),)
    if period.start is None and period.until is None:
        return (*said, "; ", words["no_start"]) if said else (words["no_start"],)
    return said


def _levels(graph: Graph, iri: str) -> Part | None:
    concept = next((it.iri for it in graph.out(iri, f"{CLU}level") if it.iri), "")
    ranks = graph.ranks(concept) if concept else {}
    if len(ranks) < 2:  # noqa: PLR2004 - one level is none
        return None
    scheme = next((graph.names.name(it.iri).label for it in graph.look(iri, f"{CLU}scheme") if it.iri), "")
    rows = []
    for name in ranks:
        text, language = graph.names.pick([it.object[1:3] for it in graph.look(name, f"{SKOS}definition")])
        foreign = language if language.split("-")[0] != graph.language else ""
        rows.append(
            Step(level=graph.level_of(name), words=(Text(text=text, language=foreign),), current=name == concept)
        )
    small = graph.words["of_labels"](scheme=scheme) if scheme else ""
    return Part(key="level", heading=graph.words["level"], small=small, blocks=(Steps(rows=tuple(rows)),))


def _chain(graph: Graph, iri: str) -> Part | None:
    """Return what the label replaced and what replaced it, as far as that is known."""
    words = graph.words
    graph.record()
    before, after = _walk(graph, iri, earlier=True), _walk(graph, iri, earlier=False)
    rows = []
    for label in (*reversed(before), iri, *after):
        level = graph.level(label)
        known = validity_of(graph, label)
        note = from_to(graph, known.best) if known.best is not None else (words["period_unknown"],)
        if known.best is not None and known.best.assumed:
            note = (*note, " ", Tag(status="assumed"))
        here = label == iri
        said: Sentence = (level,) if here else (_named(graph, label),)
        rows.append(ChainLink(words=said, note=note, metal=level.metal, here=here))
    if not after:
        rows.append(ChainLink(words=(words["no_later_label_known"],), none=True))
    if len(rows) < 3 and not before:  # noqa: PLR2004 - itself, and that no later one is known
        return None
    return Part(key="chain", heading=words["before_and_after"], blocks=(Chain(rows=tuple(rows)),), know=graph.know())


def _named(graph: Graph, label: str) -> Link:
    level = graph.level(label)
    return Link(name=graph.name(label), level=level if level.of else None, label=level.label)


def _walk(graph: Graph, iri: str, *, earlier: bool) -> list[str]:
    one, other = (f"{CLU}replaces", f"{CLU}replacedBy") if earlier else (f"{CLU}replacedBy", f"{CLU}replaces")
    found: list[str] = []
    at = iri
    while len(found) < _LONGEST_CHAIN:
        names = [it.iri for it in graph.out(at, one)] + [it.subject for it in graph.into(at, other)]
        at = next((it for it in names if it and it != iri and it not in found), "")
        if not at:
            break
        found.append(at)
    return found


def _award(graph: Graph, iri: str) -> Part | None:
    words = graph.words
    graph.record()
    rows: list[Row] = []
    for predicate, word in ((f"{CLU}heldBy", "holder"), (f"{SCHEMA}issuedBy", "issued_by")):
        said = graph.out(iri, predicate)
        if said:
            rows.append(Row(label=words[word], values=values(graph, said)))
    awards = [it.subject for it in graph.into(iri, f"{CLU}awards", f"{PROV}generated")]
    when = _awarded(graph, iri, awards)
    if when:
        rows.append(Row(label=words["awarded"], values=when, joined=False))
    for award in dict.fromkeys(awards):
        graph.into(award, f"{PROV}wasInformedBy")
        graph.out(award, f"{CLU}awards", f"{CLU}concerns")
        for predicate, _ in _AWARD:
            said = graph.out(award, predicate)
            if said and not any(row.values == values(graph, said) for row in rows):
                label = graph.names.name(predicate).label
                rows.append(Row(label=capital(label), values=values(graph, said)))
    more = facts_part(graph, iri, one=True)
    rows += more.rows if more is not None else ()
    return (
        Part(key="award", heading=words["award"], blocks=(Facts(rows=tuple(rows), one=True),), know=graph.know())
        if rows
        else None
    )


def _awarded(graph: Graph, iri: str, awards: list[str]) -> Sentence:
    for thing in (iri, *awards):
        for it in graph.out(thing, f"{CLU}awardedOn", f"{CLU}tookPlaceOn"):
            value = dated(it.object)
            if value is not None:
                tag: Sentence = (" ", Tag(status=graph.status(it))) if graph.status(it) != "stated" else ()
                return (day(value, graph.language), *tag)
    for thing in (*awards, iri):
        for it in graph.out(thing, f"{CLU}attestedOn"):
            value = dated(it.object)
            if value is not None:
                return tuple(graph.words["by_day"](day(value, graph.language)))
    return ()


def _assessed(graph: Graph, iri: str) -> Part | None:
    """Return how it was assessed, step by step: what came first, what is part of it, and the award."""
    words = graph.words
    graph.record()
    awards = [it.subject for it in graph.look_into(iri, f"{CLU}awards")]
    begun = [it.iri for it in graph.out(iri, f"{CLU}assessment") if it.iri]
    begun += [it.iri for award in awards for it in graph.out(award, f"{PROV}wasInformedBy") if it.iri]
    found: list[str] = []
    waiting = list(dict.fromkeys(begun))
    while waiting and len(found) < _LONGEST_CHAIN:
        at = waiting.pop(0)
        if at in found or at in awards:
            continue
        found.append(at)
        waiting += [it.subject for it in graph.into(at, f"{DCTERMS}isPartOf")]
        waiting += [it.iri for it in graph.out(at, f"{PROV}wasInformedBy") if it.iri]
    if not found:
        return None
    rows = [_assessment(graph, it, found) for it in _in_order(graph, found)]
    return Part(key="assessed", heading=words["how_assessed"], blocks=(Way(rows=tuple(rows)),), know=graph.know())


def _in_order(graph: Graph, names: list[str]) -> list[str]:
    """Return activities so that each comes after what it was informed by."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for it in graph.look(name, f"{PROV}wasInformedBy"):
            if it.iri in names and it.iri not in order and it.iri != name:
                order.append(it.iri) if not graph.look(it.iri, f"{PROV}wasInformedBy") else visit(it.iri)
        if name not in order:
            order.append(name)

    for name in names:
        visit(name)
    return order


def _assessment(graph: Graph, iri: str, among: list[str]) -> Event:
    words = graph.words
    stage = next((it.iri for it in graph.out(iri, f"{CLU}stage") if it.iri), "")
    title = graph.names.name(stage).label if stage else words["assessment"]
    outcome = [graph.names.name(it.iri).label for it in graph.out(iri, f"{CLU}outcome") if it.iri]
    said: Sentence = (
        Text(text=capital(title), strong=True),
        *((": ", ", ".join(outcome)) if outcome else ()),
    )
    criteria = [it.iri for it in graph.out(iri, f"{CLU}criteria") if it.iri]
    if criteria:
        said = (*said, " ", *words["against"](graph.link(criteria[0])))
    note: list[object] = []
    for word, key in (("conductedUnder", "under"), ("conductedWith", "with_whom")):
        for it in graph.out(iri, f"{CLU}{word}"):
            note += [", ", *words[key](graph.link(it.iri))] if note else [*words[key](graph.link(it.iri))]
    part = next((it for it in graph.out(iri, f"{DCTERMS}isPartOf") if it.iri in among), None)
    if part is not None:
        tag: Sentence = (Tag(status=graph.status(part)),) if graph.status(part) != "stated" else ()
        whole = next(
            (graph.names.name(it.iri).label for it in graph.look(part.iri, f"{CLU}stage")), words["assessment"]
        )
        note += [", " if note else "", words["part_of"](whole=whole), *tag]
    graph.out(iri, f"{CLU}concerns")
    when = next(
        (day(value, graph.language) for it in graph.out(iri, f"{CLU}tookPlaceOn") if (value := dated(it.object))), None
    )
    return Event(day=when, words=said, note=tuple(note))  # type: ignore[arg-type]  # pieces of a sentence
