"""A pack's rule groups: once a minute what dashboards and an outage need; every cycle the alerts."""

from dynamic_alerting.packs import group_headers
from dynamic_alerting.packs.comparison import Comparison, grouped, joined, threshold_matchers
from dynamic_alerting.packs.conditions import (
    STATE_CANDIDATE,
    KeyAlert,
    all_active,
    candidate_states,
    exceeds,
    state_is_on,
)
from dynamic_alerting.packs.dimensional import (
    CANDIDATE_THRESHOLD,
    CANDIDATE_VALUE,
    CROSSING_VALUE,
    SERVED_THRESHOLD,
    DimensionalKeys,
    candidate_thresholds,
    candidate_values,
    crosses,
    crossing_values,
    served_thresholds,
)
from dynamic_alerting.packs.examples import seconds
from dynamic_alerting.packs.pack import Alert, FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import metric_names, selector
from dynamic_alerting.packs.snapshots import (
    MAINTENANCE,
    SNAPSHOT_INTERVAL,
    STATE_SNAPSHOT,
    maintenance,
    outside_maintenance,
    snapshot_of,
    state_snapshot,
    threshold_snapshot,
)
from dynamic_alerting.packs.wording import annotations
from dynamic_alerting.packs.yaml_text import Commented

Rule = dict[str, object]
AREAS = ("availability", "saturation", "errors", "capacity")


def rule_file(pack: Pack) -> dict[str, object]:
    """Return the pack's Prometheus rule file as data.

    The group of the alerts has no interval: it inherits the server's.
    """
    groups: list[dict[str, object]] = []
    if slow := [*snapshots(pack), *dashboard_records(pack)]:
        group = {"name": f"{pack.pack}-slow", "interval": SNAPSHOT_INTERVAL, "rules": slow}
        groups.append(Commented(group, group_headers.SLOW))
    group = {"name": pack.pack, "rules": [*records(pack), *alerts(pack)]}
    groups.append(Commented(group, _header(pack)))
    return {"groups": groups}


def _header(pack: Pack) -> str:
    if not pack.thresholds:
        return group_headers.NO_TENANT
    if any(pack.signal_of(each).dimensions for each in pack.thresholds):
        return f"{group_headers.PLAIN}\n{group_headers.DIMENSIONAL}"
    return group_headers.PLAIN


def snapshots(pack: Pack) -> list[Rule]:
    """Return the rules that keep thresholds and state filters for an outage of all exporters."""
    rules: list[Rule] = []
    for each in pack.thresholds:
        compared = comparison(pack, each)
        rule: Rule = {"record": snapshot_of(each.key), "expr": threshold_snapshot(compared)}
        if compared.dimensions:  # rules that compare all keys of a pack tell them apart by these
            rule["labels"] = {"component": compared.component, "metric": compared.metric}
        rules.append(rule)
    if pack.state_filters:
        expr = state_snapshot([each.name for each in pack.state_filters])
        rules.append({"record": STATE_SNAPSHOT, "expr": expr})
    return rules


def dashboard_records(pack: Pack) -> list[Rule]:
    """Return the signals that only people look at: the alerts read their sources themselves."""
    needed = _needed_each_cycle(pack)
    return [_signal_rule(signal) for signal in pack.recorded() if signal.record not in needed]


def records(pack: Pack) -> list[Rule]:
    """Return the recording rules of every cycle: what several rules read."""
    needed = _needed_each_cycle(pack)
    rules: list[Rule] = []
    if pack.thresholds or pack.state_filters:
        rules.append({"record": MAINTENANCE, "expr": maintenance(pack.pack), "labels": {"pack": pack.pack}})
    rules += [_signal_rule(signal) for signal in pack.recorded() if signal.record in needed]
    rules += _dimensional(pack)
    if pack.state_filters:
        rules.append(_candidate_states(pack))
    return rules


def alerts(pack: Pack) -> list[Rule]:
    """Return the alerting rules, ordered availability, saturation, errors, capacity, of several keys."""
    placed: list[tuple[str, Rule]] = [(each.area, _threshold_alert(pack, each)) for each in pack.thresholds]
    placed += [(each.area, _further_alert(pack, each)) for each in pack.alerts if not each.all_of]
    rules = [rule for area in AREAS for where, rule in placed if where == area]
    return [*rules, *(_further_alert(pack, each) for each in pack.alerts if each.all_of)]


