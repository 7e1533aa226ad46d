"""Which dimensional thresholds a key has, and where they differ from its base threshold.

Rules join dimensional thresholds by plain equality and fall back to the base threshold where there is
none. So a series is served for each label set that an exact key names, for each label set of now that a
key matches, and for each pattern as written; but never where the base threshold has the last word.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from dynamic_alerting.model.catalogue import Direction
from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.patterns import matches
from dynamic_alerting.model.rungs import Rung, Said, dimensional_rung
from dynamic_alerting.model.severity import TIERS, Severity
from dynamic_alerting.model.thresholds import Labels

Steps: TypeAlias = Mapping[Severity, Sequence[Said]]
"""For each tier, the dimensional keys of one author that say something about it, the first asked first."""


class Ladder(NamedTuple):
    """Everything that is asked for one key name.

    Attributes:
        tenant: the tenant's dimensional keys.
        tenant_base: what the tenant's base key says.
        platform: the platform's dimensional keys.
        platform_base: what the platform's base key says.
        pack: the pack's dimensional keys.
        base: what the base threshold comes to, all layers together.
        direction: on which side of its threshold the signal is bad.
    """

    tenant: Steps
    tenant_base: Rung
    platform: Steps
    platform_base: Rung
    pack: Steps
    base: Rung
    direction: Direction


class Dimensional(NamedTuple):
    """One dimensional threshold of a key."""

    severity: Severity
    number: float
    dimensions: Labels
    patterns: Labels
    said: Said


def steps_of(said: Sequence[Said], without: Sequence[Said] = ()) -> Steps:
    """Order one author's dimensional keys as they are asked: exact, then regex; most matchers; first written.

    Args:
        said: what the author says of one key name.
        without: what a stronger author says; the same key of this author then says nothing.
    """
    if not said:
        return {}
    replaced = {other.key.text for other in without}
    pairs: dict[str, list[Said | None]] = {}
    line: dict[str, int] = {}
    for one in said:
        key = one.key
        text = key.text
        if text not in replaced and text not in line:
            line[text] = len(line)
            pairs.setdefault(key.selector, [None, None])[key.is_critical] = one
    steps: dict[Severity, list[Said]] = {}
    for plain, critical in pairs.values():
        for severity, one in dimensional_rung(plain, critical).items():
            steps.setdefault(severity, []).append(one)
    for several in steps.values():
        if len(several) > 1:
            several.sort(key=lambda one: (one.key.is_regex, -len(one.key.matchers), line[one.key.text]))
    return steps


def resolve_dimensions(ladder: Ladder, present: Iterable[Labels]) -> Iterator[Dimensional]:
    """Yield every dimensional threshold of a key; `present` are the label sets that its signal has now."""
    search = _Search(ladder)
    for labels in _targets(search.keys.values(), present):
        yield from _served(search, search.applicable(labels), labels, ())
    for selector, key in search.keys.items():
        if key.patterns:
            yield from _served(search, _Applicable((), None, selector), key.exact, key.patterns)


def deciding(ladder: Ladder, labels: Labels, selector: str | None = None) -> Mapping[Severity, Said]:
    """Return, for each tier, the dimensional key that ends the search; no tier that the base threshold ends.

    Args:
        ladder: what is asked.
        labels: the label set that a threshold is looked for.
        selector: the pattern key that is looked at as it is written, instead of a label set.
    """
    search = _Search(ladder)
    applicable = search.applicable(labels) if selector is None else _Applicable((), None, selector)
    found = {severity: search.decisive(severity, applicable) for severity in TIERS}
    return {severity: said for severity, said in found.items() if said is not None}


def _targets(keys: Iterable[ThresholdKey], present: Iterable[Labels]) -> Iterable[Labels]:
    """Return each label set that may need a threshold of its own, once."""
    targets = {key.exact: None for key in keys if not key.patterns}
    for labels in present:
        # An empty label is no label, and a set without labels is the base threshold's.
        labelled = tuple(sorted(label for label in labels if label[1]))
        if labelled:
            targets[labelled] = None
    return targets


def applies(key: ThresholdKey, values: Mapping[str, str]) -> bool:
    """Tell whether a key is for a label set; a label that the set lacks is empty, as in PromQL."""
    return all(values.get(label, "") == value for label, value in key.exact) and all(
        matches(pattern, values.get(label, "")) for label, pattern in key.patterns
    )


class _Tier(NamedTuple):
    """What one author says of a tier: exact keys by selector, each with its place, and patterns in order."""

    exact: Mapping[str, tuple[int, Said]]
    patterns: Sequence[Said]


class _Applicable:
    """The keys that are for a label set; patterns are matched only if no exact key has the last word.

    Args:
        exact: the selectors of exact keys.
        values: the label set; None for a pattern as it is written.
        selector: that of the pattern as it is written.
    """

    def __init__(
        self, exact: Collection[str], values: Mapping[str, str] | None, selector: str | None = None
    ) -> None:
        self._exact = exact
        self._values = values
        self._known = {} if selector is None else {selector: True}

    def first(self, tier: _Tier | None) -> Said | None:
        """Return the key that is asked first; None where none is for the label set."""
        if tier is None:
            return None
        if tier.exact:
            found = [tier.exact[selector] for selector in self._exact if selector in tier.exact]
            if found:
                return min(found, key=itemgetter(0))[1]
        for said in tier.patterns:
            if self._is_for(said.key):
                return said
        return None

    def _is_for(self, key: ThresholdKey) -> bool:
        is_for = self._known.get(key.selector)
        if is_for is None:
            is_for = self._values is not None and applies(key, self._values)
            self._known[key.selector] = is_for
        return is_for


class _Search:
    """A ladder, prepared to be asked for many label sets: of a thousand exact keys, each is such a set.

    Attributes:
        ladder: what is asked.
        keys: all of its dimensional keys, by selector.
        tiers: those that any of them says something about.
    """

    def __init__(self, ladder: Ladder) -> None:
        steps = (*ladder.tenant.values(), *ladder.platform.values(), *ladder.pack.values())
        self.ladder = ladder
        self.keys = {one.key.selector: one.key for tier in steps for one in tier}
        self.tiers = [
            tier for tier in TIERS if tier in ladder.tenant or tier in ladder.platform or tier in ladder.pack
        ]
        self._exact = {key.exact: key for key in self.keys.values() if not key.patterns}
        self._tenant = {severity: _tier(said) for severity, said in ladder.tenant.items()}
        self._platform = {severity: _tier(said) for severity, said in ladder.platform.items()}
        self._pack = {severity: _tier(said) for severity, said in ladder.pack.items()}

    def applicable(self, labels: Labels) -> _Applicable:
        """Return the keys that are for a label set."""
        values = dict(labels)
        if len(labels) == 1:
            key = self._exact.get(labels)  # an exact key names at least one label
            exact = [] if key is None else [key.selector]
        elif len(self._exact) >> len(labels):
            # Exact keys name some of the set's labels: with fewer such choices than keys, look them up.
            ordered = sorted(labels)
            choices = chain.from_iterable(combinations(ordered, n + 1) for n in range(len(ordered)))
            exact = [self._exact[some].selector for some in choices if some in self._exact]
        else:
            exact = [key.selector for key in self._exact.values() if applies(key, values)]
        return _Applicable(exact, values)

    def decisive(self, severity: Severity, applicable: _Applicable) -> Said | None:
        """Return the dimensional key that ends the search of a tier; None where the base threshold does."""
        said = applicable.first(self._tenant.get(severity))
        if said is None and severity not in self.ladder.tenant_base:
            said = applicable.first(self._platform.get(severity))
            if said is None and severity not in self.ladder.platform_base:
                said = applicable.first(self._pack.get(severity))
        return said


def _tier(steps: Sequence[Said]) -> _Tier:
    """Exact keys are asked before patterns, and a tier has at most one of each selector."""
    exact: dict[str, tuple[int, Said]] = {}
    patterns: list[Said] = []
    for place, one in enumerate(steps):
        if one.key.patterns:
            patterns.append(one)
        else:
            exact[one.key.selector] = (place, one)
    return _Tier(exact, patterns)


def _served(
    search: _Search, applicable: _Applicable, dimensions: Labels, patterns: Labels
) -> Iterator[Dimensional]:
    """Yield the thresholds of one label set or pattern."""
    for severity in search.tiers:
        said = search.decisive(severity, applicable)
        number = None if said is None else number_of(said, severity, search.ladder)
        if said is not None and number is not None:
            yield Dimensional(severity, number, dimensions, patterns, said)


def number_of(said: Said, severity: Severity, ladder: Ladder) -> float | None:
    """Return the number to serve, which is one that no value crosses where a dimension is disabled."""
    if said.number is not None:
        return said.number
    base = ladder.base.get(severity)
    if base is None or base.number is None:
        return None  # there is no base threshold that would have to be kept away
    return math.inf if ladder.direction is Direction.ABOVE else -math.inf
