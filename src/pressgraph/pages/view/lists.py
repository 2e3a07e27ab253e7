"""The pages of lists: organisations, labels, releases, people, with links that choose one value of a facet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from pressgraph.pages.messages import messages
from pressgraph.pages.names import capital
from pressgraph.pages.view.common import badge_of, by_words, class_words, story
from pressgraph.pages.view.drawing import Axis
from pressgraph.pages.view.graph import Graph
from pressgraph.pages.view.listing import FACETS, PAGE
from pressgraph.pages.view.parts import Bar, Bars, Link, People, Person, Stories
from pressgraph.pages.view.roles import membership_of, role_row
from pressgraph.pages.view.validity import axis_days, basis_words, days_left, from_to, validity_of
from pressgraph.rdf import CLU, ORG, SCHEMA

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pressgraph.pages.names import Names
    from pressgraph.pages.settings import Site
    from pressgraph.pages.values import Name
    from pressgraph.pages.view.listing import Letters
    from pressgraph.pages.view.parts import Block, Sentence
    from pressgraph.profile import Profile

_HEADINGS = {"organisations": "organisations", "labels": "labels", "releases": "releases_list", "people": "people"}


class Choice(Struct, frozen=True, kw_only=True, gc=False):
    """A value of a facet: the field and value of its address, and how many things have it."""

    label: str
    language: str
    key: str
    count: int
    chosen: bool


class Facet(Struct, frozen=True, kw_only=True, gc=False):
    """A facet with its values; `more` are not shown."""

    name: str
    heading: str
    choices: tuple[Choice, ...]
    more: int


class ListPage(Struct, frozen=True, kw_only=True, gc=False):
    """A page of a list. `before` and `after` are the numbers of the pages next to it, or 0."""

    kind: str
    heading: str
    lead: str
    chosen: str
    facet: str
    value: str
    facets: tuple[Facet, ...]
    block: Block | None
    number: int
    before: int
    after: int
    matching: int
    letters: tuple[tuple[str, int], ...] = ()
    """The letters that names begin with, each with the page where it begins: there it is a place."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return max(1, -(-self.matching // PAGE))


def list_page(
    kind: str,
    found: Mapping[str, Any],
    names: Names,
    profile: Profile,
    site: Site,
    *,
    facet: str,
    value: str,
    number: int,
    language: str,
    today: dt.date,
) -> ListPage:
    """Return a page of a list from what `pressgraph.pages.view.listing` found."""
    graph = Graph(found["reading"], names, profile, site, language, today)
    words: Mapping[str, Any] = messages(language)
    facets = tuple(_facet(graph, kind, name, found, facet, value) for name in FACETS[kind])
    chosen = next((it.label for one in facets if one.name == facet for it in one.choices if it.chosen), "")
    if not chosen and found["wanted"]:
        chosen = _label(graph, facet, found["wanted"]).label
    last = max(1, -(-found["matching"] // PAGE))
    lead = words[f"n_{kind}_listed"](count=found["total"])
    if kind == "labels":
        valid = words["n_valid"](count=found["valid"]) if found["valid"] else words["no_labels_today"]
        lead = f"{lead} {valid}"
    if facet:
        lead = f"{lead} {words['n_matching'](count=found['matching'])}"
    return ListPage(
        kind=kind,
        heading=words[_HEADINGS[kind]],
        lead=lead,
        chosen=chosen or value,
        facet=facet,
        value=value,
        facets=tuple(it for it in facets if it.choices),
        block=_block(graph, kind, found["shown"], found["letters"]) if found["shown"] else None,
        number=number,
        before=number - 1,
        after=number + 1 if number < last else 0,
        matching=found["matching"],
        letters=tuple((letter, at) for letter, at, _ in found["letters"]),
    )


def _facet(graph: Graph, kind: str, name: str, found: Mapping[str, Any], facet: str, value: str) -> Facet:
    choices = []
    for one, key, count in found["facets"][name]:
        label = _label(graph, name, one)
        chosen = name == facet and key == value
        choices.append(Choice(label=label.label, language=label.language, key=key, count=count, chosen=chosen))
    heading = graph.words["valid_in" if name == "year" and kind == "labels" else f"facet_{name}"]
    return Facet(name=name, heading=heading, choices=tuple(choices), more=found["more"][name])


def _label(graph: Graph, name: str, value: str) -> Name:
    if name == "state":
        return graph.names.word(graph.words[f"state_{value}"])
    return graph.names.name(value) if ":" in value else graph.names.word(value)


def _block(graph: Graph, kind: str, names: list[str], letters: Letters) -> Block:
    begins = {iri: letter for letter, _, iri in letters}
    match kind:
        case "labels":
            return _labels(graph, names)
        case "releases":
            return Stories(rows=tuple(story(graph, it, by_words(graph, it)) for it in names))
        case "people":
            rows = [_person(graph, it) for it in names]
        case _:
            rows = [_organisation(graph, it) for it in names]
    return People(
        rows=tuple(replace(row, letter=begins.get(it, "")) for it, row in zip(names, rows, strict=True)), whole=True
    )


def _organisation(graph: Graph, iri: str) -> Person:
    name, what = graph.name(iri), _what(graph, iri)
    said: Sentence = (what,) if what else class_words(graph, iri)
    return Person(name=name, badge=badge_of(name.label), round=False, what=said, since=())


def _what(graph: Graph, organisation: str) -> str:
    """Return the sectors and regions of an organisation."""
    found = [
        graph.names.name(iri).label
        for word in (f"{CLU}sector", f"{SCHEMA}areaServed")
        for iri in graph.things(organisation, word)[:2]
    ]
    return " · ".join(found)


def _person(graph: Graph, iri: str) -> Person:
    roles = [membership_of(graph, it.subject) for it in graph.look_into(iri, f"{ORG}member")]
    current = sorted((it for it in roles if not it.ended(graph.today)), key=lambda it: it.order(graph))
    name = graph.name(iri)
    if not current:
        return Person(name=name, badge=badge_of(name.label, person=True), round=True, what=(), since=())
    row = role_row(graph, current[0], of="member")
    title = graph.words["role_of"](role=capital(current[0].title), body=graph.names.name(current[0].body).label)
    return Person(name=row.name, badge=row.badge, round=True, what=(title,), since=row.since)


def _labels(graph: Graph, names: list[str]) -> Bars:
    known = [(it, validity_of(graph, it)) for it in names]
    axis = Axis.of(axis_days([it for _, found in known for it in found.periods]), graph.today)
    rows = []
    for label, found in known:
        level = graph.level(label)
        holder = next(iter(graph.things(label, f"{CLU}heldBy")), "")
        left = days_left(graph, found)
        link = Link(name=graph.name(label), level=level if level.of else None, label=level.label)
        small: Sentence = (left,) if left is not None else (basis_words(graph, found.best),)
        if left is None and found.replaced_by:
            later = graph.words["replaced_by"](
                Link(name=graph.name(found.replaced_by), label=graph.level_name(found.replaced_by))
            )
            small = (*small, "; ", *later) if found.best is not None else later
        what = _what(graph, holder) if holder else ""
        rows.append(
            Bar(
                who=(Link(name=graph.names.name(holder)),) if holder else (link,),
                # a level has a line of its own
                note=((link, *((" " if link.level else " · ", what) if what else ())) if holder else ()),
                drawing=axis.bar([found.best.span(level.metal)] if found.best is not None else []),
                until=from_to(graph, found.best) if found.best is not None else (graph.words["period_unknown"],),
                small=small,
            )
        )
    return Bars(axis=axis.draw(graph.words["today"]), rows=tuple(rows))
