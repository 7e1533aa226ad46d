"""The conditions of alerts without dimensions: of one key, of several, of a state filter.

Thresholds are aggregated to the join key, so replicas change nothing; ``group_right`` makes the severity a
label of the result, so one rule serves all tiers: docs/decisions/0001-rule-form.md, 0004-cheaper-rules.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dynamic_alerting.packs.comparison import (
    SEVERITIES,
    Comparison,
    aggregated,
    any_of,
    grouped,
    joined,
)
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.snapshots import STATE_SNAPSHOT, threshold_in_force, while_unhealthy

STATE_CANDIDATE = "tenant:state_filter:candidate"


def exceeds(comparison: Comparison) -> str:
    """Write the vector (tenant, severity) of a signal's values that cross their threshold.

    Args:
        comparison: What is compared; without dimensions.
    """
    threshold = threshold_in_force(comparison)
    return f"{comparison.signal}\n{comparison.operator} on (tenant) group_right ()\n{threshold}"


def state_is_on(record: str, state_filter: str) -> str:
    """Write the vector of a signal's values above zero whose ``reason`` the tenant's filter names."""
    parts = []
    for severity in SEVERITIES:
        states = selector(STATE_CANDIDATE, [("filter", "=", state_filter), ("severity", "=", severity)])
        parts.append(grouped(f"({record} > 0)\n* on (tenant, reason) group_left (severity) {states}"))
    return "\nor\n".join(parts)


def candidate_states(filters: Sequence[str], records: Sequence[str]) -> str:
    """Write the state filters of the tenants and reasons that have a value above zero."""
    matchers = [any_of("filter", filters)]
    above_zero = f"and on (tenant, reason) {grouped(' or '.join(f'({record} > 0)' for record in records))}"
    served = f"{selector('user_state_filter', matchers)}\n{above_zero}"
    kept = f"{while_unhealthy(selector(STATE_SNAPSHOT, matchers))}\n{above_zero}"
    labels = ["tenant", "filter", "reason", "severity"]
    return f"{aggregated('max', labels, served)}\nor\n{aggregated('max', labels, kept)}"


@dataclass(frozen=True, slots=True)
class KeyAlert:
    """The alert of a key, as series of ``ALERTS`` name it.

    A legacy rule may have the same name: component and key make it this pack's.
    """

    name: str
    component: str
    key: str
    dimensions: tuple[str, ...] = ()

    @property
    def active(self) -> str:
        """PromQL of the alert while it is pending or firing."""
        matchers = [("alertname", self.name), ("component", self.component), ("metric_key", self.key)]
        return selector("ALERTS", [(label, "=", value) for label, value in matchers])


def all_active(value: str, first: KeyAlert, others: Sequence[KeyAlert]) -> str:
    """Write the values of the first of several keys where the alerts of all of them are pending or firing.

    The rule stands behind theirs, so it sees what they have just found, and is silent in maintenance as they
    are.

    Args:
        value: PromQL of the first key's values, at least of those that are bad.
        first: Its alert.
        others: The alerts of the other keys.
    """
    active = first.active
    for other in others:
        shared = [label for label in first.dimensions if label in other.dimensions]
        active += f"\nand on ({joined('tenant', *shared, 'severity')}) {other.active}"
    labels = joined("tenant", *first.dimensions)
    by = ["tenant", *first.dimensions, "severity"]
    return f"{value}\n* on ({labels}) group_right ()\n{aggregated('max', by, active)}"
