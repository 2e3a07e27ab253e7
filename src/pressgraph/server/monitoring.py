"""What Prometheus may read (https://prometheus.io/docs/practices/naming/): counters end with _total."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prometheus_client.core import Metric

    from pressgraph.server.app import Front

_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_PATHS = {
    *("about", "cluster", "context", "doc", "download", "external", "healthz", "id", "metrics", "profile", "readyz"),
    *("search", "shapes", "sparql", "static", "store", "void", "vocab", "well-known"),
}
"""The first names of the paths that are counted by name; what strangers make up is not."""


class Metrics:
    """The metrics of a server."""

    def __init__(self, front: Front) -> None:
        self.registry = prometheus.CollectorRegistry()
        self._front = front
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
            "Time for which the front did nothing else, looked at ten times a second",
            registry=self.registry,
            buckets=_LAGS,
        )
        self._known: dict[tuple[str, int], Any] = {}
        self.registry.register(self)
        # memory, file descriptors, processor time and start of the front
        prometheus.ProcessCollector(registry=self.registry)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request; the path is empty where there was no request to be read."""
        kind = path[1:].partition("/")[0].removeprefix(".").partition(".")[0]
        if not path:
            kind = "invalid"
        elif path == "/":
            kind = "home"
        elif kind not in _PATHS:
            kind = "other"
        children = self._known.get((kind, status))
        if children is None:
            children = self._known[kind, status] = (
                self._requests.labels(kind, str(status)),
                self._seconds.labels(kind),
            )
        children[0].inc()
        children[1].observe(seconds)

    def quickly(self, seconds: list[float | None]) -> None:
        """Count requests that were answered the short way; None took no time that could be measured."""
        self._requests.labels("sparql", "200").inc(len(seconds))
        observe = self._seconds.labels("sparql").observe
        for it in seconds:
            observe(it or 0.0)

    def held(self, seconds: float) -> None:
        """Note for how long the event loop was held."""
        self._lag.observe(max(0.0, seconds))

    def describe(self) -> Iterable[Metric]:
        """Say nothing ahead of time."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield what the parts of the server say now."""
        front = self._front
        pool, cache, connections = front.pool, front.endpoint.cache, front.connections
        for name, value in pool.gauges().items():
            yield GaugeMetricFamily(f"pressgraph_pool_{name}", f"Pool: {name}", value)
        yield CounterMetricFamily("pressgraph_processes_started", "Query processes started", pool.counts.started)
        yield _counted("pressgraph_queries_ended", "Queries that were given up", "reason", pool.counts.ended)
        yield GaugeMetricFamily("pressgraph_cache_bytes", "Bytes held by the response cache", cache.held)
        yield CounterMetricFamily("pressgraph_cache_hits", "Answers from the cache", cache.hits)
        yield CounterMetricFamily("pressgraph_cache_misses", "Answers not in the cache", cache.misses)
        yield GaugeMetricFamily("pressgraph_connections", "Open connections", len(connections))
        yield _counted("pressgraph_connections_refused", "Connections turned away", "reason", connections.refused)
        yield _counted("pressgraph_connections_ended", "Connections ended by a limit", "reason", connections.ended)
        yield CounterMetricFamily("pressgraph_log_lines_dropped", "Lines that nobody read", front.log.dropped)
        if front.following.since is not None:
            age = max(0.0, time.time() - front.following.since)
            yield GaugeMetricFamily("pressgraph_snapshot_age_seconds", "Age of what is served", age)
        yield GaugeMetricFamily("pressgraph_writes_pending", "Writes that wait or are made", front.writes.under_way)
        without = float(pool.without_network)
        yield GaugeMetricFamily("pressgraph_workers_without_network", "1: query processes have no network", without)


def _counted(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
