"""Who has signals of a pack, asked once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.asked.signals import HOURS, NoSignals
from dynamic_alerting.model.catalogue import Presence

if TYPE_CHECKING:
    from dynamic_alerting.config.asked.signals import Signals
    from dynamic_alerting.model.catalogue import Catalogue, KeySpec

_NOW: Final = timedelta(0)


class Presences:
    """The tenants that Prometheus knows, by pack.

    Args:
        catalogue: the packs' keys.
        signals: who answers.

    Raises:
        NoSignals: no tenant has any signal of any pack, so that nothing could be told.
    """

    def __init__(self, catalogue: Catalogue, signals: Signals) -> None:
        self._signals = signals
        self._specs: dict[str, list[KeySpec]] = {}
        for spec in catalogue.specs.values():
            # What is kept when the exporters are gone shows nothing.
            if spec.presence is not Presence.KEPT:
                self._specs.setdefault(spec.pack, []).append(spec)
        self._now = {pack: signals.alive(specs, _NOW) for pack, specs in self._specs.items()}
        self._earlier: dict[str, frozenset[str]] = {}
        self._having: dict[str, frozenset[str]] = {}
        if not self.tenants():
            raise NoSignals(
                "Prometheus has no signal of any pack now, so it cannot tell which are missing: "
                "does it evaluate the packs' rules, and are there targets with a label tenant?"
            )

    def tenants(self) -> frozenset[str]:
        """The tenants that have any signal now."""
        return frozenset().union(*self._now.values())

    def lasting(self, pack: str) -> frozenset[str]:
        """The tenants that have signals of a pack now and had some HOURS ago."""
        if pack not in self._earlier:
            now = self._now.get(pack, frozenset())
            self._earlier[pack] = now & self._signals.alive(self._specs[pack], HOURS) if now else now
        return self._earlier[pack]

    def all_lasting(self) -> frozenset[str]:
        """The tenants that have any signal now and had one of the same pack some HOURS ago."""
        return frozenset().union(*(self.lasting(pack) for pack in self._specs))

    def having(self, spec: KeySpec) -> frozenset[str]:
        """The tenants that have a signal now."""
        if spec.key not in self._having:
            self._having[spec.key] = self._signals.having(spec)
        return self._having[spec.key]
