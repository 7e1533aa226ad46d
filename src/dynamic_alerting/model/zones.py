"""IANA time zones: which names exist, and their rules."""

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the tzdata package: equal on every machine, unlike /usr/share/zoneinfo's."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return frozenset(listed) - {"Factory"}


@cache
def zone(name: str) -> tzinfo:
    """Return the rules of a zone.

    Raises:
        ValueError: there is no zone of this name.
    """
    if name == "UTC":
        return UTC
    if name not in known_zones():
        raise ValueError(f"there is no time zone {name!r}")
    return ZoneInfo(name)


def nearest_zone(name: str) -> str | None:
    """Return the zone that somebody who wrote `name` probably meant, if any is near."""
    by_folded = {known.casefold(): known for known in known_zones()}
    by_folded |= {
        known.rpartition("/")[2].casefold(): known for known in sorted(known_zones()) if "/" in known
    }
    close = difflib.get_close_matches(name.casefold().replace(" ", "_"), by_folded, n=1, cutoff=0.75)
    return by_folded[close[0]] if close else None


def spans(rules: tzinfo, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut the time between two instants into spans of one UTC offset, none longer than a day.

    Yields:
        Start and end in UTC, and the offset that holds from the start up to the end.
    """
    start = after
    while start < until:
        offset = _offset(rules, start)
        end = min(start + _DAY, until)
        if _offset(rules, end) != offset:
            end = _transition(rules, start, end)
        yield start, end, offset
        start = end


def _offset(rules: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(rules).utcoffset() or timedelta(0)


def _transition(rules: tzinfo, start: datetime, end: datetime) -> datetime:
    """Find the instant between two at which the offset stops being that of the start."""
    before = _offset(rules, start)
    low = start.replace(microsecond=0)  # offsets change at whole seconds only
    high = end.replace(microsecond=0) + _SECOND
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(rules, middle) == before:
            low = middle
        else:
            high = middle
    return high
