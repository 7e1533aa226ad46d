"""What a predecessor of this language did to its users, and must never happen again."""

import math
from typing import Any

import pytest

DEFAULTS = "mysql_connections: 80\nmysql_connections_critical: 95\nmysql_cpu: 70"
FILTERS = "state_filters: {maintenance: {reasons: [], severity: info, default_state: disable}}\n"


@pytest.mark.parametrize(
    "value", ["disable", '"90"', '"90:critical"', "{default: 5}", "default", "junk", "[1]"]
)
def test_pitfall_3_every_value_form_is_legal_among_the_defaults_and_a_bad_key_loses_that_key_only(
    world: Any, value: str
) -> None:
    """`disable` in a map of floats lost all defaults and state filters, and the answer was still 200."""
    world.write({"_defaults.yaml": f"{FILTERS}defaults:\n  mysql_connections: {value}\n  mysql_cpu: 70\n"})
    world.tenant("_state_maintenance: on")
    served = world.of()
    assert served["mysql cpu warning"] == 70
    assert served["state maintenance info"] == 1
    assert world.load().files[0].accepted


def test_pitfall_4_an_unparsable_file_on_reload_keeps_its_tenants_thresholds_and_is_told(world: Any) -> None:
    """It was skipped with a log line: that tenant's thresholds vanished."""
    world.defaults(DEFAULTS).tenant("mysql_connections: 120")
    before = world.of()
    world.write({"db-a.yaml": "tenants:\n  db-a: {mysql_connections: 120"})
    assert world.of() == before
    status = next(status for status in world.load().files if status.name == "db-a.yaml")
    assert not status.accepted
    assert world.errors() == ["DA010"]


def test_pitfall_5_a_severity_beside_the_critical_key_makes_no_duplicate_series(world: Any) -> None:
    """`K: "90:critical"` beside `K_critical` made /metrics answer 500 for everybody."""
    world.tenant('mysql_cpu: "90:critical"\nmysql_cpu_critical: 95').tenant("mysql_cpu: 1", name="db-b")
    assert world.served() == {"db-a mysql cpu critical": 95, "db-b mysql cpu warning": 1}
    assert [finding.file for finding in world.findings()] == ["db-a.yaml"]


@pytest.mark.parametrize("thief", ["a.yaml", "db-b.yaml", "zz.yaml", "db-a.yml", "DB-A.yaml", "db-a-2.yaml"])
def test_pitfall_6_a_file_cannot_redefine_the_tenant_of_another(world: Any, thief: str) -> None:
    world.tenant("mysql_cpu: 5").write({thief: "tenants: {db-a: {mysql_cpu: 666, mysql_connections: 666}}"})
    assert world.of() == {"mysql cpu warning": 5}
    assert ("DA033", thief) in [(finding.id, finding.file) for finding in world.findings()]


@pytest.mark.parametrize("word", ["", '""', "no", "0", "null", "nope", "'0'"])
def test_pitfall_15_no_word_switches_maintenance_on_by_accident(world: Any, word: str) -> None:
    """`""`, `no` and `0` switched it on, because only `disable` was off."""
    world.write({"_defaults.yaml": FILTERS}).tenant(f"_state_maintenance: {word}\nmysql_cpu: 5")
    assert world.of() == {"mysql cpu warning": 5}


def test_pitfall_15_maintenance_can_end_by_itself(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS})
    world.tenant("_state_maintenance: {value: on, expires: '2026-11-23T12:00:01Z'}")
    assert world.of() == {"state maintenance info": 1}
    assert world.of(at=world.at.replace(second=1)) == {}


def test_pitfall_16_a_dimensional_threshold_does_not_leak_into_the_base(world: Any) -> None:
    """80 became 500."""
    world.defaults("redis_queue_length: 80").tenant('redis_queue_length{queue="email"}: 500')
    assert world.of() == {
        "redis queue_length warning": 80,
        'redis queue_length warning{queue="email"}': 500,
    }