def comparison(pack: Pack, threshold: Threshold) -> Comparison:
    """Return what a threshold's alert compares."""
    signal = pack.signal_of(threshold)
    return Comparison(
        signal=signal.record if signal.record in _needed_each_cycle(pack) else _aggregated(signal),
        key=threshold.key,
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


def _needed_each_cycle(pack: Pack) -> set[str]:
    """Return the records that another rule reads, or that remember their own last value."""
    inline = {each.signal.record for each in pack.thresholds if isinstance(each.signal, Signal)}
    read = {name for signal in pack.recorded() for name in metric_names(signal.expr)}
    return {
        signal.record
        for signal in pack.recorded()
        if signal.when_gone is not None or signal.record in read or _is_shared(pack, signal, inline)
    }


def _is_shared(pack: Pack, signal: Signal, inline: set[str]) -> bool:
    owners: list[Threshold | FurtherAlert] = [*pack.thresholds]
    owners += [each for each in pack.alerts if each.state_filter]
    return signal.record not in inline and any(pack.signal_of(owner) is signal for owner in owners)


def _dimensional(pack: Pack) -> list[Rule]:
    rules: list[Rule] = []
    compared = [comparison(pack, each) for each in pack.thresholds if pack.signal_of(each).dimensions]
    for direction in ("above", "below"):
        of_direction = tuple(each for each in compared if each.direction == direction)
        if not of_direction:
            continue
        keys = DimensionalKeys(pack.pack, of_direction)
        for key in keys.keys:
            labels = {"component": key.component, "metric": key.metric, **keys.labels}
            rules.append({"record": CANDIDATE_VALUE, "expr": candidate_values(key), "labels": labels})
        rules.append({"record": SERVED_THRESHOLD, "expr": served_thresholds(keys), "labels": keys.labels})
        rules += [
            {"record": CANDIDATE_THRESHOLD, "expr": expr, "labels": {**keys.labels, "dimensions": names}}
            for names, expr in candidate_thresholds(keys).items()
        ]
        rules += [
            {"record": CROSSING_VALUE, "expr": expr, "labels": {**keys.labels, "level": level}}
            for level, expr in crossing_values(keys).items()
        ]
    return rules


def _candidate_states(pack: Pack) -> Rule:
    filters = [each.name for each in pack.state_filters]
    signals = [pack.signal_of(each).record for each in pack.alerts if each.state_filter]
    expr = candidate_states(filters, list(dict.fromkeys(signals)))
    return {"record": STATE_CANDIDATE, "expr": expr, "labels": {"pack": pack.pack}}


def _signal_rule(signal: Signal) -> Rule:
    expr = _aggregated(signal)
    if signal.when_gone is not None:  # a tenant that had the signal once, and has it no longer, counts zero
        by = joined("tenant", *signal.dimensions)
        remembered = f"{expr}\nor\n0 * {signal.record}"
        expr = f"max by ({by}) {grouped(remembered)}"
    return {"record": signal.record, "expr": expr}


def _aggregated(signal: Signal) -> str:
    by = joined("tenant", *signal.dimensions)
    return f"{signal.aggregate} by ({by}) {grouped(signal.expr)}"


def _threshold_alert(pack: Pack, threshold: Threshold) -> Rule:
    compared = comparison(pack, threshold)
    crossing = crosses(compared) if compared.dimensions else exceeds(compared)
    condition = outside_maintenance(crossing, pack.pack)
    return _alert(
        threshold.alert,
        condition,
        alert_labels(pack, threshold),
        annotations(pack.pack, threshold.alert, threshold.unit, threshold.format),
    )


def _further_alert(pack: Pack, alert: FurtherAlert) -> Rule:
    unit, form = alert.unit or "", alert.format
    if alert.all_of is not None:
        condition = _all_of(pack, alert.all_of)
        first = pack.threshold(alert.all_of[0])
        unit, form = alert.unit or first.unit, alert.format or first.format
    elif alert.state_filter is not None:
        signal = pack.signal_of(alert)
        condition = outside_maintenance(grouped(state_is_on(signal.record, alert.state_filter)), pack.pack)
    else:
        condition = alert.expr or ""
    return _alert(alert, condition, alert_labels(pack, alert), annotations(pack.pack, alert, unit, form))


def _all_of(pack: Pack, keys: list[str]) -> str:
    """Write the first key's values where the alerts of all keys are active for the tenant and severity."""
    first, *others = [pack.threshold(key) for key in keys]
    compared = comparison(pack, first)
    of_key = threshold_matchers(compared.component, compared.metric)
    value = selector(CANDIDATE_VALUE, of_key) if compared.dimensions else compared.signal
    return all_active(value, _key_alert(pack, first), [_key_alert(pack, other) for other in others])


def _key_alert(pack: Pack, threshold: Threshold) -> KeyAlert:
    dimensions = tuple(pack.signal_of(threshold).dimensions)
    return KeyAlert(threshold.alert.name, pack.component_of(threshold), threshold.key, dimensions)


def _alert(alert: Alert, expr: str, labels: dict[str, str], texts: dict[str, str]) -> Rule:
    rule: Rule = {"alert": alert.name, "expr": expr}
    if seconds(alert.for_):
        rule["for"] = alert.for_
    return {**rule, "labels": labels, "annotations": texts}
