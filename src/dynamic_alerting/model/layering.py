"""What a tenant's file and the platform's files say of one tenant, together.

The platform's lie below, key by key: a key counts where nothing above says anything of its series and tier.
A value that is omitted or has ended says nothing, so what lies below applies again from then on.
"""

from collections.abc import Iterable
from functools import reduce

from dynamic_alerting.model.configuration import Tenant
from dynamic_alerting.model.moments import Moment, Momentary, sooner
from dynamic_alerting.model.rungs import CRITICAL, TENANT, Said, Statements, listen
from dynamic_alerting.model.states import PlainState
from dynamic_alerting.model.values import USE_DEFAULT


def said_of(tenant: Tenant, moment: Moment) -> Statements:
    """Return what all layers of a tenant come to at an instant."""
    lowest, *higher = reversed(tenant.layers)
    heard = (listen(layer.entries, moment, TENANT) for layer in higher)
    return reduce(lambda below, above: _over(above, below), heard, listen(lowest.entries, moment, TENANT))


def switched_by(tenant: Tenant, moment: Moment) -> dict[str, Momentary[PlainState]]:
    """Return what all layers of a tenant say of its states at an instant."""
    switched: dict[str, Momentary[PlainState]] = {}
    for layer in reversed(tenant.layers):
        for entry in reversed(layer.states):
            now: Momentary[PlainState] = moment.value_of(entry.value)
            below = switched.get(entry.filter)
            if below is not None and now.value is USE_DEFAULT:
                now = below._replace(until=sooner(now.until, below.until))
            switched[entry.filter] = now
    return switched


def _over(above: Statements, below: Statements) -> Statements:
    """Lay one layer over another."""
    critical = {
        name: said for name, said in below.critical.items() if not _ends_critical(above.plain.get(name))
    }
    dimensional = dict(above.dimensional)
    for name, several in below.dimensional.items():
        base = above.plain.get(name)
        if base is not None and base.number is None:
            continue  # disabled, whatever lies below
        own = above.dimensional.get(name, [])
        dimensional[name] = [*own, *_not_said_in(own, several)]
    until = dict(below.until)
    for name, change in above.until.items():
        until[name] = min(change, until.get(name, change))
    return Statements(below.plain | above.plain, critical | above.critical, dimensional, until)


def _not_said_in(above: Iterable[Said], below: Iterable[Said]) -> Iterable[Said]:
    """Return the dimensional keys that nothing above replaces."""
    keys = {said.key.text for said in above}
    ended = {said.key.selector for said in above if not said.key.is_critical and _ends_critical(said)}
    for said in below:
        if said.key.text not in keys and not (said.key.is_critical and said.key.selector in ended):
            yield said


def _ends_critical(plain: Said | None) -> bool:
    """Tell whether a key without the suffix settles the critical tier too."""
    return plain is not None and (plain.number is None or plain.severity is CRITICAL)
