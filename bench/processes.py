"""Start and memory of the real process."""

import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.exporter_process import ExporterProcess
from bench.tenants import write_tenants


class Starting(NamedTuple):
    """Medians of several starts.

    Attributes:
        ready: seconds until the process is ready and its first scrape is answered.
        cpu: seconds of CPU that it took until then.
        resident: bytes of memory that it then has for itself.
        bare_cpu: seconds of CPU without any tenant.
        bare_resident: memory without any tenant.
    """

    ready: float
    cpu: float
    resident: float
    bare_cpu: float
    bare_resident: float


def measure_starting(tenants: int, *, runs: int) -> Starting:
    """Starts the exporter with some tenants and with none, several times each."""
    ready, full, bare = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        write_tenants(Path(scratch) / "none", 0)
        for run in range(runs):
            directory = Path(scratch) / str(run)
            write_tenants(directory, tenants)
            with ExporterProcess(Path(scratch) / "none") as exporter:
                bare.append((exporter.cpu(), exporter.resident_bytes()))
            with ExporterProcess(directory) as exporter:
                ready.append(exporter.started_in)
                full.append((exporter.cpu(), exporter.resident_bytes()))
    return Starting(
        ready=median(ready),
        cpu=median(cpu for cpu, _ in full),
        resident=median(memory for _, memory in full),
        bare_cpu=median(cpu for cpu, _ in bare),
        bare_resident=median(memory for _, memory in bare),
    )
