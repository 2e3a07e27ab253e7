"""What the page of one thing adds to the files about all: search, sitemap, schemamap, calendar. It is kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pressgraph.feeds import PublishedAt, Reading, Row, Schemamap, Told, event_of, search_row

if TYPE_CHECKING:
    from pressgraph.export.published import PublishedGraph
    from pressgraph.project import Project


class Entry(NamedTuple):
    """What a thing adds to the files about all things."""

    page: str
    """Its address, below that of the first page in a language."""
    called: list[tuple[str, str]]
    """What its page calls it, and in which language, by language of the page."""
    rows: list[Row]
    """What there is to find of it, by language; none where it is not listed."""
    day: str | None
    """Of the newest source that says something of it, as YYYY-MM-DD."""
    told: Told
    event: list[str]
    """Its lines in the calendar; none where it has no event."""


def entry_of(
    everything: PublishedGraph,
    sure: PublishedGraph,
    iri: str,
    at: PublishedAt,
    page: str,
    called: list[tuple[str, str]],
) -> Entry:
    """Return what a thing adds, of all that is published of it and of what is published as sure."""
    rows: list[Row] = []
    day = None
    readings = [Reading(everything, it, at.languages[0]) for it in at.languages]
    if readings[0].is_listed(iri):
        rows = [row for it in readings if (row := search_row(it, at, iri)) is not None]
        day = readings[0].day(iri)
    return Entry(page, called, rows, day, Schemamap(sure, at).told(iri), event_of(sure, at, iri, at.languages[0]))


def place(project: Project, url: str, languages: tuple[str, ...], addresses: dict[str, str]) -> PublishedAt:
    """Return where the page of one thing is, by language."""
    return PublishedAt.of(project, url=url, page=lambda _iri, language: addresses.get(language), languages=languages)
