"""What is asked about recorded signals, whoever answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dynamic_alerting.model.catalogue import KeySpec
    from dynamic_alerting.model.discovery import OpenKeys
    from dynamic_alerting.model.thresholds import Labels

#: Nothing is missed that was there within this time.
WEEK: Final = timedelta(days=7)

#: What is there now counts only if it was there this long ago too: a server that is being set up shows one
#: thing after the other.
HOURS: Final = timedelta(hours=3)


class SignalsUnknown(Exception):  # noqa: N818 - nothing is wrong with the configuration
    """Prometheus could not be asked, or knows none of the signals; the text says why and what to do."""


class NoSignals(SignalsUnknown):
    """Prometheus has none of any pack, so nothing can be missing."""


class Signals(Protocol):
    """Knows which recorded signals tenants have and had.

    Raises:
        SignalsUnknown: from every method; there is no usable answer.
    """

    def alive(self, specs: Collection[KeySpec], ago: timedelta) -> frozenset[str]:
        """The tenants that have any of the signals, at an instant that lies so long ago.

        A share or a state of 0 does not count: while a database is down, that is all its exporter says of it.
        """

    def having(self, spec: KeySpec) -> frozenset[str]:
        """The tenants that have a signal now."""

    def had(self, specs: Collection[KeySpec], tenants: Collection[str]) -> frozenset[str]:
        """Those of the tenants that had any of the signals within the WEEK."""

    def throughout(self, spec: KeySpec, tenants: Collection[str]) -> frozenset[str]:
        """Those of the tenants that had a signal nearly all the WEEK."""

    def label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        """The label sets that a signal has now, by tenant; at least those that the keys are for."""

    def past_label_sets(self, keys: OpenKeys) -> Mapping[str, Iterable[Labels]]:
        """The same of the whole WEEK."""
