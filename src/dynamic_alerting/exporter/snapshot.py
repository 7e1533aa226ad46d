"""The configuration at an instant, resolved and rendered: what scrapes are answered from.

A snapshot never changes. The next one is built from it, and takes over everything that is still true: a
tenant is resolved and rendered again only if its own configuration or the platform's changed, or if one of
its windows or expiries passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dynamic_alerting.config.loader import FileStatus, Loaded
from dynamic_alerting.exporter.chunks import Chunk, rechunk, runs
from dynamic_alerting.exporter.exposition import file_line, state_lines, threshold_lines
from dynamic_alerting.exporter.metrics import FILE_ACCEPTED, REJECTED_KEYS
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.resolution import Resolver


@dataclass(frozen=True, slots=True)
class RenderedTenant:
    """What is known about a tenant's lines without looking into them.

    Attributes:
        tenant: The configuration that they were rendered from.
        series: Number of lines, thresholds and states.
        next_change: The earliest instant at which they may differ; None if they depend on no time.
    """

    tenant: Tenant
    series: int
    next_change: datetime | None


@dataclass(frozen=True, slots=True)
class RenderedFamilies:
    """The chunks of the families that are rendered at a reload."""

    thresholds: tuple[Chunk, ...] = ()
    states: tuple[Chunk, ...] = ()
    files_accepted: tuple[Chunk, ...] = ()
    rejected_keys: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation of the configuration, rendered.

    Attributes:
        loaded: The files' content and findings.
        resolver: Resolves any tenant of this generation at any instant.
        at: The instant that the lines are true for.
        tenants: By name.
        families: The lines.
        series: Number of ``user_threshold`` and ``user_state_filter`` lines.
        next_change: The earliest instant at which any line may differ; None if none ever will.
    """

    loaded: Loaded
    resolver: Resolver
    at: datetime
    tenants: Mapping[str, RenderedTenant]
    families: RenderedFamilies
    series: int
    next_change: datetime | None


def build_snapshot(
    loaded: Loaded, catalogue: Catalogue, at: datetime, previous: Snapshot | None = None
) -> Snapshot:
    """Builds the snapshot of a load, taking over from the previous one whatever is still true."""
    resolver = Resolver(loaded.configuration, catalogue)
    reusable: Mapping[str, RenderedTenant] = {}
    if previous is not None and _same_platform(previous.loaded.configuration, loaded.configuration):
        reusable = previous.tenants
    stale = [
        tenant
        for tenant in loaded.configuration.tenants
        if not _still_true(reusable.get(tenant.name), tenant, at)
    ]
    return _render(loaded, resolver, at, stale, previous)


def advance(snapshot: Snapshot, at: datetime) -> Snapshot:
    """The same configuration at another instant: tenants whose schedules moved are rendered again.

    The instant may also lie before the snapshot's (the clock was set back); then every tenant whose lines
    depend on time is rendered again.
    """
    back = at < snapshot.at
    stale = [
        rendered.tenant
        for rendered in snapshot.tenants.values()
        if rendered.next_change is not None and (back or rendered.next_change <= at)
    ]
    return _render(snapshot.loaded, snapshot.resolver, at, stale, snapshot)


def _same_platform(old: Configuration, new: Configuration) -> bool:
    return old.defaults == new.defaults and old.state_filters == new.state_filters


def _still_true(rendered: RenderedTenant | None, tenant: Tenant, at: datetime) -> bool:
    if rendered is None or (rendered.next_change is not None and rendered.next_change <= at):
        return False
    return rendered.tenant is tenant or rendered.tenant == tenant


def _render(
    loaded: Loaded, resolver: Resolver, at: datetime, stale: Iterable[Tenant], previous: Snapshot | None
) -> Snapshot:
    thresholds: dict[str, bytes] = {}
    states: dict[str, bytes] = {}
    fresh: dict[str, RenderedTenant] = {}
    for tenant in stale:
        resolution = resolver.resolve(tenant, at)
        thresholds[tenant.name] = threshold_lines(tenant.name, resolution.thresholds)
        states[tenant.name] = state_lines(tenant.name, resolution.states)
        series = len(resolution.thresholds) + len(resolution.states)
        fresh[tenant.name] = RenderedTenant(tenant, series, resolution.next_change)
    kept: Mapping[str, RenderedTenant] = previous.tenants if previous else {}
    names = sorted(tenant.name for tenant in loaded.configuration.tenants)
    tenants = {name: fresh.get(name) or kept[name] for name in names}
    old = previous.families if previous else RenderedFamilies()
    cut = runs(names, old.thresholds)
    accepted, rejected = _file_families(loaded.files, previous)
    families = RenderedFamilies(
        rechunk(old.thresholds, cut, thresholds), rechunk(old.states, cut, states), accepted, rejected
    )
    changes = [rendered.next_change for rendered in tenants.values() if rendered.next_change is not None]
    series = sum(rendered.series for rendered in tenants.values())
    return Snapshot(loaded, resolver, at, tenants, families, series, min(changes, default=None))


def _file_families(
    files: tuple[FileStatus, ...], previous: Snapshot | None
) -> tuple[tuple[Chunk, ...], tuple[Chunk, ...]]:
    old = previous.families if previous else RenderedFamilies()
    before = {status.name: status for status in previous.loaded.files} if previous else {}
    if previous is not None and previous.loaded.files is files:
        return old.files_accepted, old.rejected_keys
    accepted: dict[str, bytes] = {}
    rejected: dict[str, bytes] = {}
    for status in files:
        known = before.get(status.name)
        if known is None or known.accepted != status.accepted:
            accepted[status.name] = file_line(FILE_ACCEPTED.name, status.name, int(status.accepted))
        if known is None or known.rejected_keys != status.rejected_keys:
            rejected[status.name] = file_line(REJECTED_KEYS.name, status.name, status.rejected_keys)
    cut = runs(sorted(status.name for status in files), old.files_accepted)
    return rechunk(old.files_accepted, cut, accepted), rechunk(old.rejected_keys, cut, rejected)
