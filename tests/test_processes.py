"""Processes that work for the one that starts them."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from pressgraph.processes import ProcessEndedError, Processes
from pressgraph.server.workers.children import Spawned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def answers(work: Callable[[Any], Any], setup: object, *requests: object, count: int = 2) -> list[object]:
    processes: Processes[object, object]
    with Processes(count, work, setup) as processes:
        return [answer.result() for _, answer in processes.answers(requests, ahead=3)]


@pytest.fixture
def misleading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with files that have the names of modules, as the folders of people do."""
    for name in ("pickle", "queue", "pressgraph", "subprocess", "this"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("misleading")
def test_answers_come_in_order_wherever_a_process_is_started() -> None:
    requests = ["a" * number for number in range(20)]
    assert answers(nullcontext, len, *requests) == list(range(20))


def test_each_process_is_told_the_news_before_what_it_is_asked_next() -> None:
    # whoever sets a umask is told which there was
    with Processes(2, nullcontext, os.umask) as processes:
        for news in (0o27, 0o22):
            processes.tell(news)
            assert [it.result() for _, it in processes.answers([news] * 6, ahead=3)] == [news] * 6


@pytest.mark.usefixtures("misleading")
def test_a_worker_imports_nothing_from_the_folder_that_it_is_started_in() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = Spawned("this", theirs)
        until = time.monotonic() + 30
        while process.status() is None and time.monotonic() < until:
            time.sleep(0.01)
    assert process.status() == 0


@pytest.mark.parametrize(("work", "setup"), [(nullcontext, json.loads), (json.loads, "{")], ids=["request", "setup"])
def test_what_a_process_raises_is_raised_where_its_answer_is_wanted(work: Callable[[Any], Any], setup: object) -> None:
    with pytest.raises(json.JSONDecodeError):
        answers(work, setup, "{", count=1)


def test_a_process_that_ends_is_said_for_each_request() -> None:
    with Processes(1, nullcontext, os._exit) as processes:
        for _, answer in processes.answers([1, 2], ahead=1):
            with pytest.raises(ProcessEndedError):
                answer.result()


def test_nobody_waits_for_what_is_not_wanted() -> None:
    with Processes(1, nullcontext, time.sleep) as processes:
        began = next(processes.answers([3600, 3600], ahead=1))
    with pytest.raises(ProcessEndedError):
        began[1].result()
