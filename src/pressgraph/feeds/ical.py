"""The labels that run out, as a calendar that others subscribe to, and each as an event of its own (RFC 5545)."""

from __future__ import annotations

import datetime
import re
from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.facts.dates import DATE, bounds
from pressgraph.feeds.reading import TYPE, Reading
from pressgraph.feeds.xml import one_line, readable
from pressgraph.i18n import gettext
from pressgraph.rdf import CLU, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pressgraph.export.published import PublishedGraph
    from pressgraph.feeds.published_at import PublishedAt

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LINE = 75
"""Bytes of a line (3.1)."""
_LABEL = f"{SCHEMA}Certification"
_EXPIRES = ox.NamedNode(f"{SCHEMA}expires")
_REPLACES, _WITHDRAWN = ox.NamedNode(f"{CLU}replaces"), ox.NamedNode(f"{CLU}withdrawnOn")
_ALARM = "-P90D"
"""How long before a label's last day a calendar reminds of it: renewing one takes an audit."""
_BEGIN = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pressgraph//labels//EN", "CALSCALE:GREGORIAN")
_SPECIAL = re.compile(r"([\\;,])")


def calendar(
    graph: PublishedGraph, at: PublishedAt, language: str, *, events: Iterable[Sequence[str]] | None = None
) -> bytes:
    """Return the last day of each label, as an event of that day, with an alarm three months ahead.

    A label has one where its end is known to the day, and where nothing has replaced it and nobody has withdrawn it.
    `events` are those of all labels in the order of their IRIs (`event_of`); without them, the graph is read for them.
    """
    if events is None:
        labels = Reading(graph, language, at.languages[0]).of_class(_LABEL)
        events = (event_of(graph, at, it, language) for it in labels)
    lines = [
        *_BEGIN,
        f"NAME:{_text(at.title)}",
        f"X-WR-CALNAME:{_text(at.title)}",
        f"SOURCE;VALUE=URI:{_uri(at.file('calendar.ics'))}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    return _written([*lines, *chain.from_iterable(events)])


def calendar_of(graph: PublishedGraph, at: PublishedAt, iri: str, language: str) -> bytes | None:
    """Return the last day of one label as `calendar` has it; None for what has no event there."""
    event = event_of(graph, at, iri, language)
    return calendar_of_event(event) if event else None


def calendar_of_event(event: Sequence[str]) -> bytes:
    """Return a calendar of one event (`event_of`).

    It has no name of its own: its event is taken into the reader's calendar.
    """
    return _written([*_BEGIN, *event])


def event_of(graph: PublishedGraph, at: PublishedAt, iri: str, language: str) -> list[str]:
    """Return the content lines of the event of a label, not yet folded; none for what has no event."""
    end = _end_of_label(graph, iri)
    return [] if end is None else list(_event(Reading(graph, language, at.languages[0]), at, iri, end, language))


def has_event(graph: PublishedGraph, iri: str) -> bool:
    """Tell whether the calendar has an event of a thing."""
    return _end_of_label(graph, iri) is not None


def _end_of_label(graph: PublishedGraph, iri: str) -> datetime.date | None:
    own = iri.startswith(graph.graphs.id_base)
    is_label = own and any(True for _ in graph.quads(ox.NamedNode(iri), TYPE, ox.NamedNode(_LABEL)))
    return _end(graph, iri) if is_label else None


def _written(lines: Iterable[str]) -> bytes:
    return "".join(map(folded, (*lines, "END:VCALENDAR"))).encode()


def _end(graph: PublishedGraph, iri: str) -> datetime.date | None:
    """Return the day on which a label is no longer valid."""
    label = ox.NamedNode(iri)
    replaced = any(True for _ in graph.quads(None, _REPLACES, label))
    if replaced or any(True for _ in graph.quads(label, _WITHDRAWN)):
        return None
    days = [
        day
        for value in (quad.object for quad in graph.quads(label, _EXPIRES))
        if isinstance(value, ox.Literal) and (day := bounds(value.value, value.datatype.value).earliest) is not None
        # a month or a year is no day to be reminded of
        if value.datatype.value == DATE
    ]
    # of two ends, the later one is certain to be the end of it
    return max(days, default=None)


def _event(reading: Reading, at: PublishedAt, iri: str, end: datetime.date, language: str) -> Iterator[str]:
    last = end - datetime.timedelta(days=1)
    label = one_line(reading.name(iri) or iri.removeprefix(reading.id_base))
    holder = next(
        (one_line(name) for it in reading.links(iri, "about") if (name := reading.name(it)) is not None), None
    )
    summary = (
        gettext("last day of {label}", label=label)
        if holder is None
        else gettext("last day of {label}: {holder}", label=label, holder=holder)
    )
    issuers = [one_line(name) for it in reading.links(iri, "issuedBy") if (name := reading.name(it)) is not None]
    page = at.page(iri, language)
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(iri)}"
    # the state of the facts, not of the clock: the same facts are the same bytes
    stamp = reading.day(iri) or last.isoformat()
    yield f"DTSTAMP:{stamp.replace('-', '')}T000000Z"
    yield f"DTSTART;VALUE=DATE:{last:%Y%m%d}"
    # both are exclusive: the end of an event (3.6.1), and that of a label
    yield f"DTEND;VALUE=DATE:{end:%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={language}:{_text(summary.to(language))}"
    if issuers:
        issued = gettext("issued by {issuer}", issuer=", ".join(issuers))
        yield f"DESCRIPTION;LANGUAGE={language}:{_text(issued.to(language))}"
    if page is not None:
        yield f"URL:{_uri(page)}"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(summary.to(language))}"
    yield f"TRIGGER:{_ALARM}"
    yield "END:VALARM"
    yield "END:VEVENT"


def _text(value: str) -> str:
    r"""Return a text as a value of type TEXT (3.3.11).

    >>> _text("R, D; \\ \r\n x")
    'R\\, D\\; \\\\ \\n x'
    """
    lines = re.sub("\r\n?", "\n", readable(value))
    return _SPECIAL.sub(r"\\\1", lines.replace("\x7f", "\ufffd")).replace("\n", "\\n")


def _uri(value: str) -> str:
    """Return an address, which never has a line break."""
    return re.sub(r"[\x00-\x20\x7f]", "", value)


def folded(line: str) -> str:
    """Return a content line, folded so that no line has more than 75 bytes and no character is cut (3.1)."""
    parts: list[str] = []
    start, size = 0, 0
    for place, character in enumerate(line):
        length = len(character.encode())
        # what follows begins with a space, which counts
        if size + length > _LINE - (1 if parts else 0):
            parts.append(line[start:place])
            start, size = place, 0
        size += length
    parts.append(line[start:])
    return "\r\n ".join(parts) + "\r\n"