def test_pitfall_16_a_label_that_the_rules_do_not_know_is_not_served(world: Any) -> None:
    """They would take it for a base threshold."""
    world.defaults("redis_queue_length: 80").tenant('redis_queue_length{topic="email"}: 500')
    assert world.of() == {"redis queue_length warning": 80}
    assert world.errors() == ["DA043"]


def test_pitfall_16_a_regex_dimension_matches_what_is_there(world: Any) -> None:
    """They never matched anything."""
    world.tenant('redis_queue_length{queue=~"em.*"}: 500').signal("redis_queue_length", {"queue": "email"})
    assert world.of()['redis queue_length warning{queue="email"}'] == 500


def test_pitfall_16_a_disabled_dimension_is_not_the_base(world: Any) -> None:
    world.tenant('redis_queue_length: 80\nredis_queue_length{queue="junk"}: disable')
    assert world.of() == {
        "redis queue_length warning": 80,
        'redis queue_length warning{queue="junk"}': math.inf,
    }


@pytest.mark.parametrize("value", ["70:urgent", "70:", "70:crit", "70:CRIT"])
def test_pitfall_17_an_unknown_severity_disables_nothing(world: Any, value: str) -> None:
    world.defaults(DEFAULTS).tenant(f'mysql_connections: "{value}"')
    assert world.of() == {
        "mysql connections warning": 80,
        "mysql connections critical": 95,
        "mysql cpu warning": 70,
    }
    (finding,) = world.findings()
    assert (finding.id, finding.line) == ("DA050", 3)
    assert "critical" in finding.advice


def test_pitfall_17_unknown_keys_are_said_with_a_suggestion(world: Any) -> None:
    world.tenant("mysql_conections: 5")
    (finding,) = world.findings()
    assert "mysql_connections" in finding.advice


def test_pitfall_22_tenants_are_matched_exactly_and_never_as_substrings(world: Any) -> None:
    """`db-a` in `db-ab`: files, ownership and tools know whole names."""
    world.tenant("mysql_cpu: 1").tenant("mysql_cpu: 2", name="db-ab").tenant("mysql_cpu: 3", name="b-a")
    assert world.served() == {
        "b-a mysql cpu warning": 3,
        "db-a mysql cpu warning": 1,
        "db-ab mysql cpu warning": 2,
    }
    assert world.explain("mysql_cpu").origin.file == "db-a.yaml"
    with pytest.raises(LookupError, match="there is no tenant 'db'"):
        world.explain("mysql_cpu", tenant="db")


def test_pitfall_26_schedules_know_zones_weekdays_and_24_00(world: Any) -> None:
    """They were in UTC only, without weekdays, and 24:00 was refused."""
    world.tenant('mysql_cpu: {default: 1, overrides: [{window: "Mon 18:00-24:00 Asia/Taipei", value: 2}]}')
    monday = world.at  # 12:00 in UTC, 20:00 in Taipei
    assert world.of(at=monday) == {"mysql cpu warning": 2}
    assert world.of(at=monday.replace(hour=16)) == {"mysql cpu warning": 1}
    assert world.of(at=monday.replace(day=24)) == {"mysql cpu warning": 1}


def test_pitfall_26_start_equal_to_end_is_an_error_and_an_invalid_window_is_said_once(world: Any) -> None:
    """The one never matched, the other was logged at every scrape."""
    world.tenant('mysql_cpu: {default: 1, overrides: [{window: "08:00-08:00", value: 2}]}')
    assert world.of() == {"mysql cpu warning": 1}
    assert world.errors() == ["DA054"]
    assert world.load() is world.load()


def test_pitfall_27_a_tenant_gets_the_defaults_of_the_databases_it_uses(world: Any) -> None:
    world.defaults("mysql_cpu: 1\nredis_queue_length: 2\noracle_tablespace_used_percent: 3")
    world.tenant("_packs: [redis]").tenant("", name="db-b")
    assert world.of() == {"redis queue_length warning": 2}
    assert len(world.of("db-b")) == 3
