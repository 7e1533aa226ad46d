"""Why a state filter is on or off."""

from collections.abc import Iterable

from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import StateEntry, StateFilter, Tenant
from dynamic_alerting.model.moments import Moment, Momentary
from dynamic_alerting.model.resolution import ActiveState
from dynamic_alerting.model.states import PlainState
from dynamic_alerting.model.values import USE_DEFAULT, TimeBoxed
from dynamic_alerting.tenants.explanation import StateExplanation
from dynamic_alerting.tenants.value_words import instant, written


def explain_states(
    tenant: Tenant,
    filters: Iterable[StateFilter],
    active: Iterable[ActiveState],
    moment: Moment,
    *,
    catalogue: Catalogue,
    packs: frozenset[str] | None,
    only: str | None = None,
) -> tuple[StateExplanation, ...]:
    """Explain the states of a tenant.

    Args:
        tenant: what it wrote.
        filters: the platform's filters.
        active: the resolver's answer.
        moment: the instant.
        catalogue: which filters belong to packs.
        packs: those that the tenant takes; None for all.
        only: the one filter to explain; None for all.
    """
    is_on = {state.filter for state in active}
    entries = {entry.filter: entry for entry in reversed(tenant.states)}
    known = list(filters)
    explained = [
        _explain(
            one,
            entries.get(one.name),
            moment,
            is_on=one.name in is_on,
            foreign_pack=None
            if catalogue.takes_filter(packs, one.name)
            else catalogue.filters[one.name].pack,
        )
        for one in known
        if only is None or one.name == only
    ]
    if only is not None and not explained:
        explained = [_unknown(only, entries.get(only), known)]
    return tuple(explained)


def _explain(
    state: StateFilter,
    entry: StateEntry | None,
    moment: Moment,
    *,
    is_on: bool,
    foreign_pack: str | None,
) -> StateExplanation:
    now: Momentary[PlainState] | None = moment.value_of(entry.value) if entry else None
    decides = entry is not None and now is not None and now.value is not USE_DEFAULT
    return StateExplanation(
        filter=state.name,
        is_on=is_on,
        severity=state.severity,
        reasons=state.reasons,
        origin=entry.origin if entry is not None and decides else state.origin,
        written=written(entry.value) if entry else None,
        window=now.window if now else None,
        expires=now.expires if now else None,
        why=_why(state, entry, now, moment, foreign_pack),
    )


def _why(
    state: StateFilter,
    entry: StateEntry | None,
    now: Momentary[PlainState] | None,
    moment: Moment,
    foreign_pack: str | None,
) -> str:
    if entry is not None and now is not None and now.value is not USE_DEFAULT:
        window = f", inside its window {now.window}" if now.window else ""
        return f"_state_{state.name} in {entry.origin.place} decides{window}."
    word = "on" if state.enabled_by_default else "off"
    where = f"in {state.origin.place}" if state.origin.line else f"of {state.origin.file}"
    by_default = f"the filter {where} is {word} by default"
    if foreign_pack is not None:
        by_default = f"the tenant does not take the pack {foreign_pack}, to which it belongs"
    if entry is None:
        return f"The tenant does not switch it; {by_default}."
    place = f"_state_{state.name} in {entry.origin.place}"
    if isinstance(entry.value, TimeBoxed) and entry.value.expires <= moment.at:
        return f"{place} expired {instant(entry.value.expires)}; {by_default}."
    return f"{place} leaves it to the platform; {by_default}."


def _unknown(name: str, entry: StateEntry | None, known: Iterable[StateFilter]) -> StateExplanation:
    suggestion = did_you_mean(name, [one.name for one in known]).strip()
    return StateExplanation(
        filter=name,
        is_on=False,
        severity=None,
        reasons=(),
        origin=entry.origin if entry else None,
        written=written(entry.value) if entry else None,
        window=None,
        expires=None,
        why=f"There is no state filter {name!r}, so it is served to nobody. {suggestion}".strip(),
    )
