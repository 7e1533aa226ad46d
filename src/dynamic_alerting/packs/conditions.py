"""The one comparison behind every alert: a signal against its tenants' thresholds, tier by tier.

docs/decisions/0001-rule-form.md says why it has this form. In short: thresholds are aggregated to the
join key, so replicas change nothing; ``group_right`` makes the severity a label of the result, so one
rule serves all tiers; and the snapshot of the thresholds counts only while every exporter is gone. Both are
read by one expression, so no scrape can fall between looking at the one and at the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from dynamic_alerting.packs.promql import selector

SEVERITIES = ("critical", "warning", "info")
THRESHOLD_SNAPSHOT = "tenant:threshold_snapshot"
STATE_SNAPSHOT = "tenant:state_filter_snapshot"
MAINTENANCE = "tenant:maintenance:active"
NO_EXPORTER = "absent(threshold_exporter_config_loaded == 1)"

Matchers = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A signal, the key it is compared with, and the side that is bad."""

    record: str
    component: str
    metric: str
    direction: Literal["above", "below"]
    dimensions: tuple[str, ...] = ()

    @property
    def worst(self) -> str:
        """The aggregation that keeps the last threshold of several replicas to be crossed."""
        return "max" if self.direction == "above" else "min"

    @property
    def operator(self) -> str:
        """The comparison that is true when it is bad."""
        return ">" if self.direction == "above" else "<"


def exceeds(comparison: Comparison) -> str:
    """Write the vector (tenant, dimensions, severity) of a signal's values that cross their threshold.

    With dimensions, the threshold of the most specific label set wins, each severity by itself: first
    the series that name every dimension, then those that name some, then the base. A level looks
    only at what no level before it has a threshold for. A ``+Inf`` threshold is a threshold: it hides
    the base and is never crossed.
    """
    levels = list(_levels(comparison.dimensions))
    parts = []
    for index, level in enumerate(levels):
        part = _crossed_at(comparison, level)
        for earlier in levels[:index]:
            on, known = _joined("tenant", *earlier, "severity"), _group(_served(comparison, earlier))
            part = f"{_group(part)}\nunless on ({on}) {known}"
        parts.append(part)
    return "\nor\n".join(_group(part) for part in parts) if len(parts) > 1 else parts[0]


def threshold_matchers(component: str, metric: str) -> Matchers:
    """Return what selects one key's thresholds, base and dimensional."""
    return [("component", "=", component), ("metric", "=", metric)]


def now_or_last(matchers: Matchers) -> str:
    """Write the thresholds that are served now; while no exporter is healthy, the last ones."""
    return _now_or_last("user_threshold", THRESHOLD_SNAPSHOT, matchers)


def has_threshold(component: str, metric: str) -> str:
    """Write a vector of every threshold series, base or dimensional, of one key."""
    return now_or_last(threshold_matchers(component, metric))


def state_is_on(record: str, state_filter: str) -> str:
    """Write the vector of a signal's values above zero whose ``reason`` the tenant's filter names."""
    parts = []
    for severity in SEVERITIES:
        matchers: Matchers = [("filter", "=", state_filter), ("severity", "=", severity)]
        states = _now_or_last("user_state_filter", STATE_SNAPSHOT, matchers)
        on = f"max by (tenant, reason, severity) {_group(states)}"
        parts.append(f"({record} > 0)\n* on (tenant, reason) group_left (severity)\n{on}")
    return "\nor\n".join(_group(part) for part in parts)


def outside_maintenance(condition: str, pack: str) -> str:
    """Write ``condition`` for tenants that are not in maintenance."""
    return f"{_group(condition)}\nunless on (tenant) {selector(MAINTENANCE, [('pack', '=', pack)])}"


def both(first: str, second: str, on: Sequence[str]) -> str:
    """Write the first condition's values where the second holds for the same tenant and severity."""
    return f"{_group(first)}\nand on ({_joined(*on)})\n{_group(second)}"


def _levels(dimensions: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [subset for size in range(len(dimensions), -1, -1) for subset in combinations(dimensions, size)]


def _crossed_at(comparison: Comparison, level: tuple[str, ...]) -> str:
    """Compare with the thresholds of one level, which name exactly the dimensions of ``level``."""
    worst, operator = comparison.worst, comparison.operator
    if level == comparison.dimensions:  # one signal series, several tiers
        thresholds = (
            f"{worst} by ({_joined('tenant', *level, 'severity')}) {_group(_served(comparison, level))}"
        )
        return (
            f"{comparison.record}\n{operator} on ({_joined('tenant', *level)}) group_right ()\n{thresholds}"
        )
    parts = []  # several signal series share a threshold: one tier at a time, or it is many-to-many
    for severity in SEVERITIES:
        served = _served(comparison, level, severity)
        thresholds = f"{worst} by ({_joined('tenant', *level, 'severity')}) {_group(served)}"
        joined = f"{operator} on ({_joined('tenant', *level)}) group_left (severity)"
        parts.append(f"{comparison.record}\n{joined}\n{thresholds}")
    return "\nor\n".join(parts)


def _served(comparison: Comparison, level: tuple[str, ...], severity: str | None = None) -> str:
    matchers = threshold_matchers(comparison.component, comparison.metric)
    if severity is not None:
        matchers.append(("severity", "=", severity))
    for dimension in comparison.dimensions:
        matchers.append((dimension, "!=" if dimension in level else "=", ""))
        matchers.append((f"{dimension}_re", "=", ""))
    return now_or_last(matchers)


def _now_or_last(served: str, snapshot: str, matchers: Matchers) -> str:
    return f"{selector(served, matchers)}\nor ({selector(snapshot, matchers)} and on () {NO_EXPORTER})"


def _group(text: str) -> str:
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    return f"(\n{lines}\n)"


def _joined(*labels: str) -> str:
    return ", ".join(labels)
