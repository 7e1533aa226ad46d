"""Why one tier of a threshold is what the resolver says it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dynamic_alerting.exporter.exposition import number
from dynamic_alerting.model.dimensions import Ladder, applies, deciding, number_of
from dynamic_alerting.model.resolution import Labels, Layer, Threshold
from dynamic_alerting.model.rungs import Said
from dynamic_alerting.model.severity import TIERS, Severity
from dynamic_alerting.tenants.explanation import Outcome, Step, Target, Tier, Verdict
from dynamic_alerting.tenants.statements import Statement
from dynamic_alerting.tenants.value_words import written

Served = Mapping[tuple[Severity, Labels, Labels], Threshold]
"""The resolver's thresholds of one key, by tier, labels and patterns."""

_GENERAL = (Layer.TENANT, Layer.DEFAULT, Layer.PACK)


@dataclass(frozen=True, slots=True)
class Search:
    """Everything that a search for one key of a tenant looks at.

    Attributes:
        ladder: what the resolver asks.
        served: what the resolver answers.
        statements: everything written, in the order in which it is asked.
        nobody: why there is nothing where nobody sets anything, as a sentence.
        dropped: what of the answer is beyond the limit of series, and not served.
        beyond: why that is, as the end of a sentence.
    """

    ladder: Ladder
    served: Served
    statements: Sequence[Statement]
    nobody: str
    dropped: Served
    beyond: str

    def target(self, labels: Labels = (), patterns: Labels = (), selector: str | None = None) -> Target:
        """Explain one label set, one pattern as it is written (by its selector), or the base threshold."""
        decisive: Mapping[Severity, Said] = self.ladder.base
        if labels or patterns:
            decisive = deciding(self.ladder, labels, selector)
        concerned = [one for one in self.statements if self._concerns(one, labels, selector)]
        tiers = [
            self._tier(severity, labels, patterns, decisive.get(severity), concerned)
            for severity in TIERS
            if self._matters(severity, concerned)
        ]
        return Target(labels, patterns, tuple(tiers))

    def _concerns(self, one: Statement, labels: Labels, selector: str | None) -> bool:
        key = one.entry.key
        if one.layer in _GENERAL:
            return True
        if selector is not None:
            return key.selector == selector
        return bool(labels) and applies(key, dict(labels))

    @staticmethod
    def _matters(severity: Severity, concerned: Sequence[Statement]) -> bool:
        """Warning and critical always do; info only where somebody names it."""
        if severity is not Severity.INFO:
            return True
        return any(
            one.said is not None and one.said.number is not None and one.said.severity is severity
            for one in concerned
        )

    def _tier(
        self,
        severity: Severity,
        labels: Labels,
        patterns: Labels,
        decisive: Said | None,
        concerned: Sequence[Statement],
    ) -> Tier:
        steps = tuple(
            _step(one, _verdict(one, severity, decisive or self.ladder.base.get(severity), concerned))
            for one in concerned
        )
        threshold = self.served.get((severity, labels, patterns))
        dropped = self.dropped.get((severity, labels, patterns))
        if dropped is not None:
            return self._dropped(severity, dropped, steps)
        is_dimensional = bool(labels or patterns)
        if threshold is not None:
            why = _why_served(threshold, is_dimensional=is_dimensional)
            return Tier(severity, Outcome.SERVED, threshold.value, why, steps)
        if is_dimensional and decisive is None:
            return self._base_tier(severity, steps)
        if decisive is not None:
            number_awaited = number_of(decisive, severity, self.ladder) if is_dimensional else None
            if number_awaited is not None:
                why = f"{_decides(decisive)}, and is served as soon as there is a series with these labels."
                return Tier(severity, Outcome.AWAITED, number_awaited, why, steps)
            outcome, why = _why_not(decisive, is_dimensional=is_dimensional)
            return Tier(severity, outcome, None, why, steps)
        return Tier(severity, Outcome.UNSET, None, _why_unset(steps) or self.nobody, steps)

    def _dropped(self, severity: Severity, threshold: Threshold, steps: tuple[Step, ...]) -> Tier:
        why = f"{_decides(threshold)}, but is not served: {self.beyond}."
        return Tier(severity, Outcome.DROPPED, None, why, steps)

    def _base_tier(self, severity: Severity, steps: tuple[Step, ...]) -> Tier:
        base = self.served.get((severity, (), ()))
        dropped = self.dropped.get((severity, (), ()))
        if dropped is not None:
            return self._dropped(severity, dropped, steps)
        if base is None:
            return self._without_base(severity, steps)
        place = base.origin.place
        why = f"No key is for these labels in this tier, so the base threshold of {place} applies."
        return Tier(severity, Outcome.BASE, base.value, why, steps)

    def _without_base(self, severity: Severity, steps: tuple[Step, ...]) -> Tier:
        said = self.ladder.base.get(severity)
        if said is None:
            why = (
                _why_unset(steps)
                or "No key is for these labels in this tier, and there is no base threshold."
            )
            return Tier(severity, Outcome.UNSET, None, why, steps)
        outcome, why = _why_not(said, is_dimensional=False)
        return Tier(severity, outcome, None, f"No key is for these labels in this tier; {why}", steps)


