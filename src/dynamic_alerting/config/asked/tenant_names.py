"""A tenant whose signals exist under another spelling of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.asked.similar_names import SimilarNames
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.tenants import is_tenant_name
from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dynamic_alerting.config.asked.presences import Presences
    from dynamic_alerting.config.asked.signals import Signals
    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Tenant

_SHOWN: Final = 3


def misspelled_tenants(
    tenants: Sequence[Tenant], catalogue: Catalogue, signals: Signals, presences: Presences
) -> Iterator[Finding]:
    """Find the tenants without signals whose name resembles one that has signals and is not configured.

    Args:
        tenants: all that are configured.
        catalogue: the packs' keys.
        signals: who answers.
        presences: what is known already.

    Raises:
        SignalsUnknown: there is no usable answer.
    """
    configured = {tenant.name for tenant in tenants}
    absent = [tenant for tenant in tenants if tenant.name not in presences.tenants()]
    others = presences.tenants() - configured
    if not absent or not others:
        return
    similar = SimilarNames(others)
    meant = {tenant.name: found for tenant in absent if (found := similar.to(tenant.name))}
    if not meant:
        return
    lasting = presences.all_lasting()
    meant = {
        name: kept for name, found in meant.items() if (kept := [one for one in found if one in lasting])
    }
    if not meant:
        return
    had = signals.had(list(catalogue.specs.values()), sorted(meant))
    for tenant in absent:
        if tenant.name in meant and tenant.name not in had:
            yield _finding(tenant, meant[tenant.name][:_SHOWN])


def _finding(tenant: Tenant, meant: Sequence[str]) -> Finding:
    name = next((one for one in meant if is_tenant_name(one)), None)
    rename = f"Write {name!r} here and call the file {name}.yaml, or give" if name else "Give"
    shown = listed([repr(one) for one in meant])
    return Finding(
        "DA121",
        *tenant.origin,
        tenant.name,
        f"No threshold of tenant '{tenant.name}' ever fires: within a week Prometheus had no signal of it, "
        f"but it has signals of {shown}, of which nothing is said in these files.",
        f"{rename} the exporters' targets the label tenant=\"{tenant.name}\" if they are this tenant's.",
    )
