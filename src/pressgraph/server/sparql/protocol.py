"""What a request of the SPARQL 1.1 Protocol asks for (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.i18n import gettext
from pressgraph.server.http.requests import media_type, parameters
from pressgraph.server.http.responses import RequestError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
URL_ENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a request of the protocol asks for; both texts are None where it asks for the service description."""

    query: str | None = None
    update: str | None = None
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


async def read_operation(
    request: Request, body: Callable[[], Awaitable[bytes]], graph: Callable[[str], str]
) -> Operation:
    """Read what a GET or POST asks for (2.1, 2.2).

    `body` reads the body within its limits, `graph` returns the name of a graph that a parameter means.

    Raises RequestError.
    """
    fields = parameters(request.scope["query_string"])
    if request.method == "POST":
        kind, charset = media_type(request)
        if kind not in {URL_ENCODED, QUERY, UPDATE}:
            raise RequestError(
                415,
                gettext(
                    "a POST has the media type {form}, {query} or {update}",
                    form=URL_ENCODED,
                    query=QUERY,
                    update=UPDATE,
                ),
            )
        if charset not in {"utf-8", "utf8"}:
            raise RequestError(415, gettext("a query or update is UTF-8"))
        try:
            text = (await body()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestError(400, gettext("the request's body is not UTF-8")) from error
        if kind == URL_ENCODED:
            fields += parameters(text)
        else:
            if any(name in {"query", "update"} for name, _ in fields):
                raise RequestError(400, gettext("the request has a query or update in its address and in its body"))
            fields.append(("query" if kind == QUERY else "update", text))
    elif any(name == "update" for name, _ in fields):
        raise RequestError(400, gettext("an update is sent by POST"))
    return _operation(fields, graph)


def _operation(fields: list[tuple[str, str]], graph: Callable[[str], str]) -> Operation:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    queries = [*found.get("query", ()), *found.get("update", ())]
    if len(queries) > 1:
        raise RequestError(400, gettext("the request has more than one query or update"))

    def graphs(name: str) -> tuple[str, ...] | None:
        return tuple(map(graph, found[name])) if name in found else None

    default, named = graphs("default-graph-uri"), graphs("named-graph-uri")
    using, using_named = graphs("using-graph-uri"), graphs("using-named-graph-uri")
    if "update" in found and (default or named):
        raise RequestError(400, gettext("an update takes using-graph-uri and using-named-graph-uri"))
    if "query" in found and (using or using_named):
        raise RequestError(400, gettext("a query takes default-graph-uri and named-graph-uri"))
    return Operation(
        query=found["query"][0] if "query" in found else None,
        update=found["update"][0] if "update" in found else None,
        default=default,
        named=named,
        using=using or (),
        using_named=using_named or (),
    )
