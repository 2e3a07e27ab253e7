"""Parts that pages of several kinds have."""

from __future__ import annotations

import datetime as dt
import re
from itertools import groupby
from typing import TYPE_CHECKING

from pressgraph.dataset.graphs import stands_apart
from pressgraph.pages.names import capital
from pressgraph.pages.view.citing import bibtex, ris
from pressgraph.pages.view.days import dated, day, day_in_words, day_of
from pressgraph.pages.view.figures import Measured, measured
from pressgraph.pages.view.listing import plain
from pressgraph.pages.view.parts import (
    Cite,
    Event,
    Facts,
    Figure,
    Part,
    Quotes,
    Row,
    Said,
    Series,
    Shown,
    Stories,
    Story,
    Sum,
    Text,
    Timeline,
)
from pressgraph.pages.view.statements import is_reviewed
from pressgraph.rdf import CLU, DCTERMS, ORG, PROV, RDF_TYPE, SCHEMA, SKOS, STATUSES
from pressgraph.rdf.terms import local_name
from pressgraph.text.contacts import without_contacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pressgraph.pages.view.graph import Graph, Statement
    from pressgraph.pages.view.parts import Block, Piece, Sentence

_LEADS = (
    f"{SKOS}definition",
    *(f"{SCHEMA}{it}" for it in ("description", "abstract", "disambiguatingDescription")),
    f"{DCTERMS}description",
)
_NAMES = frozenset((f"{SKOS}prefLabel", f"{SCHEMA}name", f"{SCHEMA}headline", f"{SCHEMA}award"))
_WORDS = re.compile(r"[^\W\d_]+")
_SMALL = frozenset(("der", "die", "das", "und", "für", "of", "the", "and", "for", "im", "in", "dr", "prof"))
_RECEIPTS = frozenset((f"{PROV}Bundle", f"{CLU}FactGraph", f"{CLU}Evidence"))
_FEW_EVENTS, _MOST_EVENTS, _MOST_STORIES, _MOST_QUOTES, _LONG = 3, 12, 10, 3, 70
_BY = (f"{SCHEMA}publisher", f"{SCHEMA}sourceOrganization")
_HIDDEN = frozenset(
    (
        RDF_TYPE,
        *(f"{CLU}{it}" for it in ("earliestStart", "latestStart", "earliestEnd", "latestEnd")),
        f"{SCHEMA}observationAbout",
        f"{SCHEMA}mentions",
        f"{SCHEMA}encoding",
        f"{PROV}wasDerivedFrom",
    )
)
"""What a page says in other words: classes, bounds of dates, what is named in a release, where facts come from."""


def badge_of(name: str, *, person: bool = False) -> str:
    """Return initials: of two words, else the first two letters.

    >>> badge_of("Küstenlicht"), badge_of("Netzwerk für Licht"), badge_of("Prof. Dr. Ida Berg", person=True)
    ('Kü', 'NL', 'IB')
    """
    found = [it for it in _WORDS.findall(name) if it.casefold() not in _SMALL and len(it) > (0 if person else 1)]
    if len(found) > 1:
        return str((found[0][0] + (found[-1] if person else found[1])[0]).upper())
    return found[0][:2] if found else "·"


def class_words(graph: Graph, iri: str) -> Sentence:
    """Return what a thing is: its most specific class."""
    classes = [it.iri for it in graph.out(iri, RDF_TYPE)]
    specific = graph.names.specific(classes)
    if not specific:
        return ()
    label = graph.names.term(specific[0]).label
    return (capital(label),)


def lead_of(graph: Graph, iri: str) -> Sentence:
    """Return what a thing is, in a sentence or two of a source."""
    said = [(word, it) for word in _LEADS for it in graph.look(iri, word) if it.object[0] == "text"]
    if not said:
        return ()
    word = said[0][0]
    text, language = graph.names.pick([it.object[1:3] for name, it in said if name == word])
    graph.out(iri, word)
    shown = without_contacts(text)[0]
    return (
        (Text(text=shown, language="" if language.split("-")[0] == graph.language else language),)
        if shown != graph.name(iri).label
        else ()
    )


