"""Every alert has every case, everything generated is current, and the rules keep their promises."""

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from dynamic_alerting.packs.case_story import tenant_of
from dynamic_alerting.packs.cases import expected_cases
from dynamic_alerting.packs.generation import generated_files, stale_files
from dynamic_alerting.packs.pack import Pack

ROOT = Path(__file__).parents[2]
SNAPSHOT = "tenant:alert_threshold:"
READABLE = 1500  # characters of an expression that a person on call can take in
PACKS = sorted(path.parent.name for path in ROOT.glob("rule-packs/*/pack.yaml"))
# Signals and alerts that a pack has at the very least.
LEAST = {
    "mariadb": (7, 8),
    "kubernetes": (5, 4),
    "redis": (7, 6),
    "mongodb": (7, 6),
    "elasticsearch": (7, 7),
    "oracle": (6, 7),
    "db2": (7, 7),
    "clickhouse": (7, 7),
    "platform": (0, 4),
}


def _pack(packs: list[Pack], name: str) -> Pack:
    return next(pack for pack in packs if pack.pack == name)


@cache
def _rules(name: str) -> list[dict[str, Any]]:
    document = yaml.safe_load((ROOT / "rule-packs" / name / "rules.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


@cache
def _alerts(name: str) -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in _rules(name) if "alert" in rule}


@cache
def _tests(name: str) -> list[dict[str, Any]]:
    document = yaml.safe_load((ROOT / "rule-packs" / name / "tests.yaml").read_text())
    tests: list[dict[str, Any]] = document["tests"]
    return tests


def test_everything_generated_is_current(packs: list[Pack]) -> None:
    stale = stale_files(ROOT, generated_files(packs))
    assert stale == [], "run `make generate` and commit the result"


@pytest.mark.parametrize("name", PACKS)
def test_every_alert_has_every_case(name: str, packs: list[Pack]) -> None:
    present: dict[str, set[str]] = defaultdict(set)
    for test in _tests(name):
        alert, _, cases = test["name"].partition(": ")
        present[alert] |= set(cases.split(" | "))
    wanted = expected_cases(_pack(packs, name))
    assert set(wanted) == set(_alerts(name)), "an alert without an entry in pack.yaml"
    missing = {alert: cases - present[alert] for alert, cases in wanted.items() if cases - present[alert]}
    assert missing == {}


@pytest.mark.parametrize("name", PACKS)
def test_a_case_says_what_fires_with_all_labels_and_annotations(name: str) -> None:
    for test in _tests(name):
        alert, _, cases = test["name"].partition(": ")
        expected = [firing for look in test["alert_rule_test"] for firing in look["exp_alerts"]]
        for firing in expected:
            assert set(_alerts(name)[alert]["labels"]) <= set(firing["exp_labels"])
            assert set(firing["exp_annotations"]) == TEXTS
            assert "{{" not in firing["exp_annotations"]["description"]
        if name == "platform":
            assert bool(expected) == (cases.split(" (")[0] in FIRING_CASES), test["name"]
            continue
        tenants = {firing["exp_labels"]["tenant"] for firing in expected}
        for case in cases.split(" | "):
            tenant = tenant_of(case)
            assert (tenant in tenants) == (case.split(" (")[0] in FIRING_CASES), f"{alert}: {case}"
            assert any(f'tenant="{tenant}"' in each["series"] for each in test["input_series"])


TEXTS = {"summary", "description", "runbook_url", "dashboard_url"}
FIRING_CASES = {
    "fires",
    "two replicas",
    "both tiers",
    "exporters gone for ten minutes",
    "disabled while firing",
    "exact dimension",
    "regex dimension",
    "base beside a dimension",
    "base with labels of the target",
    "seen by two Prometheus servers",
}


@pytest.mark.parametrize("name", sorted(set(PACKS) & set(LEAST)))
def test_a_pack_has_at_least_the_signals_and_alerts_it_must(name: str, packs: list[Pack]) -> None:
    signals, alerts = LEAST[name]
    assert len(_pack(packs, name).recorded()) >= signals
    assert len(_alerts(name)) >= alerts


@pytest.mark.parametrize("name", PACKS)
def test_every_tenant_alert_is_silenced_by_maintenance_and_switched_by_a_key(name: str) -> None:
    silenced = f'unless on (tenant) tenant:maintenance:active{{pack="{name}"}}'
    for alert, rule in _alerts(name).items():
        if "severity" in rule["labels"]:  # the platform's own: no tenant, no key
            continue
        # those of several keys read the alerts of these keys
        reads_what_is_silenced = 'ALERTS{alertname="' in rule["expr"]
        assert rule["expr"].endswith(silenced) or reads_what_is_silenced, alert
        assert rule["labels"]["metric_key"], alert


# The platform's pack tells of thresholds that were stored with other labels than were served.
@pytest.mark.parametrize("name", sorted(set(PACKS) - {"platform"}))
def test_a_threshold_is_selected_by_component_and_metric_or_not_at_all(name: str) -> None:
    for rule in _rules(name):
        for selector in _selectors(rule["expr"], "user_threshold"):
            labels = {matcher.name for matcher in selector.matchers.matchers}
            assert {"component", "metric"} <= labels, rule["expr"]


@pytest.mark.parametrize("name", PACKS)
def test_every_key_has_its_own_snapshot(name: str, packs: list[Pack]) -> None:
    snapshots = {rule["record"] for rule in _rules(name) if rule.get("record", "").startswith(SNAPSHOT)}
    assert snapshots == {f"{SNAPSHOT}{each.key}" for each in _pack(packs, name).thresholds}


@pytest.mark.parametrize("name", PACKS)
def test_an_expression_can_be_read(name: str) -> None:
    for rule in _rules(name):
        assert len(rule["expr"]) <= READABLE, rule.get("record") or rule["alert"]
        for node in _nodes(rule["expr"]):  # `or` binds less than `unless`: nobody should have to know
            if isinstance(node, promql_parser.BinaryExpr) and str(node.op) == "or":
                bare = [each for each in (node.lhs, node.rhs) if isinstance(each, promql_parser.BinaryExpr)]
                assert not [each for each in bare if str(each.op) in {"and", "unless"}], rule["expr"]


def _nodes(expr: str) -> list[promql_parser.Expr]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return found


def _selectors(expr: str, metric: str) -> list[promql_parser.VectorSelector]:
    return [
        each
        for each in _nodes(expr)
        if isinstance(each, promql_parser.VectorSelector) and each.name == metric
    ]


@pytest.mark.parametrize("name", PACKS)
def test_templates_are_plain_and_runbooks_exist(name: str) -> None:
    runbook = (ROOT / "docs" / "runbooks" / f"{name}.md").read_text()
    for alert, rule in _alerts(name).items():
        actions = re.findall(r"{{(.*?)}}", rule["annotations"]["description"])
        assert all("query" not in action for action in actions), alert
        assert "{{" not in rule["annotations"]["summary"]
        assert rule["annotations"]["runbook_url"].endswith(f"/{name}.md#{alert.lower()}")
        assert f"\n## {alert}\n" in runbook


@pytest.mark.parametrize("name", PACKS)
def test_every_alert_leads_to_its_dashboard_with_the_tenant_chosen(name: str) -> None:
    dashboard = json.loads((ROOT / "dashboards" / f"{name}.json").read_text())
    variables = {each["name"] for each in dashboard["templating"]["list"]}
    for alert, rule in _alerts(name).items():
        address, _, query = rule["annotations"]["dashboard_url"].partition("?")
        assert address.endswith(f"/d/{dashboard['uid']}"), alert
        names_tenant = "{{ $labels.tenant }}" in rule["annotations"]["description"]
        assert query == ("var-tenant={{ $labels.tenant }}" if names_tenant else ""), alert
        assert "metric_key" not in rule["labels"] or (query and "tenant" in variables), alert
