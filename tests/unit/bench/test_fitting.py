"""Exponents and their intervals, against numbers that are known otherwise."""

import math

import pytest

from bench.fitting import fitted_power, student_t


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(exponent: float) -> None:
    law = fitted_power([(size, 3.0 * size**exponent) for size in (10, 20, 50)])
    assert law.exponent == pytest.approx(exponent)
    assert law.error == pytest.approx(0, abs=1e-9)


def test_the_error_of_an_exponent_is_that_of_linear_regression() -> None:
    # By hand for x = 0, 1, 2 and y = 0, 2, 1: slope 1/2, residuals -1/2, 1, -1/2, so s² = 3/2 and its root
    # over the root of the spread, 2.
    law = fitted_power([(math.exp(x), math.exp(y)) for x, y in ((0, 0), (1, 2), (2, 1))])
    assert law.exponent == pytest.approx(0.5)
    assert law.error == pytest.approx(math.sqrt(1.5 / 2))
    assert law.freedom == 1
    assert law.margin == pytest.approx(12.706 * math.sqrt(0.75), rel=1e-4)
    assert (law.low, law.high) == (0.5 - law.margin, 0.5 + law.margin)


@pytest.mark.parametrize(
    ("freedom", "expected"),
    # The two-sided 95 % points that every table of Student's t has.
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984), (1000, 1.962)],
)
def test_the_points_of_students_t_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert student_t(freedom) == pytest.approx(expected, abs=5e-4)


def test_another_confidence_gives_another_point() -> None:
    assert student_t(10, 0.99) == pytest.approx(3.169, abs=5e-4)


@pytest.mark.parametrize("points", [[(1, 1), (2, 2)], [(5, 1), (5, 2), (5, 3)]])
def test_too_few_points_are_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="three points of at least two sizes"):
        fitted_power(points)
