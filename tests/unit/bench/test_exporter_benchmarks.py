"""The benchmarks run; what they measure is no matter of a test."""

import json
from pathlib import Path

from bench import exporter
from bench.report import as_json, as_text
from bench.tenants import THRESHOLDS, write_tenants
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.packs.bundled import load_catalogue


def test_every_benchmark_of_the_exporter_runs_and_its_figures_can_be_written() -> None:
    figures, raw = exporter.measure(exporter.TINY)
    assert len({figure.subject for figure in figures}) == len(figures) > 10
    assert json.loads(as_json(figures, raw))["raw"]["scraping"]["series"] > THRESHOLDS
    assert all(figure.subject in as_text(figures) for figure in figures)


def test_tenants_have_fifty_thresholds_in_two_kilobytes_and_nothing_is_wrong_with_them(
    tmp_path: Path,
) -> None:
    write_tenants(tmp_path / "conf.d", 20)
    loaded = Loader(tmp_path / "conf.d", load_catalogue()).load()
    assert loaded.findings == ()
    assert [len(tenant.entries) for tenant in loaded.configuration.tenants] == [THRESHOLDS] * 20
    sizes = [path.stat().st_size for path in (tmp_path / "conf.d").glob("db-*.yaml")]
    assert 1_700 < sum(sizes) / len(sizes) < 2_200
