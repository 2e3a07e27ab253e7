"""Roles: who is what, where, since when, as a sentence in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pressgraph.pages.names import capital
from pressgraph.pages.view.common import badge_of
from pressgraph.pages.view.days import Dated, dated, day
from pressgraph.pages.view.parts import Event, Person, Tag
from pressgraph.rdf import CLU, ORG, SCHEMA

if TYPE_CHECKING:
    import datetime as dt

    from pressgraph.pages.view.graph import Graph, Statement
    from pressgraph.pages.view.parts import Sentence

_SHOWN = (
    f"{ORG}member",
    f"{ORG}organization",
    f"{ORG}role",
    f"{SCHEMA}roleName",
    f"{SCHEMA}startDate",
    f"{SCHEMA}endDate",
    f"{CLU}attestedOn",
)


class Role(Struct, frozen=True, kw_only=True, gc=False):
    """What somebody is somewhere. Dates are as they are stored; what is not known is None."""

    iri: str
    member: str
    body: str
    title: str
    rank: int
    start: Dated | None
    end: Dated | None
    latest_end: dt.date | None
    attested: Dated | None
    """The day that it is known for, where neither its start nor its end is."""
    status: str

    def ended(self, today: dt.date) -> bool:
        """Whether it surely is over on a day."""
        end = self.end.last if self.end is not None else self.latest_end
        return end is not None and end < today

    def order(self, graph: Graph) -> tuple[int, str]:
        """Return what roles are sorted by: as the vocabulary has them, then by name."""
        return self.rank, graph.name(self.member).label.casefold()

    def note(self, graph: Graph) -> None:
        """Note that it is shown."""
        graph.out(self.iri, *_SHOWN)


def membership_of(graph: Graph, iri: str) -> Role:
    """Return what a membership says."""

    def date(*words: str) -> Dated | None:
        return next((value for it in graph.look(iri, *words) if (value := dated(it.object)) is not None), None)

    members, bodies = graph.look(iri, f"{ORG}member"), graph.look(iri, f"{ORG}organization")
    latest = [it for said in graph.look(iri, f"{CLU}latestEnd") if (value := dated(said.object)) and (it := value.last)]
    told = [*graph.look(iri, f"{SCHEMA}startDate"), *graph.look(iri, f"{ORG}role"), *members]
    statuses = [graph.status(it) for it in told[:1]]
    start, end = date(f"{SCHEMA}startDate"), date(f"{SCHEMA}endDate")
    return Role(
        iri=iri,
        member=members[0].iri if members else "",
        body=bodies[0].iri if bodies else "",
        title=graph.role(iri),
        rank=_rank(graph, iri),
        start=start,
        end=end,
        latest_end=min(latest, default=None),
        # asked only where it is told: what is not read touches no page of a site
        attested=date(f"{CLU}attestedOn") if start is end is None else None,
        status=statuses[0] if statuses else "stated",
    )


def roles_of(graph: Graph, member: str, said: Statement) -> Role:
    """Return an affiliation, which has no role and no time."""
    return Role(
        iri=member,
        member=member,
        body=said.iri,
        title=graph.words["affiliated"],
        rank=1000,
        start=None,
        end=None,
        latest_end=None,
        attested=None,
        status=graph.status(said),
    )


def _rank(graph: Graph, iri: str) -> int:
    """Return the place of a role in its vocabulary."""
    role = next((it.iri for it in graph.look(iri, f"{ORG}role")), "")
    scheme = graph.profile.schemes.get("role")
    names = [it.iri for it in scheme.concepts.values()] if scheme is not None else []
    return names.index(role) if role in names else len(names)


def role_row(graph: Graph, role: Role, *, of: str) -> Person:
    """Return a role as a row of people (`of` is "member") or of organisations ("body")."""
    shown = role.member if of == "member" else role.body
    name = graph.name(shown)
    tag: Sentence = (Tag(status=role.status),) if role.status != "stated" else ()
    person = graph.kind(shown) == "person"
    return Person(
        name=name,
        badge=badge_of(name.label, person=person),
        round=person,
        what=(capital(role.title), *tag),
        since=since_words(graph, role),
    )


def since_words(graph: Graph, role: Role) -> Sentence:
    """Return the time of a role in words."""
    words, language = graph.words, graph.language
    if role.end is not None:
        end = day(role.end, language)
        return (day(role.start, language), " – ", end) if role.start is not None else words["until"](end)
    if role.start is not None:
        return tuple(words["since"](day(role.start, language)))
    if role.attested is not None:
        return tuple(words["as_of_no_start"](day(role.attested, language)))
    return ()


def role_events(graph: Graph, role: Role, *, of: str) -> list[tuple[dt.date, Event]]:
    """Return the beginning and the end of a role as entries of a timeline."""
    shown = role.member if of == "member" else role.body
    events = []
    for value, key in ((role.start, "becomes"), (role.end, "steps_down")):
        if value is not None and (first := value.first) is not None:
            words = graph.words[key](graph.link(shown), role.title)
            events.append((first, Event(day=day(value, graph.language), words=words)))
    return events
