"""Examples of pack.yaml as promtool input series."""

import re

from promql_parser import VectorSelector

from dynamic_alerting.packs.pack import Series
from dynamic_alerting.packs.promql import parse, selector

STEP = 30  # seconds between samples
EVALUATION = 60  # seconds between evaluations
TENANT = "db-a"
INSTANCE = "server-1"

_RATE = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*/\s*([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+)([dhms])")
_VALUES = re.compile(r"(?:[-+.\deEx_ ]|stale|NaN|Inf)+")


class ExampleError(ValueError):
    """An example that is no series of samples."""


def seconds(duration: str) -> int:
    """Return a duration such as ``1h30m`` in seconds."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))


def duration(total: int) -> str:
    """Write seconds as promtool's durations: ``12m30s``."""
    minutes, rest = divmod(total, 60)
    return (f"{minutes}m" if minutes else "") + (f"{rest}s" if rest or not minutes else "")


def source_series(
    example: Series, lasting: int, *, instance: str = INSTANCE, tenant: str | None = TENANT
) -> dict[str, str]:
    """Return promtool's series and values for an example's series, long enough for ``lasting`` seconds.

    Args:
        example: Series (``metric`` or ``metric{label="value"}``) to a number (constant), a text such as
            ``3/s`` (a counter growing by that) or promtool's own notation, one sample per 30 s.
        lasting: How many seconds the series must last.
        instance: The ``instance`` label given to series that have none.
        tenant: The ``tenant`` label given to series that have none; None gives neither label.

    Raises:
        ExampleError: A series or its values cannot be read.
    """
    steps = lasting // STEP + 1
    labelled = {"tenant": tenant, "instance": instance} if tenant is not None else {}
    return {_series(name, labelled): _values(value, steps) for name, value in example.items()}


def labels_of(series: str) -> dict[str, str]:
    """Return the labels of a series written as ``metric{label="value"}``.

    Raises:
        ExampleError: It is not the name of one series.
    """
    try:
        tree = parse(series)
    except ValueError as error:
        raise ExampleError(f"`{series}` is not a series: {error}") from error
    if not isinstance(tree, VectorSelector):
        raise ExampleError(f"`{series}` is not the name of one series")
    return {each.name: each.value for each in tree.matchers.matchers}


def _series(name: str, given: dict[str, str]) -> str:
    labels = {**given, **labels_of(name)}
    metric = name.split("{", maxsplit=1)[0].strip()
    return selector(metric, [(label, "=", value) for label, value in labels.items()])


def _values(value: float | str, steps: int) -> str:
    if not isinstance(value, str):
        return f"{value}x{steps}"
    rate = _RATE.fullmatch(value.strip())
    if rate:
        step = float(rate[1]) * STEP / _SECONDS[rate[2]]
        return f"0+{step:g}x{steps}"
    if not _VALUES.fullmatch(value):
        raise ExampleError(
            f"`{value}` is neither a number, nor a rate such as `3/s`, nor promtool's notation"
        )
    return value
