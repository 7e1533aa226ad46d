"""The token bucket, and durations as Go writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_alerting.exporter.web_config.rate_limit import Bucket, RateLimit
from dynamic_alerting.exporter.web_config.settings import parse_web_config


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("500ms", 0.5), ("1m30s", 90), ("1.5h", 5400), ("10us", 1e-5), ("2000000000", 2)],
)
def test_intervals(text: str, seconds: float) -> None:
    config = parse_web_config(f"rate_limit: {{interval: {text}, burst: 7}}".encode(), Path("web.yml"))
    assert config.rate_limit is not None
    assert config.rate_limit.interval == pytest.approx(seconds)
    assert config.rate_limit.burst == 7


@pytest.mark.parametrize("section", ["", "{}", "{burst: 3}", "{interval: 0, burst: 3}", "{interval: 0s}"])
def test_without_an_interval_there_is_no_limit(section: str) -> None:
    assert parse_web_config(f"rate_limit: {section}".encode(), Path("web.yml")).rate_limit is None


def test_a_burst_at_once_then_one_each_interval_and_no_more_than_the_burst_after_a_pause() -> None:
    clock = Clock()
    bucket = Bucket(RateLimit(interval=2, burst=3), clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.now += 1.9
    assert not bucket.take()
    clock.now += 0.2
    assert [bucket.take(), bucket.take()] == [True, False]
    clock.now += 1000
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
