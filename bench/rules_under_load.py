"""The comparison of rules beside a real exporter at work: files change, it reloads, and is scraped."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from bench import rules
from bench.exporter_process import ExporterProcess
from bench.rules_result import Result, Size
from bench.tenants import tenant_name, write_tenants

EVERY_S = 1.0
USUAL_INTERVAL_S = 15
_RELOADS = re.compile(rb'^threshold_exporter_config_reloads_total\{result="success"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class UnderLoad:
    """One size, and what happened beside it.

    Attributes:
        size: the comparison, as without load.
        seconds: how long it took.
        changes: files that were changed meanwhile, each of another tenant.
        reloads: of the exporter.
        scrapes: of the exporter, plain and compressed.
    """

    size: Size
    seconds: float
    changes: int
    reloads: int
    scrapes: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What was measured of the rules.

    Attributes:
        quiet: both designs at several numbers of tenants.
        under_load: the same beside a busy exporter.
        alone: only the packs' rules, at Prometheus's usual interval.
    """

    quiet: Result
    under_load: list[UnderLoad]
    alone: list[Size] = field(default_factory=list)


def measure_rules(
    tenants: Sequence[int],
    under_load: Sequence[int],
    alone: Sequence[int] = (),
    *,
    rounds: int,
    report: Callable[[str], None] = lambda _: None,
) -> Rules:
    """Measures each number of tenants, then those under load, then the packs' rules alone.

    Raises:
        UnequalError: the designs do not fire the same.
        FileNotFoundError: there is no Prometheus.
    """
    quiet = rules.measure(tenants, rounds=rounds, report=report)
    loaded = []
    for number in under_load:
        report(f"rules for {number:,} tenants, under load")
        loaded.append(_measure_under_load(number, rounds))
    by_itself: list[Size] = []
    for number in alone:
        report(f"the packs' rules for {number:,} tenants")
        one = rules.measure([number], rounds=1, interval_s=USUAL_INTERVAL_S, compare=False)
        by_itself += one.sizes
    return Rules(quiet, loaded, by_itself)


def _measure_under_load(tenants: int, rounds: int) -> UnderLoad:
    begun = time.monotonic()
    with busy_exporter(tenants) as busy:
        (size,) = rules.measure([tenants], rounds=rounds).sizes
        return UnderLoad(size, time.monotonic() - begun, busy.changes, busy.reloads, busy.scrapes)


class Busy:
    """A real exporter to which something happens every second.

    Attributes:
        changes: so far, as are the others.
        reloads: as the exporter counts them.
        scrapes: two after each change.
    """

    def __init__(self, directory: Path, tenants: int, exporter: ExporterProcess) -> None:
        self.changes = self.reloads = self.scrapes = 0
        self._directory = directory
        self._tenants = tenants
        self._exporter = exporter

    def go_on(self, ended: Event) -> None:
        """Change a file and scrape twice, again and again."""
        while not ended.wait(EVERY_S):
            path = self._directory / f"{tenant_name(self.changes % self._tenants)}.yaml"
            text = path.read_text(encoding="ascii")
            # Adds a digit to one of its numbers, or takes it away again.
            before, after = ('"', '0"') if self.changes // self._tenants % 2 == 0 else ('0"', '"')
            path.write_text(text.replace(f"{before}\n", f"{after}\n", 1), encoding="ascii")
            self.changes += 1
            self._exporter.scrape("gzip")
            count = _RELOADS.search(self._exporter.scrape())
            self.scrapes += 2
            self.reloads = round(float(count[1])) if count else 0


@contextmanager
def busy_exporter(tenants: int) -> Iterator[Busy]:
    """Runs an exporter with so many tenants, and keeps it busy meanwhile.

    Raises:
        RuntimeError: it did not go on until the end.
    """
    with tempfile.TemporaryDirectory(prefix="bench-busy-") as scratch:
        directory = Path(scratch) / "conf.d"
        write_tenants(directory, tenants)
        with ExporterProcess(directory) as exporter:
            busy, ended = Busy(directory, tenants, exporter), Event()
            thread = Thread(target=busy.go_on, args=(ended,))
            thread.start()
            try:
                yield busy
                if not thread.is_alive():
                    raise RuntimeError("the load on the exporter ended before the measurement")
            finally:
                ended.set()
                thread.join()
