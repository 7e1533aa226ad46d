"""A key as a rule pack would declare it, for tests that need a catalogue of their own."""

from collections.abc import Mapping
from dataclasses import replace

from dynamic_alerting.model.catalogue import Catalogue, Direction, KeySpec


def declared(
    key: str,
    *dimensions: str,
    component: str | None = None,
    metric: str | None = None,
    pack: str | None = None,
    direction: Direction = Direction.ABOVE,
    default: str | None = None,
    default_critical: str | None = None,
    dimensional_defaults: Mapping[str, str] | None = None,
    unit: str = "1",
) -> KeySpec:
    """A key; its component and metric are the parts around its first `_` where they are not given."""
    first, _, rest = key.partition("_")
    component = component or first
    return KeySpec(
        key=key,
        pack=pack or component,
        component=component,
        metric=metric or rest,
        unit=unit,
        direction=direction,
        default=default,
        default_critical=default_critical,
        dimensions=dimensions,
        signal=f"tenant:{key}:max",
        meaning="What it means.",
        dimensional_defaults=dimensional_defaults or {},
    )


def without_defaults(catalogue: Catalogue) -> Catalogue:
    """The same keys, of packs without defaults and state filters: what is served is what files say."""
    return Catalogue.of(
        (
            replace(spec, default=None, default_critical=None, dimensional_defaults={})
            for spec in catalogue.specs.values()
        ),
        catalogue.packs,
    )
