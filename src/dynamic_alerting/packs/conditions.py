"""The one comparison behind every alert: a signal against its tenants' thresholds, tier by tier.

docs/decisions/0004-cheaper-rules.md says why it has this form. In short: thresholds are aggregated to the
join key, so replicas change nothing; ``group_right`` makes the severity a label of the result, so one rule
serves all tiers; and whether an exporter is there is seen by the same query that reads the thresholds, so no
scrape can fall between looking at the one and at the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from dynamic_alerting.packs.promql import selector

SEVERITIES = ("critical", "warning", "info")
THRESHOLD_FALLBACK = "tenant:threshold_fallback"
STATE_FALLBACK = "tenant:state_filter_fallback"
SUSPECT_VALUE = "tenant:suspect_value"
SUSPECT_THRESHOLD = "tenant:suspect_threshold"
SUSPECT_STATE = "tenant:suspect_state"
MAINTENANCE = "tenant:maintenance:active"
SLOW_INTERVAL = "1m"
HEALTHY = "threshold_exporter_config_loaded == 1"

Matchers = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A signal, the key it is compared with, and the side that is bad.

    Attributes:
        signal: PromQL of one value per tenant and dimensions.
        key: the key that tenants write.
        component: the component of its thresholds.
        metric: the metric of its thresholds.
        direction: the side that is bad.
        dimensions: the labels, beside the tenant, that signal and thresholds have.
    """

    signal: str
    key: str
    component: str
    metric: str
    direction: Literal["above", "below"]
    dimensions: tuple[str, ...] = ()

    @property
    def worst(self) -> str:
        """The aggregation that keeps the last threshold of several replicas to be crossed."""
        return "max" if self.direction == "above" else "min"

    @property
    def first(self) -> str:
        """The aggregation that keeps the first of several thresholds to be crossed."""
        return "min" if self.direction == "above" else "max"

    @property
    def operator(self) -> str:
        """The comparison that is true when it is bad."""
        return ">" if self.direction == "above" else "<"

    @property
    def matchers(self) -> Matchers:
        """What selects the key's thresholds, base and dimensional, and no patterns."""
        patterns: Matchers = [(f"{dimension}_re", "=", "") for dimension in self.dimensions]
        return [*threshold_matchers(self.component, self.metric), *patterns]


def exceeds(comparison: Comparison, alert: str) -> str:
    """Write the vector (tenant, dimensions, severity) of a signal's values that cross their threshold.

    Args:
        comparison: What is compared.
        alert: The alert that the vector is for. While nothing tells what the thresholds are, because the
            exporters have just gone and the fallback has not yet been evaluated, it goes on where it is
            active.
    """
    if comparison.dimensions:
        return _suspects_that_exceed(comparison)
    crossed_by_all = "-Inf" if comparison.direction == "above" else "Inf"
    held = f"{selector('ALERTS', [('alertname', '=', alert)])} * {crossed_by_all}"
    thresholds = while_healthy("user_threshold", THRESHOLD_FALLBACK, comparison.matchers, held)
    return (
        f"{comparison.signal}\n{comparison.operator} on (tenant) group_right ()\n"
        f"{comparison.worst} by (tenant, severity) {_group(thresholds)}"
    )


def suspect_values(comparison: Comparison) -> str:
    """Write the signal's values that cross any threshold of their tenant, of whatever tier and dimension."""
    held = selector(SUSPECT_THRESHOLD, _of_key(comparison))
    thresholds = while_healthy("user_threshold", THRESHOLD_FALLBACK, comparison.matchers, held)
    return (
        f"{comparison.signal}\n{comparison.operator} on (tenant) group_left ()\n"
        f"{comparison.first} by (tenant) {_group(thresholds)}"
    )


def suspect_thresholds(comparison: Comparison) -> str:
    """Write all thresholds of the tenants with such a value; while nothing tells them, their last ones."""
    own = selector(SUSPECT_THRESHOLD, _of_key(comparison))
    thresholds = while_healthy("user_threshold", THRESHOLD_FALLBACK, comparison.matchers, own)
    suspects = selector(SUSPECT_VALUE, _of_key(comparison))
    by = _joined("tenant", *comparison.dimensions, "severity")
    body = f"{_group(thresholds)}\nand on (tenant) {suspects}"
    return f"{comparison.worst} by ({by}) {_group(body)}"


def threshold_matchers(component: str, metric: str) -> Matchers:
    """Return what selects one key's thresholds, base and dimensional."""
    return [("component", "=", component), ("metric", "=", metric)]


def while_healthy(served: str, fallback: str, matchers: Matchers, held: str) -> str:
    """Write what is served; with no healthy exporter its fallback, or until that is there what is held."""
    instead = f"{selector(fallback, matchers)}\nor on () {held}"
    return f"{selector(served, matchers)}\nor on () {_group(instead)}\nunless on () {HEALTHY}"


