"""A pack's rule group: maintenance, fallback, signals, alerts, in the order of evaluation."""

from dynamic_alerting.packs.conditions import (
    FALLBACK,
    MAINTENANCE,
    NO_EXPORTER,
    STATE_FALLBACK,
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


def rule_file(pack: Pack) -> dict[str, object]:
    """Return the pack's Prometheus rule file as data.

    The group has no interval of its own: it inherits the server's, which must divide 60 seconds.
    """
    return {"groups": [{"name": pack.pack, "rules": [*records(pack), *alerts(pack)]}]}


def records(pack: Pack) -> list[Rule]:
    """Return the recording rules: what holds during an outage, then the signals."""
    held = [_maintenance(pack), _threshold_fallback(pack)] if pack.thresholds or pack.state_filters else []
    if pack.state_filters:
        held.append(_state_fallback(pack))
    signals = [_signal_rule(pack, signal) for signal in pack.recorded()]
    return [rule for rule in (*held, *signals) if rule]


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


def _threshold_fallback(pack: Pack) -> Rule:
    """Hold the last thresholds while no exporter is healthy; write nothing while one is."""
    by_fold: dict[str, list[Comparison]] = {"max": [], "min": []}
    for threshold in pack.thresholds:
        each = comparison(pack, threshold)
        by_fold[each.worst].append(each)
    parts = [_held_thresholds(fold, group) for fold, group in by_fold.items() if group]
    if not parts:
        return {}
    return {"record": FALLBACK, "expr": "\nor\n".join(parts), "labels": {"pack": pack.pack}}


def _held_thresholds(fold: str, group: list[Comparison]) -> str:
    dimensions = list(dict.fromkeys(label for each in group for label in each.dimensions))
    components = sorted({each.component for each in group})
    matchers = [_any_of("component", components), _any_of("metric", sorted({each.metric for each in group}))]
    patternless = [(f"{dimension}_re", "=", "") for dimension in dimensions]
    own = selector(FALLBACK, matchers)
    served = selector("user_threshold", [*matchers, *patternless])
    labels = ["tenant", "component", "metric", "severity", *dimensions]
    return _held(fold, labels, own, served)


def _state_fallback(pack: Pack) -> Rule:
    matchers = [_any_of("filter", sorted(each.name for each in pack.state_filters))]
    own, served = selector(STATE_FALLBACK, matchers), selector("user_state_filter", matchers)
    expr = _held("max", ["tenant", "filter", "severity", "reason"], own, served)
    return {"record": STATE_FALLBACK, "expr": expr, "labels": {"pack": pack.pack}}


def _held(fold: str, labels: list[str], own: str, served: str) -> str:
    """Write: the own last value, else what was served or held a minute ago, if no exporter is there now.

    A minute ago is a moment of evaluation too (intervals divide 60 seconds), so then either the
    exporters were alive or the fallback was written: exporters that flap leave no gap.
    """
    on = ", ".join(labels)
    sources = [own, f"{served} offset 1m", f"{own} offset 1m"]
    # each by itself: while an exporter is there, `and` with nothing is nothing, and `or` has no work
    parts = f"\n  or on ({on}) ".join(f"({source} and on () {NO_EXPORTER})" for source in sources)
    return f"{fold} by ({on}) (\n  {parts}\n)"


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
