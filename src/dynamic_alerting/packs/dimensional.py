"""Dimensional keys: the few values that may be bad are compared with their thresholds, all keys together.

A pack's dimensional keys share rules, because a rule costs as much where nobody uses the pack as its text is
long: docs/decisions/0004-cheaper-rules.md. In the order in which they are recorded:

* ``tenant:candidate:value``: of each key, the values that cross any threshold of their tenant.
* ``tenant:candidate:served_threshold``: all thresholds of these tenants and keys, as scraped.
* ``tenant:candidate:threshold``: the same, by tenant, the exporter's own dimensions and severity.
* ``tenant:crossing:value``: the candidates that cross the threshold that applies to them, one rule a level.
"""

from dataclasses import dataclass
from itertools import combinations

from dynamic_alerting.packs.comparison import (
    SEVERITIES,
    Comparison,
    Matchers,
    aggregated,
    any_of,
    grouped,
    joined,
    no_patterns,
    threshold_matchers,
)
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.snapshots import HEALTHY, own_labels_only, snapshot_of, while_unhealthy

CANDIDATE_VALUE = "tenant:candidate:value"
SERVED_THRESHOLD = "tenant:candidate:served_threshold"
CANDIDATE_THRESHOLD = "tenant:candidate:threshold"
CROSSING_VALUE = "tenant:crossing:value"

# The keys of a pack have different dimensions: which key it is belongs to every join.
_KEY = ("tenant", "component", "metric")


@dataclass(frozen=True, slots=True)
class DimensionalKeys:
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
    def by_dimensions(self) -> dict[tuple[str, ...], list[Comparison]]:
        """The keys by the dimensions that they have."""
        found: dict[tuple[str, ...], list[Comparison]] = {}
        for key in self.keys:
            found.setdefault(key.dimensions, []).append(key)
        return found

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

    def select(self, record: str, *further: tuple[str, str, str]) -> str:
        """Write the series of one of the records above that are these keys'."""
        return selector(record, self.matchers(*further))

    def matchers(self, *further: tuple[str, str, str]) -> Matchers:
        """Return what selects these keys' series of a record."""
        return [*((label, "=", value) for label, value in self.labels.items()), *further]


def candidate_values(key: Comparison) -> str:
    """Write a key's values that cross any threshold of their tenant, of whatever tier and dimension."""
    served = aggregated(key.first, ["tenant"], selector("user_threshold", key.matchers))
    kept = aggregated(key.first, ["tenant"], f"{snapshot_of(key.key)}\nunless on () {HEALTHY}")
    soonest = grouped(f"{served}\nor\n{kept}")
    return f"{key.signal}\n{key.operator} on (tenant) group_left ()\n{soonest}"


def served_thresholds(keys: DimensionalKeys) -> str:
    """Write all thresholds of the tenants with such a value; while no exporter is healthy, the kept ones."""
    matchers: Matchers = [
        any_of("component", list(dict.fromkeys(key.component for key in keys.keys))),
        any_of("metric", [key.metric for key in keys.keys]),
        *no_patterns(keys.dimensions),
    ]
    candidates = f"and on ({joined(*_KEY)}) {keys.select(CANDIDATE_VALUE)}"
    served = grouped(f"{selector('user_threshold', matchers)}\n{candidates}")
    snapshots = selector("", [any_of("__name__", [snapshot_of(key.key) for key in keys.keys])])
    kept = grouped(f"{while_unhealthy(snapshots)}\n{candidates}")
    return f"{served}\nor\n{kept}"


def candidate_thresholds(keys: DimensionalKeys) -> dict[str, str]:
    """Write, for each set of dimensions, its keys' thresholds by the dimensions that they were served with.

    Returns:
        PromQL by the names of the dimensions.
    """
    rules = {}
    for dimensions, of_these in keys.by_dimensions.items():
        matchers = keys.matchers(any_of("metric", [key.metric for key in of_these]))
        rules["_".join(dimensions)] = own_labels_only(
            keys.keys[0].worst, SERVED_THRESHOLD, matchers, _KEY, dimensions
        )
    return rules


def crossing_values(keys: DimensionalKeys) -> dict[str, str]:
    """Compare the candidates with their thresholds, level by level.

    The threshold of the most specific label set wins, each severity by itself: first the series that name
    every dimension, then those that name some, then the base. A level looks only at what no level before it
    has a threshold for. A ``+Inf`` threshold is a threshold: it hides the base and is never crossed.

    Returns:
        PromQL by the name of the level.
    """
    operator = keys.keys[0].operator
    value = keys.select(CANDIDATE_VALUE)
    threshold = keys.select(CANDIDATE_THRESHOLD)
    every = joined(*_KEY, *keys.dimensions)
    rules = {
        "exact": "# thresholds that name all of a value's dimensions; one value may cross several tiers\n"
        f"{value}\n{operator} on ({every}) group_right ()\n{threshold}"
    }
    levels = keys.levels
    for index, level in enumerate(levels):
        # Several values share a threshold: one tier at a time, or it is many-to-many.
        tiers = "\nor\n".join(
            grouped(
                f"{value}\n{operator} on ({joined(*_KEY, *level)}) group_left (severity)\n"
                f"{_thresholds_at(keys, level, severity)}"
            )
            for severity in SEVERITIES
        )
        part = f"{grouped(tiers)}\nunless on ({every}, severity) {threshold}"
        for earlier in levels[:index]:
            on = joined(*_KEY, *earlier, "severity")
            part = f"{grouped(part)}\nunless on ({on}) {_thresholds_at(keys, earlier)}"
        named = f"thresholds by {' and '.join(level)}" if level else "base thresholds"
        rules["_".join(level) or "base"] = f"# {named}, where no threshold names more\n{part}"
    return rules


def crosses(key: Comparison) -> str:
    """Write the vector (tenant, dimensions, severity) of a key's values that cross their threshold."""
    values = selector(CROSSING_VALUE, threshold_matchers(key.component, key.metric))
    return aggregated("max", ["tenant", *key.dimensions, "severity"], values)


def _thresholds_at(keys: DimensionalKeys, level: tuple[str, ...], severity: str | None = None) -> str:
    matchers: Matchers = [] if severity is None else [("severity", "=", severity)]
    for dimension in keys.dimensions:
        matchers.append((dimension, "!=" if dimension in level else "=", ""))
    return keys.select(CANDIDATE_THRESHOLD, *matchers)
