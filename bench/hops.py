"""A change's way to its notification: the instants at which it was seen, and what lies between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

HOPS = ("exporter", "scrape", "evaluation", "for", "notification")
"""In the order in which a change passes them."""


@dataclass(frozen=True, slots=True)
class Change:
    """When one change was where; Unix seconds.

    Attributes:
        tenant: whose value was changed.
        saved: its file had its name.
        served: every exporter's ``/metrics`` had the new threshold.
        scraped: Prometheus' first sample of it from the last exporter.
        pending: the evaluation that saw the alert's condition.
        firing: the evaluation after which the alert had been pending for its ``for``.
        notified: the receiver had the notification.
    """

    tenant: str
    saved: float
    served: float
    scraped: float
    pending: float
    firing: float
    notified: float

    @property
    def hops(self) -> dict[str, float]:
        """Seconds that each hop took."""
        # Seen by asking again and again; a scrape that had it is an earlier witness.
        served = min(self.served, self.scraped)
        instants = (self.saved, served, self.scraped, self.pending, self.firing, self.notified)
        taken = (later - earlier for earlier, later in pairwise(instants))
        return dict(zip(HOPS, taken, strict=True))

    @property
    def total(self) -> float:
        """Seconds from the file to the receiver."""
        return self.notified - self.saved


@dataclass(frozen=True, slots=True)
class Spread:
    """How a quantity is distributed."""

    minimum: float
    median: float
    p90: float
    maximum: float
    mean: float


def spread(values: Sequence[float]) -> Spread:
    """The distribution of values; the 90th percentile is interpolated between the two around it."""
    p90 = quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
    return Spread(min(values), median(values), p90, max(values), sum(values) / len(values))


def by_hop(changes: Iterable[Change]) -> Mapping[str, list[float]]:
    """Every change's seconds in each hop."""
    taken: dict[str, list[float]] = {hop: [] for hop in HOPS}
    for change in changes:
        for hop, seconds in change.hops.items():
            taken[hop].append(seconds)
    return taken
