"""The settings of `pressgraph serve`: section [serve] of the configuration, with every limit and its default."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, fields
from typing import Any

from pressgraph.i18n import gettext

_URL = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How the server listens, and what one request may cost. Times are seconds."""

    host: tuple[str, ...] = ("127.0.0.1",)
    """The addresses or names that it listens at; '::' is all addresses of both families."""
    port: int = 7019
    unix: str = ""
    """A Unix socket that it listens at, too; its owner and group may connect, and are believed like proxies."""
    url: str = ""
    """The address that the public reaches the server by, with the path that it is mounted at, if any.

    Empty: what the request's Host says, and the path of the base where a request has it.
    """
    title: str = ""
    """What the pages are headed with; empty: a sentence that says what pressgraph serves."""
    imprint: str = ""
    privacy: str = ""
    """Addresses of pages that say who is responsible and what happens with visitors' data; linked from every page."""
    store: str = "served"
    """The folder, below the project's, of what is written over HTTP; it is made by a writable server."""

    workers: int = 2
    """Processes for queries that are answered fast."""
    slow_workers: int = 2
    """Processes more, of low priority, for long queries; 0: long queries stay with the fast ones."""
    slow_after: float = 0.03
    """How long a query may compute before it is long."""
    slow_turn: float = 5.0
    """How long a long query may run while others wait for its place."""
    timeout: float = 30.0
    """How long a query may take; then its process is killed."""
    memory_mib: int = 1024
    """What a query's process may allocate."""
    rows: int = 1_000_000
    result_mib: int = 256
    queue: int = 64
    """How many queries may wait for a process; one more is answered 503."""
    queue_timeout: float = 10.0
    """How long a query may wait for a process before 503."""
    stall_timeout: float = 15.0
    """How long a reader may take nothing of a large result before the connection is cut."""

    query_kib: int = 64
    depth: int = 60
    """How deep braces and parentheses of a query may nest."""
    operators: int = 1000
    """How many operators and keywords that nest, such as UNION, a query may have."""
    services: tuple[str, ...] = ()
    """The endpoints that SERVICE may ask; naming one gives the query processes a network."""
    service_timeout: float = 10.0
    """How long such an endpoint may take for one answer before 502."""
    service_cache: float = 5.0
    """How long an answer is kept that needed another endpoint; 0: not at all."""

    cache_mib: int = 64
    cached_result_kib: int = 1024
    fast_path: bool = True
    """Answer small queries of clients that are known without a parser of HTTP; what is answered is the same."""

    head_kib: int = 64
    """The size of a request's line and headers."""
    head_timeout: float = 10.0
    body_timeout: float = 30.0
    keep_alive: int = 5
    """How long a connection may rest between two requests."""
    connections: int = 1000
    connections_per_address: int = 100
    """How many of them one address may hold (of IPv6, one network of 64 bits); that of a proxy may hold all."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses and networks of reverse proxies: their X-Forwarded-For and X-Forwarded-Proto are believed."""
    shutdown_timeout: int = 10

    write_body_mib: int = 64
    write_timeout: float = 60.0
    write_memory_mib: int = 2048

    log: bool = True
    """Write a line of JSON for each request to stderr."""


_KINDS: dict[str, Any] = {"int": int, "float": (int, float), "str": str, "bool": bool, "tuple[str, ...]": list}
_WANTED = {
    "int": gettext("a whole number above 0"),
    "float": gettext("a number above 0"),
    "str": gettext("a text in quotes"),
    "bool": gettext("true or false"),
    "tuple[str, ...]": gettext("a list of texts"),
}
_MAY_BE_ZERO = {"slow_workers", "service_cache", "cache_mib", "queue", "port"}

KEYS: dict[str, Any] = {field.name: _KINDS[str(field.type)] for field in fields(Serving)}
"""The keys of the section, with the Python types of their values in TOML."""


def serving(table: dict[str, Any]) -> Serving:
    """Return the settings that a TOML table changes.

    Raises ValueError with a sentence about the key that is wrong; unknown keys are the caller's to refuse.
    """
    values: dict[str, Any] = {}
    for field in fields(Serving):
        if field.name not in table:
            continue
        value, kind = table[field.name], str(field.type)
        if field.name == "host" and isinstance(value, str):
            value = [value]
        good = isinstance(value, _KINDS[kind]) and (kind == "bool" or not isinstance(value, bool))
        if good and kind in {"int", "float"}:
            good = value > 0 or (value == 0 and field.name in _MAY_BE_ZERO)
        if good and kind == "tuple[str, ...]":
            good = all(isinstance(item, str) for item in value)
        if not good:
            raise ValueError(gettext("{name} must be {wanted}", name=f"serve.{field.name}", wanted=_WANTED[kind]))
        values[field.name] = tuple(value) if isinstance(value, list) else value
    url = values.get("url", "")
    if url and not _URL.fullmatch(url):
        raise ValueError(gettext("serve.url '{url}' is not an http(s) address", url=url))
    values["url"] = url.rstrip("/")
    for name in ("imprint", "privacy"):
        if values.get(name) and not re.fullmatch(r"(https?://[^\s<>\"]+|/[^\s<>\"]*)", values[name]):
            raise ValueError(gettext("serve.{name} '{address}' is not an address", name=name, address=values[name]))
    store = values.get("store", "served")
    if not re.fullmatch(r"[\w.-]+", store) or store.startswith("."):
        raise ValueError(gettext("serve.store '{store}' is not the name of a folder in the project", store=store))
    for service in values.get("services", ()):
        if not _URL.fullmatch(service):
            raise ValueError(
                gettext("serve.services names '{address}', which is not an http(s) address", address=service)
            )
    for proxy in values.get("proxies", ()):
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise ValueError(
                gettext("serve.proxies names '{address}', which is no address and no network", address=proxy)
            ) from error
    return Serving(**values)
