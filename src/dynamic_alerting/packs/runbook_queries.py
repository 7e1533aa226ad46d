"""What one runs first when an alert wakes one: who set the threshold, and each server's value beside it."""

import promql_parser as parser

from dynamic_alerting.packs.comparison import Matchers, grouped, indented
from dynamic_alerting.packs.pack import FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import aggregated_by, metric_names, parse, quoted, selector
from dynamic_alerting.packs.snapshots import STATE_SNAPSHOT, snapshot_of

TENANT = "db-a"  # stands for the tenant in commands and queries
SERVER_LABELS = {"instance", "namespace"}  # a server; what runs in Kubernetes is known by its namespace


def commands(pack: Pack, alert: Threshold | FurtherAlert) -> list[str]:
    """Return the commands that tell where the alert's thresholds come from; none for the platform's own.

    Args:
        pack: The pack that declares the alert.
        alert: The alert, or the threshold that has it.
    """
    keys = [each.key for each in _thresholds(pack, alert)]
    if isinstance(alert, FurtherAlert) and alert.state_filter:
        keys = [f"_state_{alert.state_filter}"]
    return [f"da-tools explain --config-dir conf.d {TENANT} {key}" for key in keys]


def query(pack: Pack, alert: Threshold | FurtherAlert) -> str:
    """Return PromQL that shows the values behind an alert, server by server, and what they are compared with.

    Values are shown where the tenant has a threshold, of whatever severity. Where a signal counts or adds
    up servers, its recorded value stands beside theirs; where servers may be gone, when they were seen.
    """
    if isinstance(alert, FurtherAlert) and alert.state_filter:
        limits = selector(STATE_SNAPSHOT, [*_of_tenant(), ("filter", "=", alert.state_filter)])
        return _beside(_values(pack.signal_of(alert)), "tenant, reason", limits)
    thresholds = _thresholds(pack, alert)
    if not thresholds:
        return alert.expr or "" if isinstance(alert, FurtherAlert) else ""
    if len(thresholds) == 1:
        limits = selector(snapshot_of(thresholds[0].key), _of_tenant())
        return _beside(_values(pack.signal_of(thresholds[0])), "tenant", limits)
    names = snapshot_of(f"({'|'.join(each.key for each in thresholds)})")
    values = "\nor\n".join(_labelled(_values(pack.signal_of(each)), each.key) for each in thresholds)
    return _beside(values, "tenant", selector("", [("__name__", "=~", names), *_of_tenant()]))


def _thresholds(pack: Pack, alert: Threshold | FurtherAlert) -> list[Threshold]:
    if isinstance(alert, Threshold):
        return [alert]
    return [pack.threshold(key) for key in alert.all_of or []]


def _of_tenant() -> Matchers:
    return [("tenant", "=", TENANT)]


def _values(signal: Signal) -> str:
    if signal.when_gone is not None:
        return f"{signal.record}\nor\n{_seen_last(signal.expr)}"
    parts = [signal.expr]
    if signal.aggregate not in {"max", "min"}:  # the alert's value is not that of one server
        parts.insert(0, signal.record)
    if any(not kept & SERVER_LABELS for kept in aggregated_by(signal.expr)):
        parts.append(f"# what each server says\n{_sources(signal.expr)}")
    return "\nor\n".join(parts)


def _sources(expr: str) -> str:
    """Select all metrics that an expression reads, at once: `or` would drop one with the same labels."""
    names = sorted(metric_names(expr))
    return names[0] if len(names) == 1 else selector("", [("__name__", "=~", "|".join(names))])


def _seen_last(expr: str) -> str:
    """Show servers that are gone, too."""
    inside = f"time() - max_over_time(timestamp(\n{indented(expr)}\n)[1h:1m])"
    return f"# how many seconds ago each one was seen last, within the last hour\n{inside}"


def _labelled(values: str, key: str) -> str:
    """Tell several keys' values apart, which may have the same labels."""
    return f'label_replace(\n{indented(values)},\n  "metric_key", {quoted(key)}, "", ""\n)'


def _beside(values: str, on: str, limits: str) -> str:
    if _is_alternative(values):
        values = grouped(values)
    return grouped(f"{values}\nand on ({on}) {limits}") + f"\nor\n{limits}"


def _is_alternative(expr: str) -> bool:
    """Tell whether `and` would bind more tightly than what the expression is made of."""
    tree = parse(expr)
    return isinstance(tree, parser.BinaryExpr) and str(tree.op) == "or"
