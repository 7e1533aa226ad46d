"""Whether a configuration's inhibition holds back what it should, and nothing else.

Nothing is concluded from a rule's text: alerts as the packs make them are put before the rules, pair by pair,
and Alertmanager's meaning decides which one silences which.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dynamic_alerting.model.severity import TIERS
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.routing.alerts import (
    AlertKind,
    PossibleAlert,
    alert_kinds,
    in_two_environments,
    possible_alerts,
)
from dynamic_alerting.routing.configuration import Configuration
from dynamic_alerting.routing.inhibition import equal_labels
from dynamic_alerting.routing.named_values import named_values
from dynamic_alerting.routing.remedies import instead_of
from dynamic_alerting.routing.rule import InhibitionRule
from dynamic_alerting.routing.trial import RANK, Harm, Pair, Scene, harms

TENANTS = ("tenant-1", "tenant-2")


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
        kinds: how many alerting rules there are.
        line: where ``inhibit_rules`` stands.
        environment_label: the label by which environments were told apart.
    """

    harmful: tuple[HarmfulRule, ...]
    untold: tuple[Pair, ...]
    kinds: int
    line: int
    environment_label: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing was found."""
        return not self.harmful and not self.untold


def check(
    configuration: Configuration,
    packs: Sequence[Pack],
    *,
    tenants: Sequence[str] = (),
    external_labels: Mapping[str, str] | None = None,
    environment_label: str | None = None,
) -> Checked:
    """Try a configuration's rules on the packs' alerts.

    Args:
        configuration: what Alertmanager has.
        packs: whose alerts.
        tenants: names to try beside made-up ones and those that the rules name.
        external_labels: labels that Prometheus adds to every alert.
        environment_label: the label by which several environments of one Prometheus are told apart.
    """
    kinds = alert_kinds(packs)
    if environment_label is not None:
        kinds = in_two_environments(kinds, environment_label)
    equal = equal_labels(packs, environment_label)
    further = dict(external_labels or {})
    scenes = _Scenes(kinds, (*tenants, *TENANTS), further)
    harmful, good = [], []
    for rule in configuration.rules:
        scene = scenes.of(rule)
        if found := harms(rule, scene):
            harmful.append(HarmfulRule(rule, found, instead_of(rule, scene, equal)))
        else:
            good.append(rule)
    untold = tuple(_untold(kinds, tenants or TENANTS, further, good))
    return Checked(tuple(harmful), untold, len(kinds), configuration.line, environment_label)


class _Scenes:
    """The alerts to try a rule on: with the tenants and values that it names, which few rules do."""

    def __init__(
        self, kinds: Sequence[AlertKind], tenants: Sequence[str], further: Mapping[str, str]
    ) -> None:
        self._kinds = kinds
        self._tenants = tenants
        self._further = further
        self._labels = sorted({label for kind in kinds for label in kind.dimensions})
        self._made: dict[tuple[tuple[str, ...], ...], Scene] = {}

    def of(self, rule: InhibitionRule) -> Scene:
        """Return the scene for a rule."""
        matchers = (*rule.source, *rule.target)
        named = tuple(tuple(named_values(matchers, label)) for label in ("tenant", *self._labels))
        if named not in self._made:
            tenants = list(dict.fromkeys((*self._tenants, *named[0])))
            values = dict(zip(self._labels, named[1:], strict=True))
            alerts = possible_alerts(self._kinds, tenants, values, self._further)
            self._made = {named: Scene(tuple(alerts))}  # the last one only: a scene is large
        return self._made[named]


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
    ordered = sorted(alerts, key=lambda alert: RANK[alert.severity])
    return [*pairwise(ordered), (ordered[0], ordered[-1])]
