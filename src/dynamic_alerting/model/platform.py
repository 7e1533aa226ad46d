"""The platform's defaults at one instant, as every tenant that takes them finds them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.model.configuration import Entry
from dynamic_alerting.model.moments import Moment, earliest
from dynamic_alerting.model.rungs import PLATFORM, Rung, Said, Statements, base_rung, listen
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
    """What the platform says about one key name.

    Attributes:
        rung: what its base key and the `_critical` spelling say.
        critical: what the `_critical` spelling alone says, for tenants that set the base key themselves.
        dimensional: what its dimensional keys say.
        thresholds: those without dimensions for a tenant that sets nothing, with its name left empty.
    """

    rung: Rung
    critical: Rung
    dimensional: Sequence[Said]
    thresholds: Sequence[Threshold]


NO_DEFAULT = Default({}, {}, (), ())


class Selection(NamedTuple):
    """The defaults that some tenants take, by key name; and when they could next differ."""

    defaults: dict[str, Default]
    until: datetime | None


class Platform:
    """All defaults at one instant."""

    def __init__(self, entries: Sequence[Entry], catalogue: Catalogue, moment: Moment) -> None:
        said = listen(entries, moment, PLATFORM)
        self._until = said.until
        self._served = {name: served_as(name, catalogue) for name in (*said.names(), *said.until)}
        self._defaults = {name: _default(name, self._served[name], said) for name in said.names()}
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
        return Selection(
            {name: default for name, default in self._defaults.items() if name in taken},
            earliest(at for name, at in self._until.items() if name in taken),
        )


def _default(name: str, served: Served, said: Statements) -> Default:
    critical = said.critical.get(name)
    rung = base_rung(said.plain.get(name), critical)
    return Default(
        rung=rung,
        critical=base_rung(None, critical),
        dimensional=said.dimensional.get(name, ()),
        thresholds=base_thresholds("", served, rung),
    )
