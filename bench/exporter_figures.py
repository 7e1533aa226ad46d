"""The exporter's figures as one part of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import exporter
from bench.report import Figure
from bench.tenants import THRESHOLDS


@dataclass(frozen=True, slots=True)
class Exporter:
    """Figures as they are shown, and the seconds and bytes behind them.

    Attributes:
        tenants: of scrape, start and memory.
        thresholds: in each tenant's file.
        figures: with their peers and lines.
        raw: by benchmark, what was measured.
    """

    tenants: int
    thresholds: int
    figures: list[Figure]
    raw: dict[str, Any]


def measure_exporter(size: exporter.Size, report: Callable[[str], None]) -> Exporter:
    """Measures everything that ``bench.exporter`` does."""
    report(f"the exporter's figures, with up to {size.files[-1]:,} files")
    figures, raw = exporter.measure(size)
    return Exporter(size.tenants, THRESHOLDS, figures, raw)
