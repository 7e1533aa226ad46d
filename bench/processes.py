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
        grown: bytes that its memory grew over ``reloads`` reloads of everything.
        reloads: how many.
    """

    ready: float
    cpu: float
    resident: float
    bare_cpu: float
    bare_resident: float
    grown: float
    reloads: int


def measure_starting(directory: Path, *, runs: int, reloads: int) -> Starting:
    """Starts the exporter on a directory and on one without tenants, several times each."""
    ready, full, bare, grown = [], [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        write_tenants(Path(scratch) / "none", 0)
        for _ in range(runs):
            with ExporterProcess(Path(scratch) / "none") as exporter:
                bare.append((exporter.cpu(), exporter.resident_bytes()))
            with ExporterProcess(directory) as exporter:
                ready.append(exporter.started_in)
                full.append((exporter.cpu(), exporter.resident_bytes()))
                grown.append(_growth(exporter, reloads))
    return Starting(
        ready=median(ready),
        cpu=median(cpu for cpu, _ in full),
        resident=median(memory for _, memory in full),
        bare_cpu=median(cpu for cpu, _ in bare),
        bare_resident=median(memory for _, memory in bare),
        grown=median(grown),
        reloads=reloads,
    )


def _growth(exporter: ExporterProcess, reloads: int) -> int:
    exporter.reload()  # the first one brings what every later one needs again
    before = exporter.resident_bytes()
    for _ in range(reloads):
        exporter.reload()
    return exporter.resident_bytes() - before
