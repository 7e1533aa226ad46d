"""What a value amounts to at an instant, and until when."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Generic, NamedTuple, TypeVar

from dynamic_alerting.model.values import USE_DEFAULT, Scheduled, TimeBoxed, UseDefault
from dynamic_alerting.model.windows import Window

T = TypeVar("T")


class Momentary(NamedTuple, Generic[T]):
    """What a value amounts to at one instant.

    Attributes:
        value: the plain value in force; USE_DEFAULT when a time-boxed one has expired.
        window: the window in force, as written; None outside of all.
        expires: when the value in force ends by itself.
        until: the next instant at which any of this could differ; None for never.
    """

    value: T | UseDefault
    window: str | None
    expires: datetime | None
    until: datetime | None


class Moment:
    """One instant, with what is known about windows at it.

    Raises:
        ValueError: the instant is naive.
    """

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self.at = at
        self._windows: dict[Window, tuple[bool, datetime | None]] = {}

    def value_of(self, value: T | Scheduled[T] | TimeBoxed[T]) -> Momentary[T]:
        """Evaluate a value at this instant."""
        if isinstance(value, Scheduled):
            return self._scheduled(value)
        if isinstance(value, TimeBoxed):
            return self._time_boxed(value)
        return Momentary(value, None, None, None)

    def _time_boxed(self, box: TimeBoxed[T]) -> Momentary[T]:
        if self.at >= box.expires:
            return Momentary(USE_DEFAULT, None, None, None)
        inner: Momentary[T] = self.value_of(box.value)
        value, window, expires, until = inner
        return Momentary(value, window, sooner(expires, box.expires), sooner(until, box.expires))

    def _scheduled(self, schedule: Scheduled[T]) -> Momentary[T]:
        boundary: datetime | None = None
        for override in schedule.overrides:
            ends = override.value.expires if isinstance(override.value, TimeBoxed) else None
            if ends is not None and self.at >= ends:
                continue  # an expired override counts as omitted: what stands below it applies
            inside, changes = self._window(override.window)
            if inside:
                chosen: Momentary[T] = self.value_of(override.value)
                value, _, expires, until = chosen
                boundary = sooner(boundary, changes)
                return Momentary(value, override.window.text, expires, sooner(boundary, until))
            if ends is None or (changes is not None and changes < ends):
                boundary = sooner(boundary, changes)
        otherwise: Momentary[T] = self.value_of(schedule.default)
        value, window, expires, until = otherwise
        return Momentary(value, window, expires, sooner(boundary, until))

    def _window(self, window: Window) -> tuple[bool, datetime | None]:
        known = self._windows.get(window)
        if known is None:
            known = self._windows[window] = (window.contains(self.at), window.next_boundary(self.at))
        return known


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two instants, where None means never."""
    if one is None or (other is not None and other < one):
        return other
    return one


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the first of some instants, where None means never."""
    return reduce(sooner, instants, None)
