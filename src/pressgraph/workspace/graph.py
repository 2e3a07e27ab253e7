"""What a workspace does with the built graph: select, export, serve, push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    import rdflib

    from pressgraph.dataset import Serialization
    from pressgraph.export import Selection
    from pressgraph.remote.push import Plan
    from pressgraph.remote.store import RemoteStore
    from pressgraph.site.site import SiteResult


class BuiltGraph(Opened):
    """The methods about the built graph."""

    def select(
        self,
        *,
        about: str | None = None,
        depth: int | None = None,
        evidence: bool = False,
        personal: bool | None = None,
        derived: bool = True,
        statuses: Collection[str] | None = None,
    ) -> Selection:
        """Select what to publish, as the configuration says; `personal` decides in its place about personal data.

        `derived` says whether conclusions are published too, `statuses` how sure facts are that are published.
        """
        from dataclasses import replace

        from pressgraph.dataset.withholding import Rules
        from pressgraph.export import select

        rules = Rules.of(self.project)
        if personal is not None:
            rules = replace(rules, personal=personal)
        return select(
            self.dataset(),
            about=about,
            depth=depth,
            evidence=evidence,
            rules=rules,
            derived=derived,
            statuses=statuses,
            published=self.project.published,
        )

    def unknown_withheld(self) -> list[tuple[str, str | None]]:
        """Return what the configuration withholds and no fact of the built graph speaks of, each with a hint."""
        from pressgraph.dataset.withholding import unknown_names
        from pressgraph.spelling import did_you_mean

        project = self.project
        if not project.withhold:
            return []
        unknown, described = unknown_names(self.dataset().store, project.withheld_iris, project.id_base)
        return [(name, did_you_mean(name, described)) for name in unknown]

    def export(
        self,
        form: str | Serialization = "turtle",
        *,
        about: str | None = None,
        depth: int | None = None,
        evidence: bool = False,
    ) -> bytes:
        """Return the published graph, or the description of one thing, in a serialization."""
        from pressgraph.dataset import serialization
        from pressgraph.export import export

        syntax = serialization(form) if isinstance(form, str) else form
        return export(self.select(about=about, depth=depth, evidence=evidence), syntax)

    def graph(self) -> rdflib.Dataset:
        """Return the built dataset as an rdflib Dataset over the same store, read-only.

        Its default graph holds the union of all graphs, as in queries.
        """
        import rdflib
        from oxrdflib import OxigraphStore

        dataset = rdflib.Dataset(store=OxigraphStore(store=self.dataset().store), default_union=False)
        for prefix, iri in self.profile.query_prefixes(self.project.id_base).items():
            dataset.namespace_manager.bind(prefix, iri, override=True, replace=True)
        return dataset

    def push(
        self,
        endpoint: str,
        *,
        dry_run: bool = False,
        check: bool = False,
        jobs: int = 1,
        progress: Callable[[int], AbstractContextManager[Callable[[int], None]]] | None = None,
    ) -> Plan:
        """Bring a remote store up to date with the built dataset; `dry_run` only says what that would take.

        For the rest see `pressgraph.remote.push.push`. Raises EndpointError.
        """
        from pressgraph.dataset.withholding import Rules
        from pressgraph.remote.push import plan_push, push

        rules, published = Rules.of(self.project), self.project.published
        target = self.target(endpoint, connections=jobs)
        if dry_run:
            return plan_push(self.dataset(), target, rules=rules, published=published, check=check)
        return push(self.dataset(), target, rules=rules, published=published, check=check, jobs=jobs, progress=progress)

    def pull(self, endpoint: str) -> Iterator[bytes]:
        """Yield what was pushed to a remote store, as N-Quads.

        Raises EndpointError.
        """
        from pressgraph.remote.push import pull

        for _, lines in pull(self.target(endpoint), self.project.id_base):
            yield "".join(f"{line}\n" for line in lines).encode()

    def target(self, endpoint: str, *, connections: int = 1) -> RemoteStore:
        """Open a remote store: an address, or a name from the configuration's [endpoints]."""
        from pressgraph.remote.store import Addresses, RemoteStore

        settings = self.endpoint(endpoint)
        addresses = Addresses.of(settings.url, update=settings.update, store=settings.store)
        return RemoteStore(addresses, timeout=settings.timeout, connections=connections)

    def ids(self, beginning: str = "") -> list[str]:
        """Return the ids that the built graph describes and that begin so, sorted."""
        from pressgraph.dataset.withholding import described_ids

        return sorted(
            name for name in described_ids(self.dataset().store, self.project.id_base) if name.startswith(beginning)
        )

    def site(
        self,
        folder: str | Path,
        *,
        url: str | None = None,
        day: date | None = None,
        jobs: int | None = None,
        progress: Callable[[int, int], object] = lambda _done, _all: None,
    ) -> SiteResult:
        """Write the built graph as a folder of files for any web host; files that need not change are left alone.

        `url` is the address that the folder is published at, by default the configuration's; `day` is the day that it
        is made for, by default today. The same facts and the same day give the same bytes. `jobs` is in how many
        processes pages are drawn, by default one for each core where there are many; as these import the program that
        calls this, it does so below `if __name__ == "__main__":`.

        Raises StoreError before the first build, PressgraphError for a folder or an address that cannot be one.
        """
        import datetime
        from pathlib import Path

        from pressgraph.site.site import write_site
        from pressgraph.version import __version__

        return write_site(
            self.project,
            self.profile,
            self.saved_queries,
            Path(folder),
            day=day or datetime.datetime.now().astimezone().date(),
            version=__version__,
            url=url,
            jobs=jobs,
            progress=progress,
        )

    def serve(
        self,
        *,
        hosts: Sequence[str] = (),
        port: int | None = None,
        unix: str | None = None,
        writable: bool = False,
        token: str | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Serve the built graph until a signal ends it; `say` is told where it listens.

        What is not given is as the configuration has it; with a Unix socket, it listens on no port unless `hosts` are
        given. Who has the `token` may write to a `writable` server.

        Raises StoreError where there is nothing to serve, PressgraphError where it cannot start.
        """
        from pressgraph.extras import extra

        with extra("serve"):
            from pressgraph.server.run import serve

        settings = self.project.serve
        if not writable:
            self.check_built()
        serve(
            self.project,
            self.profile,
            self.saved_queries,
            hosts=hosts or (() if unix else settings.host),
            port=settings.port if port is None else port,
            unix=unix or settings.unix,
            writable=writable,
            token=token,
            say=say,
        )
