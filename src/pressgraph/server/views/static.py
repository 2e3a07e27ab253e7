"""Files that pages need, and the addresses that programs guess."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from pressgraph.i18n import gettext
from pressgraph.pages.assets import page_assets
from pressgraph.server.http.addresses import link
from pressgraph.server.http.requests import mount_prefix, readable_parameters
from pressgraph.server.http.responses import Representation, RequestError, respond

if TYPE_CHECKING:
    from starlette.requests import Request

    from pressgraph.project.publication import Publication

EDITOR = Path(__file__).parent.parent / "static"
"""Where the query page's editor is, if it was built."""
_YEAR = 365 * 24 * 3600


class StaticFiles:
    """The files at /static, and the icon."""

    def __init__(self, publication: Publication) -> None:
        self._assets = page_assets(publication, EDITOR)
        self._files = {
            it.name: Representation(it.content, it.content_type, f'"{it.digest}"') for it in self._assets.values()
        }

    @property
    def has_editor(self) -> bool:
        """Whether the query page's editor was built."""
        return "editor.js" in self._files

    def address(self, prefix: str, name: str) -> str:
        """Return the address of a file below a prefix, which changes with the file; empty where there is none."""
        found = self._assets.get(name)
        return link(f"/static/{name}", {"v": found.digest}, prefix=prefix) if found is not None else ""

    async def file(self, request: Request) -> Response:
        """Answer with a file that pages need.

        Raises RequestError.
        """
        file = self._files.get(request.path_params["name"])
        if file is None:
            raise RequestError(404, gettext("there is nothing here"))
        # an address with the file's fingerprint never stands for anything else
        version = dict(readable_parameters(request)).get("v")
        kept = f"public, max-age={_YEAR}, immutable" if version == file.etag.strip('"') else "no-cache"
        return respond(request, file, {"cache-control": kept})

    async def icon(self, request: Request) -> Response:
        """Send programs that guess to the icon."""
        return RedirectResponse(link("/static/icon.svg", prefix=mount_prefix(request)), 301)
