"""Which thresholds and states a tenant has at an instant."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.dimensions import Dimensional, Ladder, Steps, resolve_dimensions, steps_of
from dynamic_alerting.model.layering import said_of, switched_by
from dynamic_alerting.model.moments import Moment, earliest
from dynamic_alerting.model.platform import NO_DEFAULT, Default, Platform, Served, base_thresholds, served_as
from dynamic_alerting.model.rungs import CRITICAL, TENANT, WARNING, Rung, Statements, base_rung, listen
from dynamic_alerting.model.thresholds import (
    NO_EXPANSIONS,
    ActiveState,
    Expansions,
    Labels,
    Layer,
    TenantResolution,
    Threshold,
)
from dynamic_alerting.model.values import USE_DEFAULT

__all__ = [
    "NO_EXPANSIONS",
    "ActiveState",
    "Expansions",
    "Labels",
    "Layer",
    "Resolver",
    "TenantResolution",
    "Threshold",
]


class Resolver:
    """Resolves the tenants of one configuration.

    What all tenants share at one instant (the defaults, which windows are open) is worked out once and
    kept until another instant is asked for, so resolve many tenants at the same instant.
    """

    def __init__(self, configuration: Configuration, catalogue: Catalogue) -> None:
        self._configuration = configuration
        self._catalogue = catalogue
        self._served: dict[str, Served] = {}
        self._shared: tuple[Moment, Platform] | None = None

    def resolve(
        self, tenant: Tenant, at: datetime, expansions: Expansions = NO_EXPANSIONS
    ) -> TenantResolution:
        """Resolve one tenant at an instant.

        Args:
            tenant: what the tenant wrote.
            at: an aware instant.
            expansions: the label sets that the signals of dimensional keys have now.

        Raises:
            ValueError: the instant is naive.
        """
        moment, platform = self._share(at)
        defaults, with_dimensions, defaults_until = platform.for_packs(self._configuration.packs_of(tenant))
        said = said_of(tenant, moment) if tenant.below else listen(tenant.entries, moment, TENANT)
        thresholds = self._thresholds(tenant.name, said, defaults, with_dimensions, expansions)
        states, states_until = self._states(tenant, moment)
        next_change = earliest((*said.until.values(), defaults_until, states_until))
        return TenantResolution(tuple(thresholds), states, next_change)

    def ladder(self, tenant: Tenant, name: str, at: datetime) -> Ladder:
        """Return everything that `resolve` asks for one key name at an instant, to explain its answer.

        Raises:
            ValueError: the instant is naive, or the name is neither declared nor has a component.
        """
        moment, platform = self._share(at)
        said = said_of(tenant, moment) if tenant.below else listen(tenant.entries, moment, TENANT)
        packs = self._configuration.packs_of(tenant)
        default = platform.for_packs(packs).defaults.get(name, NO_DEFAULT)
        rungs = _base_rungs(name, said, default)
        return _ladder(name, said, default, rungs, self._served_as(name).direction)

    def _share(self, at: datetime) -> tuple[Moment, Platform]:
        shared = self._shared
        if shared is None or shared[0].at != at:
            moment = Moment(at)
            shared = moment, Platform(self._configuration, self._catalogue, moment)
            self._shared = shared
        return shared

    def _served_as(self, name: str) -> Served:
        known = self._served.get(name)
        if known is None:
            known = self._served[name] = served_as(name, self._catalogue)
        return known

    def _thresholds(
        self,
        tenant: str,
        said: Statements,
        defaults: Mapping[str, Default],
        with_dimensions: Iterable[str],
        expansions: Expansions,
    ) -> list[Threshold]:
        thresholds: list[Threshold] = []
        add, new = thresholds.append, tuple.__new__  # a NamedTuple's own constructor takes twice as long
        plain, critical, dimensional, _ = said
        names = dict.fromkeys((*said.names(), *with_dimensions))
        for name, default in defaults.items():
            if name not in names:
                for one in default.thresholds:
                    add(new(Threshold, (tenant, *one[1:])))
        for name in names:
            default = defaults.get(name, NO_DEFAULT)
            served = self._served.get(name) or self._served_as(name)
            if name in dimensional or default.has_dimensions:
                rungs = _base_rungs(name, said, default)
                thresholds += base_thresholds(tenant, served, rungs[1])
                ladder = _ladder(name, said, default, rungs, served.direction)
                present = expansions.get((tenant, name), ())
                thresholds += _dimensional_thresholds(tenant, served, resolve_dimensions(ladder, present))
                continue
            warning = plain.get(name)
            if warning is None or warning.number is None or warning.severity is not WARNING:
                thresholds += base_thresholds(tenant, served, _base_rungs(name, said, default)[1])
                continue
            # What nearly every key comes to; the same as above with a tenth of the steps.
            component, metric, _, _ = served
            other = critical.get(name) or default.critical.get(CRITICAL)
            for said_here in (warning,) if other is None or other.number is None else (warning, other):
                number, severity, key, layer, origin, window, expires = said_here
                add(
                    new(
                        Threshold,
                        # Spelled out: put together from parts, it would be copied twice.
                        (
                            tenant,
                            component,
                            metric,
                            severity,
                            number,
                            (),
                            (),
                            key.text,
                            layer,
                            origin,
                            window,
                            expires,
                        ),
                    )
                )
        return thresholds

    def _states(self, tenant: Tenant, moment: Moment) -> tuple[tuple[ActiveState, ...], datetime | None]:
        if tenant.below:
            switched = switched_by(tenant, moment)
        else:
            switched = {entry.filter: moment.value_of(entry.value) for entry in reversed(tenant.states)}
        packs = self._configuration.packs_of(tenant)
        active: list[ActiveState] = []
        for state in self._configuration.state_filters:
            now = switched.get(state.name)
            by_default = state.enabled_by_default and self._catalogue.takes_filter(packs, state.name)
            is_on = by_default if now is None or now.value is USE_DEFAULT else now.value
            if is_on:
                reasons = dict.fromkeys(state.reasons) or (None,)
                active += [ActiveState(tenant.name, state.name, state.severity, reason) for reason in reasons]
        return tuple(active), earliest(now.until for now in switched.values())


def _base_rungs(name: str, said: Statements, default: Default) -> tuple[Rung, Rung]:
    """Return what the tenant's base key says, and what that comes to with the platform's share."""
    plain = said.plain.get(name)
    own = base_rung(plain, said.critical.get(name))
    # A base key that a tenant sets stands in the place of the platform's, whatever its severity.
    general = default.rung if plain is None else default.critical
    return own, general | own if general else own


def _ladder(
    name: str, said: Statements, default: Default, rungs: tuple[Rung, Rung], direction: Direction
) -> Ladder:
    own, base = rungs
    dimensional = said.dimensional.get(name, ())
    platform = steps_of(default.dimensional, without=dimensional)
    platform_base = default.platform_rung if said.plain.get(name) is None else default.platform_critical
    pack: Steps = {}
    if default.pack_dimensional:
        pack = steps_of(default.pack_dimensional, without=(*dimensional, *default.dimensional))
    return Ladder(steps_of(dimensional), own, platform, platform_base, pack, base, direction)


def _dimensional_thresholds(
    tenant: str, served: Served, resolved: Iterable[Dimensional]
) -> Iterator[Threshold]:
    component, metric, _, _ = served
    for severity, number, labels, patterns, (_, _, key, layer, origin, window, expires) in resolved:
        here = (tenant, component, metric, severity, number, labels, patterns)
        yield tuple.__new__(Threshold, (*here, key.text, layer, origin, window, expires))
