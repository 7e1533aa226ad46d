"""The exporter with so many tenants: load, reload, scrape and memory, each beside its peer."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.exporter_process import ExporterProcess
from bench.gauges import Gauges, measure_gauges
from bench.loading import Loading, measure_loading
from bench.processes import Starting, measure_starting
from bench.reloading import SETTLING, Reloading, measure_reloading
from bench.scraping import Scraping, measure_scraping
from bench.tenants import write_tenants

_SCRAPES = 20
"""In a measurement."""


@dataclass(frozen=True, slots=True)
class AtSize:
    """The exporter with so many tenants; each part's own module says what its fields mean.

    Attributes:
        tenants: how many, each with a file.
        loads: cold, each in a process of its own.
        reloading: with one changed file.
        scraping: against prometheus_client rendering the same.
        starting: the process and its memory.
        gauges: the memory of the same series as prometheus_client's gauges.
    """

    tenants: int
    loads: list[Loading]
    reloading: Reloading
    scraping: Scraping
    starting: Starting
    gauges: Gauges


def measure_sizes(
    sizes: Sequence[int],
    *,
    runs: int,
    settling: float = SETTLING,
    report: Callable[[str], None] = lambda _: None,
) -> list[AtSize]:
    """Measures the exporter at every size, ascending.

    Args:
        sizes: numbers of tenants.
        runs: of each measurement.
        settling: seconds to wait after files were written.
        report: told of each thing that was done.
    """
    return [_measure(tenants, runs, settling, report) for tenants in sorted(sizes)]


def _measure(tenants: int, runs: int, settling: float, report: Callable[[str], None]) -> AtSize:
    with tempfile.TemporaryDirectory(prefix="bench-sizes-") as scratch:
        directory = Path(scratch) / "conf.d"
        write_tenants(directory, tenants)
        loads = [measure_loading(directory) for _ in range(runs)]
        report(f"{tenants:,} tenants: loaded")
        scraping = measure_scraping(directory, runs=runs, scrapes=_SCRAPES)
        report(f"{tenants:,} tenants: scraped")
        starting = measure_starting(tenants, runs=1)
        with ExporterProcess(directory) as exporter:
            exposition = exporter.scrape()
        gauges = measure_gauges(exposition)
        report(f"{tenants:,} tenants: started, memory seen")
        reloading = measure_reloading(directory, runs=min(runs, tenants), settling=settling)
        report(f"{tenants:,} tenants: reloaded")
    return AtSize(tenants, loads, reloading, scraping, starting, gauges)
