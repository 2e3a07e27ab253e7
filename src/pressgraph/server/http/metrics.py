"""What is counted of requests, for Prometheus (https://prometheus.io/docs/practices/naming/)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import prometheus_client as prometheus

_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_PATHS = {
    *("about", "cluster", "context", "doc", "download", "external", "healthz", "id", "metrics", "profile", "readyz"),
    *("search", "shapes", "sparql", "static", "store", "void", "vocab", "well-known"),
}
"""The first names of the paths that are counted by name; what strangers make up is not."""


class RequestMetrics:
    """The metrics of requests, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        self._requests = prometheus.Counter(
            "pressgraph_requests", "Requests answered", ["path", "status"], registry=self.registry
        )
        self._seconds = prometheus.Histogram(
            "pressgraph_request_seconds",
            "Time until a request was answered",
            ["path"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._lag = prometheus.Histogram(
            "pressgraph_event_loop_lag_seconds",
            "Time for which the event loop did nothing else, looked at ten times a second",
            registry=self.registry,
            buckets=_LAGS,
        )
        self._counters: dict[tuple[str, int], Any] = {}
        # memory, file descriptors, processor time and start of the server's own process
        prometheus.ProcessCollector(registry=self.registry)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request; the path is empty where there was no request to be read."""
        name = _name(path)
        counters = self._counters.get((name, status))
        if counters is None:
            counters = self._counters[name, status] = (
                self._requests.labels(name, str(status)),
                self._seconds.labels(name),
            )
        counters[0].inc()
        counters[1].observe(seconds)

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
