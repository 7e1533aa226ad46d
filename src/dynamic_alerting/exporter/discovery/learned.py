"""What discovery hands to the reload thread: one immutable value, exchanged in one assignment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION, Expansion
from dynamic_alerting.model.configuration import Configuration


@dataclass(frozen=True, slots=True)
class DiscoveryHealth:
    """How asking Prometheus has gone so far.

    Attributes:
        configured: There is a Prometheus to ask.
        names: Key names that have to be expanded, in order.
        last_success: When all of them were last answered, in seconds since the epoch.
        failures: Rounds in which at least one was not.
        problem: Why the last round failed; None if it did not.
        settled: Every key that has to be expanded was answered for at least once, or none has to be.
    """

    configured: bool = False
    names: Sequence[str] = ()
    last_success: float | None = None
    failures: int = 0
    problem: str | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """The outcome of the rounds so far.

    Attributes:
        expansion: The label sets of now.
        health: How asking has gone.
        configuration: The one that health tells of.
    """

    expansion: Expansion = NO_EXPANSION
    health: DiscoveryHealth = DiscoveryHealth()
    configuration: Configuration | None = field(default=None, compare=False)

    def is_complete_for(self, configuration: Configuration) -> bool:
        """Whether the patterns of a configuration were expanded once, as far as somebody can be asked."""
        if not self.health.configured:
            return True
        return self.health.settled and self.configuration is configuration


class Discoverer(Protocol):
    """What the reload thread needs of discovery."""

    @property
    def learned(self) -> Learned:
        """The outcome of the rounds so far; another object whenever anything is new."""

    def follow(self, configuration: Configuration) -> None:
        """Says which configuration is served now; returns at once."""


class NoDiscovery:
    """Learns nothing."""

    learned = Learned()

    def follow(self, configuration: Configuration) -> None:
        """Does nothing."""
