"""The configuration at an instant, resolved and rendered: what scrapes are answered from.

A snapshot never changes. The next one is built from it, and takes over everything that is still true: a
tenant is resolved and rendered again only if its own configuration or the platform's changed, if one of its
windows or expiries passed, or if its open keys are expanded to other label sets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loader import FileStatus, Loaded
from dynamic_alerting.config.series_limit import over_series_limit
from dynamic_alerting.exporter.chunks import Chunks, Layers, rechunk, rechunk_layers, runs
from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION, Expansion
from dynamic_alerting.exporter.exposition import file_line, state_lines, threshold_lines
from dynamic_alerting.exporter.metrics import FILE_ACCEPTED, REJECTED_KEYS
from dynamic_alerting.exporter.series_limit import resolve_within
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.resolution import Expansions, Resolver


@dataclass(frozen=True, slots=True)
class RenderedTenant:
    """What is known about a tenant's lines without looking into them.

    Attributes:
        tenant: The configuration that they were rendered from.
        series: Number of lines, thresholds and states.
        next_change: The earliest instant at which they may differ; None if they depend on no time.
        expansions: The label sets that its open keys were expanded to.
        expanded: Number of lines that are there only because of them.
        dropped: Number of thresholds beyond the limit, which have no line.
    """

    tenant: Tenant
    series: int
    next_change: datetime | None
    expansions: Expansions
    expanded: int
    dropped: int


@dataclass(frozen=True, slots=True)
class RenderedFamilies:
    """The chunks of the families that are rendered at a reload.

    Attributes:
        thresholds: In layers by severity.
        states: In layers by filter, reason and severity.
        files_accepted: By file.
        rejected_keys: By file.
    """

    thresholds: Layers = field(default_factory=dict)
    states: Layers = field(default_factory=dict)
    files_accepted: Chunks = ()
    rejected_keys: Chunks = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation of the configuration, rendered.

    Attributes:
        loaded: The files' content and findings.
        resolver: Resolves any tenant of this generation at any instant.
        at: The instant that the lines are true for.
        tenants: By name, in the order of names.
        families: The lines.
        series: Number of ``user_threshold`` and ``user_state_filter`` lines.
        next_change: The earliest instant at which any line may differ; None if none ever will.
        expansion: The label sets that open keys are expanded to.
        expanded: Number of lines that are there only because of them.
        limit: The most threshold series of one tenant; 0 for no limit.
        dropped: For each tenant over the limit, the number of its thresholds that have no line.
        findings: What is wrong with the files, and who is over the limit.
    """

    loaded: Loaded
    resolver: Resolver
    at: datetime
    tenants: Mapping[str, RenderedTenant]
    families: RenderedFamilies
    series: int
    next_change: datetime | None
    expansion: Expansion
    expanded: int
    limit: int
    dropped: Mapping[str, int]
    findings: tuple[Finding, ...]


def build_snapshot(
    loaded: Loaded,
    catalogue: Catalogue,
    at: datetime,
    previous: Snapshot | None = None,
    expansion: Expansion = NO_EXPANSION,
    *,
    limit: int = 0,
) -> Snapshot:
    """Builds the snapshot of a load, taking over from the previous one whatever is still true.

    Args:
        loaded: What was loaded.
        catalogue: The keys that the packs declare.
        at: The instant that the lines are to be true for.
        previous: The last snapshot, of the same limit.
        expansion: The label sets of now.
        limit: The most threshold series of one tenant; 0 for no limit.
    """
    resolver = Resolver(loaded.configuration, catalogue)
    known: Mapping[str, RenderedTenant] = {}
    if previous is not None and _same_platform(previous.loaded.configuration, loaded.configuration):
        known = _known(previous, at)
    return _build(loaded, _Rendering(resolver, at, expansion, limit), known, previous)


def advance(snapshot: Snapshot, at: datetime, expansion: Expansion) -> Snapshot:
    """The same configuration at another instant or with other label sets; who is concerned is rendered again.

    The instant may also lie before the snapshot's (the clock was set back); then everybody is rendered again.
    """
    rendering = _Rendering(snapshot.resolver, at, expansion, snapshot.limit)
    return _build(snapshot.loaded, rendering, _known(snapshot, at), snapshot)


def _known(previous: Snapshot, at: datetime) -> Mapping[str, RenderedTenant]:
    """What may be taken over; nothing from the future, where windows have opened and values have ended."""
    return previous.tenants if previous.at <= at else {}


