"""Grafana dashboards: per pack each signal against its tenants' thresholds, and one overview of all."""

import json

from dynamic_alerting.packs.dashboard_panels import (
    SCHEMA_VERSION,
    Json,
    Layout,
    Query,
    stat,
    state_timeline,
    table,
    time_series,
)
from dynamic_alerting.packs.pack import FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.rules import AREAS, comparison
from dynamic_alerting.packs.snapshots import snapshot_of
from dynamic_alerting.packs.wording import dashboard_uid, runbook_url

TAG = "dynamic-alerting"
TENANT = ("tenant", "=~", "$tenant")
STATES = {"1": ("pending", "yellow"), "2": ("firing", "red")}
ALERT_COLUMNS = ["severity", "tenant", "alertname", "alertstate", "component", "metric_key"]
RED: list[Json] = [{"color": "green"}, {"color": "red", "value": 1}]
ORANGE: list[Json] = [{"color": "green"}, {"color": "orange", "value": 1}]
PLAIN: list[Json] = [{"color": "blue"}]


def pack_dashboard(pack: Pack) -> str:
    """Return dashboards/<pack>.json."""
    layout = Layout()
    _alert_panels(layout, pack)
    for area in AREAS:
        _area(layout, pack, area)
    _further_signals(layout, pack)
    if not pack.recorded():
        _source_metrics(layout, pack)
    return _dashboard(f"Dynamic Alerting / {pack.title}", pack.pack, layout, _tenants_of(pack))


def overview_dashboard(packs: list[Pack]) -> str:
    """Return dashboards/overview.json: what fires for whom, who is in maintenance, and the exporters."""
    layout = Layout()
    keys = len([threshold for pack in packs for threshold in pack.thresholds])
    numbers: list[tuple[str, str, list[Json]]] = [
        ("Critical alerts", _count("critical"), RED),
        ("Warning alerts", _count("warning"), ORANGE),
        ("Tenants", "max(threshold_exporter_tenants)", PLAIN),
        ("Tenants in maintenance", "count(max by (tenant) (tenant:maintenance:active))", ORANGE),
        ("Healthy exporters", "sum(threshold_exporter_config_loaded)", [{"color": "red"}, _green_from(2)]),
        ("Rejected keys", "sum(max by (file) (threshold_exporter_config_rejected_keys))", ORANGE),
    ]
    for title, expr, steps in numbers:
        layout.add(stat(title, Query(expr, instant=True), steps), 4, 4)
    firing = selector("ALERTS", [("alertstate", "=", "firing"), ("metric_key", "!=", ""), TENANT])
    own = [pack.component for pack in packs if not pack.recorded()]  # about the platform: without a tenant
    of_platform = selector("ALERTS", [("alertstate", "=", "firing"), ("component", "=~", "|".join(own))])
    listed = Query(f"{firing}\nor\n{of_platform}", instant=True)
    layout.add(table("Firing now", listed, ALERT_COLUMNS), 24, 9)
    by_tenant = f"count by (tenant, severity) ({firing})"
    layout.add(time_series("Firing alerts by tenant", [Query(by_tenant, "{{tenant}} {{severity}}")]), 12, 8)
    thresholds = "count by (component) (max by (tenant, component, metric, severity) (user_threshold))"
    described = f"How many base thresholds tenants have, of {keys} keys in {len(packs)} packs."
    layout.add(
        time_series("Thresholds by component", [Query(thresholds, "{{component}}")], description=described),
        12,
        8,
    )
    tenants = "label_values(user_threshold, tenant)"
    return _dashboard("Dynamic Alerting / Overview", "overview", layout, tenants)


def _alert_panels(layout: Layout, pack: Pack) -> None:
    names = [each.alert.name for each in pack.thresholds] + [each.name for each in pack.alerts]
    matchers = [("alertname", "=~", "|".join(names))]
    if pack.recorded():
        matchers.append(TENANT)
    layout.row("Alerts")
    listed = Query(selector("ALERTS", matchers), instant=True)
    layout.add(table("Pending and firing", listed, ALERT_COLUMNS), 12, 8)
    firing = selector("ALERTS", [*matchers, ("alertstate", "=", "firing")])
    pending = selector("ALERTS", [*matchers, ("alertstate", "=", "pending")])
    state = f"max by (tenant, alertname, severity) (2 * {firing} or {pending})"
    layout.add(state_timeline("When", Query(state, "{{tenant}} {{alertname}} {{severity}}"), STATES), 12, 8)


