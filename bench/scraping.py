"""Scraping: the exporter answers from bytes that lie ready; the peer renders at every scrape."""

import gzip
from pathlib import Path
from statistics import median
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from bench.exporter_process import ExporterProcess
from bench.measuring import alternately

_OURS = ("user_threshold", "user_state_filter")


class Scraping(NamedTuple):
    """Seconds of CPU for one scrape.

    Attributes:
        series: in the exposition.
        plain_bytes: of the exposition.
        gzipped_bytes: of it compressed.
        plain: the exporter's process, whole HTTP answer included.
        gzipped: the same, compressed.
        peer_plain: prometheus_client rendering the same series, without any HTTP.
        peer_gzipped: the same, compressed as prometheus_client does it.
    """

    series: int
    plain_bytes: int
    gzipped_bytes: int
    plain: float
    gzipped: float
    peer_plain: float
    peer_gzipped: float


class _Prepared(Collector):
    """Hands over families whose samples exist already, so that only rendering is measured."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def measure_scraping(directory: Path, *, runs: int, scrapes: int) -> Scraping:
    """Measures scrapes of the exporter, and the rendering of the same series by prometheus_client.

    Args:
        directory: The configuration.
        runs: Measurements; the median is returned.
        scrapes: In one measurement of the exporter.
    """
    with ExporterProcess(directory) as exporter:
        body, compressed = exporter.scrape(), exporter.scrape("gzip")
        plain = [exporter.cpu_of(scrapes, encoding="identity") for _ in range(runs)]
        gzipped = [exporter.cpu_of(scrapes, encoding="gzip") for _ in range(runs)]
    families = [one for one in text_string_to_metric_families(body.decode()) if one.name in _OURS]
    registry = CollectorRegistry()
    registry.register(_Prepared(families))
    peers = alternately(
        runs,
        {
            "plain": lambda: generate_latest(registry),
            "gzipped": lambda: gzip.compress(generate_latest(registry)),
        },
    )
    return Scraping(
        sum(len(family.samples) for family in families),
        len(body),
        len(compressed),
        median(plain),
        median(gzipped),
        median(one.cpu for one in peers["plain"]),
        median(one.cpu for one in peers["gzipped"]),
    )
