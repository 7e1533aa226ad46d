"""The packs' recorded signals, asked of a Prometheus: now by instant queries, of a week by the index.

A signal has a sample a minute, so a week of 10,000 tenants' is a hundred million samples; which series there
were is known without reading one.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.asked.signals import WEEK, SignalsUnknown
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.prometheus.narrowing import parts, signal_selector, union, unions_of
from dynamic_alerting.prometheus.promql import selector

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from dynamic_alerting.model.catalogue import KeySpec
    from dynamic_alerting.model.discovery import OpenKeys
    from dynamic_alerting.model.thresholds import Labels
    from dynamic_alerting.prometheus.client import Sample

#: Looks at a signal within the week. It was there always if it was at the earliest and at so many of them:
#: Prometheus may have missed one.
_LOOKS: Final = 7
_ENOUGH: Final = 6

#: Requests about the past of some tenants, each of about a hundred; of further ones nothing is said.
_TENANT_REQUESTS: Final = 20

#: Units of signals that an exporter still has while what it watches is down: 0 then.
_AVAILABILITY: Final = frozenset({"share", "state"})


class RecordedSignals:
    """Asks one Prometheus; config.asked.signals says what. Close it when all is asked.

    Args:
        url: such as ``http://127.0.0.1:9090``.
        timeout_s: seconds to wait for an answer.
        bearer_token_file: holds a token to send.
        clock: the instant up to which the past is asked.

    Raises:
        SignalsUnknown: from every method and the constructor; there is no usable answer.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float,
        bearer_token_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        try:
            self._prometheus = Prometheus(
                url, timeout_s=timeout_s, bearer_token_file=bearer_token_file, must_be_complete=True
            )
        except ApiError as error:
            raise SignalsUnknown(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._prometheus.close()

    def alive(self, specs: Collection[KeySpec], ago: timedelta) -> frozenset[str]:
        """The tenants that have any of the signals, at an instant that lies so long ago."""
        found: set[str] = set()
        for is_availability, condition in ((False, ""), (True, " > 0")):
            names = [spec.signal for spec in specs if (spec.unit in _AVAILABILITY) is is_availability]
            for some in unions_of(names):
                signals = selector(matching={"__name__": some})
                found |= self._tenants(f"count by (tenant) ({signals}{_offset(ago)}{condition})")
        return frozenset(found)

    def having(self, spec: KeySpec) -> frozenset[str]:
        """The tenants that have a signal now."""
        return frozenset(self._tenants(f"count by (tenant) ({spec.signal})"))

    def had(self, specs: Collection[KeySpec], tenants: Collection[str]) -> frozenset[str]:
        """Those of the tenants that had any of the signals within the week; of too many, all are said to."""
        found: set[str] = set()
        asked = list(islice(parts(sorted(tenants)), _TENANT_REQUESTS))
        for some in asked:
            of_tenants = union(map(re.escape, some))
            for names in unions_of(spec.signal for spec in specs):
                found |= self._past_tenants(selector(matching={"__name__": names, "tenant": of_tenants}))
        unasked = set(tenants).difference(*asked)
        return frozenset(found.intersection(tenants) | unasked)

    def throughout(self, spec: KeySpec, tenants: Collection[str]) -> frozenset[str]:
        """Those of the tenants that had a signal nearly all the week."""
        narrow = union(map(re.escape, tenants))
        signal = selector(spec.signal, matching={"tenant": narrow} if narrow else {})
        # One query over the whole week would load all of its samples.
        seen = Counter[str]()
        at_first: set[str] = set()
        for look in range(1, _LOOKS + 1):
            offset = _offset(WEEK * look / _LOOKS)
            at_first = self._tenants(f"count by (tenant) ({signal}{offset})")
            seen.update(at_first)
        return frozenset(tenant for tenant in at_first.intersection(tenants) if seen[tenant] >= _ENOUGH)

    def label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        """The label sets that a signal has now, by tenant; at least those that the keys are for."""
        by = ", ".join(("tenant", *keys.spec.dimensions))
        samples = self._instant(f"count by ({by}) ({signal_selector(keys)})")
        return _by_tenant((sample.labels for sample in samples), keys.spec.dimensions)

    def past_label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        """The same of the whole week."""
        return _by_tenant(self._past(signal_selector(keys)), keys.spec.dimensions)

    def _tenants(self, query: str) -> set[str]:
        return set(_tenants_of(sample.labels for sample in self._instant(query)))

    def _past_tenants(self, match: str) -> set[str]:
        return set(_tenants_of(self._past(match)))

    def _instant(self, query: str) -> tuple[Sample, ...]:
        try:
            return self._prometheus.instant(query)
        except ApiError as error:
            raise SignalsUnknown(str(error)) from error

    def _past(self, match: str) -> tuple[Mapping[str, str], ...]:
        now = self._clock()
        try:
            return self._prometheus.series(match, now - WEEK, now)
        except ApiError as error:
            raise SignalsUnknown(str(error)) from error


def _offset(ago: timedelta) -> str:
    return f" offset {round(ago.total_seconds())}s" if ago else ""


def _tenants_of(series: Iterable[Mapping[str, str]]) -> Iterator[str]:
    return (labels["tenant"] for labels in series if labels.get("tenant"))


def _by_tenant(
    series: Iterable[Mapping[str, str]], dimensions: tuple[str, ...]
) -> Mapping[str, Iterable[Labels]]:
    found: dict[str, set[Labels]] = {}
    for labels in series:
        if labels.get("tenant"):
            values = tuple(sorted((name, labels[name]) for name in dimensions if labels.get(name)))
            found.setdefault(labels["tenant"], set()).add(values)
    return found
