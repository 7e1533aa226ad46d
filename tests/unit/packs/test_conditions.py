"""The comparison that every alert is made of, whatever a pack's dimensions."""

import promql_parser
import pytest

from dynamic_alerting.packs.conditions import (
    Comparison,
    all_active,
    exceeds,
    suspect_thresholds,
    suspect_values,
)

PLAIN = Comparison("max by (tenant) (m)", "c_m", "c", "m", "above")
BELOW = Comparison("min by (tenant) (m)", "c_m", "c", "m", "below")


def _of_queues(*dimensions: str) -> Comparison:
    by = ", ".join(["tenant", *dimensions])
    return Comparison(f"max by ({by}) (m)", "c_m", "c", "m", "above", dimensions)


def _selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector)]


def test_without_dimensions_it_is_one_comparison_for_all_tiers() -> None:
    assert " ".join(exceeds(PLAIN, "CMuch").split()) == (
        "max by (tenant) (m) > on (tenant) group_right () max by (tenant, severity) ( "
        'user_threshold{component="c",metric="m"} or on () ( '
        'tenant:threshold_fallback{component="c",metric="m"} or on () ALERTS{alertname="CMuch"} * -Inf ) '
        "unless on () threshold_exporter_config_loaded == 1 )"
    )


def test_below_takes_the_lowest_threshold_of_several_replicas() -> None:
    expr = exceeds(BELOW, "CLittle")
    assert "< on (tenant)" in expr
    assert "min by (tenant, severity)" in expr


def test_what_is_held_is_crossed_by_every_value() -> None:
    assert 'ALERTS{alertname="CMuch"} * -Inf' in exceeds(PLAIN, "CMuch")
    assert 'ALERTS{alertname="CLittle"} * Inf' in exceeds(BELOW, "CLittle")


@pytest.mark.parametrize("dimensions", [("queue",), ("vhost", "queue")])
def test_a_base_never_mixes_with_dimensions_or_patterns(dimensions: tuple[str, ...]) -> None:
    compared = _of_queues(*dimensions)
    for each in _selectors(suspect_values(compared)) + _selectors(suspect_thresholds(compared)):
        if each.name in {"user_threshold", "tenant:threshold_fallback"}:
            assert {f"{dimension}_re" for dimension in dimensions} <= {m.name for m in each.matchers.matchers}
    for each in _selectors(exceeds(compared, "CMuch")):
        if each.name == "tenant:suspect_threshold":
            assert set(dimensions) <= {matcher.name for matcher in each.matchers.matchers}


def test_a_join_of_many_series_with_many_tiers_cannot_occur() -> None:
    """Where several signal series meet one threshold, each tier is compared by itself."""
    expr = exceeds(_of_queues("queue"), "CMuch")
    assert expr.count("group_right ()") == 1
    assert expr.count("group_left (severity)") == 3
    for severity in ("info", "warning", "critical"):
        assert f'severity="{severity}"' in expr


def test_a_suspect_crosses_the_threshold_that_is_crossed_first() -> None:
    assert "min by (tenant)" in suspect_values(_of_queues("queue"))
    below = Comparison("min by (tenant, queue) (m)", "c_m", "c", "m", "below", ("queue",))
    assert "< on (tenant) group_left ()\nmax by (tenant)" in suspect_values(below)


def test_several_keys_are_joined_by_what_their_alerts_share() -> None:
    expr = all_active(_of_queues("vhost", "queue"), "CMuch", [("COld", ["queue", "host"])])
    assert 'ALERTS{alertname="CMuch"}\n  and on (tenant, queue, severity) ALERTS{alertname="COld"}' in expr
    assert "* on (tenant, vhost, queue) group_right ()" in expr
