"""The application: what is served by what. Each part is handed what it uses, and nobody is handed the application."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from pressgraph.server.fast_path import FastPath
from pressgraph.server.follow import Follower
from pressgraph.server.http.access_log import AccessLog
from pressgraph.server.http.addresses import Addresses
from pressgraph.server.http.authorization import WriteAccess
from pressgraph.server.http.connections import Connections
from pressgraph.server.http.metrics import RequestMetrics
from pressgraph.server.http.middleware import AccessLogged, Mounted
from pressgraph.server.http.responses import RequestError
from pressgraph.server.monitoring import Monitoring
from pressgraph.server.served import Served, on_snapshot
from pressgraph.server.sparql.descriptions import ServiceDescriptions
from pressgraph.server.sparql.endpoint import SparqlEndpoint
from pressgraph.server.sparql.graph_store import GraphStore
from pressgraph.server.sparql.queries import QueryService
from pressgraph.server.sparql.update import UpdateEndpoint
from pressgraph.server.views.documents import DocumentPages
from pressgraph.server.views.errors import ErrorPages
from pressgraph.server.views.home import HomePage
from pressgraph.server.views.profile_documents import ProfileDocuments
from pressgraph.server.views.query_page import QueryPage
from pressgraph.server.views.renderer import PageRenderer
from pressgraph.server.views.search import SearchPage
from pressgraph.server.views.static import StaticFiles
from pressgraph.server.workers.background import Background
from pressgraph.server.workers.descriptions import Descriptions
from pressgraph.server.workers.pool import Pool
from pressgraph.server.workers.served_dataset import ServedDataset
from pressgraph.server.workers.write_queue import WriteQueue

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
        settings, run = project.serve, secrets.token_hex(3)
        prefixes = profile.query_prefixes(project.id_base)
        access, background, metrics = WriteAccess(token), Background(), RequestMetrics()

        # what is served, the processes over it, and what makes it another snapshot
        served = Served(cache_size=settings.cache_mib * 1024 * 1024)
        pool = Pool(served, settings, _worker_settings(project, prefixes))
        dataset = ServedDataset(project, served, writable=access.is_granted)
        write_queue = WriteQueue(dataset, prefixes, settings)
        follower = Follower(dataset, served, pool, write_queue)
        descriptions = Descriptions(pool, background)
        queries = QueryService(pool, background, settings)

        # pages
        profile_documents, static = ProfileDocuments(profile), StaticFiles()
        addresses = Addresses(project, profile_documents)
        # a project's own profile may do without the shipped terms
        terms = [it for it in ("cluster", "vocab", "shapes") if profile_documents.namespace(it, addresses.roots)]
        places = ["/sparql", *(f"/{it}" for it in terms)]
        renderer = PageRenderer(project, profile, addresses, static, background, places=places, run=run)
        home = HomePage(renderer, background, project, profile, saved_queries)
        search = SearchPage(renderer, background, descriptions, id_base=project.id_base)
        errors = ErrorPages(renderer, search, served)
        documents = DocumentPages(
            renderer, background, descriptions, dataset, profile, profile_documents, addresses, prefixes
        )
        query_page = QueryPage(renderer, queries, background, descriptions, project, profile, saved_queries, prefixes)

        # protocols
        self.access_log = AccessLog(metrics, log if settings.log else None)
        self.connections = Connections(settings, metrics.held)
        self.fast_path = (
            FastPath(queries, served, self.access_log, public_url=settings.url, public_path=addresses.public)
            if settings.fast_path
            else None
        )
        service = ServiceDescriptions(
            background, settings, prefixes, base=project.base, writable=access.is_granted, run=run
        )
        update = UpdateEndpoint(follower, access, settings)
        sparql = SparqlEndpoint(queries, update, service, query_page, settings, self.fast_path)
        graphs = GraphStore(pool, follower, access, settings, base=project.base)
        monitoring = Monitoring(metrics, served, pool, write_queue, self.connections, log)

        @asynccontextmanager
        async def running() -> AsyncIterator[None]:
            try:
                await follower.move()
                background.start()
                follower.start()
                self.connections.start()
                yield
            finally:
                await follower.stop()
                self.connections.stop()
                self.access_log.flush()
                await write_queue.stop()
                await pool.stop(1.0)
                background.stop()
                dataset.clean()

        super().__init__(
            routes=[
                Route("/sparql", on_snapshot(served, sparql.answer), methods=_METHODS),
                Route("/sparql/", on_snapshot(served, sparql.answer), methods=_METHODS),
                Route("/download", on_snapshot(served, sparql.download)),
                Route("/store", on_snapshot(served, graphs.answer), methods=_METHODS),
                Route("/store/{path:path}", on_snapshot(served, graphs.answer), methods=_METHODS),
                Route("/void", on_snapshot(served, service.void)),
                Route("/.well-known/void", service.well_known),
                Route("/", on_snapshot(served, home.show)),
                Route("/search", on_snapshot(served, search.show)),
                Route("/about", on_snapshot(served, documents.about)),
                Route("/terms.json", query_page.terms),
                Route("/static/{name}", static.file),
                Route("/robots.txt", static.robots),
                Route("/favicon.ico", static.icon),
                Route("/healthz", monitoring.healthz),
                Route("/readyz", monitoring.readyz),
                Route("/metrics", monitoring.metrics),
                # things, terms and their documents: every other path
                Route("/{path:path}", on_snapshot(served, documents.show), methods=["GET", "HEAD", "OPTIONS"]),
            ],
            middleware=[Middleware(AccessLogged, access_log=self.access_log), Middleware(Mounted, addresses=addresses)],
            exception_handlers={404: errors.not_found, 405: errors.not_found, RequestError: errors.refused},
            lifespan=lambda _app: running(),
        )
        self.running = running
        """The lifespan, for an application that this one is mounted in: `async with app.running():`."""


def _worker_settings(project: Project, prefixes: Mapping[str, str]) -> dict[str, object]:
    settings = project.serve
    return {
        "memory": settings.memory_mib * 1024 * 1024,
        "network": bool(settings.services),
        "services": settings.services,
        "service_timeout": settings.service_timeout,
        "prefixes": dict(prefixes),
        "base": project.base,
        "id_base": project.id_base,
    }
