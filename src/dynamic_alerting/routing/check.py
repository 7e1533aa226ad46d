"""Whether a configuration's inhibition holds back what it should, and nothing else.

Nothing is concluded from a rule's text: alerts as the packs make them are put before the rules, pair by pair,
and Alertmanager's meaning decides which one silences which.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from dynamic_alerting.model.severity import TIERS
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.routing.alerts import AlertKind, PossibleAlert, alert_kinds, possible_alerts
from dynamic_alerting.routing.configuration import Configuration, InhibitionRule
from dynamic_alerting.routing.inhibition import equal_labels
from dynamic_alerting.routing.matchers import LabelMatcher, all_match
from dynamic_alerting.routing.named_values import named_values

TENANTS = ("tenant-1", "tenant-2")
_RANK = {severity.value: rank for rank, severity in enumerate(TIERS)}
_NO_TENANT = LabelMatcher("tenant", "=", "")
_A_TENANT = LabelMatcher("tenant", "=~", ".+")
_NOT_THE_PLATFORM = LabelMatcher("component", "!=", "platform")


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
class HarmfulRule:
    """A rule that silences what it should not.

    Attributes:
        rule: the rule, with its place.
        harms: what it does, each with the first pair that shows it.
        instead: a rule that does not; None where the rule has no use then.
    """

    rule: InhibitionRule
    harms: Mapping[Harm, Pair]
    instead: InhibitionRule | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found.

    Attributes:
        harmful: rules that silence strangers.
        untold: of each alert that is notified of once for every tier, the first pair.
        alerts: how many kinds of alerts there are.
        line: where ``inhibit_rules`` stands.
    """

    harmful: tuple[HarmfulRule, ...]
    untold: tuple[Pair, ...]
    kinds: int
    line: int

    @property
    def is_good(self) -> bool:
        """Whether nothing was found."""
        return not self.harmful and not self.untold


@dataclass(frozen=True, slots=True)
class Scene:
    """The alerts that rules are tried on.

    Attributes:
        alerts: all of them.
        names: every ``alertname``.
    """

    alerts: tuple[PossibleAlert, ...]
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(alert.kind.name for alert in self.alerts))


def check(
    configuration: Configuration,
    packs: Sequence[Pack],
    *,
    tenants: Sequence[str] = (),
    external_labels: Mapping[str, str] | None = None,
) -> Checked:
    """Try a configuration's rules on the packs' alerts.

    Args:
        configuration: what Alertmanager has.
        packs: whose alerts.
        tenants: names to try beside made-up ones and those that the rules name.
        external_labels: labels that Prometheus adds to every alert.
    """
    matchers = [each for rule in configuration.rules for each in (*rule.source, *rule.target)]
    kinds = alert_kinds(packs)
    further = dict(external_labels or {})
    labels = {label for kind in kinds for label in kind.dimensions}
    values = {label: named_values(matchers, label) for label in labels}
    everyone = list(dict.fromkeys((*tenants, *TENANTS, *named_values(matchers, "tenant"))))
    scene = Scene(tuple(possible_alerts(kinds, everyone, values, further)))
    harmful, good = [], []
    for rule in configuration.rules:
        if harms := _harms(rule, scene):
            harmful.append(HarmfulRule(rule, harms, _instead(rule, scene, equal_labels(packs))))
        else:
            good.append(rule)
    untold = tuple(_untold(kinds, everyone[:2], further, good))
    return Checked(tuple(harmful), untold, len(kinds), configuration.line)


def _harms(rule: InhibitionRule, scene: Scene) -> dict[Harm, Pair]:
    """Return what a rule should not do, with the first pair that shows it."""
    sources = [alert for alert in scene.alerts if all_match(rule.source, alert.labels)]
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
    chosen = _chooses_alerts(rule, scene)
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
    return None if _RANK[source.severity] > _RANK[target.severity] else Harm.MORE_SEVERE


def _chooses_alerts(rule: InhibitionRule, scene: Scene) -> bool:
    """Tell whether somebody decided, by name, which alerts make others superfluous."""
    named = [matcher for matcher in rule.source if matcher.label == "alertname"]
    return any(not all_match(named, {"alertname": name}) for name in scene.names)


def _instead(rule: InhibitionRule, scene: Scene, equal: Sequence[str]) -> InhibitionRule | None:
    """Return the rule with the least changed that makes it harmless, in the form that suits its purpose."""
    of_ours = replace(rule, equal=tuple(sorted({*rule.equal, *equal})))
    of_tenants = _narrowed(of_ours, _A_TENANT)
    of_others = _narrowed(rule, _NO_TENANT)
    neither = _narrowed(of_others, _NOT_THE_PLATFORM)
    about_tenants = "tenant" in {*rule.equal, *(matcher.label for matcher in (*rule.source, *rule.target))}
    tried = (of_ours, of_tenants, of_others, neither) if about_tenants else (of_others, neither)
    return next((each for each in tried if not _harms(each, scene)), None)


def _narrowed(rule: InhibitionRule, matcher: LabelMatcher) -> InhibitionRule:
    source = rule.source if matcher in rule.source else (*rule.source, matcher)
    target = rule.target if matcher in rule.target else (*rule.target, matcher)
    return replace(rule, source=source, target=target)


def _untold(
    kinds: Sequence[AlertKind],
    tenants: Sequence[str],
    further: Mapping[str, str],
    rules: Sequence[InhibitionRule],
) -> Iterator[Pair]:
    """Find alerts of which a lower tier is notified of although a higher one fires."""
    for kind in kinds:
        if not kind.of_tenants or len(kind.severities) < len(TIERS):
            continue
        tiers: dict[tuple[str, ...], list[PossibleAlert]] = {}
        for alert in possible_alerts([kind], tenants, {}, further):
            place = tuple(alert.labels.get(label, "") for label in ("tenant", *kind.dimensions))
            tiers.setdefault(place, []).append(alert)
        pair = next(
            (
                Pair(higher, lower)
                for alerts in tiers.values()
                for lower, higher in _lower_and_higher(alerts)
                if not any(rule.silences(higher.labels, lower.labels) for rule in rules)
            ),
            None,
        )
        if pair is not None:
            yield pair


def _lower_and_higher(alerts: list[PossibleAlert]) -> list[tuple[PossibleAlert, PossibleAlert]]:
    """Return critical over warning, critical over info and warning over info of one alert."""
    ordered = sorted(alerts, key=lambda alert: _RANK[alert.severity])
    return [*pairwise(ordered), (ordered[0], ordered[-1])]
