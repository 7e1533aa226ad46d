"""One tenant's lines, and what there is to know about them."""

from datetime import datetime
from typing import NamedTuple

from dynamic_alerting.exporter.exposition import state_lines, threshold_lines
from dynamic_alerting.exporter.series_limit import resolve_within
from dynamic_alerting.model.configuration import Tenant
from dynamic_alerting.model.resolution import Expansions, Resolver


class Lines(NamedTuple):
    """What one tenant comes to at an instant.

    Attributes:
        thresholds: The ``user_threshold`` lines.
        states: The ``user_state_filter`` lines.
        series: Number of both.
        next_change: The earliest instant at which they may differ; None if they depend on no time.
        expanded: Number of lines that are there only because of expansions.
        dropped: Number of thresholds beyond the limit, which have no line.
    """

    thresholds: bytes
    states: bytes
    series: int
    next_change: datetime | None
    expanded: int
    dropped: int


def render_lines(
    resolver: Resolver, tenant: Tenant, at: datetime, expansions: Expansions, limit: int
) -> Lines:
    """Renders a tenant.

    Args:
        resolver: Of the configuration.
        tenant: Whom to render.
        at: The instant.
        expansions: The label sets of now.
        limit: The most threshold series; 0 for no limit.
    """
    resolved = resolve_within(resolver, tenant, at, expansions, limit)
    states = resolved.resolution.states
    return Lines(
        threshold_lines(tenant.name, resolved.thresholds),
        state_lines(tenant.name, states),
        len(resolved.thresholds) + len(states),
        resolved.resolution.next_change,
        resolved.expanded,
        resolved.dropped,
    )
