"""What a workspace does with web pages: data into them, and out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pressgraph.dataset import Serialization
    from pressgraph.embed import Extracted
    from pressgraph.embed.publisher import Edit, Publisher


class Pages(Opened):
    """The methods about web pages."""

    def publisher(self, *, day: datetime.date | None = None) -> Publisher:
        """Return what writes the built graph's data into web pages, as they are on a day, today without one.

        Raises StoreError before the first build.
        """
        import datetime

        from pressgraph.embed.publisher import Publisher

        # the day where the program runs, as people there count it
        return Publisher(self.dataset(), self.project, day=day or datetime.date.today())  # noqa: DTZ011

    def page_data(
        self,
        about: str,
        *,
        audience: str = "google",
        language: str | None = None,
        url: str | None = None,
        day: datetime.date | None = None,
    ) -> dict[str, Any]:
        """Return the JSON-LD that a page about a thing carries, for search engines or (`full`) in full.

        `language`, `url` and `day` are the page's; without a language, it is the work's (`inLanguage`), else the
        project's, and without a day, it is today.

        Raises DataError for an id that nothing published describes.
        """
        from pressgraph.embed.data import PageContext
        from pressgraph.embed.publisher import EmbedOptions

        context = PageContext(language=language, fallback=self.project.language, url=url)
        data: dict[str, Any] = self.publisher(day=day).block(about, EmbedOptions(audience=audience), context).data
        return data

    def page_snippet(
        self,
        about: str,
        *,
        audience: str | None = None,
        links: bool | None = None,
        language: str | None = None,
        day: datetime.date | None = None,
    ) -> str:
        """Return the script element that a page about a thing carries, for editors who paste it; see `page_data`.

        What is not given is as the configuration has it. Raises DataError for an id that nothing published describes.
        """
        from pressgraph.embed.data import PageContext
        from pressgraph.embed.publisher import EmbedOptions

        settings = self.project.embedding
        options = EmbedOptions(
            about=about,
            audience=audience or settings.audience,
            links=settings.links if links is None else links,
        )
        context = PageContext(language=language, fallback=self.project.language)
        return self.publisher(day=day).snippet(about, options, context)

    def extract(self, html: bytes, *, base: str | None = None, charset: str | None = None) -> Extracted:
        """Read the structured data of a web page; see `pressgraph.embed.extract`."""
        from pressgraph.embed import extract

        return extract(html, base, profile=self.profile, charset=charset)

    def write_extracted(self, pages: Iterable[Extracted], form: str | Serialization) -> bytes:
        """Return what pages say in a serialization; with named graphs, each page's in the graph of its address."""
        import pyoxigraph as ox

        from pressgraph.dataset import serialization
        from pressgraph.export import Selection, export

        syntax = serialization(form) if isinstance(form, str) else form
        quads: set[ox.Quad] = set()
        for number, page in enumerate(pages, 1):
            graph = ox.DefaultGraph() if page.base.endswith(".invalid/") else ox.NamedNode(page.base)
            quads.update(page.quads_in(graph, number))
        return export(Selection(quads=frozenset(quads), profile=self.profile, id_base=self.project.id_base), syntax)

    def page_editor(
        self,
        *,
        about: str | None = None,
        audience: str | None = None,
        links: bool | None = None,
        on_conflict: str | None = None,
        day: datetime.date | None = None,
    ) -> Callable[[bytes, Path | None, bool], Edit]:
        """Return what edits a page to have the built graph's data: given its bytes, its path, and whether it must be.

        What is not given is as the configuration has it; without `about`, each page says itself what it is about, and
        one that need not be edited is left alone where it does not.

        Raises StoreError before the first build.
        """
        from pressgraph.embed.conflicts import OnConflict
        from pressgraph.embed.publisher import EmbedOptions

        settings = self.project.embedding
        publisher = self.publisher(day=day)

        def edit(html: bytes, path: Path | None = None, must_say: bool = True) -> Edit:  # noqa: FBT001, FBT002 - a function of three values
            options = EmbedOptions(
                about=about,
                audience=audience or settings.audience,
                links=settings.links if links is None else links,
                on_conflict=OnConflict(on_conflict or settings.on_conflict),
                must_say=must_say,
            )
            return publisher.edit(html, options, path=path)

        return edit

    def draft_page(self, page: Extracted, *, name: str) -> str:
        """Return what a page says as the draft of a facts file; `name` is what the draft calls the page."""
        from pressgraph.embed.draft import draft_facts

        return draft_facts(page, self.profile, self.project.id_base, name=name)
