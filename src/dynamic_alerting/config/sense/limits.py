"""Which values a key's signal can have, and so which thresholds never or always fire."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from dynamic_alerting.model.catalogue import Direction

if TYPE_CHECKING:
    from dynamic_alerting.model.catalogue import KeySpec

PERCENT: Final = frozenset({"percent", "%"})
STATE: Final = "state"
_UNIT_RANGES: Final = {
    **dict.fromkeys(PERCENT, (0.0, 100.0)),
    "share": (0.0, 1.0),
    "ratio": (0.0, 1.0),
    STATE: (0.0, 1.0),
}
# What can be below zero; everything else is counted, timed or measured from zero.
_SIGNED: Final = frozenset(
    {"", "1", "celsius", "degrees", "degrees celsius", "fahrenheit", "decibels", "dbm"}
)
# Up to this default, a fraction of a percent is a threshold that people mean (misses, failures).
_SMALL_PERCENTAGE: Final = 10.0

_REMEMBERED: Final = 512  # numbers of one key: who is wrong in one file is often wrong in many


class Objection(NamedTuple):
    """Why a threshold cannot be meant.

    Attributes:
        id: the kind of the finding.
        message: what its value means, with the direction, as a sentence.
        advice: what to write instead, as a sentence.
    """

    id: str
    message: str
    advice: str


class Limits:
    """What is known of the values of one declared key's signal.

    Attributes:
        low: its smallest value; minus infinity where none is known.
        high: its largest value; infinity where none is known.
        is_above: whether the alert fires above the threshold.
    """

    __slots__ = ("_is_small", "_known", "_name", "_unit", "high", "is_above", "low", "quiet_from", "quiet_to")

    def __init__(self, spec: KeySpec) -> None:
        self._name, self._unit = spec.key, spec.unit
        low, high = spec.range or _UNIT_RANGES.get(spec.unit) or _from_zero(spec.unit)
        self.low = -math.inf if low is None else low
        self.high = math.inf if high is None else high
        self.is_above = spec.direction is Direction.ABOVE
        default = number_in(spec.default)
        self._is_small = default is not None and default <= _SMALL_PERCENTAGE and self.is_above
        self.quiet_from, self.quiet_to = self._quiet()
        self._known: dict[float, Objection | None] = {}

    def _quiet(self) -> tuple[float, float]:
        """The thresholds from which to which there is certainly nothing to object."""
        if self._unit == STATE:
            fine = self.low if self.is_above else self.high
            return fine, fine
        low, high = self.low, self.high
        if self.is_above:
            high = math.nextafter(high, -math.inf)
        else:
            low = math.nextafter(low, math.inf)
        if self._unit in PERCENT and not self._is_small:
            low = max(low, 1.0)
        return low, high

    def objection(self, number: float) -> Objection | None:
        """What there is to object to a threshold; None for nothing.

        At most one objection: the first of a negative number, a state that is none, a value out of range and
        a ratio in the place of a percentage.
        """
        if self.quiet_from <= number <= self.quiet_to:
            return None
        if number not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[number] = self._object(number)
        return self._known[number]

    def _object(self, number: float) -> Objection | None:
        if number < 0 and self.low >= 0:
            return self._negative(number)
        if self._unit == STATE and number not in {0, 1}:
            return self._no_state(number)
        if self._never(number) or self._always(number):
            return self._out_of_range(number)
        if self._unit in PERCENT and not self._is_small and 0 < number < 1:
            return self._ratio(number)
        return None

    def _never(self, number: float) -> bool:
        return number >= self.high if self.is_above else number <= self.low

    def _always(self, number: float) -> bool:
        return number < self.low if self.is_above else number > self.high

    def effect(self, number: float) -> str:
        """What an alert with this threshold does, in words."""
        if self._never(number):
            return "never fires"
        return "always fires" if self._always(number) else "fires as if it were 0 or 1"

    def _negative(self, number: float) -> Objection:
        return Objection(
            "DA103",
            f"{self._name} is measured in {self._unit} and is never negative; an alert "
            f"{self._side()} {written(number)} {self.effect(number)}.",
            "Write a number from 0 on, or disable for no threshold.",
        )

    def _no_state(self, number: float) -> Objection:
        off = self.low if self.is_above else self.high
        between = self.low < number < self.high
        effect = f"fires as with {written(off)}" if between else self.effect(number)
        return Objection(
            "DA102",
            f"{self._name} is a state, 0 or 1; an alert {self._side()} {written(number)} {effect}.",
            f"Write {written(off)}, or disable for no threshold.",
        )

    def _out_of_range(self, number: float) -> Objection:
        return Objection(
            "DA101",
            f"{self._name} ({self._unit}) has values {self._range()}; an alert {self._side()} "
            f"{written(number)} {self.effect(number)}.",
            self._inside(number),
        )

    def _ratio(self, number: float) -> Objection:
        effect = "always fires, or nearly so" if self.is_above else "never fires, or hardly ever"
        return Objection(
            "DA100",
            f"{self._name} is in percent, from 0 to 100, so {written(number)} is less than one percent: an "
            f"alert {self._side()} it {effect}.",
            f"Write {written(number * 100)}, or disable for no threshold.",
        )

    def _side(self) -> str:
        return "above" if self.is_above else "below"

    def _range(self) -> str:
        if math.isinf(self.high):
            return f"from {written(self.low)} on"
        if math.isinf(self.low):
            return f"up to {written(self.high)}"
        return f"from {written(self.low)} to {written(self.high)}"

    def _inside(self, number: float) -> str:
        if self.high == 1 and 1 < number <= 100:  # noqa: PLR2004 - a percentage in the place of a share
            return (
                f"Write {written(number / 100)} if {written(number)} % is meant, or disable for no threshold."
            )
        if self._unit == STATE:
            return f"Write {written(self.low if self.is_above else self.high)}, or disable for no threshold."
        if number > self.low:
            inside = "up to" if not self.is_above else "below"
            return f"Write a number {inside} {written(self.high)}, or disable for no threshold."
        inside = "from" if self.is_above else "above"
        return f"Write a number {inside} {written(self.low)}, or disable for no threshold."


def _from_zero(unit: str) -> tuple[float, float]:
    return (-math.inf if unit.lower() in _SIGNED else 0.0), math.inf


def number_in(default: str | None) -> float | None:
    """The number of a pack's default such as "80" or "0:critical"; None where it has none."""
    try:
        return float((default or "").partition(":")[0])
    except ValueError:
        return None


def written(number: float) -> str:
    """A number as people write it: 80, 0.5, 5368709120."""
    return f"{number:.0f}" if number == int(number) and abs(number) < 1e16 else f"{number:.12g}"  # noqa: PLR2004
