"""Numbers as people read them: three digits that matter, in the unit that fits."""

from collections.abc import Sequence

from bench.fitting import Power

_KIB, _MIB = 2**10, 2**20
_MINUTE_S = 60


def seconds(value: float) -> str:
    """A duration: ``850 µs``, ``12.3 ms``, ``1.25 s``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= size or unit == "µs":
            return f"{digits(value / size)} {unit}"
    raise AssertionError


def size(value: float) -> str:
    """A number of bytes: ``51.1 KiB``, ``26 MiB``."""
    if abs(value) < _MIB:
        return f"{digits(value / _KIB)} KiB"
    return f"{digits(value / _MIB)} MiB"


def times(value: float) -> str:
    """A ratio: ``7.2 times``."""
    return f"{digits(value)} times"


def digits(value: float) -> str:
    """Three digits that matter, more only before the point: ``0.123``, ``12.3``, ``1,234``."""
    rounded = float(f"{value:.3g}")
    for limit, decimals in ((0.01, 4), (0.1, 3), (1, 3), (10, 2), (100, 1)):
        if abs(rounded) < limit:
            text = f"{rounded:.{decimals}f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,.0f}"


def exponent(law: Power) -> str:
    """An exponent with the half width of its 95 % interval: ``0.953 ± 0.038``."""
    return f"{law.exponent:.3f} ± {law.margin:.3f}"


def minutes(value: float) -> str:
    """A time to wait for: ``about 40 seconds``, ``about 6 minutes``."""
    if value < 2 * _MINUTE_S:
        return f"about {max(10, round(value, -1)):.0f} seconds"
    return f"about {value / _MINUTE_S:.0f} minutes"


def listed(numbers: Sequence[int]) -> str:
    """Numbers as people list them: ``2, 100 and 1,000``."""
    texts = [f"{number:,}" for number in numbers]
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
