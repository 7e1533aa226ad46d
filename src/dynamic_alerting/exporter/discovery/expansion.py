"""What open keys are expanded to, for each tenant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dynamic_alerting.model.thresholds import NO_EXPANSIONS, Expansions


@dataclass(frozen=True, slots=True)
class Expansion:
    """The label sets of now, of the tenants that have open keys. Never changes; equal ones are one object.

    Attributes:
        tenants: By tenant, what its resolution needs.
        dropped: By tenant and key name, the number of label sets beyond the bound.
    """

    tenants: Mapping[str, Expansions] = field(default_factory=dict)
    dropped: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def of(self, tenant: str) -> Expansions:
        """What one tenant's resolution needs."""
        return self.tenants.get(tenant, NO_EXPANSIONS)

    @property
    def label_sets(self) -> int:
        """How many label sets there are, over all tenants and keys."""
        return sum(len(sets) for expansions in self.tenants.values() for sets in expansions.values())


NO_EXPANSION = Expansion()
