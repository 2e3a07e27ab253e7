"""All pages of a server, made of the parts that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.pages.profile_documents import ProfileDocuments
from pressgraph.pages.view.listing import LISTS
from pressgraph.server.http.addresses import Addresses
from pressgraph.server.views.documents import DocumentPages
from pressgraph.server.views.errors import ErrorPages
from pressgraph.server.views.files import SiteFiles
from pressgraph.server.views.home import HomePage
from pressgraph.server.views.lists import ListPages
from pressgraph.server.views.query_page import QueryPage
from pressgraph.server.views.renderer import PageRenderer
from pressgraph.server.views.search import SearchPage
from pressgraph.server.views.static import StaticFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pressgraph.profile import Profile
    from pressgraph.project import Project
    from pressgraph.query import SavedQuery
    from pressgraph.server.engine import Engine
    from pressgraph.server.sparql.queries import QueryService

_TERMS = ("cluster", "vocab", "shapes")


class Pages:
    """The pages; `run` differs with each start of the server."""

    def __init__(
        self,
        project: Project,
        profile: Profile,
        saved_queries: Mapping[str, SavedQuery],
        engine: Engine,
        queries: QueryService,
        *,
        run: str,
    ) -> None:
        background, descriptions = engine.background, engine.descriptions
        prefixes = profile.query_prefixes(project.id_base)
        defined = ProfileDocuments(profile)
        self.addresses = Addresses(project, defined)
        self.static = StaticFiles(project.published)
        # a project's own profile may do without the shipped terms
        terms = [it for it in _TERMS if defined.namespace(it, self.addresses.roots)]
        places = ["/sparql", *(f"/{it}" for it in (*LISTS, *terms))]
        renderer = PageRenderer(project, profile, self.addresses, self.static, background, places=places, run=run)
        self.home = HomePage(renderer, background, project, profile, saved_queries)
        self.search = SearchPage(renderer, background, descriptions, profile, id_base=project.id_base)
        self.files = SiteFiles(renderer, background, descriptions, project, run=run)
        self.lists = ListPages(renderer, background, descriptions, project, profile)
        self.errors = ErrorPages(renderer, self.search, engine.served)
        self.documents = DocumentPages(
            renderer, background, descriptions, engine.dataset, profile, defined, self.addresses, prefixes
        )
        self.query = QueryPage(renderer, queries, background, descriptions, project, profile, saved_queries, prefixes)
