"""What is kept for an outage of all exporters, and what target labels cannot change."""

import pytest

from dynamic_alerting.packs.comparison import Comparison
from dynamic_alerting.packs.snapshots import (
    maintenance,
    state_snapshot,
    threshold_in_force,
    threshold_snapshot,
)

PLAIN = Comparison("max by (tenant) (m)", "c_m", "c", "m", "above")


def _of_queues(*dimensions: str) -> Comparison:
    return Comparison("s", "c_m", "c", "m", "above", dimensions)


def test_what_applies_is_served_or_while_no_exporter_is_healthy_kept() -> None:
    assert (
        threshold_in_force(PLAIN)
        == """\
(
  max by (tenant, severity) (user_threshold{component="c",metric="m"})
  or
  (tenant:alert_threshold:c_m unless on () threshold_exporter_config_loaded == 1)
)"""
    )


def test_a_snapshot_aggregates_its_own_last_value_too() -> None:
    """A ruler such as Thanos' may give what it records a label of its own."""
    assert (
        threshold_snapshot(PLAIN)
        == """\
max by (tenant, severity) (user_threshold{component="c",metric="m"})
or
max by (tenant, severity) (tenant:alert_threshold:c_m unless on () threshold_exporter_config_loaded == 1)"""
    )


@pytest.mark.parametrize(
    "rule",
    [
        threshold_snapshot(PLAIN),
        threshold_snapshot(_of_queues("queue")),
        maintenance("c"),
        state_snapshot(["f"]),
    ],
)
def test_what_is_kept_counts_only_while_no_exporter_is_healthy(rule: str) -> None:
    assert rule.count("unless on () threshold_exporter_config_loaded == 1") == 1


def test_a_label_of_the_target_is_no_dimension() -> None:
    kept = "tenant:alert_threshold:c_m unless on () threshold_exporter_config_loaded == 1"
    assert (
        threshold_snapshot(_of_queues("queue"))
        == f"""\
max by (tenant, queue, severity) (
  user_threshold{{component="c",metric="m",queue_re=""}}
  unless on (job, instance, queue) threshold_exporter_config_loaded{{queue!=""}}
)
or
max by (tenant, severity) (
  user_threshold{{component="c",metric="m",queue_re="",queue!="",exported_queue=""}}
  and on (job, instance, queue) threshold_exporter_config_loaded
)
or
max by (tenant, queue, severity) ({kept})"""
    )


def test_of_two_dimensions_each_may_be_a_label_of_the_target() -> None:
    expr = threshold_snapshot(_of_queues("vhost", "queue"))
    for by in ("vhost, queue, ", "vhost, ", "queue, ", ""):
        assert f"max by (tenant, {by}severity) (" in expr
