"""Processes that work for this one, told by pickles what to do.

Each is a fresh interpreter: forking a process that has threads can lock up, and multiprocessing's would run the main
script of whoever uses the library once more. It imports nothing from the folder that it is started in, which is a
project's: a `queue.py` there is somebody's data. It ends with its parent, and Ctrl-C does not reach it.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

ISOLATED = (sys.executable, "-P")
"""The interpreter, as our own processes are started with it: `-P` keeps their folder off the path of imports."""

_COMMAND = "from pressgraph.processes import serve; serve()"
_BETWEEN_COLLECTIONS = 50_000
"""Objects that come to be before cycles are looked for among them."""
_LOOKS = 10
"""How often the newest objects are looked at before those are that were kept; as the interpreter has it."""

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Setup = TypeVar("Setup")


class ProcessEndedError(Exception):
    """A process ended before it answered."""


def processors() -> int:
    """Return how many processes can compute at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def rare_collections(*, between: int = _BETWEEN_COLLECTIONS, looks: int = _LOOKS) -> Iterator[None]:
    """Look for cycles among objects rarely: long work leaves few, and looking takes an eighth of the time.

    `between` is how many objects come to be before the newest are looked at, and `looks` how often these are before
    those are that were kept.
    """
    before = gc.get_threshold()
    gc.set_threshold(between, looks)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Processes(Generic[Request, Answer]):
    """Processes that answer requests, each one at a time, until they are left or their parent ends.

    `work` is a function of a module: from `setup` it makes, in each process, the context in which requests are
    answered. A process is started when it is first needed.
    """

    def __init__(
        self, count: int, work: Callable[[Setup], AbstractContextManager[Callable[[Request], Answer]]], setup: Setup
    ) -> None:
        self._told = pickle.dumps((work, setup))
        # the threads only wait for the processes, each for its own
        self._threads = ThreadPoolExecutor(count)
        self._own = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._news: list[bytes] = []
        self._left = False
        self._starting = threading.Lock()

    def tell(self, news: Request) -> None:
        """Tell each process something before what it is asked next; the answer is dropped."""
        self._news.append(pickle.dumps(news))

    def answers(self, requests: Iterable[Request], *, ahead: int) -> Iterator[tuple[Request, Future[Answer]]]:
        """Yield requests in order, each with what its answer will be; `ahead` of them are under way, or wait.

        The answer raises what `work` raised, and ProcessEndedError. A request is begun only when who iterates is done
        with the one that came `ahead` before it.
        """
        waiting: deque[tuple[Request, Future[Answer]]] = deque()
        for request in requests:
            if len(waiting) == ahead:
                yield waiting.popleft()
            waiting.append((request, self._threads.submit(self._ask, request)))
        while waiting:
            yield waiting.popleft()

    def _ask(self, request: Request) -> Answer:
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        try:
            if process is None:
                process = self._own.process = self._started()
                process.stdin.write(self._told)  # type: ignore[union-attr]
                self._own.told = 0
            answer: Answer | Exception
            for asked in (*self._news[self._own.told :], pickle.dumps(request)):
                process.stdin.write(asked)  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
                answer = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own process
            self._own.told = len(self._news)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise ProcessEndedError from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._left:
                raise ProcessEndedError
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*ISOLATED, "-c", _COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # of a session of its own, which Ctrl-C does not reach
                start_new_session=True,
            )
            self._processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # what they still do is wanted by nobody; whoever waits for it meets the end of the pipe
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._starting:
            self._left = True
        for process in self._processes:
            process.kill()
        self._threads.shutdown()
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]


def serve() -> None:
    """Answer what a parent asks, until it ends: all that a process does."""
    # who ends need not look for cycles in all that it holds
    atexit.register(gc.freeze)
    told, answers = sys.stdin.buffer, sys.stdout.buffer
    # what a library prints is no answer
    sys.stdout = sys.stderr
    with suppress(EOFError, OSError), ExitStack() as stack:
        stack.enter_context(rare_collections())
        work, setup = pickle.load(told)  # noqa: S301 - from our own parent
        made: Callable[[Any], Any] | Exception
        try:
            made = stack.enter_context(work(setup))
        except Exception as error:  # noqa: BLE001 - raised where answers are wanted
            made = error
        while True:
            request = pickle.load(told)  # noqa: S301 - as above
            pickle.dump(_answered(made, request), answers)
            answers.flush()


def _answered(made: Callable[[Any], Any] | Exception, request: Any) -> Any:
    if isinstance(made, Exception):
        return made
    try:
        return made(request)
    except Exception as error:  # noqa: BLE001 - as above
        return error