def facts_part(graph: Graph, iri: str, *, extra: Sequence[Row] = (), one: bool = False) -> Facts | None:
    """Return what the profile knows of a thing of its classes and no other part shows, in the profile's order."""
    specific = graph.names.specific([it.iri for it in graph.look(iri, RDF_TYPE)])
    order = graph.names.order(specific)
    by_property: dict[str, list[Statement]] = {}
    for it in graph.all_of(iri):
        if (
            it.predicate in order
            and it.predicate not in _NAMES | _HIDDEN
            and it not in graph.used
            and not graph.concluded(it)
        ):
            by_property.setdefault(it.predicate, []).append(it)
    rows = [
        Row(label=capital(graph.names.short(name, specific)), values=values(graph, graph.out(iri, name)))
        for name in sorted(by_property, key=lambda it: (order[it], it))
    ]
    rows += extra
    return Facts(rows=tuple(rows), one=one) if rows else None


def values(graph: Graph, statements: Iterable[Statement]) -> Sentence:
    """Return values as they are shown: in the reader's language where there is one, those that only follow left out."""
    said = [it for it in statements if not graph.concluded(it)] or list(statements)
    own = [it for it in said if len(it.object) > 2 and it.object[2].split("-")[0] == graph.language]  # noqa: PLR2004
    tagged = [it for it in said if len(it.object) > 2 and it.object[2]]  # noqa: PLR2004
    if own and len(tagged) == len(said):
        said = own
    shown = [graph.shown(it) for it in said]
    kept: dict[str, Shown] = {}
    for it in sorted(shown, key=lambda it: graph.names.value_order(it.value)):
        key = it.value.name.iri if it.value.name is not None else it.value.text
        if key not in kept or STATUSES.index(it.status) < STATUSES.index(kept[key].status):
            kept[key] = it
    return tuple(kept.values())


# -- figures


def figures_part(graph: Graph, iri: str) -> tuple[Part | None, list[Row]]:
    """Return figures of which there are several values over time, and the newest value of each for a list of facts."""
    graph.record()
    by_measure: dict[str, list[Measured]] = {}
    for it in graph.into(iri, f"{SCHEMA}observationAbout"):
        found = measured(graph, it.subject)
        by_measure.setdefault(found.label, []).append(found)
    rows, blocks = [], []
    for label, several in by_measure.items():
        several.sort(key=lambda it: it.order, reverse=True)
        newest = several[0]
        note = newest.note(graph)
        rows.append(Row(label=capital(label), values=(*newest.words, *((" ", note) if note else ())), joined=False))
        dated_ones = [it for it in several if it.day is not None and it.number is not None]
        largest = max((abs(it.number) for it in dated_ones if it.number), default=0)
        if len(dated_ones) > 1 and largest:
            figures = tuple(
                Figure(day=it.day, value=it.words, share=round(100 * abs(it.number or 0) / largest, 1))
                for it in dated_ones
            )
            blocks.append(Series(label=capital(label), rows=figures))
    part = (
        Part(key="figures", heading=graph.words["figures"], blocks=tuple(blocks), know=graph.know()) if blocks else None
    )
    return part, rows


# -- releases


def sources_of(graph: Graph, iri: str) -> dict[str, int]:
    """Return the sources that tell of a thing, with how many facts of each do."""
    found: dict[str, int] = {}
    for receipt in graph.receipts_of((*graph.all_of(iri), *graph.all_into(iri))).values():
        if receipt.get("status"):
            found[receipt["source"]] = found.get(receipt["source"], 0) + 1
    return found


def story(graph: Graph, source: str, note: Sentence) -> Story:
    """Return a release as a line of a list."""
    return Story(name=graph.name(source), day=graph.published(source), note=note)


def by_words(graph: Graph, source: str) -> Sentence:
    """Return who published a release."""
    return next(((graph.names.name(it.iri).label,) for it in graph.look(source, *_BY) if it.iri), ())


