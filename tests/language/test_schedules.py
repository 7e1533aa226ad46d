"""The section Schedules of the language: when windows open and close, to the second.

Each instant is served and explained, and both must say the same.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

SECOND = timedelta(seconds=1)
FIRST = datetime(2026, 11, 22, tzinfo=UTC)  # a Sunday


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _scheduled(world: Any, *overrides: tuple[str, object], default: object = 1) -> None:
    items = ", ".join(f'{{window: "{window}", value: {value}}}' for window, value in overrides)
    world.tenant(f"mysql_cpu: {{default: {default}, overrides: [{items}]}}")


def _number(world: Any, at: datetime) -> float | None:
    """The threshold at an instant, as served and as explained."""
    served = world.of(at=at)
    assert world.explained(at=at) == served
    value: float | None = served.get("mysql cpu warning")
    return value


def _spans(world: Any, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When an override is in force between two instants, found by following the next change alone."""
    spans, opened, at = [], None, start
    while at is not None and at < end:
        is_open = _number(world, at) == 2
        if is_open and opened is None:
            opened = at
        elif not is_open and opened is not None:
            spans.append((opened, at))
            opened = None
        at = world.snapshot.next_change
    return [*spans, (opened, end)] if opened is not None else spans


def _check(world: Any, window: str, start: str, end: str, expected: list[tuple[str, str]]) -> None:
    """A window is open exactly in these spans between two instants, to the second."""
    _scheduled(world, (window, 2))
    spans = [(_utc(opens), _utc(closes)) for opens, closes in expected]
    assert _spans(world, _utc(start), _utc(end)) == spans
    for opens, closes in spans:
        numbers = [_number(world, at) for at in (opens - SECOND, opens, closes - SECOND, closes)]
        assert numbers == [1, 2, 2, 1]


def test_utc_when_nothing_is_said_and_every_day(world: Any) -> None:
    _check(
        world,
        "09:00-18:00",
        "2026-11-23 00:00",
        "2026-11-25 00:00",
        [("2026-11-23 09:00", "2026-11-23 18:00"), ("2026-11-24 09:00", "2026-11-24 18:00")],
    )


def test_days_and_an_iana_zone_are_optional(world: Any) -> None:
    _check(
        world,
        "Mon,Wed-Thu 09:00-18:00 Asia/Taipei",
        "2026-11-22 00:00",
        "2026-11-29 00:00",
        [
            ("2026-11-23 01:00", "2026-11-23 10:00"),
            ("2026-11-25 01:00", "2026-11-25 10:00"),
            ("2026-11-26 01:00", "2026-11-26 10:00"),
        ],
    )


def test_a_window_across_midnight_belongs_to_the_day_it_starts_on(world: Any) -> None:
    _check(
        world,
        "Fri 22:00-06:00",
        "2026-11-26 00:00",
        "2026-11-30 00:00",
        [("2026-11-27 22:00", "2026-11-28 06:00")],
    )


def test_every_night_across_midnight(world: Any) -> None:
    _check(
        world,
        "22:00-06:00",
        "2026-11-23 12:00",
        "2026-11-25 12:00",
        [("2026-11-23 22:00", "2026-11-24 06:00"), ("2026-11-24 22:00", "2026-11-25 06:00")],
    )


def test_24_00_may_end_a_window(world: Any) -> None:
    _check(
        world,
        "Mon 18:00-24:00",
        "2026-11-22 00:00",
        "2026-11-29 00:00",
        [("2026-11-23 18:00", "2026-11-24 00:00")],
    )


def test_00_00_to_24_00_is_the_whole_day(world: Any) -> None:
    _check(
        world,
        "Sat,Sun 00:00-24:00",
        "2026-11-23 00:00",
        "2026-12-04 00:00",
        [("2026-11-28 00:00", "2026-11-30 00:00")],
    )


def test_days_wrap_around_the_week(world: Any) -> None:
    _check(
        world,
        "Sat-Mon 12:00-13:00",
        "2026-11-25 00:00",
        "2026-12-02 00:00",
        [
            ("2026-11-28 12:00", "2026-11-28 13:00"),
            ("2026-11-29 12:00", "2026-11-29 13:00"),
            ("2026-11-30 12:00", "2026-11-30 13:00"),
        ],
    )


@pytest.mark.parametrize("window", ["06:00-06:00", "00:00-00:00", "Mon 12:00-12:00 Europe/Berlin"])
def test_start_equal_to_end_is_an_error(world: Any, window: str) -> None:
    world.defaults("mysql_cpu: 80")
    _scheduled(world, (window, 2))
    assert _number(world, FIRST) == 1
    assert world.errors() == ["DA054"]


