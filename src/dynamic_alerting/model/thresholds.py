"""What resolution yields: thresholds, active states, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from dynamic_alerting.model.configuration import Origin
from dynamic_alerting.model.severity import Severity

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Label names and values, sorted by name."""

Expansions: TypeAlias = Mapping[tuple[str, str], tuple[Labels, ...]]
"""For (tenant, key name): the label sets, of the key's dimensions only, that its signal has now."""

NO_EXPANSIONS: Expansions = {}


class Layer(StrEnum):
    """Who set a threshold and how specifically, in the order in which they are asked."""

    TENANT_EXACT = "tenant-exact"
    TENANT_REGEX = "tenant-regex"
    TENANT = "tenant"
    DEFAULT_EXACT = "default-exact"
    DEFAULT_REGEX = "default-regex"
    DEFAULT = "default"
    PACK_EXACT = "pack-exact"
    PACK_REGEX = "pack-regex"
    PACK = "pack"


class Threshold(NamedTuple):
    """One `user_threshold` series and where it comes from.

    Attributes:
        tenant: the tenant it is for.
        component: what it watches.
        metric: what it measures.
        severity: the tier.
        value: the number; infinite where a dimension is disabled.
        dimensions: exact dimension labels.
        patterns: labels whose pattern is served as `<label>_re`.
        key: the key that decided, canonically spelled.
        layer: who wrote that key.
        origin: where it is written.
        window: the schedule window in force, as written; None outside of all.
        expires: when the value ends by itself; None if it does not.
    """

    tenant: str
    component: str
    metric: str
    severity: Severity
    value: float
    dimensions: Labels
    patterns: Labels
    key: str
    layer: Layer
    origin: Origin
    window: str | None = None
    expires: datetime | None = None


class ActiveState(NamedTuple):
    """One `user_state_filter` series."""

    tenant: str
    filter: str
    severity: Severity
    reason: str | None


@dataclass(frozen=True, slots=True)
class TenantResolution:
    """What one tenant has at an instant.

    Attributes:
        thresholds: no two share component, metric, severity, dimensions and patterns.
        states: the filters that are on.
        next_change: the earliest later instant at which anything could differ; None for never.
    """

    thresholds: tuple[Threshold, ...]
    states: tuple[ActiveState, ...]
    next_change: datetime | None
