"""Dimensional keys: the few values that may be bad are compared with their thresholds, all keys together.

A pack's dimensional keys share rules, because a rule costs as much where nobody uses the pack as its text is
long: docs/decisions/0004-cheaper-rules.md. ``tenant:suspect_value`` holds, of each key, the values that cross
any threshold of their tenant; ``tenant:suspect_threshold`` all thresholds of these tenants;
``tenant:crossing_value`` the values that cross the threshold that applies to them, for the keys' alerts.
"""

from dataclasses import dataclass
from itertools import combinations

from dynamic_alerting.packs.conditions import (
    SEVERITIES,
    THRESHOLD_HELD,
    Comparison,
    Matchers,
    any_of,
    grouped,
    joined,
    outside_maintenance,
    threshold_matchers,
    while_healthy,
)
from dynamic_alerting.packs.promql import selector

SUSPECT_VALUE = "tenant:suspect_value"
SUSPECT_THRESHOLD = "tenant:suspect_threshold"
CROSSING_VALUE = "tenant:crossing_value"

# The keys of a pack have different dimensions: which key it is belongs to every join.
_KEY = ("tenant", "component", "metric")


@dataclass(frozen=True, slots=True)
class Suspects:
    """Dimensional keys of one pack with the same bad side.

    Attributes:
        pack: The pack's name.
        keys: What is compared; at least one.
    """

    pack: str
    keys: tuple[Comparison, ...]

    @property
    def labels(self) -> dict[str, str]:
        """The labels of all their series."""
        return {"pack": self.pack, "direction": self.keys[0].direction}

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions of all keys. A series without one of them has it empty, and joins all the same."""
        return tuple(dict.fromkeys(dimension for key in self.keys for dimension in key.dimensions))

    @property
    def levels(self) -> list[tuple[str, ...]]:
        """The label sets that a threshold can name beside all its key's dimensions: the larger ones first."""
        subsets = {
            subset: None
            for key in self.keys
            for size in range(len(key.dimensions))
            for subset in combinations(key.dimensions, size)
        }
        return sorted(subsets, key=len, reverse=True)


def suspect_values(key: Comparison) -> str:
    """Write a key's values that cross any threshold of their tenant, of whatever tier and dimension."""
    thresholds = while_healthy("user_threshold", key.matchers, selector(THRESHOLD_HELD, key.matchers))
    soonest = f"{key.first} by (tenant) {grouped(thresholds)}"
    return f"{key.signal}\n{key.operator} on (tenant) group_left ()\n{soonest}"


def suspect_thresholds(suspects: Suspects) -> str:
    """Write all thresholds of the tenants with such a value; while nothing tells them, their last ones."""
    matchers: Matchers = [
        any_of("component", list(dict.fromkeys(key.component for key in suspects.keys))),
        any_of("metric", [key.metric for key in suspects.keys]),
        *((f"{dimension}_re", "=", "") for dimension in suspects.dimensions),
    ]
    thresholds = while_healthy("user_threshold", matchers, selector(THRESHOLD_HELD, matchers))
    body = f"{grouped(thresholds)}\nand on ({joined(*_KEY)}) {selector(SUSPECT_VALUE, _of(suspects))}"
    by = joined(*_KEY, *suspects.dimensions, "severity")
    return f"{suspects.keys[0].worst} by ({by}) {grouped(body)}"


def crossing_values(suspects: Suspects) -> str:
    """Compare the suspects with their thresholds: a few series, whatever the number of tenants.

    The threshold of the most specific label set wins, each severity by itself: first the series that name
    every dimension, then those that name some, then the base. A level looks only at what no level before it
    has a threshold for. A ``+Inf`` threshold is a threshold: it hides the base and is never crossed.
    """
    operator = suspects.keys[0].operator
    value = selector(SUSPECT_VALUE, _of(suspects))
    threshold = selector(SUSPECT_THRESHOLD, _of(suspects))
    every = joined(*_KEY, *suspects.dimensions)
    parts = [f"{value}\n{operator} on ({every}) group_right () {threshold}"]  # one value, several tiers
    levels = suspects.levels
    for index, level in enumerate(levels):
        # Several values share a threshold: one tier at a time, or it is many-to-many.
        part = "\nor\n".join(
            f"{value}\n{operator} on ({joined(*_KEY, *level)}) group_left (severity) "
            f"{_thresholds_at(suspects, level, severity)}"
            for severity in SEVERITIES
        )
        part = f"{grouped(part)}\nunless on ({every}, severity) {threshold}"
        for earlier in levels[:index]:
            on = joined(*_KEY, *earlier, "severity")
            part = f"{grouped(part)}\nunless on ({on}) {_thresholds_at(suspects, earlier)}"
        parts.append(part)
    crossing = "\nor\n".join(grouped(part) for part in parts)
    return outside_maintenance(grouped(crossing), suspects.pack)


def crosses(key: Comparison) -> str:
    """Write the vector (tenant, dimensions, severity) of a key's values that cross their threshold."""
    by = joined("tenant", *key.dimensions, "severity")
    values = selector(CROSSING_VALUE, threshold_matchers(key.component, key.metric))
    return f"max by ({by}) ({values})"


def _thresholds_at(suspects: Suspects, level: tuple[str, ...], severity: str | None = None) -> str:
    matchers = _of(suspects)
    if severity is not None:
        matchers.append(("severity", "=", severity))
    for dimension in suspects.dimensions:
        matchers.append((dimension, "!=" if dimension in level else "=", ""))
    return selector(SUSPECT_THRESHOLD, matchers)


def _of(suspects: Suspects) -> Matchers:
    return [(label, "=", value) for label, value in suspects.labels.items()]
