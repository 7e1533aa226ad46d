"""Which thresholds and states a tenant has at an instant."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.dimensions import Ladder, dimensional_rungs, resolve_dimensions
from dynamic_alerting.model.moments import Moment, earliest
from dynamic_alerting.model.platform import Default, Platform, Served, base_rows, served_as
from dynamic_alerting.model.rungs import TENANT, Statements, base_rung, listen
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

_NOTHING_SAID = Statements({}, {}, {}, {})


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
        defaults, defaults_until = platform.for_packs(tenant.packs)
        said = listen(tenant.entries, moment, TENANT)
        names = said.names()
        thresholds: list[Threshold] = []
        for name in names:
            thresholds += self._of_key(tenant.name, name, said, defaults.get(name), expansions)
        for name, default in defaults.items():
            if name in names:
                continue
            if default.dimensional:
                thresholds += self._of_key(tenant.name, name, _NOTHING_SAID, default, expansions)
            else:
                thresholds += [Threshold(tenant.name, *row) for row in default.rows]
        states, states_until = self._states(tenant, moment)
        next_change = earliest((*said.until.values(), defaults_until, states_until))
        return TenantResolution(tuple(thresholds), states, next_change)

    def _share(self, at: datetime) -> tuple[Moment, Platform]:
        shared = self._shared
        if shared is None or shared[0].at != at:
            moment = Moment(at)
            shared = moment, Platform(self._configuration.defaults, self._catalogue, moment)
            self._shared = shared
        return shared

    def _served_as(self, name: str) -> Served:
        known = self._served.get(name)
        if known is None:
            known = self._served[name] = served_as(name, self._catalogue)
        return known

    def _of_key(
        self, tenant: str, name: str, said: Statements, default: Default | None, expansions: Expansions
    ) -> list[Threshold]:
        """Return every threshold of one key name."""
        plain = said.plain.get(name)
        own = base = base_rung(plain, said.critical.get(name))
        if default is not None:
            # A base key that the tenant sets stands in the place of the platform's, whatever its severity.
            base = (default.rung if plain is None else default.critical) | own
        served = self._served_as(name)
        thresholds = [Threshold(tenant, *row) for row in base_rows(served, base)]
        exact, general = said.dimensional.get(name, ()), () if default is None else default.dimensional
        if exact or general:
            tenant_rungs, platform_rungs = dimensional_rungs(exact), dimensional_rungs(general, without=exact)
            ladder = Ladder(tenant_rungs, own, platform_rungs, base, served.direction)
            thresholds += _dimensional(tenant, served, ladder, expansions.get((tenant, name), ()))
        return thresholds

    def _states(self, tenant: Tenant, moment: Moment) -> tuple[tuple[ActiveState, ...], datetime | None]:
        switched = {entry.filter: moment.value_of(entry.value) for entry in reversed(tenant.states)}
        active: list[ActiveState] = []
        for state in self._configuration.state_filters:
            now = switched.get(state.name)
            is_on = state.enabled_by_default if now is None or now.value is USE_DEFAULT else now.value
            if is_on:
                reasons = dict.fromkeys(state.reasons) or (None,)
                active += [ActiveState(tenant.name, state.name, state.severity, reason) for reason in reasons]
        return tuple(active), earliest(now.until for now in switched.values())


def _dimensional(
    tenant: str, served: Served, ladder: Ladder, present: Iterable[Labels]
) -> Iterator[Threshold]:
    for severity, number, labels, patterns, said in resolve_dimensions(ladder, present):
        yield Threshold(
            tenant,
            served.component,
            served.metric,
            severity,
            number,
            labels,
            patterns,
            said.key.text,
            said.layer,
            said.origin,
            said.window,
            said.expires,
        )