def releases_part(
    graph: Graph, iri: str, events: list[tuple[dt.date, Event]] | None = None, *, heading: str = "releases_list"
) -> Part | None:
    """Return the releases of a thing, and those that tell of it, newest first."""
    words = graph.words
    told = sources_of(graph, iri)
    own = dict.fromkeys(it.subject for it in graph.into(iri, *_BY))
    names = [*own, *(it for it in told if it not in own)]
    if not names:
        return None
    stories, days = [], {}
    for source in names:
        count = told.get(source, 0)
        note = by_words(graph, source)
        if count:
            said = words["n_facts"](count=count) if source in own else words["in_n_facts"](count=count)
            note = (*note, " · ", said) if note else (said,)
        stories.append(story(graph, source, note))
        value = next(
            (it for it in (dated(said.object) for said in graph.look(source, f"{SCHEMA}datePublished")) if it), None
        )
        if value is None or (first := value.first) is None:
            continue
        days[source] = first
        if events is not None:
            events.append((first, Event(day=day(value, graph.language), words=(graph.link(source),), look="release")))
    stories.sort(key=lambda it: (days.get(it.name.iri, dt.date.min), it.name.label), reverse=True)
    small = ""
    # of what leads to a hub nobody has counted whose it is
    if own and not graph.more:
        others = len(names) - len(own)
        small = words["own_releases"](count=len(own)) + (
            ", " + words["others_releases"](count=others) if others else ""
        )
    block = Stories(rows=tuple(stories[:_MOST_STORIES]), rest=tuple(stories[_MOST_STORIES:]))
    return Part(key="releases", heading=words[heading], small=small, blocks=(block,), jump=True)


# -- timeline


def timeline_part(graph: Graph, events: Sequence[tuple[dt.date, Event]]) -> Part | None:
    """Return what happened by year, newest first, with today among it; fewer than three entries are none."""
    words = graph.words
    found = list(dict.fromkeys(events))
    if len(found) < _FEW_EVENTS:
        return None
    now = Event(day=day_of(graph.today, graph.language), words=(words["today"],), look="now")
    ordered = sorted(found, key=lambda it: it[0], reverse=True)
    future = [(when, _future(it)) for when, it in ordered if when > graph.today]
    past = [(when, it) for when, it in ordered if when <= graph.today]
    every = [*future, (graph.today, now), *past]
    shown, rest = every[: _MOST_EVENTS + 1], every[_MOST_EVENTS + 1 :]
    block = Timeline(years=_by_year(shown), rest=_by_year(rest))
    return Part(
        key="timeline", heading=words["timeline"], small=words["timeline_small"], blocks=(block,), long=True, jump=True
    )


def _future(event: Event) -> Event:
    return Event(day=event.day, words=event.words, look=f"{event.look} future".strip(), note=event.note)


def _by_year(events: Sequence[tuple[dt.date, Event]]) -> tuple[tuple[str, tuple[Event, ...]], ...]:
    return tuple((str(year), tuple(it for _, it in some)) for year, some in groupby(events, key=lambda it: it[0].year))


# -- what was said


