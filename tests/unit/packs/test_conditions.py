"""The comparison that every alert is made of, whatever a pack's dimensions."""

import promql_parser
import pytest

from dynamic_alerting.packs.conditions import Comparison, exceeds


def _selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector)]


def test_without_dimensions_it_is_one_comparison_for_all_tiers() -> None:
    expr = exceeds(Comparison("tenant:c_m:max", "c", "m", "above"))
    assert " ".join(expr.split()) == (
        "tenant:c_m:max > on (tenant) group_right () max by (tenant, severity) ( "
        'user_threshold{component="c",metric="m"} or (tenant:threshold_snapshot{component="c",metric="m"} '
        "and on () absent(threshold_exporter_config_loaded == 1)) )"
    )


def test_below_takes_the_lowest_threshold_of_several_replicas() -> None:
    expr = exceeds(Comparison("tenant:c_m:min", "c", "m", "below"))
    assert "< on (tenant)" in expr
    assert "min by (tenant, severity)" in expr


@pytest.mark.parametrize("dimensions", [("queue",), ("vhost", "queue")])
def test_a_base_never_mixes_with_dimensions_or_patterns(dimensions: tuple[str, ...]) -> None:
    expr = exceeds(Comparison("tenant:c_m:max", "c", "m", "above", dimensions))
    for each in _selectors(expr):
        if each.name not in {"user_threshold", "tenant:threshold_snapshot"}:
            continue
        matchers = {matcher.name: str(matcher.op) + matcher.value for matcher in each.matchers.matchers}
        for dimension in dimensions:
            assert dimension in matchers
            assert f"{dimension}_re" in matchers


def test_a_join_of_many_series_with_many_tiers_cannot_occur() -> None:
    """Where several signal series meet one threshold, each tier is compared by itself."""
    expr = exceeds(Comparison("tenant:c_m:max", "c", "m", "above", ("queue",)))
    assert expr.count("group_right ()") == 1
    assert expr.count("group_left (severity)") == 3
    for severity in ("info", "warning", "critical"):
        assert f'severity="{severity}"' in expr
