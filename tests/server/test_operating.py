"""The log and the metrics of a running server."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import free_port, wait_for
from prometheus_client.parser import text_string_to_metric_families
from sockets import LAST, OFFERS, PATIENCE, STUBBORN, exchange, metrics, statuses, value

from pressgraph.server.http.log import Log, Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness import Server

# -- the log


def test_every_line_of_the_log_is_json_whatever_strangers_send(founding_server: Server) -> None:
    for first, drip in STUBBORN.values():
        with socket.create_connection(("127.0.0.1", founding_server.port), timeout=1) as sock, suppress(OSError):
            sock.sendall(first + drip + b'\r\n\r\n\0\xff\n"}')
            sock.recv(100)
    for offer in OFFERS.values():
        exchange(founding_server.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + offer + b"\r\n", last=LAST)
    time.sleep(0.3)
    lines = founding_server.log.read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines if not line.startswith("serving at ")]
    assert len(lines) - len(said) == 1
    assert all(it["event"] for it in said)
    assert any(it["event"] == "refused" and it["status"] == 400 for it in said)


@pytest.fixture
def unread(built: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server whose log goes to a pipe that nobody reads, and its port."""
    port, (reader, writer) = free_port(), os.pipe()
    with Path(os.devnull).open("wb") as nothing:
        process = subprocess.Popen(
            [sys.executable, "-m", "pressgraph", "--project", str(built), "serve", "--port", str(port)],
            stdout=nothing,
            stderr=writer,
        )
    os.close(writer)
    try:
        wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)
        os.close(reader)


def test_a_log_that_nobody_reads_holds_up_nobody(unread: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = unread
    path = "/" + "a" * 180
    line = f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept: text/turtle\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        # twice what a pipe holds
        for _ in range(10):
            sock.sendall(line * 50)
            answers = b""
            while answers.count(b"HTTP/1.1 404") < 50:
                data = sock.recv(1024 * 1024)
                assert data
                answers += data[:]
    assert statuses(exchange(port, LAST)) == [200]
    process.terminate()
    assert process.wait(30) == 0


def test_what_the_log_cannot_keep_is_dropped_and_counted() -> None:
    reader, writer = os.pipe()
    log = Log(writer, most=100_000)
    for number in range(3000):
        log.write([f'{{"number":{number},"text":"{"x" * 100}"}}\n'])
    assert log.dropped > 1000
    with os.fdopen(reader, encoding="utf-8") as file, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: [json.loads(line) for line in file])
        log.stop(60)
        os.close(writer)
        lines = reading.result(60)
    told = sum(int(str(it["lines"])) for it in lines if it.get("event") == "dropped")
    written = [it["number"] for it in lines if "number" in it]
    assert told == log.dropped
    assert len(written) == 3000 - log.dropped
    assert written == sorted(written, key=lambda it: int(str(it)))


def test_a_log_that_is_closed_holds_up_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    log = Log(writer)
    log.write(["a\n"] * 100)
    log.stop(10)
    os.close(writer)
    assert log.dropped == 100


def test_what_libraries_log_is_json_without_traceback() -> None:
    reader, writer = os.pipe()
    log = Log(writer)
    logger = logging.getLogger("uvicorn.test")
    records = Records(log)
    logger.addHandler(records)
    logger.info("not said")
    try:
        raise ValueError("/a/path/of/the/machine")
    except ValueError:
        logger.exception('bad "request"\n{"event":"forged"}')
    logger.removeHandler(records)
    log.stop(10)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as file:
        (line,) = [json.loads(it) for it in file]
    assert (line["event"], line["level"], line["error"]) == ("library", "error", "ValueError")
    assert line["message"] == 'bad "request"\n{"event":"forged"}'


# -- metrics


def test_metrics_have_the_types_and_names_that_prometheus_wants(launch: Callable[..., Server], built: Path) -> None:
    server = launch(built)
    for path in ("/cluster", "/void", "/download?query=ASK%7B%7D&type=text/csv", "/shapes", "/made-up", "/cluster.ttl"):
        server.client.get(path)
    exchange(server.port, b"nonsense\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        text = "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff.%3Fg%20%3Fh%20%3Fi%7D"
        sock.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.3)
    until = time.monotonic() + PATIENCE
    while value("pressgraph_queries_ended_total", server, reason="gone") < 1 and time.monotonic() < until:
        time.sleep(0.05)
    families = {
        it.name: it for it in text_string_to_metric_families(metrics(server).partition(b"\r\n\r\n")[2].decode())
    }
    for name, family in families.items():
        counted = {"pressgraph_requests", "pressgraph_processes_started", "pressgraph_queries_ended"} | {
            *("pressgraph_cache_hits", "pressgraph_cache_misses", "pressgraph_log_lines_dropped"),
            *("pressgraph_connections_refused", "pressgraph_connections_ended", "process_cpu_seconds"),
        }
        assert (family.type == "counter") == (name in counted), name
    assert value("pressgraph_requests_total", server, path="invalid", status="400") == 1
    for path in ("void", "download", "shapes"):
        assert value("pressgraph_requests_total", server, path=path, status="200") == 1
    assert value("pressgraph_requests_total", server, path="cluster", status="200") == 2
    assert value("pressgraph_requests_total", server, path="other", status="404") == 1
    assert value("pressgraph_queries_ended_total", server, reason="gone") == 1
    assert value("pressgraph_queries_ended_total", server, reason="memory") == 0
    assert value("process_resident_memory_bytes", server) > 1_000_000
    assert value("process_open_fds", server) > 5
    # the query processes; each has an engine in it
    assert value("pressgraph_pool_resident_memory_bytes", server) > 5_000_000 * len(server.workers())
    assert 0 <= value("pressgraph_snapshot_age_seconds", server) < 24 * 3600
    assert value("pressgraph_event_loop_lag_seconds_count", server) > 0
    assert value("pressgraph_connections", server) >= 1
