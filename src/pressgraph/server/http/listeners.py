"""Where the server listens: addresses of both families, Unix sockets, and how many files the system lets it open."""

from __future__ import annotations

import contextlib
import errno
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import PressgraphError
from pressgraph.i18n import gettext
from pressgraph.server.http.clients import UNIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BACKLOG = 1024
_UNSENT = 128 * 1024
_TRIES = 10
"""How often a free port is looked for that several addresses have."""
_ALL = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}  # noqa: S104 - what they mean is said
_MODE = 0o660
_OWN_FILES = 128
"""File descriptors that the server needs besides those of its connections; its processes have their own."""
_FEWEST = 32
"""Connections below which a server is not worth starting."""
_MISSING = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}


@contextlib.contextmanager
def listening(hosts: Sequence[str], port: int, unix: str) -> Iterator[list[socket.socket]]:
    """Listen at these addresses, and at a Unix socket where a path is given.

    Raises PressgraphError with a sentence that says what to do.
    """
    if not hosts and not unix:
        raise PressgraphError(
            gettext("there is no address to listen at"), hint=gettext("name one: --host, --unix, or [serve] host")
        )
    with contextlib.ExitStack() as stack:
        sockets = []
        if hosts:
            for sock in _at_port(hosts, port):
                stack.enter_context(sock)
                sockets.append(sock)
        if unix:
            sockets.append(stack.enter_context(_unix(unix)))
        yield sockets


def _at_port(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Return sockets at one port; a free one where the port is 0."""
    for left in reversed(range(_TRIES)):
        made: list[socket.socket] = []
        taken = port
        try:
            # what is for all addresses comes first, and the others are in it
            for host in sorted(hosts, key=lambda it: it != "::"):
                made += _listen(host, taken, made)
                taken = made[0].getsockname()[1]
        except PressgraphError as error:
            for sock in made:
                sock.close()
            cause = error.__cause__
            if port == 0 and left and isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE:
                continue
            raise
        return made
    raise AssertionError


def _listen(host: str, port: int, others: Sequence[socket.socket]) -> list[socket.socket]:
    """Return sockets that listen at all addresses of a name which no other socket has."""
    made: list[socket.socket] = []
    failure: OSError | None = None
    # by its name in both families, whatever the machine's list of hosts says (RFC 6761, 6.3)
    names = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    found = []
    try:
        for name in names:
            found += socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise _refusal(host, port, error) from error
    for family, _, _, _, address in dict.fromkeys(found):
        here = str(address[0])
        if any(_covers(other, family, here) for other in (*others, *made)):
            continue
        at = made[0].getsockname()[1] if made else port
        try:
            both = here == "::" and socket.has_dualstack_ipv6()
            sock = socket.create_server((here, at), family=family, backlog=BACKLOG, dualstack_ipv6=both)
        except OSError as error:
            failure = error
            # a name may have addresses of a family that the machine has not
            if error.errno in _MISSING:
                continue
            break
        made.append(sock)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            # connections inherit it: what a client does not read waits here, where that shows, not in the system
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
    if failure is not None and (not made or failure.errno not in _MISSING):
        for sock in made:
            sock.close()
        raise _refusal(host, port, failure) from failure
    return made


def _covers(sock: socket.socket, family: int, host: str) -> bool:
    """Tell whether a socket listens at an address already."""
    own = sock.getsockname()[0]
    if own == "::" and not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
        return True
    return sock.family == family and (own == host or own in _ALL)


def _refusal(host: str, port: int, error: Exception) -> PressgraphError:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            reason, hint = f"port {port} of {host} is in use", "another server is there; take another port: --port"
        case errno.EACCES:
            reason, hint = f"port {port} is not yours to use", "take one above 1023, behind a reverse proxy: --port"
        case _:
            reason = f"'{host}' is no address of this machine"
            hint = "127.0.0.1 is for this machine alone, :: and 0.0.0.0 for all networks: --host"
    return PressgraphError(reason, hint=hint)


@contextlib.contextmanager
def _unix(path: str) -> Iterator[socket.socket]:
    """Listen at a Unix socket, which its owner and group may use; it goes with the server."""
    if UNIX is None:
        raise PressgraphError(
            gettext("this system has no Unix sockets"), hint=gettext("take a port: --host and --port")
        )
    target = Path(path)
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            if target.exists():
                _remove_stale(target)
            sock.bind(path)
            target.chmod(_MODE)
            sock.listen(BACKLOG)
            made = target.stat().st_ino
        except OSError as error:
            hint = "name a short path in a folder that is there and is yours: --unix"
            raise PressgraphError(
                gettext("'{path}' cannot be made a socket: {reason}", path=path, reason=error.strerror or error),
                hint=hint,
            ) from error
        try:
            yield sock
        finally:
            with contextlib.suppress(OSError):
                if target.stat().st_ino == made:
                    target.unlink()


def _remove_stale(target: Path) -> None:
    """Remove the socket of a server that was killed."""
    if not stat.S_ISSOCK(target.stat().st_mode):
        raise PressgraphError(
            gettext("'{path}' is there, and is no socket", path=target), hint=gettext("name another path: --unix")
        )
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(target))
        except (ConnectionRefusedError, FileNotFoundError):
            target.unlink(missing_ok=True)
            return
        except OSError:
            # somebody is there who does not answer, or not us
            pass
    raise PressgraphError(
        gettext("'{path}' is in use", path=target), hint=gettext("another server is there; name another path: --unix")
    )


def addresses(sockets: Sequence[socket.socket]) -> str:
    """Say where the server can be reached, with addresses that a client on this machine can use."""
    said, everywhere = [], False
    for sock in sockets:
        if sock.family == UNIX:
            said.append(f"unix:{sock.getsockname()}")
            continue
        host, port = sock.getsockname()[:2]
        if host in _ALL:
            everywhere = True
            only_six = host == "::" and sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            host = "::1" if only_six else "127.0.0.1"
        said.append(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    return " and ".join(said) + (", and at all other addresses of this machine" if everywhere else "")


def room_for(connections: int) -> tuple[int, int]:
    """Return how many connections the system's limit on open files leaves, and that limit, raised where it may be.

    Raises PressgraphError where that is too few to serve.
    """
    wanted = _OWN_FILES + connections + connections // 10
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return connections, wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections, soft
    room = (soft - _OWN_FILES) * 10 // 11
    if room < min(_FEWEST, connections):
        least = _OWN_FILES + _FEWEST * 11 // 10 + 1
        raise PressgraphError(
            gettext(
                "only {count} files may be open at a time, and the server needs {least} at least",
                count=soft,
                least=least,
            ),
            hint=gettext(
                "{count} are enough for all connections: ulimit -n {count}, or LimitNOFILE={count} for systemd",
                count=wanted,
            ),
        )
    return room, soft
