"""The threshold keys that the rule packs declare."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from dynamic_alerting.model.severity import Severity


class Direction(StrEnum):
    """On which side of its threshold a signal is bad."""

    ABOVE = "above"
    BELOW = "below"


class Presence(StrEnum):
    """When a tenant that has what a pack watches has one of its signals."""

    STEADY = "steady"
    """As long as its exporters deliver."""
    SPORADIC = "sporadic"
    """While something happens: errors of a kind, enough traffic to judge."""
    KEPT = "kept"
    """Once it has been there, for ever: it is 0 when the exporters are gone."""


@dataclass(frozen=True, slots=True)
class KeySpec:
    """One threshold key as a pack declares it.

    Attributes:
        key: what tenants write, such as `mysql_connections`; never with a tier suffix.
        pack: the pack that declares it.
        component: value of the served `component` label.
        metric: value of the served `metric` label.
        unit: unit of the threshold, such as `connections` or `%`.
        direction: on which side of the threshold the signal is bad.
        default: the pack's value, as a platform would write it; None for no default.
        default_critical: the same for the critical tier.
        dimensional_defaults: the pack's values for some label values, by matchers as they are written.
        dimensions: labels that the signal keeps, which dimensional keys may name.
        signal: name of the recorded series that is compared with the threshold.
        meaning: one sentence for people.
        presence: when the signal is there.
        range: the smallest and the largest value of the signal, where its unit does not tell them; None in
            either place for no bound.
    """

    key: str
    pack: str
    component: str
    metric: str
    unit: str
    direction: Direction
    default: str | None
    default_critical: str | None
    dimensions: tuple[str, ...]
    signal: str
    meaning: str
    dimensional_defaults: Mapping[str, str] = field(default_factory=dict)
    presence: Presence = Presence.STEADY
    range: tuple[float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One state filter as a pack declares it.

    Attributes:
        name: the part after `_state_`.
        pack: the pack that declares it.
        reasons: served one series each.
        severity: value of the served `severity` label.
        enabled_by_default: whether it is on for tenants that say nothing.
        meaning: one sentence for people.
    """

    name: str
    pack: str
    reasons: tuple[str, ...]
    severity: Severity
    enabled_by_default: bool
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything the installed packs declare. Compared by identity, so that it can key a cache.

    Attributes:
        specs: the keys, by name.
        packs: the packs, with those that declare no key.
        filters: the state filters, by name; `maintenance` belongs to no pack.

    Raises:
        ValueError: two keys would be served as the same series, or one is the other's critical tier.
    """

    specs: Mapping[str, KeySpec]
    packs: frozenset[str]
    filters: Mapping[str, FilterSpec] = field(default_factory=dict)
    _served_as: Mapping[tuple[str, str], str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        served_as: dict[tuple[str, str], str] = {}
        for spec in self.specs.values():
            other = served_as.setdefault((spec.component, spec.metric), spec.key)
            if other != spec.key:
                raise ValueError(
                    f"keys {other} and {spec.key} are both served as "
                    f"component={spec.component!r}, metric={spec.metric!r}"
                )
            if f"{spec.key}_critical" in self.specs:
                raise ValueError(f"key {spec.key}_critical hides the critical tier of key {spec.key}")
        object.__setattr__(self, "_served_as", served_as)

    @classmethod
    def of(
        cls, specs: Iterable[KeySpec], packs: Iterable[str] = (), filters: Iterable[FilterSpec] = ()
    ) -> Self:
        """Collect specifications; `packs` names also those that declare no key."""
        by_key = {spec.key: spec for spec in specs}
        by_name = {one.name: one for one in filters}
        return cls(by_key, frozenset(packs) | {spec.pack for spec in by_key.values()}, by_name)

    def takes_filter(self, packs: frozenset[str] | None, name: str) -> bool:
        """Tell whether a state filter is for tenants that take these packs; None for all of them."""
        return packs is None or name not in self.filters or self.filters[name].pack in packs

    def component_metric(self, name: str) -> tuple[str, str]:
        """Return the `component` and `metric` labels under which a key is served.

        A declared key's come from its pack; any other name is split at its first underscore.

        Raises:
            ValueError: the name is not declared and has no component before an underscore.
        """
        spec = self.specs.get(name)
        if spec is not None:
            return spec.component, spec.metric
        component, _, metric = name.partition("_")
        if not component or not metric:
            raise ValueError(f"{name!r} names no component and metric")
        return component, metric

    def declared_as(self, component: str, metric: str) -> str | None:
        """Return the declared key that is served with these labels, if there is one."""
        return self._served_as.get((component, metric))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        specs = (
            KeySpec(
                **{
                    **written,
                    "direction": Direction(written["direction"]),
                    "dimensions": tuple(written["dimensions"]),
                    "presence": Presence(written.get("presence", Presence.STEADY)),
                    "range": tuple(written["range"]) if written.get("range") else None,
                }
            )
            for written in document["keys"]
        )
        filters = (
            FilterSpec(
                **{
                    **written,
                    "reasons": tuple(written["reasons"]),
                    "severity": Severity(written["severity"]),
                }
            )
            for written in document["state_filters"]
        )
        return cls.of(specs, document["packs"], filters)

    def document(self) -> dict[str, Any]:
        """Return everything in it as JSON has it."""
        return {
            "packs": sorted(self.packs),
            "state_filters": [_plain(one, _FILTER_FIELDS) for one in self.filters.values()],
            "keys": [_plain(spec, _KEY_FIELDS) for spec in self.specs.values()],
        }

    def to_json(self) -> str:
        """Write the catalogue as stable, diffable JSON that ends in a newline."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n"


_KEY_FIELDS = tuple(one.name for one in fields(KeySpec))
_FILTER_FIELDS = tuple(one.name for one in fields(FilterSpec))


def _plain(spec: object, names: Iterable[str]) -> dict[str, Any]:
    """Return a specification's fields; unlike asdict, without copies of them, which take milliseconds."""
    return {name: getattr(spec, name) for name in names}


NO_CATALOGUE = Catalogue({}, frozenset())
