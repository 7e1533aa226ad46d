"""Which threshold a base key comes to: tiers, layers, words, packs, states."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Origin, StateEntry, StateFilter, Tenant
from dynamic_alerting.model.resolution import ActiveState, Layer, Resolver, TenantResolution
from dynamic_alerting.model.schedule import parse_window
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.states import StateValue
from dynamic_alerting.model.values import (
    DISABLED,
    USE_DEFAULT,
    Custom,
    Override,
    Scheduled,
    TimeBoxed,
    parse_plain,
)

Served = Callable[..., dict[str, float]]
Resolve = Callable[..., TenantResolution]
HERE = Origin("x.yaml", 1, 1)

WARNING = "mysql connections warning"
CRITICAL = "mysql connections critical"
INFO = "mysql connections info"
DEFAULTS = {"mysql_connections": "80", "mysql_connections_critical": "95"}


def test_a_base_key_sets_the_warning_tier(served: Served) -> None:
    assert served({"mysql_connections": "70"}) == {WARNING: 70}


def test_the_critical_suffix_sets_the_critical_tier_with_or_without_a_default(served: Served) -> None:
    assert served({"mysql_connections_critical": "90"}) == {CRITICAL: 90}
    assert served({"mysql_connections_critical": "90"}, defaults=DEFAULTS) == {WARNING: 80, CRITICAL: 90}
    assert served({"kafka_lag_critical": "9"}) == {"kafka lag critical": 9}


def test_what_a_tenant_leaves_out_is_the_platforms(served: Served) -> None:
    assert served({}, defaults=DEFAULTS) == {WARNING: 80, CRITICAL: 95}
    assert served({"mysql_connections": "70"}, defaults=DEFAULTS) == {WARNING: 70, CRITICAL: 95}


@pytest.mark.parametrize("word", ["default", "", "null", "~"])
def test_default_means_the_platforms_value(served: Served, word: str) -> None:
    written = {"mysql_connections": word, "mysql_connections_critical": word}
    assert served(written, defaults=DEFAULTS) == {WARNING: 80, CRITICAL: 95}
    assert served(written) == {}


def test_a_severity_on_a_base_key_replaces_the_warning_tier(served: Served) -> None:
    assert served({"mysql_connections": "70:critical"}) == {CRITICAL: 70}
    assert served({"mysql_connections": "70:critical"}, defaults=DEFAULTS) == {CRITICAL: 70}
    assert served({"mysql_connections": "70:info"}, defaults=DEFAULTS) == {INFO: 70, CRITICAL: 95}
    assert served({"mysql_connections": "70:warning"}, defaults=DEFAULTS) == {WARNING: 70, CRITICAL: 95}


def test_beside_a_critical_key_the_critical_key_wins(served: Served) -> None:
    written = {"mysql_connections": "90:critical", "mysql_connections_critical": "95"}
    assert served(written) == {CRITICAL: 95}
    assert served(dict(reversed(written.items()))) == {CRITICAL: 95}


def test_the_suffix_wins_over_a_severity_in_the_value(served: Served) -> None:
    assert served({"mysql_connections_critical": "90:info"}) == {CRITICAL: 90}


@pytest.mark.parametrize("word", ["disable", "disabled", "off", "false", "OFF"])
def test_disable_on_a_base_key_ends_every_tier_that_the_tenant_did_not_set(served: Served, word: str) -> None:
    assert served({"mysql_connections": word}, defaults=DEFAULTS) == {}
    beside = {"mysql_connections": word, "mysql_connections_critical": "99"}
    assert served(beside, defaults=DEFAULTS) == {CRITICAL: 99}
    omitted = {"mysql_connections": word, "mysql_connections_critical": "default"}
    assert served(omitted, defaults=DEFAULTS) == {}


def test_disable_on_a_critical_key_ends_that_tier_only(served: Served) -> None:
    assert served({"mysql_connections_critical": "disable"}, defaults=DEFAULTS) == {WARNING: 80}


def test_defaults_take_the_same_values(served: Served) -> None:
    assert served({}, defaults={"mysql_connections": "70:critical"}) == {CRITICAL: 70}
    assert served({}, defaults={"mysql_connections": "disable"}) == {}
    off = {"mysql_connections": "disable", "mysql_connections_critical": "95"}
    assert served({}, defaults=off) == {CRITICAL: 95}
    assert served({"mysql_connections": "70"}, defaults={"mysql_connections": "disable"}) == {WARNING: 70}
    assert served({}, defaults={"mysql_connections": "default"}) == {}


def test_a_tenants_base_key_stands_in_the_place_of_the_platforms(served: Served) -> None:
    defaults = {"mysql_connections": "70:critical"}
    assert served({"mysql_connections": "80"}, defaults=defaults) == {WARNING: 80}
    assert served({"mysql_connections_critical": "90"}, defaults=defaults) == {CRITICAL: 90}


def test_one_tenants_other_keys_are_untouched(served: Served) -> None:
    defaults = {"mysql_cpu": "80", "container_cpu": "60"}
    assert served({"container_cpu": "90"}, defaults=defaults) == {
        "mysql cpu warning": 80,
        "container cpu warning": 90,
    }


def test_a_declared_key_has_component_and_metric_of_its_pack(served: Served) -> None:
    assert served({"es_heap_percent": "80"}) == {"elasticsearch heap_percent warning": 80}


def test_an_undeclared_key_is_served_with_the_component_before_its_first_underscore(served: Served) -> None:
    assert served({"kafka_consumer_lag": "80"}) == {"kafka consumer_lag warning": 80}


def test_packs_limit_which_defaults_are_served(served: Served) -> None:
    defaults = {"mysql_cpu": "80", "redis_queue_length": "100", "kafka_lag": "5"}
    every = {"mysql cpu warning": 80.0, "redis queue_length warning": 100.0, "kafka lag warning": 5.0}
    assert served({}, defaults=defaults) == every
    assert served({}, defaults=defaults, packs=["redis"]) == {
        "redis queue_length warning": 100,
        "kafka lag warning": 5,
    }
    assert served({}, defaults=defaults, packs=[]) == {"kafka lag warning": 5}


def test_a_tenants_own_keys_are_served_whatever_its_packs(served: Served) -> None:
    own = {"mysql_connections": "70"}
    assert served(own, defaults=DEFAULTS, packs=["redis"]) == {WARNING: 70}


def test_a_threshold_says_where_it_comes_from(resolve: Resolve) -> None:
    resolution = resolve({"mysql_cpu": "70"}, defaults={"mysql_cpu": "80", "mysql_cpu_critical": "90"})
    warning, critical = sorted(resolution.thresholds, key=lambda threshold: threshold.value)
    assert (warning.layer, warning.key, warning.origin) == (
        Layer.TENANT,
        "mysql_cpu",
        Origin("db-a.yaml", 1, 1),
    )
    assert (critical.layer, critical.key, critical.origin) == (
        Layer.DEFAULT,
        "mysql_cpu_critical",
        Origin("_defaults.yaml", 2, 1),
    )
    assert {warning.tenant, critical.tenant} == {"db-a"}


def test_a_key_spelled_twice_counts_once_and_the_first_wins(tenant_of: Callable[..., Tenant]) -> None:
    tenant = tenant_of({"mysql_cpu": "70"})
    again = tenant.entries[0]._replace(value=Custom(90))
    twice = replace(tenant, entries=(*tenant.entries, again))
    resolver = Resolver(Configuration((), (), (twice,)), Catalogue.of([]))
    assert [threshold.value for threshold in resolver.resolve(twice, NOON).thresholds] == [70]


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
SCHEDULE: Scheduled[Any] = Scheduled(
    parse_plain("100"),
    (
        Override(parse_window("22:00-06:00"), parse_plain("200")),
        Override(parse_window("23:00-24:00"), parse_plain("300")),
        Override(parse_window("Mon-Fri 19:00-21:00 Asia/Taipei"), parse_plain("80")),
    ),
)


def test_the_first_matching_window_wins(resolve: Resolve) -> None:
    (threshold,) = resolve({"mysql_cpu": SCHEDULE}, at=NIGHT).thresholds
    assert (threshold.value, threshold.window) == (200, "22:00-06:00")
    (threshold,) = resolve({"mysql_cpu": SCHEDULE}, at=NOON).thresholds
    assert (threshold.value, threshold.window) == (80, "Mon-Fri 19:00-21:00 Asia/Taipei")
    (threshold,) = resolve({"mysql_cpu": SCHEDULE}, at=NOON.replace(hour=13)).thresholds
    assert (threshold.value, threshold.window) == (100, None)


def test_a_window_may_have_any_value(served: Served) -> None:
    window = parse_window("22:00-06:00")
    written: dict[str, Any] = {"mysql_connections": Scheduled(Custom(70), (Override(window, DISABLED),))}
    assert served(written, defaults=DEFAULTS, at=NOON) == {WARNING: 70, CRITICAL: 95}
    assert served(written, defaults=DEFAULTS, at=NIGHT) == {}
    written = {"mysql_connections": Scheduled(Custom(70), (Override(window, USE_DEFAULT),))}
    assert served(written, defaults=DEFAULTS, at=NIGHT) == {WARNING: 80, CRITICAL: 95}
    critical = Override(window, Custom(60, Severity.CRITICAL))
    written = {"mysql_connections": Scheduled(Custom(70), (critical,))}
    assert served(written, defaults=DEFAULTS, at=NIGHT) == {CRITICAL: 60}


def test_defaults_may_be_scheduled(resolve: Resolve, served: Served) -> None:
    assert served({}, defaults={"mysql_cpu": SCHEDULE}, at=NIGHT) == {"mysql cpu warning": 200}
    assert resolve({}, defaults={"mysql_cpu": SCHEDULE}, at=NIGHT).next_change == NIGHT.replace(
        day=24, hour=6
    )


def test_defaults_of_packs_not_taken_change_nothing(resolve: Resolve) -> None:
    resolution = resolve({}, defaults={"mysql_cpu": SCHEDULE}, packs=["redis"])
    assert (resolution.thresholds, resolution.next_change) == ((), None)


def test_a_time_boxed_value_counts_as_omitted_from_its_expiry_on(resolve: Resolve) -> None:
    written = {"mysql_connections": TimeBoxed(Custom(200.0), expires=NIGHT, reason="load test")}
    before = resolve(written, defaults=DEFAULTS, at=NOON)
    assert {(one.value, one.expires) for one in before.thresholds} == {(200, NIGHT), (95, None)}
    assert before.next_change == NIGHT
    after = resolve(written, defaults=DEFAULTS, at=NIGHT)
    assert {one.value for one in after.thresholds} == {80, 95}
    assert after.next_change is None


def test_a_time_boxed_override_that_expired_leaves_its_window_to_the_rest(resolve: Resolve) -> None:
    boxed: Override[Any] = Override(parse_window("22:00-06:00"), TimeBoxed(Custom(200), NIGHT))
    night: Override[Any] = Override(parse_window("23:30-24:00"), Custom(300))
    written = {"mysql_cpu": Scheduled(Custom(70), (boxed, night))}
    (threshold,) = resolve(written, at=NIGHT.replace(hour=22)).thresholds
    assert (threshold.value, threshold.expires) == (200, NIGHT)
    assert resolve(written, at=NIGHT.replace(hour=22)).next_change == NIGHT
    (threshold,) = resolve(written, at=NIGHT, defaults={"mysql_cpu": "80"}).thresholds
    assert (threshold.value, threshold.window) == (70, None)
    assert resolve(written, at=NIGHT).next_change == NIGHT.replace(minute=30)


def test_a_whole_schedule_may_be_time_boxed(resolve: Resolve) -> None:
    written = {"mysql_cpu": TimeBoxed(SCHEDULE, NIGHT.replace(minute=30))}
    (threshold,) = resolve(written, at=NIGHT).thresholds
    assert (threshold.value, threshold.window) == (200, "22:00-06:00")
    assert resolve(written, at=NIGHT).next_change == NIGHT.replace(minute=30)
    assert resolve(written, at=NIGHT.replace(minute=30)).thresholds == ()


def test_without_schedules_nothing_ever_changes(resolve: Resolve) -> None:
    assert resolve({"mysql_cpu": "70"}, defaults=DEFAULTS).next_change is None


def test_a_naive_instant_is_refused(resolve: Resolve) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        resolve({"mysql_cpu": "70"}, at=datetime(2026, 1, 1))  # noqa: DTZ001 - it is the point


FILTERS = (
    StateFilter("crashloop", ("CrashLoopBackOff", "Error", "Error"), Severity.CRITICAL, True, HERE),
    StateFilter("maintenance", (), Severity.INFO, False, HERE),
)
CRASHLOOP = [
    ActiveState("db-a", "crashloop", Severity.CRITICAL, "CrashLoopBackOff"),
    ActiveState("db-a", "crashloop", Severity.CRITICAL, "Error"),
]
MAINTENANCE = [ActiveState("db-a", "maintenance", Severity.INFO, None)]


def states_of(at: datetime = NOON, **values: StateValue) -> TenantResolution:
    written = tuple(StateEntry(name, value, HERE) for name, value in values.items())
    tenant = Tenant("db-a", (), written, None, HERE)
    return Resolver(Configuration((), FILTERS, (tenant,)), Catalogue.of([])).resolve(tenant, at)


def test_a_filter_is_on_unless_its_default_state_is_disable() -> None:
    assert list(states_of().states) == CRASHLOOP


def test_several_reasons_are_one_series_each() -> None:
    assert [state.reason for state in states_of().states] == ["CrashLoopBackOff", "Error"]


def test_a_tenant_switches_filters_on_and_off() -> None:
    assert list(states_of(crashloop=False, maintenance=True).states) == MAINTENANCE
    assert list(states_of(crashloop=USE_DEFAULT, maintenance=USE_DEFAULT).states) == CRASHLOOP
    assert list(states_of(unheard_of=True).states) == CRASHLOOP


def test_maintenance_may_be_scheduled() -> None:
    window: Scheduled[Any] = Scheduled(False, (Override(parse_window("22:00-06:00"), True),))
    assert list(states_of(NOON, crashloop=False, maintenance=window).states) == []
    assert states_of(NOON, maintenance=window).next_change == NOON.replace(hour=22)
    assert list(states_of(NIGHT, crashloop=False, maintenance=window).states) == MAINTENANCE


def test_maintenance_can_end_by_itself() -> None:
    boxed: TimeBoxed[Any] = TimeBoxed(True, NIGHT)
    assert list(states_of(NOON, crashloop=False, maintenance=boxed).states) == MAINTENANCE
    assert states_of(NOON, maintenance=boxed).next_change == NIGHT
    assert list(states_of(NIGHT, crashloop=False, maintenance=boxed).states) == []
