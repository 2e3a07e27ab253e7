"""The application: what is asked of every request, and which view answers it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from pressgraph.edit.web.answers import Answer, Asked
from pressgraph.edit.web.views import Views
from pressgraph.pages.assets import page_assets
from pressgraph.project.publication import Publication

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from pressgraph.edit.web.desk import Desk

MAX_BODY = 16 * 1024 * 1024
"""A text of two million characters, each of several bytes and each byte written as three."""
_MOST_FIELDS = 5_000
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # an Origin is sent with forms all the same
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(slots=True)
class Activity:
    """When the last request that was let in came."""

    last: float = field(default_factory=time.monotonic)
    busy: int = 0
    """Requests that are being answered."""

    def idle(self) -> float:
        """Return for how many seconds nobody has asked for anything."""
        return 0.0 if self.busy else time.monotonic() - self.last


def make_app(desk: Desk, activity: Activity | None = None) -> Starlette:
    """Return the application of a desk."""
    views = Views(desk)
    door = desk.door
    activity = activity or Activity()
    publication = desk.session.project.published if desk.session is not None else Publication()
    files = page_assets(publication, Path(__file__).parent / "static")

    def guarded(view: Callable[[Asked], Answer]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            refused = _refusal(request)
            if refused is not None:
                return _sent(views.refusal(*refused))
            activity.last = time.monotonic()
            fields: Mapping[str, str] = {}
            if request.method == "POST":
                body = await _body(request)
                if body is None:
                    return _sent(views.refusal(413, "too_large"))
                fields = _fields(body)
                if not door.has_token(fields.get("token", "")):
                    return _sent(views.refusal(403, "refused"))
            asked = Asked(query=_fields(request.url.query.encode()), fields=fields)
            activity.busy += 1
            try:
                return _sent(await run_in_threadpool(view, asked))
            finally:
                activity.busy -= 1
                activity.last = time.monotonic()

        return answer

    def _refusal(request: Request) -> tuple[int, str] | None:
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not door.is_our_host(hosts[0]):
            # a name of somebody else's that leads here (DNS rebinding)
            return 421, "refused"
        if request.method == "POST" and not door.is_from_here(request.headers):
            return 403, "refused"
        if not door.is_let_in(request.headers):
            return 403, "not_let_in"
        return None

    async def enter(request: Request) -> Response:
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not door.is_our_host(hosts[0]):
            return _sent(views.refusal(421, "refused"))
        cookie = door.take(request.query_params.get("ticket", ""))
        if cookie is None:
            return _sent(views.refusal(403, "not_let_in"))
        activity.last = time.monotonic()
        # a cookie for this site alone is not sent where a redirect comes from another one, so a page of ours goes on
        response = _sent(views.entered())
        response.set_cookie(door.cookie_name, cookie, path="/", httponly=True, samesite="strict")
        return response

    async def static(request: Request) -> Response:
        hosts = request.headers.getlist("host")
        found = files.get(request.path_params["name"])
        if found is None or len(hosts) != 1 or not door.is_our_host(hosts[0]):
            return _sent(views.refusal(404, "not_found"))
        headers = {**_HEADERS, "cache-control": "no-cache", "content-type": found.content_type}
        return Response(found.content, headers=headers)

    async def missing(_request: Request, _error: Exception) -> Response:
        return _sent(views.refusal(404, "not_found"))

    async def broken(_request: Request, _error: Exception) -> Response:
        return _sent(views.refusal(500, "failed"))

    async def wrong_method(_request: Request, _error: Exception) -> Response:
        return _sent(views.refusal(405, "refused"))

    gets = {
        "/": views.index, "/file": views.file, "/changes": views.changes, "/known": views.known_things,
        "/understood": views.understood, "/release": views.release, "/checked": views.checked,
    }  # fmt: skip
    posts = {
        "/save": views.save, "/review": views.review, "/nothing": views.nothing, "/undo": views.undo,
        "/redo": views.redo, "/conflict": views.conflict, "/begin": views.begin, "/project": views.project,
        "/draft": views.draft, "/preview": views.preview, "/release": views.save_release,
    }  # fmt: skip
    routes = [
        Route("/enter", enter, methods=["GET"]),
        Route("/static/{name}", static, methods=["GET"]),
        *(Route(path, guarded(view), methods=["GET"]) for path, view in gets.items()),
        *(Route(path, guarded(view), methods=["POST"]) for path, view in posts.items()),
    ]
    return Starlette(routes=routes, exception_handlers={404: missing, 405: wrong_method, 500: broken})


def _fields(body: bytes) -> dict[str, str]:
    """Return the fields of a form; of several with one name, the last that says something."""
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        if value or name not in fields:
            fields[name] = value
    return fields


async def _body(request: Request) -> bytes | None:
    """Return the body of a form; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _sent(answer: Answer) -> Response:
    if answer.location:
        return Response(status_code=303, headers={**_HEADERS, "location": answer.location})
    if answer.data is not None:
        headers = {**_HEADERS, "content-type": "application/json"}
        return Response(json.dumps(answer.data, ensure_ascii=False), headers=headers)
    headers = {**_HEADERS, "content-type": "text/html; charset=utf-8"}
    return Response(answer.html, status_code=answer.status, headers=headers)
