"""Rules of two environments in one Prometheus, and the packs' own tests as they happen in one of them.

While a test happens in one environment, another one of the same alert happens in the other, to tenants of the
same names: what is bad in one is good in the other, and only one loses its exporters.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import yaml
from promql_parser import MatchOp

from dynamic_alerting.packs.environment import Environment
from dynamic_alerting.packs.examples import labels_of
from dynamic_alerting.packs.promql import selector, selectors
from dynamic_alerting.packs.renderings import rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dynamic_alerting.packs.pack import Pack

PROD = Environment("environment", "prod")
STAGING = Environment("environment", "staging")

Document = dict[str, Any]


def write_rules(pack: Pack, directory: Path, *environments: Environment) -> list[str]:
    """Write a pack's rules for each environment, and return the files' names."""
    written = []
    for each in environments:
        name, text = rendered(pack, "prometheus", environment=each)
        (directory / name).write_text(text)
        written.append(name)
    return written


def not_confined(document: Document, environment: Environment) -> list[str]:
    """What in a rule file does not have the environment's label: selectors, series, alerts."""
    found = []
    for rule in (rule for group in document["groups"] for rule in group["rules"]):
        name = rule.get("record") or rule["alert"]
        if rule.get("labels", {}).get(environment.label) != environment.value:
            found.append(name)
        for each in selectors(rule["expr"]):
            matchers = [(matcher.name, matcher.op, matcher.value) for matcher in each.matchers.matchers]
            if (environment.label, MatchOp.Equal, environment.value) not in matchers:
                found.append(f"{name}: {each.prettify()}")
    return found


def in_one_environment(tests: Document, rules: Sequence[str]) -> Document:
    """The tests with the environment's label on everything, alerts with all labels and annotations."""
    changed = []
    for test in tests["tests"]:
        series = [_labelled(each, PROD.label, PROD.value) for each in test["input_series"]]
        checks = [
            {**check, "exp_alerts": [_fired(each) for each in check["exp_alerts"]]}
            for check in test["alert_rule_test"]
        ]
        changed.append({**test, "input_series": series, "alert_rule_test": checks})
    return {**tests, "rule_files": list(rules), "tests": changed}


def in_two_environments(tests: Document, rules: Sequence[str]) -> Document:
    """The tests in one environment, beside another test of the same alert in the other."""
    of_alert: dict[str, list[Document]] = defaultdict(list)
    for test in tests["tests"]:
        of_alert[test["alert_rule_test"][0]["alertname"]].append(test)
    pairs = [
        (test, of_one[(index + 1) % len(of_one)])
        for of_one in of_alert.values()
        for index, test in enumerate(of_one)
    ]
    return {**tests, "rule_files": list(rules), "tests": [_beside(*pair) for pair in pairs]}


def _beside(test: Document, other: Document) -> Document:
    tenants, others = _tenants(test), _tenants(other)
    if tenants:  # the next one's: what fires there is quiet here
        names = {each: tenants[(index + 1) % len(tenants)] for index, each in enumerate(others)}
        other = {**other, "input_series": list(_renamed(other["input_series"], names))}
    series = [
        _labelled(each, place.label, place.value)
        for place, part in ((PROD, test), (STAGING, other))
        for each in part["input_series"]
    ]
    checks = [
        {
            "eval_time": check["eval_time"],
            "expr": selector("ALERTS", _firing(check["alertname"])),
            "exp_samples": [
                {"labels": selector("ALERTS", _firing(check["alertname"], alert["exp_labels"])), "value": 1}
                for alert in check["exp_alerts"]
            ],
        }
        for check in test["alert_rule_test"]
    ]
    name = f"{test['name']} (beside: {other['name']})"
    return {
        "name": name,
        "interval": test["interval"],
        "input_series": series,
        "promql_expr_test": checks,
    }


def _tenants(test: Document) -> list[str]:
    named = (labels_of(each["series"]).get("tenant") for each in test["input_series"])
    return list(dict.fromkeys(each for each in named if each))


def _renamed(series: Sequence[Document], names: Mapping[str, str]) -> Iterator[Document]:
    seen = set()
    for each in series:
        tenant = labels_of(each["series"]).get("tenant", "")
        renamed = _labelled(each, "tenant", names[tenant]) if tenant in names else each
        if renamed["series"] not in seen:  # two tenants of the other may have become one
            seen.add(renamed["series"])
            yield renamed


def _labelled(series: Document, label: str, value: str) -> Document:
    labels = {**labels_of(series["series"]), label: value}
    metric = series["series"].split("{", maxsplit=1)[0]
    return {**series, "series": selector(metric, [(name, "=", each) for name, each in labels.items()])}


def _fired(alert: Document) -> Document:
    return {**alert, "exp_labels": {**alert["exp_labels"], PROD.label: PROD.value}}


def _firing(name: str, labels: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    every = {"alertname": name, "alertstate": "firing", PROD.label: PROD.value, **(labels or {})}
    return [(label, "=", value) for label, value in every.items()]


def load(text: str) -> Document:
    """Read a document."""
    return dict(yaml.safe_load(text))
