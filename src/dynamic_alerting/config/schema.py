"""JSON Schemas (draft 2020-12) of tenant files and of `_defaults.yaml`, for editors.

They say what the loader says about a file by itself, as far as a schema can: nothing that the loader accepts
is refused. What only the loader sees is listed in docs/language.md and held by a test.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from dynamic_alerting.config.file_reader import OWNERSHIP_RULES
from dynamic_alerting.config.schema_keys import key_patterns, key_properties, packs_property
from dynamic_alerting.config.schema_values import value_definitions
from dynamic_alerting.config.states import FILTER_NAME
from dynamic_alerting.config.tenants import PACKS_KEY, STATE_PREFIX, TENANT_NAME
from dynamic_alerting.model.built_in import MAINTENANCE_MEANING
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.words import DISABLE_WORDS, ENABLE_WORDS, pattern_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_alerting.model.catalogue import Catalogue

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
MODELINE: Final = "# yaml-language-server: $schema={}\n"
"""The first line of a file by which editors find its schema."""


def tenant_schema(catalogue: Catalogue) -> str:
    """The schema of a file that belongs to a tenant; a platform may have further state filters."""
    title = "Dynamic Alerting: a tenant's file"
    return _document(title, {"tenants": _tenants()}, _definitions(catalogue))


def defaults_schema(catalogue: Catalogue) -> str:
    """The schema of the platform's files, such as `_defaults.yaml`."""
    definitions = _definitions(catalogue)
    definitions["defaults"] = _open_mapping(key_properties(catalogue), key_patterns(catalogue))
    definitions["stateFilter"] = _state_filter()
    blocks: dict[str, Schema] = {
        "packs": {
            "description": "The rule packs that this platform runs; all of them if omitted.",
            **packs_property(catalogue.packs),
        },
        "defaults": {
            "description": "What applies to every tenant, over the packs' defaults.",
            "$ref": "#/$defs/defaults",
        },
        "state_filters": {
            "description": "The states that tenants can switch with _state_<name>.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^(?:{FILTER_NAME.pattern})$"},
            "additionalProperties": {"$ref": "#/$defs/stateFilter"},
        },
        "tenants": _tenants(),
        "ownership": {
            "description": "strict: a tenant's file may define only the tenant it is named after.",
            "enum": [*OWNERSHIP_RULES, None],
        },
    }
    return _document("Dynamic Alerting: the platform's file", blocks, definitions)


def _document(title: str, blocks: Mapping[str, Schema], definitions: Schema) -> str:
    document = {
        "$schema": DRAFT,
        "$comment": "Generated from rule-packs/*/pack.yaml by `da-tools rule-packs generate`. Do not edit.",
        "title": title,
        "type": ["object", "null"],
        "properties": dict(blocks),
        "additionalProperties": False,
        "$defs": definitions,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _definitions(catalogue: Catalogue) -> Schema:
    meanings = {"maintenance": MAINTENANCE_MEANING}
    meanings |= {one.name: one.meaning for one in catalogue.filters.values()}
    states = {
        f"{STATE_PREFIX}{name}": {"description": meaning, "$ref": "#/$defs/state"}
        for name, meaning in meanings.items()
    }
    packs = {
        "description": "The rule packs whose defaults this tenant takes; all of them if omitted.",
        **packs_property(catalogue.packs),
    }
    properties = {PACKS_KEY: packs, **states, **key_properties(catalogue)}
    patterns = {
        f"^{STATE_PREFIX}(?:{FILTER_NAME.pattern})$": {"$ref": "#/$defs/state"},
        **key_patterns(catalogue),
    }
    return {"tenant": _open_mapping(properties, patterns), **value_definitions()}


def _open_mapping(properties: Schema, patterns: Schema) -> Schema:
    return {
        "type": ["object", "null"],
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": False,
    }


def _tenants() -> Schema:
    return {
        "description": "The tenant that this file is named after, with its keys.",
        "type": ["object", "null"],
        "propertyNames": {"pattern": f"^(?:{TENANT_NAME.pattern})$"},
        "additionalProperties": {"$ref": "#/$defs/tenant"},
    }


def _state_filter() -> Schema:
    switched = f"^[ \\t]*(?:{pattern_of(ENABLE_WORDS)}|{pattern_of(DISABLE_WORDS)})[ \\t]*$"
    return {
        "type": ["object", "null"],
        "properties": {
            "reasons": {
                "description": "Served one series each, with the label reason.",
                "type": ["array", "null"],
                "items": {"type": ["string", "number", "boolean"], "minLength": 1},
                "uniqueItems": True,
            },
            "severity": {"enum": [*(severity.value for severity in Severity), None]},
            "default_state": {
                "description": "Whether it is on for tenants that say nothing; enable if omitted.",
                "anyOf": [{"type": ["boolean", "null"]}, {"type": "string", "pattern": switched}],
            },
        },
        "additionalProperties": False,
    }