def last_served(metric: str, fallback: str, matchers: Matchers, own: Matchers) -> str:
    """Write what the last replica served last, then what has been recorded of that; nothing while healthy.

    Samples of 90 seconds are looked at: of the time between two evaluations of the fallback, whatever was
    seen at the one before, and of a scrape that took until its timeout to fail. A replica that was lost
    earlier than the last may have said something else.
    """
    last = f"last_over_time({selector(metric, matchers)}[90s]) unless on () {HEALTHY}"
    alive = "topk(1, max_over_time(timestamp(threshold_exporter_config_loaded == 1)[90s:15s]))"
    kept = f"{selector(fallback, own)} unless on () {HEALTHY}"
    return f"({last})\nand on (job, instance) {alive}\nor on ()\n{kept}"


def state_is_on(record: str, state_filter: str) -> str:
    """Write the vector of a signal's values above zero whose ``reason`` the tenant's filter names."""
    parts = []
    for severity in SEVERITIES:
        states = selector(SUSPECT_STATE, [("filter", "=", state_filter), ("severity", "=", severity)])
        joined = f"* on (tenant, reason) group_left (severity) {states}"
        parts.append(f"({record} > 0)\n{joined}")
    return "\nor\n".join(parts)


def suspect_states(filters: Sequence[str], records: Sequence[str], pack: str) -> str:
    """Write the state filters of the tenants and reasons that have a value above zero."""
    matchers: Matchers = [any_of("filter", filters)]
    own = selector(SUSPECT_STATE, [("pack", "=", pack)])
    states = while_healthy("user_state_filter", STATE_FALLBACK, matchers, own)
    suspects = " or ".join(f"{record} > 0" for record in records)
    body = f"{_group(states)}\nand on (tenant, reason) ({suspects})"
    return f"max by (tenant, filter, reason, severity) {_group(body)}"


def outside_maintenance(condition: str, pack: str) -> str:
    """Write ``condition`` for tenants that are not in maintenance."""
    return f"{_group(condition)}\nunless on (tenant) {selector(MAINTENANCE, [('pack', '=', pack)])}"


def all_active(first: Comparison, alert: str, others: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Write the values of the first of several keys where the alerts of all of them are pending or firing.

    The rule stands behind theirs, so it sees what they have just found, and is silent in maintenance as they
    are.

    Args:
        first: The comparison of the first key.
        alert: Its alert.
        others: The alerts of the other keys, and their dimensions.
    """
    active = selector("ALERTS", [("alertname", "=", alert)])
    for name, dimensions in others:
        shared = [label for label in first.dimensions if label in dimensions]
        on = _joined("tenant", *shared, "severity")
        active += f"\nand on ({on}) {selector('ALERTS', [('alertname', '=', name)])}"
    value = selector(SUSPECT_VALUE, _of_key(first)) if first.dimensions else first.signal
    labels = _joined("tenant", *first.dimensions)
    by = _joined("tenant", *first.dimensions, "severity")
    return f"{value}\n* on ({labels}) group_right () max by ({by}) {_group(active)}"


def any_of(label: str, values: Sequence[str]) -> tuple[str, str, str]:
    """Return what selects one or several values of a label."""
    return (label, "=", values[0]) if len(values) == 1 else (label, "=~", "|".join(values))


def _suspects_that_exceed(comparison: Comparison) -> str:
    """Compare the suspects with their thresholds: a few series, whatever the number of tenants.

    The threshold of the most specific label set wins, each severity by itself: first the series that name
    every dimension, then those that name some, then the base. A level looks only at what no level before it
    has a threshold for. A ``+Inf`` threshold is a threshold: it hides the base and is never crossed.
    """
    levels = list(_levels(comparison.dimensions))
    parts = []
    for index, level in enumerate(levels):
        part = _crossed_at(comparison, level)
        for earlier in levels[:index]:
            on, known = _joined("tenant", *earlier, "severity"), _suspect_threshold(comparison, earlier)
            part = f"{_group(part)}\nunless on ({on}) {known}"
        parts.append(part)
    return "\nor\n".join(_group(part) for part in parts)


def _levels(dimensions: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [subset for size in range(len(dimensions), -1, -1) for subset in combinations(dimensions, size)]


def _crossed_at(comparison: Comparison, level: tuple[str, ...]) -> str:
    """Compare with the thresholds of one level, which name exactly the dimensions of ``level``."""
    value = selector(SUSPECT_VALUE, _of_key(comparison))
    on = f"{comparison.operator} on ({_joined('tenant', *level)})"
    if level == comparison.dimensions:  # one signal series, several tiers
        return f"{value}\n{on} group_right () {_suspect_threshold(comparison, level)}"
    # several signal series share a threshold: one tier at a time, or it is many-to-many
    return "\nor\n".join(
        f"{value}\n{on} group_left (severity) {_suspect_threshold(comparison, level, severity)}"
        for severity in SEVERITIES
    )


def _suspect_threshold(comparison: Comparison, level: tuple[str, ...], severity: str | None = None) -> str:
    matchers = _of_key(comparison)
    if severity is not None:
        matchers.append(("severity", "=", severity))
    for dimension in comparison.dimensions:
        matchers.append((dimension, "!=" if dimension in level else "=", ""))
    return selector(SUSPECT_THRESHOLD, matchers)


def _of_key(comparison: Comparison) -> Matchers:
    return [("metric_key", "=", comparison.key)]


def _group(text: str) -> str:
    if "\n" not in text:
        return f"({text})"
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    return f"(\n{lines}\n)"


def _joined(*labels: str) -> str:
    return ", ".join(labels)
