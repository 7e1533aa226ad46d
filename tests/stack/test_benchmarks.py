"""The benchmarks that need servers run; what they measure is no matter of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.hops import HOPS
from bench.latency import measure_latency
from bench.rules_under_load import busy_exporter
from bench.sizes import measure_sizes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.stack


def test_a_change_is_followed_from_its_file_to_its_notification(hasty_packs: Path) -> None:
    told: list[str] = []
    measured = measure_latency(starts=1, rounds=1, rule_packs=hasty_packs, tenants=1, report=told.append)
    (change,) = measured.changes
    assert change.tenant == "db-a"
    assert list(change.hops) == list(HOPS)
    assert all(seconds >= 0 for seconds in change.hops.values())
    assert change.hops["for"] >= measured.for_s == 4
    assert any("change 1 of 1" in line for line in told)


def test_the_exporter_is_measured_at_a_size() -> None:
    (measured,) = measure_sizes([2], runs=1, settling=0)
    assert measured.scraping.plain_bytes > measured.scraping.gzipped_bytes > 0
    assert measured.gauges.series == measured.scraping.series


def test_an_exporter_is_kept_busy_while_something_else_is_measured(until: Callable[..., object]) -> None:
    with busy_exporter(2) as busy:
        until(lambda: busy.changes >= 3 and busy.reloads >= 2, seconds=20)
    assert busy.scrapes == 2 * busy.changes
