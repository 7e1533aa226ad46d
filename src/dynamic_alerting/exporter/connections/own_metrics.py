"""The table of connections as metrics, which every scrape renders anew."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dynamic_alerting.exporter import metrics
from dynamic_alerting.exporter.connections.table import Connections


class ConnectionsCollector(Collector):
    """Open connections, how many there may be, and those that were closed.

    Args:
        connections: The table.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """The families of now."""
        table = self._connections
        now_open, most = metrics.HTTP_CONNECTIONS, metrics.HTTP_MAX_CONNECTIONS
        yield GaugeMetricFamily(now_open.name, now_open.help, value=len(table))
        yield GaugeMetricFamily(most.name, most.help, value=table.limits.connections)
        closed = metrics.HTTP_CONNECTIONS_CLOSED
        family = CounterMetricFamily(closed.name, closed.help, labels=closed.labels)
        for reason, count in table.closed.items():
            family.add_metric([reason], count)
        yield family
