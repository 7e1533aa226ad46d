"""The editors' JSON Schemas of some packs."""

from dynamic_alerting.config.schema import defaults_schema, tenant_schema
from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.pack import Pack

SCHEMAS = {"tenant": "tenant.schema.json", "defaults": "defaults.schema.json"}
"""The file of each kind of schema."""


def editor_schemas(packs: list[Pack]) -> dict[str, str]:
    """Return the schemas of a tenant's file and of the platform's: name of the file to its whole text."""
    catalogue = catalogue_of(packs)
    return {
        SCHEMAS["tenant"]: tenant_schema(catalogue),
        SCHEMAS["defaults"]: defaults_schema(catalogue),
    }
