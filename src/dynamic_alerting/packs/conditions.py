"""The one comparison behind every alert: a signal against its tenants' thresholds, tier by tier.

docs/decisions/0004-cheaper-rules.md says why it has this form. In short: thresholds are aggregated to the
join key, so replicas change nothing; ``group_right`` makes the severity a label of the result, so one rule
serves all tiers; and whether an exporter is there is seen by the same query that reads the thresholds, so no
scrape can fall between looking at the one and at the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dynamic_alerting.packs.promql import selector

SEVERITIES = ("critical", "warning", "info")
THRESHOLD_FALLBACK = "tenant:threshold_fallback"
THRESHOLD_HELD = "tenant:threshold_held"
STATE_FALLBACK = "tenant:state_filter_fallback"
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


def exceeds(comparison: Comparison) -> str:
    """Write the vector (tenant, severity) of a signal's values that cross their threshold.

    Args:
        comparison: What is compared; without dimensions.
    """
    held = selector(THRESHOLD_HELD, [("metric_key", "=", comparison.key)])
    thresholds = while_healthy("user_threshold", comparison.matchers, held)
    return (
        f"{comparison.signal}\n{comparison.operator} on (tenant) group_right ()\n"
        f"{comparison.worst} by (tenant, severity) {grouped(thresholds)}"
    )


def held_thresholds(pack: str, above: Sequence[str], below: Sequence[str], further: Sequence[str]) -> str:
    """Write what a pack's rules compare with while no exporter is healthy.

    That is what was served last. As long as nothing tells it, because the exporters have just gone and the
    fallback has not yet been evaluated, alerts go on where they are active: a threshold stands there that
    every value crosses. Whether an exporter is healthy, each alert sees by itself: a scrape may fall between
    this rule and the alert.

    Args:
        pack: The pack's name.
        above: Its alerts without dimensions of values above a threshold.
        below: The same, below.
        further: PromQL of what else to keep.
    """
    last = selector(THRESHOLD_FALLBACK, [("pack", "=", pack)])
    active = [
        f"{selector('ALERTS', [any_of('alertname', names)])} * {crossed_by_all}"
        for names, crossed_by_all in ((above, "-Inf"), (below, "Inf"))
        if names
    ]
    instead = "\nor\n".join([*active, *further])
    return f'label_join({last}, "metric_key", "_", "component", "metric")\nor on ()\n{grouped(instead)}'


def threshold_matchers(component: str, metric: str) -> Matchers:
    """Return what selects one key's thresholds, base and dimensional."""
    return [("component", "=", component), ("metric", "=", metric)]


def while_healthy(served: str, matchers: Matchers, instead: str) -> str:
    """Write what is served; while no exporter is healthy, something else instead."""
    return f"{selector(served, matchers)}\nor on () {instead}\nunless on () {HEALTHY}"


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
    instead = grouped(f"{selector(STATE_FALLBACK, matchers)} or on () {own}")
    states = while_healthy("user_state_filter", matchers, instead)
    suspects = " or ".join(f"{record} > 0" for record in records)
    body = f"{grouped(states)}\nand on (tenant, reason) ({suspects})"
    return f"max by (tenant, filter, reason, severity) {grouped(body)}"


def outside_maintenance(condition: str, pack: str) -> str:
    """Write a condition that binds as a comparison does, for tenants that are not in maintenance."""
    return f"{condition}\nunless on (tenant) {selector(MAINTENANCE, [('pack', '=', pack)])}"


def all_active(first: Comparison, value: str, alert: str, others: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Write the values of the first of several keys where the alerts of all of them are pending or firing.

    The rule stands behind theirs, so it sees what they have just found, and is silent in maintenance as they
    are.

    Args:
        first: The comparison of the first key.
        value: PromQL of its values, at least of those that are bad.
        alert: Its alert.
        others: The alerts of the other keys, and their dimensions.
    """
    active = selector("ALERTS", [("alertname", "=", alert)])
    for name, dimensions in others:
        shared = [label for label in first.dimensions if label in dimensions]
        on = joined("tenant", *shared, "severity")
        active += f"\nand on ({on}) {selector('ALERTS', [('alertname', '=', name)])}"
    labels = joined("tenant", *first.dimensions)
    by = joined("tenant", *first.dimensions, "severity")
    return f"{value}\n* on ({labels}) group_right () max by ({by}) {grouped(active)}"


def any_of(label: str, values: Sequence[str]) -> tuple[str, str, str]:
    """Return what selects one or several values of a label."""
    return (label, "=", values[0]) if len(values) == 1 else (label, "=~", "|".join(values))


def grouped(text: str) -> str:
    """Put parentheses around PromQL, on lines of their own around several lines."""
    if "\n" not in text:
        return f"({text})"
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    return f"(\n{lines}\n)"


def joined(*labels: str) -> str:
    """Write a list of labels."""
    return ", ".join(labels)
