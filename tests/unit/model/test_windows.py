"""When windows are open: midnight, days, zones, clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.model.schedule import DAYS, Window, parse_window

ZONES = ("UTC", "Asia/Taipei", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_times(window: str, start: str, end: str) -> list[tuple[str, str]]:
    """The spans, in UTC, in which a window is open: from `next_boundary` alone, starting while closed."""
    read, at, until = parse_window(window), utc(start), utc(end)
    boundaries: list[str] = []
    assert not read.contains(at)
    while (boundary := read.next_boundary(at)) is not None and boundary < until:
        at = boundary
        boundaries.append(f"{at:%a %d %H:%M:%S}")
        assert read.contains(at) == (len(boundaries) % 2 == 1)
        assert read.contains(at - timedelta(microseconds=1)) != read.contains(at)
    return list(zip(boundaries[::2], boundaries[1::2], strict=False))


def test_the_start_is_inclusive_and_the_end_exclusive() -> None:
    window = parse_window("09:00-18:00")
    assert not window.contains(utc("2026-11-23T08:59:59.999999"))
    assert window.contains(utc("2026-11-23T09:00:00"))
    assert window.contains(utc("2026-11-23T17:59:59.999999"))
    assert not window.contains(utc("2026-11-23T18:00:00"))


def test_utc_when_no_zone_is_said() -> None:
    noon_in_taipei = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Taipei"))
    assert parse_window("04:00-05:00").contains(noon_in_taipei)
    assert parse_window("12:00-13:00 Asia/Taipei").contains(noon_in_taipei)


def test_a_window_that_crosses_midnight_belongs_to_the_day_it_starts_on() -> None:
    assert open_times("Fri 22:00-06:00", "2026-11-23T00:00", "2026-12-01T00:00") == [
        ("Fri 27 22:00:00", "Sat 28 06:00:00")
    ]


def test_a_window_may_end_at_24_00() -> None:
    assert open_times("Mon 20:00-24:00", "2026-11-23T00:00", "2026-11-29T00:00") == [
        ("Mon 23 20:00:00", "Tue 24 00:00:00")
    ]


def test_24_00_and_00_00_of_the_next_day_are_the_same_end() -> None:
    one, other = parse_window("Mon 20:00-24:00"), parse_window("Mon 20:00-00:00")
    start = utc("2026-11-23T00:00")
    assert all(one.contains(start + MINUTE * n) == other.contains(start + MINUTE * n) for n in range(3000))


def test_days_are_those_of_the_zone() -> None:
    assert open_times("Mon 00:00-24:00 Asia/Taipei", "2026-11-22T12:00", "2026-11-25T00:00") == [
        ("Sun 22 16:00:00", "Mon 23 16:00:00")
    ]


def test_consecutive_whole_days_have_no_boundary_between_them() -> None:
    assert open_times("Mon-Wed 00:00-24:00", "2026-11-22T12:00", "2026-11-28T00:00") == [
        ("Mon 23 00:00:00", "Thu 26 00:00:00")
    ]


@pytest.mark.parametrize("text", ["00:00-24:00", "Mon-Sun 00:00-24:00 Europe/Berlin"])
def test_a_window_that_is_always_open_has_no_boundary(text: str) -> None:
    assert parse_window(text).contains(utc("2026-11-23T00:00"))
    assert parse_window(text).next_boundary(utc("2026-11-23T00:00")) is None


# Clocks in Berlin go from 02:00 to 03:00 at 01:00 UTC on 29 March 2026.


def test_a_time_that_does_not_exist_is_the_instant_after_the_gap() -> None:
    assert open_times("02:30-04:00 Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00") == [
        ("Sun 29 01:00:00", "Sun 29 02:00:00")
    ]
    assert open_times("01:00-02:30 Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00") == [
        ("Sun 29 00:00:00", "Sun 29 01:00:00")
    ]


def test_a_window_that_lies_in_the_gap_is_skipped_that_day() -> None:
    assert open_times("02:10-02:50 Europe/Berlin", "2026-03-28T12:00", "2026-03-30T12:00") == [
        ("Mon 30 00:10:00", "Mon 30 00:50:00")
    ]


def test_a_weekly_window_that_lies_in_the_gap_opens_a_week_later() -> None:
    boundary = parse_window("Sun 02:10-02:50 Europe/Berlin").next_boundary(utc("2026-03-22T12:00"))
    assert boundary == utc("2026-04-05T00:10")


def test_local_wall_time_decides_so_a_night_is_shorter_in_spring_and_longer_in_autumn() -> None:
    assert open_times("22:00-06:00 America/New_York", "2026-03-07T12:00", "2026-03-08T20:00") == [
        ("Sun 08 03:00:00", "Sun 08 10:00:00")
    ]
    assert open_times("22:00-06:00 America/New_York", "2026-10-31T12:00", "2026-11-01T20:00") == [
        ("Sun 01 02:00:00", "Sun 01 11:00:00")
    ]


def test_a_time_that_clocks_show_twice_counts_both_times() -> None:
    # New York's clocks go from 02:00 back to 01:00 at 06:00 UTC on 1 November 2026.
    assert open_times("01:15-01:45 America/New_York", "2026-11-01T00:00", "2026-11-01T12:00") == [
        ("Sun 01 05:15:00", "Sun 01 05:45:00"),
        ("Sun 01 06:15:00", "Sun 01 06:45:00"),
    ]
    assert open_times("00:30-01:30 America/New_York", "2026-11-01T00:00", "2026-11-01T12:00") == [
        ("Sun 01 04:30:00", "Sun 01 05:30:00"),
        ("Sun 01 06:00:00", "Sun 01 06:30:00"),
    ]
    assert open_times("01:00-02:00 America/New_York", "2026-11-01T00:00", "2026-11-01T12:00") == [
        ("Sun 01 05:00:00", "Sun 01 07:00:00")
    ]


def test_a_clock_change_of_half_an_hour() -> None:
    # Lord Howe's clocks go from 02:00 to 02:30 on 3 October 2026, 15:30 UTC; back on 4 April, 15:00 UTC.
    assert open_times("02:15-03:00 Australia/Lord_Howe", "2026-10-03T00:00", "2026-10-04T00:00") == [
        ("Sat 03 15:30:00", "Sat 03 16:00:00")
    ]
    assert open_times("01:45-02:00 Australia/Lord_Howe", "2026-04-04T00:00", "2026-04-05T00:00") == [
        ("Sat 04 14:45:00", "Sat 04 15:00:00"),
        ("Sat 04 15:15:00", "Sat 04 15:30:00"),
    ]


def test_a_clock_change_at_midnight() -> None:
    # Beirut: from 00:00 to 01:00 on Sunday 29 March 2026, at 22:00 UTC on Saturday.
    assert open_times("Sun 00:00-02:00 Asia/Beirut", "2026-03-28T12:00", "2026-03-30T00:00") == [
        ("Sat 28 22:00:00", "Sat 28 23:00:00")
    ]
    assert open_times("Sat 22:00-24:00 Asia/Beirut", "2026-03-28T12:00", "2026-03-30T00:00") == [
        ("Sat 28 20:00:00", "Sat 28 22:00:00")
    ]


def test_a_day_that_a_zone_skipped() -> None:
    # Samoa went from the end of Thursday 29 December 2011 straight to Saturday.
    assert open_times("Fri 00:00-24:00 Pacific/Apia", "2011-12-25T00:00", "2012-01-08T00:00") == [
        ("Thu 05 10:00:00", "Fri 06 10:00:00")
    ]


def test_leap_day() -> None:
    assert open_times("Tue 00:00-24:00", "2028-02-28T12:00", "2028-03-03T00:00") == [
        ("Tue 29 00:00:00", "Wed 01 00:00:00")
    ]
    assert open_times("22:00-06:00 Asia/Taipei", "2028-02-28T00:00", "2028-03-01T00:00") == [
        ("Mon 28 14:00:00", "Mon 28 22:00:00"),
        ("Tue 29 14:00:00", "Tue 29 22:00:00"),
    ]


def test_an_offset_with_seconds() -> None:
    # Amsterdam's clocks were 19 minutes and 32 seconds ahead of UTC in January 1930.
    boundary = parse_window("12:00-13:00 Europe/Amsterdam").next_boundary(utc("1930-01-15T08:00"))
    assert boundary is not None
    local = boundary.astimezone(ZoneInfo("Europe/Amsterdam"))
    assert (local.hour, local.minute, local.second) == (12, 0, 0)


def test_the_calendars_end_has_no_boundary() -> None:
    assert parse_window("09:00-18:00").next_boundary(utc("9999-12-31T23:00")) is None


@pytest.mark.parametrize("question", [Window.contains, Window.next_boundary])
def test_a_naive_instant_is_refused(question: object) -> None:
    assert callable(question)
    with pytest.raises(ValueError, match="needs a time zone"):
        question(parse_window("09:00-18:00"), datetime(2026, 1, 1))  # noqa: DTZ001 - it is the point


_WINDOWS = st.builds(
    Window,
    st.none() | st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.sampled_from(ZONES),
).filter(lambda window: window.start != window.end)

# Days around every kind of clock change of the zones, the leap day, and any others.
_INTERESTING = [
    utc(day)
    for day in (
        "2026-03-08",
        "2026-03-29",
        "2026-04-04",
        "2026-10-03",
        "2026-10-25",
        "2026-11-01",
        "2028-02-29",
    )
]
_INSTANTS = st.builds(
    lambda day, minutes, seconds: day + timedelta(minutes=minutes, seconds=seconds),
    st.sampled_from(_INTERESTING)
    | st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.integers(-2000, 2000),
    st.floats(0, 60),
)


@given(_WINDOWS, _INSTANTS)
def test_the_next_boundary_is_exact(window: Window, at: datetime) -> None:
    inside = window.contains(at)
    boundary = window.next_boundary(at)
    end = at + timedelta(days=8) if boundary is None else boundary
    if boundary is not None:
        assert boundary > at
        assert window.contains(boundary) != inside
        assert window.contains(boundary - timedelta(microseconds=1)) == inside
    minutes = min(int((end - at) / MINUTE), 3000)
    assert all(window.contains(at + MINUTE * n) == inside for n in range(minutes))


@given(_WINDOWS, _INSTANTS)
def test_what_a_wall_clock_shows_decides(window: Window, at: datetime) -> None:
    wall = at.astimezone(ZoneInfo(window.zone))
    shown, clock = f"{wall:%H:%M}", "{:02}:{:02}".format
    start, end = clock(*divmod(window.start, 60)), clock(*divmod(window.end, 60))
    day_before = (wall.replace(tzinfo=None) - timedelta(days=1)).strftime("%a")
    named = set(DAYS) if window.days is None else {DAYS[day] for day in window.days}
    if start < end:
        expected = start <= shown < end and f"{wall:%a}" in named
    else:
        expected = (shown >= start and f"{wall:%a}" in named) or (shown < end and day_before in named)
    assert window.contains(at) == expected
