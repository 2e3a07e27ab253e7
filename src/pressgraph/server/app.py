"""The application: what is served by what. Each part is handed what it uses, and nobody is handed the application."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from pressgraph.pages.view.listing import LISTS
from pressgraph.server.engine import Engine
from pressgraph.server.fast_path import FastPath
from pressgraph.server.http.access_log import AccessLog
from pressgraph.server.http.authorization import WriteAccess
from pressgraph.server.http.connections import Connections
from pressgraph.server.http.metrics import RequestMetrics
from pressgraph.server.http.middleware import AccessLogged, Mounted
from pressgraph.server.http.requests import GraphNaming
from pressgraph.server.http.responses import RequestError
from pressgraph.server.monitoring import Monitoring
from pressgraph.server.served import on_snapshot
from pressgraph.server.sparql.descriptions import ServiceDescriptions
from pressgraph.server.sparql.endpoint import SparqlEndpoint
from pressgraph.server.sparql.graph_store import GraphStore
from pressgraph.server.sparql.queries import QueryService
from pressgraph.server.sparql.update import UpdateEndpoint
from pressgraph.server.views.files import SITE_FILES
from pressgraph.server.views.pages import Pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.http.log import Log

_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]


class App(Starlette):
    """The server of a project: an ASGI application, by itself or mounted in another one, which runs its lifespan.

    Whoever has the token may write; without one nobody may. Without a log requests are only counted.
    """

    def __init__(
        self,
        project: Project,
        profile: Profile,
        saved_queries: Mapping[str, SavedQuery],
        *,
        token: str | None = None,
        log: Log | None = None,
    ) -> None:
        settings, base, run = project.serve, project.base, secrets.token_hex(3)
        prefixes = profile.query_prefixes(project.id_base)
        access, metrics = WriteAccess(token), RequestMetrics()
        may_write = access.is_granted
        self.engine = engine = Engine(project, prefixes, writable=may_write)
        served, background = engine.served, engine.background
        queries = QueryService(engine.pool, background, settings)
        pages = Pages(project, profile, saved_queries, engine, queries, run=run)
        self.access_log = access_log = AccessLog(metrics, log if settings.log else None)
        self.connections = Connections(settings, metrics.held)
        fast_path = FastPath(queries, served, access_log, public_url=settings.url, public_path=pages.addresses.public)
        self.fast_path = fast_path if settings.fast_path else None
        service = ServiceDescriptions(
            background, settings, prefixes, base=base, published=project.published, writable=may_write, run=run
        )
        update = UpdateEndpoint(engine.follower, access, settings)
        naming = GraphNaming(base, settings.url)
        sparql = SparqlEndpoint(queries, update, service, pages.query, settings, naming, self.fast_path)
        graphs = GraphStore(engine.pool, engine.follower, access, settings, naming)
        monitoring = Monitoring(metrics, served, engine.pool, engine.write_queue, self.connections, log)
        super().__init__(
            routes=[
                Route("/sparql", on_snapshot(served, sparql.answer), methods=_METHODS),
                Route("/sparql/", on_snapshot(served, sparql.answer), methods=_METHODS),
                Route("/download", on_snapshot(served, sparql.download)),
                Route("/store", on_snapshot(served, graphs.answer), methods=_METHODS),
                Route("/store/{path:path}", on_snapshot(served, graphs.answer), methods=_METHODS),
                Route("/void", on_snapshot(served, service.void)),
                Route("/.well-known/void", service.well_known),
                Route("/", on_snapshot(served, pages.home.show)),
                Route("/search", on_snapshot(served, pages.search.show)),
                *(Route(f"/{it}", on_snapshot(served, pages.lists.show)) for it in LISTS),
                Route("/links", on_snapshot(served, pages.lists.links)),
                Route("/about", on_snapshot(served, pages.documents.about)),
                Route("/terms.json", pages.query.terms),
                Route("/static/{name}", pages.static.file),
                Route("/robots.txt", pages.files.robots),
                Route("/opensearch.xml", pages.files.opensearch),
                *(Route(f"/{it}", on_snapshot(served, pages.files.show)) for it in SITE_FILES),
                Route("/favicon.ico", pages.static.icon),
                Route("/healthz", monitoring.healthz),
                Route("/readyz", monitoring.readyz),
                Route("/metrics", monitoring.metrics),
                # things, terms and their documents: every other path
                Route("/{path:path}", on_snapshot(served, pages.documents.show), methods=["GET", "HEAD", "OPTIONS"]),
            ],
            middleware=[
                Middleware(AccessLogged, access_log=access_log),
                Middleware(Mounted, addresses=pages.addresses),
            ],
            exception_handlers={
                404: pages.errors.not_found,
                405: pages.errors.not_found,
                RequestError: pages.errors.refused,
            },
            lifespan=lambda _app: self.running(),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run it: the lifespan, for an application that this one is mounted in (`async with app.running():`)."""
        async with self.engine.running():
            self.connections.start()
            try:
                yield
            finally:
                self.connections.stop()
                self.access_log.flush()
