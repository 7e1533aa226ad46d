"""The text of windows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.model.errors import WindowSyntaxError
from dynamic_alerting.model.schedule import DAYS, WINDOW_PATTERN, Window, parse_window
from dynamic_alerting.model.zones import known_zones


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("22:00-06:00", Window(None, 22 * 60, 6 * 60)),
        ("00:00-24:00", Window(None, 0, 24 * 60)),
        ("22:00-00:00", Window(None, 22 * 60, 0)),
        (
            "Mon-Fri 09:00-18:00 Asia/Taipei",
            Window(frozenset(range(5)), 9 * 60, 18 * 60, "Asia/Taipei"),
        ),
        ("Sat,Sun 08:30-12:45", Window(frozenset({5, 6}), 510, 765)),
        ("Fri-Mon 10:00-11:00", Window(frozenset({4, 5, 6, 0}), 600, 660)),
        ("Wed 10:00-11:00 UTC", Window(frozenset({2}), 600, 660)),
        ("Mon-Mon 10:00-11:00", Window(frozenset({0}), 600, 660)),
        ("Mon-Sun 10:00-11:00", Window(frozenset(range(7)), 600, 660)),
        ("Mon,Wed-Thu,Sun 10:00-11:00", Window(frozenset({0, 2, 3, 6}), 600, 660)),
    ],
)
def test_days_and_an_iana_zone_are_optional(text: str, window: Window) -> None:
    assert parse_window(text) == window
    assert parse_window(text).text == text


@pytest.mark.parametrize("text", ["10:00-10:00", "00:00-00:00", "Mon 10:00-10:00 Asia/Taipei"])
def test_start_equal_to_end_is_an_error(text: str) -> None:
    with pytest.raises(WindowSyntaxError, match="ends when it starts") as refused:
        parse_window(text)
    assert "00:00-24:00" in refused.value.advice


@pytest.mark.parametrize(
    ("text", "offset", "corrected"),
    [
        ("mon-fri 09:00-18:00", 0, "Mon-Fri 09:00-18:00"),
        ("Monday 10:00-12:00", 0, "Mon 10:00-12:00"),
        ("Sat, Sun 10:00-12:00", 0, "Sat,Sun 10:00-12:00"),
        ("Sat,Sun 10:00 \u2013 12:00", 0, "Sat,Sun 10:00-12:00"),
        ("9-18", 0, "09:00-18:00"),
        ("10:00-12:00 asia/taipei", 12, "10:00-12:00 Asia/Taipei"),
        ("10:00-12:00 Taipei", 12, "10:00-12:00 Asia/Taipei"),
        ("10:00-12:00 Europe/Berlim", 12, "10:00-12:00 Europe/Berlin"),
        ("10:00 to 12:00", 0, "10:00-12:00"),
    ],
)
def test_a_window_that_resembles_one_is_corrected(text: str, offset: int, corrected: str) -> None:
    with pytest.raises(WindowSyntaxError) as refused:
        parse_window(text)
    assert refused.value.offset == offset
    assert refused.value.advice == f'write "{corrected}"'
    parse_window(corrected)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("always", 0),
        ("24:00-06:00", 0),
        ("25:00-26:00", 0),
        ("10:00-24:01", 6),
        ("10:60-11:00", 0),
        ("Mon-Fry 10:00-12:00", 0),
        ("10:00-12:00 +08:00", 12),
        ("10:00-12:00 Factory", 12),
        ("10:00-12:00 posix/Asia/Taipei", 12),
        ("10:00-12:00 ../UTC", 12),
        ("10:00-12:00 Mars/Olympus", 12),
        ("\u0661\u0660:00-12:00", 0),
    ],
)
def test_anything_else_is_refused_where_it_is_wrong(text: str, offset: int) -> None:
    with pytest.raises(WindowSyntaxError) as refused:
        parse_window(text)
    assert refused.value.offset == offset
    assert refused.value.advice.startswith("write ")


_CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 25), st.integers(0, 61))
_DAY_LISTS = st.lists(
    st.one_of(st.sampled_from(DAYS), st.builds("{}-{}".format, st.sampled_from(DAYS), st.sampled_from(DAYS))),
    max_size=3,
).map(",".join)
_NEAR_WINDOWS = st.builds(
    lambda *parts: " ".join(part for part in parts if part),
    _DAY_LISTS,
    st.builds("{}-{}".format, _CLOCK, _CLOCK),
    st.sampled_from(["", "UTC", "Asia/Taipei", "asia", "+1"]),
)


def _read(text: str) -> Window | WindowSyntaxError:
    try:
        return parse_window(text)
    except WindowSyntaxError as refused:
        return refused


@given(st.one_of(st.text(), st.text("MonFrisat0123:-, /", max_size=30), _NEAR_WINDOWS))
def test_any_text_is_a_window_or_a_syntax_error_inside_it(text: str) -> None:
    read = _read(text)
    if isinstance(read, Window):
        assert re.search(WINDOW_PATTERN, text)
    else:
        assert 0 <= read.offset <= len(text)
        assert read.message
        assert read.advice


@given(_NEAR_WINDOWS)
def test_the_schema_pattern_refuses_only_what_the_parser_refuses(text: str) -> None:
    read = _read(text)
    if not re.search(WINDOW_PATTERN, text):
        assert isinstance(read, WindowSyntaxError)


def test_every_iana_zone_can_be_named() -> None:
    zones = known_zones()
    assert {parse_window(f"10:00-11:00 {zone}").zone for zone in zones} == zones
    assert {"Asia/Taipei", "Etc/GMT+8", "America/Argentina/Buenos_Aires", "EST5EDT"} <= zones
