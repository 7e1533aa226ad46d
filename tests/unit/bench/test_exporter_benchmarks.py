"""The benchmarks run; what they measure is no matter of a test."""

import json
import math
from pathlib import Path

import pytest

from bench import exporter
from bench.fitting import fitted_power
from bench.report import Figure, as_json, as_markdown, as_text, write_section
from bench.tenants import THRESHOLDS, write_tenants
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.packs.bundled import load_catalogue


def test_every_benchmark_of_the_exporter_runs_and_its_figures_can_be_written() -> None:
    figures, raw = exporter.measure(exporter.TINY)
    assert len({figure.subject for figure in figures}) == len(figures) > 10
    assert json.loads(as_json(figures, raw))["raw"]["scraping"]["series"] > THRESHOLDS
    assert as_markdown(figures).count("\n| ") == len(figures) + 1
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


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(exponent: float) -> None:
    law = fitted_power([(size, 3.0 * size**exponent) for size in (10, 20, 50)])
    assert law.exponent == pytest.approx(exponent)
    assert law.error == pytest.approx(0, abs=1e-9)


def test_the_error_of_an_exponent_is_that_of_linear_regression() -> None:
    # By hand for x = 0, 1, 2 and y = 0, 2, 1: slope 1/2, residuals -1/2, 1, -1/2, so s² = 3/2 and its root
    # over the root of the spread, 2.
    law = fitted_power([(math.exp(x), math.exp(y)) for x, y in ((0, 0), (1, 2), (2, 1))])
    assert law.exponent == pytest.approx(0.5)
    assert law.error == pytest.approx(math.sqrt(1.5 / 2))


def test_a_section_of_a_page_is_replaced_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- one: generated -->\nold\n<!-- /one -->\nafter\n")
    write_section(page, "one", as_markdown([Figure("a scrape", "1 ms")]))
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| a scrape | 1 ms |" in text
    with pytest.raises(ValueError, match="two: generated"):
        write_section(page, "two", "")


def test_the_page_has_the_section_of_the_exporter_once() -> None:
    text = exporter.PAGE.read_text()
    assert text.count(f"<!-- {exporter.SECTION}: generated -->") == 1
    assert text.count(f"<!-- /{exporter.SECTION} -->") == 1
