"""Long and endless queries beside short ones: whose turn it is, and what becomes of the others."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from harness import Server, build, empty, make_project

from pressgraph.server.workers.fair_queue import FairQueue
from pressgraph.server.workers.frames import REQUEST, frame
from pressgraph.server.workers.job import Job
from pressgraph.server.workers.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBERS = " ".join(map(str, range(100)))
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } # @",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i LIMIT 1 # @",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d (<urn:p>|!<urn:q>)* ?e . ?f ?g ?h } # @",
    "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '((x{0,90}){0,90}){90}y') } LIMIT 1 # @",
)


def product(*names: str) -> str:
    return " ".join(f"VALUES ?{name} {{ {NUMBERS} }}" for name in names)


LONG = f"SELECT (COUNT(*) AS ?n) (SUM(?a) AS ?sum) {{ {product('a', 'b', 'c')} }} # @"
"""A million rows."""
ENDLESS_NUMBERS = f"SELECT (COUNT(*) AS ?n) {{ {product('a', 'b', 'c', 'd', 'e')} }} # @"
LARGE = f"SELECT * {{ {product('a', 'b', 'c')} }} LIMIT 400000 # @"


def get(text: str) -> bytes:
    return f"GET /sparql?query={quote(text, safe='')} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode()


@contextmanager
def under_way(server: Server, *texts: str, addresses: int = 1, head: str = "") -> Iterator[list[socket.socket]]:
    """Have queries asked, each by a client of its own that waits for the answer, from so many addresses in turn."""
    clients = []
    try:
        for number, text in enumerate(texts):
            source = f"127.0.0.{2 + number % addresses}"
            client = socket.create_connection(("127.0.0.1", server.port), timeout=60, source_address=(source, 0))
            client.sendall(get(text.replace("@", str(number))).replace(b"\r\n", f"\r\n{head}".encode(), 1))
            clients.append(client)
        yield clients
    finally:
        for client in clients:
            client.close()


def gauge(server: Server, name: str) -> float:
    lines = server.client.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def until(found: Callable[[], object], seconds: float = 30) -> bool:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if found():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def founding(launch: Callable[..., Server], root: Path, tmp_path: Path) -> Callable[..., Server]:
    def run(**settings: float) -> Server:
        project = make_project(tmp_path / "project", settings)
        build(project, root)
        return launch(project)

    return run


@pytest.fixture
def numbers(launch: Callable[..., Server], tmp_path: Path) -> Callable[..., Server]:
    """A server without data."""

    def run(**settings: float) -> Server:
        return launch(empty(make_project(tmp_path / "project", settings)))

    return run


@pytest.mark.parametrize("count", [4, pytest.param(16, marks=pytest.mark.further)])
def test_short_queries_and_pages_are_answered_beside_endless_queries(
    count: int, founding: Callable[..., Server]
) -> None:
    server = founding()
    expected = server.rows("SELECT ?s { ?s a clu:ClusterOrganisation } ORDER BY ?s")
    texts = [ENDLESS[number % len(ENDLESS)] for number in range(count)]
    processes = 0
    with under_way(server, *texts):
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 2)
        for number in range(200):
            assert server.rows(f"SELECT ?s {{ ?s a clu:ClusterOrganisation }} ORDER BY ?s # {number}") == expected
            if number % 20 == 0:
                page = server.client.get(f"/doc/agent/biosaxony?n={number}", headers={"accept": "text/html"})
                assert page.status_code == 200
                assert "biosaxony" in page.text.lower()
                assert server.client.get("/readyz").status_code == 200
                processes = max(processes, len(server.workers()))
    # two and one for fast queries and two for slow ones; besides those, some may be ending at the moment
    assert processes <= 10
    assert until(lambda: len(server.workers()) == 3)
    assert gauge(server, "pressgraph_pool_waiting_slow") == 0


def test_more_endless_clients_than_places_stop_nothing_and_are_all_answered(founding: Callable[..., Server]) -> None:
    """From several addresses, more than run and wait: as soon as each has had its turn, the others have theirs."""
    server = founding(slow_turn=0.3, timeout=3.0, queue_timeout=2.0)
    expected = server.rows("SELECT ?s { ?s a clu:ClusterOrganisation } ORDER BY ?s")
    texts = [ENDLESS[number % len(ENDLESS)] for number in range(96)]
    with under_way(server, *texts, addresses=8) as clients:
        assert server.client.get("/healthz").text == "ok\n"
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 2)
        # all at once, they fill the queue: nothing tells them from others until they have computed for a moment
        assert until(lambda: gauge(server, "pressgraph_pool_waiting") == 0)
        for number in range(100):
            assert server.rows(f"SELECT ?s {{ ?s a clu:ClusterOrganisation }} ORDER BY ?s # {number}") == expected
            if number % 20 == 0:
                assert server.client.get("/healthz").text == "ok\n"
                assert server.client.get("/readyz").status_code == 200
                page = server.client.get(f"/doc/agent/biosaxony?n={number}", headers={"accept": "text/html"})
                assert page.status_code == 200
        for client in clients:
            assert client.recv(12) in {b"HTTP/1.1 503", b"HTTP/1.1 504", b"HTTP/1.1 507"}
    assert until(lambda: gauge(server, "pressgraph_pool_waiting_slow") == 0)
    assert until(lambda: len(server.workers()) == 3)
    assert server.rows("SELECT ?s { ?s a clu:ClusterOrganisation } ORDER BY ?s") == expected


@pytest.mark.parametrize(
    ("addresses", "head", "honest"),
    [(4, "", {}), (1, "X-Forwarded-For: 198.51.100.7\r\n", {"x-forwarded-for": "198.51.100.8"})],
    ids=["by address", "behind a trusted proxy"],
)
def test_who_asks_little_keeps_a_place_where_others_fill_the_queue(
    numbers: Callable[..., Server], addresses: int, head: str, honest: dict[str, str]
) -> None:
    proxies: Any = ["127.0.0.0/8"] if head else []
    server = numbers(proxies=proxies, queue=8, slow_turn=0.3, timeout=60.0, queue_timeout=60.0)
    over = threading.Event()

    def flood() -> list[bytes]:
        said = []
        while not over.is_set():
            with under_way(server, *[ENDLESS_NUMBERS] * 32, addresses=addresses, head=head) as clients:
                for client in clients:
                    client.settimeout(0.05)
                    with suppress(TimeoutError):
                        said.append(client.recv(12))
        return said

    with ThreadPoolExecutor(1) as threads:
        flooding = threads.submit(flood)
        try:
            for number in range(30):
                answer = server.query(f"ASK {{ FILTER({number} >= 0) }}", **honest)
                assert (answer.status_code, answer.json()["boolean"]) == (200, True)
        finally:
            over.set()
        # and those who filled it were refused
        assert b"HTTP/1.1 503" in flooding.result(120)


def job(client: str, request: str) -> Job:
    return Job(request.encode(), client=client)


def test_clients_take_turns_and_whoever_has_most_waiting_gives_way() -> None:
    queue = FairQueue(4)
    assert [queue.add(job("a", f"a{number}")) for number in range(4)] == [None] * 4
    last = job("a", "a4")
    # more of the same client's has no room, one of another client's takes the last place
    assert queue.add(last) is last
    refused = [queue.add(job(name, f"{name}0")) for name in "bc"]
    assert [it.request for it in refused if it is not None] == [b"a3", b"a2"]
    more = job("b", "b1")
    assert queue.add(more) is more
    back = [job("d", "d0"), job("a", "a-")]
    queue.put_back(reversed(back))
    found = []
    while (it := queue.next()) is not None:
        found.append(it.request.decode())
    assert found == ["d0", "a-", "b0", "c0", "a0", "a1"]
    assert not queue


def test_places_of_clients_that_have_gone_are_free() -> None:
    queue = FairQueue(2)
    first, second = job("a", "a0"), job("a", "a1")
    assert queue.add(first) is queue.add(second) is None
    first.close()
    second.close()
    assert not queue
    assert queue.oldest() is None
    third = job("a", "a2")
    assert queue.add(third) is None
    assert queue.oldest() is third
    queue.remove(third)
    assert queue.next() is None


def test_an_ended_query_is_told_why_and_when_to_come_again(founding: Callable[..., Server]) -> None:
    server = founding(slow_turn=0.3, timeout=3.0, queue_timeout=2.0)
    found: list[httpx.Response] = []

    def ask(number: int) -> None:
        found.append(
            httpx.get(
                f"{server.url}/sparql",
                params={"query": ENDLESS[number % len(ENDLESS)].replace("@", str(number))},
                timeout=60,
                trust_env=False,
            )
        )

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for answer in found:
        assert answer.status_code in {503, 504, 507}, answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert len(answer.text.strip().splitlines()) == 1
    reasons = " ".join(answer.text for answer in found)
    assert "other long queries wait" in reasons
    assert gauge(server, "pressgraph_pool_waiting_slow") == 0


def test_a_long_query_alone_is_answered_however_often_it_outlives_a_short_one(numbers: Callable[..., Server]) -> None:
    server = numbers(slow_after=0.01, slow_turn=0.05)
    processes = set(server.workers())
    assert server.rows(LONG) == [{"n": "1000000", "sum": "49500000"}]
    # it did not stay among the fast ones
    assert until(lambda: len(server.workers()) == 3)
    assert len(processes & set(server.workers())) == 2


def test_a_long_query_that_waits_for_a_place_is_answered(numbers: Callable[..., Server]) -> None:
    server = numbers(slow_workers=1, slow_turn=0.3, queue_timeout=60.0, timeout=60.0)
    with under_way(server, ENDLESS_NUMBERS) as (endless,):
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 1)
        assert server.rows(LONG) == [{"n": "1000000", "sum": "49500000"}]
        assert b"HTTP/1.1 503 " in endless.recv(65536)


def test_a_large_result_that_is_being_read_goes_on_where_the_slow_lane_is_full(numbers: Callable[..., Server]) -> None:
    server = numbers(slow_workers=1, slow_turn=60.0, timeout=60.0)
    with under_way(server, ENDLESS_NUMBERS):
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 1)
        with server.client.stream("GET", "/sparql", params={"query": LARGE}, headers={"accept": "text/csv"}) as answer:
            assert answer.status_code == 200
            lines = sum(chunk.count(b"\n") for chunk in answer.iter_bytes())
    assert lines == 400_001


def test_where_no_long_query_may_wait_one_more_is_refused(numbers: Callable[..., Server]) -> None:
    server = numbers(slow_workers=1, queue=0, timeout=60.0)
    with under_way(server, ENDLESS_NUMBERS):
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 1)
        answer = server.query(ENDLESS_NUMBERS)
        assert answer.status_code == 503
        assert "too many long queries" in answer.text
        assert server.answers()


def test_a_client_that_goes_leaves_its_place_in_the_queue(numbers: Callable[..., Server]) -> None:
    server = numbers(slow_workers=1, slow_turn=0.2, timeout=60.0, queue_timeout=60.0)
    with under_way(server, ENDLESS_NUMBERS):
        assert until(lambda: gauge(server, "pressgraph_pool_slow") == 1)
        with under_way(server, ENDLESS_NUMBERS, ENDLESS_NUMBERS):
            assert until(lambda: gauge(server, "pressgraph_pool_waiting_slow") >= 1)
    assert until(lambda: gauge(server, "pressgraph_pool_waiting_slow") == gauge(server, "pressgraph_pool_slow") == 0)
    assert server.rows(LONG) == [{"n": "1000000", "sum": "49500000"}]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_long_queries_have_a_low_priority_and_rest_while_many_short_ones_come(
    numbers: Callable[..., Server],
) -> None:
    server = numbers(timeout=60.0)

    def slow() -> list[int]:
        return [pid for pid in server.workers() if os.getpriority(os.PRIO_PROCESS, pid) > 0]

    def stopped(pid: int) -> bool:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    with under_way(server, ENDLESS_NUMBERS):
        assert until(slow)
        (pid,) = slow()
        over = threading.Event()

        def load(number: int) -> None:
            with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
                for turn in range(100_000):
                    if over.is_set():
                        return
                    text = f"ASK {{ FILTER({number * 1_000_000 + turn} >= 0) }}"
                    assert client.get("/sparql", params={"query": text}).json()["boolean"] is True

        threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            assert until(lambda: stopped(pid))
            assert until(lambda: not stopped(pid))
        finally:
            over.set()
            for thread in threads:
                thread.join()
        # and it goes on when nobody else is there
        assert until(lambda: not stopped(pid))
        before = os.times(), _computed(pid)
        assert until(lambda: _computed(pid) > before[1])


def _computed(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def test_without_the_process_that_makes_the_others_there_is_soon_another(numbers: Callable[..., Server]) -> None:
    server = numbers()
    workers = server.workers()
    os.kill(server.nursery(), signal.SIGKILL)
    assert until(lambda: len(server.workers()) == 3 and not set(workers) & set(server.workers()))
    assert server.answers()


def test_a_query_that_its_process_never_read_is_answered_by_another(numbers: Callable[..., Server]) -> None:
    """A process that ends before it has read a query, for want of memory on the machine for example."""
    server = numbers(workers=1, slow_workers=0)
    workers = server.workers()
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(server.query, "ASK { } # never read")
        assert until(lambda: "\npressgraph_pool_busy 1.0\n" in server.client.get("/metrics").text)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        assert sent.result(60).status_code == 200


def test_forked_processes_share_no_random_numbers(numbers: Callable[..., Server]) -> None:
    server = numbers(workers=1)
    found = []
    for number in range(8):
        found += [row["u"] for row in server.rows(f"SELECT (UUID() AS ?u) {{ VALUES ?x {{ 1 2 }} }} # {number}")]
        found += [row["u"] for row in server.rows(f"SELECT (STR(RAND()) AS ?u) {{}} # {number}")]
        for pid in server.workers()[:2]:
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: len(server.workers()) == 2)
        assert until(server.answers)
    assert len(set(found)) == len(found)


def test_requests_of_one_moment_reach_a_process_as_one_message_and_before_they_are_taken_back() -> None:
    ends: list[socket.socket] = []

    def child(theirs: socket.socket) -> Any:
        ends.append(theirs.dup())
        return SimpleNamespace(pid=None, signal=lambda _number: None, status=lambda: 0)

    async def ask(*, take_back: bool) -> bytes:
        process = Process(child, lost=lambda _: None, ready=lambda _: None)
        await process.connect()
        for text in (b"one", b"two"):
            process.ask(Job(frame(REQUEST, text)))
        if take_back:
            process.take_back()
        await asyncio.sleep(0)
        process.kill()
        with ends.pop() as end:
            end.settimeout(20)
            return end.recv(1000)

    both = frame(REQUEST, b"one") + frame(REQUEST, b"two")
    assert asyncio.run(ask(take_back=False)) == both
    assert asyncio.run(ask(take_back=True)).startswith(both)
