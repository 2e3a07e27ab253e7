"""The processes below the server: one started by itself, or forked from a nursery that has read its code already.

A worker is replaced after each query that ran too long, and the others wait for the core meanwhile; each write has a
writer of its own. A process that begins with an interpreter computes for a quarter of a second until it has read its
code, and a forked one for 10 milliseconds, most of which opens the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Protocol

from pressgraph.processes import ISOLATED
from pressgraph.project.typed_json import from_json, to_json
from pressgraph.server.workers.messages import Born, WorkerStart, WriterStart

if TYPE_CHECKING:
    from pressgraph.server.workers.messages import Start, WorkerSettings

_KEPT_ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "PRESSGRAPH_LOCALE",
)


class Child(Protocol):
    """A process, as far as the server needs it."""

    @property
    def pid(self) -> int | None:
        """Its id; None where that is not known yet."""

    def status(self) -> int | None:
        """Return how it ended, as `subprocess.Popen.returncode` says it; None while it runs."""

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""


class Spawned:
    """A process that runs a module of ours: `python -P -m MODULE FD`, where FD is its end of a socket."""

    def __init__(self, module: str, theirs: socket.socket) -> None:
        self._popen = subprocess.Popen(  # noqa: S603 - our own module
            [*ISOLATED, "-m", module, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            # a group, so that it can be ended whole, and Ctrl-C is the server's affair; not a session: Linux may give
            # each session its share of the cores (autogroups), and priorities count only inside one
            process_group=0,
        )
        self.pid = self._popen.pid

    def status(self) -> int | None:
        """Return how it ended."""
        return self._popen.poll()

    def signal(self, number: int) -> None:
        """Send a signal to its group."""
        _signal(self.pid, number, ended=self._popen.returncode is not None)


class Forked:
    """A process that the nursery made, or will make in a moment."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self._status: int | None = None
        self._killed = False

    def status(self) -> int | None:
        """Return how it ended."""
        return self._status

    def signal(self, number: int) -> None:
        """Send a signal to its group; one that ends it reaches it also before it is there."""
        self._killed = self._killed or number == signal.SIGKILL
        if self.pid is not None:
            _signal(self.pid, number, ended=self._status is not None)

    def made(self, pid: int) -> None:
        """Note that it is there."""
        self.pid = pid
        if self._killed:
            self.signal(signal.SIGKILL)

    def ended(self, status: int) -> None:
        """Note how it ended."""
        if self._status is None:
            self.signal(signal.SIGKILL)
            self._status = status


def _signal(pid: int, number: int, *, ended: bool) -> None:
    if not ended:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


class Nursery:
    """The server's end of the process that forks the others (`pressgraph.server.workers.nursery`).

    It is started when it is needed.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = to_json(settings)
        self._socket: socket.socket | None = None
        self._process: Spawned | None = None
        self._children: dict[int, Forked] = {}
        self._number = 0
        self._rest = b""

    def fork_worker(self, theirs: socket.socket, *, store: str) -> Child:
        """Have a worker made over a store, which has this end of a socket."""
        return self._fork(theirs, WorkerStart(number=self._next(), store=store))

    def fork_writer(self, theirs: socket.socket, *, memory: int) -> Child:
        """Have a writer made, which has this end of a socket and may allocate so many bytes."""
        return self._fork(theirs, WriterStart(number=self._next(), memory=memory))

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _fork(self, theirs: socket.socket, start: Start) -> Child:
        if self._socket is None:
            self._start()
        assert self._socket is not None  # noqa: S101 - it was just made
        child = self._children[start.number] = Forked()
        try:
            socket.send_fds(self._socket, [to_json(start) + b"\n"], [theirs.fileno()])
        except OSError:
            # it has ended, or is stuck with more requests than a socket holds
            self._lost()
        return child

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = Spawned("pressgraph.server.workers.nursery", theirs)
        self._socket.sendall(self._settings + b"\n")
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)

    def _read(self) -> None:
        """Take what the nursery says: which processes there are, and how they ended."""
        assert self._socket is not None  # noqa: S101 - it is being read
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            born = from_json(line, Born)
            child = self._children.get(born.number)
            if child is None:
                continue
            if born.pid is not None:
                child.made(born.pid)
            if born.status is not None:
                child.ended(born.status)
                del self._children[born.number]

    def _lost(self) -> None:
        """End what it made: nobody would say how that ended. The next process starts another nursery."""
        self.close()
        children, self._children = self._children, {}
        for child in children.values():
            child.ended(-signal.SIGKILL)

    def close(self) -> None:
        """End the nursery."""
        if self._socket is not None and self._process is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._process.signal(signal.SIGKILL)
            _reap(self._process)
        self._socket, self._rest = None, b""

    async def stop(self) -> None:
        """End the nursery, and wait until it has ended."""
        self.close()
        until = time.monotonic() + 3
        while self._process is not None and self._process.status() is None and time.monotonic() < until:  # noqa: ASYNC110 - it ends once
            await asyncio.sleep(0.01)


def _reap(process: Spawned) -> None:
    if process.status() is None:
        asyncio.get_running_loop().call_later(0.05, _reap, process)
