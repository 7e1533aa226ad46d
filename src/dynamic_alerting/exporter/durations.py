"""Durations as flags take them."""

import re
from typing import Any

import click

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)"


class Duration(click.ParamType[Any]):
    """A duration as Prometheus and Go write it: 500ms, 1s, 1m30s, 0.5h.

    Args:
        shortest: The least that is accepted, spelled so.
        longest: The most that is accepted, spelled so.
    """

    name = "duration"

    def __init__(self, shortest: str, longest: str) -> None:
        self._range = f"{shortest} to {longest}"
        self._shortest, self._longest = _seconds(shortest), _seconds(longest)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's signature
        """The duration in seconds."""
        if isinstance(value, float):
            return value
        seconds = _seconds(str(value))
        if not self._shortest <= seconds <= self._longest:
            self.fail(f"{value!r} is not a duration from {self._range}, such as 1s.", param, ctx)
        return seconds


def _seconds(text: str) -> float:
    if text == "0":  # as Prometheus takes it, without a unit
        return 0.0
    if not re.fullmatch(f"(?:{_PART})+", text, re.ASCII):
        return -1.0
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, text, re.ASCII))
