"""Time windows of schedules."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from dynamic_alerting.model.errors import WindowSyntaxError


@dataclass(frozen=True, slots=True)
class Window:
    """A daily span of local wall time, on some days of the week.

    Attributes:
        days: days on which it starts, Monday is 0; None means every day.
        start: minutes after local midnight, inclusive, 0 to 1439.
        end: minutes after local midnight, exclusive, 0 to 1440; below `start` it is on the next day.
        zone: IANA name of the zone whose wall clocks decide.
        text: the window as it was written.
    """

    days: frozenset[int] | None
    start: int
    end: int
    zone: str = "UTC"
    text: str = field(default="", compare=False)

    def contains(self, instant: datetime) -> bool:
        """Tell whether a wall clock in the zone shows, at this instant, a time in the window."""
        raise NotImplementedError(instant)

    def next_boundary(self, after: datetime) -> datetime | None:
        """Return the first instant later than `after` at which `contains` changes; None if it never does."""
        raise NotImplementedError(after)


@lru_cache(maxsize=4096)
def parse_window(text: str) -> Window:
    """Read a window: `[days] HH:MM-HH:MM [IANA zone]`.

    Raises:
        WindowSyntaxError: the text is not a window.
    """
    raise WindowSyntaxError(f"{text!r} is not a window", advice='write "22:00-06:00"')
