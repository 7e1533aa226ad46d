"""One instant query per key: which label sets its signal has had within the retention.

Not /api/v1/series, which also remembers what ended hours ago, until its block is compacted.
Import this module only where there is something to ask: the HTTP client takes a third of a second.
"""

import math
from collections.abc import Iterable, Mapping

from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.source import AskError
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.thresholds import Labels
from dynamic_alerting.prometheus.client import Prometheus, Sample
from dynamic_alerting.prometheus.http import ApiError, UnreachableError
from dynamic_alerting.prometheus.narrowing import signal_selector


class PrometheusSource:
    """Asks one Prometheus; keeps the connection open between rounds.

    Raises:
        AskError: The address cannot be one.
    """

    def __init__(self, settings: DiscoverySettings) -> None:
        self._retention = settings.retention
        try:
            self._prometheus = Prometheus(
                settings.url or "",
                timeout_s=settings.timeout,
                bearer_token_file=settings.bearer_token_file,
            )
        except ApiError as error:
            raise AskError(str(error), is_unreachable=True) from error

    def label_sets(self, keys: OpenKeys) -> Mapping[str, frozenset[Labels]]:
        """The label sets of a key's signal, by tenant.

        Raises:
            AskError: There is no usable answer.
        """
        try:
            samples = self._prometheus.instant(query_for(keys, self._retention))
        except ApiError as error:
            raise AskError(str(error), is_unreachable=isinstance(error, UnreachableError)) from error
        return label_sets_of(samples, keys.spec.dimensions)


def query_for(keys: OpenKeys, retention: float) -> str:
    """The query for one key.

    Args:
        keys: Whom to ask for.
        retention: How far back to look, in seconds.
    """
    by = ", ".join(("tenant", *keys.spec.dimensions))
    return f"count by ({by}) (present_over_time({signal_selector(keys)}[{math.ceil(retention * 1000)}ms]))"


def label_sets_of(samples: Iterable[Sample], dimensions: tuple[str, ...]) -> dict[str, frozenset[Labels]]:
    """Sorts an answer by tenant. A label that a series lacks is left out; so is a series without labels."""
    found: dict[str, set[Labels]] = {}
    for sample in samples:
        labels = tuple(sorted((name, sample.labels[name]) for name in dimensions if sample.labels.get(name)))
        if labels and "tenant" in sample.labels:
            found.setdefault(sample.labels["tenant"], set()).add(labels)
    return {tenant: frozenset(sets) for tenant, sets in found.items()}
