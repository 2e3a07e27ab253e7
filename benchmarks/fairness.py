"""Measure what endless queries of some clients cost the others: throughput and delays beside 0 to 16 of them."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.run import Table

BESIDE = (0, 1, 2, 4, 8, 16)
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } # @",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 1 # @",
    "SELECT (COUNT(*) AS ?n) { ?a (<urn:p>|!<urn:q>)* ?b } # @",
    "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '((a{0,100}){0,100}){0,100}') } LIMIT 1 # @",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?a ?d ?e . ?f ?d ?g . ?f ?h ?c . ?i ?j ?g } # @",
)
"""Products, with and without a memory of their rows; paths that go everywhere; a slow FILTER; joins that grow."""
SHORT = """
local queries = {
  "SELECT * { ?s ?p ?o } LIMIT 10 # ",
  "ASK { ?s a <http://schema.org/Person> } # ",
  "SELECT ?s { ?s a <https://w3id.org/pressgraph/cluster#AwardedLabel> } LIMIT 50 # ",
  "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 20 # ",
}
local n, many = FIRST, { ["Accept"] = "*/*" }
local function escaped(text)
  return (text:gsub("[^%w]", function(c) return string.format("%%%02X", string.byte(c)) end))
end
local known = {}
for i, text in ipairs(queries) do known[i] = "/sparql?query=" .. escaped(text) end
request = function()
  n = n + 1
  local kind = n % 10
  if kind == 8 then return wrk.format("GET", "/doc/place/muenchen.ttl") end
  if kind == 9 then return wrk.format("GET", "/id/place/muenchen") end
  return wrk.format("GET", known[n % 4 + 1] .. n, many)
end
done = function(summary, latency)
  io.write(string.format("FOUND %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the clients with short queries saw: requests per second, delays in milliseconds, failures."""

    rate: float
    p50: float
    p99: float
    failed: int


@contextlib.contextmanager
def endless_clients(port: int, count: int) -> Iterator[None]:
    """Have clients ask endless queries, each the next as soon as the last is ended, until the block ends."""
    stop = threading.Event()
    open_sockets: dict[int, socket.socket] = {}
    unique = itertools.count(time.time_ns())

    def client(number: int) -> None:
        while not stop.is_set():
            text = ENDLESS[number % len(ENDLESS)].replace("@", str(next(unique)))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                connection.connect()
                open_sockets[number] = connection.sock
                connection.request("GET", f"/sparql?{urllib.parse.urlencode({'query': text})}")
                connection.getresponse().read()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            while thread.is_alive():
                for sock in list(open_sockets.values()):
                    with contextlib.suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)
                thread.join(0.1)


def short_queries(port: int, folder: Path, *, connections: int, seconds: int) -> Load:
    """Ask short queries that differ each time, and for a document."""
    script = folder / "short.lua"
    script.write_text(SHORT.replace("FIRST", str(time.time_ns() // 1000 % 10**12)), encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    found = subprocess.run([*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True).stdout
    _, rate, p50, p99, failed = found[found.index("FOUND") :].split()[:5]
    return Load(rate=float(rate), p50=float(p50), p99=float(p99), failed=int(failed))


def fairness(
    port: int,
    folder: Path,
    *,
    rounds: int,
    seconds: int,
    connections: int,
    beside: Sequence[int] = BESIDE,
    told: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
) -> Table:
    """Go round the numbers of endless clients; return the middle of the rounds, each beside its own 0."""
    found: dict[int, list[Load]] = {count: [] for count in beside}
    short_queries(port, folder, connections=connections, seconds=1)
    for round_ in range(rounds):
        for count in beside:
            with endless_clients(port, count):
                # what the others see goes on for longer than how it begins
                time.sleep(1 if count else 0)
                load = short_queries(port, folder, connections=connections, seconds=seconds)
            found[count].append(load)
            told(f"round {round_ + 1}, {count:2} endless: {load}")
    table: Table = [("endless clients", "others' requests/s", "of those beside 0", "p50 ms", "p99 ms", "failed")]
    for count, loads in found.items():
        shares = [load.rate / alone.rate for load, alone in zip(loads, found[0], strict=True)]
        table.append(
            (
                str(count),
                f"{statistics.median(load.rate for load in loads):,.0f}",
                f"{statistics.median(shares):.2f}",
                f"{statistics.median(load.p50 for load in loads):.1f}",
                f"{statistics.median(load.p99 for load in loads):.1f}",
                str(sum(load.failed for load in loads)),
            )
        )
    return table