def _area(layout: Layout, pack: Pack, area: str) -> None:
    thresholds = [each for each in pack.thresholds if each.area == area]
    states = [each for each in pack.alerts if each.area == area and each.state_filter]
    if thresholds or states:
        layout.row(area.capitalize())
    for threshold in thresholds:
        layout.add(_threshold_panel(pack, threshold), 12, 8)
    for alert in states:
        layout.add(_state_panel(pack, alert), 12, 8)


def _threshold_panel(pack: Pack, threshold: Threshold) -> Json:
    """Draw a key's signal, and a dashed line for each tier of each tenant."""
    signal = pack.signal_of(threshold)
    queries = [_signal_query(signal), _threshold_query(pack, threshold)]
    title = f"{threshold.alert.name}: {threshold.key}"
    panel = time_series(title, queries, unit=threshold.unit, description=threshold.meaning)
    return {**panel, "links": [_runbook(pack, threshold.alert.name)]}


def _threshold_query(pack: Pack, threshold: Threshold) -> Query:
    """Ask for the copy of each minute, which is there while no exporter is healthy, too."""
    compared = comparison(pack, threshold)
    expr = selector(snapshot_of(threshold.key), [TENANT])
    labels = ["tenant", *compared.dimensions, "severity"]
    if compared.dimensions:  # a dimension that a tenant disabled has an infinite threshold
        expr = f"{expr} {'< +Inf' if compared.worst == 'max' else '> -Inf'}"
    return Query(expr, " ".join(f"{{{{{label}}}}}" for label in labels))


def _signal_query(signal: Signal) -> Query:
    labels = " ".join(f"{{{{{label}}}}}" for label in ["tenant", *signal.dimensions])
    return Query(selector(signal.record, [TENANT]), labels)


def _state_panel(pack: Pack, alert: FurtherAlert) -> Json:
    panel = time_series(alert.name, [_signal_query(pack.signal_of(alert))], description=alert.summary)
    return {**panel, "links": [_runbook(pack, alert.name)]}


def _further_signals(layout: Layout, pack: Pack) -> None:
    owned = {pack.signal_of(each).record for each in pack.thresholds}
    owned |= {pack.signal_of(each).record for each in pack.alerts if each.state_filter}
    signals = [each for each in pack.recorded() if each.record not in owned]
    if signals:
        layout.row("Further signals")
    for signal in signals:
        title, unit = signal.meaning or signal.record, signal.unit or ""
        layout.add(time_series(title, [_signal_query(signal)], unit=unit), 12, 8)


def _source_metrics(layout: Layout, pack: Pack) -> None:
    """Draw the metrics of a pack whose alerts read them directly: the platform's own."""
    layout.row("Source metrics")
    for metric, note in pack.metrics.items():
        layout.add(time_series(metric, [Query(metric)], description=note), 12, 8)


def _tenants_of(pack: Pack) -> str | None:
    if not pack.recorded():
        return None
    records = "|".join(dict.fromkeys(signal.record for signal in pack.recorded()))
    return f'label_values({{__name__=~"{records}"}}, tenant)'


def _count(severity: str) -> str:
    own = [("alertstate", "=", "firing"), ("metric_key", "!=", ""), ("severity", "=", severity), TENANT]
    return f"count({selector('ALERTS', own)})"


def _green_from(value: int) -> Json:
    return {"color": "green", "value": value}


def _runbook(pack: Pack, alert: str) -> Json:
    return {"title": "Runbook", "url": runbook_url(pack.pack, alert), "targetBlank": True}


def _dashboard(title: str, name: str, layout: Layout, tenants: str | None) -> str:
    others = {"type": "dashboards", "title": "Rule packs", "tags": [TAG], "asDropdown": True}
    document = {
        "uid": dashboard_uid(name),
        "title": title,
        "description": "Generated from pack.yaml by `da-tools rule-packs generate`. Do not edit.",
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "annotations": {"list": []},
        "links": [{**others, "includeVars": True, "keepTime": True, "targetBlank": False}],
        "templating": {"list": _variables(tenants)},
        "panels": layout.panels,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _variables(tenants: str | None) -> list[Json]:
    datasource = {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "multi": False,
        "includeAll": False,
        "options": [],
        "current": {},
        "hide": 0,
    }
    if tenants is None:
        return [datasource]
    tenant = {
        "name": "tenant",
        "label": "Tenant",
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "definition": tenants,
        "query": {"qryType": 1, "query": tenants, "refId": "tenant"},
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "options": [],
        "current": {"text": ["All"], "value": ["$__all"]},
        "hide": 0,
    }
    return [datasource, tenant]
