"""The loaded language: what all files together say, immutable."""

from dataclasses import dataclass
from typing import NamedTuple

from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.states import StateValue
from dynamic_alerting.model.values import Value


class Origin(NamedTuple):
    """Where something was written: file name, 1-based line and column."""

    file: str
    line: int
    column: int


class Entry(NamedTuple):
    """One threshold key with its value, of a tenant or of the defaults."""

    key: ThresholdKey
    value: Value
    origin: Origin


class StateEntry(NamedTuple):
    """One `_state_<filter>` key with its value."""

    filter: str
    value: StateValue
    origin: Origin


@dataclass(frozen=True, slots=True)
class Tenant:
    """What one tenant wrote, in the order of its file, and what platform files say of it.

    Attributes:
        name: value of the `tenant` label.
        entries: threshold keys.
        states: state filters that it switches.
        packs: the packs whose defaults it takes; None for all of them.
        origin: where the tenant's block starts.
        packs_origin: where the packs are written; None where they are not.
        below: the same tenant in platform files, the highest layer first: what is asked, key by key, where
            nothing is said above. Few tenants have any.
    """

    name: str
    entries: tuple[Entry, ...]
    states: tuple[StateEntry, ...]
    packs: frozenset[str] | None
    origin: Origin
    packs_origin: Origin | None = None
    below: "tuple[Tenant, ...]" = ()

    @property
    def layers(self) -> "tuple[Tenant, ...]":
        """Everything that is said of it, the highest first."""
        return (self, *self.below)

    @property
    def written(self) -> tuple[Entry, ...]:
        """The threshold keys of all layers, the highest first."""
        if not self.below:
            return self.entries
        return tuple(entry for layer in self.layers for entry in layer.entries)


@dataclass(frozen=True, slots=True)
class StateFilter:
    """A state that tenants can switch, such as `maintenance`.

    Attributes:
        name: the part after `_state_`.
        reasons: served one series each; none means one series without a reason.
        severity: value of the served `severity` label.
        enabled_by_default: whether it is on for tenants that say nothing.
        origin: where it was declared.
    """

    name: str
    reasons: tuple[str, ...]
    severity: Severity
    enabled_by_default: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Configuration:
    """All files together.

    Attributes:
        defaults: the platform's values.
        state_filters: the states that tenants can switch.
        tenants: sorted by name, each name once.
        ownership_strict: whether a tenant file may define only the tenant it is named after.
    """

    defaults: tuple[Entry, ...]
    state_filters: tuple[StateFilter, ...]
    tenants: tuple[Tenant, ...]
    ownership_strict: bool = False
