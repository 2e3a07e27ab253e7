"""The clients of the server: their addresses, and the reverse proxies that are believed."""

from __future__ import annotations

import ipaddress
import socket
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL = "unix"
"""The address of whoever connects by a Unix socket: its file's mode says who that may be."""

UNIX = getattr(socket, "AF_UNIX", None)
"""The family of Unix sockets, where there are any."""

_IPV6_NETWORK = 64
"""The bits of an IPv6 address that name a network: the others are the client's to choose (RFC 4291, 2.5.4)."""


CLIENT: ContextVar[str] = ContextVar("CLIENT", default="")
"""The client whose request is answered, as `network` names it; empty where there is none."""


class Proxies:
    """The reverse proxies that are believed when they say whose request they pass on."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(it) for it in networks]

    def __contains__(self, address: str) -> bool:
        if address == LOCAL:
            return True
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
            known = known.ipv4_mapped
        return any(known in it for it in self._networks)


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the network of an IPv6 address.

    >>> network("192.0.2.7"), network("::ffff:192.0.2.7"), network("2001:db8::1")
    ('192.0.2.7', '192.0.2.7', '2001:db8::/64')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), _IPV6_NETWORK), strict=False))
