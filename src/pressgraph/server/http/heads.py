"""A request's head as RFC 9112 and 9110 want it: what is wrong with it, and what it means in one form.

The parser (llhttp) knows what the bytes of a head are. What they mean together is decided here, once, so that nothing
behind sees a request with two Hosts, two Accept lines or an address in its target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressgraph.query.patterns import ABSOLUTE_FORM, HOST_AND_PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

Field = tuple[bytes, bytes]
"""A header field: its name in lower case, and its value."""

_MOST_FIELDS = 200
_LISTS = {
    *(b"accept", b"accept-charset", b"accept-encoding", b"accept-language", b"cache-control", b"connection"),
    *(b"content-encoding", b"content-language", b"expect", b"forwarded", b"if-match", b"if-none-match", b"te"),
    *(b"transfer-encoding", b"upgrade", b"via", b"x-forwarded-for"),
}
"""Fields whose lines are one list (RFC 9110, 5.3)."""
_ONCE = {b"host", b"authorization", b"content-type", b"content-length"}
"""Fields of which two would mean something else to whoever reads the other one."""
_OFFER = {b"upgrade", b"http2-settings"}


@dataclass(frozen=True, slots=True)
class RefusedHeadError(Exception):
    """A request that is not carried out, whatever it asks for."""

    status: int
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Head:
    """What a request's head says: its target without an authority, and its fields, each name once."""

    target: bytes
    fields: list[Field]


def read_head(version: str, method: bytes, target: bytes, fields: Sequence[Field], *, here: bytes) -> Head:
    """Read a head; `here` is the Host of a client that names none, as HTTP/1.0 allows.

    Raises RefusedHeadError.
    """
    if version not in {"1.0", "1.1"}:
        raise RefusedHeadError(505, "this server speaks HTTP/1.1")
    if method == b"CONNECT":
        raise RefusedHeadError(501, "this server is no proxy")
    if len(fields) > _MOST_FIELDS:
        raise RefusedHeadError(431, f"the request has more than {_MOST_FIELDS} header fields")
    found: dict[bytes, bytes] = {}
    for name, value in fields:
        before = found.get(name)
        if before is None:
            found[name] = value
        elif name in _ONCE:
            raise RefusedHeadError(400, f"the request has more than one {name.decode('ascii').title()}")
        elif name in _LISTS:
            found[name] = before + b", " + value
        elif name == b"cookie":
            # not a list by its syntax, and yet HTTP/2 splits it (RFC 9113, 8.2.3)
            found[name] = before + b"; " + value
        else:
            found[name] = value
    _check_framing(version, found.get(b"transfer-encoding"))
    host = found.get(b"host")
    if host is None:
        if version == "1.1":
            raise RefusedHeadError(400, "the request has no Host")
        host = here
    elif not HOST_AND_PORT.fullmatch(host):
        raise RefusedHeadError(400, "the request's Host is not a host")
    if not target.startswith(b"/") and not (target == b"*" and method == b"OPTIONS"):
        target, host = _from_absolute(method, target)
    found[b"host"] = host
    return Head(target, [*found.items()])


def _check_framing(version: str, coding: bytes | None) -> None:
    """Refuse a body whose end cannot be told (RFC 9112, 6.1 and 6.3)."""
    if coding is None:
        return
    codings = [it.strip() for it in coding.lower().split(b",")]
    if version == "1.0" or codings[-1] != b"chunked" or codings.count(b"chunked") > 1:
        raise RefusedHeadError(400, "it cannot be told where the request's body ends")
    if len(codings) > 1:
        raise RefusedHeadError(501, "this server knows no Transfer-Encoding but chunked")


def _from_absolute(method: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Return target and host of a request to a proxy, which any server takes (RFC 9112, 3.2.2)."""
    absolute = ABSOLUTE_FORM.match(target)
    if absolute is None:
        raise RefusedHeadError(400, "the request's target is not a path")
    host, rest = absolute[1], target[absolute.end() :]
    if not HOST_AND_PORT.fullmatch(host):
        raise RefusedHeadError(400, "the request's target names no host")
    if not rest and method == b"OPTIONS":
        return b"*", host
    return rest if rest.startswith(b"/") else b"/" + rest, host


def without_offer(version: str, method: bytes, target: bytes, fields: Sequence[Field]) -> bytes:
    """Return the bytes of a head without its offer to speak another protocol, which a server may ignore.

    RFC 9110, 7.8. The other options of Connection keep their meaning.
    """
    lines = [b"%s %s HTTP/%s" % (method, target, version.encode("ascii"))]
    for name, value in fields:
        if name == b"connection":
            options = [it.strip() for it in value.split(b",")]
            kept = b", ".join(it for it in options if it and it.lower() not in _OFFER)
            if kept:
                lines.append(b"connection: " + kept)
        elif name not in _OFFER:
            lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join([*lines, b"", b""])
