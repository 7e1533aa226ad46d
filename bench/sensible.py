"""Thresholds as people write them: near the pack's own, in their unit's range, tiers in order."""

import math
import random
from collections.abc import Iterator

from dynamic_alerting.model.catalogue import Direction, KeySpec

_LEAST, _MOST = 0.5, 2.0  # times the pack's threshold
_APART = 1.3  # times the warning: where a critical tier lies for which the pack has none
_FULL = 99.0  # percent: what a critical tier is drawn below
_WITHOUT_DEFAULT = {"percent": 80.0, "bytes": 1e10, "seconds": 3600.0}


class Tiers:
    """Draws a warning and a critical threshold of one key, in order."""

    def __init__(self, spec: KeySpec, chance: random.Random) -> None:
        self._spec, self._chance = spec, chance
        warning = _number(spec.default) if spec.default else _WITHOUT_DEFAULT.get(spec.unit, 3.0)
        self._pair = (
            warning,
            _number(spec.default_critical) if spec.default_critical else self._beyond(warning),
        )

    def _beyond(self, warning: float) -> float:
        if self._spec.direction is Direction.BELOW:
            return warning / _APART
        return (warning + _FULL) / 2 if self._spec.unit == "percent" else warning * _APART

    def draw(self) -> tuple[str, str]:
        """Return both as people write them."""
        return self.scaled(self._chance.uniform(_LEAST, _MOST))

    def further(self, factor: float, *, is_critical: bool) -> str:
        """Return another threshold of one tier, still further from the other tier."""
        is_up = is_critical is (self._spec.direction is Direction.ABOVE)
        return self.scaled(factor * (1.1 if is_up else 0.9))[is_critical]

    def scaled(self, factor: float) -> tuple[str, str]:
        """Return both, moved by one factor as far as their unit lets them."""
        warning, critical = self._pair
        if self._spec.unit in {"share", "state"}:
            return _written(warning), _written(critical if self._spec.unit == "share" else warning)
        if self._spec.unit == "percent":
            # Half of the way to one end or the other, so that nothing leaves the scale.
            warning, critical = (_on_scale(value, factor) for value in (warning, critical))
        else:
            warning, critical = warning * factor, critical * factor
            if self._spec.direction is Direction.BELOW:
                warning, critical = max(warning, 1), max(critical, 0.5)
        return _written(warning), _written(critical)


def _on_scale(percent: float, factor: float) -> float:
    if factor < 1:
        return max(1.0, percent * factor)
    return percent + max(0.0, _FULL - percent) * (factor - 1) / 2


def _number(default: str) -> float:
    return float(default.partition(":")[0])


def _written(number: float) -> str:
    """Two or three digits that matter."""
    if number == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(number)))
    if digits <= 0:
        return str(round(number, digits)).removesuffix(".0")
    return f"{number:.{min(digits, 3)}f}".rstrip("0").rstrip(".")


def sensible_keys(specs: list[KeySpec], chance: random.Random) -> Iterator[str]:
    """Lines of a tenant's block: base keys with one tier or two, schedules, dimensions, words."""
    for spec in specs:
        tiers = Tiers(spec, chance)
        warning, critical = tiers.draw()
        how = chance.random()
        if how < 0.1:  # noqa: PLR2004 - shares of the forms
            yield f"{spec.key}: {chance.choice(('disable', 'default', 'off'))}"
        elif how < 0.25:  # noqa: PLR2004
            other = tiers.scaled(0.8)
            window = chance.choice(("22:00-06:00", "Mon-Fri 09:00-18:00 Asia/Taipei", "Sun 01:00-05:00"))
            for key, value, inside in zip(
                (spec.key, f"{spec.key}_critical"), (warning, critical), other, strict=True
            ):
                yield f'{key}: {{default: "{value}", overrides: [{{window: "{window}", value: "{inside}"}}]}}'
        elif how < 0.35:  # noqa: PLR2004
            yield f'{spec.key}: "{critical}:critical"'
        else:
            yield f'{spec.key}: "{warning}"'
            yield f'{spec.key}_critical: "{critical}"'
        if spec.dimensions and chance.random() < 0.5:  # noqa: PLR2004
            dimension = f'{{{spec.dimensions[0]}="a{chance.randrange(9)}"}}'
            warning, critical = tiers.draw()
            yield f"{spec.key}{dimension}: {warning}"
            yield f"{spec.key}_critical{dimension}: {chance.choice((critical, 'disable'))}"
            yield f'{spec.key}{{{spec.dimensions[0]}=~"tmp.*"}}: disable'
