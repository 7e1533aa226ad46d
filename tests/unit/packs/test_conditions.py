"""The conditions of alerts without dimensions."""

from dynamic_alerting.packs.comparison import Comparison
from dynamic_alerting.packs.conditions import KeyAlert, all_active, candidate_states, exceeds

PLAIN = Comparison("max by (tenant) (m)", "c_m", "c", "m", "above")
BELOW = Comparison("min by (tenant) (m)", "c_m", "c", "m", "below")


def test_without_dimensions_it_is_one_comparison_for_all_tiers() -> None:
    assert (
        exceeds(PLAIN)
        == """\
max by (tenant) (m)
> on (tenant) group_right ()
(
  max by (tenant, severity) (user_threshold{component="c",metric="m"})
  or
  (tenant:alert_threshold:c_m unless on () threshold_exporter_config_loaded == 1)
)"""
    )


def test_below_takes_the_lowest_threshold_of_several_replicas() -> None:
    expr = exceeds(BELOW)
    assert "< on (tenant)" in expr
    assert "min by (tenant, severity)" in expr


def test_several_keys_are_joined_by_what_their_alerts_share() -> None:
    first = KeyAlert("CMuch", "c", "c_m", ("vhost", "queue"))
    other = KeyAlert("COld", "c", "c_n", ("queue", "host"))
    assert (
        all_active("v", first, [other])
        == """\
v
* on (tenant, vhost, queue) group_right ()
max by (tenant, vhost, queue, severity) (
  ALERTS{alertname="CMuch",component="c",metric_key="c_m"}
  and on (tenant, queue, severity) ALERTS{alertname="COld",component="c",metric_key="c_n"}
)"""
    )


def test_state_filters_are_looked_at_where_a_signal_is_above_zero() -> None:
    expr = candidate_states(["f", "g"], ["tenant:a:max", "tenant:b:max"])
    assert 'user_state_filter{filter=~"f|g"}' in expr
    assert '(tenant:state_filter:snapshot{filter=~"f|g"} unless on () ' in expr
    assert expr.count("and on (tenant, reason) ((tenant:a:max > 0) or (tenant:b:max > 0))") == 2
