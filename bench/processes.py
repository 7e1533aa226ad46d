"""Start and memory of the real process."""

import random
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.exporter_process import ExporterProcess
from bench.tenants import tenant_name, write_tenant, write_tenants
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue

_MOVED = 20  # one of so many tenants goes in each reload, and another one comes
_REWRITTEN = 10  # one of so many files is written anew


class Starting(NamedTuple):
    """Medians of several starts.

    Attributes:
        ready: seconds until the process is ready and its first scrape is answered.
        cpu: seconds of CPU that it took until then.
        resident: bytes of memory that it then has for itself.
        bare_cpu: seconds of CPU without any tenant.
        bare_resident: memory without any tenant.
        grown: bytes that its memory grew over ``reloads`` reloads of files that changed.
        reloads: how many.
    """

    ready: float
    cpu: float
    resident: float
    bare_cpu: float
    bare_resident: float
    grown: float
    reloads: int


def measure_starting(tenants: int, *, runs: int, reloads: int) -> Starting:
    """Starts the exporter with some tenants and with none, several times each."""
    ready, full, bare, grown = [], [], [], []
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
                grown.append(_growth(exporter, directory, tenants, reloads))
    return Starting(
        ready=median(ready),
        cpu=median(cpu for cpu, _ in full),
        resident=median(memory for _, memory in full),
        bare_cpu=median(cpu for cpu, _ in bare),
        bare_resident=median(memory for _, memory in bare),
        grown=median(grown),
        reloads=reloads,
    )


def _growth(exporter: ExporterProcess, directory: Path, tenants: int, reloads: int) -> int:
    """How much memory grows while files really change, after one such change that does not count."""
    catalogue = load_catalogue()
    before = 0
    for generation in range(1, reloads + 2):
        _change(directory, tenants, generation, catalogue)
        exporter.reload()
        if generation == 1:
            before = exporter.resident_bytes()
    return exporter.resident_bytes() - before


def _change(directory: Path, tenants: int, generation: int, catalogue: Catalogue) -> None:
    """Removes the first twentieth of the tenants, adds as many, and writes another tenth anew."""
    moved = max(1, tenants // _MOVED)
    first = (generation - 1) * moved
    for number in range(first, first + moved):
        (directory / f"{tenant_name(number)}.yaml").unlink()
        write_tenant(directory, number + tenants, catalogue)
    present = range(first + moved, first + moved + tenants)
    for number in random.Random(generation).sample(present, tenants // _REWRITTEN):  # noqa: S311 - no secret
        write_tenant(directory, number, catalogue, generation)
