"""Real triple stores for tests: Oxigraph and Virtuoso on the loopback, and a proxy that fails on purpose."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens at port {port}")


@contextmanager
def oxigraph(folder: Path, *, union: bool = True) -> Iterator[str]:
    """Serve an empty Oxigraph, whose default graph is the union of the others; yield its query address."""
    port = free_port()
    program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    call = [
        program,
        "serve",
        "-l",
        str(folder),
        "-b",
        f"127.0.0.1:{port}",
        *(["--union-default-graph"] if union else []),
    ]
    with (folder.parent / "oxigraph.log").open("wb") as log:
        process = subprocess.Popen(call, stdout=log, stderr=log)
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}/query"
        finally:
            process.kill()
            process.wait()


_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
[SPARQL]
ResultSetMaxRows = 10000
"""


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Serve an empty Virtuoso 7; yield the address that asks for a password (dba, dba)."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = folder / "virtuoso.ini"
    config.write_text(_VIRTUOSO.format(folder=folder, sql=free_port(), http=port))
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            ["virtuoso-t", "+configfile", str(config), "+foreground"], stdout=log, stderr=log, cwd=folder
        )
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}/sparql-auth"
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Request:
    """A request that a proxy has before it. `number` counts from 1."""

    method: str
    path: str
    body: bytes
    number: int


@contextmanager
def proxy(target: str, fault: Callable[[Request], str | int | None]) -> Iterator[str]:
    """Pass requests on to a server; `fault` says how one fails.

    A number is the status that it is answered with (Retry-After: 7); `before` closes the connection instead of passing
    on, `half` passes half of the body on and then closes both connections, `after` passes all on and then closes it.
    """
    host = urlsplit(target).netloc
    lock, idle = threading.Lock(), threading.Condition()
    count = busy = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # an answer's body follows its head at once, not when the client says after 40 ms that it has the head
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            nonlocal busy
            with idle:
                busy += 1
            try:
                self.pass_on()
            finally:
                with idle:
                    busy -= 1
                    idle.notify_all()

        def pass_on(self) -> None:
            nonlocal count
            with lock:
                count += 1
                number = count
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            how = fault(Request(self.command, self.path, body, number))
            if isinstance(how, int):
                self.send_response(how)
                self.send_header("Retry-After", "7")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if how == "before":
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(host, timeout=30)
            headers = {
                k: v for k, v in self.headers.items() if k.lower() not in {"host", "connection", "accept-encoding"}
            }
            with contextlib.closing(connection):
                if how == "half":
                    headers["Content-Length"] = str(len(body))
                    connection.request(self.command, self.path, body[: len(body) // 2], headers)
                    self.close_connection = True
                    return
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            if how == "after":
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            return None

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{urlsplit(target).path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        # what a client sent that is gone would reach the server while the next test is under way
        with idle:
            over = idle.wait_for(lambda: busy == 0, 60)
        assert over, "requests are still under way"
