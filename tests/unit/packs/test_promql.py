"""Packs' expressions are read as trees, never as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.packs.promql import (
    aggregated_by,
    metric_names,
    one_line,
    parse,
    quoted,
    selector,
    unguarded_divisors,
    unrated_counters,
)


def test_on_one_line_a_comment_ends_nothing() -> None:
    expr = 'a{b="#",c=\'#"\'}  # why # and how\n# next\n> 1'
    assert one_line(expr) == 'a{b="#",c=\'#"\'} > 1'
    assert metric_names(expr) == {"a"}


def test_what_aggregations_keep() -> None:
    expr = "max by (tenant, set) (a) + sum without (x) (b) + on (tenant) sum(count by (instance) (c))"
    assert aggregated_by(expr) == [{"tenant", "set"}, set(), {"instance"}]


def test_all_metrics_are_found_wherever_they_stand() -> None:
    expr = (
        "sum(rate(a[5m])) / (b > 0) + max_over_time(c[1h:1m]) and on () label_replace(d, 'x', '$1', 'y', '.')"
    )
    assert metric_names(expr) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    "expr",
    [
        "a / (b > 0)",
        "a / (b != 0)",
        "a / 1024",
        "a / (1024 * 1024)",
        "a / clamp_min(b, 1)",
        "a / (b + c > 0)",
    ],
)
def test_a_guarded_division_is_fine(expr: str) -> None:
    assert unguarded_divisors(expr) == []


@pytest.mark.parametrize(
    ("expr", "divisor"), [("a / b", "b"), ("a / (b + 1)", "b + 1"), ("(a > 0) / rate(b[5m])", "rate(b[5m])")]
)
def test_an_unguarded_division_is_named(expr: str, divisor: str) -> None:
    assert unguarded_divisors(expr) == [divisor]


def test_a_counter_is_rated_or_named() -> None:
    assert unrated_counters("rate(a_total[5m]) + b_total + c") == ["b_total"]


@given(st.text())
def test_any_value_is_a_valid_matcher(value: str) -> None:
    (matcher,) = parse(selector("up", [("job", "=", value)])).matchers.matchers  # type: ignore[attr-defined]  # a selector by construction
    assert matcher.value == value
    assert quoted(value).startswith('"')
