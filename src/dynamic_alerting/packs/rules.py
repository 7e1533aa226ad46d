"""A pack's rule groups: what outlives an outage of the exporters, then maintenance, signals and alerts."""

from dynamic_alerting.packs.conditions import (
    MAINTENANCE,
    NO_EXPORTER,
    STATE_SNAPSHOT,
    THRESHOLD_SNAPSHOT,
    Comparison,
    both,
    exceeds,
    has_threshold,
    outside_maintenance,
    state_is_on,
)
from dynamic_alerting.packs.examples import seconds
from dynamic_alerting.packs.pack import Alert, FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.wording import annotations

Rule = dict[str, object]
AREAS = ("availability", "saturation", "errors", "capacity")
SNAPSHOT_INTERVAL = "1m"


def rule_file(pack: Pack) -> dict[str, object]:
    """Return the pack's Prometheus rule file as data.

    The pack's own group has no interval: it inherits the server's.
    """
    groups: list[dict[str, object]] = []
    if held := snapshots(pack):
        groups.append({"name": f"{pack.pack}-snapshot", "interval": SNAPSHOT_INTERVAL, "rules": held})
    groups.append({"name": pack.pack, "rules": [*records(pack), *alerts(pack)]})
    return {"groups": groups}


def snapshots(pack: Pack) -> list[Rule]:
    """Return the rules that copy thresholds and state filters, to be read while no exporter is healthy."""
    held = [_threshold_snapshot(pack)] if pack.thresholds else []
    return [*held, _state_snapshot(pack)] if pack.state_filters else held


def records(pack: Pack) -> list[Rule]:
    """Return the recording rules of every cycle: who is in maintenance, then the signals."""
    held = [_maintenance(pack)] if pack.thresholds or pack.state_filters else []
    return [*held, *(_signal_rule(pack, signal) for signal in pack.recorded())]


def alerts(pack: Pack) -> list[Rule]:
    """Return the alerting rules, ordered availability, saturation, errors, capacity."""
    placed: list[tuple[str, Rule]] = [(each.area, _threshold_alert(pack, each)) for each in pack.thresholds]
    placed += [(each.area, _further_alert(pack, each)) for each in pack.alerts]
    return [rule for area in AREAS for where, rule in placed if where == area]


def comparison(pack: Pack, threshold: Threshold) -> Comparison:
    """Return what a threshold's alert compares."""
    signal = pack.signal_of(threshold)
    return Comparison(
        record=signal.record,
        component=pack.component_of(threshold),
        metric=pack.metric_of(threshold),
        direction=threshold.direction,
        dimensions=tuple(signal.dimensions),
    )


def alert_labels(pack: Pack, alert: Alert | Threshold) -> dict[str, str]:
    """Return the labels that are the same whenever the alert fires; tenant and severity are data."""
    if isinstance(alert, Threshold):
        return {"component": pack.component_of(alert), "metric_key": alert.key}
    if isinstance(alert, FurtherAlert) and alert.all_of:
        first = pack.threshold(alert.all_of[0])
        return {"component": pack.component_of(first), "metric_key": first.key}
    if isinstance(alert, FurtherAlert) and alert.state_filter:
        return {"component": pack.component, "metric_key": f"_state_{alert.state_filter}"}
    severity = alert.severity if isinstance(alert, FurtherAlert) else None
    return {"component": pack.component, "severity": severity or ""}


def _maintenance(pack: Pack) -> Rule:
    own = selector(MAINTENANCE, [("pack", "=", pack.pack)])
    now = selector("user_state_filter", [("filter", "=", "maintenance")])
    expr = f"max by (tenant) ({now})\nor\nmax by (tenant) ({own} and on () {NO_EXPORTER})"
    return {"record": MAINTENANCE, "expr": expr, "labels": {"pack": pack.pack}}


def _threshold_snapshot(pack: Pack) -> Rule:
    by_fold: dict[str, list[Comparison]] = {"max": [], "min": []}
    for threshold in pack.thresholds:
        each = comparison(pack, threshold)
        by_fold[each.worst].append(each)
    parts = [_thresholds_folded(fold, group) for fold, group in by_fold.items() if group]
    return {"record": THRESHOLD_SNAPSHOT, "expr": "\nor\n".join(parts), "labels": {"pack": pack.pack}}


