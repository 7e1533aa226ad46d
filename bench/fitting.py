"""How a time grows with a size: the exponent of a power law, by least squares on logarithms."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Power(NamedTuple):
    """The exponent of the law that fits best, and its standard error; 1 is linear growth."""

    exponent: float
    error: float


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
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if free < 1 or not spread:
        raise ValueError("a power law needs three points of at least two sizes")
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    residuals = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Power(slope, math.sqrt(residuals / free / spread))


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
