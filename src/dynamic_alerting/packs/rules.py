"""A pack's rule groups: once a minute what dashboards and an outage need; every cycle the alerts."""

from dynamic_alerting.packs.conditions import (
    HEALTHY,
    MAINTENANCE,
    SLOW_INTERVAL,
    STATE_FALLBACK,
    SUSPECT_STATE,
    THRESHOLD_FALLBACK,
    THRESHOLD_HELD,
    Comparison,
    all_active,
    any_of,
    exceeds,
    grouped,
    held_thresholds,
    last_served,
    outside_maintenance,
    state_is_on,
    suspect_states,
    threshold_matchers,
)
from dynamic_alerting.packs.examples import seconds
from dynamic_alerting.packs.pack import Alert, FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import metric_names, selector
from dynamic_alerting.packs.suspects import (
    CROSSING_VALUE,
    SUSPECT_THRESHOLD,
    SUSPECT_VALUE,
    Suspects,
    crosses,
    crossing_values,
    suspect_thresholds,
    suspect_values,
)
from dynamic_alerting.packs.wording import annotations

Rule = dict[str, object]
AREAS = ("availability", "saturation", "errors", "capacity")


def rule_file(pack: Pack) -> dict[str, object]:
    """Return the pack's Prometheus rule file as data.

    The group of the alerts has no interval: it inherits the server's.
    """
    groups: list[dict[str, object]] = []
    if slow := [*fallbacks(pack), *dashboard_records(pack)]:
        groups.append({"name": f"{pack.pack}-slow", "interval": SLOW_INTERVAL, "rules": slow})
    groups.append({"name": pack.pack, "rules": [*records(pack), *alerts(pack)]})
    return {"groups": groups}


def fallbacks(pack: Pack) -> list[Rule]:
    """Return the rules that keep thresholds and state filters while no exporter is healthy."""
    rules: list[Rule] = []
    own = [("pack", "=", pack.pack)]
    if pack.thresholds:
        components = list(dict.fromkeys(pack.component_of(each) for each in pack.thresholds))
        expr = last_served("user_threshold", THRESHOLD_FALLBACK, [any_of("component", components)], own)
        rules.append({"record": THRESHOLD_FALLBACK, "expr": expr, "labels": {"pack": pack.pack}})
    if pack.state_filters:
        filters = [each.name for each in pack.state_filters]
        expr = last_served("user_state_filter", STATE_FALLBACK, [any_of("filter", filters)], own)
        rules.append({"record": STATE_FALLBACK, "expr": expr, "labels": {"pack": pack.pack}})
    return rules


def dashboard_records(pack: Pack) -> list[Rule]:
    """Return the signals that only people look at: the alerts read their sources themselves."""
    needed = _needed_each_cycle(pack)
    return [_signal_rule(pack, signal) for signal in pack.recorded() if signal.record not in needed]


def records(pack: Pack) -> list[Rule]:
    """Return the recording rules of every cycle: what several rules read."""
    needed = _needed_each_cycle(pack)
    rules = [_maintenance(pack)] if pack.thresholds or pack.state_filters else []
    if pack.thresholds:
        rules.append(_held(pack))
    rules += [_signal_rule(pack, signal) for signal in pack.recorded() if signal.record in needed]
    rules += _suspects(pack)
    if pack.state_filters:
        rules.append(_suspect_states(pack))
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


def _maintenance(pack: Pack) -> Rule:
    own = selector(MAINTENANCE, [("pack", "=", pack.pack)])
    now = selector("user_state_filter", [("filter", "=", "maintenance")])
    expr = f"max by (tenant) ({now} or on () {own} unless on () {HEALTHY})"
    return {"record": MAINTENANCE, "expr": expr, "labels": {"pack": pack.pack}}


def _held(pack: Pack) -> Rule:
    plain = [each for each in pack.thresholds if not pack.signal_of(each).dimensions]
    above, below = (
        [each.alert.name for each in plain if each.direction == direction] for direction in ("above", "below")
    )
    own = selector(SUSPECT_THRESHOLD, [("pack", "=", pack.pack)])
    further = [own] if len(plain) < len(pack.thresholds) else []
    expr = held_thresholds(pack.pack, above, below, further)
    return {"record": THRESHOLD_HELD, "expr": expr, "labels": {"pack": pack.pack}}


def _suspects(pack: Pack) -> list[Rule]:
    rules: list[Rule] = []
    compared = [comparison(pack, each) for each in pack.thresholds if pack.signal_of(each).dimensions]
    for direction in ("above", "below"):
        keys = tuple(each for each in compared if each.direction == direction)
        if not keys:
            continue
        suspects = Suspects(pack.pack, keys)
        for key in keys:
            labels = {"component": key.component, "metric": key.metric, **suspects.labels}
            rules.append({"record": SUSPECT_VALUE, "expr": suspect_values(key), "labels": labels})
        for record, expr in (
            (SUSPECT_THRESHOLD, suspect_thresholds(suspects)),
            (CROSSING_VALUE, crossing_values(suspects)),
        ):
            rules.append({"record": record, "expr": expr, "labels": suspects.labels})
    return rules


def _suspect_states(pack: Pack) -> Rule:
    filters = [each.name for each in pack.state_filters]
    signals = [pack.signal_of(each).record for each in pack.alerts if each.state_filter]
    expr = suspect_states(filters, list(dict.fromkeys(signals)), pack.pack)
    return {"record": SUSPECT_STATE, "expr": expr, "labels": {"pack": pack.pack}}


def _signal_rule(pack: Pack, signal: Signal) -> Rule:
    expr = _aggregated(signal)
    if signal.when_gone is not None:
        expr = f"{expr}\nor\n{_remembered(pack, signal)}"
    return {"record": signal.record, "expr": expr}


def _aggregated(signal: Signal) -> str:
    by = ", ".join(["tenant", *signal.dimensions])
    if "\n" not in signal.expr:
        return f"{signal.aggregate} by ({by}) ({signal.expr})"
    body = "\n".join(f"  {line}" for line in signal.expr.splitlines())
    return f"{signal.aggregate} by ({by}) (\n{body}\n)"


def _remembered(pack: Pack, signal: Signal) -> str:
    """Write zero for a tenant that had this signal, has it no longer, and still has its threshold.

    While no exporter is healthy, nobody knows who still has it.
    """
    owner = next(each for each in pack.thresholds if pack.signal_of(each) is signal)
    matchers = threshold_matchers(pack.component_of(owner), pack.metric_of(owner))
    known = f"0 * {signal.record} and on (tenant) {selector('user_threshold', matchers)}"
    return f"{known}\nor\n0 * {signal.record} unless on () {HEALTHY}"


def _threshold_alert(pack: Pack, threshold: Threshold) -> Rule:
    compared = comparison(pack, threshold)
    if compared.dimensions:
        condition = crosses(compared)
    else:
        condition = outside_maintenance(exceeds(compared), pack.pack)
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
    active = [(other.alert.name, pack.signal_of(other).dimensions) for other in others]
    of_key = threshold_matchers(compared.component, compared.metric)
    value = selector(SUSPECT_VALUE, of_key) if compared.dimensions else compared.signal
    return all_active(compared, value, first.alert.name, active)


def _alert(alert: Alert, expr: str, labels: dict[str, str], texts: dict[str, str]) -> Rule:
    rule: Rule = {"alert": alert.name, "expr": expr}
    if seconds(alert.for_):
        rule["for"] = alert.for_
    return {**rule, "labels": labels, "annotations": texts}
