"""The page of a person: roles, what was said, where the person is named. No picture, no timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.names import capital
from pressgraph.pages.view.common import (
    badge_of,
    cite_part,
    class_words,
    facts_part,
    quotes_part,
    releases_part,
    rest_part,
)
from pressgraph.pages.view.parts import Empty, Page, Part, People
from pressgraph.pages.view.roles import membership_of, role_row, roles_of, since_words
from pressgraph.rdf import CLU, ORG, SCHEMA

if TYPE_CHECKING:
    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Block, Sentence
    from pressgraph.pages.view.roles import Role

_SHOWN = tuple(f"{SCHEMA}{it}" for it in ("givenName", "familyName", "honorificPrefix", "affiliation", "worksFor"))


def person_page(graph: Graph, iri: str) -> Page:
    """Return the page of a person."""
    words = graph.words
    graph.record()
    roles = sorted(
        (membership_of(graph, it.subject) for it in graph.into(iri, f"{ORG}member")), key=lambda it: it.order(graph)
    )
    for it in roles:
        it.note(graph)
    current = [it for it in roles if not it.ended(graph.today)]
    bodies = {it.body for it in roles}
    current += [
        roles_of(graph, iri, it)
        for it in graph.out(iri, f"{SCHEMA}affiliation", f"{SCHEMA}worksFor")
        if it.iri not in bodies
    ]
    former = [it for it in roles if it.ended(graph.today)]
    rows = tuple(role_row(graph, it, of="body") for it in current)
    gone = tuple(role_row(graph, it, of="body") for it in former)
    blocks: tuple[Block, ...] = (
        (People(rows=rows, former=gone),) if rows or gone else (Empty(strong="", text=words["no_role"]),)
    )
    part = Part(key="roles", heading=words["roles"], blocks=blocks, know=graph.know(opened=True))
    graph.out(iri, *_SHOWN)
    graph.into(iri, f"{CLU}predecessor")
    graph.record()
    facts = facts_part(graph, iri, one=True)
    about = (
        Part(key="about", heading=words["glance"], blocks=(facts,), know=graph.know()) if facts is not None else None
    )
    said = quotes_part(graph, iri, words["said"], own=True)
    named = releases_part(graph, iri, heading="named_in")
    parts = [part, about, said, named, rest_part(graph, iri), cite_part(graph, iri, person=True)]
    lead = _lead(graph, current)
    name = graph.name(iri)
    told = "".join(
        it if isinstance(it, str) else getattr(it, "text", "") or getattr(getattr(it, "name", None), "label", "")
        for it in lead
    )
    return Page(
        kind="person",
        iri=iri,
        name=name,
        kicker=class_words(graph, iri),
        lead=lead,
        description=f"{name.label}: {told}" if told else words["about_name"](name=name.label),
        badge=badge_of(name.label, person=True),
        parts=tuple(it for it in parts if it is not None),
        section="/people",
    )


def _lead(graph: Graph, current: list[Role]) -> Sentence:
    """Return the first role that is held now, in a sentence."""
    role = next((it for it in current if it.body), None)
    if role is None:
        return ()
    since = since_words(graph, role) if role.start is not None else ()
    title = capital(role.title)
    return (*graph.words["is_role_of"](title, graph.link(role.body)), *((" ", *since) if since else ()), ".")
