"""Answers kept in memory: never more bytes than are allowed, and what was used last stays."""

from __future__ import annotations

import gzip
import random

import pytest

from pressgraph.server.cache import CachedResponse, FastResponses, ResponseCache
from pressgraph.server.failures import JobError
from pressgraph.server.http.responses import Representation

KIB = 1024


def entry(size: int) -> Representation:
    return Representation(b"x" * size, "text/plain", '"a"')


def test_a_cache_that_overfills_twice_holds_what_was_used_last() -> None:
    cache = ResponseCache(64 * KIB)
    # each costs twice its bytes, and half a KiB
    for round_ in range(3):
        for number in range(20):
            cache.put((round_, number), entry(4 * KIB))
            assert 0 < cache.held <= 64 * KIB
        kept = [number for number in range(20) if cache.get((round_, number)) is not None]
        assert kept == list(range(13, 20))
        assert cache.held == 7 * (8 * KIB + 512)
    assert cache.get((1, 19)) is None


def test_an_answer_that_was_asked_for_again_stays() -> None:
    cache = ResponseCache(3 * (2 * KIB + 512))
    for name in "abc":
        cache.put((name,), entry(KIB))
    assert cache.get(("a",)) is not None
    cache.put(("d",), entry(KIB))
    assert [name for name in "abcd" if cache.get((name,)) is not None] == ["a", "c", "d"]
    assert (cache.hits, cache.misses) == (4, 1)


def test_the_same_answer_again_costs_once() -> None:
    cache = ResponseCache(64 * KIB)
    for size in (KIB, 4 * KIB, 100):
        cache.put(("a",), entry(size), key_size=10)
        assert cache.held == 2 * size + 10 + 512
    cache.clear()
    assert cache.held == 0
    assert cache.get(("a",)) is None


def test_an_answer_is_kept_as_long_as_it_fits_and_pushes_nothing_out_where_it_does_not() -> None:
    cache = ResponseCache(2 * KIB + 512)
    cache.put(("small",), entry(100))
    cache.put(("large",), entry(KIB + 1))
    assert cache.get(("large",)) is None
    assert cache.get(("small",)) is not None
    cache.put(("exactly",), entry(KIB))
    assert cache.get(("exactly",)) is not None
    assert cache.get(("small",)) is None


def test_the_bytes_in_use_are_those_of_the_answers_kept() -> None:
    dice = random.Random(7)  # noqa: S311 - the same in each run
    cache = ResponseCache(32 * KIB)
    sizes: dict[tuple[int], int] = {}
    for _ in range(500):
        key = (dice.randrange(30),)
        sizes[key] = dice.choice([0, 10, KIB - 1, KIB, 5 * KIB, 20 * KIB])
        cache.put(key, entry(sizes[key]))
        fits = 2 * sizes[key] + 512 <= 32 * KIB
        assert (cache.get(key) is not None and len(cache.get(key).body) == sizes[key]) or not fits  # type: ignore[union-attr]
    kept = {key: found for key in sizes if (found := cache.get(key)) is not None}
    assert cache.held == sum(2 * len(it.body) + 512 for it in kept.values())


@pytest.mark.parametrize("size", [0, KIB - 1, KIB, 5 * KIB])
def test_an_answer_is_compressed_where_that_is_asked_for_and_worth_it(size: int) -> None:
    cache = ResponseCache(64 * KIB)
    cache.put(("a",), entry(size))
    kept = cache.get(("a",))
    assert kept is not None
    assert kept.encoded(compress=False) == (b"x" * size, '"a"', False)
    body, tag, packed = kept.encoded(compress=True)
    assert packed == (size >= KIB)
    assert (gzip.decompress(body) if packed else body) == b"x" * size
    assert tag == ('"a-gz"' if packed else '"a"')
    # nothing in it says when it was made
    assert not packed or body[4:8] == bytes(4)


def test_a_request_that_ended_a_process_is_remembered_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    cache = ResponseCache(KIB)
    failure = JobError("memory", "too much")
    cache.failed("query", failure)
    assert cache.failure("query") is failure
    assert cache.failure("other") is None
    now += 59
    assert cache.failure("query") is failure
    now += 2
    assert cache.failure("query") is None
    for number in range(1200):
        cache.failed(number, failure)
    assert [number for number in range(1200) if cache.failure(number)] == list(range(200, 1200))


def test_responses_by_their_requests_never_hold_more_than_they_may() -> None:
    responses = FastResponses(10 * KIB)
    for number in range(30):
        request = b"%04d" % number
        responses.put(request, CachedResponse(head=b"", body=b"x" * (KIB - 4), query="q"))
        held = [it for it in range(30) if responses.get(b"%04d" % it) is not None]
        # ten fit; the eleventh begins anew
        assert held == list(range(number - number % 10, number + 1))


def test_responses_by_their_requests_are_no_larger_and_no_more_than_may_be() -> None:
    responses = FastResponses(KIB * KIB)
    for size in (64 * KIB, 64 * KIB + 1):
        responses.put(b"%d" % size, CachedResponse(head=b"", body=b"x" * size, query="q"))
        assert (responses.get(b"%d" % size) is not None) == (size == 64 * KIB)
    # with the first of these they are 4096
    for number in range(4096):
        assert responses.get(b"65536") is not None
        responses.put(b"q%d" % number, CachedResponse(head=b"", body=b"", query="q"))
    assert [number for number in range(4096) if responses.get(b"q%d" % number)] == [4095]
