"""What the options of make benchmark choose."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.command import as_called, main, parts_of, plan_of
from bench.pages.page import PAGE
from bench.parts import CURVE, FULL, PARTS, QUICK, QUICK_PARTS, TINY, Plan

ROOT = Path(__file__).parents[3]


def plan(
    *tenants: int,
    scaling_curve: bool = False,
    under_load: bool = False,
    full: bool = False,
    tiny: bool = False,
) -> Plan:
    return plan_of(tenants, scaling_curve=scaling_curve, under_load=under_load, full=full, tiny=tiny)


def test_without_options_a_quick_plan_of_some_minutes_is_measured() -> None:
    assert plan() == QUICK
    parts = parts_of((), rules_only=False, full=False)
    assert tuple(part.name for part in parts) == QUICK_PARTS
    assert sum(part.takes(QUICK) for part in parts) < 10 * 60


def test_everything_is_measured_in_full() -> None:
    assert plan(full=True) == FULL
    assert parts_of((), rules_only=True, full=True) == list(PARTS)


def test_the_curve_and_the_load_are_about_rules_alone() -> None:
    assert [part.name for part in parts_of((), rules_only=True, full=False)] == ["rules"]
    assert plan(scaling_curve=True).rules == CURVE
    assert plan(scaling_curve=True).rules_under_load == ()
    assert plan(under_load=True).rules_under_load == QUICK.rules


def test_tenants_are_for_every_part_that_has_a_number_of_them() -> None:
    chosen = plan(500, 50, 500, under_load=True)
    assert chosen.rules == chosen.sizes == chosen.rules_under_load == (50, 500)


def test_chosen_parts_are_measured_in_the_order_of_the_report() -> None:
    assert [part.name for part in parts_of(("sizes", "latency"), rules_only=True, full=True)] == [
        "latency",
        "sizes",
    ]


def test_more_is_said_to_take_longer() -> None:
    for part in PARTS:
        assert 0 < part.takes(TINY) <= part.takes(QUICK) <= part.takes(FULL)


def test_a_result_says_the_command_that_measures_it_again() -> None:
    assert as_called([]) == "make benchmark"
    assert as_called(["--part", "rules"]) == "make benchmark ARGS='--part rules'"


def test_the_help_and_the_page_name_every_option_and_part() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    page = PAGE.read_text()
    for parameter in main.params:
        assert f"{parameter.opts[0]}" in told
        assert f"`{parameter.opts[0]}" in page
    for part in PARTS:
        assert part.name in told
        assert part.name in page


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_the_command_is_mentioned_where_people_look(file: str) -> None:
    assert "make benchmark" in (ROOT / file).read_text()


def test_reporting_on_kept_results_measures_nothing(tmp_path: Path) -> None:
    html = tmp_path / "report.html"
    told = CliRunner().invoke(main, ["--render", "--html", str(html)])
    assert told.exit_code == 0, told.output
    assert "From a saved file to a notification" in told.output
    assert html.read_text().count("<svg") >= len(list(PAGE.with_suffix("").glob("*.svg")))
