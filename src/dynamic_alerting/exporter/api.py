"""The JSON views of what is served: every value with where it comes from, and every finding."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.exporter.exposition import json_number
from dynamic_alerting.exporter.series_limit import resolve_within
from dynamic_alerting.exporter.snapshot import Snapshot
from dynamic_alerting.model.configuration import Origin, Tenant
from dynamic_alerting.model.resolution import ActiveState, Threshold
from dynamic_alerting.packs.versions import PacksVersion

_SECONDS = re.compile(r"-?\d{1,12}(\.\d{1,6})?")

#: Instants outside of these years are typing errors; calendars and zones are well defined inside.
_YEARS = range(1970, 2200)


class InstantError(ValueError):
    """The text is not an instant; the message says what to write."""


def parse_instant(text: str) -> datetime:
    """Reads RFC 3339 or seconds since the epoch, as Prometheus' HTTP API does.

    Raises:
        InstantError: It is neither, has no zone, or lies outside of 1970-2199.
    """
    advice = "write 2026-12-01T06:00:00Z or seconds since 1970."
    try:
        if _SECONDS.fullmatch(text):
            instant = datetime.fromtimestamp(float(text), UTC)
        else:
            # A plus sign that a client forgot to encode arrives as a space.
            instant = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError, OSError) as error:
        raise InstantError(f"{text!r} is not a time: {advice}") from error
    if instant.tzinfo is None:
        raise InstantError(f"{text!r} has no zone: {advice}")
    if instant.year not in _YEARS:
        raise InstantError(f"{text!r} lies outside of 1970 to 2199: {advice}")
    return instant.astimezone(UTC)


def config_json(
    snapshot: Snapshot, tenants: tuple[Tenant, ...], at: datetime, packs: PacksVersion
) -> Iterator[str]:
    """The resolved configuration of some tenants, piece by piece: all tenants can be a hundred megabytes."""
    head = {"at": at.isoformat(), "sha256": snapshot.loaded.sha256, "packs": packs.view()}
    yield '{"status":"success","data":' + _dump(head)[:-1] + ',"tenants":['
    for index, tenant in enumerate(tenants):
        yield ("," if index else "") + _dump(tenant_view(snapshot, tenant, at))
    yield "]}}\n"


def tenant_view(snapshot: Snapshot, tenant: Tenant, at: datetime) -> dict[str, Any]:
    """Everything that one tenant has at an instant, expanded to the label sets of now."""
    expansions = snapshot.expansion.of(tenant.name)
    resolved = resolve_within(snapshot.resolver, tenant, at, expansions, snapshot.limit)
    resolution = resolved.resolution
    return {
        "tenant": tenant.name,
        "file": tenant.origin.file,
        "line": tenant.origin.line,
        "thresholds": [_threshold_view(threshold) for threshold in resolved.thresholds],
        "dropped": resolved.dropped,
        "states": [_state_view(state) for state in resolution.states],
        "next_change": resolution.next_change.isoformat() if resolution.next_change else None,
    }


def finding_view(finding: Finding) -> dict[str, Any]:
    """One finding with everything that a reader needs to repair it."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "text": finding.text,
        "message": finding.message,
        "advice": finding.advice,
        "excerpt": finding.excerpt,
        "anchor": finding.anchor,
    }


def _threshold_view(threshold: Threshold) -> dict[str, Any]:
    return {
        "key": threshold.key,
        "component": threshold.component,
        "metric": threshold.metric,
        "severity": threshold.severity,
        "value": json_number(threshold.value),
        "dimensions": dict(threshold.dimensions),
        "patterns": dict(threshold.patterns),
        "layer": threshold.layer,
        **origin_view(threshold.origin),
        "window": threshold.window,
        "expires": threshold.expires.isoformat() if threshold.expires else None,
    }


def origin_view(origin: Origin) -> dict[str, Any]:
    """Where something is written; a pack's default has the pack for its file, and no line."""
    return {"file": origin.file, "line": origin.line or None, "column": origin.column or None}


def _state_view(state: ActiveState) -> dict[str, Any]:
    return {"filter": state.filter, "severity": state.severity, "reason": state.reason}


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
