"""Tenants for an outage, the same in every pack: one whose alert goes on, one whose alert ends, and so on.

Their data are the examples of pack.yaml, so a new pack takes part without a line here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from dynamic_alerting.packs.examples import source_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dynamic_alerting.packs.pack import Example, Pack, Series, Threshold


class Phase(IntEnum):
    """Of a story's time."""

    BEFORE = 0
    EARLY = 1
    """From about when the exporters are lost."""
    LATE = 2
    """When Prometheus no longer looks back to what they served."""


@dataclass(frozen=True)
class Role:
    """What happens to a tenant: whether its signal is bad, by phase, and what its file says.

    Attributes:
        bad: By phase.
        spared: Its own threshold lies beyond the bad value.
        maintained: It is in maintenance.
        dimensional: Only the threshold of a dimension's value is crossed, the base one is not.
        state: It is about the pack's state filters.
    """

    name: str
    bad: tuple[bool, bool, bool]
    spared: bool = False
    maintained: bool = False
    dimensional: bool = False
    state: bool = False

    @property
    def has_defaults(self) -> bool:
        """Whether it has all thresholds of its pack; the others have their one key, which is cheaper."""
        return self.state or self.name == "goes-on"

    def fires(self, phase: Phase) -> bool:
        return self.bad[phase] and not self.spared and not self.maintained


GOES_ON, EARLY_ON, LATE_ON = (True, True, True), (False, True, True), (False, False, True)
EARLY_OFF, LATE_OFF = (True, False, False), (True, True, False)
ROLES = (
    Role("goes-on", GOES_ON),
    Role("removed", GOES_ON),
    Role("ends", EARLY_OFF),
    Role("ends-late", LATE_OFF),
    Role("begins", EARLY_ON),
    Role("begins-late", LATE_ON),
    Role("spared", EARLY_ON, spared=True),
    Role("spared-late", LATE_ON, spared=True),
    Role("maintained", GOES_ON, maintained=True),
    Role("maintained-late", LATE_ON, maintained=True),
    Role("dimension-goes-on", GOES_ON, dimensional=True),
    Role("dimension-begins-late", LATE_ON, dimensional=True),
    Role("state-goes-on", GOES_ON, state=True),
    Role("state-begins-late", LATE_ON, state=True),
)


@dataclass(frozen=True)
class Scene:
    """One tenant of one pack: what it is alerted by, when, and what its file and its database say.

    Attributes:
        bad: Source series that make the alert fire.
        good: Such as do not.
        key: What the tenant writes; nothing for a state filter.
        own: A threshold that the bad series cross.
        beyond: One that they do not.
        labels: The dimension that its alert is about.
    """

    pack: str
    role: Role
    alert: str
    severity: str
    bad: Series
    good: Series
    key: str = ""
    own: str = ""
    beyond: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, object]:
        """What the tenant writes of thresholds."""
        if not self.key:
            return {}
        if self.role.dimensional:
            dimensions = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
            return {self.key: self.beyond, f"{self.key}{{{dimensions}}}": self.own}
        return {self.key: self.beyond if self.role.spared else self.own}

    @property
    def tenant(self) -> str:
        return f"{self.pack}-{self.role.name}"

    @property
    def file(self) -> dict[str, dict[str, dict[str, object]]]:
        """What the tenant's file says."""
        packs = [self.pack] if self.role.has_defaults else []
        state = {"_state_maintenance": "enable"} if self.role.maintained else {}
        return {"tenants": {self.tenant: {"_packs": packs, **self.keys, **state}}}

    def page(self, phase: Phase) -> Iterator[str]:
        """The tenant's source series as they are scraped."""
        example = self.bad if self.role.bad[phase] else self.good
        named = source_series(example, 0, tenant=self.tenant)
        return (f"{series} {value}" for series, value in zip(named, example.values(), strict=True))


def scenes(packs: Iterable[Pack]) -> list[Scene]:
    """Every role of every pack that has such an alert; a pack without thresholds has none."""
    return [scene for pack in packs for role in ROLES for scene in _scene(pack, role)]


def expected(found: Iterable[Scene], phase: Phase) -> set[tuple[str, str]]:
    """The (alert, tenant) pairs that fire when a phase has settled, of those that the scenes are about."""
    return {(scene.alert, scene.tenant) for scene in found if scene.role.fires(phase)}


def _scene(pack: Pack, role: Role) -> Iterator[Scene]:
    if role.state:
        for alert in (each for each in pack.alerts if each.state_filter and _is_plain(each.example)):
            severity = next(each.severity for each in pack.state_filters if each.name == alert.state_filter)
            yield Scene(pack.pack, role, alert.name, str(severity), alert.example.fires, alert.example.quiet)
            return
        return
    for threshold in pack.thresholds:
        if _suits(pack, threshold, dimensional=role.dimensional):
            yield _of_key(pack, threshold, role)
            return


def _suits(pack: Pack, threshold: Threshold, *, dimensional: bool) -> bool:
    return (
        _is_plain(threshold.example)
        and threshold.direction == "above"
        and threshold.unit != "state"
        and bool(pack.signal_of(threshold).dimensions) == dimensional
    )


def _is_plain(example: Example) -> bool:
    """Whether its values are numbers that stay: nothing has to be counted up for it."""
    return not any(isinstance(each, str) for each in (*example.fires.values(), *example.quiet.values()))


def _of_key(pack: Pack, threshold: Threshold, role: Role) -> Scene:
    example = threshold.example
    text = str(threshold.default if example.threshold is None else example.threshold)
    number, _, severity = text.partition(":")
    severity = severity or "warning"
    return Scene(
        pack.pack,
        role,
        threshold.alert.name,
        severity,
        example.fires,
        example.quiet,
        threshold.key,
        f"{number}:{severity}",
        f"{_beyond(float(number), threshold.unit)!r}:{severity}",
        example.labels,
    )


def _beyond(number: float, unit: str) -> float:
    """A threshold that the example's bad value does not cross."""
    return (number + 100) / 2 if unit == "percent" else number * 10 + 10
