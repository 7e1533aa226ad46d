"""The packs' examples as data of real time: a history for Prometheus' database, and an exporter that goes on.

An example says in promtool's notation which samples a source has, one every 30 s. Here its clock is set so
that its decisive moment is now: what was before is history, what follows is scraped.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local_server import LocalServer

from dynamic_alerting.packs.examples import STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from http.server import BaseHTTPRequestHandler

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|Inf)"
_REPEATED = re.compile(rf"(?P<first>{_NUMBER})(?P<step>[-+]{_NUMBER})?x(?P<times>\d+)")
Values = tuple[float | None, ...]


def expanded(notation: str) -> Values:
    """Return the samples that promtool's notation stands for; None where there is none.

    https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series

    Raises:
        ValueError: It is not that notation.
    """
    values: list[float | None] = []
    for token in notation.split():
        if token == "stale" or token.startswith("_"):
            values += [None] * int(token.removeprefix("_x") if token.startswith("_x") else 1)
        elif repeated := _REPEATED.fullmatch(token):
            first, step = float(repeated["first"]), float(repeated["step"] or 0)
            values += [first + step * n if step else first for n in range(int(repeated["times"]) + 1)]
        else:
            values.append(float(token))
    return tuple(values)


@dataclass(frozen=True)
class Timeline:
    """One series: its samples, one every 30 s, from an instant on; the last one lasts.

    Attributes:
        series: Name and labels, as in the exposition format.
        began: The instant of the first sample, in seconds since 1970.
        is_clock: The values are instants; the example's are counted from its first sample.
    """

    series: str
    values: Values
    began: float
    is_clock: bool = False

    def history(self, until: float, every_s: float) -> Iterator[str]:
        """Write the samples before an instant in the OpenMetrics format."""
        for number in range(math.ceil((until - self.began) / every_s)):
            instant = self.began + number * every_s
            if sample := self.at(instant):
                yield f"{sample} {instant:.3f}"

    def at(self, instant: float) -> str | None:
        """Write the sample of an instant; what grows evenly also grows between the example's samples."""
        step, into = divmod(instant - self.began, STEP)
        before, value, after = (self._value(int(step) + n) for n in (-1, 0, 1))
        if value is None:
            return None
        if before is None:
            before = value if after is None else 2 * value - after
        if after is not None and math.isclose(after - value, value - before):
            value += (after - value) * into / STEP
        return f"{self.series} {value!r}"

    def _value(self, step: int) -> float | None:
        value = self.values[min(step, len(self.values) - 1)] if step >= 0 else None
        return value + self.began if value is not None and self.is_clock else value


class ExampleServer(LocalServer):
    """Serves the present sample of many series."""

    def __init__(self, timelines: Iterable[Timeline]) -> None:
        self._timelines = list(timelines)
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        now = time.time()
        lines = [line for each in self._timelines if (line := each.at(now)) is not None]
        request.send_response(200)
        request.send_header("Content-Type", "text/plain; version=0.0.4")  # Prometheus 3 wants one
        request.end_headers()
        request.wfile.write(("\n".join(lines) + "\n").encode())
