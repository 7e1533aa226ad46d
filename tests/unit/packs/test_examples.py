"""Examples become promtool series."""

import pytest

from dynamic_alerting.packs.examples import ExampleError, duration, seconds, source_series


def test_a_number_is_constant_and_gets_tenant_and_instance() -> None:
    assert source_series({"up": 1}, lasting=60) == {'up{tenant="db-a",instance="server-1"}': "1x3"}


@pytest.mark.parametrize(("rate", "step"), [("3/s", "90"), ("60/m", "30"), ("1.5/h", "0.0125")])
def test_a_rate_is_a_counter(rate: str, step: str) -> None:
    (values,) = source_series({"x_total": rate}, lasting=60).values()
    assert values == f"0+{step}x3"


def test_own_labels_win_and_promtool_notation_is_kept() -> None:
    series = source_series({'x{instance="q",tenant="t"}': "1x8 stale"}, lasting=60)
    assert series == {'x{tenant="t",instance="q"}': "1x8 stale"}


def test_platform_series_get_no_labels() -> None:
    assert source_series({'up{job="a"}': 0}, lasting=30, tenant=None) == {'up{job="a"}': "0x2"}


@pytest.mark.parametrize("series", ["rate(x[5m])", "a + b", "x{"])
def test_what_is_not_one_series_is_refused(series: str) -> None:
    with pytest.raises(ExampleError):
        source_series({series: 1}, lasting=60)


def test_durations_are_read_and_written() -> None:
    assert seconds("1h30m") == 5400
    assert [duration(total) for total in (0, 30, 60, 5430)] == ["0s", "30s", "1m", "90m30s"]
