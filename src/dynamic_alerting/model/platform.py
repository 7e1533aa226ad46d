"""The platform's defaults over the packs' at one instant, as every tenant that takes them finds them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.model.configuration import Configuration
from dynamic_alerting.model.moments import Moment, earliest
from dynamic_alerting.model.rungs import PACK, PLATFORM, Rung, Said, Statements, base_rung, listen
from dynamic_alerting.model.thresholds import Threshold


class Served(NamedTuple):
    """How a key name is served: its labels, its pack (None: undeclared) and its bad side."""

    component: str
    metric: str
    pack: str | None
    direction: Direction


def served_as(name: str, catalogue: Catalogue) -> Served:
    """Look a key name up.

    Raises:
        ValueError: the name is not declared and has no component before an underscore.
    """
    spec = catalogue.specs.get(name)
    if spec is not None:
        return Served(spec.component, spec.metric, spec.pack, spec.direction)
    component, metric = catalogue.component_metric(name)
    return Served(component, metric, None, Direction.ABOVE)


def base_thresholds(tenant: str, served: Served, rung: Rung) -> list[Threshold]:
    """Return the thresholds without dimensions of one key."""
    component, metric, _, _ = served
    # tuple.__new__: a NamedTuple's own constructor costs more than everything else here.
    return [
        tuple.__new__(
            Threshold,
            (tenant, component, metric, severity, number, (), (), key.text, layer, origin, window, expires),
        )
        for severity, (number, _, key, layer, origin, window, expires) in rung.items()
        if number is not None
    ]


class Default(NamedTuple):
    """What the platform and the pack say about one key name.

    Attributes:
        rung: what base keys and their `_critical` spelling say.
        critical: what `_critical` spellings alone say, for tenants that set the base key themselves.
        platform_rung: the platform's share of `rung`, which is asked before the pack's dimensional keys.
        platform_critical: the platform's share of `critical`.
        dimensional: what the platform's dimensional keys say.
        pack_dimensional: what the pack's dimensional keys say.
        thresholds: those without dimensions for a tenant that sets nothing, with its name left empty.
        has_dimensions: whether there is any dimensional key.
    """

    rung: Rung
    critical: Rung
    platform_rung: Rung
    platform_critical: Rung
    dimensional: Sequence[Said]
    pack_dimensional: Sequence[Said]
    thresholds: Sequence[Threshold]
    has_dimensions: bool


NO_DEFAULT = Default({}, {}, {}, {}, (), (), (), has_dimensions=False)


class Selection(NamedTuple):
    """The defaults that some tenants take.

    Attributes:
        defaults: by key name.
        dimensional: the names that have dimensional keys.
        until: when any of them could next differ.
    """

    defaults: dict[str, Default]
    dimensional: Sequence[str]
    until: datetime | None


class Platform:
    """All defaults at one instant."""

    def __init__(self, configuration: Configuration, catalogue: Catalogue, moment: Moment) -> None:
        said = listen(configuration.defaults, moment, PLATFORM)
        packs = listen(configuration.pack_defaults, moment, PACK)
        names = dict.fromkeys((*said.names(), *packs.names()))
        self._until = said.until
        self._served = {name: served_as(name, catalogue) for name in (*names, *said.until)}
        self._defaults = {name: _default(name, self._served[name], said, packs) for name in names}
        self._selections: dict[frozenset[str] | None, Selection] = {}

    def for_packs(self, packs: frozenset[str] | None) -> Selection:
        """Return the defaults of these packs (None: of all) and of keys that no pack declares."""
        known = self._selections.get(packs)
        if known is None:
            known = self._selections[packs] = self._select(packs)
        return known

    def _select(self, packs: frozenset[str] | None) -> Selection:
        taken = {
            name
            for name, served in self._served.items()
            if packs is None or served.pack is None or served.pack in packs
        }
        defaults = {name: default for name, default in self._defaults.items() if name in taken}
        return Selection(
            defaults,
            [name for name, default in defaults.items() if default.has_dimensions],
            earliest(at for name, at in self._until.items() if name in taken),
        )


def _default(name: str, served: Served, said: Statements, packs: Statements) -> Default:
    plain, critical = said.plain.get(name), said.critical.get(name)
    own, own_critical = base_rung(plain, critical), base_rung(None, critical)
    pack_critical = base_rung(None, packs.critical.get(name))
    # As with a tenant's base key: the platform's stands in the place of the pack's.
    below = base_rung(packs.plain.get(name), packs.critical.get(name)) if plain is None else pack_critical
    pack_dimensional: Sequence[Said] = packs.dimensional.get(name, ())
    if plain is not None and plain.number is None:
        # A base key that is off takes every tier along that its author did not set.
        pack_critical, pack_dimensional = {}, ()
    rung = below | own
    dimensional = said.dimensional.get(name, ())
    return Default(
        rung=rung,
        critical=pack_critical | own_critical,
        platform_rung=own,
        platform_critical=own_critical,
        dimensional=dimensional,
        pack_dimensional=pack_dimensional,
        thresholds=base_thresholds("", served, rung),
        has_dimensions=bool(dimensional or pack_dimensional),
    )
