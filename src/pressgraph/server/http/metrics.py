"""What is counted of requests, for Prometheus (https://prometheus.io/docs/practices/naming/)."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_PATHS = {
    *("about", "cluster", "context", "doc", "download", "external", "healthz", "id", "metrics", "profile", "readyz"),
    *("search", "shapes", "sparql", "static", "store", "void", "vocab", "well-known"),
}
"""The first names of the paths that are counted by name; what strangers make up is not."""


class _Times:
    """The times until requests were answered: how many were in which bucket, and their sum."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(_SECONDS) + 1)
        self.sum = 0.0


class RequestMetrics(Collector):
    """The metrics of requests, in a registry of their own.

    The library's counters lock and check for each request; these are read when somebody asks.
    """

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        self._answered: dict[tuple[str, int], int] = {}
        self._times: dict[str, _Times] = {}
        self.registry.register(self)
        self._lag = prometheus.Histogram(
            "pressgraph_event_loop_lag_seconds",
            "Time for which the event loop did nothing else, looked at ten times a second",
            registry=self.registry,
            buckets=_LAGS,
        )
        # memory, file descriptors, processor time and start of the server's own process
        prometheus.ProcessCollector(registry=self.registry)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request; the path is empty where there was no request to be read."""
        name = _name(path)
        counted = name, status
        self._answered[counted] = self._answered.get(counted, 0) + 1
        times = self._times.get(name)
        if times is None:
            times = self._times[name] = _Times()
        times.buckets[bisect_left(_SECONDS, seconds)] += 1
        times.sum += seconds

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Yield what was counted, as the library asks for it."""
        requests = CounterMetricFamily("pressgraph_requests", "Requests answered", labels=["path", "status"])
        for (name, status), count in self._answered.items():
            requests.add_metric([name, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily(
            "pressgraph_request_seconds", "Time until a request was answered", labels=["path"]
        )
        bounds = [*(str(float(it)) for it in _SECONDS), "+Inf"]
        for name, times in self._times.items():
            seconds.add_metric([name], list(zip(bounds, accumulate(times.buckets), strict=True)), times.sum)
        yield seconds

    def held(self, seconds: float) -> None:
        """Note for how long the event loop was held."""
        self._lag.observe(max(0.0, seconds))


@lru_cache(maxsize=256)
def _name(path: str) -> str:
    if not path:
        return "invalid"
    if path == "/":
        return "home"
    name = path[1:].partition("/")[0].removeprefix(".").partition(".")[0]
    return name if name in _PATHS else "other"
