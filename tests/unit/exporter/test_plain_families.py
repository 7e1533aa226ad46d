"""What every scrape renders anew is what prometheus_client would render."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest as as_text
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from dynamic_alerting.exporter.connections.limits import Limits
from dynamic_alerting.exporter.connections.own_metrics import ConnectionsCollector
from dynamic_alerting.exporter.connections.table import Connections, Reason
from dynamic_alerting.exporter.own_metrics import END_OF_OPENMETRICS
from dynamic_alerting.exporter.plain_families import render_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric


class Prepared(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def odd_numbers() -> list[Metric]:
    values = [0, -1, 1.5, 1e-9, 1234567.0, 1.79e9, 1e21, float("inf"), float("-inf"), float("nan"), 2**53]
    gauge = GaugeMetricFamily("odd", "Odd numbers.", labels=["index", "other"])
    for index, value in enumerate(values):
        gauge.add_metric([str(index), "x"], value)
    return [gauge, CounterMetricFamily("counted", "Counted.", value=3)]


def connections() -> list[Metric]:
    table = Connections(Limits(), time.monotonic)
    table.close(table.open(), Reason.LIMIT)
    return list(ConnectionsCollector(table).collect())


@pytest.mark.parametrize(
    "families",
    [odd_numbers(), connections(), list(ProcessCollector(registry=None).collect())],
    ids=["odd numbers", "connections", "process"],
)
def test_it_is_what_prometheus_client_renders(families: list[Metric]) -> None:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Prepared(families))
    assert render_plain(families, openmetrics=False) == as_text(registry)
    whole: bytes = as_openmetrics(registry)  # type: ignore[no-untyped-call] # the library's is untyped
    assert render_plain(families, openmetrics=True) + END_OF_OPENMETRICS == whole
