"""The comparison that every alert is made of, whatever a pack's dimensions."""

import promql_parser
import pytest

from dynamic_alerting.packs.conditions import Comparison, all_active, exceeds, held_thresholds
from dynamic_alerting.packs.suspects import (
    Suspects,
    crosses,
    crossing_values,
    suspect_thresholds,
    suspect_values,
)

PLAIN = Comparison("max by (tenant) (m)", "c_m", "c", "m", "above")
BELOW = Comparison("min by (tenant) (m)", "c_m", "c", "m", "below")


def _of_queues(*dimensions: str) -> Comparison:
    by = ", ".join(["tenant", *dimensions])
    return Comparison(f"max by ({by}) (m)", "c_m", "c", "m", "above", dimensions)


def _of_tables() -> Comparison:
    return Comparison("max by (tenant, table) (n)", "c_n", "c", "n", "above", ("table",))


def _selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector)]


def test_without_dimensions_it_is_one_comparison_for_all_tiers() -> None:
    assert " ".join(exceeds(PLAIN).split()) == (
        "max by (tenant) (m) > on (tenant) group_right () max by (tenant, severity) ( "
        'user_threshold{component="c",metric="m"} or on () tenant:threshold_held{metric_key="c_m"} '
        "unless on () threshold_exporter_config_loaded == 1 )"
    )


def test_below_takes_the_lowest_threshold_of_several_replicas() -> None:
    expr = exceeds(BELOW)
    assert "< on (tenant)" in expr
    assert "min by (tenant, severity)" in expr


def test_what_is_held_is_crossed_by_every_value() -> None:
    held = held_thresholds("c", ["CMuch", "CMany"], ["CLittle"], [])
    assert 'ALERTS{alertname=~"CMuch|CMany"} * -Inf' in held
    assert 'ALERTS{alertname="CLittle"} * Inf' in held


@pytest.mark.parametrize("dimensions", [("queue",), ("vhost", "queue")])
def test_a_base_never_mixes_with_dimensions_or_patterns(dimensions: tuple[str, ...]) -> None:
    compared = _of_queues(*dimensions)
    suspects = Suspects("c", (compared, _of_tables()))
    every = {*dimensions, "table"}
    for each in _selectors(suspect_values(compared)):
        if each.name in {"user_threshold", "tenant:threshold_held"}:
            assert {f"{dimension}_re" for dimension in dimensions} <= {m.name for m in each.matchers.matchers}
    for each in _selectors(suspect_thresholds(suspects)):
        if each.name in {"user_threshold", "tenant:threshold_held"}:
            assert {f"{dimension}_re" for dimension in every} <= {m.name for m in each.matchers.matchers}
    for each in _selectors(crossing_values(suspects)):
        named = {matcher.name for matcher in each.matchers.matchers}
        if each.name == "tenant:suspect_threshold" and "severity" in named:
            assert every <= named


def test_a_join_of_many_series_with_many_tiers_cannot_occur() -> None:
    """Where several signal series meet one threshold, each tier is compared by itself."""
    expr = crossing_values(Suspects("c", (_of_queues("queue"), _of_tables())))
    assert expr.count("group_right ()") == 1
    assert expr.count("group_left (severity)") == 3
    for severity in ("info", "warning", "critical"):
        assert f'severity="{severity}"' in expr


def test_keys_that_share_a_rule_are_never_compared_with_each_others_thresholds() -> None:
    suspects = Suspects("c", (_of_queues("vhost", "queue"), _of_tables()))
    joins = crossing_values(suspects).replace("on (tenant) tenant:maintenance", "").split(" on (")[1:]
    assert len(joins) > 9
    assert all(join.startswith("tenant, component, metric") for join in joins)


def test_an_alert_reads_its_own_keys_values_by_its_own_labels() -> None:
    assert crosses(_of_queues("queue")) == (
        'max by (tenant, queue, severity) (tenant:crossing_value{component="c",metric="m"})'
    )


def test_a_suspect_crosses_the_threshold_that_is_crossed_first() -> None:
    assert "min by (tenant)" in suspect_values(_of_queues("queue"))
    below = Comparison("min by (tenant, queue) (m)", "c_m", "c", "m", "below", ("queue",))
    assert "< on (tenant) group_left ()\nmax by (tenant)" in suspect_values(below)


def test_several_keys_are_joined_by_what_their_alerts_share() -> None:
    expr = all_active(_of_queues("vhost", "queue"), "v", "CMuch", [("COld", ["queue", "host"])])
    assert 'ALERTS{alertname="CMuch"}\n  and on (tenant, queue, severity) ALERTS{alertname="COld"}' in expr
    assert "v\n* on (tenant, vhost, queue) group_right ()" in expr
