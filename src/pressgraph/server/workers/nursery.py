"""A process that has read the code of workers and writers, and forks one whenever the server needs it.

    python -m pressgraph.server.workers.nursery FD

FD is a socket to the server. The first line that comes is `WorkerSettings` as JSON, each further one a `Start`, which
brings the new process's end of a socket; a `Born` goes back when the process is there, and another one when it has
ended. The nursery opens no store and starts no thread: neither may be forked. It ends when the server does.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from pressgraph.pages import describe
from pressgraph.project.typed_json import from_json, to_json
from pressgraph.server.workers import worker, writer
from pressgraph.server.workers.messages import Born, Start, WorkerSettings, WriterStart, start
from pressgraph.server.workers.sandbox import OUT_OF_MEMORY

_MOST_SOCKETS = 64
_READ_AHEAD = describe
"""What workers import when a page is asked for."""


def _work(server: socket.socket, theirs: int, wanted: Start, settings: WorkerSettings | None, parent: int) -> NoReturn:
    """Be a worker or a writer, in the forked process."""
    status = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        sock = socket.socket(fileno=theirs)
        if isinstance(wanted, WriterStart):
            writer.run(sock, memory=wanted.memory, parent=parent)
        elif settings is not None:
            worker.run(sock, wanted.store, settings, parent=parent)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        # nothing of the nursery's goes on here
        os._exit(status)


def _ended(children: dict[int, int]) -> list[Born]:
    """Return which processes have ended, and how."""
    found = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            found.append(Born(number=children.pop(pid), status=os.waitstatus_to_exitcode(status)))
    return found


def main() -> None:
    """Run the nursery."""
    server = socket.socket(fileno=int(sys.argv[1]))
    settings: WorkerSettings | None = None
    parent = os.getpid()
    children: dict[int, int] = {}
    sockets: list[int] = []
    rest = b""
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    # what is here is not looked at again, and so not copied
    gc.freeze()
    while True:
        ready, _, _ = select.select([server, woken], [], [])
        said: list[Born] = []
        if woken in ready:
            with suppress(BlockingIOError):
                woken.recv(4096)
            said += _ended(children)
        if server in ready:
            data, came, _, _ = socket.recv_fds(server, 65536, _MOST_SOCKETS)
            if not data:
                return
            sockets += came
            *lines, rest = (rest + data).split(b"\n")
            if settings is None and lines:
                settings = from_json(lines.pop(0), WorkerSettings)
            for wanted in map(start, lines):
                theirs = sockets.pop(0)
                pid = os.fork()
                if not pid:
                    wakes.close()
                    woken.close()
                    _work(server, theirs, wanted, settings, parent)
                os.close(theirs)
                with suppress(OSError):
                    os.setpgid(pid, pid)
                children[pid] = wanted.number
                said.append(Born(number=wanted.number, pid=pid))
        server.sendall(b"".join(to_json(it) + b"\n" for it in said))


if __name__ == "__main__":
    main()
