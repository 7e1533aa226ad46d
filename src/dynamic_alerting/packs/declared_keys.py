"""Packs as the catalogue of keys and state filters that every other part of the product reads."""

from dynamic_alerting.model.catalogue import Catalogue, Direction, FilterSpec, KeySpec, Presence
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.packs.pack import Pack, Signal, StateFilter, Threshold


def catalogue_of(packs: list[Pack]) -> Catalogue:
    """Return what the packs declare, in the packs' own order."""
    specs = [_spec(pack, threshold) for pack in packs for threshold in pack.thresholds]
    filters = [_filter(pack, each) for pack in packs for each in pack.state_filters]
    return Catalogue.of(specs, [pack.pack for pack in packs], filters)


def _spec(pack: Pack, threshold: Threshold) -> KeySpec:
    signal = pack.signal_of(threshold)
    return KeySpec(
        key=threshold.key,
        pack=pack.pack,
        component=pack.component_of(threshold),
        metric=pack.metric_of(threshold),
        unit=threshold.unit,
        direction=Direction(threshold.direction),
        default=None if threshold.default is None else str(threshold.default),
        default_critical=None if threshold.default_critical is None else str(threshold.default_critical),
        dimensions=tuple(signal.dimensions),
        signal=signal.record,
        meaning=threshold.meaning,
        dimensional_defaults={
            matchers: str(value) for matchers, value in threshold.dimensional_defaults.items()
        },
        presence=_presence(signal),
        range=None if threshold.range is None else (threshold.range[0], threshold.range[1]),
    )


def _filter(pack: Pack, declared: StateFilter) -> FilterSpec:
    return FilterSpec(
        name=declared.name,
        pack=pack.pack,
        reasons=tuple(declared.reasons),
        severity=Severity(declared.severity),
        enabled_by_default=declared.default == "enable",
        meaning=declared.meaning,
    )


def _presence(signal: Signal) -> Presence:
    if signal.when_gone is not None:
        return Presence.KEPT
    return Presence.SPORADIC if signal.sporadic else Presence.STEADY
