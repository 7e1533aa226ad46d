"""What to write instead of a rule that does harm, tried before it is said."""

from collections.abc import Sequence
from dataclasses import replace

from dynamic_alerting.model.severity import TIERS
from dynamic_alerting.routing.matchers import LabelMatcher, all_match
from dynamic_alerting.routing.named_values import named_values
from dynamic_alerting.routing.rule import InhibitionRule
from dynamic_alerting.routing.trial import Scene, chooses_alerts, harms

_NO_TENANT = LabelMatcher("tenant", "=", "")
_A_TENANT = LabelMatcher("tenant", "=~", ".+")
_NOT_THE_PLATFORM = LabelMatcher("component", "!=", "platform")


def instead_of(rule: InhibitionRule, scene: Scene, equal: Sequence[str]) -> InhibitionRule | None:
    """Return the rule with the least changed that makes it harmless, in the form that suits its purpose.

    A rule that somebody wrote for alerts of others leaves the packs' alone; one for alerts of the packs
    compares what tells them apart.
    """
    named = chooses_alerts(rule, scene)
    compared = [{"tenant"}, set(equal) - {"alertname"}] if named else [set(equal)]
    of_ours = [replace(rule, equal=tuple(sorted({*rule.equal, *labels}))) for labels in compared]
    of_ours.append(_narrowed(of_ours[-1], _A_TENANT))
    of_others = _narrowed(rule, _NO_TENANT)
    left_alone = [of_others, _narrowed(of_others, _NOT_THE_PLATFORM)]
    if not _is_about_others(rule, scene):
        tried = [each for each in of_ours if _is_of_use(each, scene)]
    elif "tenant" in rule.equal:
        tried = [*of_ours, *left_alone]
    else:
        tried = left_alone
    return next((each for each in tried if not harms(each, scene)), None)


def _is_of_use(rule: InhibitionRule, scene: Scene) -> bool:
    return all(
        any(all_match(side, alert.labels) for alert in scene.alerts) for side in (rule.source, rule.target)
    )


def _is_about_others(rule: InhibitionRule, scene: Scene) -> bool:
    """Tell whether alerts of nobody's packs can meet both sides."""
    return all(_others_meet(side, scene) for side in (rule.source, rule.target))


def _others_meet(side: Sequence[LabelMatcher], scene: Scene) -> bool:
    """Make up an alert of others that meets the conditions, if one can."""
    wanted = [matcher for matcher in side if matcher.label == "alertname" and matcher.operator in {"=", "=~"}]
    if wanted and any(all_match(wanted, {"alertname": name}) for name in scene.names):
        return False
    labels = {"alertname": "AnAlertOfOthers"}
    for matcher in side:
        if matcher.operator in {"=", "=~"}:
            labels.update((matcher.label, value) for value in named_values([matcher], matcher.label)[:1])
    if any(labels.get(label) for label in ("tenant", "component", "metric_key")):
        return False
    return any(all_match(side, {"severity": severity.value, **labels}) for severity in TIERS)


def _narrowed(rule: InhibitionRule, matcher: LabelMatcher) -> InhibitionRule:
    source = rule.source if matcher in rule.source else (*rule.source, matcher)
    target = rule.target if matcher in rule.target else (*rule.target, matcher)
    return replace(rule, source=source, target=target)
