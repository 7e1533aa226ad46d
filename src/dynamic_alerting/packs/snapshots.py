"""The copy of what the threshold-exporters serve that rules use while no exporter is healthy.

Once a minute ``tenant:alert_threshold:<key>`` takes over what is served; while no exporter is healthy it
keeps its own last value. An alert reads both, and whether an exporter is healthy, in one query, so nothing
can happen between two looks: docs/decisions/0007-snapshots.md.
"""

from collections.abc import Sequence
from itertools import combinations

from dynamic_alerting.packs.comparison import Comparison, Matchers, aggregated, any_of, grouped
from dynamic_alerting.packs.promql import selector

_ANY_HEALTH = "threshold_exporter_config_loaded"
HEALTHY = f"{_ANY_HEALTH} == 1"
SNAPSHOT_INTERVAL = "1m"
STATE_SNAPSHOT = "tenant:state_filter:snapshot"
MAINTENANCE = "tenant:maintenance:active"


def snapshot_of(key: str) -> str:
    """Return the name of the series in which a key's thresholds are kept."""
    return f"tenant:alert_threshold:{key}"


def while_unhealthy(kept: str) -> str:
    """Write what was kept, for as long as no exporter is healthy; nothing otherwise."""
    return f"({kept} unless on () {HEALTHY})"


def threshold_in_force(comparison: Comparison) -> str:
    """Write the vector (tenant, severity) of the thresholds that apply now, of a key without dimensions."""
    served = _served(comparison, "tenant", "severity")
    return grouped(f"{served}\nor\n{while_unhealthy(snapshot_of(comparison.key))}")


def threshold_snapshot(comparison: Comparison) -> str:
    """Write the rule that keeps a key's thresholds: what is served, else its own last value.

    What it keeps is aggregated, too: a ruler may give what it records a label of its own.
    """
    labels = ["tenant", *comparison.dimensions, "severity"]
    if comparison.dimensions:
        served = own_labels_only(
            comparison.worst, "user_threshold", comparison.matchers, ["tenant"], comparison.dimensions
        )
    else:
        served = _served(comparison, *labels)
    kept = aggregated(comparison.worst, labels, f"{snapshot_of(comparison.key)} unless on () {HEALTHY}")
    return f"{served}\nor\n{kept}"


def _served(comparison: Comparison, *labels: str) -> str:
    return aggregated(comparison.worst, labels, selector("user_threshold", comparison.matchers))


def own_labels_only(
    operation: str, metric: str, matchers: Matchers, by: Sequence[str], dimensions: Sequence[str]
) -> str:
    """Write thresholds by the dimensions that the exporter gave them.

    A label that Prometheus gave to the exporter's target (``pod`` or ``node``, say) is on every series of
    that target, and so on its sign of health too; a dimension of a threshold is not. Where Prometheus has
    renamed the dimension to ``exported_…``, because the scrape job has no ``honor_labels``, nobody can tell
    what the threshold is for: it is left out, and a platform alert says so.

    Args:
        operation: The aggregation over replicas.
        metric: The thresholds, as they are scraped, with ``job`` and ``instance``.
        matchers: What selects them.
        by: The labels to keep beside the dimensions and the severity.
        dimensions: The key's dimensions.
    """
    parts = []
    for size in range(len(dimensions) + 1):
        for of_target in combinations(dimensions, size):
            # Where targets have no such labels, as they should, only the first of these parts reads anything.
            named = [(label, "!=", "") for label in of_target]
            not_renamed = [(f"exported_{label}", "=", "") for label in of_target]
            lines = [selector(metric, [*matchers, *named, *not_renamed])]
            for label in dimensions:
                word, has_it = ("and", []) if label in of_target else ("unless", [(label, "!=", "")])
                lines.append(f"{word} on (job, instance, {label}) {selector(_ANY_HEALTH, has_it)}")
            own = [label for label in dimensions if label not in of_target]
            parts.append(aggregated(operation, [*by, *own, "severity"], "\n".join(lines)))
    return "\nor\n".join(parts)


def state_snapshot(filters: Sequence[str]) -> str:
    """Write the rule that keeps state filters: what is served, else its own last value."""
    matchers = [any_of("filter", filters)]
    labels = ["tenant", "filter", "reason", "severity"]
    return _served_or_kept(
        labels, selector("user_state_filter", matchers), selector(STATE_SNAPSHOT, matchers)
    )


def maintenance(pack: str) -> str:
    """Write who is in maintenance: as served, else as this rule found it the last time."""
    served = selector("user_state_filter", [("filter", "=", "maintenance")])
    return _served_or_kept(["tenant"], served, selector(MAINTENANCE, [("pack", "=", pack)]))


def _served_or_kept(labels: Sequence[str], served: str, kept: str) -> str:
    kept = f"{kept}\nunless on () {HEALTHY}"
    return f"{aggregated('max', labels, served)}\nor\n{aggregated('max', labels, kept)}"


def outside_maintenance(condition: str, pack: str) -> str:
    """Write a condition that binds as a comparison does, for tenants that are not in maintenance."""
    return f"{condition}\nunless on (tenant) {selector(MAINTENANCE, [('pack', '=', pack)])}"
