"""The thresholds of tenants' files as they are written without this project: one rule each, per tenant."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.measuring import ROOT
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack, Threshold

_KEY = re.compile(r"(?P<base>[a-z0-9_]+?)(?P<critical>_critical)?(?:\{(?P<dimensions>.*)\})?")


def write_rules(tenants: Path, rules: Path) -> int:
    """Writes a rule file for each tenant's file, and returns how many rules there are in all.

    A schedule's windows are left out, and each signal is read from a recording rule that others would have to
    write: what stands here is the least that they need.
    """
    rules.mkdir()
    (rules / "platform.yaml").write_text(
        "groups: []\n", encoding="utf-8"
    )  # so that there is one without tenants
    packs = load_packs(ROOT / "rule-packs")
    known = {threshold.key: (pack, threshold) for pack in packs for threshold in pack.thresholds}
    count = 0
    for path in sorted(tenants.glob("db-*.yaml")):
        document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        ((tenant, keys),) = document["tenants"].items()
        written = list(_tenant_rules(tenant, keys, known))
        text = f"groups:\n- name: {tenant}\n  rules:\n{''.join(written)}"
        (rules / path.name).write_text(text, encoding="utf-8")
        count += len(written)
    return count


def _tenant_rules(
    tenant: str, keys: dict[str, Any], known: dict[str, tuple[Pack, Threshold]]
) -> Iterator[str]:
    for key, value in keys.items():
        found = _KEY.fullmatch(key)
        if key.startswith("_") or found is None:
            continue
        pack, threshold = known[found["base"]]
        number = value["default"] if isinstance(value, dict) else value
        matchers = ", ".join(filter(None, [f'tenant="{tenant}"', found["dimensions"]]))
        compared = "<" if threshold.direction == "below" else ">"
        severity = "critical" if found["critical"] else "warning"
        alert = threshold.alert
        yield (
            f"  - alert: {alert.name}_{tenant.replace('-', '_')}\n"
            f"    expr: '{pack.signal_of(threshold).record}{{{matchers}}} {compared} {number}'\n"
            f"    for: {alert.for_}\n"
            f"    labels: {{tenant: {tenant}, severity: {severity}}}\n"
            f"    annotations: {json.dumps({'summary': alert.summary})}\n"
        )
