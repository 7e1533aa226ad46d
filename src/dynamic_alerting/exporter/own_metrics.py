"""The exporter's own health as metrics, through prometheus_client."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest as text_exposition
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_exposition
from prometheus_client.registry import Collector

from dynamic_alerting import __version__
from dynamic_alerting.exporter import metrics
from dynamic_alerting.exporter.discovery.learned import DiscoveryHealth
from dynamic_alerting.exporter.plain_families import render_plain
from dynamic_alerting.exporter.snapshot import Snapshot
from dynamic_alerting.packs.versions import PacksVersion

#: Ends an OpenMetrics exposition (OpenMetrics 1.0, "Overall Structure").
END_OF_OPENMETRICS = b"# EOF\n"

#: 12 hexadecimal digits are 48 bits: exact in a float's 53.
_HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ReloadHealth:
    """How loading has gone so far.

    Attributes:
        successful: The last load had no rejected file.
        last_success: When that was last so, in seconds since the epoch.
        successes: Loads without a rejected file.
        failures: Loads with one, and times at which the source became unreadable.
        duration: Of the last load, in seconds.
        unreadable: Why the source cannot be read now, else None.
        discovery: How asking Prometheus has gone.
    """

    successful: bool = False
    last_success: float | None = None
    successes: int = 0
    failures: int = 0
    duration: float | None = None
    unreadable: str | None = None
    discovery: DiscoveryHealth = field(default_factory=DiscoveryHealth)


class _HealthCollector(Collector):
    def __init__(self, snapshot: Snapshot | None, health: ReloadHealth, started: float) -> None:
        self._snapshot = snapshot
        self._health = health
        self._started = started

    def collect(self) -> Iterator[Metric]:
        yield from self._process()
        yield from self._loading()
        yield from self._discovery()
        if self._snapshot is not None:
            yield from self._content(self._snapshot)

    def _process(self) -> Iterator[Metric]:
        info = GaugeMetricFamily(
            metrics.BUILD_INFO.name, metrics.BUILD_INFO.help, labels=metrics.BUILD_INFO.labels
        )
        info.add_metric([__version__, platform.python_version()], 1)
        yield info
        yield _gauge(metrics.START_TIME, self._started)

    def _loading(self) -> Iterator[Metric]:
        health = self._health
        yield _gauge(metrics.CONFIG_LOADED, int(self._snapshot is not None))
        yield _gauge(metrics.LAST_RELOAD_SUCCESSFUL, int(health.successful))
        reloads = CounterMetricFamily(
            metrics.RELOADS.name, metrics.RELOADS.help, labels=metrics.RELOADS.labels
        )
        reloads.add_metric(["success"], health.successes)
        reloads.add_metric(["failure"], health.failures)
        yield reloads
        if health.last_success is not None:
            yield _gauge(metrics.LAST_SUCCESS_TIME, health.last_success)
        if health.duration is not None:
            yield _gauge(metrics.RELOAD_DURATION, health.duration)

    def _discovery(self) -> Iterator[Metric]:
        health = self._health.discovery
        # Absent where nothing has to be asked, so that its age alarms nobody there.
        if health.configured and health.names:
            yield _gauge(metrics.EXPANSION_SUCCESS_TIME, health.last_success or 0)
        failures = metrics.EXPANSION_FAILURES
        yield CounterMetricFamily(failures.name, failures.help, value=health.failures)

    def _content(self, snapshot: Snapshot) -> Iterator[Metric]:
        yield _gauge(metrics.CONFIG_HASH, int(snapshot.loaded.sha256[:_HASH_DIGITS], 16))
        yield _gauge(metrics.TENANTS, len(snapshot.tenants))
        yield _gauge(metrics.SERIES, snapshot.series)
        yield _gauge(metrics.EXPANDED_SERIES, snapshot.expanded)
        yield _gauge(metrics.EXPANSION_DROPPED, sum(snapshot.expansion.dropped.values()))
        if snapshot.dropped:
            yield _dropped(snapshot)
        if snapshot.next_change is not None:
            yield _gauge(metrics.NEXT_CHANGE, snapshot.next_change.timestamp())


def _dropped(snapshot: Snapshot) -> GaugeMetricFamily:
    metric = metrics.TENANT_SERIES_DROPPED
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for tenant, count in snapshot.dropped.items():
        family.add_metric([tenant], count)
    return family


def _gauge(metric: metrics.Metric, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.help, value=value)


def render_health(
    snapshot: Snapshot | None, health: ReloadHealth, started: float, packs: PacksVersion
) -> tuple[bytes, bytes]:
    """The exporter's health, constant until the next reload, as (text, OpenMetrics without its end)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_HealthCollector(snapshot, health, started))
    versions = _versions(packs.sha256, tuple(packs.by_pack.items()))
    text, openmetrics = text_exposition(registry), _openmetrics(registry).removesuffix(END_OF_OPENMETRICS)
    return text + versions, openmetrics + versions


@lru_cache(maxsize=8)  # of a process there is one, and it is rendered with every reload
def _versions(sha256: str, by_pack: tuple[tuple[str, str], ...]) -> bytes:
    """The packs in force; gauges look the same in both formats."""
    all_of_them, each = metrics.PACKS_INFO, metrics.PACK_INFO
    packs = GaugeMetricFamily(all_of_them.name, all_of_them.help, labels=all_of_them.labels)
    packs.add_metric([sha256], 1)
    by_name = GaugeMetricFamily(each.name, each.help, labels=each.labels)
    for name, digest in by_pack:
        by_name.add_metric([name, digest], 1)
    return render_plain((packs, by_name), openmetrics=False)


class ProcessMetrics:
    """CPU, memory, descriptors and connections of this process: the only part that every scrape renders anew.

    Args:
        collectors: More that is rendered at every scrape.
    """

    def __init__(self, *collectors: Collector) -> None:
        self._collectors = (*collectors, ProcessCollector(registry=None))

    def text(self) -> bytes:
        """In text format 0.0.4."""
        return render_plain(self._families(), openmetrics=False)

    def openmetrics(self) -> bytes:
        """In OpenMetrics, with the line that ends the exposition."""
        return render_plain(self._families(), openmetrics=True) + END_OF_OPENMETRICS

    def _families(self) -> Iterator[Metric]:
        return chain.from_iterable(collector.collect() for collector in self._collectors)


def _openmetrics(registry: CollectorRegistry) -> bytes:
    rendered: bytes = openmetrics_exposition(registry)  # type: ignore[no-untyped-call] # the library's is untyped
    return rendered
