"""The finding about a tenant that has more series than the exporter serves.

That is known only where tenants are resolved, in the exporter and in validation; the loader does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.findings import Finding

if TYPE_CHECKING:
    from dynamic_alerting.model.configuration import Tenant

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
