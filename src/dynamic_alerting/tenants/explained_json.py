"""An explanation as JSON."""

from typing import Any

from dynamic_alerting.exporter.api import finding_view, origin_view
from dynamic_alerting.exporter.exposition import json_number
from dynamic_alerting.tenants.explanation import (
    Explanation,
    KeyExplanation,
    StateExplanation,
    Step,
    Target,
    Tier,
)
from dynamic_alerting.tenants.value_words import instant


def explanation_view(explanation: Explanation) -> dict[str, Any]:
    """Everything in it, with instants in RFC 3339 and infinite numbers as the exposition writes them."""
    return {
        "tenant": explanation.tenant,
        **origin_view(explanation.origin),
        "at": instant(explanation.at),
        "packs": None if explanation.packs is None else sorted(explanation.packs),
        "keys": [_key(key) for key in explanation.keys],
        "states": [_state(state) for state in explanation.states],
        "next_change": instant(explanation.next_change) if explanation.next_change else None,
        "notes": list(explanation.notes),
        "findings": [finding_view(finding) for finding in explanation.findings],
    }


def _key(key: KeyExplanation) -> dict[str, Any]:
    spec = key.spec
    return {
        "key": key.name,
        "component": key.component,
        "metric": key.metric,
        "pack": spec.pack if spec else None,
        "unit": spec.unit if spec else None,
        "direction": spec.direction if spec else None,
        "meaning": spec.meaning if spec else None,
        "targets": [_target(target) for target in key.targets],
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "dimensions": dict(target.labels),
        "patterns": dict(target.patterns),
        "tiers": [_tier(tier) for tier in target.tiers],
    }


def _tier(tier: Tier) -> dict[str, Any]:
    return {
        "severity": tier.severity,
        "outcome": tier.outcome,
        "value": None if tier.value is None else json_number(tier.value),
        "why": tier.why,
        "asked": [_step(step) for step in tier.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "layer": step.layer,
        "key": step.key,
        **origin_view(step.origin),
        "written": step.written,
        "says": step.says,
        "window": step.window,
        "expires": instant(step.expires) if step.expires else None,
        "expired": instant(step.expired) if step.expired else None,
        "verdict": step.verdict,
    }


def _state(state: StateExplanation) -> dict[str, Any]:
    return {
        "filter": state.filter,
        "on": state.is_on,
        "severity": state.severity,
        "reasons": list(state.reasons),
        **(origin_view(state.origin) if state.origin else {"file": None, "line": None, "column": None}),
        "written": state.written,
        "window": state.window,
        "expires": instant(state.expires) if state.expires else None,
        "why": state.why,
    }
