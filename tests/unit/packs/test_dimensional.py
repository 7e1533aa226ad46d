"""Dimensional keys: which threshold a value is compared with, whatever a pack's dimensions."""

import promql_parser
import pytest

from dynamic_alerting.packs.comparison import Comparison
from dynamic_alerting.packs.dimensional import (
    DimensionalKeys,
    candidate_thresholds,
    candidate_values,
    crosses,
    crossing_values,
    served_thresholds,
)


def _of_queues(*dimensions: str) -> Comparison:
    by = ", ".join(["tenant", *dimensions])
    return Comparison(f"max by ({by}) (m)", "c_m", "c", "m", "above", dimensions)


def _of_tables() -> Comparison:
    return Comparison("max by (tenant, table) (n)", "c_n", "c", "n", "above", ("table",))


def _selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector)]


@pytest.mark.parametrize("dimensions", [("queue",), ("vhost", "queue")])
def test_a_base_never_mixes_with_dimensions_or_patterns(dimensions: tuple[str, ...]) -> None:
    compared = _of_queues(*dimensions)
    keys = DimensionalKeys("c", (compared, _of_tables()))
    every = {*dimensions, "table"}
    for expr, names in ((candidate_values(compared), dimensions), (served_thresholds(keys), every)):
        for each in _selectors(expr):
            if each.name == "user_threshold":
                matched = {matcher.name for matcher in each.matchers.matchers}
                assert {f"{name}_re" for name in names} <= matched
    for expr in crossing_values(keys).values():
        for each in _selectors(expr):
            named = {matcher.name for matcher in each.matchers.matchers}
            if each.name == "tenant:candidate:threshold" and "severity" in named:
                assert every <= named


def test_keys_with_the_same_dimensions_share_their_thresholds_rule() -> None:
    keys = DimensionalKeys("c", (_of_queues("queue"), _of_tables()))
    rules = candidate_thresholds(keys)
    assert list(rules) == ["queue", "table"]
    assert 'metric="m"' in rules["queue"]
    assert "by (tenant, component, metric, table, severity)" in rules["table"]


def test_a_join_of_many_series_with_many_tiers_cannot_occur() -> None:
    """Where several signal series meet one threshold, each tier is compared by itself."""
    levels = crossing_values(DimensionalKeys("c", (_of_queues("queue"), _of_tables())))
    assert list(levels) == ["exact", "base"]
    assert levels["exact"].count("group_right ()") == 1
    assert levels["base"].count("group_left (severity)") == 3
    for severity in ("info", "warning", "critical"):
        assert f'severity="{severity}"' in levels["base"]


def test_a_level_looks_only_at_what_no_level_before_it_has_a_threshold_for() -> None:
    levels = crossing_values(DimensionalKeys("c", (_of_queues("vhost", "queue"),)))
    assert list(levels) == ["exact", "vhost", "queue", "base"]
    assert [expr.count("unless on (") for expr in levels.values()] == [0, 1, 2, 3]


def test_keys_that_share_a_rule_are_never_compared_with_each_others_thresholds() -> None:
    keys = DimensionalKeys("c", (_of_queues("vhost", "queue"), _of_tables()))
    joins = [join for expr in crossing_values(keys).values() for join in expr.split(" on (")[1:]]
    assert len(joins) > 9
    assert all(join.startswith("tenant, component, metric") for join in joins)


def test_an_alert_reads_its_own_keys_values_by_its_own_labels() -> None:
    assert crosses(_of_queues("queue")) == (
        'max by (tenant, queue, severity) (tenant:crossing:value{component="c",metric="m"})'
    )


def test_a_candidate_crosses_the_threshold_that_is_crossed_first() -> None:
    assert "min by (tenant)" in candidate_values(_of_queues("queue"))
    below = Comparison("min by (tenant, queue) (m)", "c_m", "c", "m", "below", ("queue",))
    assert "< on (tenant) group_left ()\n(\n  max by (tenant)" in candidate_values(below)
