"""The page of an organisation: what it is, who acts for it, its labels, what happened, its figures, its releases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pressgraph.pages.view.common import (
    badge_of,
    cite_part,
    class_words,
    facts_part,
    figures_part,
    know_part,
    lead_of,
    quotes_part,
    releases_part,
    rest_part,
    timeline_part,
)
from pressgraph.pages.view.days import dated, day, day_of
from pressgraph.pages.view.drawing import Axis
from pressgraph.pages.view.parts import Bar, Bars, Chips, Empty, Event, Link, Page, Panel, Part, People, Tag
from pressgraph.pages.view.roles import membership_of, role_events, role_row, roles_of
from pressgraph.pages.view.validity import (
    axis_days,
    basis_words,
    days_left,
    last_day,
    state_words,
    until_words,
    validity_of,
)
from pressgraph.rdf import CLU, DCTERMS, ORG, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Block, Row, Sentence
    from pressgraph.pages.view.validity import Validity

_KICKER = (f"{SCHEMA}areaServed",)
_UNITS = (f"{ORG}hasUnit", f"{SCHEMA}subOrganization", f"{SCHEMA}department")
_UNIT_OF = (f"{ORG}unitOf", f"{SCHEMA}parentOrganization", f"{DCTERMS}isPartOf")


def organisation_page(graph: Graph, iri: str) -> Page:
    """Return the page of an organisation or a programme."""
    words = graph.words
    kicker: list[Sentence] = [class_words(graph, iri)]
    kicker += [(graph.link(it.iri),) for it in graph.out(iri, *_KICKER) if it.iri]
    lead = lead_of(graph, iri)
    labels = _labels(graph, iri)
    events: list[tuple[dt.date, Event]] = []
    people = _people(graph, iri, events)
    label_part = _label_part(graph, labels, events)
    units = _units_part(graph, iri)
    figures, newest = figures_part(graph, iri)
    founded(graph, iri, events)
    releases = releases_part(graph, iri, events)
    happened(graph, iri, events)
    said = quotes_part(graph, iri, words["said_about"])
    glance = _glance(graph, iri, labels, newest)
    timeline = timeline_part(graph, events)
    parts = [
        glance,
        people,
        label_part,
        timeline,
        figures,
        units,
        said,
        releases,
        rest_part(graph, iri),
        know_part(graph, iri),
        cite_part(graph, iri),
    ]
    return Page(
        kind="organisation",
        iri=iri,
        name=graph.name(iri),
        kicker=joined(kicker, " · "),
        lead=lead,
        description=_description(graph, iri, lead),
        badge=badge_of(graph.name(iri).label),
        parts=tuple(it for it in parts if it is not None),
        section="/organisations",
    )


def joined(parts: list[Sentence], between: str) -> Sentence:
    """Join sentences by a text."""
    found: list[object] = []
    for part in parts:
        found += [between, *part] if found else part
    return tuple(found)  # type: ignore[arg-type]  # pieces of sentences


def _description(graph: Graph, iri: str, lead: Sentence) -> str:
    text = "".join(it if isinstance(it, str) else getattr(it, "text", "") for it in lead).strip()
    name = graph.name(iri).label
    return (
        text
        if text and name in text
        else graph.words["about_organisation"](name=name, what=text)
        if text
        else graph.words["about_name"](name=name)
    )


# -- labels


def _labels(graph: Graph, iri: str) -> list[tuple[str, Validity]]:
    """Return its labels with what is known of their validity: the valid ones, then by their days, newest first."""
    held = [it.subject for it in graph.into(iri, f"{CLU}heldBy")]
    held += [it.iri for it in graph.out(iri, f"{CLU}holdsLabel", f"{SCHEMA}hasCertification") if it.iri]
    found = []
    for label in dict.fromkeys(held):
        graph.out(label, f"{CLU}level", f"{SCHEMA}name", f"{CLU}scheme", f"{CLU}replaces", f"{CLU}replacedBy")
        found.append((label, validity_of(graph, label)))
    return sorted(found, key=lambda it: _newest_first(graph, *it))


def _newest_first(graph: Graph, label: str, known: Validity) -> tuple[bool, int, int, str]:
    best = known.best
    day = next(iter(axis_days([best])), None) if best is not None else None
    return known.valid is not True, -(day.toordinal() if day else 0), -graph.level(label).rank, label


def _label_part(graph: Graph, labels: list[tuple[str, Validity]], events: list[tuple[dt.date, Event]]) -> Part:
    words = graph.words
    graph.record()
    if not labels:
        return Part(
            key="labels", heading=words["labels"], blocks=(Empty(strong="", text=words["no_label"]),), jump=True
        )
    periods = [it for _, known in labels for it in known.periods]
    axis = Axis.of(axis_days(periods), graph.today)
    rows = []
    for label, _ in labels:
        level, known = graph.level(label), validity_of(graph, label)
        small: Sentence = (basis_words(graph, known.best),)
        if known.replaced_by:
            later = graph.level_name(known.replaced_by)
            small = (
                (*small, "; ", *words["replaced_by"](later)) if known.best is not None else words["replaced_by"](later)
            )
        left = days_left(graph, known)
        spans = [known.best.span(level.metal)] if known.best is not None else []
        rows.append(
            Bar(
                who=(_level_link(graph, label),),
                note=_scheme(graph, label),
                drawing=axis.bar(spans),
                until=until_words(graph, known),
                small=(left,) if left is not None else small,
            )
        )
        _label_events(graph, label, known, events)
    block = Bars(axis=axis.draw(words["today"]), rows=tuple(rows))
    return Part(key="labels", heading=words["labels"], blocks=(block,), know=graph.know(), jump=True)


def _level_link(graph: Graph, label: str) -> Link:
    level = graph.level(label)
    return Link(name=graph.name(label), level=level if level.of else None, label=level.label)


def _scheme(graph: Graph, label: str) -> Sentence:
    """Return the scheme of a label, where the label is not called so itself."""
    names = (graph.names.name(it.iri).label for it in graph.look(label, f"{CLU}scheme") if it.iri)
    return tuple(it for it in names if it != graph.level_name(label))[:1]


def _label_events(graph: Graph, label: str, known: Validity, events: list[tuple[dt.date, Event]]) -> None:
    best, words, metal = known.best, graph.words, graph.level(label).metal
    if best is None:
        return
    tag: Sentence = (Tag(status="assumed"),) if best.assumed else ()
    if best.start is not None and (first := best.start.first) is not None:
        events.append(
            (
                first,
                Event(
                    day=day(best.start, graph.language),
                    words=(*words["becomes_valid"](graph.link(label)), *tag),
                    look=metal,
                ),
            )
        )
    if best.until is not None and (end := best.until.first) is not None and end > dt.date.min:
        last = end - dt.timedelta(days=1)
        said = last_day(graph, best)
        if said:
            events.append(
                (
                    last,
                    Event(
                        day=day_of(last, graph.language),
                        words=(*words["runs_out"](graph.link(label)), *tag),
                        look=metal,
                    ),
                )
            )


# -- at a glance


def _glance(graph: Graph, iri: str, labels: list[tuple[str, Validity]], newest: Sequence[Row]) -> Part | None:
    words = graph.words
    graph.record()
    blocks: list[Block] = []
    current = next(((label, known) for label, known in labels if known.valid and known.best is not None), None)
    if current is not None:
        label, known = current
        known = validity_of(graph, label)
        blocks.append(_panel(graph, label, known))
    facts = facts_part(graph, iri, extra=newest)
    if facts is not None:
        blocks.append(facts)
    if not blocks:
        return None
    return Part(key="glance", heading=words["glance"], blocks=tuple(blocks), know=graph.know())


def _panel(graph: Graph, label: str, known: Validity) -> Panel:
    words, best = graph.words, known.best
    assert best is not None  # noqa: S101 - asked for
    level = graph.level(label)
    axis = Axis.of(axis_days([best]), graph.today)
    scheme = next((it.iri for it in graph.out(label, f"{CLU}scheme") if it.iri), "")
    heading: Sentence = (level, " ", *words["of_scheme"](graph.link(scheme))) if scheme else (level,)
    more = Link(name=graph.name(label))
    return Panel(
        heading=heading,
        axis=axis.draw(words["today"]),
        drawing=axis.bar([best.span(level.metal)], 34),
        words=(*state_words(graph, known), " ", *words["more_about"](more)),
        metal=level.metal,
    )


# -- people


def _people(graph: Graph, iri: str, events: list[tuple[dt.date, Event]]) -> Part:
    words = graph.words
    graph.record()
    memberships = [membership_of(graph, it.subject) for it in graph.look_into(iri, f"{ORG}organization")]
    people = [it for it in memberships if graph.kind(it.member) == "person"]
    for it in people:
        it.note(graph)
    if people:
        graph.into(iri, f"{ORG}organization")
    rows = [
        role_row(graph, it, of="member")
        for it in sorted(people, key=lambda it: it.order(graph))
        if not it.ended(graph.today)
    ]
    former = [
        role_row(graph, it, of="member")
        for it in sorted(people, key=lambda it: it.order(graph))
        if it.ended(graph.today)
    ]
    seen = {it.member for it in people}
    rows += [
        role_row(graph, it, of="member")
        for it in (
            roles_of(graph, said.subject, said) for said in graph.into(iri, f"{SCHEMA}affiliation", f"{SCHEMA}worksFor")
        )
        if it.member not in seen
    ]
    for it in people:
        events += role_events(graph, it, of="member")
    if not rows and not former:
        blocks: tuple[Block, ...] = (Empty(strong=words["no_people"], text=words["no_people_why"]),)
        return Part(key="people", heading=words["people"], blocks=blocks, jump=True)
    block = People(rows=tuple(rows), former=tuple(former))
    return Part(
        key="people",
        heading=words["people"],
        small=words["people_small"],
        blocks=(block,),
        know=graph.know(),
        jump=True,
    )


# -- units and members


def _units_part(graph: Graph, iri: str) -> Part | None:
    words = graph.words
    graph.record()
    memberships = [membership_of(graph, it.subject) for it in graph.look_into(iri, f"{ORG}organization")]
    bodies = [it for it in memberships if it.member and graph.kind(it.member) != "person"]
    own = [membership_of(graph, it.subject) for it in graph.look_into(iri, f"{ORG}member")]
    for it in (*bodies, *own):
        it.note(graph)
    graph.into(iri, f"{ORG}member")
    members = [it.member for it in bodies if not it.ended(graph.today)]
    members += [it.subject for it in graph.into(iri, f"{SCHEMA}memberOf")] + [
        it.iri for it in graph.out(iri, f"{SCHEMA}member")
    ]
    people = {it.member for it in memberships} - {it.member for it in bodies}
    of = [it.body for it in own if not it.ended(graph.today)] + [it.iri for it in graph.out(iri, f"{SCHEMA}memberOf")]
    rows = (
        (
            words["units"],
            [it.iri for it in graph.out(iri, *_UNITS)] + [it.subject for it in graph.into(iri, *_UNIT_OF)],
        ),
        (
            words["unit_of"],
            [it.iri for it in graph.out(iri, *_UNIT_OF)] + [it.subject for it in graph.into(iri, *_UNITS)],
        ),
        (
            words["members_named"],
            sorted((it for it in members if it not in people), key=lambda it: graph.names.name(it).label.casefold()),
        ),
        (words["member_of"], of),
    )
    found = [(label, tuple(graph.chip(it) for it in dict.fromkeys(names) if it)) for label, names in rows]
    shown = tuple((label, chips) for label, chips in found if chips)
    if not shown:
        return None
    return Part(
        key="members", heading=words["units_and_members"], blocks=(Chips(rows=shown),), know=graph.know(), jump=True
    )


# -- what happened


def founded(graph: Graph, iri: str, events: list[tuple[dt.date, Event]]) -> None:
    """Add its founding, and its end, to what happened."""
    name = graph.name(iri).label
    for word, key in (("foundingDate", "is_founded"), ("dissolutionDate", "is_dissolved")):
        for it in graph.look(iri, f"{SCHEMA}{word}"):
            value = dated(it.object)
            if value is not None and (first := value.first) is not None:
                events.append((first, Event(day=day(value, graph.language), words=(graph.words[key](name=name),))))


def happened(graph: Graph, iri: str, events: list[tuple[dt.date, Event]]) -> None:
    """Add the events that it organises or takes part in, and awards and assessments, to what happened."""
    ways = (
        f"{SCHEMA}organizer",
        f"{CLU}concerns",
        f"{CLU}exhibitor",
        f"{SCHEMA}attendee",
        f"{CLU}party",
        f"{CLU}recipient",
    )
    for said in graph.look_into(iri, *ways):
        for word in (f"{SCHEMA}startDate", f"{CLU}tookPlaceOn", f"{CLU}signedOn", f"{CLU}awardedOn"):
            for it in graph.look(said.subject, word):
                value = dated(it.object)
                if value is not None and (first := value.first) is not None:
                    graph.out(said.subject, word)
                    graph.into(iri, said.predicate)
                    tag: Sentence = (Tag(status=graph.status(it)),) if graph.status(it) != "stated" else ()
                    events.append(
                        (first, Event(day=day(value, graph.language), words=(graph.link(said.subject), *tag)))
                    )
                    break
