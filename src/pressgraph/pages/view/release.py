"""The page of a release: what it is about, and what it tells, passage by passage in the order of its text.

The text is shown only where its source lets it be published, without what is withheld: see
`pressgraph.dataset.shown_text`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pressgraph.pages.names import capital
from pressgraph.pages.view.common import by_words, cite_part, facts_part, quotation, rest_part, values
from pressgraph.pages.view.figures import measured
from pressgraph.pages.view.graph import Statement
from pressgraph.pages.view.parts import Page, Part, Passage, Row, Tag, Told
from pressgraph.pages.view.roles import membership_of, since_words
from pressgraph.pages.view.running_text import paragraphs
from pressgraph.pages.view.statements import is_reviewed
from pressgraph.pages.view.validity import basis_words, from_to, period_of
from pressgraph.rdf import CLU, ORG, PROV, RDF_TYPE, SCHEMA, STATUSES
from pressgraph.rdf.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressgraph.pages.view.graph import Graph
    from pressgraph.pages.view.parts import Chip, Said, Sentence

_QUOTED = (f"{CLU}QuotedStatement", f"{SCHEMA}Quotation")
_CLAIM = f"{CLU}Claim"
_MOST_CHIPS = 12
_BY = (f"{SCHEMA}publisher", f"{SCHEMA}sourceOrganization")
_TOLD_OTHERWISE = frozenset((f"{SCHEMA}isPartOf", f"{PROV}wasQuotedFrom"))
_KINDS = ("label", "person", "organisation", "programme", "event", "place")


def release_page(
    graph: Graph,
    iri: str,
    read: Sequence[Mapping[str, Any]],
    all_read: int,
    text: Sequence[tuple[int, int, str]],
) -> Page:
    """Return the page of a source; `read` are the facts that were read from it, in its order, `text` is its text."""
    words = graph.words
    publisher = next((it.iri for it in graph.out(iri, *_BY) if it.iri), "")
    place = next((it.iri for it in graph.out(iri, f"{SCHEMA}locationCreated") if it.iri), "")
    graph.out(iri, f"{SCHEMA}headline", f"{SCHEMA}datePublished", f"{SCHEMA}about")
    published = graph.published(iri)
    kicker: Sentence = (words["press_release"],)
    if publisher:
        kicker = (*kicker, " · ", graph.link(publisher))
    if place:
        kicker = (*kicker, " · ", graph.link(place), *((", ", published) if published is not None else ()))
    elif published is not None:
        kicker = (*kicker, " · ", published)
    address = next(
        (it.text for it in graph.out(iri, f"{SCHEMA}url") if it.text.startswith(("http://", "https://"))), ""
    )
    passages, unplaced = _passages(graph, iri, read)
    kept = graph.tell_kept(iri)
    known = [graph.receipt(it["graph"]) for it in read]
    stated = sum(local_name(it.get("status", "")) in {"", "stated"} for it in known)
    reviewed = sum(map(is_reviewed, known))
    counts = (
        (str(all_read), words["facts_noun"](count=all_read)),
        (str(stated), words["stated_noun"]),
        (str(reviewed), words["reviewed_noun"]),
    )
    fingerprint = next(
        (it.text for said in graph.look(iri, f"{SCHEMA}encoding") for it in graph.look(said.iri, f"{SCHEMA}sha256")), ""
    )
    graph.record()
    facts = facts_part(graph, iri, one=True)
    about = (
        Part(key="about", heading=words["about_release"], blocks=(facts,), know=graph.know())
        if facts is not None
        else None
    )
    shown = tuple(paragraphs(text, passages, graph.names.name(iri).label))
    parts = [about, rest_part(graph, iri), cite_part(graph, iri, fingerprint=fingerprint)]
    name = graph.names.name(iri)
    by = "".join(it for it in by_words(graph, iri) if isinstance(it, str))
    return Page(
        kind="release",
        iri=iri,
        name=name,
        kicker=kicker,
        description=words["about_release_of"](
            headline=name.label, by=by or graph.site.title, facts=words["n_facts"](count=all_read)
        ),
        chips=_chips(graph, iri, read),
        aside=counts if all_read else (),
        address=address,
        paragraphs=shown,
        unplaced=unplaced.told,
        unplaced_quotes=unplaced.quotes,
        unplaced_facts=tuple(local_name(it["graph"]) for it in read if not it["spans"]),
        text_language=next((it.text for it in graph.look(iri, f"{SCHEMA}inLanguage") if it.text), name.language),
        shows_text=any(it.stretches for it in shown),
        all_read=all_read,
        kept=kept,
        parts=tuple(it for it in parts if it is not None),
        section="/releases",
    )


def _chips(graph: Graph, iri: str, read: Sequence[Mapping[str, Any]]) -> tuple[Chip, ...]:
    """Return what the release is about, then what its facts name, as far as these are kinds of their own."""
    about = [it.iri for it in graph.look(iri, f"{SCHEMA}about") if it.iri]
    named = dict.fromkeys(
        end[1] for fact in read for it in fact["says"] for end in (it["s"], it["o"]) if end[0] == "iri"
    )
    found = {it: kind for it in (*about, *named) if it != iri and (kind := graph.kind(it)) in _KINDS}
    return tuple(graph.chip(it) for it in list(found)[:_MOST_CHIPS])


def _passages(graph: Graph, iri: str, read: Sequence[Mapping[str, Any]]) -> tuple[tuple[Passage, ...], _Unplaced]:
    """Return passages with what they tell; stretches that overlap are one; and what has no place in the text.

    What its source says of itself without a place is told by the head of the page and by what is about it.
    """
    placed: list[tuple[int, int, Mapping[str, Any], str]] = []
    unplaced: list[Mapping[str, Any]] = []
    for fact in read:
        receipt = graph.receipt(fact["graph"])
        spans = [tuple(it) for it in fact["spans"]]
        if not spans:
            unplaced.append(fact)
            continue
        words = list(receipt.get("words", ())) or [""] * len(spans)
        start, end = spans[0]
        placed.append((start, end, fact, words[0]))
    placed.sort(key=lambda it: it[:2])
    groups: list[list[tuple[int, int, Mapping[str, Any], str]]] = []
    end = -1
    for item in placed:
        if groups and item[0] < end:
            groups[-1].append(item)
        else:
            groups.append([item])
        end = max(end, item[1]) if groups[-1][0] is not item else item[1]
    quoted: dict[str, int] = {}
    passages = tuple(_passage(graph, number, group, quoted) for number, group in enumerate(groups, 1))
    others = [{**it, "says": [said for said in it["says"] if said["s"][1] != iri]} for it in unplaced]
    return passages, _Unplaced(tuple(_told(graph, others)), tuple(_quotes(graph, unplaced, quoted, 0)))


class _Unplaced(NamedTuple):
    told: tuple[Told, ...]
    quotes: tuple[Said, ...]


def _quotes(graph: Graph, facts: Sequence[Mapping[str, Any]], quoted: dict[str, int], number: int) -> list[Said]:
    """Return the quotations that facts of a passage tell and that were not told before: see `quoted`."""
    found: list[Said] = []
    for fact in facts:
        for entry in fact["says"]:
            subject = entry["s"][1]
            if subject not in quoted and not graph.types(subject).isdisjoint(_QUOTED):
                quoted[subject] = number
                said = quotation(graph, subject, release=False)
                found += [said] if said is not None else []
    return found


def _passage(
    graph: Graph, number: int, group: Sequence[tuple[int, int, Mapping[str, Any], str]], quoted: dict[str, int]
) -> Passage:
    start, end = group[0][0], max(it[1] for it in group)
    facts = [it[2] for it in group]
    statuses = [local_name(graph.receipt(it["graph"]).get("status", "")) or "stated" for it in facts]
    known = [it for it in statuses if it in STATUSES]
    told, quotes = tuple(_told(graph, facts)), tuple(_quotes(graph, facts, quoted, number))
    return Passage(
        number=number,
        starts=tuple(dict.fromkeys(it[0] for it in group)),
        end=end,
        words=_joined(group, start),
        status=max(known, key=STATUSES.index, default="stated"),
        told=told,
        quotes=quotes,
        see=0 if told or quotes else _told_at(graph, facts, quoted),
        facts=tuple(local_name(it["graph"]) for it in facts),
    )


def _told_at(graph: Graph, facts: Sequence[Mapping[str, Any]], quoted: Mapping[str, int]) -> int:
    """Return the passage that a quotation was told at of which facts say more, such as what it claims; else 0."""
    for fact in facts:
        for entry in fact["says"]:
            subject = entry["s"][1]
            for it in (subject, *(said.subject for said in graph.look_into(subject, f"{CLU}expresses"))):
                if it in quoted:
                    return quoted[it]
    return 0


def _joined(group: Sequence[tuple[int, int, Mapping[str, Any], str]], start: int) -> str:
    """Return the words of stretches that overlap, as one; empty where they are not published."""
    if not all(it[3] for it in group):
        return ""
    text, at = "", start
    for begin, stop, _, words in group:
        if stop > at:
            text += words[max(0, at - begin) :]
            at = stop
    return text


def _told(graph: Graph, facts: Sequence[Mapping[str, Any]]) -> list[Told]:
    """Return what facts tell, by the thing that they tell it of."""
    by_thing: dict[str, dict[str, list[Any]]] = {}
    kinds: dict[str, list[str]] = {}
    for fact in facts:
        for entry in fact["says"]:
            subject = entry["s"][1]
            types = graph.types(subject)
            if entry["s"][0] != "iri" or not types.isdisjoint((*_QUOTED, _CLAIM)):
                continue
            if entry["p"] == RDF_TYPE:
                kinds.setdefault(subject, []).append(entry["o"][1])
                by_thing.setdefault(subject, {})
            elif entry["p"] not in _TOLD_OTHERWISE:
                statement = Statement(subject, entry["p"], tuple(entry["o"]), (fact["graph"],))
                by_thing.setdefault(subject, {}).setdefault(entry["p"], []).append(statement)
    found = []
    named = {it.iri for properties in by_thing.values() for said in properties.values() for it in said}
    for subject in [it for it in by_thing if it in named and graph.summary(it)]:
        # amounts and addresses are told in one piece where they belong
        del by_thing[subject]
    placed = {it: place for it in by_thing if (place := _in_place(graph, it)) is not None}
    for subject, (owner, row) in placed.items():
        # roles, figures and periods are said of what they are of
        del by_thing[subject]
        by_thing.setdefault(owner, {}).setdefault("", []).append(row)
    for subject, properties in by_thing.items():
        specific = graph.names.specific(kinds.get(subject, ()))
        rows = [
            Row(label=graph.names.short(name, specific), values=values(graph, kept))
            for name, statements in properties.items()
            if name and (kept := [it for it in statements if it.iri not in placed])
        ]
        rows += properties.get("", ())
        found.append(
            Told(
                subject=graph.name(subject),
                kind=graph.names.term(specific[0]).label if specific else "",
                rows=tuple(rows),
            )
        )
    return found


def _in_place(graph: Graph, iri: str) -> tuple[str, Row] | None:
    """Return what a role, a figure or a period of validity is of, and how it is said there."""
    words, types = graph.words, graph.types(iri)
    tag: Sentence = ()
    if f"{ORG}Membership" in types:
        role = membership_of(graph, iri)
        if not role.member:
            return None
        body = (" · ", graph.link(role.body)) if role.body else ()
        since = since_words(graph, role)
        tag = (Tag(status=role.status),) if role.status != "stated" else ()
        said = (capital(role.title or words["member"]), *body, *((", ", *since) if since else ()), *tag)
        return role.member, Row(label=words["role"], values=said, joined=False)
    if f"{SCHEMA}Observation" in types:
        about = next((it.iri for it in graph.look(iri, f"{SCHEMA}observationAbout") if it.iri), "")
        found = measured(graph, iri)
        note = found.note(graph)
        said = (*found.words, *((" ", note) if note else ()))
        return (about, Row(label=found.label, values=said, joined=False)) if about else None
    if f"{CLU}ValidityPeriod" in types:
        label = next((it.subject for it in graph.look_into(iri, f"{CLU}hasValidity")), "")
        period = period_of(graph, iri)
        basis = basis_words(graph, period)
        tag = (Tag(status="assumed"),) if period.assumed else ()
        said = (*from_to(graph, period), f" ({basis})", *tag)
        return (label, Row(label=words["valid_row"], values=said, joined=False)) if label else None
    return None
