"""The text of a schedule window: `[days] HH:MM-HH:MM [IANA zone]`."""

import re
from functools import lru_cache

from dynamic_alerting.model.errors import WindowSyntaxError
from dynamic_alerting.model.windows import Window
from dynamic_alerting.model.words import AROUND, AROUND_PATTERN
from dynamic_alerting.model.zones import known_zones, nearest_zone

__all__ = ["DAYS", "WINDOW_PATTERN", "Window", "parse_window"]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_ITEM = rf"(?:{'|'.join(DAYS)})(?:-(?:{'|'.join(DAYS)}))?"
_DAY_LIST = rf"{_DAY_ITEM}(?:,{_DAY_ITEM})*"
_START = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_END = rf"(?:{_START}|24:00)"
_DASH = r"[ \t]*-[ \t]*"
_ZONE = r"[A-Za-z][A-Za-z0-9_+/-]*"

WINDOW_PATTERN = rf"^{AROUND_PATTERN}(?:{_DAY_LIST} +)?{_START}{_DASH}{_END}(?: +{_ZONE})?{AROUND_PATTERN}$"
"""What every valid window matches (in ECMA 262 syntax, for the JSON Schema)."""

_WINDOW = re.compile(
    rf"{AROUND_PATTERN}(?:({_DAY_LIST}) +)?({_START}){_DASH}({_END})(?: +({_ZONE}))?{AROUND_PATTERN}"
)
_CLOCK = r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?"
_RESEMBLING = re.compile(
    rf"\s*([^0-9]*?)\s*({_CLOCK})\s*(?:[-~\u2013\u2014]|to|until)\s*({_CLOCK})\s*(\S.*)?", re.DOTALL
)
_LONGEST_EXPLAINED = 120
_EXAMPLE = 'write "[days] HH:MM-HH:MM [IANA zone]", for example "Mon-Fri 09:00-18:00 Asia/Taipei"'


@lru_cache(maxsize=4096)
def parse_window(text: str) -> Window:
    """Read a window. Days such as `Fri-Mon` wrap; one that crosses midnight belongs to the day it starts on.

    Raises:
        WindowSyntaxError: the text is not a window, its zone does not exist, or it has no length.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise _not_a_window(text)
    days, start, end, zone = match.groups()
    if zone is not None and zone not in known_zones():
        raise _unknown_zone(text, zone, match.start(4))
    begins, ends = _read_time(start), _read_time(end)
    if begins == ends:
        raise WindowSyntaxError(
            f"the window {text!r} ends when it starts",
            offset=match.start(3),
            advice='write "00:00-24:00" for the whole day, or give it a length',
        )
    return Window(_read_days(days), begins, ends, zone or "UTC", text.strip(AROUND))


def _read_days(text: str | None) -> frozenset[int] | None:
    if text is None:
        return None
    days: set[int] = set()
    for item in text.split(","):
        first, _, last = item.partition("-")
        begin = DAYS.index(first)
        length = (DAYS.index(last or first) - begin) % 7
        days.update((begin + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _read_time(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _unknown_zone(text: str, zone: str, offset: int) -> WindowSyntaxError:
    def advice() -> str:
        near = nearest_zone(zone)
        if near is None:
            return "write an IANA name such as Asia/Taipei, or nothing for UTC"
        return f'write "{text[:offset]}{near}"'

    return WindowSyntaxError(f"there is no time zone {zone!r}", offset=offset, advice=advice)


def _not_a_window(text: str) -> WindowSyntaxError:
    """Find the first part that is wrong, and the window that was probably meant."""
    match = _RESEMBLING.fullmatch(text) if len(text) <= _LONGEST_EXPLAINED else None
    if match is None:
        return WindowSyntaxError(f"{text!r} is not a time window", advice=_EXAMPLE)
    days, zone = match[1], match[8]
    if days and not re.fullmatch(_DAY_LIST, days):
        message, offset = f"{days!r} does not name days of the week", match.start(1)
    elif not re.fullmatch(_START, match[2]):
        message, offset = f"{match[2]!r} is not a time written HH:MM, from 00:00 to 23:59", match.start(2)
    elif not re.fullmatch(_END, match[5]):
        message, offset = f"{match[5]!r} is not a time written HH:MM, from 00:00 to 24:00", match.start(5)
    elif zone and not re.fullmatch(_ZONE, zone):
        message, offset = f"{zone!r} is not the name of a time zone", match.start(8)
    else:
        message, offset = f"{text!r} is not spelled as a time window", 0
    return WindowSyntaxError(message, offset=offset, advice=lambda: _correction(match) or _EXAMPLE)


def _correction(resembling: re.Match[str]) -> str | None:
    """Return advice with the user's own window corrected, if what was meant can be told."""
    days = re.sub(r"[A-Za-z]+", lambda day: day[0][:3].title(), resembling[1])
    days = re.sub(r"\s*([-,])\s*", r"\1", days.replace("\u2013", "-").rstrip(",:"))
    times = "-".join(f"{int(resembling[hour]):02}:{resembling[hour + 1] or '00'}" for hour in (3, 6))
    zone = nearest_zone(resembling[8].strip("()[] ")) if resembling[8] else None
    if resembling[8] and zone is None:
        return None
    corrected = " ".join(part for part in (days, times, zone) if part)
    return f'write "{corrected}"' if _WINDOW.fullmatch(corrected) else None
