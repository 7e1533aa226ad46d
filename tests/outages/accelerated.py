"""Rules on a faster clock: every duration divided by one factor; an outage of minutes takes seconds.

What Prometheus counts in intervals follows. Measured with 2.42 and 3.15 at 1 s and at 10 s, a series is gone,
counted from its last sample: 1.0 intervals where the target was killed, 1.5 and 2.0 where it hangs until
a timeout of half an interval and of one, and about 2 where it is removed from discovery.

What it counts in seconds does not: a change of discovery is taken up within 5 s, so removal took 3.1
intervals of 1 s; a scrape may be 2 ms late and is not late then; a process needs its second to start.
Constants in expressions (``time() - x > 300``) are values, no durations, and stay; so does the growth of
counters, which ``rate`` gives per second.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import promql_parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
# Strings and comments come first: what looks like a duration inside them is none.
_PLACES = re.compile(
    r"""(?P<other>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\#[^\n]*)|\[[^\]]*\]|\boffset\s+-?\w+"""
)
_NODES_WITH_DURATIONS = (
    promql_parser.MatrixSelector,
    promql_parser.SubqueryExpr,
    promql_parser.VectorSelector,
)


def seconds(duration: str) -> float:
    """Return the length of a duration as Prometheus writes it: ``1m30s``."""
    return sum(int(number) * _UNITS_S[unit] for number, unit in _PART.findall(duration))


def written(length_s: float) -> str:
    """Write a duration so that both rule files and PromQL read it."""
    return f"{round(length_s * 1000)}ms"


def accelerated(document: dict[str, Any], factor: float, *, longest_for_s: float) -> dict[str, Any]:
    """Return a rule file's document on a clock that is ``factor`` times as fast.

    Args:
        document: What YAML says of the file.
        factor: By what every duration is divided.
        longest_for_s: ``for`` is cut to this many seconds first. What an outage does to a pending alert does
            not depend on whether it waits one minute or ten; how long the test takes does.

    Raises:
        ValueError: A duration in an expression was not found, or what is none was changed.
    """
    document = copy.deepcopy(document)
    for group in document["groups"]:
        if "interval" in group:
            group["interval"] = written(seconds(group["interval"]) / factor)
        for rule in group["rules"]:
            rule["expr"] = accelerated_expression(rule["expr"], factor)
            if "for" in rule:
                rule["for"] = written(min(seconds(rule["for"]), longest_for_s) / factor)
            if "keep_firing_for" in rule:
                rule["keep_firing_for"] = written(seconds(rule["keep_firing_for"]) / factor)
    return document


def accelerated_expression(expr: str, factor: float) -> str:
    """Return an expression with its ranges, steps and offsets divided by a factor; its text stays otherwise.

    Raises:
        ValueError: The parsed tree does not show every duration divided.
    """

    def place(found: re.Match[str]) -> str:
        if found["other"] is not None:
            return found[0]
        return _DURATION.sub(lambda each: written(seconds(each[0]) / factor), found[0])

    faster = _PLACES.sub(place, expr)
    expected = [each / factor for each in durations(expr)]
    if list(durations(faster)) != expected:
        raise ValueError(f"durations {expected} are expected in:\n{faster}")
    return faster


def durations(expr: str) -> Iterator[timedelta]:
    """The durations of a parsed expression, in its order."""
    found: list[timedelta] = []

    def look(node: promql_parser.Expr) -> None:
        if isinstance(node, _NODES_WITH_DURATIONS):
            lengths = (getattr(node, name, None) for name in ("range", "step", "offset"))
            found.extend(each for each in lengths if each is not None)

    promql_parser.walk(promql_parser.parse(expr), pre_visit=look)
    return iter(found)
