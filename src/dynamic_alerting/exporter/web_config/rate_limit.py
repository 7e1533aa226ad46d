"""The section rate_limit: at most so many requests in a time, for all clients together."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dynamic_alerting.exporter.web_config.fields import Field

FIELDS = ("interval", "burst")

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket.

    Attributes:
        interval: Seconds after which one further request may come.
        burst: Requests that may come at once.
    """

    interval: float
    burst: int


class Bucket:
    """Says of each request whether it is within the limit.

    Args:
        limit: The limit.
        clock: Seconds that never go back.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._tokens = float(limit.burst)
        self._filled = clock()

    def take(self) -> bool:
        """Takes a token if there is one."""
        now = self._clock()
        grown = (now - self._filled) / self._limit.interval
        self._tokens = min(float(self._limit.burst), self._tokens + grown)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def read_rate_limit(section: Field) -> RateLimit | None:
    """Reads the section; None if it sets no limit.

    Raises:
        FieldError: A field is unknown or not a duration or number, or no request would ever be answered.
    """
    fields = section.fields(FIELDS)
    interval = _duration(fields["interval"]) if "interval" in fields else 0.0
    burst = _number(fields["burst"]) if "burst" in fields else 0
    if not interval:
        return None
    if not burst:
        section.refuse_name("rate_limit has an interval, but its burst is 0: no request would be answered.")
    return RateLimit(interval, burst)


def _duration(field: Field) -> float:
    """A duration as Go writes it; a bare number is in nanoseconds, as the toolkit's decoder reads it."""
    text = field.text()
    if re.fullmatch(r"\d{1,18}", text):
        return int(text) * 1e-9
    if text and not _DURATION.fullmatch(text):
        field.refuse(f"interval is {text!r}; write a duration such as 1s or 500ms.")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def _number(field: Field) -> int:
    text = field.text() or "0"
    if not re.fullmatch(r"\d{1,9}", text):
        field.refuse(f"burst is {text!r}; write a whole number, such as 20.")
    return int(text)