@pytest.mark.parametrize(
    "window",
    [
        "24:00-06:00",
        "9-18:00",
        "09:00-25:00",
        "Mon-Fri",
        "Mo 09:00-18:00",
        "09:00-18:00 Mars/Base",
        "09:00-18:00Z",
    ],
)
def test_an_invalid_window_is_said_once_at_load_and_not_at_every_scrape(world: Any, window: str) -> None:
    world.defaults("mysql_cpu: 80")
    _scheduled(world, (window, 2))
    assert [_number(world, FIRST + timedelta(hours=hour)) for hour in range(24)] == [1] * 24
    assert world.errors() == ["DA054"]


def test_the_first_matching_window_wins(world: Any) -> None:
    _scheduled(world, ("08:00-10:00", 2), ("09:00-12:00", 3), ("00:00-24:00", 4))
    hours = [_number(world, FIRST + timedelta(hours=hour)) for hour in (7, 8, 9, 10, 11, 12)]
    assert hours == [4, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(
    ("value", "number"), [("disable", None), ("default", 80), ("5", 5), ('"7:warning"', 7)]
)
def test_a_window_may_hold_any_value(world: Any, value: str, number: float | None) -> None:
    world.defaults("mysql_cpu: 80")
    _scheduled(world, ("00:00-12:00", value))
    assert _number(world, FIRST) == number
    assert _number(world, FIRST + timedelta(hours=12)) == 1


def test_without_a_default_the_platforms_applies_outside_of_all_windows(world: Any) -> None:
    world.defaults("mysql_cpu: 80").tenant("mysql_cpu: {overrides: [{window: 00:00-12:00, value: 2}]}")
    assert [_number(world, FIRST + timedelta(hours=hour)) for hour in (0, 12)] == [2, 80]


def test_a_severity_inside_a_window_moves_the_tier_for_its_time(world: Any) -> None:
    world.defaults("mysql_cpu_critical: 95")
    _scheduled(world, ("00:00-12:00", '"7:critical"'))
    assert world.of(at=FIRST) == {"mysql cpu critical": 7}
    assert world.of(at=FIRST + timedelta(hours=12)) == {"mysql cpu warning": 1, "mysql cpu critical": 95}


class Case(NamedTuple):
    zone: str
    start: str
    end: str
    window: str
    spans: list[tuple[str, str]]


def _named(case: Case) -> str:
    return f"{case.zone} {case.window}"


SUMMER = [
    Case(
        "Europe/Berlin",
        "2026-03-28 12:00",
        "2026-03-29 12:00",
        "02:30-04:00",
        [("2026-03-29 01:00", "2026-03-29 02:00")],
    ),
    Case(
        "Europe/Berlin",
        "2026-03-28 12:00",
        "2026-03-29 12:00",
        "01:00-02:30",
        [("2026-03-29 00:00", "2026-03-29 01:00")],
    ),
    Case("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 12:00", "02:15-02:45", []),
    Case(
        "Europe/Berlin",
        "2026-03-28 12:00",
        "2026-03-29 12:00",
        "22:00-06:00",
        [("2026-03-28 21:00", "2026-03-29 04:00")],
    ),
    Case(
        "America/New_York",
        "2026-03-07 20:00",
        "2026-03-08 20:00",
        "02:00-03:30",
        [("2026-03-08 07:00", "2026-03-08 07:30")],
    ),
    Case(
        "America/New_York",
        "2026-03-07 20:00",
        "2026-03-08 20:00",
        "01:30-02:00",
        [("2026-03-08 06:30", "2026-03-08 07:00")],
    ),
    Case(
        "Australia/Lord_Howe",
        "2026-10-03 06:00",
        "2026-10-04 06:00",
        "02:15-03:00",
        [("2026-10-03 15:30", "2026-10-03 16:00")],
    ),
]
WINTER = [
    Case(
        "Europe/Berlin",
        "2026-10-24 12:00",
        "2026-10-25 12:00",
        "02:00-03:00",
        [("2026-10-25 00:00", "2026-10-25 02:00")],
    ),
    Case(
        "Europe/Berlin",
        "2026-10-24 12:00",
        "2026-10-25 12:00",
        "02:30-04:00",
        [("2026-10-25 00:30", "2026-10-25 01:00"), ("2026-10-25 01:30", "2026-10-25 03:00")],
    ),
    Case(
        "Europe/Berlin",
        "2026-10-24 12:00",
        "2026-10-25 12:00",
        "22:00-06:00",
        [("2026-10-24 20:00", "2026-10-25 05:00")],
    ),
    Case(
        "America/New_York",
        "2026-10-31 20:00",
        "2026-11-01 20:00",
        "00:30-01:30",
        [("2026-11-01 04:30", "2026-11-01 05:30"), ("2026-11-01 06:00", "2026-11-01 06:30")],
    ),
    Case(
        "Australia/Lord_Howe",
        "2026-04-04 06:00",
        "2026-04-05 06:00",
        "01:45-02:15",
        [("2026-04-04 14:45", "2026-04-04 15:00"), ("2026-04-04 15:15", "2026-04-04 15:45")],
    ),
]


@pytest.mark.parametrize("case", SUMMER, ids=_named)
def test_where_clocks_skip_a_time_the_instant_after_the_gap_counts(world: Any, case: Case) -> None:
    _check(world, f"{case.window} {case.zone}", case.start, case.end, case.spans)


@pytest.mark.parametrize("case", WINTER, ids=_named)
def test_where_clocks_show_a_time_twice_local_wall_time_decides(world: Any, case: Case) -> None:
    _check(world, f"{case.window} {case.zone}", case.start, case.end, case.spans)


def test_a_zone_without_clock_changes_keeps_its_hours_all_year(world: Any) -> None:
    _scheduled(world, ("09:00-18:00 Asia/Taipei", 2))
    for day in range(0, 366, 10):
        opens = datetime(2026, 1, 1, 1, tzinfo=UTC) + timedelta(days=day)
        assert [_number(world, at) for at in (opens - SECOND, opens)] == [1, 2]


def test_at_leap_day(world: Any) -> None:
    """2028-02-29 is a Tuesday."""
    _check(
        world,
        "Tue 00:00-24:00 Europe/Berlin",
        "2028-02-28 00:00",
        "2028-03-05 00:00",
        [("2028-02-28 23:00", "2028-02-29 23:00")],
    )


def test_across_midnight_into_and_out_of_leap_day(world: Any) -> None:
    _check(
        world,
        "Mon-Tue 22:00-06:00",
        "2028-02-28 00:00",
        "2028-03-03 00:00",
        [("2028-02-28 22:00", "2028-02-29 06:00"), ("2028-02-29 22:00", "2028-03-01 06:00")],
    )


def test_across_the_end_of_a_year(world: Any) -> None:
    _check(
        world,
        "Thu 23:30-00:30",
        "2026-12-31 00:00",
        "2027-01-02 00:00",
        [("2026-12-31 23:30", "2027-01-01 00:30")],
    )


def test_a_time_boxed_value_counts_as_omitted_from_its_end_on_and_a_report_says_so(world: Any) -> None:
    world.defaults("mysql_cpu: 80")
    world.tenant('mysql_cpu: {value: "200", expires: "2026-12-01T06:00:00Z", reason: "load test"}')
    ends = _utc("2026-12-01 06:00")
    assert [_number(world, at) for at in (ends - SECOND, ends, ends + SECOND)] == [200, 80, 80]
    assert world.ids() == ["DA056"]
    world.at = ends - SECOND
    world.loader = type(world.loader)(world.path, world.catalogue, clock=lambda: world.at)
    assert world.ids() == []


def test_any_value_may_be_time_boxed(world: Any) -> None:
    world.defaults("mysql_cpu: 80")
    ends = _utc("2026-12-01 06:00")
    box = "expires: '2026-12-01T06:00:00Z'"
    for value, before in (("disable", None), ("5", 5), ("{overrides: [{window: 05:00-07:00, value: 9}]}", 9)):
        world.tenant(f"mysql_cpu: {{value: {value}, {box}}}")
        assert [_number(world, at) for at in (ends - SECOND, ends)] == [before, 80]
    _scheduled(world, ("05:00-07:00", f"{{value: 9, {box}}}"), ("00:00-24:00", 3))
    assert [_number(world, at) for at in (ends - SECOND, ends)] == [9, 3]


@pytest.mark.parametrize(
    "expires", ["2026-12-01T06:00:00+00:00", "2026-12-01T14:00:00+08:00", "2026-12-01 06:00Z"]
)
def test_an_end_may_be_written_with_any_offset(world: Any, expires: str) -> None:
    world.tenant(f"mysql_cpu: {{value: 2, expires: '{expires}'}}")
    ends = _utc("2026-12-01 06:00")
    assert [_number(world, at) for at in (ends - SECOND, ends)] == [2, None]


def test_the_next_change_is_known_for_every_kind_of_change(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {busy: {default_state: off}}"})
    world.tenant(
        "mysql_cpu: {overrides: [{window: 14:00-15:00, value: 2}]}\n"
        "mysql_connections: {value: 2, expires: '2026-11-23T16:30:00Z'}\n"
        "_state_busy: {default: off, overrides: [{window: 18:00-18:01, value: on}]}"
    )
    changes = []
    world.served()
    for _ in range(5):
        changes.append(f"{world.snapshot.next_change:%H:%M}")
        world.served(at=world.snapshot.next_change)
    assert changes == ["14:00", "15:00", "16:30", "18:00", "18:01"]
