"""JSON Schemas of what stands behind a key.

A schema sees values as YAML's core schema types them: `70` is a number, `"70"` and `off` are strings, `false`
is a boolean and an empty value is null.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from dynamic_alerting.config.instants import INSTANT_PATTERN
from dynamic_alerting.model.schedule import WINDOW_PATTERN
from dynamic_alerting.model.states import STATE_PATTERN
from dynamic_alerting.model.values import CRITICAL_VALUE_PATTERN, VALUE_PATTERN

Schema = dict[str, Any]

_OMITTED: Final[Schema] = {"type": "null", "description": "The platform default."}
_NUMBER: Final[Schema] = {
    "type": "number",
    "minimum": -sys.float_info.max,
    "maximum": sys.float_info.max,
}
_DISABLED: Final[Schema] = {"const": False, "description": "No threshold."}
_SWITCHED: Final[Schema] = {"type": "boolean"}


def value_definitions() -> dict[str, Schema]:
    """The definitions that keys refer to: `threshold`, `critical` and `state`, and their parts."""
    number = 'A number, "number:severity", default or disable.'
    critical = "A number, default or disable."
    state = "enable, disable or default."
    return {
        **_forms("threshold", [_OMITTED, _DISABLED, _NUMBER, _text(VALUE_PATTERN, number)]),
        **_forms("critical", [_OMITTED, _DISABLED, _NUMBER, _text(CRITICAL_VALUE_PATTERN, critical)]),
        **_forms("state", [_OMITTED, _SWITCHED, _text(STATE_PATTERN, state)]),
        "window": {
            "type": "string",
            "pattern": WINDOW_PATTERN,
            "description": "[days] HH:MM-HH:MM [IANA zone]. Start inclusive, end exclusive, UTC if no zone "
            "is named; a window across midnight belongs to the day it starts on.",
            "examples": ["22:00-06:00", "Mon-Fri 09:00-18:00 Asia/Taipei"],
        },
        "expires": {
            "type": "string",
            "pattern": INSTANT_PATTERN,
            "description": "From this instant on, the value counts as omitted.",
            "examples": ["2026-12-01T06:00:00Z", "2026-12-01T14:00:00+08:00"],
        },
        "reason": {"type": ["string", "number", "boolean", "null"], "description": "Why, for people."},
    }


def _text(pattern: str, description: str) -> Schema:
    return {"type": "string", "pattern": pattern, "description": description}


def _forms(name: str, plain: list[Schema]) -> dict[str, Schema]:
    """A value's definitions: plain, inside of schedules (plain or ending), ending, scheduled, any of them."""
    return {
        name: {"anyOf": [_ref(f"{name}Plain"), _ref(f"{name}Schedule"), _ref(f"{name}Ending")]},
        f"{name}Plain": {"anyOf": plain},
        f"{name}Inside": {"anyOf": [_ref(f"{name}Plain"), _time_box([_ref(f"{name}Plain")])]},
        f"{name}Ending": _time_box([_ref(f"{name}Plain"), _ref(f"{name}Schedule")]),
        f"{name}Schedule": _schedule(_ref(f"{name}Inside")),
    }


def _time_box(values: list[Schema]) -> Schema:
    return {
        "type": "object",
        "description": "A value that ends by itself.",
        "properties": {
            "value": values[0] if len(values) == 1 else {"anyOf": values},
            "expires": _ref("expires"),
            "reason": _ref("reason"),
        },
        "required": ["value", "expires"],
        "additionalProperties": False,
    }


def _schedule(value: Schema) -> Schema:
    override = {
        "type": "object",
        "properties": {"window": _ref("window"), "value": value},
        "required": ["window", "value"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "The first override whose window is open decides, else default.",
        "properties": {"default": value, "overrides": {"type": ["array", "null"], "items": override}},
        "anyOf": [{"required": ["default"]}, {"required": ["overrides"]}],
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
