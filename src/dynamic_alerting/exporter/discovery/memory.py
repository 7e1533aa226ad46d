"""Which label sets are there, and for how long they stay after Prometheus no longer reports them.

Prometheus is asked for everything that had a sample within the retention, so a label set outlives its last
sample by the retention on every replica alike, also on one that has just started. What is kept here is for a
Prometheus that lost its data, or does not record the signals yet: a label set that was reported once stays
until it has been missing from answers for the retention. Time without answers does not count.
"""

from collections.abc import Collection, Mapping

from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION, Expansion
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.thresholds import Labels

#: Label sets of one tenant and key; each is a series for every tier of the key.
LABEL_SETS_PER_KEY = 1_000


class Memory:
    """The label sets of open keys.

    Args:
        retention: Seconds that a label set may be missing from answers.
        limit: Most label sets of one tenant and key.
    """

    def __init__(self, retention: float, limit: int = LABEL_SETS_PER_KEY) -> None:
        self._retention = retention
        self._limit = limit
        #: By key name and tenant: label sets, and for how many seconds of answers they have been missing.
        self._missing: dict[str, dict[str, dict[Labels, float]]] = {}
        self._keys: dict[str, OpenKeys] = {}
        self._dropped: dict[tuple[str, str], int] = {}
        self._expansion = NO_EXPANSION

    def learn(
        self, name: str, keys: OpenKeys, answer: Mapping[str, Collection[Labels]], elapsed: float
    ) -> None:
        """Takes in the answer about one key.

        Args:
            name: The key's name.
            keys: Whom it has to be expanded for.
            answer: By tenant, the label sets that Prometheus reports.
            elapsed: Seconds since the answer before, at most the interval between two rounds.
        """
        self._dropped = {where: count for where, count in self._dropped.items() if where[1] != name}
        before = self._missing.get(name, {})
        # What a key was for in the last round, it is for in this one: matching costs more than all the rest.
        is_known = keys is self._keys.get(name)
        self._keys[name] = keys
        after: dict[str, dict[Labels, float]] = {}
        for tenant in keys.tenants:
            old = before.get(tenant, {})
            trusted = old if is_known else {}
            present = {
                labels
                for labels in answer.get(tenant, ())
                if labels in trusted or keys.are_for(tenant, labels)
            }
            held = {
                labels: missing + elapsed
                for labels, missing in old.items()
                if labels not in present
                and missing + elapsed < self._retention
                and (is_known or keys.are_for(tenant, labels))
            }
            self._keep(after, name, tenant, dict.fromkeys(present, 0.0) | held)
        self._missing[name] = after

    def forget_others(self, names: Collection[str]) -> None:
        """Forgets the keys that no longer have to be expanded."""
        self._missing = {name: tenants for name, tenants in self._missing.items() if name in names}
        self._keys = {name: keys for name, keys in self._keys.items() if name in names}
        self._dropped = {where: count for where, count in self._dropped.items() if where[1] in names}

    def expansion(self) -> Expansion:
        """What is known now; the same object as long as it is the same."""
        tenants: dict[str, dict[tuple[str, str], tuple[Labels, ...]]] = {}
        for name, by_tenant in self._missing.items():
            for tenant, sets in by_tenant.items():
                tenants.setdefault(tenant, {})[tenant, name] = tuple(sorted(sets))
        expansion = Expansion(tenants, dict(self._dropped))
        if expansion != self._expansion:
            self._expansion = expansion
        return self._expansion

    def _keep(
        self, tenants: dict[str, dict[Labels, float]], name: str, tenant: str, sets: dict[Labels, float]
    ) -> None:
        """Keeps the first label sets up to the limit: those that are there before those that are held."""
        if len(sets) > self._limit:
            self._dropped[tenant, name] = len(sets) - self._limit
            first = sorted(sets, key=lambda labels: (sets[labels] > 0, labels))[: self._limit]
            sets = {labels: sets[labels] for labels in first}
        if sets:
            tenants[tenant] = sets
