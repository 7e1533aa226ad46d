"""Packs as the catalogue of keys and state filters that every other part of the product reads."""

from dynamic_alerting.model.catalogue import Catalogue, Direction, KeySpec
from dynamic_alerting.packs.pack import Pack, Threshold


def catalogue_of(packs: list[Pack]) -> Catalogue:
    """Return what the packs declare, in the packs' own order."""
    specs = [_spec(pack, threshold) for pack in packs for threshold in pack.thresholds]
    filters = {each.name: pack.pack for pack in packs for each in pack.state_filters}
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
        range=None if threshold.range is None else (threshold.range[0], threshold.range[1]),
    )
