"""Arithmetic of a change's way to its notification, and reading what was seen of it."""

import pytest

from bench.changing import first_samples, notifications, serves_threshold
from bench.hops import HOPS, Change, by_hop, spread

CHANGE = Change("db-a", saved=100, served=100.25, scraped=101.5, pending=102, firing=132, notified=133.25)


def test_hops_are_what_lies_between_two_instants_and_add_up() -> None:
    assert list(CHANGE.hops) == list(HOPS)
    assert list(CHANGE.hops.values()) == [0.25, 1.25, 0.5, 30, 1.25]
    assert sum(CHANGE.hops.values()) == CHANGE.total == 33.25


def test_a_scrape_that_had_the_change_before_it_was_seen_served_ends_the_first_hop() -> None:
    early = Change("db-a", saved=100, served=100.25, scraped=100.125, pending=102, firing=102, notified=103)
    assert early.hops["exporter"] == 0.125
    assert early.hops["scrape"] == 0
    assert sum(early.hops.values()) == early.total


def test_hops_of_several_changes_are_collected() -> None:
    assert by_hop([CHANGE, CHANGE])["for"] == [30, 30]


def test_a_spread_has_median_90th_percentile_and_extremes() -> None:
    found = spread([float(number) for number in range(11)])
    assert (found.minimum, found.median, found.p90, found.maximum, found.mean) == (0, 5, 9, 10, 5)
    assert spread([2.0]).p90 == 2


EXPOSITION = """\
user_threshold{tenant="db-a",component="mysql",metric="connections",severity="warning"} 50
user_threshold{tenant="db-a",component="mysql",metric="connections",severity="critical"} 70
user_threshold{tenant="db-b",component="mysql",metric="connections",severity="warning"} 80
"""


@pytest.mark.parametrize(
    ("tenant", "value", "expected"),
    [("db-a", 50, True), ("db-a", 70, False), ("db-b", 50, False), ("db-c", 1, False)],
)
def test_the_tenants_warning_is_looked_at(tenant: str, value: float, *, expected: bool) -> None:
    assert serves_threshold(EXPOSITION, tenant, value) is expected


def test_the_first_sample_with_the_value_since_the_change_counts_for_each_series() -> None:
    first = [(98.0, "50"), (100.0, "80"), (102.0, "50"), (104.0, "50")]
    second = [(99.0, "80"), (101.0, "50")]
    never = [(101.0, "80")]
    assert first_samples([first, second, never], 50, since=99) == [102, 101]


def test_a_notification_of_an_earlier_change_or_another_alert_does_not_count() -> None:
    def entry(second: int, alert: str = "MariaDBHighConnections", status: str = "firing") -> dict[str, str]:
        return {"at": f"1970-01-01T00:00:{second:02}+00:00", "alertname": alert, "status": status}

    journal = [entry(1), entry(11, alert="MariaDBDown"), entry(12, status="resolved"), entry(13), entry(14)]
    assert notifications(journal, "firing", since=10) == [13, 14]
