"""Memory of the real process while files change again and again: whether it comes to an end of growing."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.exporter_process import ExporterProcess
from bench.tenants import tenant_name, write_tenant, write_tenants
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue

_MOVED = 20  # one of so many tenants goes in each reload, and another one comes
_REWRITTEN = 10  # one of so many files is written anew


class OverReloads(NamedTuple):
    """Memory of one process.

    Attributes:
        started: bytes after the first scrape.
        after: bytes by number of reloads, ascending; each of them found other files than the one before.
    """

    started: int
    after: dict[int, int]

    @property
    def settled(self) -> int:
        """The number of reloads from which on memory is asked to stay: the middle one of those looked at."""
        return sorted(self.after)[(len(self.after) - 1) // 2]

    @property
    def most_later(self) -> int:
        """The most bytes after any later one."""
        return max(size for count, size in self.after.items() if count > self.settled)


def measure_over_reloads(tenants: int, counts: Sequence[int]) -> OverReloads:
    """Changes the files of one process, and looks at its memory after so many reloads, two or more."""
    catalogue = load_catalogue()
    after: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch) / "conf.d"
        write_tenants(directory, tenants)
        with ExporterProcess(directory) as exporter:
            started = exporter.resident_bytes()
            for generation in range(1, max(counts) + 1):
                _change(directory, tenants, generation, catalogue)
                exporter.reload()
                if generation in counts:
                    after[generation] = exporter.resident_bytes()
    return OverReloads(started, after)


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
