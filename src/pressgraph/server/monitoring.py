"""What operators ask: whether the server runs, whether it can answer, and what Prometheus reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prometheus_client.core import Metric
    from starlette.requests import Request

    from pressgraph.server.http.connections import Connections
    from pressgraph.server.http.log import Log
    from pressgraph.server.http.metrics import RequestMetrics
    from pressgraph.server.served import Served
    from pressgraph.server.workers.pool import Pool
    from pressgraph.server.workers.write_queue import WriteQueue


class Monitoring:
    """The state of a server: /healthz, /readyz and /metrics."""

    def __init__(
        self,
        metrics: RequestMetrics,
        served: Served,
        pool: Pool,
        write_queue: WriteQueue,
        connections: Connections,
        log: Log | None,
    ) -> None:
        self._registry = metrics.registry
        self._served = served
        self._pool = pool
        self._write_queue = write_queue
        self._connections = connections
        self._log = log
        self._registry.register(self)

    async def healthz(self, _request: Request) -> Response:
        """Say that the server runs."""
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    async def readyz(self, _request: Request) -> Response:
        """Say whether it can answer, and what is wrong."""
        ready = self._pool.ready and self._served.current.store is not None
        text = "ready\n" if ready else "not ready\n"
        if self._served.trouble:
            text += f"{self._served.trouble}; the last good snapshot is served\n"
        return PlainTextResponse(text, 200 if ready else 503, {"cache-control": "no-store"})

    async def metrics(self, _request: Request) -> Response:
        """Answer Prometheus."""
        content = prometheus.generate_latest(self._registry)
        return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")

    # -- what the registry calls

    def describe(self) -> Iterable[Metric]:
        """Say nothing ahead of time."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield what the parts of the server say now."""
        pool, served, connections = self._pool, self._served, self._connections
        for name, value in pool.gauges().items():
            yield GaugeMetricFamily(f"pressgraph_pool_{name}", f"Pool: {name}", value)
        yield CounterMetricFamily("pressgraph_processes_started", "Query processes started", pool.counts.started)
        yield _counted("pressgraph_queries_ended", "Queries that were given up", "reason", pool.counts.ended)
        yield GaugeMetricFamily("pressgraph_cache_bytes", "Bytes held by the response cache", served.cache_held)
        yield CounterMetricFamily("pressgraph_cache_hits", "Responses from the cache", served.cache_counts.hits)
        yield CounterMetricFamily("pressgraph_cache_misses", "Responses not in the cache", served.cache_counts.misses)
        yield GaugeMetricFamily("pressgraph_connections", "Open connections", len(connections))
        yield _counted("pressgraph_connections_refused", "Connections turned away", "reason", connections.refused)
        yield _counted("pressgraph_connections_ended", "Connections ended by a limit", "reason", connections.ended)
        dropped = 0 if self._log is None else self._log.dropped
        yield CounterMetricFamily("pressgraph_log_lines_dropped", "Lines that nobody read", dropped)
        if served.current.published is not None:
            age = max(0.0, time.time() - served.current.published)
            yield GaugeMetricFamily("pressgraph_snapshot_age_seconds", "Age of what is served", age)
        yield GaugeMetricFamily(
            "pressgraph_writes_pending", "Writes that wait or are made", self._write_queue.under_way
        )
        without = float(pool.without_network)
        yield GaugeMetricFamily("pressgraph_workers_without_network", "1: query processes have no network", without)


def _counted(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
