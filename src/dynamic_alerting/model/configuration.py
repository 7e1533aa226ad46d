"""The loaded language: what all files together say, immutable."""

from dataclasses import dataclass
from typing import NamedTuple

from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.states import StateValue
from dynamic_alerting.model.values import Value


class Origin(NamedTuple):
    """Where something was written: file name, 1-based line and column.

    What is built in has the pack in place of a file, and neither line nor column: they are 0.
    """

    file: str
    line: int
    column: int

    @property
    def place(self) -> str:
        """The place as people read it: `db-a.yaml:3`, or `pack mariadb`."""
        return f"{self.file}:{self.line}" if self.line else self.file


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
    """What one tenant wrote, in the order of its file.

    Attributes:
        name: value of the `tenant` label.
        entries: threshold keys.
        states: state filters that it switches.
        packs: the packs whose defaults it takes; None for all of them.
        origin: where the tenant's block starts.
        packs_origin: where the packs are written; None where they are not.
    """

    name: str
    entries: tuple[Entry, ...]
    states: tuple[StateEntry, ...]
    packs: frozenset[str] | None
    origin: Origin
    packs_origin: Origin | None = None


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
    """All files together, over what is built in.

    Attributes:
        defaults: the platform's values.
        state_filters: the states that tenants can switch: the packs', each in the platform's version if it
            has one, and the platform's own.
        tenants: sorted by name, each name once.
        ownership_strict: whether a tenant file may define only the tenant it is named after.
        packs: the packs that the platform runs; None for all of them.
        pack_defaults: the values of all packs, the lowest layer.
    """

    defaults: tuple[Entry, ...]
    state_filters: tuple[StateFilter, ...]
    tenants: tuple[Tenant, ...]
    ownership_strict: bool = False
    packs: frozenset[str] | None = None
    pack_defaults: tuple[Entry, ...] = ()

    def packs_of(self, tenant: Tenant) -> frozenset[str] | None:
        """The packs whose defaults a tenant takes: of those that the platform runs, those that it chose."""
        if self.packs is None or tenant.packs is None:
            return self.packs if tenant.packs is None else tenant.packs
        return self.packs & tenant.packs
