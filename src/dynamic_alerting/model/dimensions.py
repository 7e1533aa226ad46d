"""Which dimensional thresholds a key has, and where they differ from its base threshold.

Rules join dimensional thresholds by plain equality and fall back to the base threshold where there is
none. So a series is served for each label set that an exact key names, for each label set of now that a
key matches, and for each pattern as written; but never where the base threshold has the last word.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dynamic_alerting.model.catalogue import Direction
from dynamic_alerting.model.matchers import Matcher
from dynamic_alerting.model.patterns import matches
from dynamic_alerting.model.rungs import Rung, Said, dimensional_rung
from dynamic_alerting.model.severity import TIERS, Severity
from dynamic_alerting.model.thresholds import Labels


class DimensionalRung(NamedTuple):
    """What one author says for the label sets that some matchers match."""

    matchers: tuple[Matcher, ...]
    rung: Rung

    @property
    def is_regex(self) -> bool:
        """Whether any of its matchers is a pattern."""
        return any(matcher.is_regex for matcher in self.matchers)

    def applies_to(self, labels: Labels) -> bool:
        """Tell whether it is for a label set; a label that the set lacks is empty, as in PromQL."""
        present = dict(labels)
        return all(_is_met(matcher, present.get(matcher.label, "")) for matcher in self.matchers)


class Ladder(NamedTuple):
    """Every rung that is asked for one key name, apart from the platform's base.

    Attributes:
        tenant: the tenant's dimensional rungs, the first asked first.
        tenant_base: what the tenant's base key says.
        platform: the platform's dimensional rungs.
        base: what the base threshold comes to, the platform's share included.
        direction: on which side of its threshold the signal is bad.
    """

    tenant: Sequence[DimensionalRung]
    tenant_base: Rung
    platform: Sequence[DimensionalRung]
    base: Rung
    direction: Direction


class Dimensional(NamedTuple):
    """One dimensional threshold of a key."""

    severity: Severity
    number: float
    dimensions: Labels
    patterns: Labels
    said: Said


def dimensional_rungs(said: Iterable[Said], without: Iterable[Said] = ()) -> list[DimensionalRung]:
    """Order one author's dimensional keys as they are asked: exact, then regex; most matchers; first written.

    Args:
        said: what the author says of one key name.
        without: what a stronger author says; the same key of this author then says nothing.
    """
    replaced = {other.key for other in without}
    pairs: dict[tuple[Matcher, ...], list[Said | None]] = {}
    for one in said:
        if one.key not in replaced:
            pair = pairs.setdefault(one.key.matchers, [None, None])
            pair[one.key.is_critical] = pair[one.key.is_critical] or one
    rungs = [DimensionalRung(matchers, dimensional_rung(*pair)) for matchers, pair in pairs.items()]
    return sorted(rungs, key=lambda rung: (rung.is_regex, -len(rung.matchers)))


def resolve_dimensions(ladder: Ladder, present: Iterable[Labels]) -> Iterator[Dimensional]:
    """Yield every dimensional threshold of a key; `present` are the label sets that its signal has now."""
    for labels in _targets(ladder, present):
        tenant = [rung.rung for rung in ladder.tenant if rung.applies_to(labels)]
        platform = [rung.rung for rung in ladder.platform if rung.applies_to(labels)]
        yield from _served(ladder, tenant, platform, labels, ())
    patterns = dict.fromkeys(rung.matchers for rung in (*ladder.tenant, *ladder.platform) if rung.is_regex)
    for matchers in patterns:
        tenant = [rung.rung for rung in ladder.tenant if rung.matchers == matchers]
        platform = [rung.rung for rung in ladder.platform if rung.matchers == matchers]
        exact = tuple((matcher.label, matcher.value) for matcher in matchers if not matcher.is_regex)
        regex = tuple((matcher.label, matcher.value) for matcher in matchers if matcher.is_regex)
        yield from _served(ladder, tenant, platform, exact, regex)


def _targets(ladder: Ladder, present: Iterable[Labels]) -> Iterable[Labels]:
    """Return each label set that may need a threshold of its own, once."""
    rungs = (*ladder.tenant, *ladder.platform)
    targets: dict[Labels, None] = {}
    for rung in rungs:
        if not rung.is_regex:
            targets[tuple((matcher.label, matcher.value) for matcher in rung.matchers)] = None
    for labels in present:
        # An empty label is no label, and a set without labels is the base threshold's.
        labelled = tuple(sorted(label for label in labels if label[1]))
        if labelled and any(rung.applies_to(labelled) for rung in rungs):
            targets[labelled] = None
    return targets


def _served(
    ladder: Ladder, tenant: Sequence[Rung], platform: Sequence[Rung], dimensions: Labels, patterns: Labels
) -> Iterator[Dimensional]:
    for severity in TIERS:
        said = _first(severity, tenant)
        if said is None and severity not in ladder.tenant_base:
            said = _first(severity, platform)
        if said is None:
            continue
        number = said.number
        if number is None:
            base = ladder.base.get(severity)
            if base is None or base.number is None:
                continue  # no base threshold, so none that would have to be kept away
            number = math.inf if ladder.direction is Direction.ABOVE else -math.inf
        yield Dimensional(severity, number, dimensions, patterns, said)


def _first(severity: Severity, rungs: Sequence[Rung]) -> Said | None:
    return next((rung[severity] for rung in rungs if severity in rung), None)


def _is_met(matcher: Matcher, value: str) -> bool:
    return matches(matcher.value, value) if matcher.is_regex else matcher.value == value
