"""Complete data of invented tenants: what their servers' exporters say, and their thresholds.

Every tenant has two servers, and every signal of the chosen packs has a value at both: the values of the
packs' own examples. Thresholds are put around the value that a signal was seen to have, both tiers, so that
about two of a hundred pairs of tenant and key alert, a quarter of them at both tiers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dynamic_alerting.packs.examples import STEP, seconds
from dynamic_alerting.packs.pack import Example, Pack, Threshold
from dynamic_alerting.packs.promql import selector

SERVERS = ("a", "b")
REPLICAS = ("exporter-a", "exporter-b")
TIERS = ("warning", "critical")
ONE_IN = 50
"""Of so many pairs of tenant and key one alerts at least as a warning."""

_PLACE = b"@"  # stands for the value, which differs from scrape to scrape
_GROWTH = re.compile(r"(-?[\d.]+)\+([\d.]+)x\d+")
_HEAD_START_S = 3600
"""For how long counters have been growing when the first scrape comes."""


@dataclass(frozen=True, slots=True)
class Source:
    """One metric of all tenants in exposition format: a constant, or a counter that all have alike."""

    lines: bytes
    start: float
    per_second: float

    def at(self, elapsed: float, timestamp_ms: int | None = None) -> bytes:
        """Return the lines as they are so many seconds after the start, which may be negative.

        Args:
            elapsed: Seconds.
            timestamp_ms: Written behind each value, to be stored as of then: Unix milliseconds.
        """
        value = b"%.10g" % (self.start + self.per_second * (_HEAD_START_S + elapsed))
        return self.lines.replace(_PLACE, value if timestamp_ms is None else b"%b %d" % (value, timestamp_ms))


@dataclass(frozen=True, slots=True)
class Limit:
    """One threshold of one tenant."""

    tenant: str
    key: str
    severity: str
    value: float


def tenant_name(number: int) -> str:
    """Return the name of a tenant."""
    return f"t{number:05}"


def sources(packs: Sequence[Pack], tenants: int) -> list[Source]:
    """Return what all tenants' exporters serve.

    A state, such as a container that waits for a reason, is on for one of `ONE_IN` tenants.
    """
    steady = _merged([each.example for pack in packs for each in pack.thresholds])
    states = _merged([each.example for pack in packs for each in pack.alerts if each.state_filter])
    found = [_source(series, value, range(tenants)) for series, value in steady.items()]
    for index, series in enumerate(each for each in states if each not in steady):
        on = [number for number in range(tenants) if _is_chosen(number, index)]
        off = [number for number in range(tenants) if not _is_chosen(number, index)]
        found += [_source(series, 1, on), _source(series, 0, off)]
    return found


def threshold_lines(packs: Sequence[Pack], limits: Sequence[Limit], tenants: int) -> bytes:
    """Return what one threshold-exporter serves for these tenants."""
    keys = {
        each.key: (pack.component_of(each), pack.metric_of(each))
        for pack in packs
        for each in pack.thresholds
    }
    lines = ["threshold_exporter_config_loaded 1\n"]
    for limit in sorted(limits, key=lambda limit: limit.severity):  # as the exporter does
        component, metric = keys[limit.key]
        labels = {
            "tenant": limit.tenant,
            "component": component,
            "metric": metric,
            "severity": limit.severity,
        }
        lines.append(f"{selector('user_threshold', _equal(labels))} {limit.value!r}\n")
    lines += _switches(packs, tenants)
    return "".join(lines).encode()


def limits_around(packs: Sequence[Pack], seen: Mapping[str, float], tenants: int) -> list[Limit]:
    """Return all tenants' thresholds, both tiers, on the side of the signal's value that is wanted.

    Args:
        packs: Whose keys.
        seen: The value that each key's signal has for every tenant; keys that are not here get no threshold.
        tenants: How many.
    """
    limits = []
    keys = [threshold for pack in packs for threshold in pack.thresholds if threshold.key in seen]
    for number in range(tenants):
        for index, threshold in enumerate(keys):
            fires = _is_chosen(number, index)
            critical = fires and number % 4 == 0
            for tier, crossed in zip(TIERS, (fires, critical), strict=True):
                value = _beside(seen[threshold.key], threshold, crossed=crossed)
                limits.append(Limit(tenant_name(number), threshold.key, tier, value))
    return limits


def _is_chosen(tenant: int, key: int) -> bool:
    return (7 * tenant + 13 * key) % ONE_IN == 0


def _beside(seen: float, threshold: Threshold, *, crossed: bool) -> float:
    distance = max(abs(seen), 1.0) / 2
    upwards = (threshold.direction == "above") != crossed
    return float(f"{seen + distance if upwards else seen - distance:.6g}")


def _merged(examples: Sequence[Example]) -> dict[str, float | str]:
    """Merge the firing sides of examples, in which every signal has a value.

    Only where that is a story in time (a series that ends, a counter that is reset) the quiet side serves.
    """
    merged: dict[str, float | str] = {}
    for example in examples:
        side = example.fires if all(map(_is_steady, example.fires.values())) else example.quiet
        for series, value in side.items():
            merged.setdefault(series, value)
    return merged


def _is_steady(value: float | str) -> bool:
    return not isinstance(value, str) or "/" in value or _GROWTH.fullmatch(value) is not None


def _source(series: str, value: float | str, tenants: Sequence[int]) -> Source:
    metric, _, labels = series.partition("{")
    given = labels.rstrip("}").strip()
    has_instance = re.search(r"\binstance=", given) is not None
    lines = []
    for tenant in tenants:
        for server in SERVERS:
            own = f'tenant="{tenant_name(tenant)}",server="{server}"'
            own = own if has_instance else f'{own},instance="{server}"'
            lines.append(f"{metric}{{{own}{',' if given else ''}{given}}} @\n")
    return Source("".join(lines).encode(), *_start_and_growth(value))


def _start_and_growth(value: float | str) -> tuple[float, float]:
    if not isinstance(value, str):
        return value, 0.0
    if growing := _GROWTH.fullmatch(value):
        return float(growing[1]), float(growing[2]) / STEP
    number, _, unit = value.partition("/")
    return 0.0, float(number) / seconds(f"1{unit.strip()}")


def _switches(packs: Sequence[Pack], tenants: int) -> Iterator[str]:
    states = [state for pack in packs for state in pack.state_filters]
    for name, reason, severity in sorted((s.name, r, s.severity) for s in states for r in s.reasons):
        for number in range(tenants):
            labels = {"tenant": tenant_name(number), "filter": name, "severity": severity, "reason": reason}
            yield f"{selector('user_state_filter', _equal(labels))} 1\n"


def _equal(labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(name, "=", value) for name, value in labels.items()]
