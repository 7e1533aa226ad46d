"""Generated rules with one guarantee taken away, to see that a test notices.

A mutation changes the rules of a pack's document, as the form of docs/decisions writes them, and returns how
many it has changed: none means that the form is another one now, and the mutation is to be written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import promql_parser as promql

Document = dict[str, Any]
Rule = dict[str, Any]
Mutation = Callable[[Document], int]
_AGGREGATION = re.compile(r"(\w+) (by \([^)]*\))")
Instead = Callable[[promql.Expr], str | None]

HEALTHY = "threshold_exporter_config_loaded"
SNAPSHOT = "tenant:alert_threshold:"
MAINTENANCE = "tenant:maintenance:active"
STATES = "tenant:state_filter:snapshot"


def rewritten(expr: str, instead: Instead) -> str:
    """Return an expression in which some parts are replaced.

    Args:
        expr: PromQL.
        instead: Says what stands in a part's place; None where it stays. The outermost part is replaced.
    """
    text = str(promql.parse(expr))
    found: list[tuple[str, str]] = []

    def look(node: promql.Expr) -> None:
        new = instead(node)
        if new is not None:
            found.append((str(node), new))

    promql.walk(promql.parse(expr), pre_visit=look)
    for old, new in found:
        text = text.replace(old, new)
    return str(promql.parse(text))


def each_rule(suits: Callable[[Rule], bool], instead: Instead) -> Mutation:
    """Make the mutation that replaces parts of the expressions of some rules."""

    def mutate(document: Document) -> int:
        changed = 0
        for rule in (rule for rule in rules_of(document) if suits(rule)):
            before = str(promql.parse(rule["expr"]))
            rule["expr"] = rewritten(rule["expr"], instead)
            changed += rule["expr"] != before
        return changed

    return mutate


def rules_of(document: Document) -> Iterator[Rule]:
    return (rule for group in document["groups"] for rule in group["rules"])


def is_snapshot(rule: Rule) -> bool:
    return str(rule.get("record", "")).startswith(SNAPSHOT)


def is_alert(rule: Rule) -> bool:
    return "alert" in rule


def records(name: str) -> Callable[[Rule], bool]:
    return lambda rule: rule.get("record") == name


def is_of_every_cycle(rule: Rule) -> bool:
    """Whether it compares with thresholds, or says what is to be compared, in each cycle."""
    return not is_snapshot(rule) and rule.get("record") != STATES


def crosses(level: str) -> Callable[[Rule], bool]:
    """Make the test for the rule that compares dimensional values with one level of thresholds."""
    return lambda rule: rule.get("labels", {}).get("level") == level


def without(operator: str, right: str) -> Instead:
    """Leave out an operator and its right side where that says something: ``a or (…)`` becomes ``a``."""

    def instead(node: promql.Expr) -> str | None:
        if isinstance(node, promql.BinaryExpr) and str(node.op) == operator and right in str(node.rhs):
            return str(node.lhs)
        return None

    return instead


def aggregated(operator: str, by: str) -> Instead:
    """Give thresholds another aggregation: another operator, or other labels."""

    def instead(node: promql.Expr) -> str | None:
        if not isinstance(node, promql.AggregateExpr) or not _is_of_thresholds(node):
            return None
        found = _AGGREGATION.match(str(node))
        return found and f"{operator or found[1]} {by or found[2]} ({node.expr})"

    return instead


def without_matchers(metric: str, *labels: str) -> Instead:
    """Select a metric without some of the labels that it is selected by."""

    def instead(node: promql.Expr) -> str | None:
        if not isinstance(node, promql.VectorSelector) or node.name != metric:
            return None
        text = str(node)
        for label in labels:
            text = re.sub(rf'\b{label}=~?"[^"]*",?', "", text)
        return text

    return instead


def without_rules(suits: Callable[[Rule], bool]) -> Mutation:
    """Leave out some rules."""

    def mutate(document: Document) -> int:
        before = len(list(rules_of(document)))
        for group in document["groups"]:
            group["rules"] = [each for each in group["rules"] if not suits(each)]
        return before - len(list(rules_of(document)))

    return mutate


def without_group(name: str) -> Mutation:
    """Leave out a group."""

    def mutate(document: Document) -> int:
        before = len(document["groups"])
        document["groups"] = [each for each in document["groups"] if each["name"] != name]
        return before - len(document["groups"])

    return mutate


def slow_groups_every(interval: str) -> Mutation:
    """Give slow groups another interval."""

    def mutate(document: Document) -> int:
        slow = [each for each in document["groups"] if "interval" in each]
        for each in slow:
            each["interval"] = interval
        return len(slow)

    return mutate


def _is_of_thresholds(node: promql.AggregateExpr) -> bool:
    return "user_threshold" in str(node.expr) and not any(
        isinstance(each, promql.AggregateExpr) for each in _below(node)
    )


def _below(node: promql.AggregateExpr) -> list[promql.Expr]:
    found: list[promql.Expr] = []
    promql.walk(node.expr, pre_visit=found.append)
    return found
