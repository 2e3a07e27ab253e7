"""A process that has read a worker's code, and forks a worker whenever the server needs one.

    python -m pressgraph.server.workers.nursery FD SETTINGS

FD is a socket to the server. Each line that comes is a JSON list of a number and a store's path, and brings the
worker's end of a socket; lines of JSON go back: `{"number": 1, "pid": 123}`, and `{"number": 1, "status": -9}` when the
worker has ended. It opens no store and starts no thread: neither may be forked. It ends when the server does.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from pressgraph.pages import describe
from pressgraph.project.typed_json import from_json
from pressgraph.server.workers import worker
from pressgraph.server.workers.messages import WorkerSettings
from pressgraph.server.workers.sandbox import OUT_OF_MEMORY

_MOST_SOCKETS = 64
_READ_AHEAD = describe
"""What workers import when a page is asked for."""


def _work(server: socket.socket, theirs: int, store: str, settings: WorkerSettings, parent: int) -> NoReturn:
    """Be a worker, in the forked process."""
    status = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        worker.run(socket.socket(fileno=theirs), store, settings, parent=parent)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        # nothing of the nursery's goes on here
        os._exit(status)


def _ended(children: dict[int, int]) -> list[dict[str, int]]:
    """Return which workers have ended, and how."""
    found = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            found.append({"number": children.pop(pid), "status": os.waitstatus_to_exitcode(status)})
    return found


def main() -> None:
    """Run the nursery."""
    server = socket.socket(fileno=int(sys.argv[1]))
    settings, parent = from_json(sys.argv[2].encode(), WorkerSettings), os.getpid()
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
        said: list[dict[str, int]] = []
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
            for line in lines:
                number, store = json.loads(line)
                theirs = sockets.pop(0)
                pid = os.fork()
                if not pid:
                    wakes.close()
                    woken.close()
                    _work(server, theirs, store, settings, parent)
                os.close(theirs)
                with suppress(OSError):
                    os.setpgid(pid, pid)
                children[pid] = number
                said.append({"number": number, "pid": pid})
        server.sendall(b"".join(json.dumps(it).encode() + b"\n" for it in said))


if __name__ == "__main__":
    main()
