"""What is in force before any file is read: the defaults and state filters of the packs."""

from collections.abc import Iterator
from typing import NamedTuple

from dynamic_alerting.model.catalogue import Catalogue, KeySpec
from dynamic_alerting.model.configuration import Entry, Origin, StateFilter
from dynamic_alerting.model.keys import CRITICAL_SUFFIX, parse_key
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import parse_plain

#: Silences every alert of a tenant that switches it on; every pack's rules read it.
MAINTENANCE_MEANING = "`_state_maintenance: enable` in a tenant's file silences every alert of that tenant."
MAINTENANCE = StateFilter("maintenance", (), Severity.INFO, False, Origin("every platform", 0, 0))


class BuiltIn(NamedTuple):
    """The lowest layer.

    Attributes:
        defaults: the values of all packs.
        filters: the state filters of all packs, after `maintenance`, which belongs to none.
    """

    defaults: tuple[Entry, ...]
    filters: tuple[StateFilter, ...]


def built_in(catalogue: Catalogue) -> BuiltIn:
    """Return what the packs of a catalogue say by themselves.

    Raises:
        LanguageError: a pack's key or value is none of the language.
    """
    defaults = (entry for spec in catalogue.specs.values() for entry in _entries(spec, catalogue))
    filters = (
        StateFilter(one.name, one.reasons, one.severity, one.enabled_by_default, _origin(one.pack))
        for one in catalogue.filters.values()
    )
    return BuiltIn(tuple(defaults), (MAINTENANCE, *filters))


def _entries(spec: KeySpec, catalogue: Catalogue) -> Iterator[Entry]:
    written = {
        spec.key: spec.default,
        f"{spec.key}{CRITICAL_SUFFIX}": spec.default_critical,
        **{f"{spec.key}{matchers}": value for matchers, value in spec.dimensional_defaults.items()},
    }
    for text, value in written.items():
        if value is not None:
            yield Entry(parse_key(text, catalogue), parse_plain(value), _origin(spec.pack))


def _origin(pack: str) -> Origin:
    return Origin(f"pack {pack}", 0, 0)