def quotation(graph: Graph, iri: str, *, speaker: bool = True, release: bool = True) -> Said | None:
    """Return a quotation: its words where they stand in the text, else what it comes to.

    On the page of its `speaker` or of its `release`, that is not said again.
    """
    verbatim = [it.object for it in graph.out(iri, f"{SCHEMA}text") if it.object[0] == "text"]
    texts = verbatim or [it.object for it in graph.out(iri, f"{SCHEMA}abstract") if it.object[0] == "text"]
    if not texts:
        return None
    text, language = graph.names.pick([it[1:3] for it in texts])
    rendering = graph.look(iri, f"{CLU}rendering")
    paraphrased = not verbatim or any(local_name(it.iri) != "verbatim" for it in rendering)
    caption: list[Piece] = []
    capacity = next((it.iri for it in graph.out(iri, f"{CLU}inCapacity")), "")
    said_by = [it.iri for it in graph.out(iri, f"{SCHEMA}spokenByCharacter", f"{PROV}wasAttributedTo") if it.iri]
    if speaker:
        for name in dict.fromkeys(said_by):
            caption += [", ", graph.link(name)] if caption else [graph.link(name)]
    if capacity and (role := graph.role(capacity)):
        bodies = graph.look(capacity, f"{ORG}organization")
        text_of = graph.words["role_of"](role=role, body=graph.names.name(bodies[0].iri).label) if bodies else role
        caption += [", ", text_of] if caption else [capital(text_of)]
    source = next((it.iri for it in graph.out(iri, f"{SCHEMA}isPartOf", f"{PROV}wasQuotedFrom") if it.iri), "")
    if source and release:
        spans = [
            it.get("spans", ())
            for it in graph.receipts_of(graph.look(iri, f"{SCHEMA}text", f"{SCHEMA}abstract")).values()
        ]
        start = min((some[0][0] for some in spans if some), default=None)
        link = graph.link(source, f"c-{start}" if start is not None else "")
        published = graph.published(source)
        caption += [
            *((", ") if caption else ()),
            *graph.words["in_release"](link),
            *((", ", published) if published else ()),
        ]
    if paraphrased:
        caption += [". " if caption else "", graph.words["paraphrased"]]
    claims = []
    for it in graph.out(iri, f"{CLU}expresses"):
        claim = graph.names.pick([said.object[1:3] for said in graph.out(it.iri, f"{SCHEMA}text")])
        kind = graph.out(it.iri, f"{CLU}claimType")
        if claim[0]:
            # some claim what they say word by word
            said = "" if claim[0].strip() == text.strip() else without_contacts(claim[0])[0]
            claims.append((graph.names.name(kind[0].iri).label if kind else "", said, claim[1]))
    return Said(
        text=without_contacts(text)[0],
        language="" if not language or language.split("-")[0] == graph.language else language,
        verbatim=not paraphrased,
        caption=tuple(caption),
        claims=tuple(claims),
    )


def quotes_part(graph: Graph, iri: str, heading: str, *, own: bool = False) -> Part | None:
    """Return what somebody said (`own`), or what was said about a thing."""
    graph.record()
    if own:
        names = [it.subject for it in graph.into(iri, f"{SCHEMA}spokenByCharacter", f"{PROV}wasAttributedTo")]
    else:
        claims = [it.subject for it in graph.into(iri, f"{CLU}claimSubject", f"{CLU}claimObject")]
        names = [it.subject for claim in claims for it in graph.look_into(claim, f"{CLU}expresses")]
    found = [said for it in dict.fromkeys(names) if (said := quotation(graph, it, speaker=not own)) is not None]
    if not found:
        return None
    block = Quotes(rows=tuple(found[:_MOST_QUOTES]), rest=tuple(found[_MOST_QUOTES:]))
    return Part(key="said", heading=heading, blocks=(block,), know=graph.know(), jump=True)


# -- the end of a page


def rest_part(graph: Graph, iri: str) -> Part | None:
    """Return each property that no part shows, and what points here by its inverse label, so that nothing is lost."""
    graph.record()
    shown = ({end for it in graph.used for end in (it.subject, it.iri or it.text)} | graph.linked) - {iri}
    specific = graph.names.specific([it.iri for it in graph.look(iri, RDF_TYPE)])
    left = list(_left_over(graph, iri, shown))
    by_label: dict[tuple[bool, str], list[Statement]] = {}
    # what only follows from others says the same in other words: a thing that is named already is not named again
    for concluded in (False, True):
        said_before = {_end(it, incoming=incoming) for (incoming, _), some in by_label.items() for it in some}
        for it, incoming in left:
            end = _end(it, incoming=incoming)
            if graph.concluded(it) is not concluded or end in said_before:
                continue
            if concluded and not incoming and not graph.names.is_word(it.predicate):
                continue
            label = graph.names.inverse(it.predicate) if incoming else graph.names.short(it.predicate, specific)
            if not label and not concluded:
                label = graph.words["inverse"](label=graph.names.name(it.predicate).label)
            if label:
                said_before |= {end} if concluded else set()
                by_label.setdefault((incoming, capital(label)), []).append(it)
    rows = [(label, statements, incoming) for (incoming, label), statements in by_label.items()]
    if not rows:
        return None
    found = []
    for label, statements, incoming in sorted(rows, key=lambda it: (it[2], it[0].casefold())):
        if incoming:
            graph.into(iri, *(it.predicate for it in statements))
            by_subject: dict[str, Statement] = {}
            for it in statements:
                by_subject.setdefault(it.subject, it)
            ordered = sorted(by_subject.values(), key=lambda it: plain(graph.name(it.subject).label.casefold()))
            found.append(Row(label=label, values=tuple(map(graph.shown_subject, ordered))))
        else:
            graph.out(iri, *(it.predicate for it in statements))
            found.append(Row(label=label, values=values(graph, statements)))
    return Part(
        key="more",
        heading=graph.words["everything_else"],
        blocks=(Facts(rows=tuple(found), one=True),),
        know=graph.know(),
    )


