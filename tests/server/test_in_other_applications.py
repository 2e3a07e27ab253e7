"""The server as an ASGI application: below a path of somebody else's, which keeps its own addresses."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.query.saved import load_saved_queries
from pressgraph.server.app import App

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

THING = "agent/biosaxony"
ROWS = {"accept": "application/sparql-results+json"}
HTML = {"accept": "text/html"}


async def _own(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("our own page")


def test_it_is_mounted_below_a_path_of_another_application(built: Path) -> None:
    async def run() -> None:
        project = open_project(built)
        app = App(project, load_profile(project), load_saved_queries(project))
        host = Starlette(
            routes=[Route("/", _own), Mount("/open/data", app=app)],
            # a mounted application has no lifespan of its own
            lifespan=lambda _host: app.running(),
        )
        transport = httpx.ASGITransport(app=host)
        async with (
            host.router.lifespan_context(host),
            httpx.AsyncClient(transport=transport, base_url="http://example.org", timeout=60) as client,
        ):
            assert (await client.get("/")).text == "our own page"
            assert (await client.get("/sparql")).status_code == 404

            page = await client.get("/open/data", headers=HTML, follow_redirects=True)
            assert page.url.path == "/open/data/"
            hrefs = [unescape(it) for it in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)]
            assert len(hrefs) > 20
            assert all(it.startswith("/open/data/") for it in hrefs)
            for href in sorted(set(hrefs))[:40]:
                assert (await client.get(href, headers=HTML)).status_code < 400, href

            thing = await client.get(f"/open/data/id/{THING}", headers=HTML)
            assert (thing.status_code, thing.headers["location"]) == (303, f"/open/data/doc/{THING}")
            turtle = await client.get(f"/open/data/doc/{THING}", headers={"accept": "text/turtle"})
            assert turtle.headers["content-location"] == f"/open/data/doc/{THING}.ttl"
            assert "<http://example.org/open/data/sparql>" in (await client.get("/open/data/void")).text

            query = "SELECT ?s { ?s a clu:ClusterOrganisation }"
            answer = await client.get("/open/data/sparql", params={"query": query}, headers=ROWS)
            assert answer.json()["results"]["bindings"]
            assert answer.headers["x-request-id"]
            again = await client.get(
                "/open/data/sparql",
                params={"query": query},
                headers={**ROWS, "if-none-match": answer.headers["etag"]},
            )
            assert again.status_code == 304
            posted = await client.post("/open/data/sparql", data={"query": query}, headers=ROWS)
            assert posted.content == answer.content
            assert (await client.put("/open/data/store/x", content="")).status_code == 403
            missing = await client.get("/open/data/none", headers=HTML)
            assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")

    asyncio.run(run())
