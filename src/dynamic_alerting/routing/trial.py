"""A rule tried on the alerts that the packs can make: what it silences, and whether it should."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dynamic_alerting.model.severity import TIERS, Severity
from dynamic_alerting.routing.alerts import PossibleAlert, info_inhibitor
from dynamic_alerting.routing.matchers import all_match
from dynamic_alerting.routing.rule import InhibitionRule

RANK: Mapping[str, int] = {severity.value: rank for rank, severity in enumerate(TIERS)}
"""How bad a severity is."""


class Harm(StrEnum):
    """What a rule does to an alert that it should leave alone; the worst first."""

    OTHER_TENANT = "other-tenant"
    PLATFORM = "platform"
    OTHER_DIMENSION = "other-dimension"
    MORE_SEVERE = "more-severe"
    OTHER_ALERT = "other-alert"


@dataclass(frozen=True, slots=True)
class Pair:
    """One alert that silences another, or should.

    Attributes:
        source: the one that fires; None for an alert that is not of the packs.
        target: the one that is silenced.
    """

    source: PossibleAlert | None
    target: PossibleAlert


@dataclass(frozen=True, slots=True)
class Scene:
    """The alerts that rules are tried on.

    Attributes:
        alerts: all of the packs.
        made_of_them: alerts of others that are made of these, and only silence.
        names: every ``alertname`` of the packs.
    """

    alerts: tuple[PossibleAlert, ...]
    made_of_them: tuple[PossibleAlert, ...] = field(init=False)
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        info = (alert for alert in self.alerts if alert.severity == Severity.INFO)
        object.__setattr__(self, "made_of_them", tuple(info_inhibitor(alert) for alert in info))
        object.__setattr__(self, "names", frozenset(alert.kind.name for alert in self.alerts))


def harms(rule: InhibitionRule, scene: Scene) -> dict[Harm, Pair]:
    """Return what a rule should not do, with the first pair that shows it."""
    able_to_silence = (*scene.alerts, *scene.made_of_them)
    sources = [alert for alert in able_to_silence if all_match(rule.source, alert.labels)]
    targets = [alert for alert in scene.alerts if all_match(rule.target, alert.labels)]
    found: dict[Harm, Pair] = {}
    if not sources and not rule.equal and targets:
        # Whatever it is that fires, it has nothing in common with what it silences.
        for target in targets:
            found.setdefault(Harm.OTHER_TENANT if target.tenant else Harm.PLATFORM, Pair(None, target))
    firing: dict[tuple[str, ...], list[PossibleAlert]] = {}
    for source in sources:
        firing.setdefault(rule.key(source.labels), []).append(source)
    two_sided = {id(alert) for alert in sources} & {id(alert) for alert in targets}
    chosen = chooses_alerts(rule, scene)
    for target in targets:
        for source in firing.get(rule.key(target.labels), ()):
            if id(target) in two_sided and id(source) in two_sided:
                continue
            harm = _harm(source, target, by_name=chosen)
            if harm is not None and harm not in found:
                found[harm] = Pair(source, target)
    return {harm: found[harm] for harm in Harm if harm in found}


def _harm(source: PossibleAlert, target: PossibleAlert, *, by_name: bool) -> Harm | None:
    """Tell what is wrong if one alert silences another; None if that is right, or somebody's decision."""
    if source is target:
        return None
    if not source.tenant or not target.tenant:
        return Harm.PLATFORM
    if source.tenant != target.tenant:
        return Harm.OTHER_TENANT
    shared = source.kind.dimensions.keys() & target.kind.dimensions.keys()
    if any(source.labels[label] != target.labels[label] for label in shared):
        return Harm.OTHER_DIMENSION
    if source.kind is not target.kind:
        return None if by_name else Harm.OTHER_ALERT
    return None if RANK[source.severity] > RANK[target.severity] else Harm.MORE_SEVERE


def chooses_alerts(rule: InhibitionRule, scene: Scene) -> bool:
    """Tell whether somebody decided, by name, which alerts make others superfluous."""
    named = [matcher for matcher in rule.source if matcher.label == "alertname"]
    return any(not all_match(named, {"alertname": name}) for name in scene.names)
