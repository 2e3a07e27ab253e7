"""All connections: how many there may be, and which has waited for its client for too long.

Whatever a client drips, sends or does not read, its connection is looked at a few times a second: it is either under
way here, or waits for its client, and for that there is a limit.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from pressgraph.server.http.clients import Proxies, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.project import Serving

LINGER = 2.0
"""Seconds that a connection which ends stays open for its client to read why."""
PROGRESS = 16 * 1024
"""What a reader has to take within `stall_timeout`, where there is as much."""

_LOOK = 0.1
_GRACE = 1.0
"""Seconds that a request has more than its body, to be answered 408."""
_FEWEST_LEAVING = 10
_STUBBORN = 1.0
"""Seconds after which a request that does not come makes room for others, where there is no other."""
_AT_ONCE = 50
"""The part of all connections that makes room at once, so that a flood is not paid for by looking for room."""


class Waiting(Enum):
    """What a connection waits for."""

    HEAD = "head"
    BODY = "body"
    NEXT = "idle"
    """The next request."""
    NOTHING = "nothing"
    """Nothing but that its client reads: a request is answered, or the rest of an answer sent."""
    END = "end"
    """Its client, to hang up."""


class Connection(Protocol):
    """A client's connection, as far as limits need it."""

    waits_for: Waiting
    since: float
    """When it began to wait, in the loop's seconds."""

    @property
    def has_begun(self) -> bool:
        """Whether a request has begun to come."""

    def unread_for(self, now: float) -> float:
        """Return for how many seconds its client has read nothing of what was sent."""

    def refuse(self, status: int, reason: str) -> None:
        """Answer what is no request, and end the connection."""

    def close(self) -> None:
        """End the connection so that its client gets what was written."""

    def abort(self) -> None:
        """End the connection at once."""


class Connections:
    """The connections that are open. They are looked at from `start` to `stop`."""

    def __init__(self, settings: Serving, held: Callable[[float], None]) -> None:
        self.most = settings.connections
        self._most_of_one = settings.connections_per_address
        self._stall = settings.stall_timeout
        self._limits = {
            Waiting.HEAD: settings.head_timeout,
            Waiting.BODY: settings.body_timeout + _GRACE,
            Waiting.NEXT: settings.keep_alive,
            Waiting.NOTHING: float("inf"),
            Waiting.END: LINGER,
        }
        self._proxies = Proxies(settings.proxies)
        self._held = held
        """What is told for how long the event loop was held, about every tenth of a second."""
        self._open: dict[Connection, str | None] = {}
        """Those that count, in the order in which they came, each with the client that it counts for."""
        self._leaving: set[Connection] = set()
        self._of_one: Counter[str] = Counter()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.refused: Counter[str] = Counter()
        """Connections that were turned away: too many in all (full), or of one address (address)."""
        self.ended: Counter[str] = Counter()
        """Connections that ended by a limit: head, body, idle, stall, or to make room."""

    def __len__(self) -> int:
        return len(self._open)

    # -- coming and going

    def admit(self, connection: Connection, address: str) -> str | None:
        """Take a connection in; return why it is turned away."""
        client = None if address in self._proxies else network(address)
        if client is not None and self._of_one[client] >= self._most_of_one and not self._make_room(client):
            self.refused["address"] += 1
            return "address"
        if len(self._open) >= self.most and not self._make_room(None):
            self.refused["full"] += 1
            return "full"
        self._open[connection] = client
        if client is not None:
            self._of_one[client] += 1
        return None

    def client_of(self, connection: Connection) -> str | None:
        """Return the client that a connection counts for; None for a reverse proxy's."""
        return self._open.get(connection)

    def leaving(self, connection: Connection) -> bool:
        """Let a connection wait for its client to hang up; it counts no more. Return whether it may."""
        self.left(connection)
        if len(self._leaving) >= max(_FEWEST_LEAVING, self.most // 10):
            return False
        self._leaving.add(connection)
        return True

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self._leaving.discard(connection)
        client = self._open.pop(connection, None)
        if client is not None:
            self._of_one[client] -= 1
            if not self._of_one[client]:
                del self._of_one[client]

    def _make_room(self, client: str | None) -> bool:
        """End connections that wait for their client, of one client or of all; return whether there was one.

        The longest idle go first. Only where there are none, those follow whose request has not come for a while, or
        who do not read.
        """
        now = asyncio.get_running_loop().time()
        of_these = [it for it, whose in self._open.items() if client is None or whose == client]
        idle = [it for it in of_these if it.waits_for in {Waiting.HEAD, Waiting.NEXT}]
        ready = idle or [
            it
            for it in of_these
            if (it.waits_for is Waiting.BODY and now - it.since > _STUBBORN) or it.unread_for(now) > _STUBBORN
        ]
        ready.sort(key=lambda it: it.since)
        for connection in ready[: max(1, len(of_these) // _AT_ONCE)]:
            self.ended["room"] += 1
            self.left(connection)
            connection.abort()
        return bool(ready)

    # -- limits

    def start(self) -> None:
        """Begin to look."""
        loop = asyncio.get_running_loop()
        self._due = loop.time() + _LOOK
        self._timer = loop.call_at(self._due, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._held(now - self._due)
        for connection in (*self._open, *self._leaving):
            if connection.unread_for(now) > self._stall:
                self._end(connection, "stall")
            elif now - connection.since > self._limits[connection.waits_for]:
                self._end(connection, connection.waits_for.value)
        self._due = loop.time() + _LOOK
        self._timer = loop.call_at(self._due, self._look)

    def _end(self, connection: Connection, reason: str) -> None:
        if reason != Waiting.END.value:
            self.ended[reason] += 1
        if reason == Waiting.HEAD.value and connection.has_begun:
            connection.refuse(408, "the request's head did not come in time")
        elif reason in {Waiting.HEAD.value, Waiting.NEXT.value}:
            connection.close()
        else:
            self.left(connection)
            connection.abort()
