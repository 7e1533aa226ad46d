"""``conf.d/_defaults.yaml``: every pack's defaults, each with its unit, direction and meaning."""

import json
from textwrap import wrap

import yaml

from dynamic_alerting.config.schema import MODELINE
from dynamic_alerting.packs.pack import Pack, StateFilter, Threshold

HEADER = f"""\
{MODELINE.format("../schemas/defaults.schema.json")}\
# Platform-owned defaults: what applies to every tenant that says nothing else.
# Generated from rule-packs/*/pack.yaml by `da-tools rule-packs generate`. Do not edit: edit pack.yaml.
# "above": fires when the value is greater than the threshold; "below": when it is smaller.
"""
MAINTENANCE_MEANING = "`_state_maintenance: enable` in a tenant's file silences every alert of that tenant."
MAINTENANCE = f"""\
state_filters:
  # {MAINTENANCE_MEANING}
  maintenance:
    reasons: []
    severity: info
    default_state: disable
"""


def defaults_text(packs: list[Pack]) -> str:
    """Return the text of ``_defaults.yaml``."""
    sections = [_section(pack) for pack in packs if pack.thresholds]
    defaults = "defaults:\n" + "\n".join(sections) if sections else "defaults: {}\n"
    filters = "".join(_state_filter(each) for pack in packs for each in pack.state_filters)
    return f"{HEADER}\n{defaults}\n{MAINTENANCE}{filters}"


def state_filter_meanings(packs: list[Pack]) -> dict[str, str]:
    """Return what each state filter means, by name."""
    meanings = {each.name: each.meaning for pack in packs for each in pack.state_filters}
    return {"maintenance": MAINTENANCE_MEANING, **meanings}


def _section(pack: Pack) -> str:
    return f"  # {pack.title}\n" + "".join(_key(threshold) for threshold in pack.thresholds)


def _key(threshold: Threshold) -> str:
    comment = _comment(f"{threshold.meaning} ({threshold.unit}, {threshold.direction})")
    values: dict[str, object] = {}
    if threshold.default is not None:
        values[threshold.key] = threshold.default
    if threshold.default_critical is not None:
        values[f"{threshold.key}_critical"] = threshold.default_critical
    for matchers, value in threshold.dimensional_defaults.items():
        values[f"{threshold.key}{matchers}"] = value
    if not values:
        return f"{comment}  # {threshold.key}: no default; it has none until a tenant sets one\n"
    return comment + "".join(_line(key, value) for key, value in values.items())


def _state_filter(state: StateFilter) -> str:
    body: dict[str, object] = {"reasons": state.reasons, "severity": state.severity}
    if state.default == "disable":
        body["default_state"] = "disable"
    text = yaml.safe_dump({state.name: body}, sort_keys=False, allow_unicode=True)
    return _comment(state.meaning) + "".join(f"  {line}\n" for line in text.splitlines())


def _line(key: str, value: object) -> str:
    plain = key if "{" not in key else "'" + key.replace("'", "''") + "'"
    return f"  {plain}: {json.dumps(value, ensure_ascii=False)}\n"  # a JSON scalar is a YAML scalar


def _comment(text: str) -> str:
    return "".join(f"  # {line}\n" for line in wrap(text, 104))
