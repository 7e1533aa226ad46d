"""How a time grows with a size: the exponent of a power law, by least squares on logarithms."""

import math
from collections.abc import Sequence
from typing import NamedTuple

CONFIDENCE = 0.95
_STEPS = 2_000  # of Simpson's rule: more digits than anybody reads


class Power(NamedTuple):
    """The exponent of the law that fits best; 1 is linear growth.

    Attributes:
        exponent: the slope on logarithms.
        error: its standard error.
        freedom: degrees of freedom, two less than there were points.
    """

    exponent: float
    error: float
    freedom: int

    @property
    def margin(self) -> float:
        """Half the width of the exponent's 95 % confidence interval, by Student's t."""
        return student_t(self.freedom) * self.error

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.exponent - self.margin

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.exponent + self.margin


def fitted_power(points: Sequence[tuple[float, float]]) -> Power:
    """Fits ``time = a · size^exponent``.

    The standard error is that of the slope in ordinary linear regression: the root of the residuals' variance
    (with two degrees of freedom less than points) over the spread of the logarithms of the sizes.

    Raises:
        ValueError: There are fewer than three points, or fewer than two sizes.
    """
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(taken) for _, taken in points]
    free = len(points) - 2
    if free < 1 or len(set(xs)) < 2:  # noqa: PLR2004 - a line needs two points
        raise ValueError("a power law needs three points of at least two sizes")
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    residuals = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Power(slope, math.sqrt(residuals / free / spread), free)


def student_t(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The value that Student's t with ``freedom`` degrees exceeds, either way, with ``1 - confidence``.

    By bisection over the integral of the density, which the substitution t = tan(angle) · √freedom makes one
    of a power of a cosine over a finite range.
    """
    norm = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        if 2 * norm * _cosine_power(middle, freedom - 1) < confidence:
            low = middle
        else:
            high = middle
    return math.tan(low) * math.sqrt(freedom)


def _cosine_power(angle: float, power: int) -> float:
    """The integral of cos(x)^power from 0 to an angle, by Simpson's rule."""
    width = angle / _STEPS
    inner = sum((4 if step % 2 else 2) * math.cos(step * width) ** power for step in range(1, _STEPS))
    return (1 + inner + math.cos(angle) ** power) * width / 3


class Line(NamedTuple):
    """The straight line that fits best: its slope, the slope's standard error, and its value at zero."""

    slope: float
    error: float
    start: float


def fitted_line(points: Sequence[tuple[float, float]]) -> Line:
    """Fits ``time = start + slope · size`` by least squares.

    Raises:
        ValueError: There are fewer than three points, or fewer than two sizes.
    """
    xs, ys = [size for size, _ in points], [taken for _, taken in points]
    free = len(points) - 2
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if free < 1 or not spread:
        raise ValueError("a line needs three points of at least two sizes")
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    residuals = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Line(slope, math.sqrt(residuals / free / spread), mean_y - slope * mean_x)
