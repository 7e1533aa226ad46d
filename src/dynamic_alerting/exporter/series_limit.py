"""At most so many threshold series of one tenant, always the same ones of the same configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dynamic_alerting.model.configuration import Tenant
from dynamic_alerting.model.resolution import Expansions, Layer, Resolver, TenantResolution, Threshold

_OWN = frozenset({Layer.TENANT, Layer.TENANT_EXACT, Layer.TENANT_REGEX})


@dataclass(frozen=True, slots=True)
class Resolved:
    """One tenant at an instant, within the limit.

    Attributes:
        resolution: Everything that the tenant has.
        thresholds: What of it is served.
        expanded: How many of these are there only because of the label sets of now.
    """

    resolution: TenantResolution
    thresholds: tuple[Threshold, ...]
    expanded: int

    @property
    def dropped(self) -> int:
        """How many are not served."""
        return len(self.resolution.thresholds) - len(self.thresholds)


def resolve_within(
    resolver: Resolver, tenant: Tenant, at: datetime, expansions: Expansions, limit: int
) -> Resolved:
    """Resolves a tenant and keeps the first series up to the limit.

    Args:
        resolver: Of the configuration.
        tenant: Whom to resolve.
        at: The instant.
        expansions: The label sets of now.
        limit: The most threshold series; 0 for no limit. States are few, and never dropped.
    """
    resolution = resolver.resolve(tenant, at, expansions)
    thresholds = resolution.thresholds
    written = resolver.resolve(tenant, at).thresholds if expansions else thresholds
    if limit and len(thresholds) > limit:
        thresholds = first_series(thresholds, written, limit)
    return Resolved(resolution, thresholds, max(0, len(thresholds) - len(written)))


def first_series(
    thresholds: Sequence[Threshold], written: Sequence[Threshold], limit: int
) -> tuple[Threshold, ...]:
    """The series that are kept, in the order in which they came.

    First what is written: the tenant's own keys, then the platform's, each in the order of the file. Then
    what discovery adds, in the same order, and for each key by label values. So a new label value displaces
    at most a later one of discovery's, never a key that somebody wrote.

    Args:
        thresholds: All series of one tenant.
        written: Those that it would have without discovery.
        limit: How many are kept.
    """
    by_hand = set(map(_series, written))

    def rank(place: int) -> tuple[object, ...]:
        threshold = thresholds[place]
        origin = threshold.origin
        return (
            _series(threshold) not in by_hand,
            threshold.layer not in _OWN,
            (origin.file, origin.line, origin.column),
            _series(threshold),
        )

    kept = set(sorted(range(len(thresholds)), key=rank)[:limit])
    return tuple(threshold for place, threshold in enumerate(thresholds) if place in kept)


def _series(threshold: Threshold) -> tuple[object, ...]:
    """What tells one series of a tenant from another."""
    return (
        threshold.component,
        threshold.metric,
        threshold.dimensions,
        threshold.patterns,
        threshold.severity,
    )
