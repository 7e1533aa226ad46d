"""Threshold keys as properties of a JSON Schema: each declared key by name, all others by pattern.

The patterns are ECMA 262's, which has no named parts and no comments; they are put together from the pieces
of the key grammar (model/key_grammar.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from dynamic_alerting.model.keys import CRITICAL_SUFFIX
from dynamic_alerting.model.label_names import PATTERN_SUFFIX, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.model.catalogue import Catalogue, KeySpec

Schema = dict[str, Any]

_SPACE: Final = r"[ \t\r\n]*"
_ESCAPE: Final = r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[abfnrtv\\"
_STRING: Final = (
    rf'(?:"(?:[^"\\\n]|\\(?:{_ESCAPE}"]))+"'
    rf"|'(?:[^'\\\n]|\\(?:{_ESCAPE}']))+')"
)
_LABEL_END: Final = rf"{_SPACE}="
_ANY_LABEL: Final = (
    rf"(?!(?:{'|'.join(sorted(RESERVED))}){_LABEL_END})(?!__)(?![A-Za-z0-9_]*{PATTERN_SUFFIX}{_LABEL_END})"
    r"[A-Za-z_][A-Za-z0-9_]*"
)
_KEY_END: Final = rf"{_SPACE}(?:\{{|$)"


def key_properties(catalogue: Catalogue) -> dict[str, Schema]:
    """Each declared key and its critical tier, with what an editor shows about it."""
    properties: dict[str, Schema] = {}
    for spec in catalogue.specs.values():
        properties[spec.key] = _property("threshold", describe(spec), spec.default)
        properties[f"{spec.key}{CRITICAL_SUFFIX}"] = _property(
            "critical", describe(spec, tier="critical"), spec.default_critical
        )
    return properties


def key_patterns(catalogue: Catalogue) -> dict[str, Schema]:
    """Dimensional keys of declared names, and everything that a key of no pack can be."""
    patterns: dict[str, Schema] = {}
    for spec in catalogue.specs.values():
        if spec.dimensions:
            braces = rf"{_SPACE}{_matchers('|'.join(spec.dimensions))}$"
            patterns[rf"^{spec.key}{braces}"] = _property("threshold", describe(spec))
            patterns[rf"^{spec.key}{CRITICAL_SUFFIX}{braces}"] = _property(
                "critical", describe(spec, tier="critical")
            )
    undeclared = rf"^(?!(?:{_names(catalogue)})(?:{CRITICAL_SUFFIX})?{_KEY_END})" if catalogue.specs else "^"
    # A component and a metric; what is left of the metric without the suffix may not be empty.
    name = rf"[A-Za-z][A-Za-z0-9]*_(?!(?:_?critical)?{_KEY_END})[A-Za-z0-9_]+"
    braces = rf"(?:{_SPACE}{_matchers(_ANY_LABEL)})?$"
    words = "No rule pack declares this key: only rules of your own use it."
    is_critical = rf"[A-Za-z0-9_]*{CRITICAL_SUFFIX}{_KEY_END}"
    patterns[rf"{undeclared}(?!{is_critical}){name}{braces}"] = _property("threshold", words)
    patterns[rf"{undeclared}(?={is_critical}){name}{braces}"] = _property("critical", words)
    # The loader passes over blanks around a quoted key; nobody needs help with writing such.
    patterns[r"^(?=[ \t\r\n]|[\s\S]*[ \t\r\n]$)[ \t\r\n]*[A-Za-z][A-Za-z0-9]*_"] = {
        "$ref": "#/$defs/threshold"
    }
    return patterns


def describe(spec: KeySpec, *, tier: str = "warning") -> str:
    """What an editor shows about a declared key: meaning, unit, direction, default, dimensions, pack."""
    default = spec.default_critical if tier == "critical" else spec.default
    lines = [
        spec.meaning,
        f"Unit: {spec.unit}; fires {spec.direction} the threshold.",
        f"Default{' of the critical tier' if tier == 'critical' else ''}: {default or 'none'}.",
    ]
    if spec.dimensions:
        labels = ", ".join(f'{label}="…"' for label in spec.dimensions)
        lines.append(f"Dimensions: {spec.key}{{{labels}}}.")
    return " ".join([*lines, f"Pack: {spec.pack}."])


def _property(kind: str, description: str, default: str | None = None) -> Schema:
    schema: Schema = {"description": description, "$ref": f"#/$defs/{kind}"}
    return schema if default is None else {**schema, "default": default}


def _names(catalogue: Catalogue) -> str:
    """The declared names, and other names that would be served as the same series."""
    names = set(catalogue.specs) | {f"{spec.component}_{spec.metric}" for spec in catalogue.specs.values()}
    return "|".join(map(re.escape, sorted(names)))


def _matchers(label: str) -> str:
    matcher = rf"(?:{label}){_SPACE}=~?{_SPACE}{_STRING}"
    return rf"\{{{_SPACE}{matcher}{_SPACE}(?:,{_SPACE}{matcher}{_SPACE})*(?:,{_SPACE})?\}}"


def packs_property(packs: Iterable[str]) -> Schema:
    """A list of rule packs."""
    return {
        "type": ["array", "null"],
        "items": {"enum": sorted(packs)},
    }
