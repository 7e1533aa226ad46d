"""The finding about a tenant that has more series than the exporter serves.

That is known only where tenants are resolved, in the exporter and in validation; the loader does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.model.resolution import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Configuration, Tenant

#: Threshold series of one tenant; forty packs' defaults with both tiers are some hundred.
DEFAULT_SERIES_LIMIT: Final = 2_000


def over_series_limit(tenant: Tenant, series: int, limit: int) -> Finding:
    """Say that a tenant is over the limit.

    Args:
        tenant: whose series they are.
        series: how many threshold series the tenant would have.
        limit: how many of them are served.
    """
    return Finding(
        "DA080",
        tenant.origin.file,
        tenant.origin.line,
        tenant.origin.column,
        text=tenant.name,
        message=f"Tenant '{tenant.name}' has {series} threshold series; {series - limit} of them are not "
        f"served, because a tenant may have {limit}.",
        advice="Remove dimensional keys, narrow their patterns, or list the tenant's packs in _packs; or "
        "raise --limit.series-per-tenant.",
    )


def series_findings(
    configuration: Configuration, catalogue: Catalogue, at: datetime, limit: int = DEFAULT_SERIES_LIMIT
) -> Iterator[Finding]:
    """Find the tenants that are over the limit by what is written, before any pattern is expanded.

    Args:
        configuration: what is loaded.
        catalogue: the keys that the rule packs declare.
        at: the instant of which series are told.
        limit: the most threshold series of one tenant.
    """
    resolver = Resolver(configuration, catalogue)
    for tenant in configuration.tenants:
        series = len(resolver.resolve(tenant, at).thresholds)
        if series > limit:
            yield over_series_limit(tenant, series, limit)
