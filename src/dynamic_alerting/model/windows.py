"""Time windows, and the exact instants at which they open and close.

Local wall time decides: an instant is in a window when a wall clock in the window's zone shows a time
that is in it. So a boundary that a clock change skips takes effect at the instant after the gap, and a
time that the clocks show twice counts both times.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from dynamic_alerting.model.zones import spans, zone

MINUTES_PER_DAY = 24 * 60
_EVERY_DAY = 7
# Every window that is not always (or never) open changes within a week; two more weeks cover one that a
# clock change swallows, and Samoa's skipped Friday.
_HORIZON = timedelta(days=22)


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
        """Tell whether a wall clock in the zone shows, at this instant, a time in the window.

        Raises:
            ValueError: the instant is naive.
        """
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        wall = instant.astimezone(zone(self.zone))
        minute = wall.hour * 60 + wall.minute
        if self.start < self.end:
            return self.start <= minute < self.end and self._starts_on(wall.weekday())
        if minute >= self.start:
            return self._starts_on(wall.weekday())
        return minute < self.end and self._starts_on((wall.weekday() - 1) % 7)

    def next_boundary(self, after: datetime) -> datetime | None:
        """Return the first instant later than `after`, in UTC, at which `contains` changes.

        None if it never does: a window of all days from 00:00 to 24:00, or one in the last weeks of the
        year 9999.

        Raises:
            ValueError: the instant is naive.
        """
        inside = self.contains(after)
        if self._is_always():
            return None
        try:
            return next((at for at in self._candidates(after) if self.contains(at) != inside), None)
        except OverflowError:
            return None

    def _starts_on(self, weekday: int) -> bool:
        return self.days is None or weekday in self.days

    def _is_always(self) -> bool:
        every_day = self.days is None or len(self.days) == _EVERY_DAY
        return every_day and self.start == 0 and self.end == MINUTES_PER_DAY

    def _candidates(self, after: datetime) -> Iterator[datetime]:
        """Yield, in order, the instants at which `contains` could change."""
        minutes = sorted((self.start, self.end))
        at = after.astimezone(UTC)
        for start, end, offset in spans(zone(self.zone), at, at + _HORIZON):
            midnight = datetime.combine((start + offset).date(), time(), UTC) - offset
            while midnight < end:
                for minute in minutes:
                    candidate = midnight + timedelta(minutes=minute)
                    if start < candidate < end:
                        yield candidate
                midnight += timedelta(days=1)
            yield end