def _thresholds_folded(fold: str, group: list[Comparison]) -> str:
    dimensions = list(dict.fromkeys(label for each in group for label in each.dimensions))
    components = sorted({each.component for each in group})
    matchers = [_any_of("component", components), _any_of("metric", sorted({each.metric for each in group}))]
    patternless = [(f"{dimension}_re", "=", "") for dimension in dimensions]
    own = selector(THRESHOLD_SNAPSHOT, matchers)
    served = selector("user_threshold", [*matchers, *patternless])
    return _last(fold, ["tenant", "component", "metric", "severity", *dimensions], own, served)


def _state_snapshot(pack: Pack) -> Rule:
    matchers = [_any_of("filter", sorted(each.name for each in pack.state_filters))]
    own, served = selector(STATE_SNAPSHOT, matchers), selector("user_state_filter", matchers)
    expr = _last("max", ["tenant", "filter", "severity", "reason"], own, served)
    return {"record": STATE_SNAPSHOT, "expr": expr, "labels": {"pack": pack.pack}}


def _last(fold: str, labels: list[str], own: str, served: str) -> str:
    """Write: what is served now; while no exporter is healthy, the own last value."""
    return f"{fold} by ({', '.join(labels)}) (\n  {served}\n  or ({own} and on () {NO_EXPORTER})\n)"


def _any_of(label: str, values: list[str]) -> tuple[str, str, str]:
    return (label, "=", values[0]) if len(values) == 1 else (label, "=~", "|".join(values))


def _signal_rule(pack: Pack, signal: Signal) -> Rule:
    by = ", ".join(["tenant", *signal.dimensions])
    body = "\n".join(f"  {line}" for line in signal.expr.splitlines())
    expr = (
        f"{signal.aggregate} by ({by}) (\n{body}\n)"
        if "\n" in signal.expr
        else (f"{signal.aggregate} by ({by}) ({signal.expr})")
    )
    if signal.when_gone is not None:
        expr = f"{expr}\nor\n{_remembered(pack, signal)}"
    return {"record": signal.record, "expr": expr}


def _remembered(pack: Pack, signal: Signal) -> str:
    """Write zero for a tenant that had this signal, has it no longer, and still has its threshold."""
    owner = next(each for each in pack.thresholds if pack.signal_of(each) is signal)
    expected = has_threshold(pack.component_of(owner), pack.metric_of(owner))
    body = "\n".join(f"  {line}" for line in expected.splitlines())
    return f"0 * {signal.record}\nand on (tenant) (\n{body}\n)"


def _threshold_alert(pack: Pack, threshold: Threshold) -> Rule:
    condition = exceeds(comparison(pack, threshold))
    return _alert(
        threshold.alert,
        outside_maintenance(condition, pack.pack),
        alert_labels(pack, threshold),
        annotations(pack.pack, threshold.alert, threshold.unit, threshold.format),
    )


def _further_alert(pack: Pack, alert: FurtherAlert) -> Rule:
    unit, form = alert.unit or "", alert.format
    if alert.all_of is not None:
        condition = outside_maintenance(_all_of(pack, alert.all_of), pack.pack)
        first = pack.threshold(alert.all_of[0])
        unit, form = alert.unit or first.unit, alert.format or first.format
    elif alert.state_filter is not None:
        signal = pack.signal_of(alert)
        condition = outside_maintenance(state_is_on(signal.record, alert.state_filter), pack.pack)
    else:
        condition = alert.expr or ""
    return _alert(alert, condition, alert_labels(pack, alert), annotations(pack.pack, alert, unit, form))


def _all_of(pack: Pack, keys: list[str]) -> str:
    """Write the first key's condition where all others hold too, for the same tenant and severity."""
    first, *others = [comparison(pack, pack.threshold(key)) for key in keys]
    condition = exceeds(first)
    for other in others:
        shared = [label for label in first.dimensions if label in other.dimensions]
        condition = both(condition, exceeds(other), ["tenant", *shared, "severity"])
    return condition


def _alert(alert: Alert, expr: str, labels: dict[str, str], texts: dict[str, str]) -> Rule:
    rule: Rule = {"alert": alert.name, "expr": expr}
    if seconds(alert.for_):
        rule["for"] = alert.for_
    return {**rule, "labels": labels, "annotations": texts}
