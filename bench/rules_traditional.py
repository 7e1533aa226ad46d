"""What people write instead of packs: one rule per tenant, alert and tier, with the number in it."""

import re
from collections.abc import Iterator, Sequence

from bench.rules_data import Limit
from dynamic_alerting.packs.pack import FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import metric_names
from dynamic_alerting.packs.rules import alert_labels
from dynamic_alerting.packs.wording import annotations

Rule = dict[str, object]


def traditional_groups(packs: Sequence[Pack], limits: Sequence[Limit]) -> list[dict[str, object]]:
    """Return one group per tenant: the packs' alerts, the tenant's name and numbers written into each."""
    by_tenant: dict[str, dict[tuple[str, str], float]] = {}
    for limit in limits:
        by_tenant.setdefault(limit.tenant, {})[limit.key, limit.severity] = limit.value
    return [
        {"name": tenant, "rules": [rule for pack in packs for rule in _rules(pack, tenant, numbers)]}
        for tenant, numbers in by_tenant.items()
    ]


def _rules(pack: Pack, tenant: str, numbers: dict[tuple[str, str], float]) -> Iterator[Rule]:
    tiers = list(dict.fromkeys(severity for _, severity in numbers))
    for threshold in pack.thresholds:
        texts = annotations(pack.pack, threshold.alert, threshold.unit, threshold.format)
        for tier in tiers:
            condition = _crossed(pack, threshold, tenant, numbers[threshold.key, tier])
            yield _alert(
                threshold.alert.name, condition, {**alert_labels(pack, threshold), "severity": tier}, texts
            )
    for alert in pack.alerts:
        if alert.all_of:
            yield from _composites(pack, alert, tenant, tiers, numbers)
        elif alert.state_filter:
            yield _state(pack, alert, tenant)


def _composites(
    pack: Pack, alert: FurtherAlert, tenant: str, tiers: list[str], numbers: dict[tuple[str, str], float]
) -> Iterator[Rule]:
    keys = [pack.threshold(key) for key in alert.all_of or []]
    shared = set.intersection(*(set(pack.signal_of(key).dimensions) for key in keys))
    on = ", ".join(["tenant", *sorted(shared)])
    texts = annotations(pack.pack, alert, alert.unit or keys[0].unit, alert.format or keys[0].format)
    for tier in tiers:
        parts = [f"({_crossed(pack, key, tenant, numbers[key.key, tier])})" for key in keys]
        condition = f" and on ({on}) ".join(parts)
        yield _alert(alert.name, condition, {**alert_labels(pack, alert), "severity": tier}, texts)


def _state(pack: Pack, alert: FurtherAlert, tenant: str) -> Rule:
    state = next(each for each in pack.state_filters if each.name == alert.state_filter)
    reasons = f'reason=~"{"|".join(state.reasons)}"'
    condition = f"{of_tenant(pack.signal_of(alert), tenant, reasons)} > 0"
    labels = {**alert_labels(pack, alert), "severity": state.severity}
    return _alert(
        alert.name, condition, labels, annotations(pack.pack, alert, alert.unit or "", alert.format)
    )


def _crossed(pack: Pack, threshold: Threshold, tenant: str, number: float) -> str:
    operator = ">" if threshold.direction == "above" else "<"
    return f"{of_tenant(pack.signal_of(threshold), tenant)} {operator} {number!r}"


def of_tenant(signal: Signal, tenant: str, *further: str) -> str:
    """Return a signal's expression with every selector restricted to one tenant."""
    matchers = ",".join([f'tenant="{tenant}"', *further])
    names = "|".join(sorted(map(re.escape, metric_names(signal.expr)), key=len, reverse=True))
    whole_name = rf"(?<![\w:])({names})(?![\w:])(\{{)?"
    restricted = re.sub(
        whole_name,
        lambda found: f"{found[1]}{{{matchers}{',' if found[2] else '}'}",
        " ".join(signal.expr.split()),
    )
    return f"{signal.aggregate} by ({', '.join(['tenant', *signal.dimensions])}) ({restricted})"


def _alert(name: str, condition: str, labels: dict[str, str], texts: dict[str, str]) -> Rule:
    return {"alert": name, "expr": condition, "labels": labels, "annotations": texts}