def _same_platform(old: Configuration, new: Configuration) -> bool:
    same_packs = old.packs == new.packs and old.pack_defaults == new.pack_defaults
    return same_packs and old.defaults == new.defaults and old.state_filters == new.state_filters


def _build(
    loaded: Loaded,
    rendering: "_Rendering",
    known: Mapping[str, RenderedTenant],
    previous: Snapshot | None,
) -> Snapshot:
    """One pass over all tenants; whoever is known and still true costs a look-up."""
    tenants: dict[str, RenderedTenant] = {}
    series, expanded = 0, 0
    dropped: dict[str, int] = {}
    next_change: datetime | None = None
    for tenant in loaded.configuration.tenants:
        rendered = known.get(tenant.name)
        if rendered is None or not rendering.is_true(rendered, tenant):
            rendered = rendering.render(tenant)
        tenants[tenant.name] = rendered
        series += rendered.series
        expanded += rendered.expanded
        if rendered.dropped:
            dropped[tenant.name] = rendered.dropped
        change = rendered.next_change
        if change is not None and (next_change is None or change < next_change):
            next_change = change
    families = rendering.families(tuple(tenants), loaded.files, previous)
    return Snapshot(
        loaded,
        rendering.resolver,
        rendering.at,
        tenants,
        families,
        series,
        next_change,
        rendering.expansion,
        expanded,
        rendering.limit,
        dropped,
        (*loaded.findings, *_over_limit(tenants, dropped, rendering.limit)) if dropped else loaded.findings,
    )


def _over_limit(
    tenants: Mapping[str, RenderedTenant], dropped: Mapping[str, int], limit: int
) -> Iterator[Finding]:
    for name, count in dropped.items():
        yield over_series_limit(tenants[name].tenant, limit + count, limit)


class _Rendering:
    """The lines that are new in a snapshot, until they have their place in chunks."""

    def __init__(self, resolver: Resolver, at: datetime, expansion: Expansion, limit: int) -> None:
        self.resolver = resolver
        self.at = at
        self.expansion = expansion
        self.limit = limit
        self._thresholds: dict[str, Mapping[str, bytes]] = {}
        self._states: dict[str, Mapping[str, bytes]] = {}

    def is_true(self, rendered: RenderedTenant, tenant: Tenant) -> bool:
        """Whether what was rendered earlier is what would be rendered now."""
        if rendered.next_change is not None and rendered.next_change <= self.at:
            return False
        if rendered.expansions != self.expansion.of(tenant.name):
            return False
        return rendered.tenant is tenant or rendered.tenant == tenant

    def render(self, tenant: Tenant) -> RenderedTenant:
        expansions = self.expansion.of(tenant.name)
        resolved = resolve_within(self.resolver, tenant, self.at, expansions, self.limit)
        states = resolved.resolution.states
        self._thresholds[tenant.name] = threshold_lines(tenant.name, resolved.thresholds)
        self._states[tenant.name] = state_lines(tenant.name, states)
        return RenderedTenant(
            tenant,
            len(resolved.thresholds) + len(states),
            resolved.resolution.next_change,
            expansions,
            resolved.expanded,
            resolved.dropped,
        )

    def families(
        self, names: tuple[str, ...], files: tuple[FileStatus, ...], previous: Snapshot | None
    ) -> RenderedFamilies:
        old = previous.families if previous else RenderedFamilies()
        cut = runs(names, next(iter(old.thresholds.values()), ()))
        accepted, rejected = _file_families(files, previous)
        return RenderedFamilies(
            rechunk_layers(old.thresholds, cut, self._thresholds),
            rechunk_layers(old.states, cut, self._states),
            accepted,
            rejected,
        )


def _file_families(files: tuple[FileStatus, ...], previous: Snapshot | None) -> tuple[Chunks, Chunks]:
    old = previous.families if previous else RenderedFamilies()
    untouched = set(map(id, previous.loaded.files)) if previous else set()
    accepted: dict[str, bytes] = {}
    rejected: dict[str, bytes] = {}
    for status in files:
        if id(status) not in untouched:
            accepted[status.name] = file_line(FILE_ACCEPTED.name, status.name, int(status.accepted))
            rejected[status.name] = file_line(REJECTED_KEYS.name, status.name, status.rejected_keys)
    cut = runs(sorted(status.name for status in files), old.files_accepted)
    return rechunk(old.files_accepted, cut, accepted), rechunk(old.rejected_keys, cut, rejected)
