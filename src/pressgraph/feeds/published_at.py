"""Where and as what a graph is published: what all files that are no pages are told besides the graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from pressgraph.project import Publication

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from pressgraph.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAt:
    """Where a graph is published, as what, and on which day."""

    url: str
    """The address of the home page; it ends in '/'."""
    base: str
    """The IRI that names the project's things begin with, without `id/`."""
    page: Callable[[str, str], str | None]
    """Returns the absolute address of the page about an IRI in a language; None for what has no page."""
    languages: tuple[str, ...] = ("en",)
    """The languages of the pages, the project's own first."""
    day: date | None = None
    """The day that the files are made for; None where they must not depend on one."""
    title: str
    """What the dataset is called, in the project's language."""
    published: Publication = field(default_factory=Publication)

    def file(self, name: str) -> str:
        """Return the address of a file, such as feed.xml."""
        return self.url + quote(name)

    @property
    def id_base(self) -> str:
        """What the project's ids begin with, as IRIs."""
        return f"{self.base}id/"

    @classmethod
    def of(
        cls,
        project: Project,
        *,
        url: str,
        page: Callable[[str, str], str | None],
        languages: tuple[str, ...] = ("en",),
        day: date | None = None,
    ) -> PublishedAt:
        """Return where and as what a project is published."""
        published = project.published
        return cls(
            url=url,
            base=project.base,
            page=page,
            languages=languages,
            day=day,
            title=published.title or project.serve.title or f"pressgraph: {project.base}",
            published=published,
        )


class PageAddress(NamedTuple):
    """A page as a sitemap lists it: its address in each language, and the day of the newest source read for it."""

    addresses: Mapping[str, str]
    """By language, the project's own first."""
    day: str | None = None
    """YYYY-MM-DD."""


class DataFile(NamedTuple):
    """Where the whole graph can be had in a form: a file, or an address that gives forms by what is accepted."""

    name: str
    """Names the form, such as turtle, among those of the dataset."""
    address: str
    media_type: str
    is_file: bool = True
    size: int | None = None
    """In bytes, where it is known."""
    compressed: str | None = None
    """The media type of its compression, such as application/gzip."""


class File(NamedTuple):
    """A file of a site: its name below the site's address, and its content."""

    name: str
    content: bytes
