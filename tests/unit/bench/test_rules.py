"""The arithmetic of the rules' benchmark: its invented tenants, its peer, its fits. Never its speed."""

from pathlib import Path

import pytest

from bench.fitting import fitted_line
from bench.rules import packs_groups
from bench.rules_data import ONE_IN, Limit, limits_around, sources, tenant_name, threshold_lines
from bench.rules_result import Cost, Size, as_lines, summary
from bench.rules_traditional import of_tenant, traditional_groups
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack, Signal

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    return [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack in {"mariadb", "kubernetes"}]


def _values(packs: list[Pack]) -> dict[str, float]:
    return {threshold.key: 10.0 for pack in packs for threshold in pack.thresholds}


def test_every_tenant_has_both_tiers_of_every_key(packs: list[Pack]) -> None:
    limits = limits_around(packs, _values(packs), 3)
    keys = [threshold.key for pack in packs for threshold in pack.thresholds]
    assert {(limit.tenant, limit.key, limit.severity) for limit in limits} == {
        (tenant_name(number), key, severity)
        for number in range(3)
        for key in keys
        for severity in ("warning", "critical")
    }
    assert threshold_lines(packs, limits, 3).count(b"user_threshold{") == len(limits)


def test_about_two_of_a_hundred_pairs_alert(packs: list[Pack]) -> None:
    tenants = 200
    directions = {each.key: each.direction for pack in packs for each in pack.thresholds}
    warnings = [each for each in limits_around(packs, _values(packs), tenants) if each.severity == "warning"]
    crossed = [each for each in warnings if (each.value < 10) == (directions[each.key] == "above")]
    assert len(crossed) / len(warnings) == pytest.approx(1 / ONE_IN, rel=0.2)


def test_a_counter_grows_between_scrapes_and_a_gauge_stays(packs: list[Pack]) -> None:
    both = {source.lines.partition(b"{")[0]: source for source in sources(packs, 1)}
    gauge, counter = both[b"mysql_up"], both[b"mysql_global_status_slow_queries"]
    assert gauge.at(0) == gauge.at(60)
    assert counter.at(0) != counter.at(60)
    assert counter.at(0, 1_700_000_000_000).splitlines()[0].endswith(b" 1700000000000")


def test_every_selector_of_a_traditional_rule_names_the_tenant() -> None:
    expr = 'rate(a_total{job="x"}[5m])\n/ (rate(a_total_all[5m]) > 0)'
    signal = Signal(record="tenant:c_m:max", expr=expr, aggregate="max")
    assert of_tenant(signal, "t1") == (
        'max by (tenant) (rate(a_total{tenant="t1",job="x"}[5m]) / (rate(a_total_all{tenant="t1"}[5m]) > 0))'
    )


def test_traditional_rules_are_as_many_as_the_alerts_of_the_packs(packs: list[Pack]) -> None:
    limits = limits_around(packs, _values(packs), 2)
    rules = [rule for group in traditional_groups(packs, limits) for rule in group["rules"]]  # type: ignore[attr-defined]
    ours = [
        rule["alert"]
        for group in packs_groups(packs, 5)
        for rule in group["rules"]  # type: ignore[attr-defined]
        if "alert" in rule and "severity" not in rule["labels"]
    ]
    assert {rule["alert"] for rule in rules} == set(ours)


def test_slow_groups_keep_their_proportion_and_nothing_waits(packs: list[Pack]) -> None:
    groups = packs_groups(packs, 5)
    assert {group.get("interval") for group in groups} == {None, "20s"}
    assert not [rule for group in groups for rule in group["rules"] if "for" in rule]  # type: ignore[attr-defined]


def test_a_limit_is_served_under_component_and_metric(packs: list[Pack]) -> None:
    text = threshold_lines(packs, [Limit("t1", "container_cpu", "warning", 80.0)], 0)
    assert b'user_threshold{tenant="t1",component="container",metric="cpu",severity="warning"} 80.0\n' in text


def _size(tenants: int, ours_s: float, peer_s: float) -> Size:
    ours, peer = (Cost(1, seconds, seconds, 1.0, 1, 0) for seconds in (ours_s, peer_s))
    return Size(tenants, 5, 0, ours, peer, peer_s / ours_s, peer_s / ours_s)


def test_growth_is_fitted_to_the_sizes() -> None:
    result = summary(("p",), 1, [_size(n, 0.010 + n * 0.001, 0.010 + n * 0.006) for n in (100, 300, 1000)])
    assert result.ours is not None
    assert result.ours.ms_per_tenant.slope == pytest.approx(1.0)
    assert result.ours.ms_per_tenant.start == pytest.approx(10.0)
    assert result.slope_ratio == pytest.approx(6.0)
    assert any("6.00" in line for line in as_lines(result))


def test_two_sizes_cannot_be_fitted() -> None:
    assert summary(("p",), 1, [_size(2, 1, 2), _size(4, 2, 4)]).slope_ratio is None
    with pytest.raises(ValueError, match="three points"):
        fitted_line([(1, 1), (2, 2)])
