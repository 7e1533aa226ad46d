"""Between a key's tiers: the value that no sensible threshold of either tier has on its wrong side.

Comparing every tenant's tiers with each other and with the platform's would cost more than reading them. But
where every warning lies before one value and every critical beyond it, all are in order, whoever wrote them.
So one comparison a threshold suffices, and only those on the wrong side are looked at again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.sense.limits import STATE, Limits, number_in
from dynamic_alerting.model.key_grammar import CRITICAL_SUFFIX
from dynamic_alerting.model.severity import Severity

if TYPE_CHECKING:
    from dynamic_alerting.model.catalogue import KeySpec

_ROOM: Final = 2.0  # times the default: where the tiers part if the pack has no critical one


class KeySense:
    """What is known of one declared key's thresholds.

    Attributes:
        limits: of its signal's values.
        warning: the pack's warning threshold; None for none.
        critical: the pack's critical threshold beside a warning; None for none.
        pivot: a value before which the warnings lie and beyond which the criticals do, in most files.
        name: the key.
        has_dimensions: whether there are dimensional keys of it.
        critical_name: the key of its critical tier.
        warnings: from which to which number a warning threshold needs no second look.
        criticals: the same for a critical threshold.
    """

    __slots__ = (
        "critical",
        "critical_name",
        "criticals",
        "has_dimensions",
        "limits",
        "name",
        "pivot",
        "warning",
        "warnings",
    )

    def __init__(self, spec: KeySpec) -> None:
        self.name, self.critical_name = spec.key, f"{spec.key}{CRITICAL_SUFFIX}"
        self.has_dimensions = bool(spec.dimensions)
        self.limits = Limits(spec)
        replaces = (spec.default or "").strip().endswith(f":{Severity.CRITICAL}")
        self.warning = None if replaces else number_in(spec.default)
        self.critical = number_in(spec.default_critical)
        self.pivot = self._pivot(spec.unit)
        self.warnings = self._unremarkable(is_critical=False)
        self.criticals = self._unremarkable(is_critical=True)

    def _pivot(self, unit: str) -> float:
        if self.critical is not None:
            return self.critical
        if self.warning is None:
            return math.inf if self.limits.is_above else -math.inf
        if unit == STATE:
            return self.warning
        return self.warning * (_ROOM if self.limits.is_above else 1 / _ROOM)

    def is_beyond(self, one: float, other: float) -> bool:
        """Whether a threshold is reached only after another."""
        return one > other if self.limits.is_above else one < other

    def _unremarkable(self, *, is_critical: bool) -> tuple[float, float]:
        low, high = self.limits.quiet_from, self.limits.quiet_to
        if is_critical is self.limits.is_above:
            return max(low, self.pivot), high
        return low, min(high, self.pivot)