def _verdict(
    one: Statement, severity: Severity, decisive: Said | None, concerned: Sequence[Statement]
) -> Verdict:
    key = one.entry.key
    if one.said is None:
        return Verdict.OMITTED
    if severity not in one.rung:
        return Verdict.SILENT
    if not one.is_taken:
        return Verdict.NOT_TAKEN
    if decisive is not None and decisive.origin == one.entry.origin and decisive.key == key:
        return Verdict.DECIDES
    if any(
        other.said is not None and other.author < one.author and other.entry.key == key for other in concerned
    ):
        return Verdict.REPLACED
    return Verdict.OVERRULED


def _step(one: Statement, verdict: Verdict) -> Step:
    key, value, origin = one.entry
    window, expires = (one.said.window, one.said.expires) if one.said else (None, None)
    return Step(one.layer, key.text, origin, written(value), one.says, window, expires, one.expired, verdict)


def _in_window(window: str | None) -> str:
    return f", inside its window {window}" if window else ""


def _decides(decisive: Threshold | Said) -> str:
    return f"{decisive.key} in {decisive.origin.place} decides{_in_window(decisive.window)}"


def _why_served(threshold: Threshold, *, is_dimensional: bool) -> str:
    decides = _decides(threshold)
    if is_dimensional and threshold.value in (float("inf"), float("-inf")):
        return (
            f"{decides}: disabled, which is served as {number(threshold.value)}, a number no value crosses."
        )
    return f"{decides}."


def _why_not(decisive: Said, *, is_dimensional: bool) -> tuple[Outcome, str]:
    place = f"{decisive.key} in {decisive.origin.place}"
    if decisive.severity is not Severity.WARNING and not decisive.key.is_critical:
        why = f"{place} names the severity {decisive.severity}, which takes the place of this tier"
        return Outcome.MOVED, f"{why}{_in_window(decisive.window)}."
    if is_dimensional:
        why = f"{place} disables these labels{_in_window(decisive.window)}, and there is no base threshold."
        return Outcome.DISABLED, why
    return Outcome.DISABLED, f"{place} disables it{_in_window(decisive.window)}."


def _why_unset(steps: Sequence[Step]) -> str | None:
    """Why there is nothing although something is written; None where that is not why."""
    for step in steps:
        if step.verdict is Verdict.NOT_TAKEN:
            return f"The default of {step.origin.place} belongs to a pack that the tenant does not take."
    for step in steps:
        if step.expired is not None:
            return f"{step.key} in {step.origin.place} has expired, and there is no default."
    for step in steps:
        if step.verdict is Verdict.OMITTED:
            return f"{step.key} in {step.origin.place} leaves it to the defaults, and there is none."
    return None