def _left_over(graph: Graph, iri: str, shown: Collection[str]) -> Iterator[tuple[Statement, bool]]:
    """Yield what is said of a thing and what points to it, as far as no part shows it and it is said for readers."""
    for incoming, said in ((False, graph.all_of(iri)), (True, graph.all_into(iri))):
        for it in said:
            end = _end(it, incoming=incoming)
            for_programs = incoming and (stands_apart(end) or not graph.types(end).isdisjoint(_RECEIPTS))
            restated = end in shown and (graph.concluded(it) or it.object[0] == "iri")
            if it not in graph.used and it.predicate not in _HIDDEN | _NAMES and not for_programs | restated:
                yield it, incoming


def _end(statement: Statement, *, incoming: bool) -> str:
    return statement.subject if incoming else statement.iri or statement.text


def know_part(graph: Graph, iri: str) -> Part | None:
    """Return how sure all facts about a thing are, and how many a person compared with the text."""
    words = graph.words
    receipts = graph.receipts_of((*graph.all_of(iri), *graph.all_into(iri)))
    known = [it for it in receipts.values() if it.get("status")]
    if not known:
        return None
    counts = dict.fromkeys(STATUSES, 0)
    for it in known:
        status = local_name(it["status"])
        counts[status if status in counts else "stated"] += 1
    sources = len({it["source"] for it in known})
    said = [
        words["facts_about"](
            facts=words["n_facts"](count=len(known)),
            name=graph.name(iri).label,
            releases=words["from_n_releases"](count=sources),
        )
    ]
    said += [words[f"n_{status}"](count=number) for status, number in counts.items() if number]
    said.append(words["n_reviewed"](count=sum(map(is_reviewed, known))))
    at, parts = 0.0, []
    for status, number in counts.items():
        width = 100 * number / len(known)
        if number:
            parts.append((status, round(at, 2), round(width, 2)))
        at += width
    block: Block = Sum(words=" ".join(said), parts=tuple(parts))
    return Part(key="know", heading=words["know"], blocks=(block,), jump=True)


def cite_part(graph: Graph, iri: str, *, person: bool = False, fingerprint: str = "") -> Part:
    """Return how to cite the page of a thing, with the forms of its data."""
    words = graph.words
    cited = words["cite"](
        Text(text=graph.name(iri).label, language=""),
        Text(text=graph.site.title),
        day_in_words(graph.as_of, graph.language) or day_of(graph.today, graph.language),
        iri,
    )
    record = (graph.name(iri).label, graph.site.title, iri, graph.as_of or graph.today.isoformat())
    licence = (f" {graph.site.licence_name}.",) if graph.site.licence_name else ()
    return Part(
        key="reuse",
        heading=words["cite_and_reuse"],
        blocks=(
            Cite(
                words=(*cited, *licence),
                fingerprint=fingerprint,
                person=person,
                records=(("BibTeX", bibtex(*record)), ("RIS", ris(*record))),
            ),
        ),
        jump=True,
    )
